/** UTF-16 units; the longest sequences, families with skin colours, have some twenty. */
const LONGEST = 64;
/** One emoji: a flag, a keycap, or pictographs joined, each with its presentation or skin colour. */
const EMOJI =
  /(?:\p{RI}{2}|[0-9#*]\ufe0f?\u20e3|\p{ExtPict}(?:\p{EMod}|\ufe0f)?(?:[\u{e0020}-\u{e007e}]+\u{e007f})?(?:\u200d\p{ExtPict}(?:\p{EMod}|\ufe0f)?)*)/u;
const ONE_OR_MORE = new RegExp(`^${EMOJI.source}(?:\\s*${EMOJI.source})*$`, 'u');

/** The content of a reaction [RFC 9078 2]; undefined if it is anything but emoji: it is then shown as text. */
export function emojiIn(text: string): string | undefined {
  const emoji = text.trim();
  return emoji.length <= LONGEST && ONE_OR_MORE.test(emoji) ? emoji : undefined;
}

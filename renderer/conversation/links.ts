// Which parts of a text are links. What is shown as a link is exactly the text that stands there: no title, no
// shortening, nothing decoded, so that a link never looks like another one than it is.

export type Part =
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'link'; readonly text: string; readonly url: string };

/** A longer address is not a link: nobody can read it, and some browsers choke on it. */
const LONGEST = 2048;
// One pass, no nested repetition: linear in the length of the text. The address ends at a space, a control, a quote
// or a bracket that no address may contain, and at what could turn its direction or hide a part of it.
// eslint-disable-next-line no-control-regex
const CANDIDATE =
  /(?<![\p{L}\p{N}_])(?:https?:\/\/|mailto:)[^\s\u0000-\u001f\u007f<>"`{}|\\^\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]+/giu;
const TRAILING = /[.,;:!?'’”»…]$/u;
const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** The text as parts in order; joined, their `text` is the text again. */
export function partsOf(text: string): Part[] {
  const parts: Part[] = [];
  let from = 0;
  for (const match of text.matchAll(CANDIDATE)) {
    const candidate = trimmed(match[0]);
    const url = candidate.length > LONGEST ? undefined : checked(candidate);
    if (url === undefined) continue;
    if (match.index > from) parts.push({ type: 'text', text: text.slice(from, match.index) });
    parts.push({ type: 'link', text: candidate, url });
    from = match.index + candidate.length;
  }
  if (from < text.length) parts.push({ type: 'text', text: text.slice(from) });
  return parts;
}

/** Without the punctuation of the sentence around it, and without a bracket that was opened outside. */
function trimmed(candidate: string): string {
  let end = candidate.length;
  // Bounded by what a sentence puts after an address; a mile of dots is no sentence.
  for (let step = 0; step < 16 && end > 0; step += 1) {
    const last = candidate[end - 1] ?? '';
    const opening = CLOSING[last];
    const text = candidate.slice(0, end);
    if (opening === undefined ? !TRAILING.test(last) : count(text, opening) >= count(text, last)) break;
    end -= 1;
  }
  return candidate.slice(0, end);
}

const count = (text: string, sign: string): number => text.split(sign).length - 1;

/** The address as `link.open` gets it, or `undefined`. The program checks it once more before anything opens. */
function checked(candidate: string): string | undefined {
  if (!URL.canParse(candidate)) return undefined;
  const url = new URL(candidate);
  if (url.protocol === 'mailto:') return url.pathname.includes('@') ? url.href : undefined;
  if (url.protocol !== 'http:' && url.protocol !== 'https:') return undefined;
  // `https://bank.example@evil.example` shows one host and opens another.
  if (url.username !== '' || url.password !== '') return undefined;
  return url.hostname === '' ? undefined : url.href;
}

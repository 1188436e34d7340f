// How large a message will be, asked before it is built; apart from what builds it, which a window does not need.

import { base64LinesSize } from './encodings.ts';

// Upper bounds, with every field at its longest: two mailboxes of 64 quoted characters and a host, three
// Message-IDs, the references; of a file its type and 255 octets of name in pieces.
const HEAD_SIZE = 8192;
const FILE_HEAD_SIZE = 2048;

/**
 * An upper bound of the octets that `buildMessage` makes of these, for the check before sending
 * [IMPP 13]. Of `bytes` only the length is asked.
 */
export function encodedSize(
  files: readonly { readonly bytes: { readonly length: number } }[],
  text: string,
): number {
  let size = HEAD_SIZE;
  for (let at = 0; at < text.length; at += 1) {
    const unit = text.charCodeAt(at);
    // A line end becomes CRLF, and what is half a pair of surrogates the three octets of U+FFFD.
    const isPair = unit >= 0xd800 && unit < 0xe000 && text.codePointAt(at) !== unit;
    if (isPair) at += 1;
    size += isPair
      ? 4
      : unit === 10 || unit === 13 || (unit >= 0x80 && unit < 0x800)
        ? 2
        : unit < 0x80
          ? 1
          : 3;
  }
  for (const { bytes } of files) size += FILE_HEAD_SIZE + base64LinesSize(bytes.length);
  return size;
}

/** The octets that a single file may have in a message of `maxMessageSize` octets without text. */
export function maxFileSize(maxMessageSize: number): number {
  const room = maxMessageSize - HEAD_SIZE - FILE_HEAD_SIZE;
  // Whole lines: 78 octets carry 57.
  return Math.max(0, Math.floor(room / 78) * 57);
}

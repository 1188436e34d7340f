// Encoded words [RFC 2047] in names and subjects, read tolerantly: within quotes too, where they should not be.

import { decodeText, decodeTransfer } from './encodings.ts';
import { joinOctets } from './octets.ts';

const WORD = /=\?([^?\s]{1,40})\?([bq])\?([^?\s]*)\?=/gi;
const encoder = new TextEncoder();

interface Run {
  readonly charset: string;
  readonly octets: Uint8Array[];
}

function octetsOf(encoding: string, content: string): Uint8Array {
  const isBase64 = encoding.toLowerCase() === 'b';
  const text = isBase64 ? content : content.replaceAll('_', '=20');
  return decodeTransfer(encoder.encode(text), isBase64 ? 'base64' : 'quoted-printable');
}

/** The text with its encoded words decoded; white space between two of them goes. */
export function decodeWords(text: string): string {
  if (!text.includes('=?')) return text;
  const out: string[] = [];
  let run: Run | undefined;
  // Words that follow each other are decoded together: some senders cut characters in two.
  const flush = () => {
    if (run !== undefined) out.push(decodeText(joinOctets(run.octets), run.charset));
    run = undefined;
  };
  let from = 0;
  for (const { 0: word, 1: named = '', 2: encoding = '', 3: content = '', index } of text.matchAll(WORD)) {
    const between = text.slice(from, index);
    // A language may follow the charset [RFC 2231 5].
    const charset = named.split('*', 1)[0] ?? '';
    const isNext: boolean = run !== undefined && between.trim() === '';
    if (!isNext || run?.charset !== charset) flush();
    if (!isNext) out.push(between);
    run ??= { charset, octets: [] };
    run.octets.push(octetsOf(encoding, content));
    from = index + word.length;
  }
  flush();
  out.push(text.slice(from));
  return out.join('');
}

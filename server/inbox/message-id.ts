import { ImppError } from '../../shared/errors.ts';
import { MAX_MESSAGE_ID } from '../../shared/impp/limits.ts';

const DOT = 0x2e;
const AT = 0x40;

// RFC 5322 atext, by code.
const IS_ATEXT = new Uint8Array(128);
for (const c of "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!#$%&'*+-/=?^_`{|}~") {
  IS_ATEXT[c.charCodeAt(0)] = 1;
}

/**
 * Message-ID as RFC 5322 has programs write it: `<` dot-atom-text `@` dot-atom-text or `[` dtext `]` `>`
 * [IMPP 5]. One pass and no pattern, because it runs for every message.
 * @throws bad-request
 */
export function checkMessageId(id: string): void {
  if (id.length > MAX_MESSAGE_ID) throw malformed();
  const last = id.length - 1;
  if (id.charCodeAt(0) !== 0x3c || id.charCodeAt(last) !== 0x3e) throw malformed();
  const at = endOfDotAtom(id, 1, last);
  if (id.charCodeAt(at) !== AT) throw malformed();
  const end =
    id.charCodeAt(at + 1) === 0x5b ? endOfLiteral(id, at + 1, last) : endOfDotAtom(id, at + 1, last);
  if (end !== last) throw malformed();
}

const malformed = (): ImppError =>
  new ImppError('bad-request', 'Message-ID must be <id@host>, 250 octets at most');

/** Where the dot-atom-text that begins at `start` ends. @throws if there is none */
const endOfDotAtom = (text: string, start: number, end: number): number => {
  let wantsText = true;
  for (let i = start; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (IS_ATEXT[code] === 1) wantsText = false;
    else if (code === DOT && !wantsText) wantsText = true;
    else {
      if (wantsText) throw malformed();
      return i;
    }
  }
  if (wantsText) throw malformed();
  return end;
};

/** Where the no-fold-literal that begins at `start` ends. */
const endOfLiteral = (text: string, start: number, end: number): number => {
  for (let i = start + 1; i < end; i += 1) {
    const code = text.charCodeAt(i);
    if (code === 0x5d) return i + 1;
    const isDtext = code > 0x20 && code < 0x7f && code !== 0x5b && code !== 0x5c;
    if (!isDtext) throw malformed();
  }
  throw malformed();
};

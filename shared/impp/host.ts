// HOST [IMPP 2]: domain names with IDNA, and IP literals, which are for tests.

import { ImppError } from '../errors.ts';
import { formatIpv6, parseIpv4, parseIpv6 } from './ip-literal.ts';
import { decodePunycode, encodePunycode } from './punycode.ts';

const MAX_HOST = 253;
const MAX_LABEL = 63;
/** A label beyond ASCII has no more code points than its A-label has letters. */
const MAX_TYPED = 4 * MAX_HOST;

const LDH_LABEL = /^[a-z0-9](?:[a-z0-9\-]*[a-z0-9])?$/v;

/** The full stops that people's keyboards give beside the ASCII one. */
const FULL_STOPS = /[\u3002\uFF0E\uFF61]/gv;

/** What RFC 5892 lets stand in a label without regard to its place: letters and digits that are not capitals, marks. */
const LETTERS = /^[a-z0-9\-\u00DF\u03C2\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}]$/v;
/** RFC 5892 appendix A, each with what has to stand before and after it. */
const BY_CONTEXT: readonly (readonly [RegExp, RegExp, RegExp])[] = [
  // ZERO WIDTH NON-JOINER and JOINER behind a virama, and the former between Arabic letters.
  [/[\u200C\u200D]/v, /[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D4D\u0DCA]$/v, /^/v],
  [/\u200C/v, /[\p{L}&&\p{Script=Arabic}]$/v, /^[\p{L}&&\p{Script=Arabic}]/v],
  [/\u00B7/v, /l$/v, /^l/v],
  [/\u0375/v, /^/v, /^\p{Script=Greek}/v],
  [/[\u05F3\u05F4]/v, /\p{Script=Hebrew}$/v, /^/v],
];
const KATAKANA_DOT = '\u30FB';
const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/v;

/** Letters of the scripts that run from right to left and are in use, and the digits that run with them. */
const RIGHT_TO_LEFT =
  /[[\p{L}&&[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}\p{Script=Hanifi_Rohingya}]]\u0660-\u0669]/v;
const EUROPEAN_DIGIT = /[0-9\u06F0-\u06F9]/v;
const ARABIC_DIGIT = /[\u0660-\u0669]/v;

const invalid = (reason: string): ImppError => new ImppError('invalid-address', reason);

/** HOST as it stands on the wire, from what people type: any case, U-labels or A-labels. Throws `invalid-address`. */
export const canonicalHost = (text: string): string => {
  if (text.startsWith('[')) return canonicalIpv6(text);
  if (text.length > MAX_TYPED) throw invalid('the domain is too long');
  const host = isPlain(text) ? text : mapped(text).split('.').map(toALabel).join('.');
  if (host.length > MAX_HOST) throw invalid('the domain is too long');
  const labels = host.split('.');
  if (labels.includes('')) throw invalid('the domain has an empty part');
  for (const label of labels) {
    if (label.length > MAX_LABEL) throw invalid('a part of the domain is too long');
    if (!LDH_LABEL.test(label)) throw invalid(`"${label}" cannot be part of a domain`);
    if (label.startsWith('xn--')) toULabel(label);
  }
  // A name that ends in a number would be taken for an address by every resolver.
  if (/^\d+$/v.test(labels.at(-1) ?? '') && parseIpv4(host) === undefined) throw invalid('not an IP address');
  return host;
};

/** HOST with U-labels, for people. */
export const hostForPeople = (host: string): string =>
  host.includes('xn--')
    ? host
        .split('.')
        .map((label) => (label.startsWith('xn--') ? toULabel(label) : label))
        .join('.')
    : host;

/** Whether nothing has to be mapped. The long and the strange take the other way. */
const isPlain = (text: string): boolean => /^[a-z0-9\-.]*$/v.test(text);

/** Case and width folded, code point for code point: in a domain name sigma knows no end of a word. */
const mapped = (text: string): string =>
  Array.from(text.normalize('NFKC').replace(FULL_STOPS, '.'), (letter) => letter.toLowerCase())
    .join('')
    .normalize('NFKC');

const toALabel = (label: string): string => {
  if (/^[\x20-\x7E]*$/v.test(label)) return label;
  if (label.length > MAX_LABEL) throw invalid('a part of the domain is too long');
  checkULabel(label);
  return `xn--${encodePunycode(label)}`;
};

/** Throws `invalid-address` for an A-label that is not the only way to write a legal U-label. */
const toULabel = (label: string): string => {
  const decoded = decodePunycode(label.slice(4));
  if (decoded === undefined || /^[\x20-\x7E]*$/v.test(decoded))
    throw invalid(`"${label}" is not a legal A-label`);
  checkULabel(decoded);
  if (`xn--${encodePunycode(decoded)}` !== label) throw invalid(`"${label}" is not a legal A-label`);
  return decoded;
};

const checkULabel = (label: string): void => {
  const wrong = (): ImppError => invalid(`"${label}" cannot be part of a domain`);
  // Unstable ones look like others: full width, ligatures, capitals.
  if (mapped(label) !== label || !label.isWellFormed()) throw wrong();
  if (label.startsWith('-') || label.endsWith('-') || label.slice(2, 4) === '--') throw wrong();
  if (/^\p{M}/v.test(label)) throw wrong();
  let before = '';
  for (const letter of label) {
    const after = label.slice(before.length + letter.length);
    if (!LETTERS.test(letter) && !isLegalByContext(letter, before, after, label)) throw wrong();
    before += letter;
  }
  if (RIGHT_TO_LEFT.test(label) && !isOneDirection(label)) throw wrong();
};

/** RFC 5893 for a label that runs from right to left: mixed with others it would be shown in another order than it is read. */
const isOneDirection = (label: string): boolean => {
  const letters = Array.from(label).filter((letter) => /\p{L}/v.test(letter));
  return (
    letters.every((letter) => RIGHT_TO_LEFT.test(letter)) &&
    label.startsWith(letters[0] ?? ' ') &&
    !/-\p{M}*$/v.test(label) &&
    !(EUROPEAN_DIGIT.test(label) && ARABIC_DIGIT.test(label))
  );
};

const isLegalByContext = (letter: string, before: string, after: string, label: string): boolean =>
  letter === KATAKANA_DOT
    ? JAPANESE.test(label.replaceAll(KATAKANA_DOT, ''))
    : BY_CONTEXT.some(([which, left, right]) => which.test(letter) && left.test(before) && right.test(after));

const canonicalIpv6 = (text: string): string => {
  const parts = text.endsWith(']') ? parseIpv6(text.slice(1, -1)) : undefined;
  if (parts === undefined) throw invalid('not an IP address');
  return `[${formatIpv6(parts)}]`;
};

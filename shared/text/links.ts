// Which parts of a text are links. What is shown as a link is exactly the text that stands there: no title, no
// shortening, nothing decoded, so that a link never looks like another one than it is.

import { parseAddress } from '../impp/address.ts';
import { isInvitation, parseInvitation } from '../impp/invitation.ts';

export interface LinkSpan {
  readonly start: number;
  readonly end: number;
  /** What opens: http, https, mailto, the canonical impp URL of a person, or an invitation. */
  readonly url: string;
}

/** A longer address is not a link: nobody can read it, and some browsers choke on it. */
export const LONGEST_LINK = 2048;
// It ends at a space, a control, a quote or a bracket that no address may contain, and at what could turn its
// direction or hide a part of it.
// eslint-disable-next-line no-control-regex
const IN_LINK =
  /[^\s\u0000-\u001f\u007f<>"`{}|\\^\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]/u
    .source;
const SCHEME = '(?:https?:\\/\\/|mailto:|impp:\\/\\/|im:|pres:)';
// One pass, no nested repetition: linear in the length of the text.
// `](` ends the name of a link that looks like one itself.
const CANDIDATE = new RegExp(`(?<![\\p{L}\\p{N}_])${SCHEME}(?:(?!\\]\\()${IN_LINK})+`, 'giu');
const WHOLE = new RegExp(`^${SCHEME}${IN_LINK}+$`, 'iu');
const TRAILING = /[.,;:!?'’”»…]$/u;
const CLOSING: Readonly<Record<string, string>> = { ')': '(', ']': '[' };

/** The links of a text in order. */
export function findLinks(text: string): LinkSpan[] {
  const spans: LinkSpan[] = [];
  for (const match of text.matchAll(CANDIDATE)) {
    const candidate = trimmed(match[0]);
    const url = linkTarget(candidate);
    if (url !== undefined) spans.push({ start: match.index, end: match.index + candidate.length, url });
  }
  return spans;
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

/** What a link to `text` opens, or `undefined`. The program checks it once more before anything opens. */
export function linkTarget(text: string): string | undefined {
  if (text.length > LONGEST_LINK || !WHOLE.test(text)) return undefined;
  if (/^(?:impp|im|pres):/i.test(text)) return personOf(text);
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.protocol === 'mailto:') return url.pathname.includes('@') ? url.href : undefined;
  // `https://bank.example@evil.example` shows one host and opens another.
  if (url.username !== '' || url.password !== '') return undefined;
  return url.hostname === '' ? undefined : url.href;
}

function personOf(text: string): string | undefined {
  try {
    if (!isInvitation(text)) return parseAddress(text).url;
    parseInvitation(text);
    return text;
  } catch {
    return undefined;
  }
}

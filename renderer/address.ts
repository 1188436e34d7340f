// Addresses as people read them. The program speaks canonical URLs only.

import { formatForPeople, parseAddress, parseUrl } from '../shared/impp/address.ts';

const labels = new Map<string, string>();
// A list of 100,000 contacts is read again and again while it is scrolled and sorted.
const REMEMBERED = 200_000;

/** `user@domain` for a canonical URL; anything else is given back as it is, to be shown beside what it was meant to be. */
export function label(url: string): string {
  const known = labels.get(url);
  if (known !== undefined) return known;
  let text = url;
  try {
    text = formatForPeople(parseUrl(url));
  } catch {
    // Typed text, or an address of a kind this version does not know: shown as it came.
  }
  if (labels.size >= REMEMBERED) labels.clear();
  labels.set(url, text);
  return text;
}

/** The part after the last `@` of what people read; empty when there is none. */
export function domainOf(address: string): string {
  const text = label(address);
  return text.slice(text.lastIndexOf('@') + 1);
}

/** The part before the last `@`. */
export function userOf(address: string): string {
  const text = label(address);
  const at = text.lastIndexOf('@');
  return at < 0 ? text : text.slice(0, at);
}

/** The canonical URL of what somebody typed. Throws ImppError `invalid-address`. */
export const canonical = (typed: string): string => parseAddress(typed.trim()).url;

// What the documents of [IMPP 14] share: values of single elements.

import { ImppError } from '../errors.ts';
import { parseUrl } from './address.ts';
import { isToken, parseTime } from './headers.ts';
import { type Element, isBlank } from './markup.ts';

export const malformed = (what: string): ImppError => new ImppError('bad-request', what);

/** Text of an element that has no business with children. Throws `bad-request`. */
export function textOf(element: Element): string {
  if (element.children.length > 0) throw malformed(`<${element.name}> holds elements`);
  return element.text;
}

/** Children of an element that has no business with text. Throws `bad-request`. */
export function childrenOf(element: Element): readonly Element[] {
  if (!isBlank(element)) throw malformed(`<${element.name}> holds text`);
  return element.children;
}

/** RFC 3339 in UTC with `Z` and milliseconds, and nothing else [IMPP]; to ms since 1970. Throws `bad-request`. */
export function timeOf(element: Element): number {
  const time = parseTime(textOf(element));
  if (time === undefined) throw malformed(`<${element.name}> is no time`);
  return time;
}

/** Throws `bad-request`. */
export function tokenOf(element: Element): string {
  const text = textOf(element);
  if (!isToken(text)) throw malformed(`<${element.name}> is no token`);
  return text;
}

/** A canonical impp URL. Throws `bad-request`. */
export const urlOf = (element: Element): string => parseUrl(textOf(element)).url;

/** One of `values`. Throws `bad-request`. */
export function oneOf<T extends string>(element: Element, values: readonly T[]): T {
  const text = textOf(element);
  const value = values.find((candidate) => candidate === text);
  if (value === undefined) throw malformed(`<${element.name}> is none of ${values.join(', ')}`);
  return value;
}

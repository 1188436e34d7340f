import { ImppError } from '../../shared/errors.ts';
import {
  type Element,
  formatMarkup,
  listElement,
  MAX_MARKUP,
  textElement,
} from '../../shared/impp/markup.ts';

/**
 * A list as a document of at most `limit` octets, which are 64 KiB unless the reader takes more [IMPP 14]: as many of
 * the first elements as fit, and `<x-more>` with the number of the others.
 * @throws message-too-large (not even one fits)
 */
export function formatAsManyAsFit(
  root: string,
  elements: readonly Element[],
  limit = MAX_MARKUP,
): Uint8Array {
  const rest = (count: number): Element => textElement('x-more', String(count));
  // `<root></root>`; each element takes what it takes alone.
  let size = root.length * 2 + 5;
  const left = formatMarkup(rest(elements.length)).length;
  let fitting = 0;
  let fittingWithRest = 0;
  for (const element of elements) {
    size += formatMarkup(element).length;
    if (size > limit) break;
    fitting += 1;
    if (size + left <= limit) fittingWithRest = fitting;
  }
  if (fitting === elements.length) return formatMarkup(listElement(root, elements), limit);
  if (fittingWithRest === 0)
    throw new ImppError('message-too-large', 'the device takes too little', {
      data: { maxMessageSize: limit },
    });
  const shown = elements.slice(0, fittingWithRest);
  return formatMarkup(listElement(root, [...shown, rest(elements.length - fittingWithRest)]), limit);
}

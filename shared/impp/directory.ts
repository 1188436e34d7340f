import { childrenOf, malformed, textOf, urlOf } from './element-values.ts';
import { type Element, listElement, parseMarkup, textElement } from './markup.ts';

/** A line of `application/impp-directory`, the answer to LOOKUP [IMPP 10, 14]. */
export interface DirectoryEntry {
  /** Canonical URL. */
  readonly address: string;
  readonly displayName?: string | undefined;
}

export const directoryElement = ({ address, displayName }: DirectoryEntry): Element =>
  listElement('entry', [
    textElement('address', address),
    ...(displayName === undefined ? [] : [textElement('display-name', displayName)]),
  ]);

function parseEntry(element: Element): DirectoryEntry {
  const children = childrenOf(element);
  const address = children.find((child) => child.name === 'address');
  const name = children.find((child) => child.name === 'display-name');
  if (address === undefined) throw malformed('<entry> needs <address>');
  return { address: urlOf(address), ...(name === undefined ? {} : { displayName: textOf(name) }) };
}

/** Throws `bad-request`. */
export function parseDirectory(bytes: Uint8Array): DirectoryEntry[] {
  const root = parseMarkup(bytes);
  if (root.name !== 'directory') throw malformed('a directory begins with <directory>');
  return childrenOf(root)
    .filter((child) => child.name === 'entry')
    .map(parseEntry);
}

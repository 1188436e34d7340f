import { ImppError } from '../../shared/errors.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import {
  type Element,
  formatMarkup,
  listElement,
  parseMarkup,
  textElement,
} from '../../shared/impp/markup.ts';

/** Octets of a document that a domain takes [IMPP 10]. */
export const MAX_DOCUMENT = 262_144;

interface Entry<Value> {
  readonly value: Value;
  /** What another program put beside it. */
  readonly unknown: readonly Element[];
}

/** By address, in the document's order, and what in it is not understood. */
export interface AddressedList<Value> {
  readonly entries: ReadonlyMap<string, Entry<Value>>;
  readonly unknown: readonly Element[];
}

/** A document that says something of addresses: `<root><entry><address>URL</address>..</entry>*</root>`. */
export interface AddressedDocument<Value> {
  readonly root: string;
  readonly entry: string;
  /** The elements of an entry beside its address. */
  readonly known: ReadonlySet<string>;
  /** What is said where it has grown too large. */
  readonly full: string;
  read(entry: Element, address: string): Value;
  write(value: Value): readonly Element[];
}

const EMPTY_LIST = { entries: new Map<string, never>(), unknown: [] };

export const textOf = (element: Element, name: string): string | undefined =>
  element.children.find((child) => child.name === name)?.text;

/** The address that an entry is about, as a URL; undefined: it has none. */
export const addressIn = (element: Element): string | undefined => {
  try {
    return parseUrl(textOf(element, 'address') ?? '').url;
  } catch {
    return undefined;
  }
};

/** Throws `bad-request` for what is not such a document. No document is an empty list. */
export const parseAddressed = <Value>(
  kind: AddressedDocument<Value>,
  bytes: Uint8Array | undefined,
): AddressedList<Value> => {
  if (bytes === undefined) return EMPTY_LIST;
  const root = parseMarkup(bytes, MAX_DOCUMENT);
  if (root.name !== kind.root) throw new ImppError('bad-request', `not a document of ${kind.root}`);
  const entries = new Map<string, Entry<Value>>();
  const unknown: Element[] = [];
  for (const element of root.children) {
    const address = element.name === kind.entry ? addressIn(element) : undefined;
    if (address === undefined || entries.has(address)) unknown.push(element);
    else {
      entries.set(address, {
        value: kind.read(element, address),
        unknown: element.children.filter(({ name }) => name !== 'address' && !kind.known.has(name)),
      });
    }
  }
  return { entries, unknown };
};

/** Throws `message-too-large` for more than can be read back. */
export const formatAddressed = <Value>(
  kind: AddressedDocument<Value>,
  { entries, unknown }: AddressedList<Value>,
): Uint8Array => {
  const all = [...entries].map(([address, { value, unknown: beside }]) =>
    listElement(kind.entry, [textElement('address', address), ...kind.write(value), ...beside]),
  );
  try {
    return formatMarkup(listElement(kind.root, [...all, ...unknown]), MAX_DOCUMENT);
  } catch (cause) {
    // What is written comes from validated input: size is all that markup can object to.
    throw new ImppError('message-too-large', kind.full, { cause, data: { maxMessageSize: MAX_DOCUMENT } });
  }
};

// `application/presence` [IMPP 14]: reading, writing, and the server's check. What it means to people is in
// presence-state.ts.

import { decodeBase64, encodeBase64 } from '../base64.ts';
import { childrenOf, malformed, oneOf, textOf, timeOf, urlOf } from './element-values.ts';
import { formatTime } from './headers.ts';
import { type Element, formatMarkup, listElement, parseMarkup, textElement } from './markup.ts';

export interface Tuple {
  readonly id: string;
  readonly status: 'open' | 'closed';
  /** An RFC 4480 name, `available` or `do-not-disturb`; others may come. */
  readonly activity?: string | undefined;
  readonly note?: string | undefined;
  readonly contactMeans?: string | undefined;
  readonly contactAddress?: string | undefined;
  /** 0-1. */
  readonly priority?: number | undefined;
  /** Times in ms since 1970. */
  readonly idleSince?: number | undefined;
  /** When the publisher expects this to change. */
  readonly until?: number | undefined;
  readonly timestamp?: number | undefined;
  readonly unknown?: readonly Element[] | undefined;
}

export interface Blob {
  /** A MIME type for a photo, `openpgp` or `smime` for a key. */
  readonly type: string;
  readonly data: Uint8Array;
  readonly unknown?: readonly Element[] | undefined;
}

export interface PresenceDocument {
  /** Canonical URL of the presentity. */
  readonly entity: string;
  readonly tuples: readonly Tuple[];
  readonly displayName?: string | undefined;
  readonly note?: string | undefined;
  readonly email?: string | undefined;
  readonly telephone?: string | undefined;
  readonly organization?: string | undefined;
  readonly timeZone?: string | undefined;
  readonly photo?: Blob | undefined;
  readonly keys?: readonly Blob[] | undefined;
  /** What this version does not know or cannot read, kept for those that do [IMPP 14]. */
  readonly unknown?: readonly Element[] | undefined;
}

/** Octets of a photo, decoded [IMPP 14]. */
export const MAX_PHOTO = 32_768;

/** One optional element with one value. Method syntax, so that slots of all values fit one table. */
interface Slot<V> {
  readonly name: string;
  read(element: Element): V;
  write(value: V): Element;
}

const text = (name: string): Slot<string> => ({
  name,
  read: textOf,
  write: (value) => textElement(name, value),
});
const time = (name: string): Slot<number> => ({
  name,
  read: timeOf,
  write: (value) => textElement(name, formatTime(value)),
});
const priority: Slot<number> = {
  name: 'priority',
  read: (element) => {
    const value = textOf(element);
    // As RFC 3863 writes it: up to three decimals.
    if (!/^(?:0(?:\.\d{0,3})?|1(?:\.0{0,3})?)$/.test(value))
      throw malformed('<priority> is not between 0 and 1');
    return Number(value);
  },
  write: (value) =>
    textElement('priority', String(Math.round(Math.min(Math.max(value, 0), 1) * 1_000) / 1_000)),
};

const withUnknown = (unknown: readonly Element[]) => (unknown.length > 0 ? { unknown } : {});

const only = (element: Element, name: string): Element => {
  const [found, ...more] = childrenOf(element).filter((child) => child.name === name);
  if (found === undefined || more.length > 0) throw malformed(`<${element.name}> needs one <${name}>`);
  return found;
};

const blob = (name: string, limit: number): Slot<Blob> => ({
  name,
  read: (element) => {
    // White space is legal in base64 and common in long ones.
    const data = decodeBase64(textOf(only(element, 'data')).replace(/[ \t\r\n]+/g, ''));
    if (data.length > limit) throw malformed(`<${name}> is over ${limit} octets`);
    const unknown = element.children.filter(({ name: child }) => child !== 'type' && child !== 'data');
    return { type: textOf(only(element, 'type')), data, ...withUnknown(unknown) };
  },
  write: ({ type, data, unknown = [] }) => {
    if (data.length > limit) throw malformed(`<${name}> is over ${limit} octets`);
    return listElement(name, [
      textElement('type', type),
      textElement('data', encodeBase64(data)),
      ...unknown,
    ]);
  },
});

const TUPLE = {
  id: text('id'),
  status: {
    name: 'status',
    read: (element: Element): Tuple['status'] => oneOf(element, ['open', 'closed']),
    write: (value: string) => textElement('status', value),
  },
  activity: text('activity'),
  note: text('note'),
  contactMeans: text('contact-means'),
  contactAddress: text('contact-address'),
  priority,
  idleSince: time('idle-since'),
  until: time('until'),
  timestamp: time('timestamp'),
} as const satisfies Record<string, Slot<unknown>>;
const DOCUMENT = {
  displayName: text('display-name'),
  note: text('note'),
  email: text('email'),
  telephone: text('telephone'),
  organization: text('organization'),
  timeZone: text('time-zone'),
  photo: blob('photo', MAX_PHOTO),
} as const satisfies Record<string, Slot<unknown>>;
const KEY = blob('key', MAX_PHOTO);

type Slots = Readonly<Record<string, Slot<unknown>>>;
type ValuesOf<S extends Slots> = { -readonly [K in keyof S]?: ReturnType<S[K]['read']> };

/**
 * The value of each slot, from the first element that has one. What comes twice or cannot be read is left in
 * `rest`: a fault in one field of a document from anywhere must not cost the others.
 */
function readSlots<S extends Slots>(
  elements: readonly Element[],
  slots: S,
): { values: ValuesOf<S>; rest: Element[] } {
  const byName = new Map(Object.entries(slots).map(([key, slot]) => [slot.name, { key, slot }]));
  const values: Record<string, unknown> = {};
  const rest: Element[] = [];
  for (const element of elements) {
    const found = byName.get(element.name);
    if (found === undefined || found.key in values) {
      rest.push(element);
      continue;
    }
    try {
      values[found.key] = found.slot.read(element);
    } catch {
      rest.push(element);
    }
  }
  // Each value came out of the slot of its key.
  return { values: values as ValuesOf<S>, rest };
}

function writeSlots(values: object, slots: Slots): Element[] {
  const given = new Map<string, unknown>(Object.entries(values));
  return Object.entries(slots).flatMap(([key, slot]) => {
    const value = given.get(key);
    return value === undefined ? [] : [slot.write(value)];
  });
}

function parseTuple(element: Element): Tuple {
  const { values, rest } = readSlots(childrenOf(element), TUPLE);
  const { id = '', status } = values;
  if (status === undefined) throw malformed('<tuple> needs <status> open or closed');
  return { ...values, id, status, ...withUnknown(rest) };
}

function rootOf(bytes: Uint8Array): Element {
  const root = parseMarkup(bytes);
  if (root.name !== 'presence') throw malformed('a presence document begins with <presence>');
  return root;
}

/**
 * Reads a document. Throws `bad-request` if it is not well-formed, has no entity, or a tuple without a status;
 * other fields that cannot be read are treated like unknown ones.
 */
export function parsePresence(bytes: Uint8Array): PresenceDocument {
  const root = rootOf(bytes);
  const entity = urlOf(only(root, 'entity'));
  const tuples: Tuple[] = [];
  const keys: Blob[] = [];
  const others: Element[] = [];
  for (const child of root.children) {
    if (child.name === 'tuple') tuples.push(parseTuple(child));
    else if (child.name !== 'entity') others.push(child);
  }
  const { values, rest } = readSlots(others, DOCUMENT);
  const unknown = rest.filter((element) => {
    const { values: found } = readSlots([element], { key: KEY });
    if (found.key !== undefined) keys.push(found.key);
    return found.key === undefined;
  });
  return { entity, tuples, ...values, ...(keys.length > 0 ? { keys } : {}), ...withUnknown(unknown) };
}

/** Throws `bad-request` for what markup cannot say, and for what is over a limit. */
export function formatPresence(document: PresenceDocument): Uint8Array<ArrayBuffer> {
  const { entity, tuples, keys = [], unknown = [], ...fields } = document;
  return formatMarkup(
    listElement('presence', [
      textElement('entity', entity),
      ...tuples.map(({ unknown: others = [], ...values }) =>
        listElement('tuple', [...writeSlots(values, TUPLE), ...others]),
      ),
      ...writeSlots(fields, DOCUMENT),
      ...keys.map((key) => KEY.write(key)),
      ...unknown,
    ]),
  );
}

/** What a watcher is shown where there is nothing to show, or nothing for it [IMPP 7, 14]. */
export const minimalClosed = (url: string): Uint8Array<ArrayBuffer> =>
  formatPresence({ entity: url, tuples: [{ id: 'none', status: 'closed' }] });

/**
 * What a server checks of a document before it publishes it [IMPP 7]: that it is well-formed and that `entity`
 * names the presentity. The rest is between publisher and watchers. Throws `bad-request`.
 */
export function checkPresence(bytes: Uint8Array, entityUrl: string): void {
  if (urlOf(only(rootOf(bytes), 'entity')) !== entityUrl) throw malformed('<entity> is not the presentity');
}

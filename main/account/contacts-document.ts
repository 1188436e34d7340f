import { ImppError } from '../../shared/errors.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import {
  type Element,
  formatMarkup,
  listElement,
  parseMarkup,
  textElement,
} from '../../shared/impp/markup.ts';
import type { ContactEdit, StoredContact } from '../store/contacts.ts';

// The account's `contacts` document [IMPP 10], application/impp-contacts:
// <contacts><contact><address>URL</address><name>..</name><group>..</group>*</contact>*</contacts>

export const CONTACTS_TYPE = 'application/impp-contacts';

/** Octets of a document that a domain takes [IMPP 10]: some 2,000 contacts. */
const MAX_CONTACTS = 262_144;

interface Entry {
  readonly contact: StoredContact;
  /** What another program put beside it. */
  readonly unknown: readonly Element[];
}

/** The list by address, in the document's order, and what in it is not understood. */
export interface ContactList {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly unknown: readonly Element[];
}

const textOf = (element: Element, name: string): string =>
  element.children.find((child) => child.name === name)?.text ?? '';

const addressIn = (element: Element): string | undefined => {
  try {
    return parseUrl(textOf(element, 'address')).url;
  } catch {
    return undefined;
  }
};

const KNOWN = new Set(['address', 'name', 'group']);

/** Throws `bad-request` for what is not such a document. No document is an empty list. */
export const parseContacts = (bytes: Uint8Array | undefined): ContactList => {
  const entries = new Map<string, Entry>();
  const unknown: Element[] = [];
  if (bytes === undefined) return { entries, unknown };
  const root = parseMarkup(bytes, MAX_CONTACTS);
  if (root.name !== 'contacts') throw new ImppError('bad-request', 'not a list of contacts');
  for (const element of root.children) {
    const address = element.name === 'contact' ? addressIn(element) : undefined;
    if (address === undefined || entries.has(address)) {
      unknown.push(element);
      continue;
    }
    entries.set(address, {
      contact: {
        address,
        name: textOf(element, 'name'),
        groups: element.children.filter((child) => child.name === 'group').map((child) => child.text),
      },
      unknown: element.children.filter((child) => !KNOWN.has(child.name)),
    });
  }
  return { entries, unknown };
};

/** Throws `message-too-large` for more than can be read back. */
export const formatContacts = ({ entries, unknown }: ContactList): Uint8Array => {
  const contacts = [...entries.values()].map(({ contact, unknown: beside }) =>
    listElement('contact', [
      textElement('address', contact.address),
      ...(contact.name === '' ? [] : [textElement('name', contact.name)]),
      ...contact.groups.map((group) => textElement('group', group)),
      ...beside,
    ]),
  );
  try {
    return formatMarkup(listElement('contacts', [...contacts, ...unknown]), MAX_CONTACTS);
  } catch (cause) {
    // The text of names comes from validated input: size is all that markup can object to.
    throw new ImppError('message-too-large', 'the contact list is full', {
      cause,
      data: { maxMessageSize: MAX_CONTACTS },
    });
  }
};

/** The list after all `edits`, in their order. */
export const withEdits = (list: ContactList, edits: readonly ContactEdit[]): ContactList => {
  const entries = new Map(list.entries);
  for (const edit of edits) {
    if (edit.type === 'remove') entries.delete(edit.address);
    else {
      const unknown = entries.get(edit.contact.address)?.unknown ?? [];
      entries.set(edit.contact.address, { contact: edit.contact, unknown });
    }
  }
  return { entries, unknown: list.unknown };
};

/** A list of these alone. */
export const listOf = (contacts: readonly StoredContact[]): ContactList => ({
  entries: new Map(contacts.map((contact) => [contact.address, { contact, unknown: [] }])),
  unknown: [],
});

export const contactsIn = ({ entries }: ContactList): StoredContact[] =>
  [...entries.values()].map(({ contact }) => contact);

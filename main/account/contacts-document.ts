import { textElement } from '../../shared/impp/markup.ts';
import type { ContactEdit, StoredContact } from '../store/contacts.ts';
import {
  type AddressedDocument,
  type AddressedList,
  formatAddressed,
  parseAddressed,
  textOf,
} from './addressed-document.ts';

// The account's `contacts` document [IMPP 10], application/impp-contacts, some 2,000 contacts at most:
// <contacts><contact><address>URL</address><name>..</name><group>..</group>*</contact>*</contacts>

export const CONTACTS_TYPE = 'application/impp-contacts';

export type ContactList = AddressedList<StoredContact>;

const CONTACTS: AddressedDocument<StoredContact> = {
  root: 'contacts',
  entry: 'contact',
  known: new Set(['name', 'group']),
  full: 'the contact list is full',
  read: (element, address) => ({
    address,
    name: textOf(element, 'name') ?? '',
    groups: element.children.filter((child) => child.name === 'group').map((child) => child.text),
  }),
  write: ({ name, groups }) => [
    ...(name === '' ? [] : [textElement('name', name)]),
    ...groups.map((group) => textElement('group', group)),
  ],
};

/** Throws `bad-request` for what is not such a document. No document is an empty list. */
export const parseContacts = (bytes: Uint8Array | undefined): ContactList => parseAddressed(CONTACTS, bytes);

/** Throws `message-too-large` for more than can be read back. */
export const formatContacts = (list: ContactList): Uint8Array => formatAddressed(CONTACTS, list);

/** The list after all `edits`, in their order. */
export const withEdits = (list: ContactList, edits: readonly ContactEdit[]): ContactList => {
  const entries = new Map(list.entries);
  for (const edit of edits) {
    if (edit.type === 'remove') entries.delete(edit.address);
    else {
      const unknown = entries.get(edit.contact.address)?.unknown ?? [];
      entries.set(edit.contact.address, { value: edit.contact, unknown });
    }
  }
  return { entries, unknown: list.unknown };
};

/** A list of these alone. */
export const listOf = (contacts: readonly StoredContact[]): ContactList => ({
  entries: new Map(contacts.map((contact) => [contact.address, { value: contact, unknown: [] }])),
  unknown: [],
});

export const contactsIn = ({ entries }: ContactList): StoredContact[] =>
  [...entries.values()].map(({ value }) => value);

import { describe, expect, test } from 'vitest';
import {
  contactsIn,
  formatContacts,
  listOf,
  parseContacts,
  withEdits,
} from '../../../main/account/contacts-document.ts';

const BOB = { address: 'impp://b.example/bob', name: 'Bob & <Co>', groups: ['Work', 'Chess'] };
const bytes = (text: string) => new TextEncoder().encode(text);
const text = (octets: Uint8Array) => new TextDecoder().decode(octets);

describe('the contacts document', () => {
  test('comes back as it was written', () => {
    const list = withEdits(parseContacts(undefined), [{ type: 'put', contact: BOB }]);
    expect(contactsIn(parseContacts(formatContacts(list)))).toEqual([BOB]);
  });

  test('an edit touches one contact, and nothing that another program put there', () => {
    const document =
      '<contacts><contact><address>impp://b.example/bob</address><name>Bob</name><x-colour>red</x-colour></contact>' +
      '<contact><address>impp://b.example/carol</address></contact><x-order>name</x-order></contacts>';
    const renamed = withEdits(parseContacts(bytes(document)), [
      { type: 'put', contact: { ...BOB, name: 'Robert', groups: [] } },
    ]);
    expect(text(formatContacts(renamed))).toBe(document.replace('Bob', 'Robert'));
    const removed = withEdits(renamed, [{ type: 'remove', address: BOB.address }]);
    expect(contactsIn(removed).map(({ address }) => address)).toEqual(['impp://b.example/carol']);
    expect(text(formatContacts(removed))).toContain('<x-order>name</x-order>');
  });

  test('entries that are no contacts of ours are kept, not shown', () => {
    const document =
      '<contacts><contact><address>sip:someone@else</address></contact><contact><name>nobody</name></contact></contacts>';
    const list = parseContacts(bytes(document));
    expect(contactsIn(list)).toEqual([]);
    expect(text(formatContacts(list))).toBe(document);
  });

  test('what is no list is not overwritten', () => {
    expect(() => parseContacts(bytes('<acl></acl>'))).toThrow(
      expect.objectContaining({ code: 'bad-request' }) as Error,
    );
    expect(() => parseContacts(bytes('BEGIN:VCARD'))).toThrow(
      expect.objectContaining({ code: 'bad-request' }) as Error,
    );
  });

  test('a list that could not be read back is not written', () => {
    const many = (count: number) =>
      listOf(
        Array.from({ length: count }, (_, i) => ({
          address: `impp://b.example/user${i}`,
          name: 'A name',
          groups: [],
        })),
      );
    const full = many(2000);
    expect(contactsIn(parseContacts(formatContacts(full)))).toHaveLength(2000);
    const list = many(4000);
    expect(() => formatContacts(list)).toThrow(
      expect.objectContaining({ code: 'message-too-large' }) as Error,
    );
  });
});

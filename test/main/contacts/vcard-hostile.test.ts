import fc from 'fast-check';
import { expect, test } from 'vitest';
import { chooseCards } from '../../../main/contacts/choose.ts';
import { readCards } from '../../../main/contacts/vcard.ts';
import { cpuTimeOf } from '../../cpu-time.ts';

/** Far more than reading takes; what is not linear takes minutes. */
const SOON = 5000;
const MEGABYTES = 2_000_000;

const token = fc.constantFrom(
  'BEGIN:VCARD',
  'END:VCARD',
  '\r\n',
  '\n ',
  '\r',
  'FN',
  'IMPP',
  'N',
  'CATEGORIES',
  'KIND',
  ':',
  ';',
  ',',
  '=',
  '"',
  '\\',
  'im:',
  'impp://',
  'bob@b.example',
  'ENCODING=QUOTED-PRINTABLE',
  'CHARSET=utf-16',
  '=C3',
  '\uD800',
  '\u0000',
  '%',
  '%FF',
  'PREF=',
  ' ',
);

test('anything is read without a fault, and gives only what a contact can be', () => {
  fc.assert(
    fc.property(fc.array(token, { maxLength: 60 }), (tokens) => {
      for (const { name, groups, addresses } of readCards(tokens.join(''))) {
        for (const text of [name, ...groups]) expect(text).toMatch(/^[^\p{Cc}\p{Cs}]*$/u);
        for (const address of addresses) expect(address).toMatch(/^impp:\/\/[^/]+\/[^/]+$/);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['one endless line', `BEGIN:VCARD\nFN:${'x'.repeat(MEGABYTES)}`],
  ['nothing but parameters', `BEGIN:VCARD\nFN${';a="b'.repeat(MEGABYTES / 5)}`],
  ['quotes without end', `BEGIN:VCARD\nFN;a=${'"'.repeat(MEGABYTES)}`],
  [
    'soft line ends',
    `BEGIN:VCARD\nFN;QUOTED-PRINTABLE;x=${'QUOTED-PRINTABLE;'.repeat(200)}:=\n${'=\n'.repeat(MEGABYTES / 2)}`,
  ],
  ['folded line ends', `BEGIN:VCARD\nFN:${'\n '.repeat(MEGABYTES / 2)}`],
  ['backslashes', `BEGIN:VCARD\nFN:${'\\'.repeat(MEGABYTES)}`],
  ['groups', `BEGIN:VCARD\nCATEGORIES:${'a,'.repeat(MEGABYTES / 2)}`],
  ['addresses', `BEGIN:VCARD\n${'IMPP:im:x@y\n'.repeat(MEGABYTES / 12)}`],
  ['a long address', `BEGIN:VCARD\nIMPP:im:${'%41'.repeat(MEGABYTES / 3)}@b.example`],
])('%s cost no more than they are long', (_, text) => {
  let card: ReturnType<typeof readCards>[number] | undefined;
  const time = cpuTimeOf(() => {
    [card] = readCards(`${text}\nEND:VCARD\n`);
  });
  expect(time).toBeLessThan(SOON);
  expect(card?.name.length ?? 0).toBeLessThanOrEqual(200);
  expect(card?.groups.length ?? 0).toBeLessThanOrEqual(50);
  expect(card?.addresses.length ?? 0).toBeLessThanOrEqual(20);
});

test('a file with too many cards is read as far as a list can be long', () => {
  const cards = readCards('BEGIN:VCARD\nFN:a\nEND:VCARD\n'.repeat(20_000));
  expect(cards).toHaveLength(10_000);
});

test('cards for more people than the list takes are refused one by one, the first ones kept', () => {
  const cards = Array.from({ length: 10_000 }, (_, number) => ({
    name: `Person ${number}`,
    groups: [],
    addresses: [`impp://b.example/person-${number}`],
    wrong: [],
  }));
  const { contacts, refused } = chooseCards(cards, 'impp://a.example/alice', []);
  expect(contacts.length).toBeGreaterThan(1000);
  expect(contacts.length + refused.length).toBe(10_000);
  expect(contacts[0]?.address).toBe('impp://b.example/person-0');
  expect(refused[0]).toEqual({
    name: `Person ${contacts.length}`,
    reason: 'does not fit: the contact list is full',
  });
});

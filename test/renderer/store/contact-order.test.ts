import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareContacts, nameOf, sortContacts, updateOrder } from '../../../renderer/store/contact-order.ts';
import { type PairKey, pairKey } from '../../../renderer/store/mirror.ts';
import type { Contact, PresenceState } from '../../../shared/model.ts';
import { contact } from '../scripted-bridge.tsx';

const STATES = [
  'available',
  'busy',
  'away',
  'do-not-disturb',
  'offline',
  'unknown',
] as const satisfies PresenceState[];

test('who can be reached stands first, then the name, whatever its case and accents', () => {
  const people: [string, PresenceState][] = [
    ['zoe', 'available'],
    ['Émile', 'unknown'],
    ['anna', 'offline'],
    ['Adam', 'available'],
    ['Bo 10', 'away'],
    ['Bo 9', 'away'],
  ];
  const sorted = sortContacts(
    people.map(([name, state]) =>
      contact({ address: `impp://x.example/${name}`, name, presence: { state } }),
    ),
  );
  expect(sorted.map(({ name }) => name)).toEqual(['Adam', 'zoe', 'Bo 9', 'Bo 10', 'anna', 'Émile']);
});

test('a contact is called by its owner, else by itself, else by its address', () => {
  expect(nameOf(contact({ name: 'Bobby', presence: { state: 'away', displayName: 'Robert' } }))).toBe(
    'Bobby',
  );
  expect(nameOf(contact({ name: '', presence: { state: 'away', displayName: 'Robert' } }))).toBe('Robert');
  expect(nameOf(contact({ name: '' }))).toBe('bob');
});

test('a few changes give the same order as sorting anew', () => {
  const person = fc.record({
    user: fc.integer({ min: 0, max: 12 }),
    name: fc.constantFrom('', 'A', 'a', 'b', 'C'),
    state: fc.constantFrom(...STATES),
  });
  const build = ({ user, name, state }: { user: number; name: string; state: PresenceState }): Contact =>
    contact({ address: `impp://x.example/u${user}`, name, presence: { state } });
  const keyed = (list: Contact[]): Map<PairKey, Contact> =>
    new Map(list.map((one) => [pairKey(one.account, one.address), one]));
  fc.assert(
    fc.property(
      fc.array(person),
      fc.array(fc.record({ person, isRemoved: fc.boolean() })),
      (first, changes) => {
        const before = keyed(first.map(build));
        const after = new Map(before);
        const changed = new Set<PairKey>();
        for (const change of changes) {
          const one = build(change.person);
          const key = pairKey(one.account, one.address);
          if (change.isRemoved) after.delete(key);
          else after.set(key, one);
          changed.add(key);
        }
        expect(updateOrder(sortContacts(before.values()), before, after, changed)).toEqual(
          [...after.values()].sort(compareContacts),
        );
      },
    ),
  );
});

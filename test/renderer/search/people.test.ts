import { expect, test } from 'vitest';
import { wordsOf } from '../../../renderer/search/fold.ts';
import { type FoundPeople, findPeople, type Known } from '../../../renderer/search/people.ts';
import { mirrorOf } from '../../../renderer/store/apply.ts';
import type { Contact, Conversation } from '../../../shared/model.ts';
import { longestStretch } from '../cpu.ts';
import { contact, conversation, message, snapshot } from '../scripted-bridge.tsx';

const known = (contacts: readonly Contact[], conversations: readonly Conversation[] = []): Known =>
  mirrorOf(snapshot({ contacts, conversations }));
const address = (user: string): string => `impp://x.example/${user}`;
const person = (user: string, name: string, part: Partial<Contact> = {}): Contact =>
  contact({ address: address(user), name, ...part });

async function find(from: Known, typed: string, limit = 10): Promise<FoundPeople> {
  const found = await findPeople(from, wordsOf(typed), limit, () => false);
  if (found === undefined) throw new Error('given up');
  return found;
}
const names = async (from: Known, typed: string, limit = 10): Promise<string[]> =>
  (await find(from, typed, limit)).people.map(({ name }) => name);

const PEOPLE = known([
  person('ana', 'Ana Ferreira', { groups: ['Print shop'] }),
  person('elodie', 'Élodie Marchand'),
  person('yuki', '田中 由紀'),
  person('banana', 'Banana stand'),
  person('diana', 'Maria Ana'),
]);

test('by name with accents folded, in every script, by address and by group', async () => {
  expect(await names(PEOPLE, 'elo')).toEqual(['Élodie Marchand']);
  expect(await names(PEOPLE, '紀')).toEqual(['田中 由紀']);
  expect(await names(PEOPLE, 'yuki@')).toEqual(['田中 由紀']);
  expect(await names(PEOPLE, 'print')).toEqual(['Ana Ferreira']);
  expect((await find(PEOPLE, 'print')).people[0]).toMatchObject({ group: 'Print shop' });
  expect((await find(PEOPLE, 'ana')).people[0]).not.toHaveProperty('group');
});

test('who is called so stands before whose second name it is, and before who has it inside', async () => {
  expect(await names(PEOPLE, 'ana')).toEqual(['Ana Ferreira', 'Maria Ana', 'Banana stand']);
  expect(await names(PEOPLE, 'ana', 1)).toEqual(['Ana Ferreira']);
  expect((await find(PEOPLE, 'ana', 1)).count).toBe(3);
});

test('all words have to be found', async () => {
  expect(await names(PEOPLE, 'ferr ana')).toEqual(['Ana Ferreira']);
  expect(await names(PEOPLE, 'ana 42')).toEqual([]);
});

test('with whom one talks comes first, and somebody who is no contact is found, but nobody out of Requests', async () => {
  const from = known(
    [person('ana1', 'Ana One'), person('ana2', 'Ana Two')],
    [
      conversation({ peer: address('ana2'), last: message({ id: 1 }) }),
      conversation({ peer: address('analyst'), last: message({ id: 2 }) }),
      conversation({ peer: address('anagram'), last: message({ id: 3 }), isRequest: true }),
    ],
  );
  expect(await names(from, 'ana')).toEqual(['Ana Two', 'analyst@x.example', 'Ana One']);
});

test('a search that nobody waits for any more ends', async () => {
  let looks = 0;
  const found = await findPeople(large(), wordsOf('nobody at all'), 10, () => {
    looks += 1;
    return true;
  });
  expect(found).toBeUndefined();
  expect(looks).toBe(1);
});

const large = (): Known =>
  known(
    Array.from({ length: 100_000 }, (_, index) =>
      person(`u${index}`, index % 3 === 0 ? `Ünverzagt ${index}` : `Person ${index}`, {
        groups: [`Group ${index % 40}`],
      }),
    ),
  );

test('100,000 contacts are looked through in slices: the window is never held up for 50 ms', async () => {
  // Of several rounds the best counts: memory is tidied up in between.
  let least = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3 && least >= 50; round += 1) {
    const people = large();
    let longest = 0;
    // The first search folds each text, the others find it folded.
    for (const typed of ['unver 99990', 'unver 99993']) {
      const stretch = await longestStretch(async () => {
        const found = await findPeople(people, wordsOf(typed), 10, () => false);
        expect(found?.count).toBe(1);
      });
      longest = Math.max(longest, stretch);
    }
    least = Math.min(least, longest);
  }
  expect(least).toBeLessThan(50);
});

import { afterEach, beforeEach, expect, test } from 'vitest';
import { Profile } from '../harness.ts';

let profile: Profile;

beforeEach(async () => {
  profile = await Profile.open();
  await profile.add('<1@b>', 'near the words column OR and not a plus sign');
});

afterEach(() => profile.close());

test('what is syntax to the index is words to people', async () => {
  const found = [
    'NEAR',
    'OR',
    'AND NOT',
    '"near"',
    'near*',
    'words:',
    '^near',
    '(near',
    'near AND',
    '+near',
    'a -near',
  ];
  for (const query of found) expect(await profile.search(query), query).toHaveLength(1);
  const missed = [
    'filters : a1',
    'NEAR(near words, 2)',
    'near OR missing',
    '{words} : near : c1',
    "'; DROP TABLE messages",
  ];
  for (const query of missed) expect(await profile.search(query), query).toEqual([]);
});

test('nothing but signs asks for nothing, and finds nothing', async () => {
  for (const query of ['"', '""', '*', '***', '()', '\\', '?!…', '\0', '\u200b', '{}', '%', '—'])
    expect(await profile.search(query), JSON.stringify(query)).toEqual([]);
  expect(await profile.search('  ')).toEqual([]);
});

test('a thousand words, one endless word and half characters are borne', async () => {
  const words = Array.from({ length: 1000 }, (_, i) => `w${i}`).join(' ');
  await profile.add('<2@b>', words);
  expect(await profile.search(words)).toHaveLength(1);
  expect(await profile.search('x'.repeat(1000))).toEqual([]);
  expect(await profile.search('\ud83c near')).toHaveLength(1);
  expect(await profile.search('near \udf89')).toHaveLength(1);
  expect(await profile.search(`${'ก'.repeat(500)}`)).toEqual([]);
});

test('texts of any kind are kept, found and shown', async () => {
  const texts = ['\ud800 lone', 'nul\0inside', '\u202eright to left', `${'a\u0301'.repeat(5000)} accents`];
  for (const [i, text] of texts.entries()) await profile.add(`<odd${i}@b>`, text);
  expect(await profile.search('lone')).toHaveLength(1);
  expect(await profile.search('inside')).toHaveLength(1);
  expect(await profile.search('accents')).toHaveLength(1);
  const { hits } = await profile.store.read('search', { query: 'accents', limit: 1 });
  expect(hits[0]?.excerpt.text.length).toBeLessThan(200);
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { BOB, Profile } from '../harness.ts';

let profile: Profile;

beforeEach(async () => {
  profile = await Profile.open();
});

afterEach(() => profile.close());

/** Each query with whether it finds the text. */
const cases = async (text: string, queries: Readonly<Record<string, boolean>>): Promise<void> => {
  await profile.add('<case@b>', text);
  for (const [query, isFound] of Object.entries(queries)) {
    expect(await profile.search(query), query).toHaveLength(isFound ? 1 : 0);
  }
};

describe('words', () => {
  test('are found without case and accents, and by the beginning of the last one', () =>
    cases('Das Café in der Großen Straße, Łódź', {
      cafe: true,
      CAFÉ: true,
      'cafe\u0301': true,
      caf: true,
      afe: false,
      strasse: true,
      STRASSE: true,
      'grossen stra': true,
      'stra grossen': false,
      // The person went on behind the space: the word is whole.
      'stra ': false,
      lodz: true,
      'cafe tee': false,
    }));

  test('that were typed together are found together', () =>
    cases('ask info@example.org about parley-main', {
      'info@example.org': true,
      'example.org': true,
      'info.example': true,
      'org@example': false,
      'parley-ma': true,
      parley_main: true,
    }));

  test('of scripts that write no spaces are found by every part of them', () =>
    cases('東京都に住んでいます。คุณสบายดีไหม 안녕하세요 ガギ', {
      東: true,
      東京: true,
      京都: true,
      都に住: true,
      東都: false,
      住んでいます: true,
      สบาย: true,
      บาย: true,
      ดีไหม: true,
      하세: true,
      녕: true,
      가: false,
      // A voiced kana is another one than the plain.
      ガ: true,
      カ: false,
      // As some keyboards and file systems write it.
      ｶﾞ: true,
      'カ\u3099': true,
      ['안녕하'.normalize('NFD')]: true,
    }));

  test('of other alphabets lose their accents, too', () =>
    cases('Ёлка, Ἀθῆναι, שָׁלוֹם, مُحَمَّد', {
      елка: true,
      αθηναι: true,
      ΑΘΗΝΑΙ: true,
      שלום: true,
      محمد: true,
    }));

  test('are emoji as well', () =>
    cases('Geburtstag 🎉🎂!', { '🎉': true, '🎂': true, '🎉🎂': true, '🎈': false }));
});

describe('results', () => {
  test('are the newest first by the time of writing, in whatever order they came', async () => {
    for (const at of [3000, 1000, 5000, 2000, 4000]) await profile.add(`<${at}@b>`, `word ${at}`, { at });
    expect(await profile.search('word')).toEqual([
      'word 5000',
      'word 4000',
      'word 3000',
      'word 2000',
      'word 1000',
    ]);
    const { hits, hasMore } = await profile.store.read('search', { query: 'word', limit: 2 });
    expect(hits.map(({ message }) => message.at)).toEqual([5000, 4000]);
    expect(hasMore).toBe(true);
    expect(await profile.store.read('search', { query: 'word', limit: 5 })).toMatchObject({ hasMore: false });
  });

  test('pass filters: person, side, file and time', async () => {
    const carol = 'impp://c.example/carol';
    const files = [{ index: 0, name: 'Bericht März.pdf', type: 'application/pdf', size: 10 }];
    await profile.add('<1@b>', 'word one', { at: 1000 });
    await profile.add('<2@b>', 'word two', { at: 2000, isMine: true });
    await profile.add('<3@b>', 'word three', { at: 3000, peer: carol, files });
    await profile.add('<4@b>', 'word four', { at: 4000, peer: carol });
    const { key } = profile;
    expect(await profile.search('word', { account: key, peer: carol })).toEqual(['word four', 'word three']);
    expect(await profile.search('word', { account: key, peer: BOB })).toEqual(['word two', 'word one']);
    expect(await profile.search('word', { peer: 'impp://d.example/dave' })).toEqual([]);
    expect(await profile.search('word', { isMine: true })).toEqual(['word two']);
    expect(await profile.search('word', { isMine: false })).toHaveLength(3);
    expect(await profile.search('word', { hasFile: true })).toEqual(['word three']);
    expect(await profile.search('word', { from: 2000 })).toHaveLength(3);
    expect(await profile.search('word', { from: 2000, until: 4000 })).toEqual(['word three', 'word two']);
    expect(await profile.search('', { hasFile: true })).toEqual(['word three']);
    expect(await profile.search('word', { account: key + 1 })).toEqual([]);
    // Words may be shared between the text and the name of a file, which is said then.
    expect(await profile.search('three marz')).toEqual(['word three']);
    const { hits } = await profile.store.read('search', { query: 'bericht', limit: 5 });
    expect(hits).toMatchObject([{ file: 0, excerpt: { text: 'word three', marks: [] } }]);
  });

  test('follow what becomes of a message', async () => {
    await profile.add('<1@b>', 'first version');
    const correct = { kind: 'correction', target: '<1@b>', payload: 'second version' } as const;
    await profile.add('<2@b>', '', { effect: correct });
    expect(await profile.search('first')).toEqual([]);
    expect(await profile.search('version')).toEqual(['second version']);
    await profile.add('<3@b>', '', { effect: { kind: 'retraction', target: '<1@b>', payload: '' } });
    expect(await profile.search('version')).toEqual([]);
    expect(await profile.search('', { hasFile: true })).toEqual([]);
  });

  test('say where the words are, in one line of the text around them', async () => {
    const before = 'lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy';
    await profile.add('<1@b>', `${before}\nGrüße aus der Straße, and more grusse ${before} ${before}`);
    const { hits } = await profile.store.read('search', { query: 'strasse grusse', limit: 5 });
    const { text, marks } = hits[0]?.excerpt ?? { text: '', marks: [] };
    expect(text).not.toMatch(/\n/);
    expect(text.startsWith('…')).toBe(true);
    expect(text.endsWith('…')).toBe(true);
    const marked: string[] = [];
    for (let i = 0; i < marks.length; i += 2) marked.push(text.slice(marks[i], marks[i + 1]));
    expect(marked).toEqual(['Grüße', 'Straße', 'grusse']);
  });

  test('show no marks of formatting but those that hold what was found', async () => {
    await profile.add('<1@b>', 'the **grey** of [page 42](https://a.example/proof)');
    const excerpts = async (query: string): Promise<string[]> =>
      (await profile.store.read('search', { query, limit: 5 })).hits.map(({ excerpt }) => excerpt.text);
    expect(await excerpts('grey')).toEqual(['the grey of page 42']);
    expect(await excerpts('proof')).toEqual(['…of [page 42](https://a.example/proof)']);
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseDirectory } from '../../../shared/impp/directory.ts';
import { formatProfile, type Profile } from '../../../shared/impp/documents.ts';
import { type Device, HOST, Stage, urlOf } from '../presence/stage.ts';

let stage: Stage;
let alice: Device;

beforeEach(async () => {
  stage = await Stage.open(['alice', 'bob']);
  alice = stage.attach('alice');
});

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
});

const setProfile = async (user: string, profile: Profile): Promise<void> => {
  const body = formatProfile(profile);
  const answer = await stage
    .attach(user, 'phone')
    .ask('SET-DOCUMENT', { Name: 'profile', 'Content-Type': 'application/impp-profile' }, body);
  expect(answer.error).toBeUndefined();
};
const lookup = (query: string, target = `impp://${HOST}/`, asker = alice) =>
  asker.ask('LOOKUP', { Target: target, Query: query });
const found = async (query: string, asker = alice): Promise<string[]> => {
  const { body = '' } = await lookup(query, undefined, asker);
  return parseDirectory(Buffer.from(body)).map(({ address }) => address);
};

describe('LOOKUP [IMPP 10]', () => {
  test('application/impp-directory: address and display name of the listed accounts', async () => {
    await setProfile('bob', { displayName: 'Robert <b> Müller', listed: 'everyone' });
    const answer = await lookup('rob');
    expect(answer.headers.get('Content-Type')).toBe('application/impp-directory');
    expect(answer.body).toBe(
      '<directory><entry><address>impp://a.example/bob</address>' +
        '<display-name>Robert &lt;b&gt; Müller</display-name></entry></directory>',
    );
    expect((await lookup('nobody')).body).toBe('<directory/>');
  });

  test('addresses are URLs', async () => {
    await stage.addAccount('jürgen');
    await setProfile('jürgen', { listed: 'domain' });
    expect(await found('Jür')).toEqual([urlOf('j%C3%BCrgen')]);
  });

  test('who has set no profile, or is listed for nobody, is not found', async () => {
    expect(await found('bob')).toEqual([]);
    await setProfile('bob', { displayName: 'Bob', listed: 'nobody' });
    expect(await found('bob')).toEqual([]);
  });

  test('listed for the domain: an account of it finds them, an anonymous visitor does not', async () => {
    const visitor = stage.attach('anonymous-1');
    await setProfile('bob', { listed: 'domain' });
    expect(await found('bob')).toEqual([urlOf('bob')]);
    expect(await found('bob', visitor)).toEqual([]);
    await setProfile('bob', { listed: 'everyone' });
    expect(await found('bob', visitor)).toEqual([urlOf('bob')]);
  });

  test('Query has 2 to 128 characters', async () => {
    for (const query of ['b', '', '😀', 'x'.repeat(129)])
      expect((await lookup(query)).error, query).toBe('bad-request');
    for (const query of ['bo', '😀😀', '😀'.repeat(128)])
      expect((await lookup(query)).error, query).toBeUndefined();
    expect((await alice.ask('LOOKUP', { Target: `impp://${HOST}/` })).error).toBe('bad-request');
    expect((await alice.ask('LOOKUP', { Query: 'bob' })).error).toBe('bad-request');
  });

  test('at most 50', async () => {
    for (let index = 0; index < 60; index += 1) {
      await stage.addAccount(`clone${String(index).padStart(2, '0')}`);
      await setProfile(`clone${String(index).padStart(2, '0')}`, { listed: 'everyone' });
    }
    const all = await found('clone');
    expect(all).toHaveLength(50);
    expect(new Set(all).size).toBe(50);
  });

  test('a document is 64 KiB at most: of the longest names as many as fit', async () => {
    for (let index = 0; index < 50; index += 1) {
      const user = `${String(index).padStart(2, '0')}${'字'.repeat(62)}`;
      await stage.addAccount(user);
      await stage.storage.setDocument(
        user,
        'profile',
        { type: '', body: formatProfile({ displayName: '字'.repeat(300), listed: 'everyone' }) },
        { limit: 32 },
      );
    }
    const answer = await lookup('字字');
    expect(answer.error).toBeUndefined();
    expect(Buffer.byteLength(answer.body ?? '')).toBeLessThanOrEqual(65_536);
    expect(parseDirectory(Buffer.from(answer.body ?? '')).length).toBeGreaterThan(30);
  });

  test('a domain that cannot be reached is connection-failure, one of its users bad-request', async () => {
    expect((await lookup('bob', 'impp://b.example/')).error).toBe('connection-failure');
    expect((await lookup('bob', urlOf('bob'))).error).toBe('bad-request');
    expect((await lookup('bob', HOST)).error).toBe('bad-request');
  });
});

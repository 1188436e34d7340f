// The directory, as every driver must keep it: it follows the documents `profile` [IMPP 10].

import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import type { Storage } from '../../../server/storage/storage.ts';
import { formatProfile } from '../../../shared/impp/documents.ts';
import { account, bytes, NOW } from './contract-data.ts';

export function directoryContract(open: () => Promise<Storage>): void {
  describe('the directory', () => {
    let storage: Storage;
    beforeEach(async () => {
      storage = await open();
    });
    afterEach(() => storage.close());

    const setProfile = (user: string, body: Uint8Array | undefined): Promise<number> =>
      storage.setDocument(user, 'profile', body && { type: 'application/impp-profile', body }, { limit: 1 });

    /** A new account with that profile; no name: none but USER. */
    const enter = async (
      user: string,
      displayName?: string,
      listed: 'nobody' | 'domain' | 'everyone' = 'everyone',
    ): Promise<void> => {
      await storage.createAccount(account(user));
      await setProfile(user, formatProfile({ displayName, listed }));
    };
    const find = async (query: string, { isOfDomain = true, limit = 50 } = {}): Promise<string[]> =>
      (await storage.findListed(query, { isOfDomain, limit })).map(({ user }) => user);

    test('finds by how USER or the display name begins, or has a word that begins', async () => {
      await enter('anna.berg', 'Dr. Anna Maria Berg-Olsen');
      await enter('zed');
      for (const query of ['an', 'anna', 'anna.b', 'ber', 'dr', 'dr. anna maria', 'maria', 'berg-o', 'olsen'])
        expect(await find(query), query).toEqual(['anna.berg']);
      for (const query of ['nna', 'annab', 'maria berg', 'lsen', 'anna.bergs', '-ol'])
        expect(await find(query), query).toEqual([]);
      expect(await find('ze')).toEqual(['zed']);
    });

    test('without case, in whatever script, and however letters are composed', async () => {
      await enter('weiss', 'Jürgen WEIẞ');
      await enter('odos', 'ΟΔΟΣ ΣΟΦΙΑΣ');
      for (const query of ['JÜR', 'ju\u0308r', 'weiß', 'WEISS']) expect(await find(query)).toEqual(['weiss']);
      for (const query of ['οδος', 'ΟΔΟΣ', 'οδοσ σο', 'σοφίας'.normalize('NFD').replace(/\u0301/, '')])
        expect(await find(query)).toEqual(['odos']);
    });

    test('a query may be as long as it likes and grow when case is folded', async () => {
      await enter('long', `${'ß'.repeat(128)} and more`);
      expect(await find('ß'.repeat(128))).toEqual(['long']);
      expect(await find('ß'.repeat(129))).toEqual([]);
    });

    test('gives the display name as it was written, and none where there is none', async () => {
      await enter('bea', '  Bea Müller ');
      await enter('beb');
      await enter('bec', ' ');
      expect(await storage.findListed('be', { isOfDomain: true, limit: 9 })).toEqual([
        { user: 'bea', displayName: 'Bea Müller' },
        { user: 'beb' },
        { user: 'bec' },
      ]);
    });

    test('who is listed for the domain is found by its own only, who is not listed by nobody', async () => {
      await enter('anna', undefined, 'domain');
      await enter('anne', undefined, 'everyone');
      await enter('anni', undefined, 'nobody');
      await storage.createAccount(account('anno'));
      expect(await find('ann')).toEqual(['anna', 'anne']);
      expect(await find('ann', { isOfDomain: false })).toEqual(['anne']);
    });

    test('follows the profile when it changes, when it is removed, and when it is none', async () => {
      await enter('carl', 'Karl');
      await setProfile('carl', formatProfile({ displayName: 'Charles', listed: 'everyone' }));
      expect([await find('karl'), await find('char'), await find('carl')]).toEqual([[], ['carl'], ['carl']]);
      await setProfile('carl', undefined);
      expect([await find('char'), await find('carl')]).toEqual([[], []]);
      await setProfile('carl', formatProfile({ listed: 'domain' }));
      expect(await find('carl')).toEqual(['carl']);
      await setProfile('carl', bytes('no profile'));
      expect(await find('carl')).toEqual([]);
    });

    test('a change that is refused changes nothing', async () => {
      await enter('dora');
      const body = formatProfile({ listed: 'nobody' });
      const refused = storage.setDocument(
        'dora',
        'profile',
        { type: 'application/impp-profile', body },
        { limit: 1, ifRevision: 7 },
      );
      await expect(refused).rejects.toMatchObject({ code: 'conflict' });
      expect(await find('dora')).toEqual(['dora']);
    });

    test('an account that is removed leaves it, and the next of that name does not come back into it', async () => {
      await enter('emil');
      await storage.removeAccount('emil', NOW);
      expect(await find('emil')).toEqual([]);
      await storage.createAccount(account('emil', { createdAt: NOW + 1 }));
      expect(await find('emil')).toEqual([]);
    });

    test('at most `limit`, each account once, in the order of what was found', async () => {
      // Each is found under two keys.
      for (let index = 9; index >= 0; index -= 1)
        await enter(`fay${index}`, `fay number ${index}`, index % 2 === 0 ? 'everyone' : 'domain');
      const all = Array.from({ length: 10 }, (_, index) => `fay${index}`);
      expect(await find('fay')).toEqual(all);
      expect(await find('fay', { limit: 3 })).toEqual(all.slice(0, 3));
      expect(await find('fay', { limit: 3, isOfDomain: false })).toEqual(['fay0', 'fay2', 'fay4']);
      expect(await find('number 1')).toEqual([]);
      expect(await find('fay number 1')).toEqual(['fay1']);
    });

    test('what would be a pattern elsewhere is text', async () => {
      await enter('gus', '100% _ * sure');
      for (const query of ['%', '1_', 'gu%', 'gu*', '[g]u', 'gus"', "gus'"])
        expect(await find(query), query).toEqual([]);
      expect(await find('100%')).toEqual(['gus']);
    });

    test('a name without end is found by its beginning and does not fill the store', async () => {
      const words = Array.from({ length: 5_000 }, (_, index) => `w${index}`).join(' ');
      await enter('hal', words);
      expect(await find('w0 w1 w2')).toEqual(['hal']);
      expect(await find('w4999')).toEqual([]);
      const [listed] = await storage.findListed('hal', { isOfDomain: true, limit: 1 });
      expect(listed?.displayName).toBe(words.slice(0, 256));
    });
  });
}

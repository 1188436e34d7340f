import { expect, test } from 'vitest';

import { disableUser, enableUser, forwardUser } from '../../../server/admin/user-state.ts';
import { listUsers, showUser } from '../../../server/admin/users.ts';
import { defaultConfig } from '../../../server/config.ts';
import { openStorage } from '../../../server/storage/open.ts';
import { account, bytes, message, NOW, textOf } from '../storage/contract-data.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { printedBy } from './in-process.ts';

const folder = temporaryFolders();

test('an account is listed and shown with its state, what it holds, and where it is forwarded', async () => {
  const data = folder();
  const place = ['--data', data, '--domain', 'a.example'];
  const storage = await openStorage(defaultConfig({ data }), 'administer');
  await storage.createAccount(account('alice'));
  await storage.createAccount(account('bob', { services: ['im'] }));
  await storage.append(message('1', { body: bytes('12345') }), 'bob', 'alice', 1000);
  await storage.append(message('2', { body: bytes('12345') }), 'bob', undefined, 1000);
  await storage.noteSignIn('bob', NOW);
  const profile = '<profile><display-name>Bob</display-name><listed>domain</listed><x-a>1</x-a></profile>';
  const content = { type: 'application/impp-profile', body: bytes(profile) };
  await storage.setDocument('bob', 'profile', content, { limit: 32 });

  expect(await printedBy(disableUser, 'user', 'disable', 'bob', ...place)).toBe('bob@a.example disabled\n');
  const to = ['bob', 'bob@b.example'];
  expect(await printedBy(forwardUser, 'user', 'forward', ...to, ...place)).toBe(
    'bob@a.example forwarded to bob@b.example\n',
  );
  expect(await printedBy(listUsers, 'user', 'list', ...place)).toBe(
    [
      'alice@a.example\tim,presence\t2026-01-31\tactive\t1\t5\tnever\n',
      'bob@a.example\tim\t2026-01-31\tdisabled\t2\t10\t2026-01-31\n',
    ].join(''),
  );
  const shown = await printedBy(showUser, 'user', 'show', 'bob', ...place);
  expect(shown).toMatch(
    /^address: bob@a\.example\nservices: im\ncreated: 2026-01-31\nstate: disabled since 20/,
  );
  expect(shown).toContain('\nmessages: 2\noctets: 10 of 104857600\nforward: bob@b.example (permanent)\n');

  await printedBy(enableUser, 'user', 'enable', 'bob', ...place);
  await printedBy(forwardUser, 'user', 'forward', 'bob', 'none', ...place);
  expect(await printedBy(showUser, 'user', 'show', 'bob', ...place)).toMatch(
    /state: active\n[^]*forward: none\n/,
  );
  // What else the profile says is as it was.
  expect(textOf((await storage.getDocument('bob', 'profile')).body)).toBe(profile);
  await storage.close();
});

test.each([
  ['nobody', ['nobody', 'bob@b.example'], /no account "nobody"/],
  ['oneself', ['alice', 'alice@a.example'], /leads nowhere/],
  ['no address', ['alice', '@'], /not an address/],
])('a forward of or to %s is refused', async (_what, words, sentence) => {
  const data = folder();
  const place = ['--data', data, '--domain', 'a.example'];
  const storage = await openStorage(defaultConfig({ data }), 'administer');
  await storage.createAccount(account('alice'));
  await storage.close();
  await expect(printedBy(forwardUser, 'user', 'forward', ...words, ...place)).rejects.toThrow(sentence);
});

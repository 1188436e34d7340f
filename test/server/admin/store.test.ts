// Commands that are given the wrong folder, or the folder of another domain: nothing is made, and nobody gets a false answer.

import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { backup, restore } from '../../../server/admin/backup.ts';
import { forgetDomain } from '../../../server/admin/domains.ts';
import { exportUser } from '../../../server/admin/export.ts';
import { importUser } from '../../../server/admin/import.ts';
import { createInvite, listInvites, removeInvite } from '../../../server/admin/invites.ts';
import { disableUser } from '../../../server/admin/user-state.ts';
import { listUsers, removeUser, showUser } from '../../../server/admin/users.ts';
import { defaultConfig } from '../../../server/config.ts';
import { checkDomain } from '../../../server/storage/of-domain.ts';
import { openStorage } from '../../../server/storage/open.ts';
import { account } from '../storage/contract-data.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { printedBy } from './in-process.ts';

const folder = temporaryFolders();

/** A folder with the store of a.example, alice in it. */
const store = async (): Promise<string> => {
  const data = folder();
  const storage = await openStorage(defaultConfig({ data }), 'administer');
  await checkDomain(storage, 'a.example', 'here');
  await storage.createAccount(account('alice'));
  await storage.close();
  return data;
};

test.each([
  ['user list', listUsers, []],
  ['user show', showUser, ['alice']],
  ['user remove', removeUser, ['alice']],
  ['user disable', disableUser, ['alice']],
  ['user export', exportUser, ['alice', '/nonexistent/alice.tar']],
  ['invite list', listInvites, []],
  ['invite remove', removeInvite, ['x']],
  ['domain forget', forgetDomain, ['b.example']],
] as const)('%s where there is no store makes none, and says so', async (name, run, args) => {
  const data = folder();
  const line = [...name.split(' '), ...args, '--domain', 'a.example', '--data', data];
  await expect(printedBy(run, ...line)).rejects.toMatchObject({ code: 'not-found' });
  expect(readdirSync(data)).toEqual([]);
});

test('the store of another domain is left alone', async () => {
  const data = await store();
  const other = ['--domain', 'b.example', '--data', data];
  const refused = {
    code: 'conflict',
    message: expect.stringContaining('holds the domain a.example') as string,
  };
  await expect(printedBy(listUsers, 'user', 'list', ...other)).rejects.toMatchObject(refused);
  await expect(printedBy(createInvite, 'invite', 'create', ...other)).rejects.toMatchObject(refused);
  const files = folder();
  const tar = join(files, 'alice.tar');
  await printedBy(exportUser, 'user', 'export', 'alice', tar, '--domain', 'a.example', '--data', data);
  const as = ['--as', 'carol@b.example'];
  await expect(printedBy(importUser, 'user', 'import', tar, ...as, ...other)).rejects.toMatchObject(refused);
  const ours = await printedBy(listUsers, 'user', 'list', '--domain', 'a.example', '--data', data);
  expect(ours).toMatch(/^alice@a\.example\t[^\n]*\n$/);
});

test('a backup is restored as the domain that it is of', async () => {
  const file = join(folder(), 'backup');
  await printedBy(backup, 'backup', file, '--domain', 'a.example', '--data', await store());
  const data = folder();
  const wrong = ['restore', file, '--domain', 'b.example', '--data', data];
  await expect(printedBy(restore, ...wrong)).rejects.toMatchObject({
    code: 'conflict',
    message: `${file} holds the domain a.example, and not b.example.`,
  });
  expect(readdirSync(data).filter((name) => !name.endsWith('.lock'))).toEqual([]);
  await printedBy(restore, 'restore', file, '--domain', 'a.example', '--data', data);
  expect(readdirSync(data)).toContain('parley.sqlite');
});

test('where a domain that is forgotten is said', async () => {
  const line = ['domain', 'forget', 'b.example', '--domain', 'a.example', '--data', await store()];
  expect(await printedBy(forgetDomain, ...line)).toMatch(/^b\.example forgotten/);
});

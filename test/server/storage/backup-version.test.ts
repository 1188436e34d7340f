import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { APPLICATION_ID, MIGRATIONS } from '../../../server/storage/migrations.ts';
import { openSqliteStorage } from '../../../server/storage/sqlite.ts';
import { copyStore, restoreStore } from '../../../server/storage/sqlite-backup.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();

test('a backup of the first version is copied as it is, and restored as a store of the present one', async () => {
  const at = folder();
  const [first = ''] = MIGRATIONS;
  const old = new DatabaseSync(join(at, 'old'));
  old.exec(`${first}; PRAGMA application_id = ${APPLICATION_ID}; PRAGMA user_version = 1;
    INSERT INTO account (user, services, verifier, created_at) VALUES ('alice', 'im', 'v', 7);
    INSERT INTO inbox VALUES (1, 0, 0, 0);
    INSERT INTO document VALUES (1, 'contacts', 3, 'text/plain', x'6869');`);
  old.close();
  expect(copyStore(join(at, 'old'), join(at, 'copy'))).toEqual({ accounts: 1, messages: 0 });
  const copy = new DatabaseSync(join(at, 'copy'), { readOnly: true });
  expect(copy.prepare('PRAGMA user_version').get()).toEqual({ user_version: 1 });
  copy.close();

  expect(restoreStore(join(at, 'copy'), join(at, 'new'), 'a.example')).toEqual({ accounts: 1, messages: 0 });
  const storage = await openSqliteStorage(join(at, 'new'));
  expect(await storage.getAccount('alice')).toMatchObject({ services: ['im'], createdAt: 7 });
  const document = await storage.getDocument('alice', 'contacts');
  expect([document.revision, Buffer.from(document.body ?? []).toString()]).toEqual([10_000_003, 'hi']);
  await storage.close();
});

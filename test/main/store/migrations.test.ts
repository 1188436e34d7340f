import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { accountOperations } from '../../../main/store/accounts.ts';
import { accountValueOperations } from '../../../main/store/account-values.ts';
import { Database } from '../../../main/store/file/database.ts';
import { INITIAL } from '../../../main/store/migrations/001-initial.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-store-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a store of the first release is taken over with all that is in it', () => {
  const path = join(folder, 'parley.db');
  const old = new DatabaseSync(path);
  old.exec(`${INITIAL}; PRAGMA user_version = 1;
    INSERT INTO accounts (url, own_state, own_note, secret, is_enabled, inbox_position)
      VALUES ('impp://a.example/alice', 'busy', 'writing', 'kept', 1, 42)`);
  old.close();
  const db = new Database(path);
  const [account] = accountOperations.listAccounts(db);
  expect(account).toMatchObject({ ownState: 'busy', ownNote: 'writing', inboxPosition: 42 });
  expect(account?.ownUntil).toBeUndefined();
  db.close();
});

test('what an account remembers goes with it, and comes to no other', () => {
  const db = new Database(join(folder, 'parley.db'));
  const add = (user: string) =>
    accountOperations.keepAccount(db, {
      url: `impp://a.example/${user}`,
      server: undefined,
      ca: undefined,
      proxy: { kind: 'system' },
      ownState: 'available',
      ownNote: '',
      mechanism: undefined,
      secret: 'not-kept',
      secretCheck: undefined,
      isEnabled: true,
    }).key;
  const values = accountValueOperations;
  const [alice, bob] = [add('alice'), add('bob')];
  values.setAccountValue(db, alice, 'views', Uint8Array.of(1, 2));
  values.setAccountValue(db, alice, 'views', Uint8Array.of(3));
  expect(values.getAccountValue(db, alice, 'views')).toEqual(Uint8Array.of(3));
  expect(values.getAccountValue(db, bob, 'views')).toBeUndefined();
  values.setAccountValue(db, bob, 'views', Uint8Array.of(4));
  values.setAccountValue(db, bob, 'views', undefined);
  expect(values.getAccountValue(db, bob, 'views')).toBeUndefined();
  accountOperations.removeAccount(db, alice);
  while (accountOperations.sweep(db, 10));
  expect(values.getAccountValue(db, alice, 'views')).toBeUndefined();
  // One that was on its way when the account went is too late, not a fault.
  values.setAccountValue(db, alice, 'views', Uint8Array.of(5));
  expect(values.getAccountValue(db, alice, 'views')).toBeUndefined();
  db.close();
});

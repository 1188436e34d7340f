// What only a driver with a file has to do.

import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

import { defaultConfig } from '../../../server/config.ts';
import { APPLICATION_ID, MIGRATIONS } from '../../../server/storage/migrations.ts';
import { openStorage, storageFile } from '../../../server/storage/open.ts';
import { openDatabase } from '../../../server/storage/sqlite-database.ts';
import { FIND } from '../../../server/storage/sqlite-directory.ts';
import { openSqliteStorage } from '../../../server/storage/sqlite.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { codeOf } from './codes.ts';
import { account, bytes, message, textOf } from './contract-data.ts';
import { temporaryFolders } from './folder.ts';

const folder = temporaryFolders();

/** What full-disk-program.ts prints. */
interface Told {
  readonly stored: string[];
  readonly refused: number;
  readonly codes: string[];
  readonly reason: string;
}
const QUOTA = 1e6;

const reasonOf = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'nothing thrown',
    (error: { code?: string; message: string }) => `${error.code}: ${error.message}`,
  );

describe('the file', () => {
  test('commits reach the disk before they are acknowledged: WAL, synchronous=FULL', () => {
    const db = openDatabase(join(folder(), 'x.sqlite'));
    expect(db.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' });
    expect(db.prepare('PRAGMA synchronous').get()).toEqual({ synchronous: 2 });
    db.close();
  });

  test('is the owner’s alone, and so is what belongs to it', async () => {
    const data = join(folder(), 'new', 'deep');
    const storage = await openStorage(defaultConfig({ data }));
    await storage.createAccount(account('alice'));
    const modes = ['', 'parley.sqlite', 'parley.sqlite-wal', 'parley.sqlite.lock'].map(
      (name) => statSync(join(data, name)).mode & 0o077,
    );
    expect(modes).toEqual([0, 0, 0, 0]);
    await storage.close();
  });

  test('holds everything over a restart', async () => {
    const path = join(folder(), 'x.sqlite');
    let storage = await openSqliteStorage(path);
    await storage.setValue('v', bytes('value'));
    await storage.createAccount(account('alice'));
    await storage.createAccount(account('bob'));
    await storage.setDocument('alice', 'acl', { type: 't', body: bytes('rules') }, { limit: 1 });
    await storage.append(message('m1'), 'bob', 'alice', QUOTA);
    await storage.append(message('m2', { body: new Uint8Array(600_000) }), 'bob', 'alice', QUOTA);
    await storage.setDelivered('bob', 1);
    await storage.close();

    storage = await openSqliteStorage(path);
    expect(textOf(await storage.getValue('v'))).toBe('value');
    expect(await storage.getAccount('bob')).toEqual(account('bob'));
    expect((await storage.getDocument('alice', 'acl')).revision).toBe(1);
    expect(await storage.inboxBounds('bob', 0)).toEqual({ first: 1, last: 2, count: 2 });
    expect(await storage.append(message('m1'), 'bob', 'alice', QUOTA)).toMatchObject({
      isDuplicate: true,
      isDelivered: true,
    });
    // The octets that wait are counted on, not from 0.
    const large = message('m3', { body: new Uint8Array(400_001) });
    expect(await codeOf(storage.append(large, 'bob', 'alice', QUOTA))).toBe('mailbox-full');
    expect(await storage.append(message('m4'), 'bob', 'alice', QUOTA)).toMatchObject({
      sequence: 3,
      copySequence: 3,
    });
    await storage.close();
  });

  test('keeps only a digest of an invitation', async () => {
    const path = join(folder(), 'x.sqlite');
    const storage = await openSqliteStorage(path);
    await storage.createInvite({ token: 'THE-SECRET-TOKEN', createdAt: 1, expiresAt: 2, uses: 1 });
    await storage.close();
    expect(readFileSync(path).includes('THE-SECRET-TOKEN')).toBe(false);
    expect(readFileSync(path).includes('CREATE TABLE invite')).toBe(true);
  });

  test('gives the room of a body back when the last entry goes', async () => {
    const path = join(folder(), 'x.sqlite');
    const storage = await openSqliteStorage(path);
    await storage.createAccount(account('alice'));
    await storage.createAccount(account('bob'));
    await storage.append(message('m1', { received: 5 }), 'bob', 'alice', QUOTA);
    const bodies = (): unknown => {
      const db = new DatabaseSync(path, { readOnly: true });
      const row = db.prepare('SELECT count(*) AS rows, count(body) AS bodies FROM message').get();
      db.close();
      return { ...row };
    };
    // The copy goes, the entry of the target waits.
    await storage.prune({ before: 6, now: 6, quota: QUOTA });
    expect(bodies()).toEqual({ rows: 1, bodies: 1 });
    await storage.setDelivered('bob', 1);
    await storage.prune({ before: 6, now: 6, quota: QUOTA });
    expect(bodies()).toEqual({ rows: 1, bodies: 0 });
    await storage.prune({ before: 6, now: 5 + 7 * 24 * 3600 * 1000, quota: QUOTA });
    expect(bodies()).toEqual({ rows: 0, bodies: 0 });
    await storage.close();
  });
});

describe('large bodies in the file', () => {
  const rowsOf = (path: string): unknown => {
    const db = new DatabaseSync(path, { readOnly: true });
    const row = db
      .prepare('SELECT (SELECT count(*) FROM body) AS bodies, (SELECT count(*) FROM piece) AS pieces')
      .get();
    db.close();
    return { ...row };
  };
  const uploaded = async (storage: Storage, pieces: number): Promise<number> => {
    const body = await storage.beginBody('bob', pieces * 1000, QUOTA);
    for (let number = 0; number < pieces; number += 1)
      await storage.addPiece(body, number, new Uint8Array(1000));
    return body;
  };

  test('what was unfinished when a server ended is gone when the next one starts, and nothing else', async () => {
    const data = folder();
    const config = defaultConfig({ data });
    const path = join(data, 'parley.sqlite');
    let storage = await openStorage(config);
    await storage.createAccount(account('bob'));
    const id = await uploaded(storage, 20);
    const kept = message('m1', { body: new Uint8Array(), large: { id, octets: 20_000 } });
    await storage.append(kept, 'bob', undefined, QUOTA);
    const unfinished = await uploaded(storage, 30);
    // A command of the administrator meanwhile takes nothing away from the server.
    const admin = await openStorage(config, 'administer');
    await admin.prune({ before: 0, now: 0, quota: QUOTA });
    await admin.close();
    await storage.addPiece(unfinished, 30, new Uint8Array(1000));
    expect(rowsOf(path)).toEqual({ bodies: 2, pieces: 51 });
    await storage.close();

    storage = await openStorage(config);
    await storage.prune({ before: 0, now: 0, quota: QUOTA });
    expect(rowsOf(path)).toEqual({ bodies: 1, pieces: 20 });
    expect((await storage.getPiece(id, 19))?.length).toBe(1000);
    await storage.close();
  });

  test('the room of one that has gone is used again', async () => {
    const path = join(folder(), 'x.sqlite');
    const storage = await openSqliteStorage(path);
    await storage.createAccount(account('bob'));
    for (let round = 0; round < 20; round += 1) await storage.dropBody(await uploaded(storage, 100));
    await storage.close();
    // 100 KB at a time; all together they were 2 MB.
    expect(statSync(path).size).toBeLessThan(600_000);
  });

  test('those that a former version kept in one row come in pieces afterwards', async () => {
    const path = join(folder(), 'x.sqlite');
    const db = new DatabaseSync(path);
    for (const step of MIGRATIONS.slice(0, 2)) db.exec(step);
    db.exec(`PRAGMA user_version = 2; PRAGMA application_id = ${APPLICATION_ID};
      INSERT INTO account VALUES (1, 'bob', 'im presence', 'v', 0, 0);
      INSERT INTO inbox VALUES (1, 3, 600000, 600000);`);
    const sizes = [65_536, 65_537, 300_000];
    const bodies = sizes.map((size) =>
      Buffer.from(Uint8Array.from({ length: size }, (_, at) => (at * 7) % 251)),
    );
    const insert = db.prepare(
      `INSERT INTO message VALUES (?, ?, 'impp://a.example/alice', 'impp://a.example/bob', ?, NULL, 'message/rfc822',
       ?, NULL, (1 << 31) | ?, NULL, ?, NULL, ?)`,
    );
    bodies.forEach((body, at) =>
      insert.run(at + 1, at, `<m${at}@a.example>`, Date.now(), at + 1, body.length, body),
    );
    db.close();

    const storage = await openSqliteStorage(path);
    const entries = await storage.entries('bob', { after: 0, limit: 9 });
    expect(entries.map((entry) => entry.body.length + (entry.large?.octets ?? 0))).toEqual(sizes);
    expect(entries.map((entry) => entry.large !== undefined)).toEqual([false, true, true]);
    for (const [at, { large }] of entries.entries()) {
      if (!large) continue;
      const pieces: Uint8Array[] = [];
      for (let piece = await storage.getPiece(large.id, 0); piece; ) {
        pieces.push(piece);
        piece = await storage.getPiece(large.id, pieces.length);
      }
      expect(Buffer.concat(pieces).equals(bodies[at] ?? Buffer.alloc(0))).toBe(true);
    }
    await storage.close();
  });
});

describe('what cannot be used is refused with a sentence', () => {
  test('a file that is no database', async () => {
    const path = join(folder(), 'x.sqlite');
    writeFileSync(
      path,
      'This is a letter to my aunt, and it is long enough to be read as a header.'.repeat(20),
    );
    expect(await reasonOf(openSqliteStorage(path))).toBe(
      `internal-error: ${path} is damaged or not a database; restore it from a backup.`,
    );
    expect(readFileSync(path, 'utf8')).toContain('my aunt');
  });

  test('a file of a newer schema', async () => {
    const path = join(folder(), 'x.sqlite');
    await (await openSqliteStorage(path)).close();
    const db = new DatabaseSync(path);
    db.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`);
    db.close();
    expect(await reasonOf(openSqliteStorage(path))).toContain('written by a newer parleyd');
  });

  test('a database of another program', async () => {
    const path = join(folder(), 'x.sqlite');
    const db = new DatabaseSync(path);
    db.exec('CREATE TABLE bookmarks (url)');
    db.close();
    expect(await reasonOf(openSqliteStorage(path))).toContain('database of another program');
  });

  test('a folder in the way', async () => {
    const path = join(folder(), 'x.sqlite');
    mkdirSync(path);
    expect(await reasonOf(openSqliteStorage(path))).toContain(`${path} cannot be opened`);
    const data = join(folder(), 'file');
    writeFileSync(data, '');
    expect(await reasonOf(openStorage(defaultConfig({ data: join(data, 'x') })))).toContain('cannot be made');
  });
});

describe('a file that fails under way', () => {
  test('what cannot be stored is refused, and what was called beside it is not', async () => {
    const path = join(folder(), 'x.sqlite');
    const storage = await openSqliteStorage(path);
    await storage.createAccount(account('alice'));
    await storage.createAccount(account('bob'));
    const admin = new DatabaseSync(path);
    admin.exec(`CREATE TRIGGER full BEFORE INSERT ON message WHEN new.message_id = '<bad@a.example>'
      BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END`);
    const outcomes = await Promise.all(
      ['m1', 'bad', 'm2'].map((id) => codeOf(storage.append(message(id), 'bob', 'alice', QUOTA))),
    );
    expect(outcomes).toEqual(['nothing thrown', 'internal-error', 'nothing thrown']);
    const ids = (await storage.entries('bob', { after: 0, limit: 9 })).map((entry) => [
      entry.sequence,
      entry.messageId,
    ]);
    expect(ids).toEqual([
      [1, '<m1@a.example>'],
      [2, '<m2@a.example>'],
    ]);
    admin.exec('DROP TRIGGER full');
    admin.close();
    expect(await storage.append(message('bad'), 'bob', 'alice', QUOTA)).toMatchObject({
      isDuplicate: false,
      sequence: 3,
    });
    await storage.close();
  });

  test('a disk that refuses a write ends the store, which says so, and nothing acknowledged is lost', async () => {
    const path = join(folder(), 'x.sqlite');
    const program = fileURLToPath(new URL('./full-disk-program.ts', import.meta.url));
    // A limit on the size of files is the failing disk that needs no privilege.
    const { stdout, status, stderr } = spawnSync(
      '/bin/sh',
      ['-c', `ulimit -f 1200; exec "$0" "$1" "$2"`, process.execPath, program, path],
      { encoding: 'utf8' },
    );
    expect([status, stderr]).toEqual([0, '']);
    const { stored, refused, codes, reason } = JSON.parse(stdout) as Told;
    expect(refused).toBeGreaterThan(0);
    expect(stored.length).toBeGreaterThan(0);
    expect(codes).toEqual(['internal-error']);
    expect(reason).toContain('disk I/O error');
    const storage = await openSqliteStorage(path);
    const entries = await storage.entries('bob', { after: 0, limit: 1e6 });
    const present = new Set(entries.map((entry) => entry.messageId));
    expect(stored.filter((id) => !present.has(id))).toEqual([]);
    expect(entries.map((entry) => entry.sequence)).toEqual(entries.map((_, i) => i + 1));
    await storage.close();
  });
});

describe('several processes', () => {
  test('one serves', async () => {
    const config = defaultConfig({ data: folder() });
    const first = await openStorage(config);
    expect(await reasonOf(openStorage(config))).toContain('Another parleyd already serves from');
    await first.close();
    await (await openStorage(config)).close();
  });

  test('a store that did not open does not keep its lock', async () => {
    const data = folder();
    const path = join(data, 'parley.sqlite');
    writeFileSync(path, 'no database'.repeat(100));
    expect(await reasonOf(openStorage(defaultConfig({ data })))).toContain('damaged');
    writeFileSync(path, '');
    await (await openStorage(defaultConfig({ data }))).close();
  });

  test('an administrator works beside it, and what is kept in memory follows', async () => {
    const config = defaultConfig({ data: folder() });
    const serving = await openStorage(config);
    await serving.createAccount(account('alice'));
    await serving.createAccount(account('bob'));
    await serving.append(message('m1'), 'bob', 'alice', QUOTA);
    const admin = await openStorage(config, 'administer');
    await admin.createAccount(account('carol'));
    await admin.removeAccount('bob', 0);
    await admin.createAccount(account('bob'));
    expect((await serving.getAccount('carol'))?.user).toBe('carol');
    expect(await serving.inboxBounds('bob', 0)).toEqual({ first: 1, last: 0, count: 0 });
    expect(await serving.append(message('m2'), 'bob', 'alice', QUOTA)).toMatchObject({
      sequence: 1,
      copySequence: 2,
    });
    expect((await admin.entry('bob', 1))?.messageId).toBe('<m2@a.example>');
    await Promise.all([admin.close(), serving.close()]);
  });

  test('writers of two processes wait for each other', async () => {
    const config = defaultConfig({ data: folder() });
    const [one, two] = await Promise.all([openStorage(config), openStorage(config, 'administer')]);
    const names = Array.from({ length: 40 }, (_, i) => `user${i}`);
    await Promise.all(names.map((name, i) => (i % 2 === 0 ? one : two).createAccount(account(name))));
    expect((await one.listAccounts()).map((each) => each.user)).toEqual(names.toSorted());
    await Promise.all([one.close(), two.close()]);
  });
});

describe('storage.url', () => {
  test('names the file', () => {
    expect(storageFile(defaultConfig({ data: '/d' }))).toBe('/d/parley.sqlite');
    expect(storageFile(defaultConfig({ storage: { url: 'sqlite:/x/y.db' } }))).toBe('/x/y.db');
    expect(storageFile(defaultConfig({ storage: { url: 'memory:' } }))).toBeUndefined();
    expect(() => storageFile(defaultConfig({ storage: { url: 'nosql:' } }))).toThrow('it can be');
    expect(() => storageFile(defaultConfig())).toThrow('--data');
  });
});

describe('the directory', () => {
  test('profiles that are older than it are entered when the file is brought up to date', async () => {
    const path = join(folder(), 'x.sqlite');
    const db = new DatabaseSync(path);
    db.exec(MIGRATIONS[0] ?? '');
    db.exec(`PRAGMA user_version = 1; PRAGMA application_id = ${APPLICATION_ID};
      INSERT INTO account (id, user, services, verifier, created_at) VALUES (1, 'alice', 'im', 'v', 0);
      INSERT INTO document VALUES (1, 'profile', 1, 'application/impp-profile',
        CAST('<profile><display-name>Alice A.</display-name><listed>everyone</listed></profile>' AS BLOB));`);
    db.close();
    const storage = await openSqliteStorage(path);
    expect(await storage.findListed('ali', { isOfDomain: false, limit: 50 })).toEqual([
      { user: 'alice', displayName: 'Alice A.' },
    ]);
    await storage.close();
  });

  test('is read along its index, and nothing is sorted: however many are listed, 50 are read', () => {
    const db = openDatabase(join(folder(), 'x.sqlite'));
    const plan = db.prepare(`EXPLAIN QUERY PLAN ${FIND}`).all(0, 'an', 'ao') as { detail: string }[];
    expect(plan.map(({ detail }) => detail)).toEqual([
      'SEARCH listing USING PRIMARY KEY (audience=? AND key>? AND key<?)',
      'SEARCH listed USING PRIMARY KEY (user=?)',
    ]);
    db.close();
  });
});

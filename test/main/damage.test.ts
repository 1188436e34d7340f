// Files of the history damaged on purpose: each damage is noticed and said, and settled by a copy or by reading
// what can be read. An empty history in silence is the one thing that may not happen.

import {
  closeSync,
  copyFileSync,
  existsSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Store } from '../../main/store/store.ts';
import { App } from './harness.ts';
import { ALICE, BOB, octets } from './store/harness.ts';

const MESSAGES = 400;
const PAGE = 4096;

let app: App;
let path: string;

/** A history of some hundred messages, large enough that a damaged page is not everything. */
const fill = async (): Promise<void> => {
  const store = await Store.open(path);
  const { key } = await store.call('keepAccount', { ...ALICE, isEnabled: false });
  const arrivals = Array.from({ length: MESSAGES }, (_, i) => ({
    entry: {
      account: key,
      peer: BOB,
      messageId: `<${i}@b>`,
      at: 1000 * (i + 1),
      receivedAt: 1000 * (i + 1),
      text: `message number ${i} ${'x'.repeat(300)}`,
      files: [],
      body: octets(`message number ${i} ${'x'.repeat(300)}`),
      isMine: false,
      outcome: undefined,
    },
    sequence: i + 1,
  }));
  await store.call('addEntries', key, arrivals, undefined);
  await store.chore('copy', Date.UTC(2026, 0, 5));
  await store.close();
};

const overwrite = (file: string, offset: number, bytes: Uint8Array): void => {
  const handle = openSync(file, 'r+');
  writeSync(handle, bytes, 0, bytes.length, offset);
  closeSync(handle);
};

const garbage = (length: number): Uint8Array => new Uint8Array(length).map((_, i) => (i * 151 + 7) & 255);

const texts = async (): Promise<string[]> => {
  const page = await app.ask('messages.page', { account: ALICE.url, peer: BOB, limit: 200 });
  return page.messages.map(({ text }) => text.slice(0, 20));
};

beforeEach(async () => {
  app = await App.start();
  await app.down();
  path = join(app.folder, 'parley.db');
  await fill();
});

afterEach(() => app.close());

/** The damage, as a window sees it. */
const damage = async () => {
  const { damage: shown, accounts, conversations } = await app.snapshot();
  expect(accounts).toEqual([]);
  expect(conversations).toEqual([]);
  return shown;
};

/** Reads until the damaged page is met. */
const readAll = async (): Promise<void> => {
  for (let before; ; ) {
    const answer = await app.invoke('messages.page', {
      account: ALICE.url,
      peer: BOB,
      limit: 100,
      ...(before && { before }),
    });
    if (!answer.ok) return;
    const { messages, hasOlder } = answer.value as {
      messages: { at: number; order: number }[];
      hasOlder: boolean;
    };
    const [first] = messages;
    if (!hasOlder || first === undefined) return;
    before = { at: first.at, order: first.order };
  }
};

describe('a file that is', () => {
  test('whole is no damage', async () => {
    await app.up();
    expect((await app.snapshot()).damage).toBeUndefined();
    expect(await texts()).toHaveLength(200);
  });

  test('cut off is noticed at start', async () => {
    truncateSync(path, Math.floor(statSync(path).size / 2));
    await app.up();
    expect(await damage()).toMatchObject({ copies: [{ at: Date.UTC(2026, 0, 5) }] });
  });

  test('empty, or gone, is noticed at start', async () => {
    truncateSync(path, 0);
    await app.up();
    expect((await damage())?.copies).toHaveLength(1);
    await app.down();
    rmSync(path);
    await app.up();
    expect((await damage())?.copies).toHaveLength(1);
    expect(existsSync(path)).toBe(false);
  });

  test('headed by something else is noticed at start', async () => {
    overwrite(path, 0, garbage(100));
    await app.up();
    expect(await damage()).toBeDefined();
  });

  test('overwritten in the middle is noticed when that is read, by whoever reads it', async () => {
    for (let page = 20; page < statSync(path).size / PAGE; page += 3)
      overwrite(path, page * PAGE, garbage(PAGE));
    await app.up();
    if ((await app.snapshot()).damage === undefined) await readAll();
    await app.until('damage', ({ damage: shown }) => shown);
    expect(await damage()).toBeDefined();
    // Nothing but to settle it can be asked.
    expect(await app.refusal('messages.page', { account: ALICE.url, peer: BOB, limit: 5 })).toBe(
      'store-damaged',
    );
    expect(await app.refusal('settings.change', { theme: 'dark' })).toBe('store-damaged');
  });
});

describe('a log of the latest changes that', () => {
  /** As a killed program leaves them: the file, and a log with what was committed last. */
  const leaveOpen = async (): Promise<{ log: string }> => {
    const store = await Store.open(path);
    for (let i = 0; i < 40; i++) await store.call('setSetting', `name ${i}`, 'x'.repeat(3000));
    const kept = ['', '-wal'].map((end) => readFileSync(`${path}${end}`));
    await store.close();
    writeFileSync(path, kept[0] ?? '');
    writeFileSync(`${path}-wal`, kept[1] ?? '');
    return { log: `${path}-wal` };
  };

  test('is whole, or ends in the middle of a commit, is as it should be', async () => {
    const { log } = await leaveOpen();
    truncateSync(log, statSync(log).size - 1000);
    await app.up();
    expect((await app.snapshot()).damage).toBeUndefined();
  });

  test('has no head any more is noticed at start', async () => {
    const { log } = await leaveOpen();
    overwrite(log, 0, garbage(32));
    await app.up();
    expect((await damage())?.reason).toContain('log');
  });

  test('has lost a page before its end is noticed at start', async () => {
    const { log } = await leaveOpen();
    overwrite(log, 32 + (24 + PAGE) * 3 + 100, garbage(64));
    await app.up();
    expect((await damage())?.reason).toContain('log');
  });

  test('belongs to another file is noticed at start, and not read over the damaged one either', async () => {
    const { log } = await leaveOpen();
    const other = await App.start();
    await other.down();
    const stranger = await Store.open(join(other.folder, 'parley.db'));
    for (let i = 0; i < 40; i++) await stranger.call('setSetting', `other ${i}`, 'y'.repeat(3000));
    copyFileSync(join(other.folder, 'parley.db-wal'), log);
    await stranger.close();
    await other.close();
    await app.up();
    expect((await damage())?.reason).toContain('another file');
    expect(await app.ask('store.recover', {})).toEqual({ messages: MESSAGES });
    expect(await texts()).toHaveLength(200);
  });
});

describe('a damage is settled', () => {
  test('by a copy: the history is as it was then, and the damaged file is kept', async () => {
    truncateSync(path, 40 * PAGE);
    await app.up();
    const [copy] = (await damage())?.copies ?? [];
    const seq = app.seq;
    expect(await app.refusal('store.recover', { copy: 'parley-2020-01-01T00-00-00.db' })).toBe('not-found');
    expect(await app.refusal('store.recover', { copy: '../parley.db' })).toBe('not-found');
    expect(await app.ask('store.recover', { copy: copy?.name ?? '' })).toEqual({ messages: MESSAGES });
    const snapshot = await app.snapshot();
    expect(snapshot.damage).toBeUndefined();
    expect(snapshot.accounts).toHaveLength(1);
    // A number was left out: windows ask for everything anew.
    expect(snapshot.seq).toBeGreaterThan(seq + app.changes.length);
    expect(await texts()).toHaveLength(200);
    expect(readdirSync(app.folder).some((name) => name.startsWith('parley.db.damaged-'))).toBe(true);
    expect(await app.refusal('store.recover', {})).toBe('not-found');
    await app.down();
    await app.up();
    expect((await app.snapshot()).damage).toBeUndefined();
  });

  test('by reading what can be read, and the domain is asked for the rest', async () => {
    const pages = Math.floor(statSync(path).size / PAGE);
    // Somewhere in the rows: less than all of them, more than none.
    for (let page = Math.floor(pages / 3); page < Math.floor(pages / 3) + 6; page++)
      overwrite(path, page * PAGE, garbage(PAGE));
    rmSync(join(app.folder, 'copies'), { recursive: true });
    // Nothing at the start needs those pages: before a copy, everything is read.
    const unread = await Store.open(path);
    await expect(unread.chore('copy', Date.UTC(2026, 0, 6))).rejects.toMatchObject({ code: 'store-damaged' });
    await unread.close();
    expect(readdirSync(join(app.folder, 'copies'))).toEqual([]);
    overwrite(path, 0, garbage(16));
    await app.up();
    expect((await damage())?.copies).toEqual([]);
    const { messages } = await app.ask('store.recover', {});
    expect(messages).toBeGreaterThan(MESSAGES / 2);
    const shown = await texts();
    expect(shown.length).toBeGreaterThan(50);
    const { hits } = await app.ask('messages.search', { query: shown.at(-1) ?? '', limit: 5 });
    expect(hits.length).toBeGreaterThan(0);
    await app.down();
    const store = await Store.open(path);
    const [account] = await store.call('listAccounts');
    expect(await store.call('listGaps', account?.key ?? 0)).toEqual([{ first: 1, last: MESSAGES }]);
    await store.close();
    await app.up();
  });

  test('of the head alone without any loss', async () => {
    overwrite(path, 0, garbage(100));
    await app.up();
    await damage();
    expect(await app.ask('store.recover', {})).toEqual({ messages: MESSAGES });
    expect((await texts()).at(-1)).toBe(`message number ${MESSAGES - 1} x`);
  });

  test('with nothing left by an empty history that says so', async () => {
    writeFileSync(path, garbage(20_000));
    await app.up();
    await damage();
    expect(await app.ask('store.recover', {})).toEqual({ messages: 0 });
    expect((await app.snapshot()).damage).toBeUndefined();
  });
});

test('of copies two are kept, of damaged files those of a month', async () => {
  const store = await Store.open(path);
  for (const day of ['2025-11-30', '2025-12-30']) writeFileSync(`${path}.damaged-${day}T00-00-00-wal`, '');
  for (let day = 6; day < 10; day++) await store.chore('copy', Date.UTC(2026, 0, day));
  await store.close();
  expect(readdirSync(join(app.folder, 'copies')).sort()).toEqual([
    'parley-2026-01-08T00-00-00.db',
    'parley-2026-01-09T00-00-00.db',
  ]);
  expect(readdirSync(app.folder).filter((name) => name.includes('damaged'))).toEqual([
    'parley.db.damaged-2025-12-30T00-00-00-wal',
  ]);
});

// What is measured of the app's store, for the benchmark in full and for a test in small.

import { monitorEventLoopDelay } from 'node:perf_hooks';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { termsOf, matchOf } from '../../main/store/search/query.ts';
import { Store } from '../../main/store/store.ts';
import type { Place } from '../../shared/model.ts';
import { Talk } from './talk.ts';

/** Messages in one transaction, as a history is taken over. */
const GROUP = 2_000;
/** Groups on their way to the store's thread. */
const AHEAD = 2;
const PAGE = 60;
const HITS = 50;

/** Milliseconds of single runs, sorted. */
export type Times = readonly number[];

export const quantile = (times: Times, part: number): number =>
  times[Math.min(times.length - 1, Math.floor(times.length * part))] ?? Number.NaN;

const sorted = (times: number[]): Times => times.sort((a, b) => a - b);

const timed = async (times: number[], run: () => unknown): Promise<void> => {
  const began = performance.now();
  await run();
  times.push(performance.now() - began);
};

const ACCOUNT = {
  url: 'impp://a.example/alice',
  server: undefined,
  ca: undefined,
  proxy: { kind: 'system' },
  ownState: 'available',
  ownNote: '',
  mechanism: undefined,
  secret: 'not-kept',
  secretCheck: undefined,
  isEnabled: false,
} as const;

/** Fills a new store at `path`; gives messages a second. */
export async function build(path: string, messages: number, conversations: number): Promise<number> {
  const store = await Store.open(path);
  try {
    const { key } = await store.call('keepAccount', ACCOUNT);
    const talk = new Talk(conversations);
    const open: Promise<unknown>[] = [];
    let making = 0;
    const began = performance.now();
    for (let done = 0; done < messages; done += GROUP) {
      const before = performance.now();
      const arrivals = Array.from({ length: GROUP }, () => talk.next(key));
      // Inventing the talk is no part of keeping it, as far as the store waits for it.
      making += open.length === 0 ? performance.now() - before : 0;
      open.push(store.call('addEntries', key, arrivals, undefined));
      if (open.length === AHEAD) await open.shift();
    }
    await Promise.all(open);
    return (messages / (performance.now() - began - making)) * 1000;
  } finally {
    await store.close();
  }
}

/** The least that any store would do: two rows for a message, one index, a commit that survives a power cut. */
export function buildBare(path: string, messages: number): number {
  const db = new DatabaseSync(path);
  db.exec(`PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
    CREATE TABLE messages (id INTEGER PRIMARY KEY, peer TEXT, message_id TEXT, at INTEGER, text TEXT);
    CREATE TABLE bodies (id INTEGER PRIMARY KEY, body BLOB);
    CREATE UNIQUE INDEX once ON messages (peer, message_id)`);
  const message = db.prepare('INSERT INTO messages (peer, message_id, at, text) VALUES (?, ?, ?, ?)');
  const body = db.prepare('INSERT INTO bodies (body) VALUES (?)');
  const talk = new Talk(2000);
  let spent = 0;
  for (let done = 0; done < messages; done += GROUP) {
    const arrivals = Array.from({ length: GROUP }, () => talk.next(1));
    const began = performance.now();
    db.exec('BEGIN');
    for (const { entry } of arrivals) {
      message.run(entry.peer, entry.messageId, entry.at, entry.text);
      body.run(entry.body);
    }
    db.exec('COMMIT');
    spent += performance.now() - began;
  }
  db.close();
  return (messages / spent) * 1000;
}

/** Makes a conversation of so many messages beside the rest; its words are not in the index. */
export function makeLong(path: string, peer: string, messages: number): void {
  const db = new DatabaseSync(path);
  const conversation = db.prepare('INSERT INTO conversations (account, peer) VALUES (1, ?)').run(peer);
  db.prepare(
    `INSERT INTO messages (account, conversation, is_mine, message_id, at, received_at, text, files, sequence, ord)
     WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?2)
     SELECT 1, ?1, i % 3 = 0, '<long' || i || '@b.example>', i * 60000, i * 60000,
       'a message of middling length that says number ' || i, '[]', 10000000 + i, 10000000 + i FROM n`,
  ).run(conversation.lastInsertRowid, messages);
  db.prepare('UPDATE conversations SET last_message = (SELECT max(id) FROM messages) WHERE id = ?').run(
    conversation.lastInsertRowid,
  );
  db.close();
}

export interface Scrolling {
  /** The first page, in a store that was just opened. */
  readonly open: number;
  readonly pages: Times;
  /** The rows of such a page, read by bare SQLite. */
  readonly bare: Times;
}

/** Opens a conversation at its end, and scrolls `pages` pages back and forth again. */
export async function scroll(path: string, peer: string, pages: number): Promise<Scrolling> {
  const store = await Store.open(path);
  try {
    const opening: number[] = [];
    const times: number[] = [];
    const read = (part: { before?: Place; after?: Place }) =>
      store.call('readPage', 1, peer, { ...part, limit: PAGE });
    await timed(opening, () => read({}));
    let page = await read({});
    for (let i = 0; i < pages; i++) {
      const before = page.messages[0];
      if (before === undefined) break;
      await timed(times, async () => {
        page = await read({ before });
      });
    }
    for (let i = 0; i < pages; i++) {
      const after = page.messages.at(-1);
      if (after === undefined) break;
      await timed(times, async () => {
        page = await read({ after });
      });
    }
    return { open: opening[0] ?? Number.NaN, pages: sorted(times), bare: bareScroll(path, peer, pages) };
  } finally {
    await store.close();
  }
}

const bareScroll = (path: string, peer: string, pages: number): Times => {
  const db = new DatabaseSync(path, { readOnly: true });
  const conversation = db.prepare('SELECT id FROM conversations WHERE peer = ?').get(peer)?.['id'] ?? 0;
  const statement = db.prepare(
    'SELECT * FROM messages WHERE conversation = ? AND (at, ord) < (?, ?) ORDER BY at DESC, ord DESC LIMIT ?',
  );
  const times: number[] = [];
  let [at, ord] = [Number.MAX_SAFE_INTEGER, 0];
  for (let i = 0; i < pages; i++) {
    const began = performance.now();
    const last = statement.all(conversation, at, ord, PAGE).at(-1);
    times.push(performance.now() - began);
    [at, ord] = [Number(last?.['at'] ?? 0), Number(last?.['ord'] ?? 0)];
  }
  db.close();
  return sorted(times);
};

export interface Searching {
  readonly searches: Times;
  /** The index asked by bare SQLite for as many rows, nothing else going on. */
  readonly bare: Times;
  /** Of a message that comes meanwhile, until it is on the disk. */
  readonly received: Times;
  /** How late this thread's event loop was meanwhile: milliseconds. */
  readonly delay: { readonly p50: number; readonly p99: number };
}

/** Searches again and again, while a message comes every `every` milliseconds. */
export async function search(path: string, searches: number, every: number): Promise<Searching> {
  const store = await Store.open(path);
  try {
    const talk = new Talk(2000);
    const queries = Array.from({ length: searches }, () => talk.query());
    // The first one starts the thread and fills its cache.
    await store.read('search', { query: 'first', limit: HITS });
    const times: number[] = [];
    const received: number[] = [];
    const delay = monitorEventLoopDelay({ resolution: 1 });
    let isSearching = true;
    const receive = async (): Promise<void> => {
      let sequence = await store.call('inboxPosition', 1);
      while (isSearching) {
        const { entry } = talk.next(1);
        sequence += 1;
        const fresh = { ...entry, messageId: `<${Date.now()}.${sequence}@new.example>`, at: Date.now() };
        await timed(received, () => store.call('addEntries', 1, [{ entry: fresh, sequence }], undefined));
        await sleep(every);
      }
    };
    const receiving = receive();
    delay.enable();
    for (const query of queries) await timed(times, () => store.read('search', { query, limit: HITS }));
    delay.disable();
    isSearching = false;
    await receiving;
    const late = (part: number): number => delay.percentile(part) / 1e6;
    return {
      searches: sorted(times),
      bare: bareSearch(path, queries),
      received: sorted(received),
      delay: { p50: late(50), p99: late(99) },
    };
  } finally {
    await store.close();
  }
}

const bareSearch = (path: string, queries: readonly string[]): Times => {
  const db = new DatabaseSync(path, { readOnly: true });
  const statement = db.prepare(
    'SELECT rowid & 1073741823 AS id FROM search_index WHERE search_index MATCH ? ORDER BY rowid DESC LIMIT ?',
  );
  const times: number[] = [];
  for (const query of queries) {
    const match = matchOf(termsOf(query), {});
    if (match === undefined) continue;
    const began = performance.now();
    statement.all(match, HITS);
    times.push(performance.now() - began);
  }
  db.close();
  return sorted(times);
};

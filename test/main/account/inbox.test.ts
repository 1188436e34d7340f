import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { Inbox } from '../../../main/account/inbox.ts';
import { Mirror } from '../../../main/state.ts';
import { Store } from '../../../main/store/store.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Request, Response } from '../../../shared/impp/message.ts';
import { buildMessage } from '../../../shared/mime/build.ts';
import type { Message } from '../../../shared/model.ts';
import { FakeClock } from '../../fake/clock.ts';

const ALICE = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';
const SENT = Date.UTC(2026, 0, 5, 11);
const RECEIVED = '2026-01-05T11:00:02.500Z';

let folder: string;
let store: Store;
let key: number;
let mirror: Mirror;
let inbox: Inbox;
let failures: unknown[];
let fetched: Map<number, Response | ImppError>;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-inbox-'));
  store = await Store.open(join(folder, 'store.db'));
  const account = await store.call('keepAccount', {
    url: ALICE,
    server: undefined,
    ca: undefined,
    ownState: 'available',
    ownNote: '',
    mechanism: undefined,
    secret: 'not-kept',
    isEnabled: true,
  });
  ({ key } = account);
  mirror = new Mirror(
    { kind: 'browser', platform: 'test', version: '0' },
    { theme: 'system', density: 'compact', textSize: 100, sendsReceipts: true, sendsTyping: true },
  );
  failures = [];
  fetched = new Map();
  const requester = {
    request(_method: string, headers: readonly (readonly [string, string])[] = []): Promise<Response> {
      const answer = fetched.get(Number(headers[0]?.[1]));
      if (answer === undefined) return Promise.reject(new ImppError('message-unknown'));
      return answer instanceof ImppError ? Promise.reject(answer) : Promise.resolve(answer);
    },
  };
  const context = {
    key,
    url: ALICE,
    host: 'a.example',
    clock: new FakeClock(),
    store,
    mirror,
    log: () => {},
    bulk: (use: (connection: unknown) => unknown) => use(requester),
    fail: (error: unknown) => failures.push(error),
  };
  inbox = new Inbox(context as unknown as Context);
});

afterEach(async () => {
  inbox.offline();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const bodyOf = (messageId: string, text: string, date = SENT, from = BOB, to = ALICE) =>
  buildMessage({ from, to, date, messageId, text });

const entry = (
  sequence: number | undefined,
  text: string,
  more: Record<string, string | undefined> = {},
  body: Uint8Array | undefined = bodyOf(`<${text}@b>`, text),
): Request => {
  const fields = {
    From: BOB,
    Target: ALICE,
    'Message-ID': `<${text}@b>`,
    'Inbox-Sequence': sequence?.toString(),
    Received: RECEIVED,
    'Content-Type': body === undefined ? undefined : 'message/rfc822',
    ...more,
  };
  const pairs = Object.entries(fields).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return { kind: 'request', method: 'SEND', id: '1', headers: Headers.from(pairs), body };
};

const page = (): Promise<Message[]> => store.call('pageMessages', key, BOB, undefined, 50);
const position = (): Promise<number> => store.call('inboxPosition', key);

/** Waits for what the inbox fetches by itself. */
const until = async (isSo: () => Promise<boolean>): Promise<void> => {
  while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
};

describe('an entry', () => {
  test('is on disk, with its position, before the server hears OK', async () => {
    expect(await inbox.take(entry(5, 'hello'))).toEqual({});
    expect(await position()).toBe(5);
    expect(await page()).toMatchObject([
      { text: 'hello', at: SENT, receivedAt: Date.parse(RECEIVED), isMine: false, peer: BOB },
    ]);
  });

  test('that comes twice is shown once', async () => {
    await Promise.all([inbox.take(entry(5, 'hello')), inbox.take(entry(5, 'hello', { Replay: 'yes' }))]);
    expect(await page()).toHaveLength(1);
    expect(mirror.snapshot().conversations).toMatchObject([{ unread: 1 }]);
  });

  test('from a clock that is fast is not from the future', async () => {
    await inbox.take(entry(1, 'late', {}, bodyOf('<late@b>', 'late', SENT + 86_400_000)));
    expect((await page())[0]?.at).toBe(Date.parse(RECEIVED));
  });

  test('of what one wrote on another device is one’s own', async () => {
    const body = bodyOf('<mine@a>', 'mine', SENT, ALICE, BOB);
    await inbox.take(entry(3, 'mine', { From: ALICE, Target: BOB, Copy: 'sent' }, body));
    expect(await page()).toMatchObject([{ isMine: true, outcome: 'stored', text: 'mine' }]);
    expect(mirror.snapshot().conversations).toMatchObject([{ unread: 0, peer: BOB }]);
  });

  test('that cannot be read as text is kept and named, never nothing', async () => {
    const octets = new Uint8Array([0, 255, 13, 10, 13, 10, 128]);
    await inbox.take(entry(1, 'odd', {}, octets));
    const [message] = await page();
    expect(message?.text === '' ? message.files.length : 1).toBeGreaterThan(0);
    expect(await position()).toBe(1);
  });

  test('that is never stored (typing) moves nothing', async () => {
    expect(await inbox.take(entry(undefined, 'typing', { Storage: 'none' }))).toEqual({});
    expect(await position()).toBe(0);
    expect(await page()).toEqual([]);
  });

  test('that nobody can place is refused and passed by: it would come for ever', async () => {
    await expect(inbox.take(entry(2, 'two', { 'Message-ID': undefined }))).rejects.toMatchObject({
      code: 'bad-request',
    });
    expect(await position()).toBe(2);
    expect(failures).toEqual([]);
  });

  test('that could not be written holds the position, and ends the connection', async () => {
    await inbox.take(entry(1, 'one'));
    // No such account: the store refuses the row, as it would on a full disk.
    const broken = entry(2, 'two', {}, bodyOf('<two@b>', 'two'));
    await store.call('removeAccount', key);
    await store.call('sweep', 100);
    const results = await Promise.allSettled([inbox.take(broken), inbox.take(entry(3, 'three'))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(failures.length).toBeGreaterThan(0);
    await expect(inbox.take(entry(4, 'four'))).rejects.toMatchObject({ code: 'internal-error' });
    inbox.online();
  });
});

describe('a large entry', () => {
  const answer = (text: string): Response => ({
    kind: 'response',
    ok: true,
    method: 'GET-MESSAGE',
    id: '1',
    headers: Headers.from([
      ['Origin', BOB],
      ['Target', ALICE],
      ['Message-ID', `<${text}@b>`],
      ['Received', RECEIVED],
      ['Content-Type', 'message/rfc822'],
    ]),
    body: bodyOf(`<${text}@b>`, text),
  });
  const deferred = (sequence: number): Request =>
    entry(sequence, 'large', { 'Body-Deferred': '100000' }, undefined);

  test('is acknowledged at once and fetched on a connection of its own', async () => {
    fetched.set(4, answer('large'));
    inbox.online();
    expect(await inbox.take({ ...deferred(4), body: undefined })).toEqual({
      headers: [['Body-Deferred', '100000']],
    });
    await until(async () => (await page()).length === 1);
    expect(await store.call('listDeferred', key)).toEqual([]);
  });

  test('that could not be fetched is fetched on the next connection', async () => {
    fetched.set(4, new ImppError('closed'));
    inbox.online();
    await inbox.take({ ...deferred(4), body: undefined });
    await inbox.take(entry(5, 'small'));
    expect(await page()).toHaveLength(1);
    expect(await store.call('listDeferred', key)).toEqual([4]);
    fetched.set(4, answer('large'));
    inbox.offline();
    inbox.online();
    await until(async () => (await page()).length === 2);
  });

  test('that is gone from the server is given up', async () => {
    inbox.online();
    await inbox.take({ ...deferred(4), body: undefined });
    await until(async () => (await store.call('listDeferred', key)).length === 0);
    expect(await position()).toBe(4);
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Requester } from '../../../main/account/context.ts';
import { Messages } from '../../../main/messages/messages.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Request } from '../../../shared/impp/message.ts';
import { ok } from '../../../shared/impp/serializer.ts';
import { buildMessage } from '../../../shared/mime/build.ts';
import { setStage, type Stage } from '../harness.ts';

const ALICE = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';
const START = Date.UTC(2026, 0, 5, 11);

let stage: Stage;
let messages: Messages;
/** Entries that the domain has, by number. */
let log: Set<number>;
/** What was asked with GET-INBOX: Before and Limit. */
let asked: { before: number; limit: number }[];
/** What holds an answer back. */
let gate: Promise<void>;
let isLying: boolean;

const entry = (sequence: number, isReplay: boolean): Request => {
  const date = START + sequence * 1000;
  const messageId = `<${sequence}@b>`;
  return {
    kind: 'request',
    method: 'SEND',
    id: `${sequence}`,
    headers: Headers.from([
      ['From', BOB],
      ['Target', ALICE],
      ['Message-ID', messageId],
      ['Inbox-Sequence', String(sequence)],
      ['Received', new Date(date).toISOString()],
      ['Content-Type', 'message/rfc822'],
      ...(isReplay ? [['Replay', 'yes'] as const] : []),
    ]),
    body: buildMessage({ from: BOB, to: ALICE, date, messageId, text: `line ${sequence}` }),
  };
};

const getInbox = async (headers: readonly (readonly [string, string])[]) => {
  const fields = new Map(headers);
  const before = Number(fields.get('Before') ?? Infinity);
  const limit = Number(fields.get('Limit'));
  asked.push({ before, limit });
  await gate;
  const page = [...log].filter((number) => number < before).slice(-limit);
  const answers = isLying ? [] : page.map((number) => messages.take(entry(number, true)));
  for (const answer of answers) answer.catch(() => {});
  const request: Request = { kind: 'request', method: 'GET-INBOX', id: '1', headers: Headers.from() };
  return ok(request, Headers.from([['Count', String(page.length)]]));
};

const server: Requester = {
  request(method, headers = []) {
    if (method === 'GET-INBOX') return getInbox(headers);
    return Promise.reject(new ImppError('operation-not-supported'));
  },
};

beforeEach(async () => {
  log = new Set();
  asked = [];
  gate = Promise.resolve();
  isLying = false;
  stage = await setStage(ALICE, () => server);
  messages = new Messages(stage.context);
  await messages.load();
});

afterEach(async () => {
  messages.offline();
  messages.close();
  expect(stage.clock.waiting).toBe(0);
  await stage.close();
});

const attach = async (inboxFirst: number, inboxLast: number): Promise<void> => {
  const bounds = { inboxFirst, inboxLast };
  const position = await messages.attached(bounds);
  messages.online({ bulkThreshold: 65_536 }, bounds, position);
};

const fill = (first: number, last: number): void => {
  for (let number = first; number <= last; number++) log.add(number);
};
const gaps = () => stage.store.call('listGaps', stage.key);
const here = async (): Promise<string[]> => {
  const page = await stage.store.call('readPage', stage.key, BOB, { limit: 5000 });
  return page.messages.map(({ text }) => text);
};
const lines = (first: number, last: number): string[] =>
  Array.from({ length: last - first + 1 }, (_, index) => `line ${first + index}`);
const page = (more = {}) => messages.page(BOB, { limit: 50, ...more });

describe('a computer that is new, or was away', () => {
  test('has the newest page first, then the rest, a page at a time', async () => {
    fill(1, 700);
    await attach(1, 700);
    await stage.until(async () => (await here()).length === 200);
    expect(await here()).toEqual(lines(501, 700));
    expect(asked).toEqual([{ before: Infinity, limit: 200 }]);
    await stage.until(async () => {
      stage.clock.advance(100);
      return (await gaps()).length === 0;
    });
    expect(await here()).toEqual(lines(1, 700));
    expect(asked.slice(1)).toEqual([
      { before: 501, limit: 200 },
      { before: 301, limit: 200 },
      { before: 101, limit: 100 },
    ]);
    expect(stage.mirror.conversation(ALICE, BOB)?.unread).toBe(700);
  });

  test('asks for what it missed, and for nothing where it missed nothing', async () => {
    fill(1, 5);
    await attach(1, 5);
    await stage.until(async () => (await here()).length === 5);
    messages.offline();
    fill(6, 8);
    await attach(1, 8);
    await stage.until(async () => (await here()).length === 8);
    messages.offline();
    await attach(1, 8);
    await page();
    expect(asked.slice(1)).toEqual([{ before: Infinity, limit: 3 }]);
  });

  test('goes on where it was broken off', async () => {
    fill(1, 450);
    await attach(1, 450);
    await stage.until(async () => (await here()).length === 200);
    messages.offline();
    expect(await gaps()).toEqual([{ first: 1, last: 250 }]);
    fill(451, 460);
    await attach(1, 460);
    await stage.until(async () => {
      stage.clock.advance(100);
      return (await gaps()).length === 0 && (await here()).length === 460;
    });
    expect(await here()).toEqual(lines(1, 460));
  });

  test('does not ask for ever for what is gone', async () => {
    fill(1, 3);
    fill(8, 9);
    await attach(1, 9);
    await stage.until(async () => (await here()).length === 5);
    await stage.until(async () => (await gaps()).length === 0);
    expect(asked.length).toBeLessThan(3);
  });

  test('is not kept busy by a domain that counts what it does not send', async () => {
    fill(1, 300);
    isLying = true;
    await attach(1, 300);
    await stage.until(() => asked.length === 1 && stage.clock.waiting > 0);
    expect(asked).toHaveLength(1);
    isLying = false;
    stage.clock.advance(60_000);
    await stage.until(() => asked.length > 1);
  });
});

describe('what comes while it comes', () => {
  test('and leaves numbers out, has these asked for', async () => {
    fill(1, 4);
    await attach(1, 4);
    await stage.until(async () => (await here()).length === 4);
    fill(5, 9);
    await messages.take(entry(9, false));
    await stage.until(async () => {
      stage.clock.advance(100);
      return (await here()).length === 9;
    });
    expect(asked.at(-1)).toEqual({ before: 9, limit: 4 });
  });
});

describe('a page that somebody scrolls to', () => {
  const older = async (first: number) => {
    const all = (await stage.store.call('readPage', stage.key, BOB, { limit: 5000 })).messages;
    const place = all.find(({ text }) => text === `line ${first}`);
    return page({ before: { at: place!.at, order: place!.order } });
  };

  test('is fetched first, and continues what is there', async () => {
    fill(1, 700);
    await attach(1, 700);
    await stage.until(async () => (await here()).length === 200);
    const shown = await older(501);
    expect(shown.messages.map(({ text }) => text)).toEqual(lines(451, 500));
    expect(shown).toMatchObject({ hasOlder: true });
  });

  test('of which the domain cannot be asked says so', async () => {
    fill(1, 300);
    await attach(1, 300);
    await stage.until(async () => (await here()).length === 200);
    messages.offline();
    const shown = await older(101);
    expect(shown).toMatchObject({ messages: [], hasOlder: true, isWaiting: true });
    expect(await page()).not.toHaveProperty('isWaiting');
  });

  test('is shown as it is after three seconds of a domain that does not answer', async () => {
    fill(1, 300);
    await attach(1, 300);
    await stage.until(async () => (await here()).length === 200);
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    const shown = older(101);
    await stage.until(() => asked.length === 2);
    stage.clock.advance(3000);
    expect(await shown).toMatchObject({ messages: [], hasOlder: true });
    held.resolve();
    await stage.until(async () => (await gaps()).length === 0);
  });

  test('who opens a conversation sees what is here, at once', async () => {
    fill(1, 300);
    const held = Promise.withResolvers<void>();
    gate = held.promise;
    await attach(1, 300);
    expect(await page()).toMatchObject({ messages: [] });
    held.resolve();
    await stage.until(async () => (await here()).length >= 200);
  });
});

describe('retention', () => {
  test('that has passed by is a loss between what is here; numbers below it are not asked for', async () => {
    fill(1, 3);
    await attach(1, 3);
    await stage.until(async () => (await here()).length === 3);
    messages.offline();
    log.clear();
    fill(10, 12);
    await attach(10, 12);
    await stage.until(async () => (await here()).length === 6);
    const { losses } = await page();
    expect(losses).toHaveLength(1);
    expect(losses[0]!.from).toBe(START + 3000);
    expect(await gaps()).toEqual([]);
  });

  test('a log that is shorter than it was is begun anew', async () => {
    fill(1, 9);
    await attach(1, 9);
    await stage.until(async () => (await here()).length === 9);
    messages.offline();
    log.clear();
    await attach(1, 0);
    expect(await stage.store.call('inboxPosition', stage.key)).toBe(0);
    expect(await here()).toEqual(lines(1, 9));
  });
});

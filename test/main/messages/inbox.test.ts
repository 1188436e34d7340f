import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Conversations } from '../../../main/messages/conversations.ts';
import { Deferred } from '../../../main/messages/deferred.ts';
import { Inbox } from '../../../main/messages/inbox.ts';
import { Typing } from '../../../main/messages/typing.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Request, Response } from '../../../shared/impp/message.ts';
import { buildComposing, buildMessage } from '../../../shared/mime/build.ts';
import type { Message } from '../../../shared/model.ts';
import { setStage, type Stage } from '../harness.ts';

const ALICE = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';
const SENT = Date.UTC(2026, 0, 5, 11);
const RECEIVED = '2026-01-05T11:00:02.500Z';

let stage: Stage;
let inbox: Inbox;
let deferred: Deferred;
let heard: string[];
let fetched: Map<number, Response | ImppError>;

beforeEach(async () => {
  heard = [];
  fetched = new Map();
  stage = await setStage(ALICE, () => ({
    request(_method, headers = []) {
      const answer = fetched.get(Number(headers[0]?.[1]));
      if (answer === undefined) return Promise.reject(new ImppError('message-unknown'));
      return answer instanceof ImppError ? Promise.reject(answer) : Promise.resolve(answer);
    },
  }));
  const { context, mirror } = stage;
  // Whom one knows.
  mirror.setContact({
    account: ALICE,
    address: BOB,
    name: '',
    groups: [],
    watch: 'active',
    presence: { state: 'available' },
  });
  const conversations = new Conversations(context, () => {});
  inbox = new Inbox(context, conversations, new Typing(context, () => true), {
    arrived: (sequence, isReplay) => heard.push(`${sequence}${isReplay ? ' again' : ''}`),
    skipped: () => heard.push('skipped'),
    deferred: () => deferred.look(),
  });
  deferred = new Deferred(
    context,
    (delivered, sequence) => inbox.keepFetched(delivered, sequence),
    (peer) => conversations.isRequest(peer),
  );
  inbox.online(0);
});

afterEach(async () => {
  deferred.offline();
  await stage.close();
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

const page = async (): Promise<readonly Message[]> =>
  (await stage.store.call('readPage', stage.key, BOB, { limit: 50 })).messages;
const position = (): Promise<number> => stage.store.call('inboxPosition', stage.key);
const gaps = () => stage.store.call('listGaps', stage.key);

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
    expect(stage.mirror.snapshot().conversations).toMatchObject([{ unread: 1 }]);
  });

  test('from a clock that is fast is not from the future', async () => {
    await inbox.take(entry(1, 'late', {}, bodyOf('<late@b>', 'late', SENT + 86_400_000)));
    expect((await page())[0]?.at).toBe(Date.parse(RECEIVED));
  });

  test('of what one wrote on another device is one’s own', async () => {
    const body = bodyOf('<mine@a>', 'mine', SENT, ALICE, BOB);
    await inbox.take(entry(3, 'mine', { From: ALICE, Target: BOB, Copy: 'sent' }, body));
    expect(await page()).toMatchObject([{ isMine: true, outcome: 'stored', text: 'mine' }]);
    expect(stage.mirror.snapshot().conversations).toMatchObject([{ unread: 0, peer: BOB }]);
  });

  test('that cannot be read as text is kept and named, never nothing', async () => {
    const octets = new Uint8Array([0, 255, 13, 10, 13, 10, 128]);
    await inbox.take(entry(1, 'odd', {}, octets));
    const [message] = await page();
    expect(message?.text === '' ? message.files.length : 1).toBeGreaterThan(0);
    expect(await position()).toBe(1);
  });

  test('that is never stored moves nothing: typing is shown, a text is kept', async () => {
    const typing = buildComposing({
      from: BOB,
      to: ALICE,
      date: SENT,
      messageId: '<typing@b>',
      isActive: true,
      refresh: 60,
    });
    expect(await inbox.take(entry(undefined, 'typing', { Storage: 'none' }, typing))).toEqual({});
    expect(await page()).toEqual([]);
    expect(await inbox.take(entry(undefined, 'now', { Storage: 'none' }))).toEqual({});
    expect(await page()).toMatchObject([{ text: 'now', isMine: false }]);
    expect(await position()).toBe(0);
    const typings = stage.changes.flatMap((change) => (change.type === 'typing' ? [change.until] : []));
    expect(typings).toEqual([stage.clock.now() + 60_000, 0]);
  });

  test('that nobody can place is refused and passed by: it would come for ever', async () => {
    await expect(inbox.take(entry(1, 'one', { 'Message-ID': undefined }))).rejects.toMatchObject({
      code: 'bad-request',
    });
    expect(await position()).toBe(1);
    expect(stage.failures).toEqual([]);
  });

  test('that could not be written holds the position, and ends the connection', async () => {
    await inbox.take(entry(1, 'one'));
    // No such account: the store refuses the row, as it would on a full disk.
    const broken = entry(2, 'two', {}, bodyOf('<two@b>', 'two'));
    await stage.store.call('removeAccount', stage.key);
    while (await stage.store.call('sweep', 100));
    const results = await Promise.allSettled([inbox.take(broken), inbox.take(entry(3, 'three'))]);
    expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    expect(stage.failures.length).toBeGreaterThan(0);
    await expect(inbox.take(entry(4, 'four'))).rejects.toMatchObject({ code: 'internal-error' });
    await expect(inbox.settled()).rejects.toMatchObject({ code: 'internal-error' });
  });
});

describe('what is left out', () => {
  test('is a gap, and told of when it is on disk', async () => {
    await inbox.take(entry(1, 'one'));
    await Promise.all([inbox.take(entry(2, 'two')), inbox.take(entry(5, 'five'))]);
    expect(await gaps()).toEqual([{ first: 3, last: 4 }]);
    expect(heard).toEqual(['1', '2', '5', 'skipped']);
    expect(await position()).toBe(5);
  });

  test('is no gap any more when it comes', async () => {
    await inbox.take(entry(4, 'four'));
    await inbox.take(entry(2, 'two', { Replay: 'yes' }));
    expect(await gaps()).toEqual([
      { first: 1, last: 1 },
      { first: 3, last: 3 },
    ]);
    expect((await page()).map(({ text }) => text)).toEqual(['two', 'four']);
    expect(heard).toContain('2 again');
  });
});

describe('a large entry', () => {
  const answer = (text: string, from = BOB): Response => ({
    kind: 'response',
    ok: true,
    method: 'GET-MESSAGE',
    id: '1',
    headers: Headers.from([
      ['Origin', from],
      ['Target', ALICE],
      ['Message-ID', `<${text}@b>`],
      ['Received', RECEIVED],
      ['Content-Type', 'message/rfc822'],
    ]),
    body: bodyOf(`<${text}@b>`, text, SENT, from),
  });
  const large = (from = BOB): Request => ({
    ...entry(4, 'large', { From: from, 'Body-Deferred': '100000' }),
    body: undefined,
  });
  const left = () => stage.store.call('listDeferredMessages', stage.key);

  test('is there at once, and fetched on a connection of its own', async () => {
    fetched.set(4, answer('large'));
    expect(await inbox.take(large())).toEqual({ headers: [['Body-Deferred', '100000']] });
    expect(await page()).toMatchObject([{ text: '', deferred: 100_000 }]);
    deferred.online();
    await stage.until(async () => (await page())[0]?.text === 'large');
    const [message] = await page();
    expect(message).not.toHaveProperty('deferred');
    expect(await left()).toEqual([]);
    expect(stage.changes.findLast(({ type }) => type === 'transfer')).toMatchObject({
      id: message?.id,
      done: 100_000,
      total: 100_000,
    });
  });

  test('that could not be fetched is fetched on the next connection', async () => {
    fetched.set(4, new ImppError('closed'));
    deferred.online();
    await inbox.take(large());
    await inbox.take(entry(5, 'small'));
    expect(await page()).toHaveLength(2);
    expect(await left()).toMatchObject([{ sequence: 4 }]);
    fetched.set(4, answer('large'));
    deferred.offline();
    deferred.online();
    await stage.until(async () => (await left()).length === 0);
  });

  test('of a stranger stays at the domain until the person wants it', async () => {
    const stranger = 'impp://c.example/carol';
    deferred.online();
    await inbox.take(large(stranger));
    const [message] = (await stage.store.call('readPage', stage.key, stranger, { limit: 50 })).messages;
    fetched.set(4, answer('large', stranger));
    expect(await left()).toHaveLength(1);
    await deferred.fetch(message!.id);
    expect(await left()).toEqual([]);
  });

  test('that is gone from the domain is still told of, and not asked for again and again', async () => {
    deferred.online();
    await inbox.take(large());
    const [message] = await page();
    await expect(deferred.fetch(message!.id)).rejects.toMatchObject({ code: 'message-unknown' });
    expect(await page()).toMatchObject([{ deferred: 100_000 }]);
  });
});

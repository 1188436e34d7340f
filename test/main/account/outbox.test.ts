import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Context } from '../../../main/account/context.ts';
import { Outbox } from '../../../main/account/outbox.ts';
import { Mirror } from '../../../main/state.ts';
import { Store } from '../../../main/store/store.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Response } from '../../../shared/impp/message.ts';
import { readMessage } from '../../../shared/mime/read.ts';
import type { Message, Outcome } from '../../../shared/model.ts';
import { FakeClock } from '../../fake/clock.ts';

const ALICE = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';
const LIMITS = { bulkThreshold: 65_536 };

interface Sent {
  readonly target: string;
  readonly messageId: string;
  readonly text: string;
  readonly to: readonly string[];
  readonly isBulk: boolean;
  answer(outcome: Outcome | ImppError): void;
}

let folder: string;
let store: Store;
let clock: FakeClock;
let mirror: Mirror;
let outbox: Outbox;
let sent: Sent[];
let told: Message[];

const request =
  (isBulk: boolean) =>
  (_method: string, headers: readonly (readonly [string, string])[] = [], body = new Uint8Array()) =>
    new Promise<Response>((resolve, reject) => {
      const { text, to } = readMessage(body);
      const of = (name: string): string => headers.find(([known]) => known === name)?.[1] ?? '';
      sent.push({
        target: of('Target'),
        messageId: of('Message-ID'),
        text,
        to,
        isBulk,
        answer(outcome) {
          if (outcome instanceof ImppError) return reject(outcome);
          const answered = Headers.from([['Outcome', outcome]]);
          resolve({ kind: 'response', ok: true, method: 'SEND', id: '1', headers: answered });
        },
      });
    });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-outbox-'));
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
  clock = new FakeClock();
  mirror = new Mirror(
    { kind: 'browser', platform: 'test', version: '0' },
    { theme: 'system', density: 'compact', textSize: 100, sendsReceipts: true, sendsTyping: true },
  );
  sent = [];
  told = [];
  mirror.on(({ change }) => {
    if (change.type === 'message') told.push(change.message);
  });
  let count = 0;
  const context = {
    key: account.key,
    url: ALICE,
    host: 'a.example',
    clock,
    store,
    mirror,
    random: (length: number) => new Uint8Array(length).fill(count++),
    log: () => {},
    connection: () => ({ request: request(false) }),
    bulk: (use: (connection: unknown) => unknown) => use({ request: request(true) }),
  };
  outbox = new Outbox(context as unknown as Context);
});

afterEach(async () => {
  outbox.offline();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Waits for what the store and the outbox do by themselves. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};
const outcomeOf = (id: number): Outcome | undefined => told.findLast((message) => message.id === id)?.outcome;

describe('a message', () => {
  test('is on disk before the command resolves, and on its way after that', async () => {
    await outbox.online(LIMITS);
    const message = await outbox.send(BOB, 'hello');
    expect(message.outcome).toBe('waiting');
    await until(() => sent.length === 1);
    expect(sent[0]).toMatchObject({ target: BOB, messageId: message.messageId, text: 'hello', to: [BOB] });
    await until(() => outcomeOf(message.id) === 'sent');
    sent[0]?.answer('stored');
    await until(() => outcomeOf(message.id) === 'stored');
  });

  test('that got no answer is asked again under the same Message-ID', async () => {
    await outbox.online(LIMITS);
    const message = await outbox.send(BOB, 'hello');
    await until(() => sent.length === 1);
    outbox.offline();
    sent[0]?.answer(new ImppError('closed'));
    await outbox.online(LIMITS);
    await until(() => sent.length === 2);
    const first = sent[0];
    expect(sent[1]).toMatchObject({ target: first?.target, messageId: first?.messageId, text: 'hello' });
    sent[1]?.answer('delivered');
    await until(() => outcomeOf(message.id) === 'delivered');
  });

  test('that is refused for good fails with the reason, and can be tried again', async () => {
    await outbox.online(LIMITS);
    const message = await outbox.send(BOB, 'hello');
    await until(() => sent.length === 1);
    sent[0]?.answer(new ImppError('permission-denied', 'no'));
    await until(() => outcomeOf(message.id) === 'failed');
    expect(told.at(-1)?.problem).toMatchObject({ code: 'permission-denied', domain: 'b.example' });
    const { outgoing } = await store.call('retryMessage', message.id);
    outbox.resume(outgoing);
    await until(() => sent.length === 2);
    expect(sent[1]?.messageId).toBe(message.messageId);
  });

  test('that may be taken later waits, with the reason, and those behind it wait too', async () => {
    await outbox.online(LIMITS);
    const first = await outbox.send(BOB, 'one');
    await until(() => sent.length === 1);
    sent[0]?.answer(new ImppError('mailbox-full', 'full', { data: { retryAfter: 60 } }));
    await until(() => told.some(({ problem }) => problem?.code === 'mailbox-full'));
    expect(outcomeOf(first.id)).toBe('waiting');
    await outbox.send(BOB, 'two');
    clock.advance(59_000);
    expect(sent).toHaveLength(1);
    clock.advance(1000);
    await until(() => sent.length === 3);
    expect(sent.map(({ text }) => text)).toEqual(['one', 'one', 'two']);
  });

  test('to one person does not wait for another', async () => {
    await outbox.online(LIMITS);
    await outbox.send(BOB, 'to bob');
    await until(() => sent.length === 1);
    sent[0]?.answer(new ImppError('connection-failure'));
    await until(() => told.some(({ problem }) => problem !== undefined));
    await outbox.send('impp://c.example/carol', 'to carol');
    await until(() => sent.length === 2);
    expect(sent[1]?.text).toBe('to carol');
  });

  test('written while there is no connection is sent in order when there is', async () => {
    for (const text of ['one', 'two', 'three']) await outbox.send(BOB, text);
    expect(sent).toEqual([]);
    await outbox.online(LIMITS);
    await until(() => sent.length === 3);
    expect(sent.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });

  test('over the threshold goes on a connection of its own', async () => {
    await outbox.online(LIMITS);
    await outbox.send(BOB, 'x'.repeat(70_000));
    await until(() => sent.length === 1);
    expect(sent[0]?.isBulk).toBe(true);
  });
});

describe('the other inbox', () => {
  test('of a presentity is used where its presence names one', async () => {
    await outbox.online(LIMITS);
    mirror.setContact({
      account: ALICE,
      address: BOB,
      name: '',
      groups: [],
      watch: 'active',
      presence: { state: 'available', contactAddress: 'impp://b.example/office' },
    });
    const message = await outbox.send(BOB, 'hello');
    await until(() => sent.length === 1);
    expect(message.peer).toBe(BOB);
    expect(sent[0]).toMatchObject({ target: 'impp://b.example/office', to: ['impp://b.example/office'] });
  });

  test('of someone who is elsewhere for now is followed, and kept for what is asked again', async () => {
    await outbox.online(LIMITS);
    const { messageId } = await outbox.send(BOB, 'hello');
    await until(() => sent.length === 1);
    const location = 'impp://c.example/bob';
    sent[0]?.answer(new ImppError('temporarily-forwarded', 'on holiday', { data: { location } }));
    await until(() => sent.length === 2);
    expect(sent[1]).toMatchObject({ target: location, to: [location], messageId, text: 'hello' });
    outbox.offline();
    sent[1]?.answer(new ImppError('closed'));
    await outbox.online(LIMITS);
    await until(() => sent.length === 3);
    expect(sent[2]).toMatchObject({ target: location, to: [location], messageId });
  });

  test('is not followed for ever, nor for good without a word', async () => {
    await outbox.online(LIMITS);
    const message = await outbox.send(BOB, 'hello');
    for (let hop = 0; hop < 6; hop++) {
      await until(() => sent.length === hop + 1);
      const location = `impp://c.example/bob${hop}`;
      sent[hop]?.answer(new ImppError('temporarily-forwarded', 'there', { data: { location } }));
    }
    await until(() => outcomeOf(message.id) === 'failed');
    const other = await outbox.send('impp://b.example/moved', 'hello');
    await until(() => sent.length === 7);
    const moved = new ImppError('permanently-forwarded', 'moved', {
      data: { location: 'impp://c.example/x' },
    });
    sent[6]?.answer(moved);
    await until(() => outcomeOf(other.id) === 'failed');
    expect(told.at(-1)?.problem?.location).toBe('impp://c.example/x');
  });
});

test('what was stored is asked about again when the other appears, a few times', async () => {
  await outbox.online(LIMITS);
  const message = await outbox.send(BOB, 'hello');
  await until(() => sent.length === 1);
  sent[0]?.answer('stored');
  await until(() => outcomeOf(message.id) === 'stored');
  outbox.appeared(BOB);
  clock.advance(1000);
  await until(() => sent.length === 2);
  sent[1]?.answer('stored');
  await until(() => clock.waiting > 0);
  clock.advance(10_000);
  await until(() => sent.length === 3);
  expect(sent[2]?.messageId).toBe(message.messageId);
  sent[2]?.answer('delivered');
  await until(() => outcomeOf(message.id) === 'delivered');
});

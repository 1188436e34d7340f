import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Conversations } from '../../../main/messages/conversations.ts';
import { Outbox } from '../../../main/messages/outbox.ts';
import { Writing } from '../../../main/messages/writing.ts';
import type { Requester } from '../../../main/account/context.ts';
import { ImppError } from '../../../shared/errors.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Response } from '../../../shared/impp/message.ts';
import { readMessage } from '../../../shared/mime/read.ts';
import type { Message, Outcome } from '../../../shared/model.ts';
import { setStage, type Stage } from '../harness.ts';

const ALICE = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';
const LIMITS = { bulkThreshold: 65_536 };

interface Sent {
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
  readonly to: readonly string[];
  readonly isBulk: boolean;
  readonly progress: ((done: number) => void) | undefined;
  answer(outcome: Outcome | ImppError): void;
}

let stage: Stage;
let outbox: Outbox;
let writing: Writing;
let sent: Sent[];
let taken: number;

const server = (isBulk: boolean): Requester => ({
  request: (_method, headers = [], body = new Uint8Array(), progress) =>
    new Promise<Response>((resolve, reject) => {
      const { text, to } = readMessage(body);
      sent.push({
        headers: Object.fromEntries(headers),
        text,
        to,
        isBulk,
        progress,
        answer(outcome) {
          if (outcome instanceof ImppError) return reject(outcome);
          const answered = Headers.from([['Outcome', outcome]]);
          resolve({ kind: 'response', ok: true, method: 'SEND', id: '1', headers: answered });
        },
      });
    }),
});

beforeEach(async () => {
  sent = [];
  taken = 0;
  stage = await setStage(ALICE, server);
  const conversations = new Conversations(stage.context, () => {});
  outbox = new Outbox(stage.context, conversations, () => taken++);
  writing = new Writing(stage.context, outbox, () => false);
});

afterEach(async () => {
  outbox.offline();
  outbox.close();
  expect(stage.clock.waiting).toBe(0);
  await stage.close();
});

const send = (peer: string, text: string, more = {}): Promise<Message> =>
  writing.send(peer, { text, ...more });
const until = (isSo: () => boolean): Promise<void> => stage.until(isSo);
const told = (): Message[] =>
  stage.changes.flatMap((change) => (change.type === 'message' ? [change.message] : []));
const outcomeOf = (id: number): Outcome | undefined =>
  told().findLast((message) => message.id === id)?.outcome;

describe('a message', () => {
  test('is on disk before the command resolves, and on its way after that', async () => {
    await outbox.online(LIMITS);
    const message = await send(BOB, 'hello');
    expect(message.outcome).toBe('waiting');
    await until(() => sent.length === 1);
    expect(sent[0]).toMatchObject({
      headers: { Target: BOB, 'Message-ID': message.messageId },
      text: 'hello',
      to: [BOB],
    });
    await until(() => outcomeOf(message.id) === 'sent');
    sent[0]?.answer('stored');
    await until(() => outcomeOf(message.id) === 'stored');
  });

  test('that got no answer is asked again under the same Message-ID', async () => {
    await outbox.online(LIMITS);
    const message = await send(BOB, 'hello');
    await until(() => sent.length === 1);
    outbox.offline();
    sent[0]?.answer(new ImppError('closed'));
    await outbox.online(LIMITS);
    await until(() => sent.length === 2);
    const first = sent[0];
    expect(sent[1]).toMatchObject({ headers: first!.headers, text: 'hello' });
    sent[1]?.answer('delivered');
    await until(() => outcomeOf(message.id) === 'delivered');
  });

  test('that is refused for good fails with the reason, and can be tried again', async () => {
    await outbox.online(LIMITS);
    const message = await send(BOB, 'hello');
    await until(() => sent.length === 1);
    sent[0]?.answer(new ImppError('permission-denied', 'no'));
    await until(() => outcomeOf(message.id) === 'failed');
    expect(told().at(-1)?.problem).toMatchObject({ code: 'permission-denied', domain: 'b.example' });
    await outbox.retry(message.id);
    await until(() => sent.length === 2);
    expect(sent[1]?.headers['Message-ID']).toBe(message.messageId);
  });

  test('that may be taken later waits, with the reason, and those behind it wait too', async () => {
    await outbox.online(LIMITS);
    const first = await send(BOB, 'one');
    await until(() => sent.length === 1);
    sent[0]?.answer(new ImppError('mailbox-full', 'full', { data: { retryAfter: 60 } }));
    await until(() => told().some(({ problem }) => problem?.code === 'mailbox-full'));
    expect(outcomeOf(first.id)).toBe('waiting');
    await send(BOB, 'two');
    stage.clock.advance(59_000);
    expect(sent).toHaveLength(1);
    stage.clock.advance(1000);
    await until(() => sent.length === 3);
    expect(sent.map(({ text }) => text)).toEqual(['one', 'one', 'two']);
  });

  test('to one person does not wait for another', async () => {
    await outbox.online(LIMITS);
    await send(BOB, 'to bob');
    await until(() => sent.length === 1);
    sent[0]?.answer(new ImppError('connection-failure'));
    await until(() => told().some(({ problem }) => problem !== undefined));
    await send('impp://c.example/carol', 'to carol');
    await until(() => sent.length === 2);
    expect(sent[1]?.text).toBe('to carol');
  });

  test('written while there is no connection is sent in order when there is', async () => {
    for (const text of ['one', 'two', 'three']) await send(BOB, text);
    expect(sent).toEqual([]);
    await outbox.online(LIMITS);
    await until(() => sent.length === 3);
    expect(sent.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
  });

  test('over the threshold goes on a connection of its own', async () => {
    await outbox.online(LIMITS);
    await send(BOB, 'x'.repeat(70_000));
    await until(() => sent.length === 1);
    expect(sent[0]?.isBulk).toBe(true);
  });
});

describe('the other inbox', () => {
  test('of a presentity is used where its presence names one', async () => {
    await outbox.online(LIMITS);
    stage.mirror.setContact({
      account: ALICE,
      address: BOB,
      name: '',
      groups: [],
      watch: 'active',
      presence: { state: 'available', contactAddress: 'impp://b.example/office' },
    });
    const message = await send(BOB, 'hello');
    await until(() => sent.length === 1);
    expect(message.peer).toBe(BOB);
    expect(sent[0]).toMatchObject({
      headers: { Target: 'impp://b.example/office' },
      to: ['impp://b.example/office'],
    });
  });

  test('of someone who is elsewhere for now is followed, and kept for what is asked again', async () => {
    await outbox.online(LIMITS);
    const { messageId } = await send(BOB, 'hello');
    await until(() => sent.length === 1);
    const location = 'impp://c.example/bob';
    sent[0]?.answer(new ImppError('temporarily-forwarded', 'on holiday', { data: { location } }));
    await until(() => sent.length === 2);
    expect(sent[1]).toMatchObject({
      headers: { Target: location, 'Message-ID': messageId },
      to: [location],
      text: 'hello',
    });
    outbox.offline();
    sent[1]?.answer(new ImppError('closed'));
    await outbox.online(LIMITS);
    await until(() => sent.length === 3);
    expect(sent[2]).toMatchObject({ headers: { Target: location, 'Message-ID': messageId }, to: [location] });
  });

  test('is not followed for ever, nor for good without a word', async () => {
    await outbox.online(LIMITS);
    const message = await send(BOB, 'hello');
    for (let hop = 0; hop < 6; hop++) {
      await until(() => sent.length === hop + 1);
      const location = `impp://c.example/bob${hop}`;
      sent[hop]?.answer(new ImppError('temporarily-forwarded', 'there', { data: { location } }));
    }
    await until(() => outcomeOf(message.id) === 'failed');
    const other = await send('impp://b.example/moved', 'hello');
    await until(() => sent.length === 7);
    const moved = new ImppError('permanently-forwarded', 'moved', {
      data: { location: 'impp://c.example/x' },
    });
    sent[6]?.answer(moved);
    await until(() => outcomeOf(other.id) === 'failed');
    expect(told().at(-1)?.problem?.location).toBe('impp://c.example/x');
  });
});

test('what was stored is asked about again when the other appears, a few times', async () => {
  await outbox.online(LIMITS);
  const message = await send(BOB, 'hello');
  await until(() => sent.length === 1);
  sent[0]?.answer('stored');
  await until(() => outcomeOf(message.id) === 'stored');
  outbox.appeared(BOB);
  stage.clock.advance(1000);
  await until(() => sent.length === 2);
  sent[1]?.answer('stored');
  await until(() => stage.clock.waiting > 0);
  stage.clock.advance(10_000);
  await until(() => sent.length === 3);
  expect(sent[2]?.headers['Message-ID']).toBe(message.messageId);
  sent[2]?.answer('delivered');
  await until(() => outcomeOf(message.id) === 'delivered');
});

describe('an end', () => {
  test('goes along, and is kept without a connection', async () => {
    const end = stage.clock.now() + 60_000;
    const message = await send(BOB, 'quick', { expires: end });
    await outbox.online(LIMITS);
    await until(() => sent.length === 1);
    expect(sent[0]?.headers['Expires']).toBe(new Date(end).toISOString());
    sent[0]?.answer(new ImppError('mailbox-full'));
    await until(() => told().some(({ problem }) => problem?.code === 'mailbox-full'));
    outbox.offline();
    stage.clock.advance(60_000);
    await until(() => outcomeOf(message.id) === 'expired');
    await outbox.online(LIMITS);
    const next = await send(BOB, 'next');
    await until(() => sent.length === 2);
    expect(sent[1]?.headers['Message-ID']).toBe(next.messageId);
    await outbox.retry(message.id);
    await until(() => sent.length === 3);
    expect(sent[2]?.headers).not.toHaveProperty('Expires');
  });

  test('that passes while the answer is open is left to the answer', async () => {
    await outbox.online(LIMITS);
    const taken = await send(BOB, 'taken', { expires: stage.clock.now() + 60_000 });
    const late = await send(BOB, 'late', { expires: stage.clock.now() + 60_000 });
    await until(() => sent.length === 2);
    stage.clock.advance(60_000);
    sent[0]?.answer('stored');
    sent[1]?.answer(new ImppError('bad-request', 'it has expired'));
    await until(() => outcomeOf(taken.id) === 'stored' && outcomeOf(late.id) === 'expired');
  });

  test('far away is waited for in parts that a timer can count', async () => {
    const message = await send(BOB, 'in a year', { expires: stage.clock.now() + 365 * 86_400_000 });
    stage.clock.advance(364 * 86_400_000);
    await stage.store.call('getMessage', message.id);
    expect(outcomeOf(message.id)).toBe('waiting');
    stage.clock.advance(86_400_000);
    await until(() => outcomeOf(message.id) === 'expired');
  });
});

describe('what is stopped', () => {
  test('before it left is not sent; those behind it are', async () => {
    await outbox.online(LIMITS);
    const first = await send(BOB, 'one');
    await until(() => sent.length === 1);
    sent[0]?.answer(new ImppError('mailbox-full'));
    await until(() => told().some(({ problem }) => problem?.code === 'mailbox-full'));
    await send(BOB, 'two');
    await outbox.cancel(first.id);
    expect(told().findLast(({ id }) => id === first.id)).toMatchObject({
      outcome: 'failed',
      problem: { code: 'cancelled' },
    });
    stage.clock.advance(60_000);
    await until(() => sent.length === 2);
    expect(sent[1]?.text).toBe('two');
  });

  test('while it is on its way stays stopped, until its own domain tells that it was taken', async () => {
    await outbox.online(LIMITS);
    const message = await send(BOB, 'one');
    await until(() => sent.length === 1);
    await outbox.cancel(message.id);
    sent[0]?.answer('delivered');
    await until(() => taken === 1);
    expect(outcomeOf(message.id)).toBe('failed');
    await expect(outbox.cancel(message.id)).rejects.toMatchObject({ code: 'not-found' });
  });
});

describe('what changes a message', () => {
  test('goes behind it, in order, and has no outcome of its own', async () => {
    await outbox.online(LIMITS);
    const message = await send(BOB, 'one');
    await writing.correct(message.id, 'two');
    await writing.correct(message.id, 'three');
    await until(() => sent.length === 3);
    expect(sent.map(({ text }) => text)).toEqual(['one', 'two', 'three']);
    for (const one of sent) one.answer('stored');
    await until(() => taken === 3);
    const shown = told().at(-1);
    expect(shown).toMatchObject({ text: 'three', outcome: 'stored' });
    expect(shown?.correctedAt).toBeGreaterThan(message.at);
    expect(await stage.store.call('listOutbox', stage.key, 0, 10)).toEqual([]);
  });

  test('of a message that has not left, when it is taken back: both are gone', async () => {
    const message = await send(BOB, 'one');
    await writing.retract(message.id);
    await outbox.online(LIMITS);
    const next = await send(BOB, 'next');
    await until(() => sent.length === 1);
    expect(sent[0]?.headers['Message-ID']).toBe(next.messageId);
    expect(stage.changes.some(({ type }) => type === 'message-removed')).toBe(true);
  });

  test('that may have left is sent to its end, and taken back after that', async () => {
    await outbox.online(LIMITS);
    const message = await send(BOB, 'one');
    await until(() => sent.length === 1 && outcomeOf(message.id) === 'sent');
    outbox.offline();
    sent[0]?.answer(new ImppError('closed'));
    await writing.retract(message.id);
    await outbox.online(LIMITS);
    await until(() => sent.length === 3);
    expect(sent.map(({ text }) => text)).toEqual(['one', 'one', '']);
    for (const one of sent) one.answer('stored');
    await until(() => taken === 2);
    await expect(stage.store.call('messageBody', message.id)).rejects.toMatchObject({ code: 'not-found' });
  });
});

// Messages between two people: how far each got, files, what is told of reading and writing.

import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Change } from '../../shared/ipc.ts';
import type { Message } from '../../shared/model.ts';
import { App, Domain } from './harness.ts';
import { ALICE, BOB, befriend, people } from './harness-people.ts';

let domain: Domain;
let alice: App;
let bob: App;

beforeEach(async () => {
  domain = await Domain.start();
  [alice, bob] = (await people(domain, 'alice', 'bob')) as [App, App];
});

afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await domain.down();
});

const say = (text: string, more = {}): Promise<Message> =>
  alice.ask('message.send', { account: ALICE, peer: BOB, text, ...more });

const both = async (): Promise<void> => {
  await befriend(alice, bob, [ALICE, BOB]);
  await befriend(bob, alice, [BOB, ALICE]);
};

const upload = async (app: App, bytes: Buffer): Promise<string> => {
  const { upload: id } = await app.ask('upload.begin', { size: bytes.length });
  for (let at = 0; at < bytes.length; at += 1_000_000) {
    const data = bytes.subarray(at, at + 1_000_000).toString('base64');
    await app.ask('upload.append', { upload: id, data });
  }
  return id;
};

const transfers = (app: App, id: number) =>
  app.changes.filter(
    (change): change is Extract<Change, { type: 'transfer' }> =>
      change.type === 'transfer' && change.id === id,
  );

const untilChange = async (app: App, what: string, isSo: () => boolean): Promise<void> => {
  while (!isSo()) await app.nextChange(what);
};

const steps = async (app: App, id: number) =>
  (await app.ask('message.details', { id })).steps.map(({ step, domain: by }) =>
    by === undefined ? step : `${step} ${by}`,
  );

const OCTETS = Buffer.alloc(5_000_000, 'a file of some size ');

describe('a file of 5 MB', () => {
  test('goes with an account of its progress, is fetched by friends, and is the same there', async () => {
    await both();
    const file = { upload: await upload(alice, OCTETS), name: 'film.bin', type: 'video/mp4' };
    const message = await say('look', { files: [file] });
    expect(message.files).toEqual([{ index: 0, name: 'film.bin', type: 'video/mp4', size: OCTETS.length }]);
    await alice.untilOutcome(message.id, 'stored', 'delivered');
    const sent = transfers(alice, message.id);
    expect(sent.length).toBeGreaterThan(1);
    expect(sent.at(-1)?.done).toBe(sent.at(-1)?.total);
    const [got] = await bob.untilTexts('bob', ALICE, ['look']);
    expect(got?.files).toEqual(message.files);
    expect(transfers(bob, got!.id).at(-1)).toMatchObject({ done: sent.at(-1)?.total });
    const { data, ...rest } = await bob.ask('message.file', { id: got!.id, index: 0 });
    expect(rest).toEqual({ name: 'film.bin', type: 'video/mp4' });
    expect(Buffer.from(data, 'base64').equals(OCTETS)).toBe(true);
    expect(await steps(bob, got!.id)).toEqual(['received', 'fetched']);
    await expect(
      alice.refusal('message.send', { account: ALICE, peer: BOB, text: '', files: [file] }),
    ).resolves.toBe('not-found');
  });

  test('from a stranger stays at the domain until it is wanted', async () => {
    const message = await say('look', {
      files: [{ upload: await upload(alice, OCTETS), name: 'film.bin', type: 'video/mp4' }],
    });
    await alice.untilOutcome(message.id, 'stored');
    const conversation = await bob.until('the envelope', ({ conversations }) =>
      conversations.find(({ last }) => last?.deferred !== undefined),
    );
    expect(conversation).toMatchObject({ isRequest: true, last: { text: '', files: [] } });
    const { id, deferred } = conversation.last!;
    expect(deferred).toBeGreaterThan(OCTETS.length);
    await bob.ask('message.fetch', { id });
    expect(await bob.messages('bob', ALICE)).toMatchObject([{ text: 'look', files: [{ name: 'film.bin' }] }]);
    expect((await bob.messages('bob', ALICE))[0]).not.toHaveProperty('deferred');
  });

  test('is stopped, said so, and sent again', async () => {
    await domain.down();
    const message = await say('look', {
      files: [{ upload: await upload(alice, OCTETS), name: 'film.bin', type: 'video/mp4' }],
    });
    expect(message.outcome).toBe('waiting');
    await alice.ask('message.cancel', { id: message.id });
    const stopped = await alice.untilOutcome(message.id, 'failed');
    expect(stopped.problem).toMatchObject({ code: 'cancelled' });
    expect(await alice.refusal('message.cancel', { id: message.id })).toBe('not-found');
    await domain.up();
    for (const app of [alice, bob]) app.wake();
    await Promise.all([alice.untilOnline('alice'), bob.untilOnline('bob')]);
    alice.changes.length = 0;
    await alice.ask('message.retry', { id: message.id });
    await alice.untilOutcome(message.id, 'stored', 'delivered');
    await bob.until('the envelope', ({ conversations }) =>
      conversations.some(({ last }) => last !== undefined),
    );
  });

  test('is stopped on its way', async () => {
    const message = await say('look', {
      files: [{ upload: await upload(alice, OCTETS), name: 'film.bin', type: 'video/mp4' }],
    });
    await untilChange(alice, 'on its way', () => transfers(alice, message.id).length > 0);
    await alice.ask('message.cancel', { id: message.id });
    const stopped = await alice.untilOutcome(message.id, 'failed');
    expect(stopped.problem?.code).toBe('cancelled');
    const small = await say('never mind');
    await alice.untilOutcome(small.id, 'delivered');
  });

  test('that the domain would not take is refused before it is used up, with the limit', async () => {
    const { maxMessageSize } = (await alice.snapshot()).accounts[0]!;
    const file = {
      upload: await upload(alice, Buffer.alloc(8_000_000)),
      name: 'large.bin',
      type: 'application/octet-stream',
    };
    const answer = await alice.invoke('message.send', { account: ALICE, peer: BOB, text: '', files: [file] });
    expect(answer).toMatchObject({ ok: false, code: 'message-too-large', data: { maxMessageSize } });
    expect(await alice.messages('alice', BOB)).toEqual([]);
    await alice.ask('upload.drop', { upload: file.upload });
  });

  test('is forwarded with its text, also from another conversation', async () => {
    await both();
    const carol = await App.start();
    try {
      await carol.create(domain, 'carol');
      await say('look', {
        files: [{ upload: await upload(alice, Buffer.from('octets')), name: 'a.txt', type: 'text/plain' }],
      });
      const [got] = await bob.untilTexts('bob', ALICE, ['look']);
      const peer = 'carol@a.example';
      const forwarded = await bob.ask('message.forward', { id: got!.id, account: BOB, peer });
      expect(forwarded).toMatchObject({
        text: 'look',
        isForwarded: true,
        files: [{ name: 'a.txt', size: 6 }],
      });
      const [there] = await carol.untilTexts('carol', BOB, ['look']);
      expect(there).toMatchObject({ isForwarded: true, files: [{ name: 'a.txt', size: 6 }] });
    } finally {
      await carol.close();
    }
  });
});

describe('the steps of a message', () => {
  test('are all told, with who says so', async () => {
    const message = await say('hello');
    await alice.untilOutcome(message.id, 'delivered');
    expect(await steps(alice, message.id)).toEqual(['saved', 'sent', 'delivered a.example']);
    const lost = await alice.ask('message.send', {
      account: ALICE,
      peer: 'nobody@a.example',
      text: 'hello?',
    });
    await alice.untilOutcome(lost.id, 'failed');
    const { steps: told } = await alice.ask('message.details', { id: lost.id });
    expect(told.at(-1)).toMatchObject({
      step: 'failed',
      problem: { code: 'target-unknown', domain: 'a.example' },
    });
  });

  test('a correction that nobody takes says so on the message', async () => {
    const message = await say('hello');
    await alice.untilOutcome(message.id, 'delivered');
    await bob.ask('rules.change', { account: BOB, who: ALICE, change: { send: 'deny' } });
    await alice.ask('message.correct', { id: message.id, text: 'hello!' });
    await untilChange(alice, 'the problem', () =>
      alice.changes.some((change) => change.type === 'message' && change.message.problem !== undefined),
    );
    const [shown] = await alice.messages('alice', BOB);
    expect(shown).toMatchObject({
      text: 'hello!',
      outcome: 'delivered',
      problem: { code: 'permission-denied' },
    });
    expect(await steps(alice, message.id)).toContain('failed a.example');
  });

  test('a reaction that nobody takes has not been', async () => {
    await bob.ask('message.send', { account: BOB, peer: ALICE, text: 'hello' });
    const [message] = await alice.untilTexts('alice', BOB, ['hello']);
    await bob.ask('rules.change', { account: BOB, who: ALICE, change: { send: 'deny' } });
    await alice.ask('message.react', { id: message!.id, emoji: '👍' });
    await untilChange(alice, 'taken back', () => {
      const shown = alice.changes.flatMap((change) => (change.type === 'message' ? [change.message] : []));
      return shown.some(({ reactions }) => reactions.length > 0) && shown.at(-1)?.reactions.length === 0;
    });
  });

  test('only one’s own can be corrected or taken back, and only what was not refused', async () => {
    const message = await say('hello');
    const [got] = await bob.untilTexts('bob', ALICE, ['hello']);
    expect(await bob.refusal('message.correct', { id: got!.id, text: 'x' })).toBe('invalid-argument');
    expect(await bob.refusal('message.retract', { id: got!.id })).toBe('invalid-argument');
    expect(await bob.refusal('message.react', { id: got!.id, emoji: 'no' })).toBe('invalid-argument');
    await alice.ask('message.retract', { id: message.id });
    expect(await alice.refusal('message.correct', { id: message.id, text: 'x' })).toBe('invalid-argument');
    expect(await alice.refusal('message.correct', { id: 12345, text: 'x' })).toBe('not-found');
  });
});

describe('an end', () => {
  test('is kept without a connection, over a restart, and lifted by trying again', async () => {
    await domain.down();
    await alice.until('offline', ({ accounts }) => accounts[0]?.connection.phase !== 'online');
    const message = await say('quick', { expires: Date.now() + 700 });
    expect(message.expires).toBeDefined();
    const over = await alice.untilOutcome(message.id, 'expired');
    expect(over.problem).toBeUndefined();
    await domain.up();
    alice.wake();
    await alice.untilOnline('alice');
    await alice.ask('message.retry', { id: message.id });
    await alice.untilOutcome(message.id, 'stored', 'delivered');
  });

  test('that has passed while the program was not running is noticed at its start', async () => {
    await domain.down();
    const message = await say('quick', { expires: Date.now() + 300 });
    await alice.down();
    await expect.poll(() => Date.now() > message.expires!).toBe(true);
    await alice.up();
    await alice.until('expired', ({ conversations }) =>
      conversations.some(({ last }) => last?.outcome === 'expired'),
    );
  });

  test('that lies behind is refused', async () => {
    const request = { account: ALICE, peer: BOB, text: 'x', expires: Date.now() - 1 };
    expect(await alice.refusal('message.send', request)).toBe('invalid-argument');
  });
});

describe('for now only', () => {
  test('a message reaches who is there, and fails where nobody is', async () => {
    const message = await say('psst', { isOnlyNow: true });
    await alice.untilOutcome(message.id, 'delivered');
    await bob.untilTexts('bob', ALICE, ['psst']);
    expect(await bob.conversation(ALICE)).toMatchObject({ unread: 1, firstUnread: { at: message.at } });
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    expect(await bob.conversation(ALICE)).toMatchObject({ unread: 0 });
    await bob.down();
    const lost = await say('psst?', { isOnlyNow: true });
    const failed = await alice.untilOutcome(lost.id, 'failed');
    expect(failed.problem?.code).toBe('mailbox-unavailable');
  });
});

describe('receipts', () => {
  const receipts = (app: App): number =>
    app.changes.filter((change) => change.type === 'message' && change.message.readAt !== undefined).length;

  test('say when it was read, to those who may know', async () => {
    await both();
    const message = await say('hello');
    await bob.untilTexts('bob', ALICE, ['hello']);
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    await untilChange(alice, 'the receipt', () => receipts(alice) > 0);
    const [shown] = await alice.messages('alice', BOB);
    expect(shown).toMatchObject({ id: message.id, outcome: 'delivered' });
    expect(shown!.readAt).toBeGreaterThanOrEqual(message.at);
    expect(await steps(alice, message.id)).toEqual(['saved', 'sent', 'delivered a.example', 'read']);
  });

  test('are not sent to strangers, nor where they are switched off, then or later', async () => {
    await say('hello');
    await bob.untilTexts('bob', ALICE, ['hello']);
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    await both();
    await bob.ask('settings.change', { sendsReceipts: false });
    await say('again');
    await bob.untilTexts('bob', ALICE, ['again']);
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    await bob.ask('settings.change', { sendsReceipts: true });
    await bob.ask('conversation.change', { account: BOB, peer: ALICE, sendsReceipts: false });
    await say('and again');
    await bob.untilTexts('bob', ALICE, ['and again']);
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    await bob.ask('conversation.change', { account: BOB, peer: ALICE, sendsReceipts: null });
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    const last = await say('last');
    await bob.untilTexts('bob', ALICE, ['last']);
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    // The one for the last comes behind all others that might have been sent.
    await untilChange(alice, 'the receipt', () => receipts(alice) > 0);
    const read = (await alice.messages('alice', BOB)).filter(({ readAt }) => readAt !== undefined);
    expect(read.map(({ id }) => id)).toEqual([last.id]);
  });

  test('are asked for only by who gives them', async () => {
    await both();
    await alice.ask('settings.change', { sendsReceipts: false });
    await say('do not tell');
    await bob.untilTexts('bob', ALICE, ['do not tell']);
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    await alice.ask('settings.change', { sendsReceipts: true });
    const asking = await say('tell');
    await bob.untilTexts('bob', ALICE, ['tell']);
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    await untilChange(alice, 'the receipt', () => receipts(alice) > 0);
    const read = (await alice.messages('alice', BOB)).filter(({ readAt }) => readAt !== undefined);
    expect(read.map(({ id }) => id)).toEqual([asking.id]);
  });

  test('come once, also when two computers read', async () => {
    await both();
    const phone = await App.start();
    try {
      await phone.signIn(domain, 'bob');
      await say('hello');
      await Promise.all([bob, phone].map((app) => app.untilTexts('bob', ALICE, ['hello'])));
      await Promise.all(
        [bob, phone].map((app) => app.ask('conversation.read', { account: BOB, peer: ALICE })),
      );
      await untilChange(alice, 'the receipt', () => receipts(alice) > 0);
      await bob.ask('message.send', { account: BOB, peer: ALICE, text: 'done' });
      await phone.ask('message.send', { account: BOB, peer: ALICE, text: 'done, too' });
      await untilChange(alice, 'both answers', () =>
        ['done', 'done, too'].every((text) =>
          alice.changes.some((change) => change.type === 'message' && change.message.text === text),
        ),
      );
      await alice.down();
      const file = new DatabaseSync(join(alice.folder, 'parley.db'), { readOnly: true });
      // What she wrote, one receipt, two answers.
      expect(file.prepare('SELECT inbox_position FROM accounts').get()).toEqual({ inbox_position: 4 });
      file.close();
    } finally {
      await phone.close();
    }
  });
});

describe('typing', () => {
  const typings = (app: App): number[] =>
    app.changes.flatMap((change) => (change.type === 'typing' ? [change.until] : []));
  const type = (isTyping: boolean) =>
    alice.ask('conversation.typing', { account: ALICE, peer: BOB, isTyping });

  test('is shown to a contact who is there, and ends with the message', async () => {
    await both();
    await type(true);
    await untilChange(bob, 'typing', () => typings(bob).length === 1);
    expect(typings(bob)[0]).toBeGreaterThan(Date.now());
    await say('hello');
    await bob.untilTexts('bob', ALICE, ['hello']);
    expect(typings(bob).at(-1)).toBe(0);
    await type(true);
    await untilChange(bob, 'typing again', () => typings(bob).length === 3);
    await type(false);
    await untilChange(bob, 'no more', () => typings(bob).length === 4);
    expect((await bob.messages('bob', ALICE)).map(({ text }) => text)).toEqual(['hello']);
  });

  test('is not told to strangers, nor where it is switched off', async () => {
    await type(true);
    await both();
    await alice.ask('settings.change', { sendsTyping: false });
    await type(true);
    await alice.ask('conversation.change', { account: ALICE, peer: BOB, sendsTyping: true });
    // Nothing was ever written here: the choice for one person holds all the same.
    await type(false);
    await say('hello');
    await bob.untilTexts('bob', ALICE, ['hello']);
    expect(typings(bob)).toEqual([]);
    await type(true);
    await untilChange(bob, 'typing', () => typings(bob).length === 1);
  });
});

// One account on two computers, and somebody who writes with it: in the end all three have the same.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Message } from '../../shared/model.ts';
import { App, Domain, PASSWORD } from './harness.ts';
import { ALICE, BOB, befriend } from './harness-people.ts';

let domain: Domain;
let alice: App;
let desk: App;
let phone: App;

beforeEach(async () => {
  domain = await Domain.start();
  [alice, desk, phone] = await Promise.all([App.start(), App.start(), App.start()]);
  await Promise.all([alice.create(domain, 'alice'), desk.create(domain, 'bob')]);
  await phone.signIn(domain, 'bob');
});

afterEach(async () => {
  await Promise.all([alice, desk, phone].map((app) => app.close()));
  await domain.down();
});

const say = (app: App, account: string, peer: string, text: string, more = {}): Promise<Message> =>
  app.ask('message.send', { account, peer, text, ...more });

const all = async (app: App, account: string, peer: string): Promise<readonly Message[]> =>
  (await app.ask('messages.page', { account, peer, limit: 200 })).messages;

/** What of a conversation has to be the same everywhere; `owner`: whose view it is. */
const gist = (messages: readonly Message[], owner: string, peer: string) =>
  messages.map(({ messageId, isMine, text, files, quote, reactions, correctedAt, isRetracted, at }) => ({
    messageId,
    by: isMine ? owner : peer,
    text,
    files: files.map(({ name, size }) => `${name} ${size}`),
    quote: quote?.messageId,
    reactions: reactions
      .map((reaction) => `${reaction.isMine ? owner : peer} ${reaction.emoji}`)
      .sort((one, other) => one.localeCompare(other)),
    isCorrected: correctedAt !== undefined,
    isRetracted,
    at,
  }));

/** Waits until the conversation is as `isSo` wants it. */
const untilAll = async (
  app: App,
  account: string,
  peer: string,
  what: string,
  isSo: (messages: readonly Message[]) => boolean,
): Promise<readonly Message[]> => {
  for (;;) {
    const messages = await all(app, account, peer);
    if (isSo(messages)) return messages;
    await app.nextChange(`${what}; there is ${JSON.stringify(messages.map(({ text }) => text))}`);
  }
};

/** What each of the computers shows: those of bob, and alice's. */
const views = async () => {
  const [onDesk, onPhone, hers] = await Promise.all([
    all(desk, BOB, ALICE),
    all(phone, BOB, ALICE),
    all(alice, ALICE, BOB),
  ]);
  return {
    desk: gist(onDesk, BOB, ALICE),
    phone: gist(onPhone, BOB, ALICE),
    alice: gist(hers, ALICE, BOB),
    hers,
  };
};

const SOON = { timeout: 30_000, interval: 50 };

/** Waits until all three show the same, as `isSo` wants it, and gives it. */
const untilEqual = async (isSo: (messages: readonly Message[]) => boolean) => {
  await expect.poll(async () => isSo((await views()).hers), SOON).toBe(true);
  await expect
    .poll(async () => {
      const seen = await views();
      return JSON.stringify([seen.desk, seen.phone]) === JSON.stringify([seen.alice, seen.alice])
        ? 'equal'
        : JSON.stringify(seen, null, 1);
    }, SOON)
    .toBe('equal');
  return (await views()).hers;
};

const texts = (messages: readonly Message[]) => messages.map(({ text }) => text);
const upload = async (app: App, bytes: Buffer): Promise<string> => {
  const { upload: id } = await app.ask('upload.begin', { size: bytes.length });
  for (let at = 0; at < bytes.length; at += 1_000_000) {
    const data = bytes.subarray(at, at + 1_000_000).toString('base64');
    await app.ask('upload.append', { upload: id, data });
  }
  return id;
};

describe('everything is everywhere', () => {
  test('texts, answers, files, corrections, reactions and what was taken back, in one order', async () => {
    const first = await say(alice, ALICE, BOB, 'are you there?');
    const [got] = await untilAll(desk, BOB, ALICE, 'the question', (m) => m.length === 1);
    await say(desk, BOB, ALICE, 'yes', { quote: got!.id });
    await say(phone, BOB, ALICE, 'I am', {});
    const file = {
      upload: await upload(alice, Buffer.from('octets')),
      name: '../plan.txt',
      type: 'text/plain',
    };
    await say(alice, ALICE, BOB, 'then look', { files: [file] });
    await alice.ask('message.correct', { id: first.id, text: 'are you here?' });
    await untilAll(phone, BOB, ALICE, 'four', (m) => m.length === 4);
    const onPhone = await all(phone, BOB, ALICE);
    await phone.ask('message.react', { id: onPhone[0]!.id, emoji: '👍' });
    await phone.ask('message.react', { id: onPhone[0]!.id, emoji: '🎉' });
    const onDesk = await untilAll(desk, BOB, ALICE, 'four', (m) => m.length === 4);
    await desk.ask('message.retract', { id: onDesk.find(({ text }) => text === 'yes')!.id });
    const end = await untilEqual(
      (m) =>
        m.length === 4 &&
        m.some(({ isRetracted }) => isRetracted === true) &&
        m[0]?.reactions[0]?.emoji === '🎉' &&
        m[0].text === 'are you here?',
    );
    expect(end.map(({ reactions }) => reactions.length)).toEqual([1, 0, 0, 0]);
    const files = end.find(({ text }) => text === 'then look')?.files;
    expect(files).toMatchObject([{ name: 'plan.txt', type: 'text/plain', size: 6 }]);
    const { id } = end[0]!;
    expect(await alice.ask('message.versions', { id })).toMatchObject([
      { text: 'are you there?' },
      { text: 'are you here?' },
    ]);
    await phone.ask('message.react', { id: onPhone[0]!.id, emoji: '' });
    await untilEqual((m) => m[0]?.reactions.length === 0);
  });

  test('corrections of one message made on two computers at once end the same', async () => {
    await say(desk, BOB, ALICE, 'one');
    const [mine] = await untilAll(phone, BOB, ALICE, 'one', (m) => m.length === 1);
    const [own] = await all(desk, BOB, ALICE);
    await domain.down();
    await Promise.all([
      desk.ask('message.correct', { id: own!.id, text: 'from the desk' }),
      phone.ask('message.correct', { id: mine!.id, text: 'from the phone' }),
    ]);
    await domain.up();
    for (const app of [alice, desk, phone]) app.wake();
    const [id] = (await untilAll(alice, ALICE, BOB, 'a version', (m) => m[0]?.text !== 'one')).map(
      (m) => m.id,
    );
    // A version that is not the newest changes nothing that is shown: nobody is told of it.
    const versions = () => alice.ask('message.versions', { id: id! });
    await expect.poll(async () => (await versions()).length, SOON).toBe(3);
    await untilEqual(() => true);
  });

  test('what was written on both while neither could see the other', async () => {
    await domain.down();
    for (const text of ['a1', 'a2', 'a3']) await say(desk, BOB, ALICE, text);
    for (const text of ['b1', 'b2']) await say(phone, BOB, ALICE, text);
    await say(alice, ALICE, BOB, 'c1');
    await domain.up();
    for (const app of [alice, desk, phone]) app.wake();
    // In what order the two people wrote within one second, each of their domains' logs says for itself.
    await expect
      .poll(async () => {
        const seen = await views();
        return seen.desk.length === 6 && JSON.stringify(seen.desk) === JSON.stringify(seen.phone);
      }, SOON)
      .toBe(true);
    const end = await all(desk, BOB, ALICE);
    expect(texts(end).sort()).toEqual(texts(await all(alice, ALICE, BOB)).sort());
    for (const own of ['a', 'b', 'c']) {
      const written = texts(end).filter((text) => text.startsWith(own));
      expect(written).toEqual([...written].sort());
    }
  });
});

describe('a new computer', () => {
  /** All of the conversation as one who scrolls up sees it, each page continuing the one before. */
  const scrolled = async (app: App, account = BOB, peer = ALICE): Promise<readonly Message[]> => {
    const seen: Message[] = [];
    for (;;) {
      const before = seen[0] === undefined ? {} : { before: { at: seen[0].at, order: seen[0].order } };
      const page = await app.ask('messages.page', { account, peer, limit: 100, ...before });
      seen.unshift(...page.messages);
      if (!page.hasOlder) return seen;
    }
  };

  test('shows the newest at once and gets the rest, in the same order and once', async () => {
    // More than two pages of the log: what one side writes stands in the other's, too.
    const count = 260;
    for (let number = 0; number < count; number++) {
      // Both sides, so that all kinds of entries are in the log.
      if (number % 3 === 0) await say(desk, BOB, ALICE, `line ${number}`);
      else await say(alice, ALICE, BOB, `line ${number}`);
    }
    // By number, not by place: who wrote what first within a second, each of their logs says for itself.
    const newest = (await all(alice, ALICE, BOB)).find(({ text }) => text === `line ${count - 1}`)?.messageId;
    // Only then is all of it in bob's log.
    await expect
      .poll(async () => (await scrolled(alice, ALICE, BOB)).length, { timeout: 30_000 })
      .toBe(count);
    await expect.poll(async () => (await scrolled(desk)).length, { timeout: 30_000 }).toBe(count);
    const fresh = await App.start();
    try {
      await fresh.signIn(domain, 'bob');
      await untilAll(fresh, BOB, ALICE, 'the newest', (m) => m.some(({ messageId }) => messageId === newest));
      // What was written before and came to the log later is told of, not found by who has scrolled past its place.
      await scrolled(fresh);
      const seen = texts(await scrolled(fresh));
      expect(new Set(seen).size).toBe(count);
      expect(seen).toHaveLength(count);
      // The other computer learns the places of what it sent itself a little later.
      await expect.poll(async () => texts(await scrolled(desk)), SOON).toEqual(seen);
    } finally {
      await fresh.close();
    }
  });

  test('knows what was read elsewhere', async () => {
    await say(alice, ALICE, BOB, 'read this');
    await untilAll(desk, BOB, ALICE, 'it', (m) => m.length === 1);
    await desk.ask('conversation.read', { account: BOB, peer: ALICE });
    await phone.until('read there, too', ({ conversations }) =>
      conversations.some(({ unread, last }) => last !== undefined && unread === 0),
    );
    await say(alice, ALICE, BOB, 'and not that');
    const fresh = await App.start();
    try {
      await fresh.signIn(domain, 'bob');
      await fresh.until('one unread', ({ conversations }) =>
        conversations.some(({ unread, last }) => unread === 1 && last?.text === 'and not that'),
      );
    } finally {
      await fresh.close();
    }
  });
});

describe('what the domain keeps no longer', () => {
  test('is said, at its place', async () => {
    await say(alice, ALICE, BOB, 'before');
    await untilAll(phone, BOB, ALICE, 'before', (m) => m.length === 1);
    await phone.down();
    for (const text of ['lost 1', 'lost 2']) await say(alice, ALICE, BOB, text);
    await untilAll(desk, BOB, ALICE, 'three', (m) => m.length === 3);
    await alice.until('delivered', ({ conversations }) =>
      conversations.some(({ last }) => last?.text === 'lost 2' && last.outcome === 'delivered'),
    );
    await domain.prune();
    await say(alice, ALICE, BOB, 'after');
    await phone.up();
    await phone.ask('account.password', { account: BOB, password: PASSWORD, remember: false });
    const shown = await untilAll(phone, BOB, ALICE, 'after', (m) => m.at(-1)?.text === 'after');
    expect(texts(shown)).toEqual(['before', 'after']);
    const { losses } = await phone.ask('messages.page', { account: BOB, peer: ALICE, limit: 50 });
    expect(losses).toHaveLength(1);
    expect(losses[0]!.from).toBeGreaterThanOrEqual(shown[0]!.receivedAt);
    expect(losses[0]!.until).toBeGreaterThanOrEqual(losses[0]!.from);
  });

  test('is no loss where a computer is new: there it is the beginning', async () => {
    await say(alice, ALICE, BOB, 'old');
    await untilAll(desk, BOB, ALICE, 'old', (m) => m.length === 1);
    await alice.until('delivered', ({ conversations }) =>
      conversations.some(({ last }) => last?.outcome === 'delivered'),
    );
    await domain.prune();
    await say(alice, ALICE, BOB, 'new');
    const fresh = await App.start();
    try {
      await fresh.signIn(domain, 'bob');
      await untilAll(fresh, BOB, ALICE, 'new', (m) => texts(m).join() === 'new');
      const page = await fresh.ask('messages.page', { account: BOB, peer: ALICE, limit: 50 });
      expect(page).toMatchObject({ hasOlder: false, losses: [] });
    } finally {
      await fresh.close();
    }
  });
});

describe('read marks and settings', () => {
  test('reading on one clears the other, also what was read while the other was away', async () => {
    await say(alice, ALICE, BOB, 'one');
    await phone.until('unread', ({ conversations }) => conversations.some(({ unread }) => unread === 1));
    await desk.until('unread', ({ conversations }) => conversations.some(({ unread }) => unread === 1));
    await phone.ask('conversation.read', { account: BOB, peer: ALICE });
    await desk.until('read', ({ conversations }) => conversations.some(({ unread }) => unread === 0));
    await desk.down();
    await say(alice, ALICE, BOB, 'two');
    await phone.until('unread', ({ conversations }) => conversations.some(({ unread }) => unread === 1));
    await phone.ask('conversation.read', { account: BOB, peer: ALICE });
    await desk.up();
    await desk.ask('account.password', { account: BOB, password: PASSWORD, remember: false });
    await desk.until('both read', ({ conversations }) =>
      conversations.some(({ unread, last }) => unread === 0 && last?.text === 'two'),
    );
  });

  test('who answers on one has read on the other', async () => {
    await say(alice, ALICE, BOB, 'one');
    await desk.until('unread', ({ conversations }) => conversations.some(({ unread }) => unread === 1));
    await untilAll(phone, BOB, ALICE, 'one', (m) => m.length === 1);
    await say(phone, BOB, ALICE, 'answer');
    await desk.until('read', ({ conversations }) =>
      conversations.some(({ unread, last }) => unread === 0 && last?.text === 'answer'),
    );
  });

  test('what is set for a conversation holds on both; a message brings it out of the archive unless it is muted', async () => {
    await say(alice, ALICE, BOB, 'one');
    await untilAll(phone, BOB, ALICE, 'one', (m) => m.length === 1);
    await desk.until('one', ({ conversations }) => conversations.length === 1);
    const change = (app: App, more: object) =>
      app.ask('conversation.change', { account: BOB, peer: ALICE, ...more });
    await change(desk, { isPinned: true, isArchived: true, sendsTyping: false });
    await phone.until('set', ({ conversations }) =>
      conversations.some((one) => one.isPinned && one.isArchived && one.sendsTyping === false),
    );
    await say(alice, ALICE, BOB, 'two');
    for (const app of [desk, phone]) {
      await app.until('out', ({ conversations }) =>
        conversations.some((one) => one.isPinned && !one.isArchived && one.last?.text === 'two'),
      );
    }
    await change(phone, { isArchived: true, mutedUntil: 'changed' });
    await desk.until('muted', ({ conversations }) =>
      conversations.some((one) => one.isArchived && one.mutedUntil === 'changed'),
    );
    await say(alice, ALICE, BOB, 'three');
    for (const app of [desk, phone]) {
      await app.until('still in', ({ conversations }) =>
        conversations.some((one) => one.isArchived && one.last?.text === 'three'),
      );
    }
    await phone.ask('conversation.read', { account: BOB, peer: ALICE });
    const fresh = await App.start();
    try {
      await fresh.signIn(domain, 'bob');
      await fresh.until('in, there, too', ({ conversations }) =>
        conversations.some((one) => one.isArchived && one.last?.text === 'three' && one.unread === 0),
      );
    } finally {
      await fresh.close();
    }
    expect(await phone.conversation(ALICE)).toMatchObject({ isArchived: true });
    await change(desk, { mutedUntil: null, sendsTyping: null });
    await phone.until('not muted', ({ conversations }) =>
      conversations.some((one) => one.mutedUntil === undefined && one.sendsTyping === undefined),
    );
  });

  test('a conversation is a request until the other is known, on all computers', async () => {
    await say(alice, ALICE, BOB, 'who am I?');
    for (const app of [desk, phone]) {
      await app.until('a request', ({ conversations }) => conversations.some(({ isRequest }) => isRequest));
    }
    await desk.ask('rules.change', { account: BOB, who: ALICE, change: { send: 'allow' } });
    for (const app of [desk, phone]) {
      await app.until('none', ({ conversations }) => conversations.every(({ isRequest }) => !isRequest));
    }
    await desk.ask('rules.remove', { account: BOB, who: [ALICE] });
    await phone.until('again', ({ conversations }) => conversations.some(({ isRequest }) => isRequest));
    await befriend(desk, alice, [BOB, ALICE]);
    await phone.until('a contact', ({ conversations }) => conversations.every(({ isRequest }) => !isRequest));
  });
});

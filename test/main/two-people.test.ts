// Conversations of two apps through one domain server.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { App, Domain, PASSWORD, urlOf } from './harness.ts';

const ALICE = urlOf('alice');
const BOB = urlOf('bob');

let domain: Domain;
let alice: App;
let bob: App;

beforeEach(async () => {
  domain = await Domain.start();
  [alice, bob] = await Promise.all([App.start(), App.start()]);
  await Promise.all([alice.create(domain, 'alice'), bob.create(domain, 'bob')]);
});

afterEach(async () => {
  await Promise.all([alice.close(), bob.close()]);
  await domain.down();
});

const send = (app: App, user: string, peer: string, text: string) =>
  app.ask('message.send', { account: urlOf(user), peer, text });

describe('messages', () => {
  test('alice writes to bob, and bob to alice', async () => {
    const first = await send(alice, 'alice', BOB, 'hello bob');
    expect(first).toMatchObject({ isMine: true, outcome: 'waiting', text: 'hello bob', peer: BOB });
    const [received] = await bob.untilTexts('bob', ALICE, ['hello bob']);
    expect(received).toMatchObject({ isMine: false, messageId: first.messageId, at: first.at });
    await alice.untilOutcome(first.id, 'delivered');
    await send(bob, 'bob', ALICE, 'hello alice ✓');
    await alice.untilTexts('alice', BOB, ['hello bob', 'hello alice ✓']);
    // Who answers has read.
    expect((await bob.conversation(ALICE)).unread).toBe(0);
    await send(alice, 'alice', BOB, 'how are you?');
    await bob.untilTexts('bob', ALICE, ['how are you?']);
    expect((await bob.conversation(ALICE)).unread).toBe(1);
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    expect((await bob.conversation(ALICE)).unread).toBe(0);
  });

  test('what is written to someone who is away is stored there, and delivered when they come', async () => {
    await bob.down();
    const message = await send(alice, 'alice', BOB, 'are you there?');
    await alice.untilOutcome(message.id, 'stored');
    await bob.up();
    await bob.ask('account.password', { account: BOB, password: PASSWORD, remember: false });
    await bob.untilTexts('bob', ALICE, ['are you there?']);
  });

  test('a person who does not exist is a failure with its reason, and can be discarded', async () => {
    const message = await send(alice, 'alice', urlOf('nobody'), 'anyone?');
    const failed = await alice.untilOutcome(message.id, 'failed');
    expect(failed.problem).toMatchObject({ code: 'target-unknown', domain: 'a.example' });
    await alice.ask('message.delete', { id: message.id });
    expect(await alice.messages('alice', urlOf('nobody'))).toEqual([]);
  });

  test('a second device gets what came and what was sent, once each', async () => {
    const sent = await send(alice, 'alice', BOB, 'one');
    await alice.untilOutcome(sent.id, 'delivered');
    const second = await App.start();
    try {
      await second.signIn(domain, 'bob');
      await second.untilTexts('bob', ALICE, ['one']);
      await send(bob, 'bob', ALICE, 'two');
      const [, copy] = await second.untilTexts('bob', ALICE, ['one', 'two']);
      expect(copy).toMatchObject({ isMine: true, outcome: 'stored' });
      expect((await second.conversation(ALICE)).unread).toBe(0);
      await bob.untilTexts('bob', ALICE, ['one', 'two']);
      expect(await bob.messages('bob', ALICE)).toHaveLength(2);
    } finally {
      await second.close();
    }
  });

  test('a large message goes round by connections of its own', async () => {
    // What strangers send is not fetched by itself.
    await send(bob, 'bob', ALICE, 'send it');
    const text = 'a long line of a long story\n'.repeat(6000).trim();
    const message = await send(alice, 'alice', BOB, text);
    const received = await bob.untilTexts('bob', ALICE, [text]);
    expect(received.at(-1)?.text).toHaveLength(text.length);
    await alice.untilOutcome(message.id, 'stored', 'delivered');
  });

  test('the domain goes away while both write, and nothing is lost or doubled', async () => {
    const texts = Array.from({ length: 30 }, (_, i) => `line ${i}`);
    for (const [i, text] of texts.entries()) {
      if (i === 10) await domain.down();
      await send(alice, 'alice', BOB, text);
      if (i === 20) await domain.up();
    }
    alice.wake();
    bob.wake();
    const received = await bob.untilTexts('bob', ALICE, texts);
    expect(received.map((message) => message.text)).toEqual(texts);
    await alice.untilTexts('alice', BOB, texts);
  });
});

describe('presence', () => {
  const befriend = async (): Promise<void> => {
    await alice.ask('contact.add', {
      account: ALICE,
      address: 'Bob@A.example',
      name: 'Bob',
      groups: ['Work'],
    });
    await bob.until('a request', ({ requests }) => requests.find((request) => request.address === ALICE));
    await alice.untilContact(BOB, (contact) => contact.watch === 'asked');
    await bob.ask('request.answer', { account: BOB, address: ALICE, allow: true });
    await alice.untilContact(BOB, (contact) => contact.presence.state === 'available');
  };

  test('alice asks, bob allows, alice sees bob come, change and go', async () => {
    await befriend();
    expect((await bob.snapshot()).requests).toEqual([]);
    const contact = await alice.untilContact(BOB, ({ watch }) => watch === 'active');
    expect(contact).toMatchObject({ name: 'Bob', groups: ['Work'] });
    expect(contact.presence.goodUntil).toBeGreaterThan(Date.now());
    await bob.ask('presence.set', { account: BOB, state: 'busy', note: 'writing' });
    await alice.untilContact(BOB, ({ presence }) => presence.state === 'busy' && presence.note === 'writing');
    await bob.ask('presence.set', { account: BOB, state: 'offline', note: '' });
    await alice.untilContact(BOB, ({ presence }) => presence.state === 'offline');
    await bob.ask('presence.set', { account: BOB, state: 'available', note: '' });
    await alice.untilContact(BOB, ({ presence }) => presence.state === 'available');
    await bob.ask('account.disconnect', { account: BOB });
    await alice.untilContact(BOB, ({ presence }) => presence.state === 'offline');
  });

  test('bob refuses, and alice is told', async () => {
    await alice.ask('contact.add', { account: ALICE, address: 'bob@a.example', name: '', groups: [] });
    await bob.until('a request', ({ requests }) => requests.find((request) => request.address === ALICE));
    await bob.ask('request.answer', { account: BOB, address: ALICE, allow: false });
    await alice.untilContact(BOB, (contact) => contact.watch === 'refused');
  });

  test('without a connection nobody is offline: they are unknown, and known again after it is back', async () => {
    await befriend();
    await domain.down();
    await alice.untilContact(BOB, ({ presence }) => presence.state === 'unknown');
    await domain.up();
    alice.wake();
    bob.wake();
    await alice.untilContact(BOB, ({ presence }) => presence.state === 'available');
  });

  test('the contact list is the same on every device', async () => {
    const second = await App.start();
    try {
      await second.signIn(domain, 'alice');
      await alice.ask('contact.add', {
        account: ALICE,
        address: 'bob@a.example',
        name: 'Bob',
        groups: ['Work'],
      });
      await second.untilContact(BOB, ({ name }) => name === 'Bob');
      await second.ask('contact.change', { account: ALICE, address: BOB, name: 'Robert', groups: [] });
      await alice.untilContact(BOB, ({ name }) => name === 'Robert');
      await second.ask('contact.remove', { account: ALICE, address: BOB });
      await alice.until('the contact gone', ({ contacts }) => contacts.length === 0);
    } finally {
      await second.close();
    }
  });

  test('a message that was stored shows as delivered once the other has come back', async () => {
    await befriend();
    await bob.ask('account.disconnect', { account: BOB });
    await alice.untilContact(BOB, ({ presence }) => presence.state === 'offline');
    const message = await send(alice, 'alice', BOB, 'for later');
    await alice.untilOutcome(message.id, 'stored');
    await bob.ask('account.connect', { account: BOB });
    await bob.untilTexts('bob', ALICE, ['for later']);
    await alice.untilOutcome(message.id, 'delivered');
  });
});

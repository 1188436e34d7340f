// What a person is told of while they look elsewhere: whole cores, and a system that shows what it is asked to.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { App, Domain } from '../harness.ts';
import { ALICE, befriend, BOB, CAROL, people } from '../harness-people.ts';

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

const write = (text: string) => alice.ask('message.send', { account: ALICE, peer: BOB, text });
const TAG = `conversation ${BOB} ${ALICE}`;
const untilNotice = (isSo: (title: string, body: string) => boolean) =>
  bob.until('a notification', () => {
    const notice = bob.notices.get(TAG);
    return notice !== undefined && isSo(notice.title, notice.body) ? notice : undefined;
  });
const untilUnread = (unread: number) =>
  bob.until(`${unread} unread`, ({ conversations }) => conversations.some((one) => one.unread === unread));
const know = () => bob.ask('contact.add', { account: BOB, address: ALICE, name: 'Alice A.', groups: [] });

describe('a message', () => {
  test('is told of by name and text, and leads to its conversation', async () => {
    await know();
    await write('Lunch?');
    const notice = await untilNotice((title) => title === 'Alice A.');
    expect(notice).toMatchObject({ body: 'Lunch?', isSilent: false, answer: 'Answer Alice A.' });
    bob.act({ type: 'opened', tag: TAG });
    expect(bob.shown).toEqual([{ type: 'conversation', account: BOB, peer: ALICE }]);
  });

  test('and more of them are one notification, that makes one sound', async () => {
    await know();
    await write('one');
    await untilNotice((_, body) => body === 'one');
    await write('two');
    await write('three');
    const notice = await untilNotice((_, body) => body === 'three');
    expect(notice).toMatchObject({ title: '3 messages from Alice A.', isSilent: true });
    expect(bob.notices.size).toBe(1);
  });

  test('that is read is no longer told of, and has been counted meanwhile', async () => {
    await know();
    await write('one');
    await untilNotice(() => true);
    await bob.until('the count', () => bob.statuses.at(-1)?.unread === 1);
    await bob.ask('conversation.read', { account: BOB, peer: ALICE });
    expect(bob.notices.size).toBe(0);
    await bob.until('the count', () => bob.statuses.at(-1)?.unread === 0);
  });

  test('that is read on another device is withdrawn here, and of several those that were', async () => {
    await know();
    await write('one');
    await untilNotice(() => true);
    const other = await App.start();
    try {
      await other.ask('account.signIn', {
        address: BOB,
        password: 'correct horse',
        server: domain.server,
        remember: false,
      });
      const otherHas = (unread: number) =>
        other.until(`${unread} unread`, ({ conversations }) =>
          conversations.some((one) => one.unread === unread),
        );
      await otherHas(1);
      // It came before that device was there.
      expect(other.noticed).toEqual([]);
      await other.ask('conversation.read', { account: BOB, peer: ALICE });
      await bob.until('the end of the notification', () => bob.notices.size === 0);

      // The domain hears of what is read every two seconds: the second is, when the third is there already.
      await write('two');
      await otherHas(1);
      await other.ask('conversation.read', { account: BOB, peer: ALICE });
      await write('three');
      await untilNotice((title, body) => title === 'Alice A.' && body === 'three');
    } finally {
      await other.close();
    }
  });

  test('that is corrected or taken back is so in its notification, too', async () => {
    await know();
    const { id } = await write('Lnuch?');
    await untilNotice((_, body) => body === 'Lnuch?');
    await alice.ask('message.correct', { id, text: 'Lunch?' });
    await untilNotice((title, body) => title === 'Alice A.' && body === 'Lunch?');
    await alice.ask('message.retract', { id });
    await bob.until('the end of the notification', () => bob.notices.size === 0);
  });

  test('from a stranger is counted among the requests and not told of', async () => {
    await write('Hello stranger');
    await untilUnread(1);
    await know();
    await write('second');
    await untilNotice((_, body) => body === 'second');
    expect(bob.noticed.every(({ body }) => body !== 'Hello stranger')).toBe(true);
  });

  test('is not told of while it is seen, muted, or nobody is to disturb', async () => {
    await know();
    const carol = await App.start();
    try {
      await carol.create(domain, 'carol');
      await bob.ask('contact.add', { account: BOB, address: CAROL, name: 'Carol', groups: [] });
      let count = 0;
      /** Carol is told of in the same breath or later: by then it is decided what is not told of Alice. */
      const heedCarol = async (): Promise<void> => {
        const text = `from Carol ${++count}`;
        await carol.ask('message.send', { account: CAROL, peer: BOB, text });
        await bob.until('Carol', () => bob.noticed.some(({ body }) => body === text));
      };
      await bob.ask('window.attend', { conversation: { account: BOB, peer: ALICE } });
      await write('seen');
      await untilUnread(1);
      await heedCarol();
      await bob.ask('window.attend', { conversation: null });
      await bob.ask('conversation.change', { account: BOB, peer: ALICE, mutedUntil: 'changed' });
      await write('muted');
      await untilUnread(2);
      await heedCarol();
      await bob.ask('conversation.change', { account: BOB, peer: ALICE, mutedUntil: null });
      await bob.ask('presence.setAll', { state: 'do-not-disturb' });
      await write('not now');
      await untilUnread(3);
      await bob.ask('presence.setAll', { state: 'available' });
      await write('loud');
      await untilNotice((_, body) => body === 'loud');
      const told = bob.noticed.filter(({ tag }) => tag === TAG).map(({ body }) => body);
      expect(told).not.toContain('seen');
      expect(told).not.toContain('muted');
    } finally {
      await carol.close();
    }
  });

  test('that came while the program was not running is only counted', async () => {
    await know();
    await bob.down();
    await write('missed');
    await bob.up();
    await bob.ask('account.password', { account: BOB, password: 'correct horse', remember: false });
    await untilUnread(1);
    await write('new');
    const notice = await untilNotice((_, body) => body === 'new');
    expect(notice.title).toBe('Alice A.');
  });

  test('is silent while one is busy, and says no more than the settings and the lock let it', async () => {
    await know();
    await bob.ask('settings.change', { notifies: 'name' });
    await bob.ask('presence.setAll', { state: 'busy' });
    await write('secret');
    expect(await untilNotice((title) => title === 'Alice A.')).toMatchObject({
      body: 'New message',
      isSilent: true,
    });
    bob.absent('locked');
    await untilNotice((title, body) => title === 'Parley' && body === 'New message');
    await bob.ask('settings.change', { notifies: 'text', hidesWhenLocked: false });
    await write('open');
    await untilNotice((title, body) => title === '2 messages from Alice A.' && body === 'open');
    expect(bob.noticed.every(({ body }) => body !== 'secret')).toBe(true);
  });

  test('says nothing on a screen whose lock no event has told of', async () => {
    await know();
    bob.isLockedInSilence = true;
    await write('secret');
    expect(await untilNotice(() => true)).toMatchObject({ title: 'Parley', body: 'New message' });
    bob.isLockedInSilence = false;
    await write('open');
    await untilNotice((_, body) => body === 'open');
    // What stands there already says less as soon as the lock is seen.
    bob.isLockedInSilence = true;
    bob.absent('locked');
    await untilNotice((title, body) => title === 'Parley' && body === '2 new messages');
  });

  test('shows as much as is set for its conversation, else as in general', async () => {
    await know();
    await bob.ask('conversation.change', { account: BOB, peer: ALICE, notifies: 'name' });
    await write('between us');
    await untilNotice((title, body) => title === 'Alice A.' && body === 'New message');
    await bob.ask('conversation.change', { account: BOB, peer: ALICE, notifies: 'nothing' });
    await write('nobody knows');
    expect(await untilNotice((title) => title === 'Parley')).not.toHaveProperty('mute');
    await bob.ask('settings.change', { notifies: 'name' });
    await bob.ask('conversation.change', { account: BOB, peer: ALICE, notifies: 'text' });
    bob.absent('locked');
    await write('behind the lock');
    await untilNotice((title, body) => title === 'Parley' && body === '3 new messages');
    bob.absent(undefined);
    await write('in the open');
    await untilNotice((_, body) => body === 'in the open');
    await bob.ask('conversation.change', { account: BOB, peer: ALICE, notifies: null });
    await write('as all others');
    await untilNotice((title, body) => title === '5 messages from Alice A.' && body === '');
    for (const secret of ['between us', 'nobody knows', 'behind the lock', 'as all others'])
      expect(bob.noticed.map(({ body }) => body)).not.toContain(secret);
  });

  test('mutes its conversation for an hour by its button', async () => {
    await know();
    await write('Lunch?');
    expect((await untilNotice(() => true)).mute).toBe('Mute for 1 hour');
    const before = Date.now();
    bob.act({ type: 'muted', tag: TAG });
    expect(bob.notices.size).toBe(0);
    const { mutedUntil } = await bob.until('muted', ({ conversations }) =>
      conversations.find((one) => one.mutedUntil !== undefined),
    );
    expect(Number(mutedUntil) - before).toBeGreaterThanOrEqual(3_600_000);
    expect(Number(mutedUntil) - before).toBeLessThan(3_660_000);
    expect(bob.shown).toEqual([]);
  });

  test('is not told of in quiet hours, which others see as do not disturb, unless one chooses to be heard', async () => {
    await befriend(alice, bob, [ALICE, BOB]);
    await know();
    const always = { isOn: true, days: [0, 1, 2, 3, 4, 5, 6], from: 0, until: 0 };
    await bob.ask('settings.change', { quietHours: [always] });
    await alice.untilContact(BOB, ({ presence }) => presence.state === 'do-not-disturb');
    await write('in the night');
    await untilUnread(1);
    await bob.ask('presence.setAll', { state: 'available' });
    await alice.untilContact(BOB, ({ presence }) => presence.state === 'available');
    await write('loud');
    await untilNotice((_, body) => body === 'loud');
    expect(bob.noticed.map(({ body }) => body)).not.toContain('in the night');
  });

  test('is answered where it is shown', async () => {
    await know();
    await write('Lunch?');
    await untilNotice(() => true);
    bob.act({ type: 'answered', tag: TAG, text: 'At one' });
    await alice.until('the answer', ({ conversations }) =>
      conversations.some((one) => one.last?.text === 'At one'),
    );
    await bob.until('read by answering', ({ conversations }) =>
      conversations.every(({ unread }) => unread === 0),
    );
    expect(bob.notices.size).toBe(0);
  });
});

test('who asks to see is told of once, and goes when answered', async () => {
  await alice.ask('contact.add', { account: ALICE, address: BOB, name: '', groups: [] });
  await bob.until('the request', () => bob.notices.get('requests'));
  expect(bob.notices.get('requests')?.body).toBe('alice@a.example asks to see your presence');
  bob.act({ type: 'opened', tag: 'requests' });
  expect(bob.shown).toEqual([{ type: 'requests' }]);
  await bob.ask('request.answer', { account: BOB, address: ALICE, allow: true });
  expect(bob.noticed.length).toBe(1);
});

test('a link leads to those one knows, and to adding those one does not', async () => {
  await befriend(bob, alice, [BOB, ALICE]);
  for (const link of [
    'im:alice@a.example?body=rm',
    'PRES:stranger@b.example',
    'impp://a.example/carol',
    'im:@',
    'im:%ff',
    'https://a.example',
  ]) {
    bob.openAddress(link);
  }
  expect(bob.shown).toEqual([
    { type: 'conversation', account: BOB, peer: ALICE },
    { type: 'add-contact', address: 'impp://b.example/stranger' },
    { type: 'add-contact', address: 'impp://a.example/carol' },
  ]);
});

test('the self-test shows one and says how long the system took', async () => {
  const { took } = await bob.ask('notification.test', null);
  expect(took).toBeGreaterThanOrEqual(0);
  expect(bob.noticed.at(-1)?.title).toBe('Notifications work');
});

import { afterEach, describe, expect, test } from 'vitest';

import { ImppError } from '../../../shared/errors.ts';
import { attach, type DomainOptions, HOST, TestDomain, urlOf } from '../harness.ts';
import type { Peer } from '../peer.ts';
import { acceptAll, arrived, idOf, lasting, mail, outcome, send, sent, sequenceOf } from './mail.ts';

let domain: TestDomain;

const start = async (options: DomainOptions = {}): Promise<void> => {
  domain = await TestDomain.start({ users: ['alice', 'bob', 'carol'], ...options });
};

afterEach(async () => {
  await domain.close();
  expect(domain.errors).toEqual([]);
});

const setRules = async (user: string, rules: string): Promise<void> => {
  const body = Buffer.from(`<acl>${rules}</acl>`);
  await domain.storage.setDocument(user, 'acl', { type: 'application/impp-acl', body }, { limit: 32 });
};

describe('OK (SEND) says how far the message got', () => {
  test('stored: bob has no device here', async () => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob')).toBe('stored');
    const [entry] = await domain.storage.entries('bob', { after: 0, limit: 9 });
    expect(entry).toMatchObject({ sequence: 1, messageId: idOf('m1'), isDelivered: false });
  });

  test('delivered: bob’s device acknowledges, and not before', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob');
    const asked = await bob.next('SEND');
    await domain.settle();
    expect(alice.unread).toEqual([]);
    bob.ok(asked);
    expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
    await domain.settle();
    expect((await domain.storage.entry('bob', 1))?.isDelivered).toBe(true);
  });

  test('stored: bob’s device has not answered for 2 s; a later answer counts all the same', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob');
    const asked = await bob.next('SEND');
    await domain.advance(1_999);
    expect(alice.unread).toEqual([]);
    await domain.advance(1);
    expect((await alice.response(id)).headers.get('Outcome')).toBe('stored');
    bob.ok(asked);
    await domain.settle();
    expect(await outcome(alice, 'bob')).toBe('delivered');
  });

  test('stored at once when the device refuses it', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob');
    bob.error(await bob.next('SEND'), new ImppError('internal-error', 'no room on my disk'));
    expect((await alice.response(id)).headers.get('Outcome')).toBe('stored');
  });

  test('stored at once when the last device that could have answered has gone', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob');
    await bob.next('SEND');
    bob.break();
    expect((await alice.response(id)).headers.get('Outcome')).toBe('stored');
  });

  test('one of two devices is enough, and both get it', async () => {
    await start();
    const alice = await domain.attach('alice');
    const desk = await domain.attach('bob', { device: 'desk' });
    const phone = await domain.attach('bob', { device: 'phone' });
    const id = send(alice, 'bob');
    const onDesk = await desk.next('SEND');
    desk.error(onDesk, new ImppError('internal-error', 'not I'));
    const onPhone = await phone.accept('SEND');
    expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
    expect([sequenceOf(onDesk), sequenceOf(onPhone)]).toEqual([1, 1]);
  });

  test('a device that answers nothing for 30 s is cut off, and the entry waits for it', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    send(alice, 'bob');
    await bob.next('SEND');
    await domain.advance(30_000);
    expect(bob.isClosed).toBe(true);
    const again = await domain.attach('bob', { after: 0 });
    expect(sequenceOf(await again.accept('SEND'))).toBe(1);
  });
});

test('what the device gets is the SEND with Inbox-Sequence and Received added, all else unchanged', async () => {
  await start();
  const alice = await domain.attach('alice');
  const bob = await domain.attach('bob');
  const expires = new Date(domain.clock.now() + 60_000).toISOString();
  const headers = {
    'Content-Type': 'message/rfc822; charset=utf-8',
    Expires: expires,
    'Max-Forwards': 7,
    'X-Mood': 'good',
    'x-spelt-AS': 'it came',
  };
  const id = send(alice, 'bob', { text: 'Grüße, 你好', headers });
  const asked = await bob.accept('SEND');
  expect(asked.id).not.toBe(id);
  expect(Object.fromEntries(asked.headers.entries())).toEqual({
    From: urlOf('alice'),
    'Connection-ID': alice.connectionId,
    Target: urlOf('bob'),
    'Message-ID': idOf('m1'),
    'Content-Length': String(asked.body?.length),
    'Inbox-Sequence': '1',
    Received: new Date(domain.clock.now()).toISOString(),
    ...headers,
    'Max-Forwards': '7',
  });
  expect(Buffer.from(asked.body ?? '').toString()).toBe(mail('alice', 'bob', { text: 'Grüße, 你好' }));
});

describe('the same From, Target and Message-ID again', () => {
  test('is not delivered again, and answered with the outcome as it now is', async () => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob')).toBe('stored');
    expect(await outcome(alice, 'bob')).toBe('stored');
    const bob = await domain.attach('bob', { after: 0 });
    await bob.accept('SEND');
    await domain.settle();
    expect(await outcome(alice, 'bob')).toBe('delivered');
    expect(arrived(bob)).toEqual([]);
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 1 });
    expect(await domain.storage.inboxBounds('alice', 0)).toMatchObject({ last: 1 });
  });

  test('while the first is open, joins it', async () => {
    await start();
    const alice = await domain.attach('alice');
    const phone = await domain.attach('alice', { device: 'phone' });
    const bob = await domain.attach('bob');
    const first = send(alice, 'bob');
    const second = send(alice, 'bob');
    const third = send(phone, 'bob');
    await domain.settle();
    expect(arrived(bob)).toEqual(['m1']);
    await bob.accept('SEND');
    for (const [peer, id] of [
      [alice, first],
      [alice, second],
      [phone, third],
    ] as const) {
      expect((await peer.response(id)).headers.get('Outcome')).toBe('delivered');
    }
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 1 });
  });

  test('with another From or Target it is another message', async () => {
    await start();
    const alice = await domain.attach('alice');
    for (const to of ['bob', 'carol']) await sent(alice, to);
    expect(await domain.storage.inboxBounds('carol', 0)).toMatchObject({ last: 1 });
    const carol = await domain.attach('carol');
    await sent(carol, 'bob');
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 2 });
  });

  test('errors are not remembered', async () => {
    await start({ config: { limits: { inboxQuota: 600 } } });
    const alice = await domain.attach('alice');
    await sent(alice, 'bob', { id: 'first', size: 300 });
    expect(await outcome(alice, 'bob', { size: 200 })).toBe('mailbox-full');
    const bob = await domain.attach('bob', { after: 0 });
    await acceptAll(bob);
    await domain.settle();
    const id = send(alice, 'bob', { size: 200 });
    await bob.accept('SEND');
    expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
  });

  test('is remembered for 7 days, over restarts', async () => {
    await start({ storage: lasting() });
    let alice = await domain.attach('alice');
    await sent(alice, 'bob');
    const { clock, storage } = domain;
    const day = 24 * 3600 * 1000;
    await domain.close();
    clock.advance(7 * day - 1);
    domain = await TestDomain.start({ clock, storage });
    alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob')).toBe('stored');
    expect(await storage.inboxBounds('bob', 0)).toMatchObject({ last: 1 });
    clock.advance(1);
    expect(await outcome(alice, 'bob')).toBe('stored');
    expect(await storage.inboxBounds('bob', 0)).toMatchObject({ last: 2 });
  });

  test('is answered though the message would now be refused', async () => {
    await start();
    const alice = await domain.attach('alice');
    const expires = new Date(domain.clock.now() + 1_000).toISOString();
    const options = { headers: { Expires: expires } };
    expect(await outcome(alice, 'bob', options)).toBe('stored');
    domain.clock.advance(1_001);
    expect(await outcome(alice, 'bob', options)).toBe('stored');
    await setRules('bob', `<rule><who>${urlOf('alice')}</who><send>deny</send></rule>`);
    domain.server.domain.accounts.forget('bob');
    expect(await outcome(alice, 'bob', options)).toBe('stored');
    expect(await outcome(alice, 'bob', { id: 'new' })).toBe('permission-denied');
  });
});

describe('whom a message can be for', () => {
  test.each([
    [`impp://${HOST}/nobody`, 'target-unknown'],
    [`impp://${HOST}/`, 'target-unknown'],
    [`impp://${HOST}/Bob`, 'bad-request'],
    [`impp://A.example/bob`, 'bad-request'],
    [`bob@${HOST}`, 'bad-request'],
    [undefined, 'bad-request'],
  ])('%s: %s', async (target, error) => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob', { headers: { Target: target } })).toBe(error);
    expect(await domain.storage.inboxBounds('alice', 0)).toMatchObject({ last: 0 });
  });

  test('an account without `im`: mailbox-unavailable', async () => {
    await start();
    await domain.addAccount('dave', ['presence']);
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'dave')).toBe('mailbox-unavailable');
  });

  test('an account without `im` sends, and keeps no copy', async () => {
    await start();
    await domain.addAccount('dave', ['presence']);
    const dave = await domain.attach('dave');
    expect(await outcome(dave, 'bob')).toBe('stored');
    expect(await domain.storage.inboxBounds('dave', 0)).toMatchObject({ last: 0 });
  });

  test('access rules: the most specific one that speaks of `send` decides', async () => {
    await start();
    await setRules(
      'bob',
      `<rule><who>impp://${HOST}/*</who><send>deny</send></rule><rule><who>${urlOf('carol')}</who><send>allow</send></rule>`,
    );
    const alice = await domain.attach('alice');
    const carol = await domain.attach('carol');
    expect(await outcome(alice, 'bob')).toBe('permission-denied');
    expect(await outcome(carol, 'bob')).toBe('stored');
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 1 });
    expect(await domain.storage.inboxBounds('alice', 0)).toMatchObject({ last: 0 });
  });
});

test('an account that ends while its device is being waited for: target-unknown', async () => {
  await start();
  const alice = await domain.attach('alice');
  const bob = await domain.attach('bob');
  const id = send(alice, 'bob');
  await bob.next('SEND');
  await bob.demand('UNREGISTER');
  expect((await alice.response(id)).headers.get('Error')).toBe('target-unknown');
  expect(await outcome(alice, 'bob')).toBe('target-unknown');
});

describe('an anonymous sender', () => {
  const visitor = async (): Promise<Peer> => {
    const peer = await domain.hello();
    const done = await peer.demand(
      'AUTH',
      { Mechanism: 'ANONYMOUS', 'Content-Type': 'application/sasl' },
      'x',
    );
    await attach(peer, 'nobody');
    peer.from = done.headers.get('Address');
    return peer;
  };
  const auth = { mechanisms: ['SCRAM-SHA-256', 'ANONYMOUS'] };

  test('is refused by the built-in rules, and by a rule for everyone', async () => {
    await start({ config: { auth } });
    await setRules('carol', '<rule><who>*</who><send>allow</send></rule>');
    const peer = await visitor();
    expect(await outcome(peer, 'bob')).toBe('permission-denied');
    expect(await outcome(peer, 'carol')).toBe('permission-denied');
  });

  test('is heard where a rule for the anonymous allows it, and has no inbox for a copy', async () => {
    await start({ config: { auth } });
    await setRules('bob', '<rule><who>anonymous</who><send>allow</send></rule>');
    const peer = await visitor();
    expect(await outcome(peer, 'bob')).toBe('stored');
    expect((await peer.demand('GET-INBOX')).headers.get('Count')).toBe('0');
    expect((await peer.refusal('GET-MESSAGE', { 'Inbox-Sequence': 1 })).code).toBe('message-unknown');
    const bob = await domain.attach('bob', { after: 0 });
    expect((await bob.accept('SEND')).headers.get('From')).toBe(peer.from);
  });
});

describe('what a message is', () => {
  test.each([
    ['text/plain', 'type-not-understood'],
    ['multipart/mixed; boundary=x', 'type-not-understood'],
    ['Message/RFC822', 'stored'],
  ])('a body of type %s: %s', async (type, answer) => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob', { headers: { 'Content-Type': type } })).toBe(answer);
  });

  test('message/cpim', async () => {
    await start();
    const alice = await domain.attach('alice');
    const body = [
      `From: <im:alice@${HOST}>`,
      `To: <im:bob@${HOST}>`,
      'DateTime: 2026-01-05T12:00:00Z',
      '',
      'Content-Type: text/plain',
      '',
      'Hello',
    ].join('\r\n');
    const headers = { Target: urlOf('bob'), 'Message-ID': idOf('c'), 'Content-Type': 'message/cpim' };
    expect((await alice.ask('SEND', headers, body)).headers.get('Outcome')).toBe('stored');
    const forged = body.replace('alice', 'carol');
    expect((await alice.refusal('SEND', { ...headers, 'Message-ID': idOf('d') }, forged)).code).toBe(
      'bad-request',
    );
  });

  test('the inner From names the sender, To the Target', async () => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob', { innerFrom: 'carol' })).toBe('bad-request');
    expect(await outcome(alice, 'bob', { innerTo: 'carol' })).toBe('bad-request');
    const headers = { Target: urlOf('bob'), 'Message-ID': idOf('m1'), 'Content-Type': 'message/rfc822' };
    const lines = mail('alice', 'bob').split('\r\n');
    const withoutTo = lines.filter((line) => !line.startsWith('To:')).join('\r\n');
    const twice = [lines[0], ...lines].join('\r\n');
    expect((await alice.refusal('SEND', headers, twice)).code).toBe('bad-request');
    expect((await alice.ask('SEND', headers, withoutTo)).headers.get('Outcome')).toBe('stored');
  });

  test('there must be a body, of a type', async () => {
    await start();
    const alice = await domain.attach('alice');
    const headers = { Target: urlOf('bob'), 'Message-ID': idOf('m1') };
    expect((await alice.refusal('SEND', headers)).code).toBe('bad-request');
    const own = `From: ${alice.from}\r\nConnection-ID: ${alice.connectionId}\r\nTarget: ${urlOf('bob')}`;
    const rest = `Message-ID: ${idOf('m1')}\r\nContent-Length: 2\r\n\r\nhi`;
    alice.write(`SEND untyped impp/1.0\r\n${own}\r\n${rest}`);
    expect((await alice.response('untyped')).headers.get('Error')).toBe('bad-request');
  });

  test('past on arrival: bad-request; not a time: bad-request', async () => {
    await start();
    const alice = await domain.attach('alice');
    const now = domain.clock.now();
    const at = (time: number) =>
      outcome(alice, 'bob', { headers: { Expires: new Date(time).toISOString() } });
    expect(await at(now)).toBe('bad-request');
    expect(await at(now + 1)).toBe('stored');
    expect(await outcome(alice, 'bob', { id: 'x', headers: { Expires: 'tomorrow' } })).toBe('bad-request');
  });

  test('with no hop left it goes nowhere', async () => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob', { headers: { 'Max-Forwards': 0 } })).toBe('connection-failure');
    expect(await outcome(alice, 'bob', { headers: { 'Max-Forwards': 'x' } })).toBe('bad-request');
    expect(await outcome(alice, 'bob', { headers: { 'Max-Forwards': 1 } })).toBe('stored');
  });
});

describe('the quota', () => {
  test('undelivered octets over it: mailbox-full, and nothing is entered', async () => {
    await start({ config: { limits: { inboxQuota: 1_000 } } });
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob', { id: 'a', size: 500 })).toBe('stored');
    expect(await outcome(alice, 'bob', { id: 'b', size: 500 })).toBe('mailbox-full');
    expect(await domain.storage.inboxBounds('bob', 0)).toMatchObject({ last: 1 });
    expect(await domain.storage.inboxBounds('alice', 0)).toMatchObject({ last: 1 });
  });

  test('a full inbox of one’s own stops nobody from sending', async () => {
    await start({ config: { limits: { inboxQuota: 1_000 } } });
    const bob = await domain.attach('bob');
    expect(await outcome(bob, 'alice', { id: 'a', size: 600 })).toBe('stored');
    expect(await outcome(bob, 'alice', { id: 'b', size: 600 })).toBe('mailbox-full');
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'carol', { id: 'c', size: 600 })).toBe('stored');
    expect(await domain.storage.inboxBounds('alice', 0)).toMatchObject({ last: 2 });
  });
});

describe('Storage: none', () => {
  const none = { headers: { Storage: 'none' } };

  test('passes to attached devices only, and is kept nowhere', async () => {
    await start();
    const alice = await domain.attach('alice');
    const phone = await domain.attach('alice', { device: 'phone' });
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob', none);
    const asked = await bob.accept('SEND');
    expect(asked.headers.get('Storage')).toBe('none');
    expect(asked.headers.has('Inbox-Sequence')).toBe(false);
    expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
    for (const user of ['alice', 'bob']) {
      expect(await domain.storage.inboxBounds(user, 0)).toMatchObject({ last: 0 });
    }
    expect(arrived(phone)).toEqual([]);
  });

  test('no device: mailbox-unavailable', async () => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob', none)).toBe('mailbox-unavailable');
  });

  test('no device that takes it in 2 s, or one that refuses: mailbox-unavailable', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const silent = send(alice, 'bob', none);
    await bob.next('SEND');
    await domain.advance(2_000);
    expect((await alice.response(silent)).headers.get('Error')).toBe('mailbox-unavailable');
    const refused = send(alice, 'bob', { ...none, id: 'm2' });
    bob.error(await bob.next('SEND'), new ImppError('type-not-understood'));
    expect((await alice.response(refused)).headers.get('Error')).toBe('mailbox-unavailable');
  });

  test('again with the same Message-ID: not delivered again', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob', none);
    await bob.accept('SEND');
    await alice.response(id);
    expect(await outcome(alice, 'bob', none)).toBe('delivered');
    expect(await outcome(alice, 'bob')).toBe('delivered');
    expect(arrived(bob)).toEqual([]);
  });

  test('does not overtake what was sent before it', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    send(alice, 'bob', { id: 'kept' });
    send(alice, 'bob', { ...none, id: 'typing' });
    await domain.settle();
    expect(arrived(bob)).toEqual(['kept', 'typing']);
  });

  test('does not go to a device that is behind: there it would be older than what comes after it', async () => {
    await start();
    const alice = await domain.attach('alice');
    for (let i = 0; i < 40; i += 1) await sent(alice, 'bob', { id: `n${i}` });
    const bob = await domain.attach('bob', { after: 0, maxPending: 2 });
    expect(await outcome(alice, 'bob', { ...none, id: 'typing' })).toBe('mailbox-unavailable');
    for (let i = 0; i < 40; i += 1) await bob.accept('SEND');
    await domain.settle();
    const id = send(alice, 'bob', { ...none, id: 'typing' });
    await bob.accept('SEND');
    expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
  });

  test('`keep` is the default; anything else is bad-request', async () => {
    await start();
    const alice = await domain.attach('alice');
    expect(await outcome(alice, 'bob', { headers: { Storage: 'keep' } })).toBe('stored');
    expect(await outcome(alice, 'bob', { id: 'x', headers: { Storage: 'maybe' } })).toBe('bad-request');
  });
});

describe('the sender’s own inbox', () => {
  test('a copy goes to the other devices, and in a replay to all', async () => {
    await start();
    const desk = await domain.attach('alice', { device: 'desk' });
    const phone = await domain.attach('alice', { device: 'phone' });
    expect(await outcome(desk, 'bob')).toBe('stored');
    const copy = await phone.accept('SEND');
    expect(Object.fromEntries(copy.headers.entries())).toMatchObject({
      From: urlOf('alice'),
      Target: urlOf('bob'),
      Copy: 'sent',
      'Inbox-Sequence': '1',
    });
    await domain.settle();
    expect(arrived(desk)).toEqual([]);
    desk.break();
    await domain.settle();
    const again = await domain.attach('alice', { device: 'desk', after: 0 });
    expect((await again.accept('SEND')).headers.get('Copy')).toBe('sent');
  });

  test('a device that sends over its bulk connection needs no copy either', async () => {
    await start();
    const desk = await domain.attach('alice', { device: 'desk' });
    const bulk = await domain.attach('alice', { device: 'desk', purpose: 'bulk' });
    expect(await outcome(bulk, 'bob')).toBe('stored');
    await domain.settle();
    expect(arrived(desk)).toEqual([]);
    expect(await domain.storage.inboxBounds('alice', 0)).toMatchObject({ last: 1 });
  });

  test('an ERROR enters nothing', async () => {
    await start();
    const alice = await domain.attach('alice');
    const phone = await domain.attach('alice', { device: 'phone' });
    expect(await outcome(alice, 'nobody')).toBe('target-unknown');
    await domain.settle();
    expect(arrived(phone)).toEqual([]);
    expect(await domain.storage.inboxBounds('alice', 0)).toMatchObject({ last: 0 });
  });

  test('a message to oneself is one entry, no copy, for every device', async () => {
    await start();
    const desk = await domain.attach('alice', { device: 'desk' });
    const phone = await domain.attach('alice', { device: 'phone' });
    const id = send(desk, 'alice');
    const onDesk = await desk.accept('SEND');
    const onPhone = await phone.accept('SEND');
    expect((await desk.response(id)).headers.get('Outcome')).toBe('delivered');
    for (const entry of [onDesk, onPhone]) {
      expect(entry.headers.has('Copy')).toBe(false);
      expect(sequenceOf(entry)).toBe(1);
    }
    expect(await domain.storage.inboxBounds('alice', 0)).toMatchObject({ last: 1 });
  });

  test('a copy counts as delivered from the start', async () => {
    await start();
    const alice = await domain.attach('alice');
    await sent(alice, 'bob');
    expect((await domain.storage.entry('alice', 1))?.isDelivered).toBe(true);
    expect((await domain.storage.entry('bob', 1))?.isDelivered).toBe(false);
  });
});

describe('order', () => {
  test('what one sender sends to one Target arrives in the order sent, with numbers without gaps', async () => {
    await start();
    const alice = await domain.attach('alice');
    const bob = await domain.attach('bob');
    const ids = Array.from({ length: 100 }, (_, i) => `n${i}`);
    const requests = ids.map((id) => send(alice, 'bob', { id }));
    const got: string[] = [];
    while (got.length < ids.length) {
      const entry = await bob.accept('SEND');
      expect(sequenceOf(entry)).toBe(got.length + 1);
      got.push(entry.headers.get('Message-ID') ?? '');
    }
    expect(got).toEqual(ids.map(idOf));
    for (const id of requests) expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
  });
});

describe('a delegate', () => {
  test('gets what comes, and its acknowledgement does not count', async () => {
    await start();
    await setRules('bob', `<rule><who>${urlOf('carol')}</who><read>allow</read></rule>`);
    const alice = await domain.attach('alice');
    const carol = await domain.attach('carol', { target: urlOf('bob') });
    expect(await outcome(alice, 'bob')).toBe('stored');
    await carol.accept('SEND');
    await domain.settle();
    expect((await domain.storage.entry('bob', 1))?.isDelivered).toBe(false);
    const bob = await domain.attach('bob');
    const id = send(alice, 'bob', { id: 'm2' });
    await carol.accept('SEND');
    await domain.settle();
    expect(alice.unread).toEqual([]);
    await bob.accept('SEND');
    expect((await alice.response(id)).headers.get('Outcome')).toBe('delivered');
  });
});

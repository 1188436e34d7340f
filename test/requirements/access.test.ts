// RFC 2779, 2.3: whoever controls a presentity or an inbox decides who may do what with it.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acceptAll } from '../server/inbox/mail.ts';
import { closed, type Person, presence, Scene } from './people.ts';

let scene: Scene;
let alice: Person;
let bob: Person;
let carol: Person;

beforeEach(async () => {
  scene = await Scene.open({
    users: ['alice', 'bob', 'carol', 'dave'],
    config: { auth: { mechanisms: ['SCRAM-SHA-256', 'ANONYMOUS'] } },
  });
  [alice, bob, carol] = [await scene.attach('alice'), await scene.attach('bob'), await scene.attach('carol')];
});

afterEach(async () => {
  await scene.close();
  expect(scene.domain.errors).toEqual([]);
});

describe('a presentity’s controller', () => {
  test('2.3.1 decides which watchers may see its presence', async () => {
    await alice.publish('here');
    const mallory = await scene.attachAnonymous();
    const whoSees = async () => {
      const answers = await Promise.all([bob, carol, mallory].map((one) => one.fetch(alice)));
      return answers.map(({ error, body }) => error ?? (body.includes('here') ? 'sees' : 'does not see'));
    };
    expect(await whoSees()).toEqual(['permission-denied', 'permission-denied', 'permission-denied']);
    await alice.rules('bob: fetch=allow', 'carol: fetch=deny');
    expect(await whoSees()).toEqual(['sees', 'permission-denied', 'permission-denied']);
    await alice.rules('*: fetch=allow', 'bob: fetch=deny');
    expect(await whoSees()).toEqual(['permission-denied', 'sees', 'permission-denied']);
    await alice.rules('anonymous: fetch=allow', 'carol: fetch=pretend');
    expect(await whoSees()).toEqual(['permission-denied', 'does not see', 'sees']);
  });

  test('2.3.1 nobody else decides it: the rules are for their owner to read and to set', async () => {
    for (const one of [bob, await scene.attachAnonymous()]) {
      expect((await one.refusal('GET-ACL', { Target: alice.url })).code).toBe('permission-denied');
      const headers = { Target: alice.url, 'Content-Type': 'application/impp-acl' };
      const rules = `<acl><rule><who>${bob.url}</who><fetch>allow</fetch></rule></acl>`;
      expect((await one.refusal('SET-ACL', headers, rules)).code).toBe('permission-denied');
      expect((await one.fetch(alice)).error).toBe('permission-denied');
    }
  });

  test('2.3.2 decides apart from that which watchers may hold subscriptions', async () => {
    await alice.publish('here');
    await alice.rules('bob: subscribe=allow fetch=deny', 'carol: subscribe=deny fetch=allow');
    expect(await bob.subscribe(alice)).toMatchObject({ error: undefined, state: 'active' });
    expect((await bob.fetch(alice)).error).toBe('permission-denied');
    expect((await carol.subscribe(alice)).error).toBe('permission-denied');
    expect((await carol.fetch(alice)).body).toContain('here');
    await alice.publish('elsewhere');
    expect((await bob.hear('CHANGE-NOTIFY')).map(({ body }) => body)).toEqual([
      presence(alice.url, 'elsewhere'),
    ]);
    expect(await carol.hear()).toEqual([]);
  });

  test('2.3.3 what a watcher is shown is the same by FETCH as by CHANGE-NOTIFY', async () => {
    const dave = await scene.attach('dave');
    const phone = await scene.attach('alice', 'phone');
    await alice.rules(
      'bob: subscribe=allow fetch=allow',
      'carol: subscribe=allow fetch=allow view=work',
      'dave: subscribe=allow fetch=allow view=nothing',
    );
    const watchers = [bob, carol, dave];
    const known = new Map(watchers.map((one) => [one, '']));
    for (const one of watchers) known.set(one, (await one.subscribe(alice, { 'Lease-Time': 86_400 })).body);
    const steps: (() => Promise<unknown>)[] = [
      () => alice.publish('at home'),
      () => alice.publish('at work', { View: 'work' }),
      () => phone.publish('on the way', { View: 'work' }),
      () => alice.publish('on leave', { View: 'work', 'Lease-Time': 'infinity' }),
      () => phone.publish('with the phone'),
      () => alice.ask('CHANGE', { Target: alice.url, View: 'work', 'Lease-Time': 0 }),
      () => phone.ask('CHANGE', { Target: alice.url, View: 'work', 'Lease-Time': 0 }),
      () => alice.ask('CHANGE', { Target: alice.url, View: 'work', 'Lease-Time': 'infinity' }),
      () => scene.pass(3_700),
    ];
    const shown = new Set<string>();
    for (const step of steps) {
      await step();
      for (const one of watchers) {
        for (const notice of await one.hear('CHANGE-NOTIFY')) known.set(one, notice.body);
        const fetched = await one.fetch(alice);
        expect(fetched.body, one.user).toBe(known.get(one));
        shown.add(`${one.user}: ${fetched.body}`);
      }
    }
    // Each saw something of its own, and who is to see nothing saw nothing.
    const of = (user: string) => [...shown].filter((one) => one.startsWith(user));
    expect(of('bob').length).toBeGreaterThan(2);
    expect(of('carol').length).toBeGreaterThan(3);
    expect(of('bob').join('')).not.toContain('work');
    expect(of('carol').join('')).not.toContain('home');
    expect(of('dave')).toEqual([`dave: ${closed('alice')}`]);
  });

  test('2.3.3 other rules give another content at once, in both ways', async () => {
    await alice.publish('at home');
    await alice.publish('at work', { View: 'work' });
    await alice.rules('bob: subscribe=allow fetch=allow');
    expect((await bob.subscribe(alice)).body).toContain('at home');
    await alice.rules('bob: subscribe=allow fetch=allow view=work');
    const [notice, ...more] = await bob.hear('CHANGE-NOTIFY');
    expect(more).toEqual([]);
    expect(notice?.body).toBe(presence(alice.url, 'at work'));
    expect(await bob.fetch(alice)).toMatchObject({ body: notice?.body, revision: notice?.revision });
  });

  test('2.3.4 decides which other principals, if any, may change that presence', async () => {
    const byBob = (note: string) => bob.publish(note, { Target: alice.url });
    expect((await byBob('set by bob')).error).toBe('permission-denied');
    await alice.rules('bob: change=allow', 'carol: subscribe=allow');
    await carol.subscribe(alice, { 'Lease-Time': 86_400 });
    expect((await byBob('set by bob')).error).toBeUndefined();
    expect((await carol.hear('CHANGE-NOTIFY')).at(-1)?.body).toContain('set by bob');
    expect((await carol.publish('set by carol', { Target: alice.url })).error).toBe('permission-denied');
    expect(
      (await (await scene.attachAnonymous()).publish('set by nobody', { Target: alice.url })).error,
    ).toBe('permission-denied');

    await alice.rules('carol: subscribe=allow');
    expect((await byBob('again')).error).toBe('permission-denied');
    // What was granted was a lease: without its renewal it ends.
    await scene.pass(3_600);
    expect((await carol.hear('CHANGE-NOTIFY')).at(-1)?.body).toBe(closed('alice'));
  });

  test('2.3.7 decides while it is out of contact: the domain keeps and applies the rules', async () => {
    await alice.publish('on leave', { 'Lease-Time': 'infinity' });
    await alice.rules(
      `bob: subscribe=allow fetch=allow until=${scene.at(7_200)}`,
      'carol: subscribe=deny send=deny',
    );
    await scene.vanish(alice);
    await scene.pass(600);
    expect((await bob.fetch(alice)).body).toContain('on leave');
    expect(await bob.subscribe(alice)).toMatchObject({ state: 'active' });
    expect((await carol.subscribe(alice)).error).toBe('permission-denied');
    expect(await carol.send('alice')).toBe('permission-denied');

    // A rule ends by itself, though its owner is not there, and after the machine was started anew as well.
    await scene.restart();
    bob = await scene.attach('bob');
    carol = await scene.attach('carol');
    expect(await bob.subscribe(alice)).toMatchObject({ state: 'active' });
    expect((await carol.subscribe(alice)).error).toBe('permission-denied');
    await scene.pass(3_000);
    await bob.subscribe(alice);
    await scene.pass(4_000);
    expect((await bob.fetch(alice)).error).toBe('permission-denied');
  });
});

describe('an inbox’s controller', () => {
  test('2.3.5 decides who may send to it', async () => {
    const mallory = await scene.attachAnonymous();
    const outcomes = async (id: string) => [
      await bob.send(alice, { id: `${id}-bob` }),
      await carol.send(alice, { id: `${id}-carol` }),
      await mallory.send(alice, { id: `${id}-mallory` }),
    ];
    expect(await outcomes('1')).toEqual(['delivered', 'delivered', 'permission-denied']);
    await alice.rules('*: send=deny', 'bob: send=allow');
    expect(await outcomes('2')).toEqual(['delivered', 'permission-denied', 'permission-denied']);
    await alice.rules('bob: send=deny', 'anonymous: send=allow');
    expect(await outcomes('3')).toEqual(['permission-denied', 'delivered', 'delivered']);
    const ids = (await alice.hear('SEND')).map(({ message }) => message.headers.get('Message-ID'));
    expect(ids).toEqual([
      '<1-bob@a.example>',
      '<1-carol@a.example>',
      '<2-bob@a.example>',
      '<3-carol@a.example>',
      '<3-mallory@a.example>',
    ]);
  });

  test('2.3.6 decides which other principals, if any, may read messages from it', async () => {
    const attach = async (user: string) => {
      const peer = await scene.domain.signIn(user);
      return {
        peer,
        asked: await peer.ask('ATTACH', { Device: 'other', Target: alice.url, 'Inbox-After': 0 }),
      };
    };
    await bob.send(alice, { text: 'for alice' });
    expect((await attach('carol')).asked.headers.get('Error')).toBe('permission-denied');

    await alice.rules('carol: read=allow');
    expect((await attach('bob')).asked.headers.get('Error')).toBe('permission-denied');
    const { peer, asked } = await attach('carol');
    expect(asked.ok).toBe(true);
    await scene.domain.settle();
    const [entry] = await acceptAll(peer);
    expect(Buffer.from(entry?.body ?? '').toString()).toContain('for alice');

    await alice.rules('carol: read=deny');
    const bye = await peer.next('BYE');
    expect(bye.headers.get('Error')).toBe('permission-denied');
    await peer.closed();
    expect((await attach('carol')).asked.headers.get('Error')).toBe('permission-denied');
  });
});

describe('B and messages from A', () => {
  test('5.4.10 B can block messages from A, and only those', async () => {
    expect(await bob.send(alice, { id: 'before' })).toBe('delivered');
    await alice.rules('bob: send=deny');
    await alice.hear();
    expect(await bob.send(alice, { id: 'blocked' })).toBe('permission-denied');
    expect(await bob.send(alice, { id: 'typing', headers: { Storage: 'none' } })).toBe('permission-denied');
    expect(await carol.send(alice, { id: 'other' })).toBe('delivered');
    expect(
      (await alice.hear('SEND')).map(
        ({ message }) => message.headers.get('Origin') ?? message.headers.get('From'),
      ),
    ).toEqual([carol.url]);
    // Not by another of A's devices either, nor in the inbox for later.
    const phone = await scene.attach('bob', 'phone');
    expect(await phone.send(alice, { id: 'by phone' })).not.toBe('delivered');
    expect(await scene.domain.storage.inboxBounds('alice', 0)).toMatchObject({ last: 2 });
    await alice.rules();
    expect(await bob.send(alice, { id: 'after' })).toBe('delivered');
  });
});

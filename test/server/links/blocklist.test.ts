// Files of domains with which this one has nothing to do.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Blocklist } from '../../../server/links/blocklist.ts';
import { watchBlocklist } from '../../../server/watch-blocklist.ts';
import { FakeClock } from '../../fake/clock.ts';
import { type TestDomain, urlOf } from '../harness.ts';
import type { Peer } from '../peer.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { Federation, greetingOf, IN_CLEAR, messageTo } from './federation.ts';

const folder = temporaryFolders();
let file: string;

beforeEach(() => {
  file = join(folder(), 'blocklist');
});

const put = (...lines: string[]): void => writeFileSync(file, lines.join('\n'));

describe('a file', () => {
  test('has a domain a line, remarks, and trees of domains', async () => {
    put(
      '# of last week',
      'spam.example',
      '  Bücher.example  # a name as people write it',
      '',
      '.all.example\r',
      '*.more.example',
    );
    const list = new Blocklist([file]);
    await list.read();
    expect(list.size).toBe(4);
    const blocked = [
      'spam.example',
      'xn--bcher-kva.example',
      'all.example',
      'a.b.all.example',
      'x.more.example',
    ];
    expect(blocked.map((host) => list.has(host))).toEqual(blocked.map(() => true));
    const others = ['example', 'sub.spam.example', 'notspam.example', 'notall.example', 'all.example.org'];
    expect(others.map((host) => list.has(host))).toEqual(others.map(() => false));
  });

  test.each(['two words', 'http://spam.example/', 'a@b.example', '*.', '*', 'a..b', 'x'.repeat(300)])(
    'with the line %j is refused, and what was read before stays',
    async (line) => {
      put('spam.example');
      const list = new Blocklist([file]);
      await list.read();
      put('other.example', line);
      await expect(list.read()).rejects.toMatchObject({
        code: 'invalid-argument',
        message: expect.stringContaining(`${file}, line 2`) as string,
      });
      expect([list.has('spam.example'), list.has('other.example')]).toEqual([true, false]);
    },
  );

  test('that is not there is said', async () => {
    await expect(new Blocklist([file]).read()).rejects.toMatchObject({ code: 'invalid-argument' });
  });
});

describe('a domain', () => {
  let federation: Federation;
  let a: TestDomain;
  let b: TestDomain;
  let alice: Peer;
  let bob: Peer;

  beforeEach(async () => {
    put('evil.example');
    federation = new Federation();
    const settings = {
      ...IN_CLEAR.federation,
      blocklist: [file],
      policy: { 'kept.evil.example': 'allow' },
    } as const;
    a = await federation.domain('a.example', ['alice'], { config: { federation: settings } });
    b = await federation.domain('b.example', ['bob'], { config: IN_CLEAR });
    alice = await a.attach('alice');
    bob = await b.attach('bob');
  });

  afterEach(async () => {
    await federation.close();
    expect([a.errors, b.errors]).toEqual([[], []]);
  });

  const write = (peer: Peer, to: string) => peer.ask(...messageTo(peer, to, 'hi'));

  test('on the list is refused at HELLO and to our own, and counted', async () => {
    const peer = a.connect('192.0.2.66');
    const hello = { Domain: 'a.example', Role: 'domain', From: 'impp://evil.example/' };
    expect((await peer.refusal('HELLO', hello)).code).toBe('permission-denied');
    const counted = Object.fromEntries(a.server.tally.client.refused.entries());
    expect(counted).toEqual({ 'permission-denied': 1 });
    expect((await write(alice, 'impp://evil.example/x')).headers.get('Error')).toBe('permission-denied');
    expect(federation.reached).toEqual([]);
  });

  test('that comes on it loses its links, and what it was asked ends at once', async () => {
    const first = bob.send(...messageTo(bob, urlOf('alice', 'a.example'), 'hello'));
    alice.ok(await alice.next('SEND'));
    expect((await bob.response(first)).ok).toBe(true);
    const pending = alice.send(...messageTo(alice, urlOf('bob', 'b.example'), 'are you there?'));
    const asked = await bob.next('SEND');
    put('evil.example', 'b.example');
    expect(await a.server.readBlocklist()).toBe(2);
    expect((await alice.response(pending)).headers.get('Error')).toBe('permission-denied');
    // What the other side was asked before it heard of it, it may finish.
    bob.ok(asked);
    await federation.settle();
    expect(a.server.census().filter(({ peer }) => peer === 'domain')).toEqual([]);
    expect((await write(bob, urlOf('alice', 'a.example'))).headers.get('Error')).toBe('permission-denied');
    // And is served again when it is taken off.
    put('evil.example');
    await a.server.readBlocklist();
    federation.clock.advance(120_000);
    await bob.demand('PING');
    const again = bob.send(...messageTo(bob, urlOf('alice', 'a.example'), 'again'));
    alice.ok(await alice.next('SEND'));
    expect((await bob.response(again)).ok).toBe(true);
  });

  test('that policy refuses from now on loses its links; what policy allows by name stays on no list', async () => {
    const first = bob.send(...messageTo(bob, urlOf('alice', 'a.example'), 'hello'));
    alice.ok(await alice.next('SEND'));
    await bob.response(first);
    const linked = (): boolean => a.server.census().some(({ peer }) => peer === 'domain');
    const { federation: present } = a.server.domain.config;
    put('b.example');
    a.server.setPolicy({ ...present, default: 'refuse', policy: { 'b.example': 'allow' } });
    await a.server.readBlocklist();
    await federation.settle();
    expect(linked()).toBe(true);
    a.server.setPolicy({ ...present, default: 'refuse', policy: {} });
    await federation.settle();
    expect(linked()).toBe(false);
    expect((await write(bob, urlOf('alice', 'a.example'))).headers.get('Error')).toBe('permission-denied');
    expect((await write(alice, 'impp://d.example/x')).headers.get('Error')).toBe('permission-denied');
  });

  test('that comes on it while it is being reached has no link in the end', async () => {
    const taken = Promise.withResolvers<Peer>();
    federation.play('c.example', (peer) => {
      void (async () => {
        peer.ok(await peer.next('HELLO'), greetingOf('c.example'));
        const asked = await peer.next('AUTH');
        put('c.example');
        await a.server.readBlocklist();
        peer.ok(asked, { 'Auth-State': 'done', Address: 'impp://c.example/' });
        taken.resolve(peer);
      })();
    });
    expect((await write(alice, 'impp://c.example/x')).headers.get('Error')).toBe('permission-denied');
    const peer = await taken.promise;
    await peer.closed();
    expect(peer.received).toMatch(/BYE [^]*Error: permission-denied/v);
    expect(peer.received).not.toContain('SEND');
  });

  test('that comes on it between HELLO and AUTH gets no further', async () => {
    federation.play('c.example', (peer) => {
      void (async () => {
        peer.ok(await peer.next('HELLO'), { Domain: 'c.example', TLS: 'unavailable' });
        peer.ok(await peer.next('VERIFY'));
      })();
    });
    const link = await federation.open('c.example', a);
    put('c.example');
    await a.server.readBlocklist();
    const error = await link.refusal(
      'AUTH',
      { Mechanism: 'CALLBACK', 'Content-Type': 'application/sasl' },
      'x'.repeat(32),
    );
    expect(error.code).toBe('permission-denied');
  });

  test('that the operator allows by name is on no list', async () => {
    put('.evil.example');
    await a.server.readBlocklist();
    const hello = { Domain: 'a.example', Role: 'domain' };
    const kept = a.connect();
    expect((await kept.ask('HELLO', { ...hello, From: 'impp://kept.evil.example/' })).ok).toBe(true);
    const other = a.connect();
    expect((await other.ask('HELLO', { ...hello, From: 'impp://other.evil.example/' })).ok).toBe(false);
  });
});

test('files that have changed are read; what cannot be used is said once', async () => {
  put('a.example');
  const clock = new FakeClock();
  const said: string[] = [];
  let heard = (): void => {};
  const log = {
    debug() {},
    warn() {},
    info: (event: string) => (said.push(event), heard()),
    error: (event: string) => (said.push(event), heard()),
  };
  const list = new Blocklist([file]);
  const read = async (): Promise<number> => {
    await list.read();
    return list.size;
  };
  const watch = watchBlocklist({ paths: [file], version: '', read, clock, log });
  const next = async (act: () => void): Promise<string | undefined> => {
    const event = new Promise<void>((resolve) => {
      heard = resolve;
    });
    act();
    await event;
    return said.at(-1);
  };
  const tick = (): void => clock.advance(10_000);
  expect(await next(tick)).toBe('blocklist read');
  put('not a domain');
  await new Promise((resolve) => setImmediate(resolve));
  expect(await next(tick)).toBe('the new blocklist cannot be used, the old one stays');
  expect(list.has('a.example')).toBe(true);
  expect(await next(() => watch.readNow())).toBe('the new blocklist cannot be used, the old one stays');
  put('b.example');
  expect(await next(() => watch.readNow())).toBe('blocklist read');
  expect([list.has('a.example'), list.has('b.example')]).toEqual([false, true]);
  watch.close();
  expect(clock.waiting).toBe(0);
});

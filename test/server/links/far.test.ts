// What becomes of requests when the other domain is slow, away or gone; in a time that only the test moves.

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import { LINK_IDLE, MAX_FAR_OCTETS, MAX_REACHING, OUTCOME_DEADLINE } from '../../../shared/impp/limits.ts';
import type { Request } from '../../../shared/impp/message.ts';
import type { Peer } from '../peer.ts';
import { type TestDomain, urlOf } from '../harness.ts';
import { Federation, greetingOf, IN_CLEAR, messageTo } from './federation.ts';

const ALICE = urlOf('alice', 'a.example');
const BOB = urlOf('bob', 'b.example');

let federation: Federation;
let a: TestDomain;
let alice: Peer;
/** Links that a.example has opened to b.example, which the tests play. */
let links: Peer[];

const welcome = greetingOf('b.example');

/** b.example takes every link at once. */
const takeLinks = (more: Record<string, string> = {}): void =>
  federation.play('b.example', (peer) => {
    void (async () => {
      peer.ok(await peer.next('HELLO'), { ...welcome, ...more });
      peer.ok(await peer.next('AUTH'), { 'Auth-State': 'done', Address: 'impp://b.example/' });
      links.push(peer);
    })();
  });

const send = (text: string): string => alice.send(...messageTo(alice, BOB, text));

const errorOf = async (id: string): Promise<string | undefined> =>
  (await alice.response(id)).headers.get('Error');

beforeEach(async () => {
  links = [];
  federation = new Federation();
  a = await federation.domain('a.example', ['alice', 'anna'], { config: IN_CLEAR });
  alice = await a.attach('alice');
  takeLinks();
});

afterEach(async () => {
  for (const link of links) link.break();
  await federation.close();
  expect(a.errors).toEqual([]);
});

const theLink = async (index = 0): Promise<Peer> => {
  await federation.settle();
  const link = links[index];
  if (link === undefined) throw new Error(`there are ${links.length} links`);
  return link;
};

describe('a link', () => {
  test('is one for all, and for both directions', async () => {
    const anna = await a.attach('anna');
    const first = send('one');
    const link = await theLink();
    const second = anna.send(...messageTo(anna, BOB, 'two'));
    const requests = [await link.next('SEND'), await link.next('SEND')];
    expect(requests.map(({ headers }) => headers.get('From'))).toEqual([ALICE, urlOf('anna', 'a.example')]);
    for (const request of requests) link.ok(request, { Outcome: 'stored' });
    expect((await alice.response(first)).ok).toBe(true);
    expect((await anna.response(second)).ok).toBe(true);
    const back = { From: BOB, 'Connection-ID': 'c1' };
    const id = link.send(...messageTo(link, ALICE, 'three', back));
    alice.ok(await alice.next('SEND'));
    expect((await link.response(id)).headers.get('Outcome')).toBe('delivered');
    expect(links).toHaveLength(1);
  });

  test('that is idle is closed, and opened again when it is wanted', async () => {
    const id = send('one');
    const link = await theLink();
    link.ok(await link.next('SEND'), { Outcome: 'stored' });
    await alice.response(id);
    for (let time = 0; time <= LINK_IDLE + 10_000 && !link.isClosed; time += 60_000) {
      await a.advance(60_000);
      await alice.demand('PING');
    }
    await link.closed();
    expect(link.received).toContain('BYE');
    const again = send('two');
    const next = await theLink(1);
    next.ok(await next.next('SEND'), { Outcome: 'stored' });
    expect((await alice.response(again)).ok).toBe(true);
  });

  test('between two of ours is closed on both sides, though each asks whether the other is there', async () => {
    const b = await federation.domain('b.example', ['bob'], { config: IN_CLEAR });
    await alice.demand(...messageTo(alice, BOB, 'hello'));
    const linked = ({ server }: TestDomain): boolean => server.census().some(({ peer }) => peer === 'domain');
    for (let time = 0; time < LINK_IDLE; time += 30_000) {
      expect([linked(a), linked(b)]).toEqual([true, true]);
      await a.advance(30_000);
      await federation.settle();
      await alice.demand('PING');
    }
    await a.advance(2_000);
    await federation.settle();
    expect([linked(a), linked(b)]).toEqual([false, false]);
  });

  test('takes no more at a time than the other side says', async () => {
    takeLinks({ 'Max-Pending': '2' });
    const ids = ['1', '2', '3', '4', '5'].map(send);
    const link = await theLink();
    await federation.settle();
    const waiting = (): Request[] => link.unread.filter((it) => it.kind === 'request') as Request[];
    expect(waiting()).toHaveLength(2);
    const texts: string[] = [];
    for (let done = 0; done < ids.length; done += 1) {
      const request = await link.next('SEND');
      texts.push(
        Buffer.from(request.body ?? [])
          .toString()
          .slice(-1),
      );
      link.ok(request, { Outcome: 'stored' });
    }
    for (const id of ids) expect((await alice.response(id)).ok).toBe(true);
    expect(texts).toEqual(['1', '2', '3', '4', '5']);
  });

  test('is not sent more than the other side takes', async () => {
    takeLinks({ 'Max-Message-Size': '1000' });
    const answer = await alice.response(send('x'.repeat(1000)));
    expect(answer.headers.get('Error')).toBe('message-too-large');
    expect(answer.headers.get('Max-Message-Size')).toBe('1000');
    const id = send('short');
    const link = await theLink();
    link.ok(await link.next('SEND'), { Outcome: 'stored' });
    expect((await alice.response(id)).ok).toBe(true);
  });

  test('that a server which goes down has is finished and closed, whatever is being opened', async () => {
    const id = send('one');
    const link = await theLink();
    const asked = await link.next('SEND');
    federation.play('c.example', () => {});
    const other = alice.send(...messageTo(alice, urlOf('carol', 'c.example'), 'never'));
    await federation.settle();
    const closing = a.server.close();
    link.isPolite = false;
    const bye = await link.next('BYE');
    expect(bye.headers.get('Error')).toBe('connection-failure');
    link.ok(asked, { Outcome: 'stored' });
    link.ok(bye);
    expect((await alice.response(other)).headers.get('Error')).toBe('connection-failure');
    expect((await alice.response(id)).headers.get('Outcome')).toBe('stored');
    await closing;
    await link.closed();
  });

  test('that says goodbye is asked nothing more, and answers what it has been asked', async () => {
    const id = send('one');
    const link = await theLink();
    const asked = await link.next('SEND');
    const bye = link.send('BYE');
    await federation.settle();
    const later = send('two');
    const next = await theLink(1);
    link.ok(asked, { Outcome: 'stored' });
    expect((await alice.response(id)).headers.get('Outcome')).toBe('stored');
    expect((await link.response(bye)).ok).toBe(true);
    next.ok(await next.next('SEND'), { Outcome: 'stored' });
    expect((await alice.response(later)).ok).toBe(true);
  });
});

describe('every request has an outcome in its time', () => {
  test('timeout, if the link is there and says nothing; and the link is given up', async () => {
    const id = send('one');
    const link = await theLink();
    await link.next('SEND');
    await a.advance(30_000);
    expect(await errorOf(id)).toBe('timeout');
    await link.closed();
  });

  test('timeout, if the link has gone and no answer comes over another', async () => {
    const id = send('one');
    const link = await theLink();
    await link.next('SEND');
    link.break();
    await a.advance(31_000);
    expect(await errorOf(id)).toBe('timeout');
  });

  test('timeout, if there is a connection and nobody says HELLO', async () => {
    federation.play('b.example', () => {});
    const id = send('one');
    await a.advance(OUTCOME_DEADLINE);
    expect(await errorOf(id)).toBe('timeout');
  });

  test('timeout, if something large comes over the link one octet a second; what is answered at last is nobody’s', async () => {
    const id = send('one');
    const link = await theLink();
    const asked = await link.next('SEND');
    link.write(
      `SEND big impp/1.0\r\nFrom: ${BOB}\r\nConnection-ID: c1\r\nTarget: ${ALICE}\r\nMessage-ID: <big@b.example>\r\n` +
        'Content-Type: message/rfc822\r\nContent-Length: 100000\r\n\r\n',
    );
    const outcome = alice.response(id);
    let seconds = 0;
    for (; seconds < OUTCOME_DEADLINE / 1000; seconds += 1) {
      link.write('x');
      await a.advance(1000);
    }
    expect((await outcome).headers.get('Error')).toBe('timeout');
    // What is large may go on; its end is somebody else's business.
    expect(link.isClosed).toBe(false);
    link.write('x'.repeat(100_000 - seconds));
    link.ok(asked, { Outcome: 'stored' });
    const later = send('two');
    link.ok(await link.next('SEND'), { Outcome: 'delivered' });
    expect((await alice.response(later)).headers.get('Outcome')).toBe('delivered');
    expect(alice.received.match(/\(SEND\)/gv)).toHaveLength(2);
  });

  test('connection-failure, if nobody is there; a domain that is back is reached', async () => {
    federation.remove('b.example');
    expect(await errorOf(send('one'))).toBe('connection-failure');
    takeLinks();
    const id = send('two');
    const link = await theLink();
    link.ok(await link.next('SEND'), { Outcome: 'stored' });
    expect((await alice.response(id)).ok).toBe(true);
  });

  test('connection-failure at once, without another attempt, where several have just failed', async () => {
    federation.remove('b.example');
    for (let attempt = 0; attempt < 10; attempt += 1)
      expect(await errorOf(send(`${attempt}`))).toBe('connection-failure');
    expect(federation.reached.length).toBeLessThan(4);
    const before = federation.reached.length;
    await a.advance(120_000);
    await alice.demand('PING');
    expect(await errorOf(send('later'))).toBe('connection-failure');
    expect(federation.reached.length).toBe(before + 1);
  });

  test('permission-denied, if the other side wants nothing to do with us', async () => {
    federation.play('b.example', (peer) => {
      void peer
        .next('HELLO')
        .then((hello) => peer.error(hello, new ImppError('permission-denied', 'go away')));
    });
    expect(await errorOf(send('one'))).toBe('permission-denied');
  });

  test('too-many-requests, where a slow domain is asked more than is kept for it; others are not held up', async () => {
    federation.play('b.example', () => {});
    const c = await federation.domain('c.example', ['carol'], { config: IN_CLEAR });
    const request = (n: number): Promise<unknown> =>
      new Promise((resolve) =>
        a.server.domain.links.request(
          'b.example',
          'FETCH',
          [
            ['From', ALICE],
            ['Connection-ID', `${n}`],
          ],
          undefined,
          resolve,
        ),
      );
    const all = Array.from({ length: 2100 }, (_, n) => request(n));
    expect(await all[2099]).toMatchObject({ code: 'too-many-requests' });
    const answer = await alice.ask(...messageTo(alice, urlOf('carol', 'c.example'), 'hello'));
    expect(answer.headers.get('Outcome')).toBe('stored');
    await a.advance(OUTCOME_DEADLINE);
    expect(await all[0]).toMatchObject({ code: 'timeout' });
    expect(c.errors).toEqual([]);
  });
});

test('too-many-requests, where what waits for a slow domain would fill the memory; others are not held up', async () => {
  federation.play('b.example', () => {});
  const c = await federation.domain('c.example', ['carol'], { config: IN_CLEAR });
  const body = Buffer.alloc(60_000);
  const request = (n: number): Promise<unknown> => {
    const headers = [
      ['From', ALICE],
      ['Connection-ID', `${n}`],
      ['Target', BOB],
    ] as const;
    const { links } = a.server.domain;
    return new Promise((resolve) => links.request('b.example', 'SEND', headers, body, resolve));
  };
  const most = Math.floor(MAX_FAR_OCTETS / body.length);
  const all = Array.from({ length: most + 1 }, (_, n) => request(n));
  expect(await all[most]).toMatchObject({ code: 'too-many-requests' });
  const answer = await alice.ask(...messageTo(alice, urlOf('carol', 'c.example'), 'hello'));
  expect(answer.headers.get('Outcome')).toBe('stored');
  await a.advance(OUTCOME_DEADLINE);
  expect(await all[most - 1]).toMatchObject({ code: 'timeout' });
  expect(c.errors).toEqual([]);
});

test('connection-failure, where so many domains are being reached that say nothing; when they are given up, others are', async () => {
  const ask = (host: string): Promise<unknown> => {
    federation.play(host, () => {});
    const headers = [
      ['From', ALICE],
      ['Connection-ID', 'c'],
    ] as const;
    const { links } = a.server.domain;
    return new Promise((resolve) => links.request(host, 'FETCH', headers, undefined, resolve));
  };
  const all = Array.from({ length: MAX_REACHING }, (_, n) => ask(`d${n}.example`));
  expect(await ask('one-more.example')).toMatchObject({ code: 'connection-failure' });
  await a.advance(OUTCOME_DEADLINE);
  expect(await Promise.all(all)).toHaveLength(MAX_REACHING);
  const id = send('hello');
  const link = await theLink();
  link.ok(await link.next('SEND'), { Outcome: 'stored' });
  expect((await alice.response(id)).ok).toBe(true);
});

describe('a domain that wants too much', () => {
  /** A link that the test opens as b.example, which says yes to whatever is verified. */
  const open = async (): Promise<Peer> => {
    const link = await federation.open('b.example', a);
    await link.demand('AUTH', { Mechanism: 'CALLBACK', 'Content-Type': 'application/sasl' }, 'x'.repeat(32));
    return link;
  };

  beforeEach(() =>
    federation.play('b.example', (peer) => {
      void (async () => {
        peer.ok(await peer.next('HELLO'), welcome);
        peer.ok(await peer.next('VERIFY'));
      })();
    }),
  );

  test('has so many links and no more', async () => {
    for (let count = 0; count < 64; count += 1) await open();
    await expect(open()).rejects.toMatchObject({ code: 'too-many-requests' });
  });

  test('is told so, and its link goes on', async () => {
    const link = await open();
    const ask = { From: BOB, 'Connection-ID': 'c', Target: 'impp://a.example/', Query: 'zz' };
    const answers = [];
    for (let round = 0; round < 45; round += 1) {
      const ids = Array.from({ length: 100 }, () => link.send('LOOKUP', ask));
      for (const id of ids) answers.push(await link.response(id));
    }
    expect(answers.filter(({ ok }) => ok)).toHaveLength(4000);
    expect(answers.at(-1)?.headers.get('Error')).toBe('too-many-requests');
    await a.advance(1_000);
    expect((await link.ask('LOOKUP', ask)).ok).toBe(true);
  });
});

describe('what a domain asks by itself', () => {
  const notify = (): Promise<unknown> =>
    new Promise((resolve) =>
      a.server.domain.links.request(
        'b.example',
        'CHANGE-NOTIFY',
        [
          ['From', ALICE],
          ['Target', BOB],
        ],
        undefined,
        resolve,
      ),
    );

  test('is tried once more over a new link when the first has gone, and not a third time', async () => {
    const outcome = notify();
    const first = await theLink();
    await first.next('CHANGE-NOTIFY');
    first.break();
    const second = await theLink(1);
    await second.next('CHANGE-NOTIFY');
    second.break();
    await a.advance(31_000);
    expect(await outcome).toMatchObject({ code: 'timeout' });
    expect(links).toHaveLength(2);
  });

  test('or when it was not answered in time', async () => {
    const outcome = notify();
    const first = await theLink();
    await first.next('CHANGE-NOTIFY');
    await a.advance(30_000);
    await first.closed();
    const second = await theLink(1);
    second.ok(await second.next('CHANGE-NOTIFY'));
    expect(await outcome).toMatchObject({ ok: true });
  });
});

test('a device that comes back and counts its requests anew has no answer of before', async () => {
  const raw = (peer: Peer, text: string): void => {
    const [, headers, body] = messageTo(peer, BOB, text);
    const lines = Object.entries({ From: peer.from, 'Connection-ID': peer.connectionId, ...headers });
    peer.write(
      `SEND same impp/1.0\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join('')}` +
        `Content-Length: ${body.length}\r\n\r\n${body}`,
    );
  };
  raw(alice, 'before');
  const link = await theLink();
  const before = await link.next('SEND');
  alice.break();
  await federation.settle();
  alice = await a.attach('alice');
  raw(alice, 'after');
  await federation.settle();
  link.ok(before, { Outcome: 'delivered' });
  const after = await link.next('SEND');
  expect(Buffer.from(after.body ?? []).toString()).toContain('after');
  link.ok(after, { Outcome: 'stored' });
  expect((await alice.response('same')).headers.get('Outcome')).toBe('stored');
});

test('messages and presence may have servers of their own', async () => {
  federation.places = (host, purpose) => `${purpose}.${host}:2779`;
  const id = send('one');
  const fetching = alice.send('FETCH', { Target: BOB });
  await federation.settle();
  expect(links).toHaveLength(2);
  expect(federation.reached.filter((it) => it.startsWith('a'))).toEqual([
    'a.example > b.example im',
    'a.example > b.example pres',
  ]);
  const [messages, presence] = links as [Peer, Peer];
  messages.ok(await messages.next('SEND'), { Outcome: 'stored' });
  presence.error(await presence.next('FETCH'), new ImppError('permission-denied'));
  expect((await alice.response(id)).ok).toBe(true);
  expect(await errorOf(fetching)).toBe('permission-denied');
});

test('a domain without presence takes messages, and is not called again and again for the other', async () => {
  federation.places = (host, purpose) => `${purpose}.${host}:2779`;
  federation.dead.add('pres');
  const id = send('one');
  const link = await theLink();
  link.ok(await link.next('SEND'), { Outcome: 'stored' });
  expect((await alice.response(id)).ok).toBe(true);
  for (let attempt = 0; attempt < 10; attempt += 1)
    expect((await alice.refusal('FETCH', { Target: BOB })).code).toBe('connection-failure');
  expect(federation.reached.filter((it) => it.endsWith('pres')).length).toBeLessThan(4);
});

test('a domain that takes links and drops them is called no more often than one that is away', async () => {
  takeLinks({ 'Max-Pending': '1' });
  const ids = Array.from({ length: 50 }, (_, n) => send(`${n}`));
  for (let round = 0; round < 60; round += 1) {
    await federation.settle();
    for (const link of links) link.break();
  }
  expect(links.length).toBeLessThan(4);
  await a.advance(60_000);
  const errors = await Promise.all(ids.map(errorOf));
  expect(new Set(errors)).toEqual(new Set(['connection-failure', 'timeout']));
});

test('an answer for a domain that has gone for good is given up', async () => {
  federation.play('b.example', (peer) => {
    void (async () => {
      peer.ok(await peer.next('HELLO'), welcome);
      peer.ok(await peer.next('VERIFY'));
    })();
  });
  const link = await federation.open('b.example', a);
  await link.demand('AUTH', { Mechanism: 'CALLBACK', 'Content-Type': 'application/sasl' }, 'x'.repeat(32));
  for (const text of ['one', 'two', 'three'])
    link.send(...messageTo(link, ALICE, text, { From: BOB, 'Connection-ID': 'c' }));
  const messages = [await alice.next('SEND'), await alice.next('SEND'), await alice.next('SEND')];
  federation.remove('b.example');
  link.break();
  for (const message of messages) {
    alice.ok(message);
    await federation.settle();
  }
  const before = federation.reached.length;
  await a.advance(120_000);
  await alice.demand('PING');
  expect(federation.reached.length).toBe(before);
  expect(before).toBeLessThan(5);
});

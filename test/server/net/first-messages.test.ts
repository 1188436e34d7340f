// First messages of strangers [IMPP 13, decided]: many of them are what spam consists of.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { type TestDomain, urlOf } from '../harness.ts';
import { Federation, greetingOf, IN_CLEAR, messageTo } from '../links/federation.ts';
import type { Peer } from '../peer.ts';
import { acl } from '../presence/stage.ts';

const HOUR = 3_600_000;
const PEOPLE = ['p0', 'p1', 'p2', 'p3', 'p4', 'p5', 'p6'];

let federation: Federation;
let a: TestDomain;
/** A link of b.example, which the test plays. */
let b: Peer;

beforeEach(async () => {
  federation = new Federation();
  const limits = { strangersOfDomain: 4, strangersToInbox: 3 };
  a = await federation.domain('a.example', PEOPLE, { config: { ...IN_CLEAR, limits } });
  b = await linkOf('b.example');
});

afterEach(async () => {
  await federation.close();
  expect(a.errors).toEqual([]);
});

const linkOf = async (host: string): Promise<Peer> => {
  federation.play(host, (peer) => {
    void (async () => {
      peer.ok(await peer.next('HELLO'), greetingOf(host));
      peer.ok(await peer.next('VERIFY'));
    })();
  });
  const link = await federation.open(host, a);
  await link.demand('AUTH', { Mechanism: 'CALLBACK', 'Content-Type': 'application/sasl' }, 'x'.repeat(32));
  return link;
};

const from = (user: string, host = 'b.example') => ({ From: urlOf(user, host), 'Connection-ID': 'c' });

const write = async (link: Peer, user: string, to: string, host?: string): Promise<string> => {
  const { ok, headers } = await link.ask(...messageTo(link, urlOf(to, 'a.example'), 'buy', from(user, host)));
  return ok ? 'OK' : `${headers.get('Error')} ${headers.get('Retry-After')}`;
};

test('of one domain are limited for an hour, whoever writes to whom; other domains write on', async () => {
  const answers = [];
  for (const [n, to] of PEOPLE.entries()) answers.push(await write(b, `s${n}`, to));
  expect(answers.slice(0, 4)).toEqual(['OK', 'OK', 'OK', 'OK']);
  expect(answers.slice(4)).toEqual(Array(3).fill('too-many-requests 3600'));
  expect(Object.fromEntries(a.server.tally.domain.refused.entries())).toEqual({ 'too-many-requests': 3 });
  const c = await linkOf('c.example');
  expect(await write(c, 'someone', 'p0', 'c.example')).toBe('OK');
  // Those whose first message was taken go on.
  expect(await write(b, 's0', 'p0')).toBe('OK');
  expect(await write(b, 's0', 'p1')).toBe('too-many-requests 3600');
  // An idle link is closed long before.
  await a.advance(HOUR);
  expect(await write(await linkOf('b.example'), 's5', 'p5')).toBe('OK');
});

test('to one person are limited, from however many domains they come', async () => {
  const answers = [await write(b, 's0', 'p0'), await write(b, 's1', 'p0')];
  const c = await linkOf('c.example');
  for (const user of ['t0', 't1']) answers.push(await write(c, user, 'p0', 'c.example'));
  expect(answers).toEqual(['OK', 'OK', 'OK', 'too-many-requests 3600']);
});

test('of those who were written to, have a rule, or are watched are no first messages', async () => {
  const p0 = await a.attach('p0');
  await p0.demand(
    'SET-ACL',
    { Target: urlOf('p0', 'a.example'), 'Content-Type': 'application/impp-acl' },
    acl('impp://b.example/named: send=allow'),
  );
  for (const n of [1, 2, 3]) await write(b, `s${n}`, 'p1');
  await write(b, 's4', 'p2');
  expect(await write(b, 'unknown', 'p0')).toContain('too-many-requests');
  const taken = async (user: string): Promise<string> => {
    const answer = write(b, user, 'p0');
    await p0.accept('SEND');
    return answer;
  };
  expect(await taken('named')).toBe('OK');
  const id = p0.send(...messageTo(p0, urlOf('answered', 'b.example'), 'hello'));
  b.ok(await b.next('SEND'), { Outcome: 'stored' });
  expect((await p0.response(id)).ok).toBe(true);
  expect(await taken('answered')).toBe('OK');
  const watching = p0.send('SUBSCRIBE', { Target: urlOf('watched', 'b.example') });
  b.ok(await b.next('SUBSCRIBE'), { 'Lease-Time': 600, Revision: 1, 'Subscription-State': 'active' });
  expect((await p0.response(watching)).ok).toBe(true);
  expect(await taken('watched')).toBe('OK');
});

test('a message that was taken is answered again as before, limit or not', async () => {
  const send = () =>
    b.ask(
      ...messageTo(b, urlOf('p0', 'a.example'), 'once', { ...from('s0'), 'Message-ID': '<once@b.example>' }),
    );
  expect((await send()).ok).toBe(true);
  for (const n of [1, 2, 3, 4]) await write(b, `s${n}`, `p${n}`);
  expect((await send()).ok).toBe(true);
});

test('our own people are not strangers to each other', async () => {
  const p0 = await a.attach('p0');
  for (const to of PEOPLE.slice(1))
    expect((await p0.ask(...messageTo(p0, urlOf(to, 'a.example'), 'hi'))).ok).toBe(true);
});

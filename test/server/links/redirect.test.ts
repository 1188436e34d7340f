// A server of another domain that wants us at another one [IMPP 6].

import { afterEach, beforeEach, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import type { Peer } from '../peer.ts';
import { type TestDomain, urlOf } from '../harness.ts';
import { Federation, greetingOf, IN_CLEAR, messageTo } from './federation.ts';

const BOB = urlOf('bob', 'b.example');
const welcome = greetingOf('b.example');

let federation: Federation;
let a: TestDomain;
let alice: Peer;
let links: Peer[];
/** Where the servers of b.example were asked, in order; undefined: where DNS says. */
let servers: (string | undefined)[];
/** Where a server sends those who come. */
let elsewhere: (server: string | undefined) => string | undefined;

const redirect = (server: string): ImppError => new ImppError('redirect', 'not here', { data: { server } });

beforeEach(async () => {
  links = [];
  servers = [];
  elsewhere = () => undefined;
  federation = new Federation();
  a = await federation.domain('a.example', ['alice'], { config: IN_CLEAR });
  alice = await a.attach('alice');
  federation.play('b.example', (peer, { server }) => {
    servers.push(server);
    void (async () => {
      const hello = await peer.next('HELLO');
      const next = elsewhere(server);
      if (next !== undefined) return peer.error(hello, redirect(next));
      peer.ok(hello, welcome);
      peer.ok(await peer.next('AUTH'), { 'Auth-State': 'done', Address: 'impp://b.example/' });
      links.push(peer);
    })();
  });
});

afterEach(async () => {
  for (const link of links) link.break();
  await federation.close();
  expect(a.errors).toEqual([]);
});

const deliver = async (index: number): Promise<void> => {
  const id = alice.send(...messageTo(alice, BOB, 'hello'));
  await federation.settle();
  const link = links[index];
  if (link === undefined) throw new Error(`there are ${links.length} links`);
  link.ok(await link.next('SEND'), { Outcome: 'stored' });
  expect((await alice.response(id)).headers.get('Outcome')).toBe('stored');
};

test('HELLO is said there', async () => {
  elsewhere = (server) => (server === undefined ? 'two.b.example:2780' : undefined);
  await deliver(0);
  expect(servers).toEqual([undefined, 'two.b.example:2780']);
});

test('round and round is a failure, after a few', async () => {
  elsewhere = (server) => (server === 'two:1' ? 'one:1' : 'two:1');
  const answer = await alice.ask(...messageTo(alice, BOB, 'hello'));
  expect(answer.headers.get('Error')).toBe('connection-failure');
  expect(servers).toEqual([undefined, 'two:1', 'one:1', 'two:1', 'one:1', 'two:1']);
});

test('after a BYE the next link leads there, and the one after that where DNS says', async () => {
  await deliver(0);
  const bye = links[0]?.send('BYE', { Error: 'redirect', Server: 'two.b.example:2780' }) ?? '';
  expect((await links[0]?.response(bye))?.ok).toBe(true);
  await deliver(1);
  links[1]?.break();
  await federation.settle();
  await deliver(2);
  expect(servers).toEqual([undefined, 'two.b.example:2780', undefined]);
});

test('who has opened the link to us sends us nowhere', async () => {
  await deliver(0);
  links[0]?.break();
  federation.play('b.example', (peer, { server }) => {
    servers.push(server);
    void (async () => {
      peer.ok(await peer.next('HELLO'), welcome);
      const asked = await peer.next();
      peer.ok(asked, { 'Auth-State': 'done' });
      if (asked.method === 'AUTH') links.push(peer);
    })();
  });
  const link = await federation.open('b.example', a);
  await link.demand('AUTH', { Mechanism: 'CALLBACK', 'Content-Type': 'application/sasl' }, 'x'.repeat(32));
  await link.demand('BYE', { Error: 'redirect', Server: 'two.b.example:2780' });
  await deliver(1);
  expect(servers.filter((server) => server !== undefined)).toEqual([]);
});

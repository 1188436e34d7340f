// [IMPP 4] "Requests may be pipelined both ways and answered in any order, except that requests of one sender for
// the same Target take effect in the order sent", here for what sections 7 to 10 ask for: everything in one write.

import { beforeAll, expect, test } from 'vitest';
import {
  closedOf,
  composed,
  couple,
  next,
  openOf,
  PRESENCE,
  RULES,
  rule,
  setRules,
  userOf,
} from './people.ts';
import { type Client, type Domain, type HeaderList, startDomain, type Wire } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

type Ask = readonly [method: string, headers: HeaderList, body?: string | Buffer];
let runs = 0;
async function atOnce(client: Client, asks: readonly Ask[]): Promise<Wire[]> {
  const run = ++runs;
  const ids = asks.map((_, at) => `o${run}.${at}`);
  client.write(
    Buffer.concat(asks.map(([method, headers, body], at) => client.compose(method, headers, body, ids[at]))),
  );
  return Promise.all(ids.map((id) => client.response(id)));
}
const tokens = (responses: readonly Wire[]) => responses.map((it) => it.get('Error') ?? 'OK');

test('CHANGE and FETCH', async () => {
  const { alice, a } = await couple(domain);
  const asks: Ask[] = [];
  for (let at = 0; at < 10; at += 1)
    asks.push(['CHANGE', { Target: a, ...PRESENCE }, openOf(a, `${at}`)], ['FETCH', { Target: a }]);
  asks.push(['CHANGE', { Target: a, 'Lease-Time': '0' }], ['FETCH', { Target: a }]);
  const got = (await atOnce(alice, asks)).filter((it) => it.method === 'FETCH');
  expect(got.map((it) => it.body.toString())).toEqual([
    ...Array.from({ length: 10 }, (_, at) => openOf(a, `${at}`)),
    closedOf(a),
  ]);
});

test('SUBSCRIBE, UNSUBSCRIBE and GET-SUBSCRIPTION', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  const to = { Target: a };
  const got = await atOnce(bob, [
    ['GET-SUBSCRIPTION', to],
    ['SUBSCRIBE', to],
    ['GET-SUBSCRIPTION', to],
    ['UNSUBSCRIBE', to],
    ['UNSUBSCRIBE', to],
    ['SUBSCRIBE', { ...to, 'Lease-Time': '700' }],
    ['GET-SUBSCRIPTION', to],
  ]);
  expect(tokens(got)).toEqual(['subscription-unknown', 'OK', 'OK', 'OK', 'subscription-unknown', 'OK', 'OK']);
  expect(Number(got[6]?.get('Lease-Time'))).toBeLessThanOrEqual(700);
});

test('SET-ACL and what it governs', async () => {
  const { alice, a, b } = await couple(domain);
  const rules = (view: string) => `<acl>${rule(b, { subscribe: 'allow', view })}</acl>`;
  const got = await atOnce(alice, [
    ['CHANGE', { Target: a, ...PRESENCE, View: 'one' }, openOf(a, 'one')],
    ['SET-ACL', { Target: a, ...RULES }, rules('one')],
    ['FETCH', { Target: a, Watcher: b }],
    ['SET-ACL', { Target: a, ...RULES }, rules('two')],
    ['FETCH', { Target: a, Watcher: b }],
    ['GET-ACL', { Target: a }],
  ]);
  expect(got[2]?.body.toString()).toBe(openOf(a, 'one'));
  expect(got[4]?.body.toString()).toBe(closedOf(a));
  expect(got[5]?.body.toString()).toBe(rules('two'));
});

test('SET-DOCUMENT and GET-DOCUMENT', async () => {
  const { alice } = await couple(domain);
  const text = { Name: 'contacts', 'Content-Type': 'text/plain' };
  const got = await atOnce(alice, [
    ['SET-DOCUMENT', { ...text, 'If-Revision': '0' }, 'one'],
    ['GET-DOCUMENT', { Name: 'contacts' }],
    ['SET-DOCUMENT', { ...text, 'If-Revision': '0' }, 'two'],
    ['SET-DOCUMENT', text, 'three'],
    ['GET-DOCUMENT', { Name: 'contacts' }],
    ['SET-DOCUMENT', { Name: 'contacts' }],
    ['GET-DOCUMENT', { Name: 'contacts' }],
  ]);
  expect(tokens(got)).toEqual(['OK', 'OK', 'conflict', 'OK', 'OK', 'OK', 'OK']);
  expect(got[1]?.body.toString()).toBe('one');
  expect(got[4]?.body.toString()).toBe('three');
  expect(got[6]?.get('Revision')).toBe('0');
});

test('SEND to oneself, and the inbox', async () => {
  const { alice, a } = await couple(domain);
  const got = await atOnce(alice, [
    composed(alice, a, 'one'),
    composed(alice, a, 'two'),
    composed(alice, a, 'three'),
  ]);
  expect(tokens(got)).toEqual(['OK', 'OK', 'OK']);
  const desk = await domain.login(userOf(a), 'desk', { 'Inbox-After': '0' });
  const entries = await next(desk, 'SEND', 3);
  expect(entries.map((it) => /one|two|three/.exec(it.body.toString())?.[0])).toEqual(['one', 'two', 'three']);
});

test('a BYE after them: what is pending is finished, then OK, then the end', async () => {
  const { alice, bob, a, b } = await couple(domain);
  const identity = { ...alice.identity };
  alice.write(
    Buffer.concat([
      alice.compose('CHANGE', { Target: a, ...PRESENCE, 'Lease-Time': 'infinity' }, openOf(a, 'kept'), 'x1'),
      alice.compose(...composed(alice, b, 'last words'), 'x2'),
      alice.compose('SET-DOCUMENT', { Name: 'contacts', 'Content-Type': 'text/plain' }, 'kept', 'x3'),
      alice.compose('BYE', {}, undefined, 'x4'),
    ]),
  );
  for (const id of ['x1', 'x2', 'x3', 'x4']) expect((await alice.response(id)).kind).toBe('OK');
  await alice.closed();
  expect((await bob.incoming('SEND')).get('Connection-ID')).toBe(identity['Connection-ID']);
  const back = await domain.login(userOf(a), 'laptop');
  expect((await back.succeed('FETCH', { Target: a })).body.toString()).toBe(openOf(a, 'kept'));
  expect((await back.succeed('GET-DOCUMENT', { Name: 'contacts' })).body.toString()).toBe('kept');
});

test('an unanswered SEND waits for its device, and holds up nothing else', async () => {
  const { alice, bob, a, b } = await couple(domain);
  bob.isAnswering = false;
  alice.send(...composed(alice, b, 'unanswered'), 'slow');
  await bob.incoming('SEND');
  expect((await alice.succeed('FETCH', { Target: a })).kind).toBe('OK');
  expect((await alice.succeed('GET-DOCUMENT', { Name: 'x' })).kind).toBe('OK');
  expect(alice.arrived.some((it) => it.id === 'slow')).toBe(false);
  expect((await alice.response('slow')).get('Outcome')).toBe('stored');
});

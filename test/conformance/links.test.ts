// Between domains [IMPP 12]: real programs that have never met, with certificates, SRV records and CALLBACK.

import { beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { World } from './domains.ts';
import { came, freshId, publish, rule, setRules, write } from './people.ts';
import type { Client, Domain } from './wire.ts';
import { mail } from './wire.ts';

let world: World;
let a: Domain;
let b: Domain;
let alice: Client;
let bob: Client;
/** Their URLs: two people of their own for each test. */
let ALICE: string;
let BOB: string;
let count = 0;

beforeAll(async () => {
  world = await World.start();
  [a, b] = await Promise.all([
    world.domain('a.example'),
    world.domain('b.example', { issue: { uses: 'serverAuth,clientAuth' } }),
  ]);
}, 60_000);

beforeEach(async () => {
  count += 1;
  [ALICE, BOB] = [a.url(`alice${count}`), b.url(`bob${count}`)];
  [alice, bob] = await Promise.all([a.person(`alice${count}`, 'desk'), b.person(`bob${count}`, 'phone')]);
});

test('first contact: alice writes to bob, and his device has it before she has her OK', async () => {
  const answer = await write(alice, BOB, 'hello from elsewhere');
  expect(answer.get('Reason')).toBeUndefined();
  expect(answer.get('Outcome')).toBe('delivered');
  const message = await bob.incoming('SEND');
  expect(message.get('From')).toBe(ALICE);
  expect(message.body.toString()).toContain('hello from elsewhere');
});

test('he watches her, and is told of each change', async () => {
  await setRules(alice, rule(BOB, { subscribe: 'allow', fetch: 'allow' }));
  await publish(alice, 'here');
  const ok = await bob.succeed('SUBSCRIBE', { Target: ALICE });
  expect(ok.get('Subscription-State')).toBe('active');
  expect(ok.get('Lease-Time')).toBe('21600');
  expect(ok.body.toString()).toContain('here');
  await publish(alice, 'away for lunch');
  const notice = await bob.incoming('CHANGE-NOTIFY');
  expect(notice.get('From')).toBe(ALICE);
  expect(notice.body.toString()).toContain('away for lunch');
  expect((await bob.succeed('FETCH', { Target: ALICE })).body.toString()).toContain('lunch');
  expect((await bob.succeed('GET-SUBSCRIPTION', { Target: ALICE })).get('Subscription-State')).toBe('active');
  await bob.succeed('UNSUBSCRIBE', { Target: ALICE });
  expect(await bob.errorOf('GET-SUBSCRIPTION', { Target: ALICE })).toBe('subscription-unknown');
});

describe('a message', () => {
  test('stands in the sender’s own inbox, once, for the other devices', async () => {
    const tablet = await a.login(`alice${count}`, 'tablet');
    const id = freshId();
    expect((await write(alice, BOB, 'once', { 'Message-ID': id })).get('Outcome')).toBe('delivered');
    const copy = await tablet.incoming('SEND');
    expect([copy.get('Copy'), copy.get('Message-ID')]).toEqual(['sent', id]);
    expect((await write(alice, BOB, 'once', { 'Message-ID': id })).get('Outcome')).toBe('delivered');
    expect(await came(tablet, 'SEND')).toEqual([]);
    expect((await came(bob, 'SEND')).filter((it) => it.get('Message-ID') === id)).toHaveLength(1);
  });

  test('is stored where nobody is attached', async () => {
    const carol = await b.person('carol');
    await carol.succeed('BYE');
    expect((await write(alice, b.url('carol'), 'later')).get('Outcome')).toBe('stored');
  });

  test('is refused there as it would be here', async () => {
    expect((await write(alice, b.url('nobody'), 'x')).get('Error')).toBe('target-unknown');
    await setRules(bob, rule(ALICE, { send: 'deny' }));
    expect((await write(alice, BOB, 'x')).get('Error')).toBe('permission-denied');
    await setRules(bob);
  });

  test('larger than a link takes whole goes as it is, and is fetched', async () => {
    const tablet = await a.login(`alice${count}`, 'tablet');
    const bulk = await a.login(`alice${count}`, 'desk', { Purpose: 'bulk' });
    const id = freshId();
    const body = Buffer.concat([mail(ALICE, BOB, '', id), Buffer.alloc(900_000, 'x')]);
    const headers = { Target: BOB, 'Message-ID': id, 'Content-Type': 'message/rfc822' };
    const ok = await bulk.succeed('SEND', headers, body);
    expect(ok.get('Outcome')).toBe('stored');
    const notice = await bob.incoming('SEND', (it) => it.get('Message-ID') === id);
    expect(notice.get('Body-Deferred')).toBe(String(body.length));
    const fetching = await b.login(`bob${count}`, 'phone', { Purpose: 'bulk' });
    const entry = await fetching.succeed('GET-MESSAGE', {
      'Inbox-Sequence': notice.get('Inbox-Sequence') ?? '',
    });
    expect(entry.body.equals(body)).toBe(true);
    const copy = await tablet.incoming('SEND', (it) => it.get('Message-ID') === id);
    expect(copy.get('Copy')).toBe('sent');
  });
});

describe('a domain that is not there', () => {
  test.each<[string, string, () => void]>([
    ['without records and address', 'gone.example', () => {}],
    [
      'that declares to have no such service',
      'mute.example',
      () => {
        world.zone['_im._impp.mute.example'] = [
          { type: 'SRV', priority: 0, weight: 0, port: 0, target: '.' },
        ];
      },
    ],
    [
      'of which DNS says nothing',
      'broken.example',
      () => {
        world.zone['_im._impp.broken.example'] = 'SERVFAIL';
      },
    ],
    [
      'whose servers are all down',
      'down.example',
      () => world.announce('down.example', { host: '127.0.0.1', port: 1 }),
    ],
  ])('%s: connection-failure', async (_, name, arrange) => {
    arrange();
    expect((await write(alice, `impp://${name}/x`, 'x')).get('Error')).toBe('connection-failure');
    expect((await write(alice, BOB, 'still')).get('Outcome')).toBe('delivered');
  });

  test('but one of its servers is: every target is tried', async () => {
    const c = await world.play('half.example');
    const dead = { type: 'SRV', priority: 0, weight: 0, port: 1, target: 'server.half.example' } as const;
    const alive = { ...dead, priority: 1, port: c.place.port } as const;
    world.zone['_im._impp.half.example'] = [dead, alive];
    const sending = write(alice, 'impp://half.example/x', 'x');
    const { client } = await c.link();
    client.answer(await client.incoming('SEND'), { Outcome: 'unknown' });
    expect((await sending).get('Outcome')).toBe('unknown');
  });
});

test('who is forwarded to a third domain is found there: every step says where', async () => {
  const c = await world.domain('third.example');
  const carol = await c.person('carol');
  await setRules(carol, rule('*', { subscribe: 'allow' }));
  await publish(carol, 'over here');
  await setRules(bob, rule('*', { subscribe: 'allow', fetch: 'allow' }));
  const to = c.url('carol');
  const forward = `<profile><listed>nobody</listed><forward><kind>temporary</kind><to>${to}</to></forward></profile>`;
  const watching = await alice.succeed('SUBSCRIBE', { Target: BOB });
  expect(watching.get('Subscription-State')).toBe('active');
  await bob.succeed('SET-DOCUMENT', { Name: 'profile', 'Content-Type': 'application/impp-profile' }, forward);
  const ended = await alice.incoming('TERMINATE-SUBSCRIPTION');
  expect([ended.get('Error'), ended.get('Location')]).toEqual(['temporarily-forwarded', to]);
  for (const method of ['SUBSCRIBE', 'FETCH']) {
    const answer = await alice.request(method, { Target: BOB });
    expect([answer.get('Error'), answer.get('Location')]).toEqual(['temporarily-forwarded', to]);
  }
  const sent = await write(alice, BOB, 'where are you?');
  expect([sent.get('Error'), sent.get('Location')]).toEqual(['temporarily-forwarded', to]);
  expect((await write(alice, to, 'here you are')).get('Outcome')).toBe('delivered');
  expect((await alice.succeed('SUBSCRIBE', { Target: to })).body.toString()).toContain('over here');
});

test('LOOKUP finds those listed for everyone', async () => {
  const profile = (listed: string, name: string) =>
    `<profile><display-name>${name}</display-name><listed>${listed}</listed></profile>`;
  const type = { Name: 'profile', 'Content-Type': 'application/impp-profile' };
  await bob.succeed('SET-DOCUMENT', type, profile('everyone', 'Robert'));
  const answer = await alice.succeed('LOOKUP', { Target: 'impp://b.example/', Query: 'rob' });
  expect(answer.body.toString()).toContain(BOB);
});

describe('three megabytes', () => {
  const large = (from: string, to: string, id: string): Buffer =>
    Buffer.concat([mail(from, to, '', id), Buffer.alloc(3_000_000, 'many octets ')]);

  test('go to another domain octet for octet, while small ones of others go on', async () => {
    const c = await world.play(`c${count}.example`);
    const carol = `impp://${c.name}/carol`;
    const bulk = await a.login(`alice${count}`, 'desk', { Purpose: 'bulk' });
    const id = freshId();
    const body = large(ALICE, carol, id);
    const sending = bulk.send(
      'SEND',
      { Target: carol, 'Message-ID': id, 'Content-Type': 'message/rfc822' },
      body,
    );
    const { client: link } = await c.link();
    const asked = await link.incoming('SEND');
    expect(asked.body.equals(body)).toBe(true);
    expect((await write(alice, BOB, 'meanwhile')).get('Outcome')).toBe('delivered');
    link.answer(asked, { Outcome: 'stored' });
    expect((await bulk.response(sending)).get('Outcome')).toBe('stored');
    link.destroy();
  });

  test('come from another domain, and are fetched when they are wanted', async () => {
    const d = await world.play(`d${count}.example`);
    const dave = `impp://${d.name}/dave`;
    const link = await d.open(a);
    const id = freshId();
    const body = large(dave, ALICE, id);
    const headers = { From: dave, 'Connection-ID': 'c', Target: ALICE, 'Message-ID': id };
    const ok = await link.succeed('SEND', { ...headers, 'Content-Type': 'message/rfc822' }, body);
    expect(ok.get('Outcome')).toBe('stored');
    expect((await alice.incoming('SEND')).get('Body-Deferred')).toBe(String(body.length));
    await link.ping();
  });
});

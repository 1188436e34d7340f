// Between domains [IMPP 12] without TLS, by routes or none at all, and what a domain that was seen secure is due.

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, test } from 'vitest';
import { World } from './domains.ts';
import { composed, freshId, MESSAGE, write } from './people.ts';
import { type Client, type Domain, mail } from './wire.ts';

let world: World;

beforeAll(async () => {
  world = await World.start();
}, 60_000);

describe('three domains in clear, where their operators say so', () => {
  let domains: Domain[];

  beforeAll(async () => {
    // One is found by its route, one by its address at the port that everyone knows, one by SRV.
    const addresses = ['127.81.0.1:2779', '127.81.0.2:2779', '127.81.0.3:2790'];
    const routes = (self: string) =>
      self === 'route.example' ? [] : [`federation.routes."route.example"=${addresses[0]}`];
    world.zone['address.example'] = [{ type: 'A', address: '127.81.0.2' }];
    const names = ['route.example', 'address.example', 'srv.example'];
    domains = await Promise.all(
      names.map((name, index) =>
        world.domain(name, {
          isInClear: true,
          listen: addresses[index] ?? '',
          settings: routes(name),
          isAnnounced: name === 'srv.example',
        }),
      ),
    );
  }, 60_000);

  test('first contact: everyone writes to everyone', async () => {
    const people = await Promise.all(domains.map((domain) => domain.person('p')));
    for (const [from, sender] of people.entries()) {
      for (const to of domains) {
        if (to === domains[from]) continue;
        const answer = await write(sender, to.url('p'), `to ${to.name}`);
        expect([domains[from]?.name, to.name, answer.get('Outcome'), answer.get('Reason')]).toEqual([
          domains[from]?.name,
          to.name,
          'delivered',
          undefined,
        ]);
      }
    }
  });

  test('one that was restarted is reached again, and what it has not answered is asked again', async () => {
    const [first, second] = domains as [Domain, Domain];
    const sender = await first.person('again');
    const receiver = await second.person('again');
    expect((await write(sender, second.url('again'), 'one')).get('Outcome')).toBe('delivered');
    receiver.destroy();
    await second.stop();
    expect((await write(sender, second.url('again'), 'two')).get('Error')).toBe('connection-failure');
    domains[1] = await world.domain(second.name, {
      isInClear: true,
      listen: `${second.host}:${second.port}`,
      data: second.data,
      settings: ['federation.routes."route.example"=127.81.0.1:2779'],
      isAnnounced: false,
    });
    // Until the next attempt is due it fails at once.
    const [, headers, body] = composed(sender, second.url('again'), 'two');
    const said: (string | undefined)[] = [];
    await expect
      .poll(
        async () => {
          const answer = await sender.request('SEND', headers, body);
          said.push(answer.get('Outcome') ?? answer.get('Error'));
          return said.at(-1);
        },
        { timeout: 30_000 },
      )
      .toBe('stored');
    expect(new Set(said.slice(0, -1))).toEqual(new Set(said.length > 1 ? ['connection-failure'] : []));
  });
});

test('a domain that may be met in clear is met under TLS where it says that it requires it', async () => {
  const [lax, strict] = await Promise.all([
    world.domain('lax.example', { settings: ['federation.tls=off'] }),
    world.domain('strict.example'),
  ]);
  const [one, other] = await Promise.all([lax.person('p'), strict.person('p')]);
  expect((await write(one, strict.url('p'), 'up')).get('Outcome')).toBe('delivered');
  expect((await write(other, lax.url('p'), 'down')).get('Outcome')).toBe('delivered');
});

describe('policy', () => {
  let a: Domain;
  let alice: Client;

  beforeAll(async () => {
    a = await world.domain('a.example', {
      settings: [
        'federation.tls=off',
        'federation.default=refuse',
        'federation.policy."seen.example"=allow',
        'federation.policy."plain.example"=allow',
        'federation.policy."slow.example"=allow',
        'limits.requests-per-second=1000',
      ],
    });
  }, 60_000);

  test('a domain that is not allowed is refused, and the own user is told so', async () => {
    alice = await a.person('alice');
    expect((await write(alice, 'impp://stranger.example/x', 'x')).get('Error')).toBe('permission-denied');
    const stranger = await world.play('stranger.example');
    const link = await stranger.connect(a);
    expect((await stranger.hello(link, a)).get('Error')).toBe('permission-denied');
  });

  test('in clear by the operator’s leave, until the domain has been seen with a certificate', async () => {
    const seen = await world.play('seen.example');
    const clear = await seen.connect(a, { isInClear: true });
    expect((await seen.hello(clear, a)).get('Auth-Mechanisms')).toBe('CALLBACK');

    const secure = await seen.open(a, { isShown: true, mechanism: 'EXTERNAL' });
    await secure.ping();
    secure.destroy();

    expect((await seen.callback(clear, seen.token())).get('Error')).toBe('tls-required');
    const again = await seen.connect(a, { isInClear: true });
    const ok = await seen.hello(again, a);
    expect([ok.get('TLS'), ok.get('Auth-Mechanisms')]).toEqual(['required', '']);
    expect((await seen.callback(again, seen.token())).get('Error')).toBe('tls-required');

    alice = await a.person('anna');
    const id = alice.send(...composed(alice, 'impp://seen.example/x', 'under TLS'));
    const { client: link } = await seen.link();
    link.answer(await link.incoming('SEND'), { Outcome: 'unknown' });
    expect((await alice.response(id)).get('Outcome')).toBe('unknown');

    // Until the operator says that it is so.
    const options = ['--domain', a.name, '--data', a.data];
    await promisify(execFile)(process.execPath, [
      'server/index.ts',
      'domain',
      'forget',
      'seen.example',
      ...options,
    ]);
    const after = await seen.connect(a, { isInClear: true });
    expect((await seen.hello(after, a)).get('Auth-Mechanisms')).toBe('CALLBACK');
  });

  test('a callback in clear shows no certificate: nothing is remembered of it', async () => {
    const plain = await world.play('plain.example', { isInClear: true });
    const secure = await plain.open(a);
    await secure.ping();
    const clear = await plain.open(a, { isInClear: true });
    await clear.ping();
  });

  test('callbacks for one address are limited', async () => {
    const slow = await world.play('slow.example', { isInClear: true });
    slow.isSilent = true;
    const links = await Promise.all(
      Array.from({ length: 12 }, async () => {
        const link = await slow.connect(a, { isInClear: true });
        await slow.hello(link, a);
        return link;
      }),
    );
    // Which of them come last is not for the test to say.
    const refused: (string | undefined)[][] = [];
    const answers = links.map(async (link) => {
      const answer = await slow.callback(link, slow.token());
      refused.push([answer.get('Error'), answer.get('Retry-After')]);
    });
    await expect.poll(() => refused.length).toBe(4);
    expect(refused).toEqual(Array.from({ length: 4 }, () => ['too-many-requests', '10']));
    for (const link of links) link.destroy();
    await Promise.allSettled(answers);
  });
});

test('what comes in the name of another server of one’s own domain is nobody’s', async () => {
  const a = await world.domain('own.example', { settings: ['federation.tls=off'] });
  const fake = await world.play('own2.example');
  const link = await fake.connect(a);
  expect((await fake.hello(link, a, { From: 'impp://own.example/' })).get('Error')).toBe('permission-denied');
  expect(
    await link.errorOf('SEND', { ...MESSAGE, 'Message-ID': freshId() }, mail('x', 'y', '', freshId())),
  ).toBe('user-authentication-required');
});

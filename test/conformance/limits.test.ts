// [IMPP 11, 13] Rates, connections, leases: the defaults, and the errors with what they carry.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Domain, mail, startDomain } from './wire.ts';

let domain: Domain;
let slow: Domain;
beforeAll(async () => {
  [domain, slow] = await Promise.all([
    startDomain(),
    startDomain({
      settings: [
        'limits.requests-per-second=2',
        'limits.request-burst=10',
        'limits.connections=3',
        'limits.inbox-quota=3000',
        'inbox.delivery-wait-ms=0',
      ],
    }),
  ]);
}, 40_000);

const document = (url: string) =>
  `<presence><entity>${url}</entity><tuple><id>a</id><status>open</status></tuple></presence>`;

describe('leases', () => {
  let alice: Client;
  beforeAll(async () => {
    (await domain.person('alice')).destroy();
    (await domain.person('bob')).destroy();
  });
  const change = async (lease?: string) => {
    alice = await domain.login('alice', 'phone');
    const headers = {
      Target: domain.url('alice'),
      'Content-Type': 'application/presence',
      'Lease-Time': lease,
    };
    return (await alice.succeed('CHANGE', headers, document(domain.url('alice')))).get('Lease-Time');
  };
  test.each([
    [undefined, '120'],
    ['1', '30'],
    ['30', '30'],
    ['31', '31'],
    ['3600', '3600'],
    ['3601', '3600'],
    ['2147483647', '3600'],
    ['infinity', 'infinity'],
  ])('of presence: %s is granted %s', async (asked, granted) => {
    expect(await change(asked)).toBe(granted);
  });
  test.each([
    [undefined, '3600'],
    ['1', '60'],
    ['60', '60'],
    ['61', '61'],
    ['86400', '86400'],
    ['86401', '86400'],
    ['infinity', '86400'],
  ])('of subscriptions: %s is granted %s', async (asked, granted) => {
    const bob = await domain.login('bob', 'phone');
    const ok = await bob.succeed('SUBSCRIBE', { Target: domain.url('alice'), 'Lease-Time': asked });
    expect(ok.get('Lease-Time')).toBe(granted);
    const left = Number(
      (await bob.succeed('GET-SUBSCRIPTION', { Target: domain.url('alice') })).get('Lease-Time'),
    );
    expect(left).toBeLessThanOrEqual(Number(granted));
    expect(left).toBeGreaterThan(Number(granted) - 10);
  });
  test('a subscription for 0 is bad-request', async () => {
    const bob = await domain.login('bob', 'phone');
    expect(await bob.errorOf('SUBSCRIBE', { Target: domain.url('alice'), 'Lease-Time': '0' })).toBe(
      'bad-request',
    );
  });
});

describe('requests of an account', () => {
  test('over the burst are too-many-requests with Retry-After; the connection goes on', async () => {
    const client = await slow.person('carol');
    const octets = Array.from({ length: 30 }, (_, at) =>
      client.compose('FETCH', { Target: slow.url('carol') }, undefined, `r${at}`),
    );
    client.write(Buffer.concat(octets));
    const answers = await Promise.all(octets.map(async (_, at) => client.response(`r${at}`)));
    const refused = answers.filter((it) => it.get('Error') === 'too-many-requests');
    expect(answers.filter((it) => it.kind === 'OK').length).toBeGreaterThanOrEqual(5);
    expect(refused.length).toBeGreaterThanOrEqual(15);
    for (const answer of refused) {
      expect(answer.get('Retry-After')).toMatch(/^[1-9]\d*$/);
      expect(answer.get('To')).toBe(slow.url('carol'));
    }
    expect(client.isClosed).toBe(false);
  });
  test('acknowledgements do not count', async () => {
    const [dave, erin] = [await slow.person('dave'), await slow.person('erin')];
    for (let at = 0; at < 6; at += 1) {
      const id = `<${at}@x>`;
      await dave.succeed(
        'SEND',
        { Target: slow.url('erin'), 'Content-Type': 'message/rfc822', 'Message-ID': id },
        mail(slow.url('dave'), slow.url('erin'), 'x', id),
      );
      await erin.incoming('SEND');
    }
    // Nine of the burst of ten are left beside the six acknowledgements and ATTACH.
    const answers: string[] = [];
    for (let at = 0; at < 8; at += 1) answers.push(await erin.errorOf('FETCH', { Target: slow.url('erin') }));
    expect(new Set(answers)).toEqual(new Set(['OK']));
  });
});

test('connections of an account over the limit are too-many-requests with Retry-After', async () => {
  await slow.person('frank', 'one');
  await slow.login('frank', 'two');
  await slow.login('frank', 'three');
  const client = await slow.connect();
  await client.hello(slow.name);
  let answer = await client.authenticate('frank', 'password of frank');
  if (answer.kind === 'OK') answer = await client.request('ATTACH', { Device: 'four' });
  expect(answer.get('Error')).toBe('too-many-requests');
  expect(answer.get('Retry-After')).toMatch(/^[1-9]\d*$/);
});

test('undelivered octets over the quota: mailbox-full', async () => {
  const gina = await slow.person('gina');
  const hugo = await slow.person('hugo');
  hugo.destroy();
  await hugo.closed();
  const send = async (id: string) =>
    gina.request(
      'SEND',
      { Target: slow.url('hugo'), 'Content-Type': 'message/rfc822', 'Message-ID': id },
      mail(slow.url('gina'), slow.url('hugo'), 'x'.repeat(1_500), id),
    );
  expect((await send('<1@q>')).get('Outcome')).toBe('stored');
  await send('<2@q>');
  const full = await send('<3@q>');
  expect(full.get('Error')).toBe('mailbox-full');
});

describe('every ERROR', () => {
  test('has Error with a token of the page and Reason for people', async () => {
    const client = await domain.connect();
    const tokens =
      /^(target-unknown|bad-request|operation-not-supported|user-authentication-required|authentication-failed)$/;
    await client.errorOf('PING');
    for (const [method, headers] of [
      ['HELLO', { Domain: 'other.example', Role: 'client' }],
      ['HELLO', {}],
      ['X-NEW', {}],
      ['FETCH', {}],
    ] as [string, Record<string, string>][]) {
      const error = await client.request(method, headers);
      expect(error.kind).toBe('ERROR');
      expect(error.get('Error')).toMatch(tokens);
      expect(error.get('Reason')?.length).toBeGreaterThan(3);
      expect(error.get('Reason')).toMatch(/^[\u0020-\u007e\u00a0-\uffff]*$/u);
    }
  });
  test('never repeats what was sent as a header of its own', async () => {
    const client = await domain.connect();
    const error = await client.request('HELLO', { Domain: 'x: y é', Role: 'client' });
    expect(error.kind).toBe('ERROR');
    expect(error.headers.map(([name]) => name).filter((name) => !['Error', 'Reason'].includes(name))).toEqual(
      [],
    );
  });
});

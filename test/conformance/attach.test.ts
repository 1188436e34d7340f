// [IMPP 6] ATTACH: the endpoint, its Connection-ID, take-over, replay.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Domain, mail, startDomain } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ settings: ['inbox.delivery-wait-ms=50'] });
}, 40_000);

let count = 0;
async function send(client: Client, to: string): Promise<string> {
  count += 1;
  const id = `<${count}@x>`;
  const headers = { Target: domain.url(to), 'Content-Type': 'message/rfc822', 'Message-ID': id };
  await client.succeed('SEND', headers, mail(client.identity['From'] ?? '', domain.url(to), 'x', id));
  return id;
}

async function sequences(client: Client, many: number): Promise<string[]> {
  const seen: string[] = [];
  while (seen.length < many) seen.push((await client.incoming('SEND')).get('Inbox-Sequence') ?? '');
  return seen;
}

describe('OK (ATTACH)', () => {
  test('says the Connection-ID, what is in force, and an empty inbox as 1 and 0', async () => {
    const client = await domain.person('new');
    client.destroy();
    const again = await domain.login('new');
    const ok = await again.attach(domain.url('new'), 'desk', {
      'Device-Name': 'Schreibtisch ü',
      Purpose: 'interactive',
    });
    expect(ok.get('Connection-ID')).toMatch(/^[A-Za-z0-9._-]{1,64}$/);
    expect(ok.get('Max-Message-Size')).toBe(String(1024 * 1024));
    expect(ok.get('Inbox-First')).toBe('1');
    expect(ok.get('Inbox-Last')).toBe('0');
    expect(ok.get('Count')).toBe('0');
  });
  test('a bulk connection has the size of bulk and a Connection-ID of its own', async () => {
    const phone = await domain.person('bulky', 'phone');
    const ids = [phone.identity['Connection-ID']];
    for (let at = 0; at < 2; at += 1) {
      const bulk = await domain.login('bulky');
      const ok = await bulk.attach(domain.url('bulky'), 'phone', { Purpose: 'bulk' });
      expect(ok.get('Max-Message-Size')).toBe(String(10 * 1024 * 1024));
      ids.push(ok.get('Connection-ID'));
      expect(await bulk.errorOf('FETCH', { Target: domain.url('bulky') })).toBe('OK');
    }
    expect(new Set(ids).size).toBe(3);
    // Nothing was taken over.
    await phone.ping();
    expect(phone.arrived).toEqual([]);
  });
  test('a bulk connection is delivered nothing', async () => {
    const phone = await domain.person('bulk-receiver', 'phone');
    const bulk = await domain.login('bulk-receiver', 'phone', { Purpose: 'bulk' });
    const sender = await domain.person('bulk-sender');
    await send(sender, 'bulk-receiver');
    await phone.incoming('SEND');
    await bulk.ping();
    expect(bulk.arrived).toEqual([]);
  });
});

describe('the Connection-ID', () => {
  test('is the same each time for the same account, Device and inbox, and another for another', async () => {
    const first = await domain.person('same', 'phone');
    const phone = first.identity['Connection-ID'];
    first.destroy();
    const again = await domain.login('same', 'phone');
    expect(again.identity['Connection-ID']).toBe(phone);
    const desk = await domain.login('same', 'desk');
    expect(desk.identity['Connection-ID']).not.toBe(phone);
    const other = await domain.person('different', 'phone');
    expect(other.identity['Connection-ID']).not.toBe(phone);
  });
});

test('a client that sends a Connection-ID with ATTACH hears the one it is given', async () => {
  const phone = await domain.person('echo', 'phone');
  const client = await domain.login('echo');
  const ok = await client.succeed('ATTACH', { ...phone.identity, Device: 'desk' });
  expect(ok.get('Connection-ID')).not.toBe(phone.identity['Connection-ID']);
  client.identity = { From: domain.url('echo'), 'Connection-ID': ok.get('Connection-ID') ?? '' };
  expect(await client.errorOf('FETCH', { Target: domain.url('echo') })).toBe('OK');
});

describe('ATTACH is bad-request', () => {
  test.each<[string, Record<string, string | undefined>]>([
    ['without Device', { Device: undefined }],
    ['with an empty Device', { Device: '' }],
    ['with a Device that is no token', { Device: 'my phone' }],
    ['with a Device of 65', { Device: 'd'.repeat(65) }],
    ['with another Purpose', { Purpose: 'fun' }],
    ['with an Inbox-After that is no number', { 'Inbox-After': 'all' }],
    ['with a negative Inbox-After', { 'Inbox-After': '-1' }],
  ])('%s', async (name, change) => {
    const user = name.replaceAll(/[^a-z]/gi, '').toLowerCase();
    (await domain.person(user)).destroy();
    const client = await domain.login(user);
    expect(await client.errorOf('ATTACH', { Device: 'd', ...change })).toBe('bad-request');
    await client.attach(domain.url(user), 'd'.repeat(64));
  });
});

describe('Inbox-After', () => {
  test('replays the entries after it, in order, and Count says how many', async () => {
    const alice = await domain.person('alice');
    const bob = await domain.person('bob', 'phone');
    bob.destroy();
    const sent: string[] = [];
    for (let at = 0; at < 5; at += 1) sent.push(await send(alice, 'bob'));
    const client = await domain.login('bob');
    const ok = await client.attach(domain.url('bob'), 'phone', { 'Inbox-After': '2' });
    expect([ok.get('Inbox-First'), ok.get('Inbox-Last'), ok.get('Count')]).toEqual(['1', '5', '3']);
    const replayed = [
      await client.incoming('SEND'),
      await client.incoming('SEND'),
      await client.incoming('SEND'),
    ];
    expect(replayed.map((it) => it.get('Inbox-Sequence'))).toEqual(['3', '4', '5']);
    expect(replayed.map((it) => it.get('Message-ID'))).toEqual(sent.slice(2));
    expect(replayed.every((it) => it.get('From') === domain.url('alice'))).toBe(true);
    const all = await domain.login('bob');
    expect((await all.attach(domain.url('bob'), 'desk', { 'Inbox-After': '0' })).get('Count')).toBe('5');
    expect(await sequences(all, 5)).toEqual(['1', '2', '3', '4', '5']);
  });
  test('absent: nothing is replayed', async () => {
    const client = await domain.login('bob');
    const ok = await client.attach(domain.url('bob'), 'tablet');
    expect([ok.get('Inbox-Last'), ok.get('Count')]).toEqual(['5', '0']);
    await client.ping();
    expect(client.arrived).toEqual([]);
  });
  test('above Inbox-Last counts as Inbox-Last', async () => {
    const client = await domain.login('bob');
    const ok = await client.attach(domain.url('bob'), 'watch', { 'Inbox-After': '9007199254740991' });
    expect([ok.get('Inbox-Last'), ok.get('Count')]).toEqual(['5', '0']);
    const alice = await domain.login('alice', 'phone');
    await send(alice, 'bob');
    expect((await client.incoming('SEND')).get('Inbox-Sequence')).toBe('6');
  });
});

describe('a second interactive ATTACH of the same account and Device', () => {
  test('takes over: the older connection gets BYE, the newer one the messages', async () => {
    const older = await domain.person('carl', 'phone');
    const newer = await domain.login('carl', 'phone');
    expect(newer.identity).toEqual(older.identity);
    await older.incoming('BYE');
    await older.closed();
    const sender = await domain.person('carla');
    await send(sender, 'carl');
    await newer.incoming('SEND');
  });
  test('takes over subscriptions too: notifications come without subscribing again', async () => {
    const dora = await domain.person('dora');
    const older = await domain.person('dan', 'phone');
    const rules = `<acl><rule><who>${domain.url('dan')}</who><subscribe>allow</subscribe></rule></acl>`;
    await dora.succeed(
      'SET-ACL',
      { Target: domain.url('dora'), 'Content-Type': 'application/impp-acl' },
      rules,
    );
    expect((await older.succeed('SUBSCRIBE', { Target: domain.url('dora') })).get('Subscription-State')).toBe(
      'active',
    );
    const newer = await domain.login('dan', 'phone');
    await older.closed();
    expect(
      (await newer.succeed('GET-SUBSCRIPTION', { Target: domain.url('dora') })).get('Subscription-State'),
    ).toBe('active');
    const object = `<presence><entity>${domain.url('dora')}</entity><tuple><id>a</id><status>open</status></tuple></presence>`;
    await dora.succeed(
      'CHANGE',
      { Target: domain.url('dora'), 'Content-Type': 'application/presence' },
      object,
    );
    const notice = await newer.incoming('CHANGE-NOTIFY');
    expect(notice.body.toString()).toBe(object);
    expect(notice.get('Target-Connection-ID')).toBe(newer.identity['Connection-ID']);
  });
  test('what the older one had not acknowledged comes again only through Inbox-After', async () => {
    const older = await domain.person('emil', 'phone');
    older.isAnswering = false;
    const sender = await domain.person('emma');
    await send(sender, 'emil');
    await older.incoming('SEND');
    const newer = await domain.login('emil', 'phone');
    await newer.ping();
    expect(newer.arrived).toEqual([]);
    const again = await domain.login('emil', 'phone', { 'Inbox-After': '0' });
    expect(await sequences(again, 1)).toEqual(['1']);
  });
  test('of another Device does not', async () => {
    const phone = await domain.person('fay', 'phone');
    const desk = await domain.login('fay', 'desk');
    await phone.ping();
    await desk.ping();
    expect(phone.arrived).toEqual([]);
  });
});

describe('another inbox', () => {
  test('whose rules do not grant read is permission-denied', async () => {
    await domain.person('gina');
    await domain.person('gus');
    const client = await domain.login('gus');
    expect(await client.errorOf('ATTACH', { Device: 'd', Target: domain.url('gina') })).toBe(
      'permission-denied',
    );
    await client.attach(domain.url('gus'), 'd', { Target: domain.url('gus') });
  });
});

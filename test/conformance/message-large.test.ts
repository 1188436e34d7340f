// [IMPP 8] Large messages: bulk connections, Body-Deferred, and a full inbox.

import { beforeAll, describe, expect, test } from 'vitest';
import { came, composed, couple, freshId, userOf, write } from './people.ts';
import { type Domain, mail, startDomain } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ settings: ['inbox.delivery-wait-ms=1000', 'limits.inbox-quota=400000'] });
}, 40_000);

const LARGE = 'x'.repeat(70_000);

describe('a bulk connection', () => {
  test('has a Connection-ID of its own and takes up to 10 MiB', async () => {
    const { alice, a } = await couple(domain);
    const bulk = await domain.login(userOf(a));
    const ok = await bulk.attach(a, 'laptop', { Purpose: 'bulk' });
    expect(ok.get('Connection-ID')).not.toBe(alice.identity['Connection-ID']);
    expect(ok.get('Max-Message-Size')).toBe(String(10 * 1024 * 1024));
    const response = await write(bulk, domain.url('nobody'), 'x'.repeat(3 * 1024 * 1024));
    expect(response.get('Error')).toBe('target-unknown');
    await alice.ping();
  });

  test('can send; the sender’s other devices get their copy', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const bulk = await domain.login(userOf(a), 'laptop', { Purpose: 'bulk' });
    expect((await write(bulk, b, 'small')).get('Outcome')).toBe('delivered');
    expect((await bob.incoming('SEND')).get('Connection-ID')).toBe(bulk.identity['Connection-ID']);
    await alice.ping();
  });
});

describe('an entry over Bulk-Threshold', () => {
  test('goes without its body, is answered with Body-Deferred, and is delivered once fetched in bulk', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const bulk = await domain.login(userOf(a), 'laptop', { Purpose: 'bulk' });
    const desk = await domain.login(userOf(a), 'desk');
    const id = freshId();
    const body = mail(a, b, LARGE, id);
    const ok = await write(bulk, b, LARGE, { 'Message-ID': id });
    const got = await bob.incoming('SEND');
    expect(got.get('Body-Deferred')).toBe(String(body.length));
    expect(got.get('Content-Length')).toBeUndefined();
    expect(got.body).toHaveLength(0);
    expect(got.get('Inbox-Sequence')).toBe('1');
    expect(got.get('Message-ID')).toBe(id);
    expect(ok.get('Outcome')).toBe('stored');
    const fetching = await domain.login(userOf(b), 'phone', { Purpose: 'bulk' });
    const whole = await fetching.succeed('GET-MESSAGE', { 'Inbox-Sequence': '1' });
    expect(whole.body.equals(body)).toBe(true);
    expect(whole.get('Content-Type')).toBe('message/rfc822');
    await fetching.ping();
    await expect
      .poll(async () => (await write(bulk, b, LARGE, { 'Message-ID': id })).get('Outcome'), {
        timeout: 10_000,
      })
      .toBe('delivered');
    // The other devices got a copy, deferred likewise; the sending one, on its other connection, none.
    const copy = await desk.incoming('SEND');
    expect(copy.get('Copy')).toBe('sent');
    expect(copy.get('Body-Deferred')).toBe(String(body.length));
    expect(await came(alice, 'SEND')).toHaveLength(0);
  });

  test('exactly at the threshold it goes with its body; one octet over, without', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const id = freshId();
    const padding = 65_536 - mail(a, b, '', id).length;
    await write(alice, b, 'y'.repeat(padding), { 'Message-ID': id });
    const at = await bob.incoming('SEND');
    expect(at.body).toHaveLength(65_536);
    expect(at.get('Body-Deferred')).toBeUndefined();
    const other = freshId()
      .slice(0, id.length - 1)
      .padEnd(id.length - 1, 'x');
    const over = `${other}>`;
    const text = 'y'.repeat(65_537 - mail(a, b, '', over).length);
    alice.send(...composed(alice, b, text, { 'Message-ID': over }));
    const deferred = await bob.incoming('SEND');
    expect(deferred.get('Body-Deferred')).toBe('65537');
    expect(deferred.body).toHaveLength(0);
  });

  test('GET-INBOX and a replay defer it too', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    await write(alice, b, LARGE);
    const back = await domain.login(userOf(b), 'phone', { 'Inbox-After': '0' });
    expect((await back.incoming('SEND')).get('Body-Deferred')).toBeTruthy();
    await back.succeed('GET-INBOX');
    const again = await back.incoming('SEND');
    expect(again.get('Body-Deferred')).toBeTruthy();
    expect(again.get('Replay')).toBe('yes');
  });
});

test('an entry over the device’s own Max-Message-Size is deferred', async () => {
  const { alice, bob, b } = await couple(domain);
  bob.destroy();
  const small = await domain.connect();
  await small.succeed('HELLO', {
    Domain: domain.name,
    Role: 'client',
    Agent: 'small',
    'Max-Message-Size': '1000',
    'Max-Pending': '8',
  });
  await small.authenticate(userOf(b), `password of ${userOf(b)}`);
  await small.attach(b, 'watch');
  await write(alice, b, 'z'.repeat(200));
  expect((await small.incoming('SEND')).get('Body-Deferred')).toBeUndefined();
  alice.send(...composed(alice, b, 'z'.repeat(1001)));
  expect(Number((await small.incoming('SEND')).get('Body-Deferred'))).toBeGreaterThan(1001);
});

describe('a full inbox', () => {
  test('undelivered octets over the quota: mailbox-full, until a device has them', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    const text = 'w'.repeat(60_000);
    const said: (string | undefined)[] = [];
    for (let count = 0; count < 9; count += 1) {
      const response = await write(alice, b, text);
      said.push(response.get('Outcome') ?? response.get('Error'));
    }
    const kept = said.indexOf('mailbox-full');
    expect(kept).toBeGreaterThanOrEqual(5);
    expect(kept).toBeLessThanOrEqual(7);
    expect(said.slice(kept).every((it) => it === 'mailbox-full')).toBe(true);
    const back = await domain.login(userOf(b), 'phone', { 'Inbox-After': '0' });
    for (let count = 0; count < kept; count += 1)
      expect((await back.incoming('SEND')).get('Inbox-Sequence')).toBe(String(count + 1));
    await back.ping();
    await expect
      .poll(async () => (await write(alice, b, text)).get('Outcome'), { timeout: 10_000 })
      .toBe('delivered');
    expect((await back.incoming('SEND')).get('Inbox-Sequence')).toBe(String(kept + 1));
  });

  test('a full inbox of one’s own never stops one from sending', async () => {
    const { alice, bob, a, b } = await couple(domain);
    alice.destroy();
    const text = 'w'.repeat(60_000);
    for (let count = 0; count < 7; count += 1) await write(bob, a, text);
    expect((await write(bob, a, text)).get('Error')).toBe('mailbox-full');
    const back = await domain.login(userOf(a), 'laptop');
    expect((await write(back, b, 'still')).get('Outcome')).toBe('delivered');
    expect(await came(bob, 'SEND')).not.toHaveLength(0);
  });
});

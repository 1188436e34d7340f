// [IMPP 8] "Same From, Target and Message-ID again within 7 days of an OK: not delivered again, answered OK with the
// outcome as it now is": whatever has become of the message, of the rules and of the inbox meanwhile.

import { beforeAll, describe, expect, test } from 'vitest';
import { came, composed, couple, freshId, next, rule, setRules, userOf, write } from './people.ts';
import { type Domain, startDomain } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ settings: ['inbox.delivery-wait-ms=1000', 'limits.inbox-quota=100000'] });
}, 40_000);

const passed = (time: number) => expect.poll(() => Date.now() > time, { timeout: 10_000 }).toBe(true);

describe('a repeat is OK', () => {
  test('though its Expires has passed', async () => {
    const { alice, bob, b } = await couple(domain);
    const expires = Date.now() + 1500;
    const again = { 'Message-ID': freshId(), Expires: new Date(expires).toISOString() };
    expect((await write(alice, b, 'x', again)).get('Outcome')).toBe('delivered');
    await passed(expires);
    expect((await write(alice, b, 'x', again)).get('Outcome')).toBe('delivered');
    expect((await write(alice, b, 'x', { ...again, 'Message-ID': freshId() })).get('Error')).toBe(
      'bad-request',
    );
    expect(await came(bob, 'SEND')).toHaveLength(1);
  });

  test('though the rules refuse the sender now', async () => {
    const { alice, bob, a, b } = await couple(domain);
    const again = { 'Message-ID': freshId() };
    await write(alice, b, 'x', again);
    await setRules(bob, rule(a, { send: 'deny' }));
    expect((await write(alice, b, 'x', again)).get('Outcome')).toBe('delivered');
    expect((await write(alice, b, 'y')).get('Error')).toBe('permission-denied');
  });

  test('though the inbox is full now', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    const again = { 'Message-ID': freshId() };
    const text = 'w'.repeat(60_000);
    expect((await write(alice, b, text, again)).get('Outcome')).toBe('stored');
    expect((await write(alice, b, text)).get('Error')).toBe('mailbox-full');
    expect((await write(alice, b, text, again)).get('Outcome')).toBe('stored');
  });

  test('though the body is another: it is the same message', async () => {
    const { alice, bob, b } = await couple(domain);
    const again = { 'Message-ID': freshId() };
    await write(alice, b, 'one', again);
    expect((await write(alice, b, 'two', again)).get('Outcome')).toBe('delivered');
    const got = await came(bob, 'SEND');
    expect(got).toHaveLength(1);
    expect(got[0]?.body.toString()).toContain('one');
  });

  test('on another connection, while the first is open: it joins', async () => {
    const { alice, bob, a, b } = await couple(domain);
    bob.isAnswering = false;
    const again = { 'Message-ID': freshId() };
    alice.send(...composed(alice, b, 'x', again));
    const got = await bob.incoming('SEND');
    alice.destroy();
    const back = await domain.login(userOf(a), 'laptop');
    const id = back.send(...composed(back, b, 'x', again));
    await back.ping();
    bob.answer(got);
    expect(['delivered', 'stored']).toContain((await back.response(id)).get('Outcome'));
    expect((await write(back, b, 'x', again)).get('Outcome')).toBe('delivered');
    expect(await came(bob, 'SEND')).toHaveLength(0);
    // One copy, too.
    await back.succeed('GET-INBOX');
    expect((await came(back, 'SEND')).map((it) => it.get('Inbox-Sequence'))).toEqual(['1']);
  });

  test('of a message that was stored nowhere', async () => {
    const { alice, bob, b } = await couple(domain);
    const again = { 'Message-ID': freshId(), Storage: 'none' };
    expect((await write(alice, b, 'typing', again)).get('Outcome')).toBe('delivered');
    expect((await write(alice, b, 'typing', again)).get('Outcome')).toBe('delivered');
    expect(await came(bob, 'SEND')).toHaveLength(1);
  });

  test('and an error is none: what found no device is passed on when there is one', async () => {
    const { alice, bob, b } = await couple(domain);
    bob.destroy();
    const again = { 'Message-ID': freshId(), Storage: 'none' };
    await expect
      .poll(async () => (await write(alice, b, 'typing', again)).get('Error'), { timeout: 10_000 })
      .toBe('mailbox-unavailable');
    const back = await domain.login(userOf(b), 'phone');
    expect((await write(alice, b, 'typing', again)).get('Outcome')).toBe('delivered');
    expect((await next(back, 'SEND', 1))[0]?.get('Storage')).toBe('none');
  });
});

describe('Expires: never delivered to a device after it', () => {
  test('not by GET-MESSAGE, not as a copy, not out of the window', async () => {
    const { alice, bob, a, b } = await couple(domain);
    bob.destroy();
    const narrow = await domain.connect();
    await narrow.succeed('HELLO', {
      Domain: domain.name,
      Role: 'client',
      Agent: 'narrow',
      'Max-Message-Size': '1048576',
      'Max-Pending': '1',
    });
    await narrow.authenticate(userOf(b), `password of ${userOf(b)}`);
    narrow.isAnswering = false;
    await narrow.attach(b, 'watch');
    await write(alice, b, 'one');
    const one = await narrow.incoming('SEND');
    const expires = Date.now() + 1500;
    const two = await write(alice, b, 'two', { Expires: new Date(expires).toISOString() });
    expect(two.get('Outcome')).toBe('stored');
    await write(alice, b, 'three');
    await passed(expires);
    narrow.answer(one);
    const following = await narrow.incoming('SEND');
    expect(following.get('Inbox-Sequence')).toBe('3');
    narrow.answer(following);
    expect(await narrow.errorOf('GET-MESSAGE', { 'Inbox-Sequence': '2' })).toBe('message-unknown');
    const desk = await domain.login(userOf(a), 'desk', { 'Inbox-After': '0' });
    expect((await next(desk, 'SEND', 2)).map((it) => it.get('Inbox-Sequence'))).toEqual(['1', '3']);
  });
});

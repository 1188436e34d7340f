// [IMPP 2, 6, 7, 8] What is left of an account after UNREGISTER, and accounts that have one service only.

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { temporaryFolder } from '../stories/programs.ts';
import { closedOf, couple, openOf, PRESENCE, publish, rule, setRules, userOf, write } from './people.ts';
import { ITERATIONS, startDomain, VERIFIER, verifierOf } from './wire.ts';

test('UNREGISTER ends the account and all that it holds', async () => {
  const domain = await startDomain();
  const { alice, bob, a } = await couple(domain);
  const carol = await couple(domain);
  await setRules(alice, rule('*', { subscribe: 'allow', fetch: 'allow' }));
  await setRules(carol.alice, rule('*', { subscribe: 'allow' }));
  await publish(alice, 'for ever', { 'Lease-Time': 'infinity' });
  await bob.succeed('SUBSCRIBE', { Target: a });
  await alice.succeed('SUBSCRIBE', { Target: carol.a });
  await carol.alice.incoming('WATCHER-NOTIFY');
  await write(bob, a, 'x');
  const desk = await domain.login(userOf(a), 'desk');

  await alice.succeed('UNREGISTER', { Target: a });
  expect((await bob.incoming('TERMINATE-SUBSCRIPTION')).get('Error')).toBe('target-unknown');
  for (const device of [alice, desk]) {
    await device.incoming('BYE');
    await device.closed();
  }
  expect((await write(bob, a, 'y')).get('Error')).toBe('target-unknown');
  for (const method of ['FETCH', 'SUBSCRIBE', 'CHANGE'])
    expect(
      await bob.errorOf(
        method,
        { Target: a, ...(method === 'CHANGE' ? PRESENCE : {}) },
        method === 'CHANGE' ? openOf(a, 'x') : undefined,
      ),
    ).toBe('target-unknown');
  expect(await bob.errorOf('GET-SUBSCRIPTION', { Target: a })).not.toBe('OK');
  const watchers = await carol.alice.succeed('GET-WATCHERS', { Target: carol.a });
  expect(watchers.body.toString()).not.toContain(a);
  const ended = await carol.alice.incoming('WATCHER-NOTIFY');
  expect(ended.get('Subscription-State')).toBe('ended');
  expect(ended.get('Watcher')).toBe(a);

  const stranger = await domain.connect();
  await stranger.hello(domain.name);
  expect(await stranger.errorOf('REGISTER', { ...VERIFIER, Target: a }, verifierOf('new'))).toBe('conflict');
  expect((await stranger.authenticate(userOf(a), `password of ${userOf(a)}`)).get('Error')).toBe(
    'authentication-failed',
  );
});

describe('services', () => {
  test('SEND to an account without `im` fails with mailbox-unavailable, presence to one without `presence` with target-unknown', async () => {
    const data = temporaryFolder();
    for (const [user, services] of [
      ['seen', 'presence'],
      ['heard', 'im'],
    ] as const) {
      const adding = promisify(execFile)(process.execPath, [
        join(import.meta.dirname, '../../server/index.ts'),
        ...`user add ${user}@wire.example --password-stdin --services ${services}`.split(' '),
        ...`--domain wire.example --data ${data} --set auth.iterations=${ITERATIONS}`.split(' '),
      ]);
      adding.child.stdin?.end(`password of ${user}\n`);
      await adding;
    }
    const domain = await startDomain({ data });
    const { alice, a } = await couple(domain);
    const [seen, heard] = [domain.url('seen'), domain.url('heard')];
    expect((await write(alice, seen, 'x')).get('Error')).toBe('mailbox-unavailable');
    expect(await alice.errorOf('SUBSCRIBE', { Target: seen })).toBe('OK');
    expect((await write(alice, heard, 'x')).get('Outcome')).toBe('stored');
    for (const method of ['SUBSCRIBE', 'FETCH', 'UNSUBSCRIBE', 'GET-SUBSCRIPTION'])
      expect([method, await alice.errorOf(method, { Target: heard })]).toEqual([method, 'target-unknown']);
    expect(await alice.errorOf('CHANGE', { Target: heard, ...PRESENCE }, openOf(heard, 'x'))).toBe(
      'target-unknown',
    );

    const one = await domain.login('heard', 'phone', { 'Inbox-After': '0' });
    expect((await one.incoming('SEND')).get('From')).toBe(a);
    expect(await one.errorOf('CHANGE', { Target: heard, ...PRESENCE }, openOf(heard, 'x'))).toBe(
      'target-unknown',
    );
    for (const method of ['FETCH', 'SUBSCRIBE', 'GET-WATCHERS'])
      expect([method, await one.errorOf(method, { Target: heard })]).toEqual([method, 'target-unknown']);
    expect(await one.errorOf('SUBSCRIBE', { Target: a })).toBe('OK');
    expect((await write(one, a, 'back')).get('Outcome')).toBe('delivered');
    const other = await domain.login('seen', 'phone');
    const object = await publish(other, 'here');
    expect((await other.succeed('FETCH', { Target: seen })).body.toString()).toBe(object);
    await other.succeed('CHANGE', { Target: seen, 'Lease-Time': '0' });
    expect((await other.succeed('FETCH', { Target: seen })).body.toString()).toBe(closedOf(seen));
  });
});

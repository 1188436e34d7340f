import { afterEach, beforeEach, expect, test } from 'vitest';

import { noteChange } from '../../../server/admin/changes.ts';
import { watchChanges } from '../../../server/watch-changes.ts';
import { errorOf } from '../../../shared/impp/serializer.ts';
import { TestDomain, urlOf } from '../harness.ts';

let domain: TestDomain;
let unwatch: () => void;
beforeEach(async () => {
  domain = await TestDomain.start({ users: ['alice', 'bob'] });
  unwatch = watchChanges(domain.server.domain);
});
afterEach(async () => {
  unwatch();
  await domain.close();
});

test('the connections of an account that was removed get BYE, and nobody finds it any more', async () => {
  const alice = await domain.attach('alice');
  const bob = await domain.attach('bob');
  await bob.demand('SUBSCRIBE', { Target: urlOf('alice') });
  await domain.storage.removeAccount('alice', domain.clock.now() + 1e9);
  await noteChange(domain.storage, 'removed', 'alice', domain.clock.now());
  await domain.advance(2000);
  expect(errorOf((await alice.next('BYE')) as never).code).toBe('target-unknown');
  const ended = await bob.next('TERMINATE-SUBSCRIPTION');
  expect(ended.headers.get('Error')).toBe('target-unknown');
  expect((await bob.refusal('SUBSCRIBE', { Target: urlOf('alice') })).code).toBe('target-unknown');
  expect(bob.isClosed).toBe(false);
});

test('a new password from outside sends the connections of the account away, once', async () => {
  const alice = await domain.signIn('alice');
  await noteChange(domain.storage, 'password', 'alice', domain.clock.now());
  await domain.advance(2000);
  expect(errorOf((await alice.next('BYE')) as never).code).toBe('user-authentication-required');
  await alice.closed();
  const again = await domain.attach('alice');
  await domain.advance(10_000);
  await again.demand('PING');
});

test('what was done before the start is left alone', async () => {
  const alice = await domain.attach('alice');
  await noteChange(domain.storage, 'password', 'alice', domain.clock.now() - 60_000);
  await domain.advance(10_000);
  await alice.demand('PING');
});

test('after its end nothing is looked at', async () => {
  const alice = await domain.attach('alice');
  unwatch();
  await noteChange(domain.storage, 'password', 'alice', domain.clock.now());
  await domain.advance(10_000);
  await alice.demand('PING');
});

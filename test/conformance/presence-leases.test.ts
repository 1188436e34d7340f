// [IMPP 7] Whose leases end when: a BYE, an UNREGISTER, being sent away; one's own and those at others.

import { beforeAll, describe, expect, test } from 'vitest';
import { closedOf, couple, openOf, PRESENCE, publish, rule, setRules, userOf, withdraw } from './people.ts';
import { type Client, type Domain, startDomain, VERIFIER, verifierOf } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

const shown = async (client: Client, target: string) =>
  (await client.succeed('FETCH', { Target: target })).body.toString();

/** Bob has published at alice's, with her leave. */
async function deputy() {
  const it = await couple(domain);
  await setRules(it.alice, rule(it.b, { change: 'allow' }));
  const object = openOf(it.a, 'by bob');
  await it.bob.succeed('CHANGE', { Target: it.a, ...PRESENCE }, object);
  expect(await shown(it.alice, it.a)).toBe(object);
  return { ...it, object };
}

describe('what one publishes at another', () => {
  test('ends with the BYE of that device', async () => {
    const { alice, bob, a } = await deputy();
    await bob.succeed('BYE');
    await expect.poll(() => shown(alice, a), { timeout: 10_000 }).toBe(closedOf(a));
  });

  test('not with the BYE of another', async () => {
    const { alice, a, b, object } = await deputy();
    const tablet = await domain.login(userOf(b), 'tablet');
    await tablet.succeed('BYE');
    await tablet.closed();
    expect(await shown(alice, a)).toBe(object);
  });

  test('ends with UNREGISTER', async () => {
    const { alice, bob, a, b } = await deputy();
    await bob.succeed('UNREGISTER', { Target: b });
    await expect.poll(() => shown(alice, a), { timeout: 10_000 }).toBe(closedOf(a));
  });

  test('is not withdrawn by the presentity’s own Lease-Time 0', async () => {
    const { alice, a, object } = await deputy();
    await withdraw(alice);
    expect(await shown(alice, a)).toBe(object);
  });
});

test('who is sent away by SET-PASSWORD leaves leases to run out', async () => {
  const { alice, a } = await couple(domain);
  const object = await publish(alice, 'here');
  const desk = await domain.login(userOf(a), 'desk');
  await desk.succeed('SET-PASSWORD', { ...VERIFIER, Target: a }, verifierOf('another'));
  await alice.incoming('BYE');
  await alice.closed();
  expect(await shown(desk, a)).toBe(object);
});

test('a second BYE of the device, after it has come back, ends what it published since', async () => {
  const { alice, a } = await couple(domain);
  const desk = await domain.login(userOf(a), 'desk');
  await publish(alice, 'first');
  await alice.succeed('BYE');
  await alice.closed();
  const back = await domain.login(userOf(a), 'laptop');
  const object = await publish(back, 'second');
  expect(await shown(desk, a)).toBe(object);
  await back.succeed('BYE');
  await back.closed();
  expect(await shown(desk, a)).toBe(closedOf(a));
});

test('watchers are told at once', async () => {
  const { alice, bob, a, b } = await couple(domain);
  await setRules(alice, rule(b, { subscribe: 'allow' }));
  await publish(alice, 'here');
  await bob.succeed('SUBSCRIBE', { Target: a });
  await alice.succeed('BYE');
  expect((await bob.incoming('CHANGE-NOTIFY')).body.toString()).toBe(closedOf(a));
});

// One presentity with more watchers than a turn of the event loop is for.

import { afterEach, beforeEach, expect, test } from 'vitest';
import { acl, type Device, Stage, settle, type Told, urlOf } from './stage.ts';

const MANY = 1_100;
/** A turn may tell so many; more would hold up everybody else. */
const MOST_IN_A_TURN = 300;

let stage: Stage;
let alice: Device;
let crowd: Device[];

beforeEach(async () => {
  const users = Array.from({ length: MANY }, (_, index) => `w${index}`);
  stage = await Stage.open(['alice', ...users]);
  alice = stage.attach('alice');
  await alice.rules('*: subscribe=allow fetch=allow');
  crowd = users.map((user) => stage.attach(user));
  for (const device of crowd) await device.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
  await settle();
  // Who came is no matter here.
  alice.heard.length = 0;
});

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
const toldSoFar = (method: string): number =>
  crowd.filter(({ heard }) => heard.some((one) => one.method === method)).length;
const change = (note: string): Promise<Told> =>
  alice.askOnly(
    'CHANGE',
    { Target: urlOf('alice'), 'Content-Type': 'application/presence' },
    `<presence><entity>${urlOf('alice')}</entity><tuple><id>t</id><status>open</status><note>${note}</note></tuple></presence>`,
  );
/** How many were told by that method after each turn, until all are. */
const turnsUntilAllAreTold = async (method: string): Promise<number[]> => {
  const counts = [toldSoFar(method)];
  while ((counts.at(-1) ?? 0) < MANY && counts.length < 50) {
    await turn();
    counts.push(toldSoFar(method));
  }
  return counts;
};
const largestStep = (counts: readonly number[]): number =>
  Math.max(...counts.map((count, index) => count - (counts[index - 1] ?? 0)));

test('a change is told in slices, the first at once, to every watcher once', async () => {
  void change('here');
  const counts = await turnsUntilAllAreTold('CHANGE-NOTIFY');
  expect(counts.at(-1)).toBe(MANY);
  expect(largestStep(counts)).toBeLessThanOrEqual(MOST_IN_A_TURN);
  await settle();
  for (const { heard } of crowd) expect(heard.map(({ method }) => method)).toEqual(['CHANGE-NOTIFY']);
});

test('who asks meanwhile is answered, and is not told twice', async () => {
  void change('here');
  await turn();
  const last = crowd.at(-1);
  expect(last?.heard).toEqual([]);
  const answer = await last?.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
  expect(answer?.body).toContain('here');
  await turnsUntilAllAreTold('CHANGE-NOTIFY');
  for (const notice of last?.heard ?? []) expect(notice.revision).toBe(answer?.revision);
});

test('changes that come faster than they can be told collapse, and all end with the newest', async () => {
  for (let number = 0; number < 20; number += 1) {
    void change(`number ${number}.`);
    await turn();
  }
  await turnsUntilAllAreTold('CHANGE-NOTIFY');
  for (let wait = 0; wait < 20; wait += 1) await turn();
  let told = 0;
  for (const { heard } of crowd) {
    expect(heard.at(-1)?.body).toContain('number 19.');
    const revisions = heard.map(({ revision }) => revision);
    expect(revisions).toEqual([...new Set(revisions)].sort((one, other) => one - other));
    told += heard.length;
  }
  expect(told).toBeLessThan(20 * MANY);
});

test('who leaves meanwhile is told nothing more', async () => {
  void change('here');
  await turn();
  const last = crowd.at(-1);
  await last?.askOnly('UNSUBSCRIBE', { Target: urlOf('alice') });
  for (let wait = 0; wait < 20; wait += 1) await turn();
  expect(last?.heard).toEqual([]);
});

test('rules judge in slices, and are in force for all before the OK', async () => {
  let answered = false;
  const setting = alice
    .askOnly(
      'SET-ACL',
      { Target: urlOf('alice'), 'Content-Type': 'application/impp-acl' },
      acl('*: subscribe=deny', 'w7: subscribe=allow'),
    )
    .then(() => {
      answered = true;
      return toldSoFar('TERMINATE-SUBSCRIPTION');
    });
  const counts: number[] = [];
  for (let wait = 0; wait < 50 && !answered; wait += 1) {
    counts.push(toldSoFar('TERMINATE-SUBSCRIPTION'));
    await turn();
  }
  expect(largestStep(counts)).toBeLessThanOrEqual(MOST_IN_A_TURN);
  expect(await setting).toBe(MANY - 1);
  expect(await alice.watchers()).toEqual(['w7 active']);
});

test('of rules that follow each other the last are in force in the end, for all', async () => {
  const set = (rule: string): Promise<Told> =>
    alice.askOnly('SET-ACL', { Target: urlOf('alice'), 'Content-Type': 'application/impp-acl' }, acl(rule));
  await change('for everyone');
  await turnsUntilAllAreTold('CHANGE-NOTIFY');
  await settle();
  for (const device of crowd) device.heard.length = 0;
  await Promise.all([
    set('*: subscribe=allow view=one'),
    turn().then(() => set('*: subscribe=allow view=two')),
    turn()
      .then(turn)
      .then(() => set('*: subscribe=allow')),
  ]);
  await settle();
  for (const device of crowd) {
    const { body } = await device.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
    expect(body).toContain('for everyone');
    const last = device.heard.at(-1);
    if (last) expect(last.body).toContain('for everyone');
  }
});

test('whom new rules let in while the former ones are still being applied stays', async () => {
  const setting = alice.askOnly(
    'SET-ACL',
    { Target: urlOf('alice'), 'Content-Type': 'application/impp-acl' },
    acl('*: subscribe=allow view=work'),
  );
  await turn();
  const phone = stage.attach('w1099', 'phone');
  const { state, headers } = await phone.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
  expect([state, headers.get('Error')]).toEqual(['active', undefined]);
  await setting;
  await settle();
  expect(phone.hear('TERMINATE-SUBSCRIPTION')).toEqual([]);
});

test('a server that closes meanwhile does not wait for the rest', async () => {
  void change('here');
  await stage.close();
  expect(toldSoFar('CHANGE-NOTIFY')).toBeLessThan(MANY);
});

test('nothing happens for any subscription while nothing changes', async () => {
  await change('here');
  await turnsUntilAllAreTold('CHANGE-NOTIFY');
  await settle();
  for (const device of [alice, ...crowd]) device.heard.length = 0;
  let writes = 0;
  const { storage } = stage;
  for (const name of ['putSubscription', 'removeSubscription', 'putPresence', 'removePresence'] as const) {
    const original = storage[name] as (...args: unknown[]) => Promise<void>;
    Object.assign(storage, {
      [name]: (...args: unknown[]) => {
        writes += 1;
        return original(...args);
      },
    });
  }
  let calls = 0;
  const after = stage.clock.after.bind(stage.clock);
  stage.clock.after = (delay, run) =>
    after(delay, () => {
      calls += 1;
      run();
    });
  const waiting = stage.clock.waiting;
  // Not yet the end of the presence lease, and long not that of the subscriptions.
  for (let seconds = 0; seconds < 110; seconds += 10) await stage.pass(10);
  expect([writes, calls]).toEqual([0, 0]);
  expect(crowd.flatMap(({ heard }) => heard)).toEqual([]);
  // One timer for all leases of a kind, not one for each.
  expect(waiting).toBeLessThan(8);
});

test('a day of renewals tells nobody anything and leaves nothing behind', async () => {
  await change('here');
  await turnsUntilAllAreTold('CHANGE-NOTIFY');
  // Past the presence lease, whose end is told.
  await stage.pass(130);
  for (let wait = 0; wait < 20; wait += 1) await turn();
  for (const device of [alice, ...crowd]) device.heard.length = 0;
  const kept = (await stage.storage.loadPresence()).subscriptions.length;
  const waiting = stage.clock.waiting;
  for (let hour = 0; hour < 24; hour += 1) {
    await stage.pass(0.7 * 3600);
    for (const device of crowd) {
      const { state, headers } = await device.askOnly('SUBSCRIBE', { Target: urlOf('alice') });
      expect([state, headers.get('Lease-Time')]).toEqual(['active', '3600']);
    }
  }
  expect([alice, ...crowd].flatMap(({ heard }) => heard)).toEqual([]);
  expect((await stage.storage.loadPresence()).subscriptions).toHaveLength(kept);
  expect(stage.clock.waiting).toBe(waiting);
});

import { afterEach, describe, expect, test } from 'vitest';
import { closed, presence, settle, Stage, type Told, urlOf } from '../presence/stage.ts';

let stage: Stage;

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
});

describe('no-pretend: what HELLO said is so, and nothing is bent in secret', () => {
  test('a rule that pretends is refused, by name of the policy', async () => {
    stage = await Stage.open(['alice'], { policy: ['no-pretend'] });
    const alice = stage.attach('alice');
    for (const rule of ['bob: subscribe=pretend', '*: fetch=pretend']) {
      const answer = await alice.rules(rule);
      expect(answer.error, rule).toBe('permission-denied');
      expect(answer.headers.get('Reason')).toContain('no-pretend');
    }
    expect((await alice.rules('bob: subscribe=deny fetch=deny')).error).toBeUndefined();
  });

  test('rules from before it deny what they pretended, and stay as they were written', async () => {
    stage = await Stage.open(['alice', 'bob'], { policy: ['no-pretend'] });
    const rules = `<acl><rule><who>${urlOf('bob')}</who><subscribe>pretend</subscribe><fetch>pretend</fetch></rule></acl>`;
    const body = Buffer.from(rules);
    await stage.storage.setDocument('alice', 'acl', { type: 'application/impp-acl', body }, { limit: 32 });
    const bob = stage.attach('bob');
    expect((await bob.subscribe('alice')).error).toBe('permission-denied');
    expect((await bob.fetch('alice')).error).toBe('permission-denied');
    expect((await stage.attach('alice').ask('GET-ACL', { Target: urlOf('alice') })).body).toBe(rules);
  });

  test('without it, people may', async () => {
    stage = await Stage.open(['alice'], { policy: ['no-invisible'] });
    expect((await stage.attach('alice').rules('bob: subscribe=pretend')).error).toBeUndefined();
  });
});

describe('no-invisible', () => {
  const change = (policy: readonly 'no-invisible'[], body: string, headers: Record<string, string> = {}) =>
    open(policy).then((alice) =>
      alice.ask(
        'CHANGE',
        { Target: urlOf('alice'), 'Content-Type': 'application/presence', ...headers },
        body,
      ),
    );
  const open = async (policy: readonly 'no-invisible'[]) => {
    stage = await Stage.open(['alice', 'bob'], { policy });
    return stage.attach('alice');
  };
  const expectRefused = ({ error, headers }: Told): void => {
    expect(error).toBe('permission-denied');
    expect(headers.get('Reason')).toContain('no-invisible');
  };

  test('who is there does not say to be away, in no view', async () => {
    expectRefused(await change(['no-invisible'], closed('alice')));
    await stage.close();
    expectRefused(await change(['no-invisible'], closed('alice'), { View: 'family' }));
    await stage.close();
    expectRefused(await change(['no-invisible'], `<presence><entity>${urlOf('alice')}</entity></presence>`));
  });

  test('what was shown before stays shown', async () => {
    const alice = await open(['no-invisible']);
    await alice.rules('bob: subscribe=allow');
    await alice.publish('here');
    const bob = stage.attach('bob');
    await bob.subscribe('alice');
    const type = { 'Content-Type': 'application/presence' };
    expectRefused(await alice.ask('CHANGE', { Target: urlOf('alice'), ...type }, closed('alice')));
    expect(bob.heard).toEqual([]);
    expect((await bob.subscribe('alice')).body).toContain('here');
  });

  test('nor does it withdraw what people are shown and stay; BYE does', async () => {
    const alice = await open(['no-invisible']);
    const phone = stage.attach('alice', 'phone');
    for (const view of ['default', 'work', 'unused']) await alice.publish('here', { View: view });
    expect((await alice.rules('bob: subscribe=allow view=work')).error).toBeUndefined();
    const withdraw = (view: string, device = alice) =>
      device.ask('CHANGE', { Target: urlOf('alice'), View: view, 'Lease-Time': '0' });
    expectRefused(await withdraw('default'));
    expectRefused(await withdraw('work'));
    // Nobody is shown this one; and of two devices one may go.
    expect((await withdraw('unused')).error).toBeUndefined();
    await phone.publish('also here', { View: 'work' });
    expect((await withdraw('work')).error).toBeUndefined();
    expectRefused(await withdraw('work', phone));
    stage.detach(alice, 'bye');
    stage.detach(phone, 'bye');
    await settle();
    const bob = stage.attach('bob');
    expect((await bob.subscribe('alice')).body).toBe(closed('alice'));
  });

  test('nor does a rule newly deal out a view that shows nothing of who is there', async () => {
    const alice = await open(['no-invisible']);
    // While nobody is there, nobody hides.
    expect((await alice.rules('bob: subscribe=allow view=work')).error).toBeUndefined();
    await alice.publish('here');
    expectRefused(await alice.rules('bob: subscribe=allow view=nothing'));
    // What was so before does not keep anyone from setting other rules.
    const answer = await alice.rules('bob: subscribe=allow view=work', 'carol: send=deny');
    expect(answer.error).toBeUndefined();
    await alice.publish('busy', { View: 'busy' });
    expect((await alice.rules('bob: subscribe=allow view=busy')).error).toBeUndefined();
  });

  test('nor do rules bring anyone to a view that shows nothing already', async () => {
    const alice = await open(['no-invisible']);
    expect((await alice.rules('bob: view=none', '*: view=none', 'carol: view=work')).error).toBeUndefined();
    for (const view of ['default', 'work']) await alice.publish('here', { View: view });
    expectRefused(await alice.rules('bob: view=none', '*: view=none', 'carol: view=none'));
    // She would come to it by the rule for everyone.
    expectRefused(await alice.rules('bob: view=none', '*: view=none'));
    expect((await alice.rules('bob: view=none', 'carol: view=work')).error).toBeUndefined();
    expectRefused(await alice.rules('bob: view=none', 'anonymous: view=none', 'carol: view=work'));
  });

  test('nor is one view of a device left to run out while others are renewed', async () => {
    const alice = await open(['no-invisible']);
    const phone = stage.attach('alice', 'phone');
    await alice.publish('here', { View: 'work', 'Lease-Time': '100' });
    await phone.publish('phone', { View: 'work', 'Lease-Time': '100' });
    await alice.rules('bob: subscribe=allow view=work');
    const bob = stage.attach('bob');
    await bob.subscribe('alice');
    for (let turn = 0; turn < 4; turn += 1) {
      await alice.publish('there', { 'Lease-Time': '100' });
      await stage.pass(60);
    }
    // The phone renewed nothing, and is gone.
    const [notice, ...others] = bob.hear('CHANGE-NOTIFY');
    expect(others).toEqual([]);
    expect(notice?.body).toContain('here');
    expect(notice?.body).not.toContain('phone');
    await stage.pass(100);
    expect(bob.hear('CHANGE-NOTIFY').map(({ body }) => body)).toEqual([closed('alice')]);
  });

  test('away, busy, and a permanent value for when nobody is there are everyone’s own', async () => {
    const away = presence(urlOf('alice'), 'out').replace('</status>', '</status><activity>away</activity>');
    expect((await change(['no-invisible'], away)).error).toBeUndefined();
    await stage.close();
    const lasting = await change(['no-invisible'], closed('alice'), { 'Lease-Time': 'infinity' });
    expect(lasting.error).toBeUndefined();
  });

  test('without it, people may', async () => {
    expect((await change([], closed('alice'))).error).toBeUndefined();
  });
});

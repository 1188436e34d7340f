import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acl, closed, type Device, presence, settle, Stage, urlOf } from './stage.ts';

let stage: Stage;
let alice: Device;
let bob: Device;

beforeEach(async () => {
  stage = await Stage.open(['alice', 'bob', 'carol']);
  alice = stage.attach('alice');
  bob = stage.attach('bob');
});

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
  expect(stage.clock.waiting).toBe(0);
});

const setAcl = (document: string, headers: Record<string, string> = {}) =>
  alice.ask(
    'SET-ACL',
    { Target: urlOf('alice'), 'Content-Type': 'application/impp-acl', ...headers },
    document,
  );

const ruleUntil = (who: string, seconds: number, statements: string): string =>
  `${who}: ${statements} until=${new Date(stage.clock.now() + seconds * 1000).toISOString()}`;

describe('GET-ACL and SET-ACL [IMPP 9]', () => {
  test('rules never set are an empty document of revision 0', async () => {
    const answer = await alice.ask('GET-ACL', { Target: urlOf('alice') });
    expect(answer).toMatchObject({ error: undefined, revision: 0, body: '<acl/>' });
    expect(answer.headers.get('Content-Type')).toBe('application/impp-acl');
  });

  test('GET-ACL gives what SET-ACL was given, octet for octet, with its Revision', async () => {
    const document = acl('bob: subscribe=allow').replace('</rule>', '<x-own>kept</x-own></rule>');
    const set = await setAcl(document);
    expect(set.revision).toBe(1);
    expect(await alice.ask('GET-ACL', { Target: urlOf('alice') })).toMatchObject({
      revision: 1,
      body: document,
    });
  });

  test('SET-ACL with If-Revision fails with conflict if another device was first', async () => {
    expect((await setAcl(acl('bob: subscribe=allow'), { 'If-Revision': '0' })).revision).toBe(1);
    expect((await setAcl(acl('bob: subscribe=deny'), { 'If-Revision': '0' })).error).toBe('conflict');
    expect((await setAcl(acl('bob: subscribe=deny'), { 'If-Revision': '1' })).revision).toBe(2);
    expect((await setAcl(acl('bob: subscribe=deny'), { 'If-Revision': 'x' })).error).toBe('bad-request');
  });

  test('only one’s own: others get permission-denied, anonymous logins too', async () => {
    const anonymous = stage.attach('anonymous-1');
    for (const asker of [bob, anonymous]) {
      expect((await asker.ask('GET-ACL', { Target: urlOf('alice') })).error).toBe('permission-denied');
      expect(
        (
          await asker.ask(
            'SET-ACL',
            { Target: urlOf('alice'), 'Content-Type': 'application/impp-acl' },
            acl('bob: fetch=allow'),
          )
        ).error,
      ).toBe('permission-denied');
    }
    expect((await anonymous.ask('GET-ACL', { Target: anonymous.principal })).error).toBe('permission-denied');
    expect((await alice.ask('GET-ACL')).error).toBe('bad-request');
  });

  test('a document that is none is refused and changes nothing', async () => {
    await setAcl(acl('bob: fetch=allow'));
    for (const document of [
      '',
      '<acl>',
      acl('bob: subscribe=maybe'),
      acl('bob: fetch=ask'),
      acl('*: ', '*: '),
    ])
      expect((await setAcl(document)).error, document).toBe('bad-request');
    expect((await setAcl('x', { 'Content-Type': 'text/plain' })).error).toBe('type-not-understood');
    expect((await alice.ask('SET-ACL', { Target: urlOf('alice') })).error).toBe('bad-request');
    expect((await bob.fetch('alice')).error).toBeUndefined();
  });

  test('the other devices get DOCUMENT-NOTIFY with Name: acl', async () => {
    const phone = stage.attach('alice', 'phone');
    await setAcl(acl('bob: fetch=allow'));
    expect(alice.heard).toEqual([]);
    const [notice] = phone.hear('DOCUMENT-NOTIFY');
    expect(notice?.headers.get('Name')).toBe('acl');
    expect(notice?.revision).toBe(1);
  });

  test('where the domain does not pretend, such rules are denied', async () => {
    await stage.close();
    stage = await Stage.open(['alice'], { policy: ['no-pretend'] });
    alice = stage.attach('alice');
    expect((await setAcl(acl('bob: subscribe=pretend'))).error).toBe('permission-denied');
    expect((await setAcl(acl('bob: fetch=pretend'))).error).toBe('permission-denied');
    expect((await setAcl(acl('bob: subscribe=deny'))).error).toBeUndefined();
  });
});

describe('in force before the OK, for live subscriptions too [IMPP 9]', () => {
  test('those now refused get TERMINATE-SUBSCRIPTION (permission-denied)', async () => {
    await alice.rules('bob: subscribe=allow');
    const { revision } = await bob.subscribe('alice');
    const refusing = alice.askOnly(
      'SET-ACL',
      { Target: urlOf('alice'), 'Content-Type': 'application/impp-acl' },
      acl('bob: subscribe=deny'),
    );
    await refusing;
    const [notice, ...others] = bob.hear('TERMINATE-SUBSCRIPTION');
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ error: 'permission-denied', state: 'ended', body: undefined });
    expect(Object.fromEntries(notice?.headers.entries() ?? [])).toMatchObject({
      Target: urlOf('bob'),
      'Target-Connection-ID': bob.connectionId,
      From: urlOf('alice'),
      Origin: urlOf('alice'),
    });
    expect(notice?.revision).toBeGreaterThan(revision);
    await settle();
    expect(await alice.watchers()).toEqual([]);
    await alice.publish('here');
    expect(bob.heard).toEqual([]);
  });

  test('a question that is allowed becomes active: CHANGE-NOTIFY to the watcher, WATCHER-NOTIFY to the owner', async () => {
    await alice.publish('here');
    const { revision } = await bob.subscribe('alice');
    await alice.rules('bob: subscribe=allow');
    const [notice, ...others] = bob.hear('CHANGE-NOTIFY');
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ state: 'active', body: presence(urlOf('alice'), 'here') });
    expect(notice?.revision).toBeGreaterThan(revision);
    const states = alice.hear('WATCHER-NOTIFY');
    expect(states.map(({ state }) => state)).toEqual(['pending', 'active']);
    expect(states[1]?.revision).toBeGreaterThan(states[0]?.revision ?? Infinity);
    expect(states[1]?.headers.get('Watcher')).toBe(urlOf('bob'));
  });

  test('a change of state is notified though the object stays the same', async () => {
    await bob.subscribe('alice');
    await alice.rules('bob: subscribe=allow');
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ state: 'active', body: closed('alice') }]);
  });

  test('a question that is refused ends', async () => {
    await bob.subscribe('alice');
    await alice.rules('bob: subscribe=deny');
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toMatchObject([{ error: 'permission-denied' }]);
    expect(alice.hear('WATCHER-NOTIFY').map(({ state }) => state)).toEqual(['pending', 'ended']);
  });

  test('those whose view changed get CHANGE-NOTIFY', async () => {
    await alice.publish('here');
    await alice.publish('at work', { View: 'work' });
    await alice.rules('bob: subscribe=allow', 'carol: subscribe=allow');
    const carol = stage.attach('carol');
    await bob.subscribe('alice');
    await carol.subscribe('alice');
    await alice.rules('bob: subscribe=allow view=work', 'carol: subscribe=allow');
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([
      { state: 'active', body: presence(urlOf('alice'), 'at work') },
    ]);
    expect(carol.heard).toEqual([]);
    await alice.publish('at home');
    expect(bob.heard).toEqual([]);
    expect(carol.hear('CHANGE-NOTIFY')).toHaveLength(1);
  });

  test('`ask` leaves active ones alone, their renewals too', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe('alice');
    await alice.rules();
    expect(bob.heard).toEqual([]);
    await alice.publish('here');
    expect(bob.hear('CHANGE-NOTIFY')).toHaveLength(1);
    expect((await bob.subscribe('alice')).state).toBe('active');
    // A new subscription, of another device, is not one of them.
    expect((await stage.attach('bob', 'phone').subscribe('alice')).state).toBe('pending');
  });

  test('active ones stay so over a restart', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe('alice');
    await alice.rules();
    await stage.restart();
    bob = stage.attach('bob');
    expect((await bob.subscribe('alice')).state).toBe('active');
  });

  test('rules that change nothing for a watcher are not heard of', async () => {
    await alice.rules('bob: subscribe=allow');
    const { revision } = await bob.subscribe('alice');
    await alice.rules('bob: subscribe=allow', 'carol: subscribe=deny');
    expect(bob.heard).toEqual([]);
    expect((await bob.subscribe('alice')).revision).toBe(revision);
  });
});

describe('what `until` ends [IMPP 9]', () => {
  test('takes effect on live subscriptions at that moment, without anyone being online', async () => {
    await alice.rules(ruleUntil('bob', 100, 'subscribe=allow'), '*: subscribe=deny');
    await bob.subscribe('alice');
    stage.detach(alice, 'bye');
    await stage.pass(99.999);
    expect(bob.heard).toEqual([]);
    await stage.pass(0.001);
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toMatchObject([{ error: 'permission-denied' }]);
  });

  test('a view for a time', async () => {
    await alice.publish('here', { 'Lease-Time': '3600' });
    await alice.publish('in a meeting', { View: 'meeting', 'Lease-Time': '3600' });
    await alice.rules(ruleUntil('bob', 600, 'subscribe=allow view=meeting'), '*: subscribe=allow');
    expect((await bob.subscribe('alice')).body).toContain('in a meeting');
    await stage.pass(600);
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([
      { state: 'active', body: presence(urlOf('alice'), 'here') },
    ]);
  });

  test('one after the other', async () => {
    await alice.rules(
      ruleUntil('bob', 100, 'subscribe=allow'),
      ruleUntil('carol', 200, 'subscribe=allow'),
      '*: subscribe=deny',
    );
    const carol = stage.attach('carol');
    await bob.subscribe('alice');
    await carol.subscribe('alice');
    await stage.pass(100);
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toHaveLength(1);
    expect(carol.heard).toEqual([]);
    await stage.pass(100);
    expect(carol.hear('TERMINATE-SUBSCRIPTION')).toHaveLength(1);
  });

  test('after a restart as well', async () => {
    await alice.rules(ruleUntil('bob', 100, 'subscribe=allow'), '*: subscribe=deny');
    await bob.subscribe('alice');
    await stage.restart();
    bob = stage.attach('bob');
    await stage.pass(100);
    expect(bob.hear('TERMINATE-SUBSCRIPTION')).toMatchObject([{ error: 'permission-denied' }]);
  });

  test('a rule that ended while the server was down is no more', async () => {
    await alice.rules(ruleUntil('bob', 100, 'subscribe=allow'), '*: subscribe=deny');
    await bob.subscribe('alice');
    await stage.close();
    stage.clock.advance(100_000);
    await stage.restart();
    alice = stage.attach('alice');
    expect(await alice.watchers()).toEqual([]);
  });
});

describe('pretend: polite blocking [IMPP 9]', () => {
  test('SUBSCRIBE cannot be told from a granted one, in content, lease and revision', async () => {
    await alice.publish('here');
    await alice.rules('bob: subscribe=pretend', 'carol: subscribe=allow');
    const carol = stage.attach('carol');
    await alice.ask('CHANGE', { Target: urlOf('alice'), 'Lease-Time': '0' });
    await stage.pass(10);
    const pretended = await bob.subscribe('alice', { 'Lease-Time': '600' });
    const granted = await carol.subscribe('alice', { 'Lease-Time': '600' });
    const shape = ({ headers, body, error, state }: typeof granted) => ({
      names: [...headers.entries()].map(([name]) => name),
      lease: headers.get('Lease-Time'),
      digits: headers.get('Revision')?.length,
      error,
      state,
      body,
    });
    expect(shape(pretended)).toEqual({ ...shape(granted), names: shape(granted).names });
    expect(pretended.state).toBe('active');
    expect((await bob.ask('GET-SUBSCRIPTION', { Target: urlOf('alice') })).state).toBe('active');
  });

  test('the presentity stays as it is', async () => {
    await alice.rules('bob: subscribe=pretend fetch=pretend');
    const { revision } = await bob.subscribe('alice');
    await alice.publish('here');
    await alice.publish('pretending to be there', { View: 'pretend' });
    await stage.pass(10);
    expect(bob.heard).toEqual([]);
    expect(await bob.subscribe('alice')).toMatchObject({ revision, body: closed('alice') });
    expect(await bob.fetch('alice')).toMatchObject({ revision, body: closed('alice'), state: 'active' });
  });

  test('what is shown is the permanent value of the view `pretend`', async () => {
    await alice.publish('away for long', { View: 'pretend', 'Lease-Time': 'infinity' });
    await alice.rules('bob: subscribe=pretend fetch=pretend');
    expect((await bob.subscribe('alice')).body).toContain('away for long');
    await alice.publish('for longer', { View: 'pretend', 'Lease-Time': 'infinity' });
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([
      { body: presence(urlOf('alice'), 'for longer'), state: 'active' },
    ]);
  });

  test('those that are now pretended get CHANGE-NOTIFY, as of someone who has left', async () => {
    await alice.publish('here');
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe('alice');
    await alice.rules('bob: subscribe=pretend');
    expect(bob.heard).toMatchObject([{ method: 'CHANGE-NOTIFY', state: 'active', body: closed('alice') }]);
    expect(await alice.watchers()).toEqual(['bob pretended']);
  });

  test('if they see the same as before, nothing tells them', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe('alice');
    await alice.rules('bob: subscribe=pretend');
    expect(bob.heard).toEqual([]);
    expect(await alice.watchers()).toEqual(['bob pretended']);
  });

  test('a question that is answered so becomes active', async () => {
    await bob.subscribe('alice');
    await alice.rules('bob: subscribe=pretend');
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ state: 'active', body: closed('alice') }]);
    expect(await alice.watchers()).toEqual(['bob pretended']);
  });

  test('when the rule goes, the owner is asked: what was never granted is not shown', async () => {
    await alice.publish('here');
    await alice.rules('bob: subscribe=pretend');
    await bob.subscribe('alice');
    await alice.rules();
    expect(await alice.watchers()).toEqual(['bob pending']);
    expect(bob.hear('CHANGE-NOTIFY')).toMatchObject([{ state: 'pending', body: closed('alice') }]);
    expect((await bob.subscribe('alice')).state).toBe('pending');
  });

  test('nor after a crash between the new rules and their judgement', async () => {
    await alice.publish('here', { 'Lease-Time': '3600' });
    await alice.rules('bob: subscribe=pretend');
    await bob.subscribe('alice');
    await stage.close();
    await stage.storage.setDocument('alice', 'acl', undefined, { limit: 32 });
    await stage.restart();
    bob = stage.attach('bob');
    expect(await bob.subscribe('alice')).toMatchObject({ state: 'pending', body: closed('alice') });
  });

  test('a restart is not to be noticed', async () => {
    await alice.rules('bob: subscribe=pretend');
    const { revision } = await bob.subscribe('alice');
    await stage.restart();
    bob = stage.attach('bob');
    alice = stage.attach('alice');
    await alice.publish('here');
    expect(bob.heard).toEqual([]);
    expect(await bob.subscribe('alice')).toMatchObject({ revision, state: 'active', body: closed('alice') });
    expect(await alice.watchers()).toEqual(['bob pretended']);
  });
});

describe('anonymous principals [IMPP 9]', () => {
  let nobody: Device;
  beforeEach(() => {
    nobody = stage.attach('anonymous-x1');
  });

  test('the built-in denial yields to no rule for hosts or for all', async () => {
    await alice.rules('*: subscribe=allow fetch=allow');
    expect((await nobody.subscribe('alice')).error).toBe('permission-denied');
    expect((await nobody.fetch('alice')).error).toBe('permission-denied');
  });

  test('but to a rule for `anonymous`, or for that principal', async () => {
    await alice.rules('anonymous: fetch=allow', 'anonymous-x1: subscribe=allow');
    expect((await nobody.fetch('alice')).error).toBeUndefined();
    expect((await nobody.subscribe('alice')).state).toBe('active');
  });
});

import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { formatProfile, type Forward } from '../../../shared/impp/documents.ts';
import { outcome, sent } from '../inbox/mail.ts';
import { TestDomain } from '../harness.ts';
import { closed, type Device, Stage, type Told, urlOf } from './stage.ts';

const NEW = 'impp://b.example/alice';
const TYPE = { 'Content-Type': 'application/impp-profile' };

let stage: Stage;
let alice: Device;
let bob: Device;
let carol: Device;

beforeEach(async () => {
  stage = await Stage.open(['alice', 'bob', 'carol', 'dave']);
  alice = stage.attach('alice');
  bob = stage.attach('bob');
  carol = stage.attach('carol');
});

afterEach(async () => {
  await stage.close();
  expect(stage.errors).toEqual([]);
});

const move = (kind: Forward['kind'] | undefined = 'temporary', to = NEW): Promise<Told> =>
  alice.ask(
    'SET-DOCUMENT',
    { Name: 'profile', ...TYPE },
    formatProfile({ listed: 'nobody', ...(kind && { forward: { kind, to } }) }),
  );
const stay = (): Promise<Told> =>
  alice.ask('SET-DOCUMENT', { Name: 'profile', ...TYPE }, formatProfile({ listed: 'nobody' }));

const locationOf = ({ error, headers }: Told): (string | undefined)[] => [error, headers.get('Location')];

describe('a forward [IMPP 10]', () => {
  test('requests that the access rules allow fail with temporarily-forwarded and Location', async () => {
    await alice.rules('bob: subscribe=allow fetch=allow');
    await move('temporary');
    expect(locationOf(await bob.subscribe('alice'))).toEqual(['temporarily-forwarded', NEW]);
    expect(locationOf(await bob.fetch('alice'))).toEqual(['temporarily-forwarded', NEW]);
  });

  test('or with permanently-forwarded', async () => {
    await alice.rules('bob: subscribe=allow fetch=allow');
    await move('permanent');
    expect(locationOf(await bob.subscribe('alice'))).toEqual(['permanently-forwarded', NEW]);
    expect(locationOf(await bob.fetch('alice'))).toEqual(['permanently-forwarded', NEW]);
  });

  test('ends subscriptions with the same, before the OK', async () => {
    await alice.rules('bob: subscribe=allow', 'carol: subscribe=allow');
    const { revision } = await bob.subscribe('alice');
    await carol.subscribe('alice');
    await alice.askOnly(
      'SET-DOCUMENT',
      { Name: 'profile', ...TYPE },
      formatProfile({ listed: 'nobody', forward: { kind: 'permanent', to: NEW } }),
    );
    for (const device of [bob, carol]) {
      const [notice, ...others] = device.hear('TERMINATE-SUBSCRIPTION');
      expect(others).toEqual([]);
      expect(notice).toMatchObject({ error: 'permanently-forwarded', state: 'ended', body: undefined });
      expect(notice?.headers.get('Location')).toBe(NEW);
      expect(notice?.revision).toBeGreaterThan(revision);
    }
    expect((await bob.ask('GET-SUBSCRIPTION', { Target: urlOf('alice') })).error).toBe(
      'subscription-unknown',
    );
    expect(await alice.watchers()).toEqual([]);
    await alice.publish('here');
    expect(bob.heard).toEqual([]);
  });

  test('never concerns the owner', async () => {
    await move('permanent');
    expect((await alice.publish('still here')).error).toBeUndefined();
    expect((await alice.fetch('alice')).body).toContain('still here');
    expect((await alice.subscribe('alice')).state).toBe('active');
    expect((await alice.fetch('alice', { View: 'default' })).body).toContain('still here');
    await move('temporary', 'impp://c.example/alice');
    expect(alice.hear('TERMINATE-SUBSCRIPTION')).toEqual([]);
  });

  test('"view as" shows what the watcher would be answered', async () => {
    await alice.rules('bob: subscribe=allow');
    await move();
    expect(locationOf(await alice.fetch('alice', { Watcher: urlOf('bob') }))).toEqual([
      'temporarily-forwarded',
      NEW,
    ]);
    expect((await alice.fetch('alice', { Watcher: urlOf('carol') })).state).toBe('pending');
  });

  test('is no way round the rules: who is refused, waits, or is pretended to learns nothing of it', async () => {
    await alice.rules('bob: subscribe=deny fetch=deny', 'carol: subscribe=pretend fetch=pretend');
    await carol.subscribe('alice');
    const dave = stage.attach('dave');
    await dave.subscribe('alice');
    await move();
    expect((await bob.subscribe('alice')).error).toBe('permission-denied');
    expect((await bob.fetch('alice')).error).toBe('permission-denied');
    expect((await dave.fetch('alice')).error).toBe('permission-denied');
    expect(await dave.subscribe('alice')).toMatchObject({ state: 'pending', body: closed('alice') });
    expect(await carol.subscribe('alice')).toMatchObject({ state: 'active', body: closed('alice') });
    expect(await carol.fetch('alice')).toMatchObject({ error: undefined, body: closed('alice') });
    for (const device of [bob, carol, dave]) expect(device.heard).toEqual([]);
    const told = await Promise.all([bob, carol, dave].map((device) => device.subscribe('alice')));
    for (const { headers } of told) expect(JSON.stringify([...headers.entries()])).not.toContain('b.example');
  });

  test('whom a rule allows later is forwarded then', async () => {
    await bob.subscribe('alice');
    await move();
    await alice.rules('bob: subscribe=allow');
    expect(bob.hear('TERMINATE-SUBSCRIPTION').map(locationOf)).toEqual([['temporarily-forwarded', NEW]]);
    expect(await alice.watchers()).toEqual([]);
  });

  test('ends when it is taken back', async () => {
    await alice.rules('bob: subscribe=allow fetch=allow');
    await move();
    await stay();
    expect((await bob.subscribe('alice')).state).toBe('active');
    expect((await bob.fetch('alice')).error).toBeUndefined();
    await move();
    await alice.ask('SET-DOCUMENT', { Name: 'profile' });
    expect((await bob.subscribe('alice')).state).toBe('active');
  });

  test('survives a restart', async () => {
    await alice.rules('bob: subscribe=allow');
    await bob.subscribe('alice');
    await move();
    await stage.restart();
    expect(locationOf(await stage.attach('bob').subscribe('alice'))).toEqual(['temporarily-forwarded', NEW]);
  });

  test('to oneself is bad-request, and so is one that is no URL', async () => {
    expect((await move('temporary', urlOf('alice'))).error).toBe('bad-request');
    const body = '<profile><forward><kind>temporary</kind><to>alice@b.example</to></forward></profile>';
    expect((await alice.ask('SET-DOCUMENT', { Name: 'profile', ...TYPE }, body)).error).toBe('bad-request');
    expect((await bob.subscribe('alice')).state).toBe('pending');
  });
});

describe('a forward of messages [IMPP 10]', () => {
  let domain: TestDomain;
  beforeEach(async () => {
    domain = await TestDomain.start({ users: ['alice', 'bob', 'carol'] });
  });
  afterEach(async () => {
    await domain.close();
    expect(domain.errors).toEqual([]);
  });

  const forward = async (rules = '') => {
    const owner = await domain.attach('alice');
    await owner.demand(
      'SET-ACL',
      { Target: urlOf('alice'), 'Content-Type': 'application/impp-acl' },
      `<acl>${rules}</acl>`,
    );
    const set = () =>
      owner.demand(
        'SET-DOCUMENT',
        { Name: 'profile', ...TYPE },
        formatProfile({ listed: 'nobody', forward: { kind: 'temporary', to: NEW } }),
      );
    return { owner, set };
  };

  test('SEND fails with the same, and nothing is kept', async () => {
    const { set } = await forward();
    await set();
    const writer = await domain.attach('bob');
    const answer = await sent(writer, 'alice');
    expect([answer.headers.get('Error'), answer.headers.get('Location')]).toEqual([
      'temporarily-forwarded',
      NEW,
    ]);
    expect(await domain.storage.entries('alice', { after: 0, limit: 9 })).toEqual([]);
    expect(await domain.storage.entries('bob', { after: 0, limit: 9 })).toEqual([]);
  });

  test('who may not write is refused, not forwarded', async () => {
    const { set } = await forward(`<rule><who>${urlOf('carol')}</who><send>deny</send></rule>`);
    await set();
    const writer = await domain.attach('carol');
    const { headers } = await sent(writer, 'alice');
    expect([headers.get('Error'), headers.get('Location')]).toEqual(['permission-denied', undefined]);
  });

  test('a repeat of what was taken before has the former outcome', async () => {
    const { owner, set } = await forward();
    const writer = await domain.attach('bob');
    const first = outcome(writer, 'alice');
    await owner.accept('SEND');
    expect(await first).toBe('delivered');
    await set();
    expect(await outcome(writer, 'alice')).toBe('delivered');
    expect(await outcome(writer, 'alice', { id: 'm2' })).toBe('temporarily-forwarded');
  });

  test('the owner writes notes to oneself all the same', async () => {
    const { owner, set } = await forward();
    await set();
    const note = outcome(owner, 'alice');
    await owner.accept('SEND');
    expect(await note).toBe('delivered');
  });
});

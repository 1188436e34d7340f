import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { closed, type Device, presence, settle, Stage, urlOf } from './stage.ts';

// A second, naive account of what one watcher may see, against which every answer and notification is held.

type Permission = 'allow' | 'ask' | 'deny' | 'pretend';
const VIEWS = ['default', 'work', 'pretend'] as const;
type View = (typeof VIEWS)[number];

type Deed =
  | { readonly kind: 'publish' | 'permanent'; readonly view: View; readonly note: string }
  | { readonly kind: 'withdraw' | 'withdraw-permanent'; readonly view: View }
  | { readonly kind: 'rules'; readonly subscribe: Permission; readonly view: View }
  | { readonly kind: 'unsubscribe' | 'pass' | 'restart' };
type Step = Deed | { readonly kind: 'subscribe' } | { readonly kind: 'fetch' };

const LEASE = 60;
const PASS = 20;

class Model {
  leased = new Map<View, { note: string; until: number }>();
  permanent = new Map<View, string>();
  rule: { subscribe: Permission; view: View } = { subscribe: 'ask', view: 'default' };
  subscription: { isGranted: boolean } | undefined;
  now = 0;

  view(view: View): string {
    const note = this.leased.get(view)?.note ?? this.permanent.get(view);
    return note === undefined ? closed('alice') : presence(urlOf('alice'), note);
  }

  /** What the subscription shows, as state and object. */
  get visible(): string | undefined {
    if (!this.subscription) return undefined;
    const { subscribe, view } = this.rule;
    if (subscribe === 'pretend') {
      const note = this.permanent.get('pretend');
      return `active ${note === undefined ? closed('alice') : presence(urlOf('alice'), note)}`;
    }
    if (subscribe === 'ask' && !this.subscription.isGranted) return `pending ${closed('alice')}`;
    return `active ${this.view(view)}`;
  }

  judge(): void {
    if (!this.subscription) return;
    if (this.rule.subscribe === 'deny') this.subscription = undefined;
    else if (this.rule.subscribe === 'allow') this.subscription.isGranted = true;
    else if (this.rule.subscribe === 'pretend') this.subscription.isGranted = false;
  }

  pass(): void {
    this.now += PASS;
    for (const [view, { until }] of this.leased) if (until <= this.now) this.leased.delete(view);
  }
}

const view = fc.constantFrom(...VIEWS);
const note = fc.constantFrom('a', 'b');
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constantFrom('publish' as const, 'permanent' as const), view, note }),
  fc.record({ kind: fc.constantFrom('withdraw' as const, 'withdraw-permanent' as const), view }),
  fc.record({
    kind: fc.constant('rules' as const),
    subscribe: fc.constantFrom<Permission>('allow', 'ask', 'deny', 'pretend'),
    view,
  }),
  fc.record({
    kind: fc.constantFrom('subscribe' as const, 'unsubscribe', 'fetch', 'pass', 'pass', 'restart'),
  }) as fc.Arbitrary<Step>,
);

describe('Revision [IMPP 7]', () => {
  test('rises whenever what a watcher may see or its state changes, and only then; it never falls, restarts included', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps) => {
        const stage = await Stage.open(['alice', 'bob']);
        const model = new Model();
        let alice = stage.attach('alice');
        let bob = stage.attach('bob');
        /** The last revision that bob was given, by whatever. */
        let last = 0;
        let hasFetched = false;
        /** Other rules show bob the same, out of another place: until the next start that is known to be no change. */
        let isElsewhere = false;
        let mayHaveRisen = false;

        const perform = async (action: Deed): Promise<void> => {
          const Target = urlOf('alice');
          switch (action.kind) {
            case 'publish':
              await alice.publish(action.note, { View: action.view, 'Lease-Time': String(LEASE) });
              model.leased.set(action.view, { note: action.note, until: model.now + LEASE });
              break;
            case 'permanent':
              await alice.publish(action.note, { View: action.view, 'Lease-Time': 'infinity' });
              model.permanent.set(action.view, action.note);
              break;
            case 'withdraw':
              await alice.ask('CHANGE', { Target, View: action.view, 'Lease-Time': '0' });
              model.leased.delete(action.view);
              break;
            case 'withdraw-permanent':
              await alice.ask('CHANGE', { Target, View: action.view, 'Lease-Time': 'infinity' });
              model.permanent.delete(action.view);
              break;
            case 'rules': {
              const { visible } = model;
              await alice.rules(`bob: subscribe=${action.subscribe} view=${action.view} fetch=allow`);
              model.rule = { subscribe: action.subscribe, view: action.view };
              model.judge();
              if (visible !== undefined && model.visible === visible) isElsewhere = true;
              break;
            }
            case 'unsubscribe': {
              const answer = await bob.ask('UNSUBSCRIBE', { Target });
              expect(answer.error).toBe(model.subscription ? undefined : 'subscription-unknown');
              model.subscription = undefined;
              break;
            }
            case 'pass':
              model.pass();
              await stage.pass(PASS);
              break;
            case 'restart':
              mayHaveRisen ||= isElsewhere;
              await stage.restart();
              alice = stage.attach('alice');
              bob = stage.attach('bob');
              await settle();
              break;
          }
        };

        const subscribe = async (): Promise<void> => {
          const before = model.visible;
          const answer = await bob.subscribe('alice', { 'Lease-Time': 'infinity' });
          if (model.rule.subscribe === 'deny') {
            expect(answer.error).toBe('permission-denied');
            return;
          }
          model.subscription ??= { isGranted: false };
          model.judge();
          expect(`${answer.state} ${answer.body}`).toBe(model.visible);
          if (before === undefined) expect(answer.revision).toBeGreaterThan(last);
          // What FETCH may show it counts as well, and is not in this account.
          else if (hasFetched || mayHaveRisen) expect(answer.revision).toBeGreaterThanOrEqual(last);
          else expect(answer.revision).toBe(last);
          last = answer.revision;
        };

        const fetch = async (): Promise<void> => {
          const one = await bob.fetch('alice');
          if (one.error !== undefined) return;
          const other = await bob.fetch('alice');
          expect(one.revision).toBeGreaterThanOrEqual(last);
          expect(other.revision).toBe(one.revision);
          last = one.revision;
          hasFetched = true;
        };

        for (const action of steps) {
          const before = model.visible;
          if (action.kind === 'subscribe') await subscribe();
          else if (action.kind === 'fetch') await fetch();
          else {
            await perform(action);
            const changes = bob.hear('CHANGE-NOTIFY');
            const ends = bob.hear('TERMINATE-SUBSCRIPTION');
            const { visible } = model;
            const isEnd = before !== undefined && visible === undefined && action.kind !== 'unsubscribe';
            expect(ends).toHaveLength(isEnd ? 1 : 0);
            const isChange = before !== undefined && visible !== undefined && visible !== before;
            expect(changes.map(({ state, body }) => `${state} ${body}`)).toEqual(isChange ? [visible] : []);
            for (const { revision } of [...changes, ...ends]) {
              expect(revision).toBeGreaterThan(last);
              last = revision;
            }
          }
          expect(bob.heard).toEqual([]);
        }
        await stage.close();
        expect(stage.errors).toEqual([]);
      }),
      { numRuns: 400 },
    );
  });

  test('goes on above what was given when the clock has been set back', async () => {
    const stage = await Stage.open(['alice', 'bob']);
    let alice = stage.attach('alice');
    let bob = stage.attach('bob');
    await alice.rules('bob: subscribe=allow');
    await stage.pass(1000);
    await alice.publish('here');
    const before = await bob.subscribe('alice');
    await stage.restart({ setBack: 900 });
    alice = stage.attach('alice');
    bob = stage.attach('bob');
    expect((await bob.subscribe('alice')).revision).toBe(before.revision);
    await alice.publish('there');
    expect(bob.hear('CHANGE-NOTIFY')[0]?.revision).toBeGreaterThan(before.revision);
    await stage.close();
  });

  test('of one who has asked is not below what a FETCH gave, restarts included', async () => {
    const stage = await Stage.open(['alice', 'bob']);
    const alice = stage.attach('alice');
    let bob = stage.attach('bob');
    await bob.subscribe('alice');
    await alice.rules('bob: subscribe=ask fetch=allow');
    let given = 0;
    for (const note of ['one', 'two']) {
      await alice.publish(note);
      ({ revision: given } = await bob.fetch('alice'));
    }
    await stage.restart();
    bob = stage.attach('bob');
    expect(await bob.subscribe('alice')).toMatchObject({ state: 'pending', revision: given });
    await stage.close();
  });

  test('of the view that pretence has its value from is kept, whichever of the two changed last', async () => {
    const stage = await Stage.open(['alice', 'bob']);
    let alice = stage.attach('alice');
    let bob = stage.attach('bob');
    await alice.rules('bob: subscribe=allow view=pretend');
    await bob.subscribe('alice');
    const deeds = [
      () => alice.publish('here', { View: 'pretend' }),
      // Nothing that an active watcher sees.
      () => alice.publish('here', { View: 'pretend', 'Lease-Time': 'infinity' }),
      () => alice.publish('there', { View: 'pretend' }),
      () => alice.ask('CHANGE', { Target: urlOf('alice'), View: 'pretend', 'Lease-Time': '0' }),
    ];
    let told = 0;
    for (const deed of deeds) {
      await deed();
      told = bob.hear('CHANGE-NOTIFY').at(-1)?.revision ?? told;
      await stage.restart();
      alice = stage.attach('alice');
      bob = stage.attach('bob');
      expect((await bob.subscribe('alice')).revision).toBe(told);
    }
    await stage.close();
  });
});

test('after a crash that took back what a watcher had been told, what it is told has a higher revision', async () => {
  const stage = await Stage.open(['alice', 'bob', 'carol']);
  let alice = stage.attach('alice');
  let bob = stage.attach('bob');
  let carol = stage.attach('carol');
  await alice.rules('bob: subscribe=allow', 'carol: fetch=allow');
  await bob.subscribe('alice');
  await carol.fetch('alice');
  await alice.publish('kept', { 'Lease-Time': 'infinity' });
  let lost = { bob: 0, carol: 0 };
  await stage.crash(async () => {
    await alice.publish('lost', { 'Lease-Time': 'infinity' });
    lost = {
      bob: bob.hear('CHANGE-NOTIFY').at(-1)?.revision ?? Infinity,
      carol: (await carol.fetch('alice')).revision,
    };
  });
  bob = stage.attach('bob');
  carol = stage.attach('carol');
  const again = { bob: await bob.subscribe('alice'), carol: await carol.fetch('alice') };
  expect(again.bob.body).toBe(presence(urlOf('alice'), 'kept'));
  expect(again.bob.revision).toBeGreaterThan(lost.bob);
  expect(again.carol.body).toBe(presence(urlOf('alice'), 'kept'));
  expect(again.carol.revision).toBeGreaterThan(lost.carol);
  // And from there on as ever.
  expect((await bob.subscribe('alice')).revision).toBe(again.bob.revision);
  await stage.restart();
  bob = stage.attach('bob');
  expect((await bob.subscribe('alice')).revision).toBe(again.bob.revision);
  alice = stage.attach('alice');
  await alice.publish('new');
  expect(bob.hear('CHANGE-NOTIFY').at(-1)?.revision).toBeGreaterThan(again.bob.revision);
  await stage.close();
});

describe('collapsing [IMPP 7]', () => {
  test('however acknowledgements and changes interleave, at most one is unacknowledged and the newest arrives', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.constant('acknowledge' as const), fc.nat({ max: 3 })), { maxLength: 40 }),
        async (steps) => {
          const stage = await Stage.open(['alice', 'bob']);
          const alice = stage.attach('alice');
          const bob: Device = stage.attach('bob');
          await alice.rules('bob: subscribe=allow');
          const opened = await bob.subscribe('alice');
          bob.acknowledges = false;
          let newest: string = closed('alice');
          for (const action of steps) {
            if (action === 'acknowledge') {
              if (bob.unacknowledged.length > 0) bob.acknowledge();
            } else {
              await alice.publish(`note ${action}`);
              newest = presence(urlOf('alice'), `note ${action}`);
            }
            expect(bob.unacknowledged.length).toBeLessThanOrEqual(1);
          }
          while (bob.unacknowledged.length > 0) bob.acknowledge();
          const heard = bob.hear('CHANGE-NOTIFY');
          expect([opened, ...heard].at(-1)?.body).toBe(newest);
          const revisions = [opened, ...heard].map(({ revision }) => revision);
          expect(revisions).toEqual([...new Set(revisions)].sort((one, other) => one - other));
          await stage.close();
        },
      ),
      { numRuns: 100 },
    );
  });
});

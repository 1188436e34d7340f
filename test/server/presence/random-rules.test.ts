// What a live server does under random rules, against what a second, naive reading of section 9 expects: every
// SET-ACL and every `until`, for those who watch already and for those who come.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { AccessRules, formatAccessRules, type Rule } from '../../../shared/impp/access-rules.ts';
import { arbitraryRules, naively } from '../../shared/impp/naive-rules.ts';
import { closed, type Device, presence, Stage, urlOf } from './stage.ts';

const OWNER = urlOf('alice');
const WATCHERS = ['bob', 'carol', 'anonymous-1'];
const VIEWS = ['work', 'home', 'empty'];
const WHOS = ['*', 'anonymous', 'impp://a.example/*', 'impp://b.example/*', ...WATCHERS.map(urlOf)];

type Step =
  | { readonly kind: 'rules'; readonly rules: readonly Rule[] }
  | { readonly kind: 'time'; readonly seconds: number }
  | { readonly kind: 'subscribe'; readonly user: string }
  | { readonly kind: 'publish'; readonly view: string; readonly note: string };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 3,
      // Seconds from when they are set.
      arbitrary: arbitraryRules(WHOS, VIEWS, fc.integer({ min: 5, max: 60 })).map((rules) => ({
        kind: 'rules' as const,
        rules,
      })),
    },
    {
      weight: 2,
      arbitrary: fc.integer({ min: 1, max: 30 }).map((seconds) => ({ kind: 'time' as const, seconds })),
    },
    {
      weight: 3,
      arbitrary: fc.constantFrom(...WATCHERS).map((user) => ({ kind: 'subscribe' as const, user })),
    },
    {
      weight: 1,
      arbitrary: fc
        .record({ view: fc.constantFrom('default', 'work', 'home'), note: fc.constantFrom('a', 'b') })
        .map((published) => ({ kind: 'publish' as const, ...published })),
    },
  ),
  { minLength: 4, maxLength: 14 },
);

/** What a watcher has, in the naive reading: `ask` leaves alone what was granted, and grants nothing. */
const next = (before: string | undefined, decision: string): string | undefined => {
  if (decision === 'deny') return undefined;
  if (decision === 'ask') return before === 'active' ? 'active' : 'pending';
  return decision === 'allow' ? 'active' : 'pretended';
};

class Model {
  rules: readonly Rule[] = [];
  readonly published = new Map<string, string>();
  readonly states = new Map<string, string>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  decide(name: 'subscribe' | 'fetch' | 'view', user: string, at = this.#now()): string {
    return naively(this.rules, name, urlOf(user), OWNER, at).value;
  }

  /** The rules are judged: now, or at the moment at which one ended. */
  judge(at = this.#now()): void {
    for (const [user, state] of this.states) {
      const after = next(state, this.decide('subscribe', user, at));
      if (after === undefined) this.states.delete(user);
      else this.states.set(user, after);
    }
  }

  shown(user: string, state: string | undefined): string | undefined {
    if (state === undefined) return undefined;
    if (state !== 'active') return closed('alice');
    return this.published.get(this.decide('view', user)) ?? closed('alice');
  }
}

test('the server does what a second reading of the page expects, whatever the rules', async () => {
  const met = new Set<string>();
  await fc.assert(
    fc.asyncProperty(steps, async (todo) => {
      const stage = await Stage.open(['alice', 'bob', 'carol']);
      const alice = stage.attach('alice');
      const model = new Model(() => stage.clock.now());
      const devices = new Map(WATCHERS.map((user) => [user, stage.attach(user)]));
      const known = new Map<string, string | undefined>();
      const hear = (user: string, device: Device) => {
        for (const notice of device.heard.splice(0))
          known.set(user, notice.method === 'CHANGE-NOTIFY' ? notice.body : undefined);
      };
      try {
        for (const step of todo) {
          if (step.kind === 'rules') {
            model.rules = step.rules.map((rule) =>
              rule.until === undefined ? rule : { ...rule, until: stage.clock.now() + rule.until * 1000 },
            );
            const body = formatAccessRules(new AccessRules(model.rules));
            const headers = { Target: OWNER, 'Content-Type': 'application/impp-acl' };
            expect((await alice.ask('SET-ACL', headers, body)).error).toBeUndefined();
            model.judge();
          } else if (step.kind === 'time') {
            const [from, to] = [stage.clock.now(), stage.clock.now() + step.seconds * 1000];
            const ends = new Set(
              model.rules.flatMap(({ until = 0 }) => (until > from && until <= to ? [until] : [])),
            );
            for (const end of [...ends].sort((a, b) => a - b)) {
              await stage.pass((end - stage.clock.now()) / 1000);
              model.judge();
            }
            await stage.pass((to - stage.clock.now()) / 1000);
          } else if (step.kind === 'publish') {
            model.published.set(step.view, presence(OWNER, `${step.view} ${step.note}`));
            await alice.publish(`${step.view} ${step.note}`, { View: step.view, 'Lease-Time': '3600' });
          } else {
            const device = devices.get(step.user);
            hear(step.user, device ?? alice);
            const answer = await device?.subscribe('alice', { 'Lease-Time': '86400' });
            const state = next(model.states.get(step.user), model.decide('subscribe', step.user));
            if (state === undefined) {
              expect(answer?.error).toBe('permission-denied');
              model.states.delete(step.user);
            } else {
              expect(answer?.error).toBeUndefined();
              model.states.set(step.user, state);
            }
            known.set(step.user, answer?.body);
          }
          for (const [user, device] of devices) {
            hear(user, device);
            const state = model.states.get(user);
            met.add(`${user} ${state}`);
            // What it was told last is what it may see, and it is told what state that is.
            expect(known.get(user), user).toBe(model.shown(user, state));
            const asked = await device.ask('GET-SUBSCRIPTION', { Target: OWNER });
            expect(asked.state ?? asked.error).toBe(
              { active: 'active', pending: 'pending', pretended: 'active' }[state ?? ''] ??
                'subscription-unknown',
            );
            const fetched = await device.fetch('alice');
            const decision = model.decide('fetch', user);
            met.add(`FETCH ${decision}`);
            expect(fetched.error ?? fetched.body).toBe(
              decision === 'deny'
                ? 'permission-denied'
                : model.shown(user, decision === 'allow' ? 'active' : 'pretended'),
            );
          }
        }
        expect(stage.errors).toEqual([]);
      } finally {
        await stage.close();
      }
    }),
    { numRuns: 150 },
  );
  // Everything that can be has been.
  for (const user of WATCHERS)
    for (const state of ['active', 'pending', 'pretended', 'undefined'])
      expect(met).toContain(`${user} ${state}`);
  for (const decision of ['allow', 'deny', 'pretend']) expect(met).toContain(`FETCH ${decision}`);
});

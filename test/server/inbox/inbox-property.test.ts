import fc from 'fast-check';
import { expect, test } from 'vitest';

import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { FakeClock } from '../../fake/clock.ts';
import { TestDomain } from '../harness.ts';
import type { Peer } from '../peer.ts';
import { arrived, send, sequenceOf } from './mail.ts';

/** A storage whose server can be killed: what has been asked is done, but nobody hears of it any more. */
const killable = (storage: Storage): { storage: Storage; kill(): void } => {
  let isDead = false;
  const never = new Promise<never>(() => {});
  const proxy = new Proxy(storage, {
    get(target, name, receiver) {
      const method: unknown = Reflect.get(target, name, receiver);
      if (typeof method !== 'function') return method;
      return async (...args: unknown[]) => {
        if (isDead) return never;
        const result: unknown = await Reflect.apply(method, target, args);
        return isDead ? never : result;
      };
    },
  });
  return {
    storage: proxy,
    kill: () => {
      isDead = true;
    },
  };
};

/** An installation of a client: it keeps what it has acknowledged, and asks for what follows. */
class Device {
  readonly user: string;
  readonly name: string;
  readonly entries = new Map<number, string>();
  last = 0;
  peer: Peer | undefined;
  /** The number that must come next on this connection. */
  #next = 0;

  constructor(user: string, name: string) {
    this.user = user;
    this.name = name;
  }

  async attach(domain: TestDomain, maxPending: number): Promise<void> {
    this.peer = await domain.attach(this.user, { device: this.name, after: this.last, maxPending });
    this.#next = this.last + 1;
  }

  leave(): void {
    this.peer?.break();
    this.peer = undefined;
  }

  /** Takes up to `count` of what has come; acknowledges them, or (the program is killed) only all but the last. */
  async take(count: number): Promise<void> {
    const { peer } = this;
    for (let i = 0; i < count && peer !== undefined && arrived(peer).length > 0; i += 1) {
      const entry = await peer.next('SEND');
      const sequence = sequenceOf(entry);
      expect(sequence).toBe(this.#next);
      expect(this.entries.has(sequence)).toBe(false);
      this.#next += 1;
      this.last = sequence;
      this.entries.set(sequence, entry.headers.get('Message-ID') ?? '');
      peer.ok(entry);
    }
  }
}

type Step =
  | { readonly kind: 'send'; readonly id: number }
  | { readonly kind: 'attach'; readonly device: number; readonly maxPending: number }
  | { readonly kind: 'leave'; readonly device: number }
  | { readonly kind: 'take'; readonly device: number; readonly count: number }
  | { readonly kind: 'settle' }
  | { readonly kind: 'wait' }
  | { readonly kind: 'kill' };

const device = fc.integer({ min: 0, max: 2 });
const steps = fc.array(
  fc.oneof(
    {
      weight: 8,
      arbitrary: fc.record({ kind: fc.constant('send' as const), id: fc.integer({ min: 0, max: 30 }) }),
    },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('attach' as const),
        device,
        maxPending: fc.constantFrom(1, 2, 100),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), device }) },
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('take' as const),
        device,
        count: fc.integer({ min: 1, max: 9 }),
      }),
    },
    { weight: 3, arbitrary: fc.constant({ kind: 'settle' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'wait' as const }) },
    { weight: 1, arbitrary: fc.constant({ kind: 'kill' as const }) },
  ),
  { minLength: 5, maxLength: 60 },
);

const play = async (script: readonly Step[]): Promise<void> => {
  const clock = new FakeClock();
  const memory = createMemoryStorage();
  let life = killable(memory);
  let domain = await TestDomain.start({ clock, storage: life.storage, users: ['alice', 'bob'] });
  const devices = [new Device('bob', 'desk'), new Device('bob', 'phone'), new Device('alice', 'phone')];
  let alice = await domain.attach('alice', { device: 'desk' });
  const asked = new Set<string>();
  const accepted = new Set<string>();
  let open = new Map<string, string>();

  const readAnswers = async (): Promise<void> => {
    for (const message of alice.unread.filter(({ kind }) => kind === 'response')) {
      const id = open.get(message.id);
      const response = await alice.response(message.id);
      expect(response.ok).toBe(true);
      if (id !== undefined) accepted.add(id);
    }
  };

  const run = async (step: Step): Promise<void> => {
    switch (step.kind) {
      case 'send': {
        const id = `n${step.id}`;
        open.set(send(alice, 'bob', { id }), id);
        asked.add(id);
        return;
      }
      case 'attach':
        return await devices[step.device]?.attach(domain, step.maxPending);
      case 'leave':
        return devices[step.device]?.leave();
      case 'take':
        await domain.settle();
        return await devices[step.device]?.take(step.count);
      case 'settle':
        return await domain.settle();
      case 'wait':
        return await domain.advance(2_000);
      case 'kill': {
        await readAnswers();
        life.kill();
        for (const one of devices) one.leave();
        alice.break();
        open = new Map();
        life = killable(memory);
        domain = await TestDomain.start({ clock, storage: life.storage });
        alice = await domain.attach('alice', { device: 'desk' });
      }
    }
  };

  for (const step of script) {
    await run(step);
    await readAnswers();
  }
  await domain.advance(2_000);
  await readAnswers();

  // In the end each device comes back and takes what it lacks: all have the same, once each, without a gap.
  for (const one of devices) {
    one.leave();
    await domain.settle();
    await one.attach(domain, 5);
    for (let before = -1; before < one.entries.size; ) {
      before = one.entries.size;
      await domain.settle();
      await one.take(1_000);
      await domain.settle();
      await one.take(1_000);
    }
    const ids = [...one.entries.values()].map((id) => id.slice(1, id.indexOf('@')));
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of accepted) expect(ids).toContain(id);
    for (const id of ids) expect(asked).toContain(id);
    expect([...one.entries.keys()]).toEqual(ids.map((_, i) => i + 1));
  }
  expect(domain.errors).toEqual([]);
  await domain.close();
};

test('whatever happens between, no entry is lost, doubled or out of order on any device', async () => {
  await fc.assert(fc.asyncProperty(steps, play), { numRuns: 60 });
});

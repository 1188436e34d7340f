// Three domains whose requests and answers get lost, that restart, while their people publish, change their rules, watch
// and leave. Afterwards, within one lease, everyone has what they may see, and nobody anything else.

import { expect, test } from 'vitest';

import { FakeClock } from '../../fake/clock.ts';
import { Network } from './network.ts';
import { acl, type Device, Stage, settle } from './stage.ts';

const HOSTS = ['a.example', 'b.example', 'c.example'];
const PEOPLE = ['x', 'y', 'z'];
const URLS = HOSTS.flatMap((host) => PEOPLE.map((user) => `impp://${host}/${user}`));
/** Seconds: the shortest there is, and the longest, during which what was lost must come without a renewal. */
const LEASES = { short: 60, long: 86_400 } as const;
/** Seconds: the longest that a domain which cannot be reached waits for the next attempt. */
const LONGEST_WAIT = 300;

/** Numbers from 0 up to `bound`, the same for the same seed. */
const randomOf = (seed: number) => {
  let state = seed * 2_654_435_761 + 1;
  return (bound: number): number => {
    state = (Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    return ((state ^ (state >>> 13)) >>> 0) % bound;
  };
};

interface Seen {
  revision: number;
  body: string | undefined;
  renewAt: number;
}

/** A client of one person: what it watches, and what it was last told of each. */
class Client {
  readonly url: string;
  readonly user: string;
  readonly watched = new Map<string, Seen>();
  /** What it has not been told that it does not watch any more. */
  readonly leaving = new Set<string>();
  readonly #stage: Stage;
  readonly #lease: number;
  device: Device;

  constructor(stage: Stage, user: string, lease: number) {
    this.#stage = stage;
    this.#lease = lease;
    this.user = user;
    this.url = stage.urlOf(user);
    this.device = stage.attach(user);
  }

  /** On a connection of its own, everything is asked for anew. */
  comeBack(): void {
    this.device = this.#stage.attach(this.user);
    for (const seen of this.watched.values()) seen.renewAt = 0;
  }

  read(now: number): void {
    for (const { method, headers, revision, body } of this.device.heard.splice(0)) {
      const seen = this.watched.get(headers.get('Origin') ?? '');
      if (!seen) continue;
      if (method === 'CHANGE-NOTIFY' && revision > seen.revision) Object.assign(seen, { revision, body });
      if (method === 'TERMINATE-SUBSCRIPTION' && revision >= seen.revision)
        Object.assign(seen, { revision, body: undefined, renewAt: now });
    }
  }

  async renew(now: number): Promise<void> {
    for (const target of this.leaving) {
      const { error } = await this.device.ask('UNSUBSCRIBE', { Target: target });
      if (error === undefined || error === 'subscription-unknown') this.leaving.delete(target);
    }
    for (const [target, seen] of this.watched) {
      if (seen.renewAt > now) continue;
      const { error, revision, body } = await this.device.ask('SUBSCRIBE', {
        Target: target,
        'Lease-Time': String(this.#lease),
      });
      this.read(now);
      if (error === undefined) {
        if (revision >= seen.revision) Object.assign(seen, { revision, body });
        seen.renewAt = now + this.#lease * 700;
      } else {
        if (error === 'permission-denied') seen.body = undefined;
        seen.renewAt = now + 5_000;
      }
    }
  }
}

const CASES = [1, 2, 3, 4, 5, 6].flatMap((seed) => [['short', seed] as const, ['long', seed] as const]);

test.each(CASES)(
  'whatever happens meanwhile, everyone is right afterwards: %s leases, %i',
  async (kind, seed) => {
    const lease = LEASES[kind];
    const random = randomOf(seed);
    const clock = new FakeClock();
    const network = new Network();
    const stages = await Promise.all(
      HOSTS.map((domain) => Stage.open(PEOPLE, { domain }, { network, clock })),
    );
    for (const stage of stages) stage.random = (length) => Uint8Array.from({ length }, () => random(256));
    const clients = stages.flatMap((stage) => PEOPLE.map((user) => new Client(stage, user, lease)));
    const clientOf = (index: number): Client => clients[index] as Client;
    for (const { device, url } of clients)
      await device.ask(
        'SET-ACL',
        { Target: url, 'Content-Type': 'application/impp-acl' },
        acl('*: subscribe=allow fetch=allow'),
      );

    const pass = async (seconds: number): Promise<void> => {
      clock.advance(seconds * 1000);
      await settle();
      for (const client of clients) {
        client.read(clock.now());
        await client.renew(clock.now());
      }
    };

    const events: (() => unknown)[] = [
      () => clientOf(random(9)).device.publish(`note ${random(1000)}`, { 'Lease-Time': '3600' }),
      () => {
        const client = clientOf(random(9));
        const target = URLS[random(9)] ?? '';
        if (target !== client.url && !client.watched.has(target))
          client.watched.set(target, { revision: 0, body: undefined, renewAt: 0 });
        if (client.watched.has(target)) client.leaving.delete(target);
      },
      async () => {
        const client = clientOf(random(9));
        const [target] = [...client.watched.keys()].slice(random(3));
        if (target === undefined) return;
        client.watched.delete(target);
        client.leaving.add(target);
      },
      () => {
        const { device, url } = clientOf(random(9));
        // That it has been refused is said once: who does not hear it may not know for a whole lease.
        const one = ['subscribe=pretend', 'subscribe=allow', 'subscribe=deny'][
          random(kind === 'short' ? 3 : 2)
        ];
        return device.ask(
          'SET-ACL',
          { Target: url, 'Content-Type': 'application/impp-acl' },
          acl(`${URLS[random(9)]}: ${one}`, '*: subscribe=allow fetch=allow'),
        );
      },
      () => {
        const client = clientOf(random(9));
        stages[HOSTS.findIndex((host) => client.url.includes(host))]?.detach(client.device, 'lost');
        client.comeBack();
      },
      async () => {
        const index = random(3);
        await stages[index]?.restart();
        for (const client of clients) if (client.url.includes(HOSTS[index] ?? '')) client.comeBack();
      },
      () => {
        const host = HOSTS[random(3)] ?? '';
        if (!network.down.delete(host)) network.down.add(host);
      },
    ];
    network.fate = () => (['is lost', 'answer is lost'] as const)[random(12)] ?? 'arrives';
    for (let step = 0; step < 250; step += 1) {
      // The first two are what people do most.
      await events[random(2) === 0 ? random(2) : random(events.length)]?.();
      await pass(random(4));
    }

    network.fate = () => 'arrives';
    network.down.clear();
    for (let seconds = Math.min(lease, LONGEST_WAIT); seconds > 0; seconds -= 5) await pass(5);

    let compared = 0;
    for (const client of clients)
      for (const [target, seen] of client.watched) {
        const owner = clients.find(({ url }) => url === target) as Client;
        const { error, body } = await owner.device.ask('FETCH', { Target: target, Watcher: client.url });
        expect([client.url, target, seen.body]).toEqual([
          client.url,
          target,
          error === undefined ? body : undefined,
        ]);
        compared += 1;
      }
    expect(compared).toBeGreaterThan(10);

    // Nobody is told anything that they have not asked for.
    for (const client of clients) {
      client.device.heard.length = 0;
      await client.device.publish('the last', { 'Lease-Time': '3600' });
    }
    await settle();
    for (const client of clients)
      for (const { method, headers } of client.device.heard)
        if (method === 'CHANGE-NOTIFY') expect([...client.watched.keys()]).toContain(headers.get('Origin'));

    for (const stage of stages) await stage.close();
    expect(stages.flatMap(({ errors }) => errors)).toEqual([]);
  },
);

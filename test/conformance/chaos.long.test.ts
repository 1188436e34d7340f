// Three domains for two minutes under traffic, while the wires between them are cut, halved, slowed and torn at random.
// Afterwards nothing that was acknowledged is lost or doubled, and within one lease everybody sees what is.
//   PARLEY_CHAOS_SEED=N repeats a run, PARLEY_CHAOS_SECONDS=N makes it longer, PARLEY_CHAOS_NET=loopback or namespaces

import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Authority } from '../fixtures/authority.ts';
import { endProgram, temporaryFolder } from '../stories/programs.ts';
import { KINDS, type Net, openNet } from './chaos-net.ts';
import { LEASE, Person, type Place } from './chaos-people.ts';
import { ITERATIONS } from './wire.ts';

const SEED = Number(process.env['PARLEY_CHAOS_SEED'] ?? Math.floor(Date.now() / 1000) % 1_000_000);
const SECONDS = Number(process.env['PARLEY_CHAOS_SECONDS'] ?? 120);
const NAMES = ['a.example', 'b.example', 'c.example'];
const USERS = ['x', 'y'];
/** After the wires are whole: the longest that a request may take, twice, and what the last attempt waits before it. */
const PATIENCE = 150_000;

const say = (line: string): void => void process.stderr.write(`${line}\n`);

let net: Net;
let closing = (): Promise<void> => Promise.resolve();
let places: Place[];
const programs: ChildProcess[] = [];

/** Repeatable, and good enough to choose what breaks. */
const chance = (seed: number) => {
  let state = seed;
  return (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
};

const start = async (index: number, authority: Authority): Promise<number> => {
  const { prefix = [], listen = '' } = net.domains[index] ?? {};
  const name = NAMES[index] ?? '';
  const { cert, key } = await authority.issue(name, index === 0 ? {} : { uses: 'serverAuth' });
  const settings = [
    `auth.iterations=${ITERATIONS}`,
    `dns.servers=${net.nameServer}`,
    `tls.ca=${authority.path}`,
    `leases.subscription-min=${LEASE}`,
    `leases.subscription-interdomain=${LEASE}`,
    'log.level=warn',
  ].flatMap((setting) => ['--set', setting]);
  const serve = [
    'server/index.ts',
    'serve',
    '--domain',
    name,
    '--listen',
    listen,
    '--data',
    temporaryFolder(),
  ];
  const [command, ...args] = [...prefix, process.execPath, ...serve, '--registration', 'open'];
  const tls = ['--tls-cert', cert, '--tls-key', key];
  const child = spawn(command, [...args, ...tls, ...settings], { stdio: ['pipe', 'pipe', 'inherit'] });
  programs.push(child);
  const lines = createInterface({ input: child.stdout });
  return new Promise((resolve, reject) => {
    lines.on('line', (line) => {
      const found = /^parleyd ready \S+ \S+:(\d+)$/v.exec(line);
      if (found) resolve(Number(found[1]));
    });
    lines.on('close', () => reject(new Error(`${name} has not started`)));
  });
};

beforeAll(async () => {
  net = await openNet(NAMES);
  closing = () => net.close();
  say(`chaos over ${net.what}: PARLEY_CHAOS_SEED=${SEED}`);
  const authority = await Authority.make();
  const ports = await Promise.all(NAMES.map((_, index) => start(index, authority)));
  const reached = await net.announce(ports);
  places = NAMES.map((name, index) => {
    const { host, port } = reached[index] ?? { host: '', port: 0 };
    return { name, host, port, ca: authority.pem };
  });
});

afterAll(async () => {
  await Promise.all(programs.map((child) => endProgram(child, 'SIGKILL')));
  await closing();
});

const place = (index: number): Place => places[index] as Place;

test('first contact of two domains that have never met', async () => {
  const alice = await Person.enter(place(0), 'alice');
  const bob = await Person.enter(place(1), 'bob');
  await alice.deliver(bob.url, '<first@a.example>', () => Promise.reject(new Error('not at once')));
  await expect.poll(() => bob.got.size).toBe(1);
  for (const person of [alice, bob]) person.close();
});

test(`${SECONDS} seconds of traffic over wires that break`, {
  timeout: SECONDS * 1000 + 2 * PATIENCE,
}, async () => {
  const random = chance(SEED);
  const people: Person[] = [];
  for (const [index] of NAMES.entries())
    for (const user of USERS) people.push(await Person.enter(place(index), user));
  const end = Date.now() + SECONDS * 1000;

  const elsewhere = (person: Person): Person[] =>
    people.filter(({ url }) => new URL(url).host !== new URL(person.url).host);
  let messages = 0;
  const write = async (person: Person): Promise<void> => {
    const others = elsewhere(person);
    while (Date.now() < end) {
      const to = others[Math.floor(random() * others.length)] as Person;
      const id = `<${(messages += 1)}@chaos.example>`;
      await person.deliver(to.url, id, () => after(300 + random() * 700));
      await after(600 + random() * 1_200);
    }
  };
  const publish = async (person: Person): Promise<void> => {
    for (let count = 0; Date.now() < end; count += 1) {
      await person.publish(`${count}`);
      await after(Math.min(2_000 + random() * 4_000, Math.max(0, end - Date.now())));
    }
  };
  /** Renews as clients do, and asks again soon where that fails. */
  const renewals = new AbortController();
  const watch = async (person: Person, target: string): Promise<void> => {
    while (!renewals.signal.aborted) {
      const isThere = await person.watch(target);
      const wait = isThere ? LEASE * 1000 * (0.6 + random() * 0.2) : 1_000 + random() * 1_000;
      await after(wait, undefined, { signal: renewals.signal }).catch(() => {});
    }
  };
  let disturbances = 0;
  /** With dice of its own: the same seed breaks the same wires at the same times, whatever the traffic. */
  const breaking = async (random: () => number): Promise<void> => {
    while (Date.now() < end) {
      disturbances += 1;
      const domain = Math.floor(random() * NAMES.length);
      const kind = KINDS[Math.floor(random() * KINDS.length)] ?? 'cut';
      await net.disturb(domain, kind);
      // Mostly shorter than anybody's patience, and now and then longer.
      const length = random() < 0.04 ? 33_000 : 300 + random() ** 3 * 10_000;
      await after(Math.min(length, Math.max(0, end - Date.now())));
      await net.heal(domain);
      await after(1_000 + random() * 5_000);
    }
  };

  const watching = people.flatMap((person) => elsewhere(person).map(({ url }) => watch(person, url)));
  // Three messages of each person are under way at a time.
  const writing = people.flatMap((person) => [write(person), write(person), write(person)]);
  const publishing = people.map(publish);
  await Promise.all([breaking(chance(SEED + 1)), breaking(chance(SEED + 2)), ...publishing]);
  const healedAt = Date.now();
  for (const [index] of NAMES.entries()) await net.heal(index);

  // Said when all is whole, or shortly before: within one lease everybody has it.
  await Promise.all(people.map((person) => person.publish(`the last of ${person.url}`)));
  const isRight = (person: Person): boolean =>
    elsewhere(person).every(({ url }) => person.seen.get(url)?.body.includes(`the last of ${url}`) === true);
  const late = healedAt + LEASE * 1000 - Date.now();
  await expect
    .poll(() => people.filter((person) => !isRight(person)).map(({ url }) => url), {
      timeout: late,
      interval: 200,
    })
    .toEqual([]);
  const right = Date.now() - healedAt;
  renewals.abort();

  await Promise.all(writing);
  await Promise.all(watching);
  const finished = Date.now() - healedAt;
  for (const person of people) await person.readLog();
  const logged = new Map(people.map((person) => [person.url, person]));
  let acknowledged = 0;
  for (const sender of people) {
    for (const [id, to] of sender.acknowledged) {
      acknowledged += 1;
      expect([id, to, logged.get(to)?.got.get(id)?.size]).toEqual([id, to, 1]);
      expect([id, sender.copies.get(id)]).toEqual([id, 1]);
    }
    expect(sender.isGone).toBe(false);
  }
  expect(acknowledged).toBe(messages);
  expect(people.reduce((sum, { got }) => sum + got.size, 0)).toBe(messages);
  // It was no quiet evening.
  expect(disturbances).toBeGreaterThan(SECONDS / 12);
  expect(messages).toBeGreaterThan(SECONDS);
  const errors = people.flatMap((person) => [...person.errors].map(([error, count]) => `${count} ${error}`));
  say(
    `${messages} messages; presence right after ${right} ms, the last answer after ${finished} ms; ${disturbances} disturbances; errors: ${errors.join(', ')}`,
  );
});

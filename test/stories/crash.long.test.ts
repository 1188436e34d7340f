// Fifty times, under traffic both ways, something is killed that cannot say goodbye: the server or one of two
// cores. At the end, everything that was promised to be kept is on both sides, and nothing is there twice.

import type { ChildProcess } from 'node:child_process';
import { expect, test } from 'vitest';
import { type DomainProgram, endProgram, startDomain, startProgram, temporaryFolder } from './programs.ts';

const ROUNDS = 50;
/** What each person writes in a round. */
const BURST = 4;
/** The kill comes within this many milliseconds after the burst began. */
const WITHIN = 60;
/** How long the last messages may take to settle, in milliseconds. */
const SETTLE_TIME = 60_000;

type Shown = { messageId: string; text: string; isMine: boolean; outcome?: string };
type Said = { saved?: string; phase?: string; dump?: Shown[] };

class Person {
  readonly user: string;
  readonly #domain: DomainProgram;
  readonly #peer: string;
  readonly #folder = temporaryFolder();
  /** What the core promised to keep. */
  readonly saved: string[] = [];
  #child: ChildProcess | undefined;
  #phase = '';
  #dumped: ((messages: Shown[]) => void) | undefined;
  #changed: (() => void) | undefined;

  constructor(user: string, peer: string, domain: DomainProgram) {
    this.user = user;
    this.#peer = peer;
    this.#domain = domain;
  }

  async start(): Promise<void> {
    const { name, server } = this.#domain;
    this.#phase = '';
    const { child } = await startProgram(
      'test/stories/core-program.ts',
      [
        `--data=${this.#folder}`,
        `--address=${this.user}@${name}`,
        `--password=${this.user} and a secret`,
        `--server=${server}`,
        `--peer=${this.#peer}@${name}`,
      ],
      /^core ready$/,
      { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' },
      (line) => this.#heard(line),
    );
    this.#child = child;
  }

  #heard(line: string): void {
    if (!line.startsWith('{')) return;
    const said = JSON.parse(line) as Said;
    if (said.saved !== undefined) this.saved.push(said.saved);
    if (said.dump) this.#dumped?.(said.dump);
    if (said.phase) this.#phase = said.phase;
    this.#changed?.();
  }

  async online(): Promise<void> {
    while (this.#phase !== 'online') {
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
    }
  }

  #tell(command: object): void {
    this.#child?.stdin?.write(`${JSON.stringify(command)}\n`);
  }

  write(text: string): void {
    this.#tell({ text });
  }

  dump(): Promise<Shown[]> {
    return new Promise((resolve) => {
      this.#dumped = resolve;
      this.#tell({ dump: true });
    });
  }

  async kill(): Promise<void> {
    if (this.#child) await endProgram(this.#child, 'SIGKILL');
  }
}

const sorted = (texts: readonly string[]): string[] => [...texts].sort();

test(`what was promised survives ${ROUNDS} kills, and nothing is doubled`, { timeout: 600_000 }, async () => {
  const domain = await startDomain('crash.localhost');
  const alice = new Person('alice', 'bob', domain);
  const bob = new Person('bob', 'alice', domain);
  const people = [alice, bob];
  await Promise.all(people.map((person) => person.start()));

  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all(people.map((person) => person.online()));
    for (let n = 0; n < BURST; n += 1)
      for (const person of people) person.write(`${person.user} ${round}.${n}`);
    await new Promise((resolve) => setTimeout(resolve, Math.random() * WITHIN));
    const victim = [domain, alice, bob][round % 3];
    if (victim === domain) {
      await domain.kill('SIGKILL');
      await domain.restart();
    } else if (victim instanceof Person) {
      await victim.kill();
      await victim.start();
    }
  }
  await Promise.all(people.map((person) => person.online()));

  // Settled: no message of either waits for an answer any more, and what the server stored has been fetched.
  // A message may be stored while its receiver, just back, has not yet asked for its inbox.
  const dumps = async () => Promise.all([alice.dump(), bob.dump()]);
  const promised = people.map(({ saved }) => [...saved]);
  let settled: Shown[][] = [];
  const unsettled = ([ofAlice, ofBob]: Shown[][] = []): Shown[] =>
    [
      [ofAlice, ofBob],
      [ofBob, ofAlice],
    ].flatMap(([own = [], other = []]) => {
      const received = new Set(other.filter(({ isMine }) => !isMine).map(({ messageId }) => messageId));
      return own.filter(
        ({ isMine, outcome, messageId }) =>
          isMine && ((outcome !== 'delivered' && outcome !== 'stored') || !received.has(messageId)),
      );
    });
  await expect
    .poll(async () => unsettled((settled = await dumps())), {
      timeout: SETTLE_TIME,
      message: 'nothing is lost',
    })
    .toEqual([]);

  const [ofAlice = [], ofBob = []] = settled;
  for (const [index, own, other] of [
    [0, ofAlice, ofBob],
    [1, ofBob, ofAlice],
  ] as const) {
    const written = own.filter(({ isMine }) => isMine);
    const received = other.filter(({ isMine }) => !isMine);
    const ids = sorted(written.map(({ messageId }) => messageId));
    expect(new Set(ids).size, 'nothing stands twice at its writer').toBe(ids.length);
    expect(
      sorted(received.map(({ messageId }) => messageId)),
      'the other side has just what was written, once each',
    ).toEqual(ids);
    const texts = sorted(written.map(({ text }) => text));
    expect(new Set(texts).size, 'nothing was sent under a second id').toBe(texts.length);
    expect(texts, 'what was promised is there').toEqual(expect.arrayContaining(promised[index] ?? []));
    expect(promised[index]?.length).toBeGreaterThan(ROUNDS);
  }
});

// A real parleyd on a real disk, killed again and again while messages go through it as fast as they can.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

import { openSqliteStorage } from '../../../server/storage/sqlite.ts';
import { attach, greet, HOST, ITERATIONS, PASSWORD, scram, verifierLine } from '../harness.ts';
import { Peer } from '../peer.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { arrived, idOf, send, sequenceOf } from './mail.ts';

const ROUNDS = 20;
const OUTSTANDING = 16;
/** The kill comes within this many milliseconds after the first answer. */
const WITHIN = 250;

const folder = temporaryFolders();
const program = fileURLToPath(new URL('../../../server/index.ts', import.meta.url));

const startServer = async (data: string): Promise<{ child: ChildProcess; port: number }> => {
  const child = spawn(
    process.execPath,
    [
      program,
      'serve',
      `--domain=${HOST}`,
      '--listen=127.0.0.1:0',
      `--data=${data}`,
      ...[
        `auth.iterations=${ITERATIONS}`,
        'limits.requests-per-second=1000000',
        'limits.request-burst=1000000',
        'log.level=warn',
      ].map((setting) => `--set=${setting}`),
    ],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { child, port: Number(/:(\d+)$/.exec(line)?.[1]) };
};

const signIn = async (port: number, user: string, device: string, after?: number): Promise<Peer> => {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  await once(socket, 'connect');
  const peer = new Peer(socket);
  await greet(peer, { maxPending: 100 });
  await scram(peer, user, PASSWORD);
  await attach(peer, user, { device, ...(after === undefined ? {} : { after }) });
  return peer;
};

/** What comes first: the value, or the end of the connection. */
const unlessClosed = <T>(peer: Peer, value: Promise<T>): Promise<T | undefined> =>
  Promise.race([value, peer.closed().then(() => undefined)]).catch(() => undefined);

/** bob's device: it keeps what it has acknowledged, and comes back for what follows. */
class Receiver {
  readonly entries: string[] = [];
  readonly faults: string[] = [];

  async run(peer: Peer): Promise<void> {
    for (;;) {
      const entry = await unlessClosed(peer, peer.next('SEND'));
      if (entry === undefined) return;
      if (sequenceOf(entry) !== this.entries.length + 1)
        this.faults.push(`${sequenceOf(entry)} after ${this.entries.length}`);
      this.entries.push(entry.headers.get('Message-ID') ?? '');
      peer.ok(entry);
    }
  }
}

/** alice's device: asks again with the same Message-ID until it has an answer. */
class Sender {
  readonly answered = new Set<string>();
  readonly faults: string[] = [];
  #unanswered: string[] = [];
  #next = 1;

  async run(peer: Peer, isOver: () => boolean): Promise<void> {
    const again = this.#unanswered;
    this.#unanswered = [];
    const one = async (): Promise<void> => {
      while (!peer.isClosed && (again.length > 0 || !isOver())) {
        const id = again.shift() ?? `n${this.#next++}`;
        const response = await unlessClosed(peer, peer.response(send(peer, 'bob', { id })));
        if (response === undefined) this.#unanswered.push(id);
        else if (response.ok) this.answered.add(idOf(id));
        else this.faults.push(`${id}: ${response.headers.get('Error')}`);
      }
    };
    await Promise.all(Array.from({ length: OUTSTANDING }, one));
    this.#unanswered.push(...again);
  }
}

test(`${ROUNDS} times killed under traffic, nothing that was answered OK is lost, doubled or out of order`, {
  timeout: 300_000,
}, async () => {
  const data = folder();
  const path = join(data, 'parley.sqlite');
  const prepared = await openSqliteStorage(path);
  for (const user of ['alice', 'bob']) {
    const verifier = await verifierLine();
    await prepared.createAccount({ user, services: ['im', 'presence'], verifier, createdAt: Date.now() });
  }
  await prepared.close();

  const sender = new Sender();
  const receiver = new Receiver();
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { child, port } = await startServer(data);
    const isLast = round === ROUNDS;
    const bob = await signIn(port, 'bob', 'desk', receiver.entries.length);
    const alice = await signIn(port, 'alice', 'desk');
    const answered = sender.answered.size;
    const receiving = receiver.run(bob);
    const sending = sender.run(alice, () => isLast);
    if (isLast) {
      // Nobody kills any more: what had no answer gets one.
      await sending;
      const phone = await signIn(port, 'alice', 'phone', 0);
      const copies = new Receiver();
      const copying = copies.run(phone);
      const all = sender.answered.size;
      await expect.poll(() => [receiver.entries.length, copies.entries.length]).toEqual([all, all]);
      expect(arrived(bob)).toEqual([]);
      expect(copies.faults).toEqual([]);
      expect(new Set(copies.entries)).toEqual(new Set(receiver.entries));
      child.kill('SIGTERM');
      await once(child, 'exit');
      expect(child.exitCode).toBe(0);
      await Promise.all([receiving, copying]);
    } else {
      await expect.poll(() => sender.answered.size, { interval: 1 }).toBeGreaterThan(answered);
      setTimeout(() => child.kill('SIGKILL'), Math.random() * WITHIN);
      await Promise.all([once(child, 'exit'), receiving, sending]);
      expect(child.signalCode).toBe('SIGKILL');
    }
  }

  expect([...sender.faults, ...receiver.faults]).toEqual([]);
  expect(new Set(receiver.entries).size).toBe(receiver.entries.length);
  expect(receiver.entries.filter((id) => !sender.answered.has(id))).toEqual([]);
  expect([...sender.answered].filter((id) => !receiver.entries.includes(id))).toEqual([]);
});

// The app's core is killed, as by a power cut, at random moments while it writes and is written to. What it
// called kept arrives once; what the other side sent is there once.

import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { Message } from '../../shared/model.ts';
import { App, Domain, HOST, PASSWORD, urlOf } from './harness.ts';

const ALICE = urlOf('alice');
const BOB = urlOf('bob');
const ROUNDS = 20;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

type Report = { ready?: true; kept?: string; value?: unknown };

const ended = (child: ChildProcess): Promise<void> =>
  new Promise((resolve) =>
    child.exitCode !== null || child.signalCode !== null ? resolve() : child.once('exit', () => resolve()),
  );

const report = <K extends keyof Report>(child: ChildProcess, key: K): Promise<Report[K]> =>
  new Promise((resolve, reject) => {
    const finish = (): void => {
      child.off('message', take);
      child.off('exit', fail);
    };
    const take = (message: Report): void => {
      if (message[key] === undefined) return;
      finish();
      resolve(message[key]);
    };
    const fail = (code: number | null): void => {
      finish();
      reject(new Error(`the core ended by itself: ${code}`));
    };
    child.on('message', take);
    child.on('exit', fail);
  });

test(`${ROUNDS} times killed: nothing kept is lost, nothing is doubled`, { timeout: 240_000 }, async () => {
  const domain = await Domain.start({
    limits: {
      maxMessageSize: 1_048_576,
      maxBulkSize: 10_485_760,
      maxPending: 128,
      requestsPerSecond: 100_000,
      requestBurst: 100_000,
      failedAuth: 20,
      connections: 20,
      inboxQuota: 104_857_600,
      bulkThreshold: 65_536,
    },
  });
  closing.push(() => domain.down());
  const folder = mkdtempSync(join(tmpdir(), 'parley-crash-'));
  closing.push(() => rmSync(folder, { recursive: true, force: true }));
  const bob = await App.start();
  closing.push(() => bob.close());
  await bob.create(domain, 'bob');
  const maker = await App.start();
  await maker.create(domain, 'alice');
  await maker.close();

  const start = (prefix?: string): ChildProcess => {
    const orders = {
      folder,
      account: ALICE,
      address: `alice@${HOST}`,
      password: PASSWORD,
      server: domain.server,
      peer: BOB,
      prefix,
    };
    const child = fork(join(import.meta.dirname, 'crash-child.ts'), [JSON.stringify(orders)], {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    closing.push(() => child.kill('SIGKILL'));
    return child;
  };

  // Once whole, so that the account is kept in the folder before the first blow.
  const first = start();
  await report(first, 'ready');
  first.kill('SIGKILL');
  await ended(first);

  const kept: string[] = [];
  const sent: string[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const child = start(`alice-${round}`);
    child.on('message', (message: Report) => {
      if (message.kept !== undefined) kept.push(message.kept);
    });
    const text = `bob-${round}`;
    sent.push(text);
    await bob.ask('message.send', { account: BOB, peer: ALICE, text });
    await report(child, 'ready');
    await new Promise((resolve) => setTimeout(resolve, Math.random() * 150));
    child.kill('SIGKILL');
    await ended(child);
  }

  const last = start();
  await report(last, 'ready');
  const ask = async (command: string, request: unknown): Promise<unknown> => {
    const answer = report(last, 'value');
    last.send({ ask: command, request });
    return answer;
  };
  const all = async (
    app: (before: { at: number; id: number } | undefined) => Promise<Message[]>,
  ): Promise<Message[]> => {
    const found: Message[] = [];
    for (;;) {
      const [first] = found;
      const page = await app(first && { at: first.at, id: first.id });
      if (page.length === 0) return found;
      found.unshift(...page);
    }
  };
  const alices = () =>
    all(
      async (before) =>
        (await ask('messages.page', {
          account: ALICE,
          peer: BOB,
          limit: 200,
          ...(before && { before }),
        })) as Message[],
    );
  const bobs = () =>
    all((before) =>
      bob.ask('messages.page', { account: BOB, peer: ALICE, limit: 200, ...(before && { before }) }),
    );

  const isOpen = ({ isMine, outcome }: Message): boolean =>
    isMine && (outcome === 'waiting' || outcome === 'sent');
  let mine = await alices();
  while (mine.some(isOpen)) {
    await new Promise((resolve) => setImmediate(resolve));
    mine = await alices();
  }

  const theirs = await bobs();
  const received = theirs.filter((message) => !message.isMine).map(({ text }) => text);
  expect(kept.length).toBeGreaterThan(ROUNDS);
  expect(received.length).toBe(new Set(received).size);
  expect(kept.filter((text) => !received.includes(text))).toEqual([]);
  // In the order written, whatever was killed in between.
  const order = (text: string): number => Number(text.split('-')[1]) * 1e6 + Number(text.split('-')[2]);
  expect(received).toEqual([...received].sort((a, b) => order(a) - order(b)));
  expect(mine.filter((message) => !message.isMine).map(({ text }) => text)).toEqual(sent);
  expect(mine.filter((message) => message.isMine).every(({ outcome }) => outcome !== 'failed')).toBe(true);
  last.kill('SIGKILL');
  await ended(last);
});

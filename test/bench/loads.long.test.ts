// The loads in small, against a real parleyd: a benchmark that measures nothing is worse than none.

import { afterEach, expect, test } from 'vitest';

import { measure } from '../../bench/bulk.ts';
import type { MessagesReport } from '../../bench/load/messages.ts';
import type { PresenceReport } from '../../bench/load/presence.ts';
import type { WatchersReport } from '../../bench/load/watchers.ts';
import {
  DOMAIN,
  ITERATIONS,
  type Program,
  runGenerator,
  startRelay,
  startServer,
} from '../../bench/process.ts';

let program: Program | undefined;

afterEach(async () => {
  await program?.stop();
  program = undefined;
});

const messages = { iterations: ITERATIONS, pairs: 2, outstanding: 4, warmUpMs: 100, durationMs: 1500 };

test('messages: all are delivered, and each takes time', async () => {
  program = await startServer();
  const { port } = program;
  const heard: string[] = [];
  const report = await runGenerator<MessagesReport>(
    'messages',
    { ...messages, port, domain: DOMAIN },
    (word) => {
      heard.push(word);
    },
  );
  expect(heard).toEqual(['counting', 'counted']);
  expect(report.messages).toBeGreaterThan(64);
  expect(Object.keys(report.outcomes)).toEqual(['delivered']);
  expect(report.oneWay.p50).toBeGreaterThan(0);
  expect(report.roundTrip.p50).toBeGreaterThan(report.oneWay.p50);
  expect(program.cpu()).toBeGreaterThan(0);
});

test('messages: the relay under the same load', async () => {
  program = await startRelay();
  const report = await runGenerator<MessagesReport>('messages', { ...messages, port: program.port });
  expect(report.messages).toBeGreaterThan(64);
});

test('bulk: 10 MiB cost at most 1 MiB of memory for each connection, and others no more than 20 ms', async () => {
  const octets = 10 * 1024 * 1024;
  const load = { domain: DOMAIN, iterations: ITERATIONS, user: 'sender', connections: 20, octets };
  const { memory, delay, report } = await measure({ ...load, warmUp: 1, rounds: 1 }, 1000);
  expect((memory.most - memory.before) / load.connections).toBeLessThan(1024 * 1024);
  expect((memory.halfway - memory.after) / load.connections).toBeLessThan(1024 * 1024);
  // The median: what else this machine does at a time shows in the longest.
  expect(delay.alone.p50).toBeGreaterThan(0);
  // A machine that is busy with something else is slow when they are alone, too.
  expect(delay.meanwhile.p50 - delay.alone.p50).toBeLessThan(Math.max(20, 3 * delay.alone.p50));
  expect(report.sending).toBeGreaterThan(0);
  expect(report.fetching).toBeGreaterThan(0);
});

test('idle: connections stay until they have been weighed', async () => {
  const server = await startServer();
  program = server;
  const { port } = server;
  let octets = 0;
  const options = { port, domain: DOMAIN, iterations: ITERATIONS, connections: 5, first: 0 };
  const report = await runGenerator('idle', options, async () => {
    octets = await server.memory();
  });
  expect(report).toEqual({ connections: 5 });
  expect(octets).toBeGreaterThan(10_000_000);
});

test('logins: each of them succeeds', async () => {
  program = await startServer();
  const options = { port: program.port, domain: DOMAIN, iterations: ITERATIONS, accounts: 4, logins: 40 };
  const report = await runGenerator<{ logins: number; seconds: number }>('logins', options);
  expect(report.logins).toBe(40);
  expect(report.seconds).toBeGreaterThan(0);
});

test('watchers: all are told of every change and of new rules, and all renew', async () => {
  program = await startServer();
  const heard: string[] = [];
  const options = { port: program.port, domain: DOMAIN, iterations: ITERATIONS, watchers: 40, rules: 5 };
  const report = await runGenerator<WatchersReport>(
    'watchers',
    { ...options, warmUp: 1, changes: 3 },
    (word) => {
      heard.push(word);
    },
  );
  expect(heard).toEqual(['resting', 'changing', 'judging', 'renewing', 'renewed']);
  expect(report.first).toBeGreaterThan(0);
  expect(report.last).toBeGreaterThanOrEqual(report.first);
  expect(report.rulesTold).toBeGreaterThan(0);
  expect(report.renewing).toBeGreaterThan(0);
});

test('watchers: the relay, which they are measured against, tells as many', async () => {
  program = await startRelay();
  const options = { port: program.port, iterations: ITERATIONS, watchers: 40, warmUp: 1, changes: 3 };
  const report = await runGenerator<PresenceReport>('presence', options);
  expect(report.notifications).toBe(120);
  expect(report.first.p50).toBeGreaterThan(0);
  expect(report.last.p50).toBeGreaterThanOrEqual(report.first.p50);
});

// Authorities that do not keep to anything: each attempt ends in its time.

import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { Challenges } from '../../../server/acme/challenges.ts';
import { type Issued, order } from '../../../server/acme/order.ts';
import { ImppError } from '../../../shared/errors.ts';
import { FakeClock } from '../../fake/clock.ts';

let server: Server;
let arrived: Promise<Socket>;
let clock: FakeClock;
let ending: AbortController;
let accounts: number;

beforeEach(async () => {
  server = createServer();
  arrived = new Promise((resolve) => server.once('connection', resolve));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  clock = new FakeClock();
  ending = new AbortController();
  accounts = 0;
});
afterEach(() => void server.close());

const ask = (): Promise<Issued> =>
  order({
    directory: `https://127.0.0.1:${(server.address() as AddressInfo).port}/dir`,
    email: undefined,
    names: ['a.example'],
    challenge: 'http-01',
    accountKey: undefined,
    accountMade: () => (accounts += 1),
    ca: undefined,
    challenges: new Challenges(),
    clock,
    signal: ending.signal,
  });

const codeOf = (asked: Promise<Issued>): Promise<unknown> =>
  asked.then(
    () => 'issued',
    (error: unknown) => (error instanceof ImppError ? error.code : error),
  );

test('one that takes the connection and says nothing is given up after five minutes', async () => {
  const code = codeOf(ask());
  const socket = await arrived;
  clock.advance(5 * 60_000);
  expect(await code).toBe('timeout');
  expect(clock.waiting).toBe(0);
  // The account's key is kept before it is used.
  expect(accounts).toBe(1);
  socket.destroy();
});

test('the end of the program does not wait for it', async () => {
  const code = codeOf(ask());
  const socket = await arrived;
  ending.abort(new ImppError('closed', 'parleyd ends'));
  expect(await code).toBe('closed');
  expect(clock.waiting).toBe(0);
  socket.destroy();
});

test('one that hangs up, or speaks something else, is one that cannot be reached', async () => {
  const hangsUp = codeOf(ask());
  (await arrived).destroy();
  expect(await hangsUp).toBe('unreachable');
  const other = new Promise<Socket>((resolve) => server.once('connection', resolve));
  const garbles = codeOf(ask());
  (await other).end('220 mail.example ESMTP\r\n');
  expect(await garbles).toBe('unreachable');
});

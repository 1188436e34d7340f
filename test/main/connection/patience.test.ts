// Servers that fall silent, in a time that only the test moves.

import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { Connection } from '../../../main/connection/connection.ts';
import { Deadline } from '../../../main/connection/deadline.ts';
import { ATTEMPT_WITHIN, connect, type Network } from '../../../main/connection/dial.ts';
import { type Dns, systemDns } from '../../../network/resolver.ts';
import { openTransport } from '../../../main/connection/transport.ts';
import { ImppError } from '../../../shared/errors.ts';
import { FakeClock } from '../../fake/clock.ts';
import { certificateFor } from '../../fixtures/certificates.ts';
import { DnsServer } from '../../fixtures/dns.ts';

const DOMAIN = 'a.example';
const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const clock = () => new FakeClock();

const listen = (server: Server): Promise<number> =>
  new Promise((resolve) => {
    const sockets = new Set<Socket>();
    server.on('connection', (socket) => {
      sockets.add(socket);
      socket.on('error', () => {});
    });
    closing.push(
      () =>
        new Promise((done) => {
          for (const socket of sockets) socket.destroy();
          server.close(done);
        }),
    );
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    });
  });

const networkOf = (time: FakeClock, dns: Dns = systemDns()): Network => ({
  clock: time,
  random: (length) => new Uint8Array(length),
  dns,
  log: () => {},
});

const attempt = (time: FakeClock, choice: { server?: string }, dns?: Dns) => {
  const deadline = new Deadline(
    time,
    ATTEMPT_WITHIN,
    new ImppError('unreachable', 'the attempt took too long'),
  );
  const progress: string[] = [];
  const outcome = connect(
    networkOf(time, dns),
    { domain: DOMAIN, ...choice, deadline, progress: (event) => progress.push(event) },
    ({ connection }) => {
      closing.push(() => connection.close());
      return Promise.resolve('reached');
    },
  ).finally(() => deadline.close());
  return { outcome, progress };
};

/** Whether `promise` is settled once everything has happened that needs no time. */
const isSettled = async (promise: Promise<unknown>): Promise<boolean> => {
  let isOver = false;
  const over = (): void => {
    isOver = true;
  };
  promise.then(over, over);
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  return isOver;
};

/** Moves the time only once everything that needs none has happened. */
const until = async (isSo: () => boolean): Promise<void> => {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
};

describe('one deadline for the whole attempt, whichever phase stalls', () => {
  test('HELLO without an answer', async () => {
    const time = clock();
    let heard = '';
    const port = await listen(
      createServer((socket) => socket.on('data', (bytes) => (heard += bytes.toString()))),
    );
    const { outcome, progress } = attempt(time, { server: `127.0.0.1:${port}` });
    await until(() => heard.includes('\r\n\r\n'));
    time.advance(ATTEMPT_WITHIN - 1);
    expect(await isSettled(outcome)).toBe(false);
    time.advance(1);
    await expect(outcome).rejects.toMatchObject({ code: 'unreachable' });
    expect(progress).toEqual(['resolved', 'connected']);
    expect(time.waiting).toBe(0);
  });

  test('DNS without an answer', async () => {
    const time = clock();
    const dns = await DnsServer.start({ [`_impp-client._tcp.${DOMAIN}`]: 'silent' });
    closing.push(() => dns.close());
    const { outcome } = attempt(time, {}, systemDns([dns.address]));
    await until(() => dns.asked.length > 0);
    time.advance(ATTEMPT_WITHIN);
    await expect(outcome).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('a handshake without an answer', async () => {
    const time = clock();
    let isAsked = false;
    const port = await listen(
      createServer((socket) =>
        socket.on('data', (bytes) => {
          const [method, id] = bytes.toString('latin1').split(' ');
          if (method === 'HELLO') socket.write(`OK (HELLO) ${id} impp/1.0\r\nTLS: required\r\n\r\n`);
          else if (method === 'STARTTLS') socket.write(`OK (STARTTLS) ${id} impp/1.0\r\n\r\n`);
          else isAsked = true;
        }),
      ),
    );
    const { outcome } = attempt(time, { server: `127.0.0.1:${port}` });
    await until(() => isAsked);
    time.advance(ATTEMPT_WITHIN);
    await expect(outcome).rejects.toMatchObject({ code: 'unreachable' });
    expect(time.waiting).toBe(0);
  });

  test('a silent target leaves time for the next one', async () => {
    const time = clock();
    let isSilent = false;
    const silent = await listen(createServer((socket) => socket.on('data', () => (isSilent = true))));
    const good = await listen(
      createServer((socket) =>
        socket.on('data', (bytes) =>
          socket.write(`OK (HELLO) ${bytes.toString().split(' ')[1]} impp/1.0\r\nTLS: unavailable\r\n\r\n`),
        ),
      ),
    );
    const dns = await DnsServer.start({
      [`_impp-client._tcp.${DOMAIN}`]: [
        { type: 'SRV', target: 'one.a.example', port: silent, priority: 1, weight: 0 },
        { type: 'SRV', target: 'two.a.example', port: good, priority: 2, weight: 0 },
      ],
      'one.a.example': [{ type: 'A', address: '127.0.0.1' }],
      'two.a.example': [{ type: 'A', address: '127.0.0.1' }],
    });
    closing.push(() => dns.close());
    const { outcome, progress } = attempt(time, {}, systemDns([dns.address]));
    await until(() => isSilent);
    time.advance(8000);
    expect(await outcome).toBe('reached');
    expect(progress).toEqual(['resolved', 'connected', 'again', 'resolved', 'connected', 'secured']);
  });
});

describe('an idle connection', () => {
  const open = async (answers: boolean) => {
    const time = clock();
    let pings = 0;
    const port = await listen(
      createServer((socket) =>
        socket.on('data', (bytes) => {
          pings++;
          if (answers) socket.write(`OK (PING) ${bytes.toString().split(' ')[1]} impp/1.0\r\n\r\n`);
        }),
      ),
    );
    const transport = await openTransport(
      { host: '127.0.0.1', port },
      DOMAIN,
      systemDns(),
      new AbortController().signal,
    );
    const connection = new Connection(transport, { clock: time, log: () => {} });
    closing.push(() => connection.close());
    connection.watchIdle(300);
    return { time, connection, pings: () => pings };
  };

  test('asks after its peer at half of the idle time-out, and stays while there is an answer', async () => {
    const { time, connection, pings } = await open(true);
    time.advance(149_000);
    expect(pings()).toBe(0);
    time.advance(1000);
    for (let round = 1; round <= 4; round++) {
      await until(() => pings() === 2 * round - 1);
      // Its answer comes behind that of the ping before it.
      await connection.request('PING');
      time.advance(150_000);
    }
    expect(connection.isClosed).toBe(false);
  });

  test('is given up when there is none', async () => {
    const { time, connection, pings } = await open(false);
    let reason: ImppError | undefined;
    connection.onClosed((error) => {
      reason = error;
    });
    time.advance(150_000);
    await until(() => pings() === 1);
    time.advance(30_000);
    expect(reason).toMatchObject({ code: 'timeout' });
    expect(time.waiting).toBe(0);
  });
});

test('a machine that has slept does not wait for a peer that gave it up long ago', async () => {
  const time = clock();
  const port = await listen(createServer());
  const { signal } = new AbortController();
  const transport = await openTransport({ host: '127.0.0.1', port }, DOMAIN, systemDns(), signal);
  const sleeper = { now: () => time.now() + slept, after: time.after.bind(time) };
  let slept = 0;
  const connection = new Connection(transport, { clock: sleeper, log: () => {} });
  closing.push(() => connection.close());
  let reason: ImppError | undefined;
  connection.onClosed((error) => {
    reason = error;
  });
  connection.watchIdle(300);
  slept = 3_600_000;
  time.advance(150_000);
  expect(reason).toMatchObject({ code: 'timeout' });
});

test('TLS from the first octet, for servers that are not on this machine', async () => {
  const { cert, key, pem } = await certificateFor(DOMAIN);
  const names: unknown[] = [];
  const port = await listen(
    createTlsServer(
      { cert: readFileSync(cert), key: readFileSync(key), ALPNProtocols: ['impp'] },
      (socket) => {
        names.push(socket.servername, socket.alpnProtocol);
        socket.end('OK (HELLO) 1 impp/1.0\r\n\r\n');
      },
    ),
  );
  const { signal } = new AbortController();
  const transport = await openTransport({ host: '127.0.0.1', port }, DOMAIN, systemDns(), signal);
  await transport.secure({ domain: DOMAIN, ca: pem }, signal);
  expect(transport.isPrivate).toBe(true);
  expect(transport.binding()).toHaveLength(32);
  const text = await new Promise<string>((resolve) => {
    let all = '';
    transport.read(
      (bytes) => {
        all += Buffer.from(bytes).toString();
      },
      () => resolve(all),
    );
  });
  expect(text).toBe('OK (HELLO) 1 impp/1.0\r\n\r\n');
  expect(names).toEqual([DOMAIN, 'impp']);
  transport.destroy();
});

// A server with addresses of both kinds, one of which leads nowhere [RFC 8305]. A wire whose other end swallows everything
// takes a machine on which the test may make one.

import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../server/config.ts';
import { CONNECT_DEADLINE } from '../../../shared/impp/limits.ts';
import { createDialer } from '../../../server/links/dialer.ts';
import { DnsServer, type Zone } from '../../fixtures/dns.ts';
import { freePort } from '../../fixtures/free-port.ts';

const MARK = String(process.pid % 100_000);
const WIRE = `pd${MARK}`;
const SWALLOWED = { AAAA: 'fd7a::2', A: '10.77.0.2' } as const;

const ip = (...args: string[]): void => void execFileSync('ip', args, { stdio: 'pipe' });

/** Packets to those addresses go out and are never seen again. */
const makeWire = (): boolean => {
  try {
    ip('link', 'add', WIRE, 'type', 'veth', 'peer', 'name', `pe${MARK}`);
    ip('link', 'set', WIRE, 'up');
    ip('link', 'set', `pe${MARK}`, 'up');
    ip('addr', 'add', 'fd7a::1/64', 'dev', WIRE, 'nodad');
    ip('addr', 'add', '10.77.0.1/24', 'dev', WIRE);
    for (const address of Object.values(SWALLOWED))
      ip('neigh', 'replace', address, 'lladdr', '02:00:00:00:00:99', 'dev', WIRE, 'nud', 'permanent');
    return true;
  } catch {
    return false;
  }
};
const hasWire = makeWire();

const clock = {
  now: () => Date.now(),
  after(delay: number, run: () => void) {
    const timer = setTimeout(run, delay);
    return () => clearTimeout(timer);
  },
};
const log = { debug() {}, info() {}, warn() {}, error() {} };

let dns: DnsServer;
const zone: Zone = {};
const servers: Server[] = [];

beforeAll(async () => {
  dns = await DnsServer.start(zone);
});

afterAll(async () => {
  await dns.close();
  for (const server of servers) server.close();
  if (hasWire) ip('link', 'del', WIRE);
});

const listen = async (host: string, port = 0): Promise<number> => {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const aborting = (): { signal: AbortSignal; abort: () => void } => {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort(new Error('the time is over')) };
};

/** Which address was reached, and after how many milliseconds. */
const reach = async (addresses: Zone[string], port: number): Promise<[string, number]> => {
  zone['_im._impp.b.example'] = [
    { type: 'SRV', priority: 0, weight: 0, port, target: 's.b.example', ttl: 0 },
  ];
  zone['s.b.example'] = addresses ?? [];
  const config = defaultConfig({ dns: { servers: [dns.address] } });
  const dialer = await createDialer({ config, clock, random: randomBytes, log });
  const { signal } = new AbortController();
  const began = performance.now();
  const wanted = { host: 'b.example', purpose: 'im', server: undefined, isSecure: false, signal } as const;
  const { stream, address } = await dialer.reach(wanted);
  const time = performance.now() - began;
  stream.destroy();
  return [address, time];
};

test('IPv6 is used where there is both', async () => {
  const port = await freePort();
  await listen('::1', port);
  await listen('127.0.0.1', port);
  const both = [
    { type: 'A', address: '127.0.0.1' },
    { type: 'AAAA', address: '::1' },
  ] as const;
  expect((await reach(both, port))[0]).toBe('::1');
  expect((await reach([both[0]], port))[0]).toBe('127.0.0.1');
});

describe.skipIf(!hasWire)(hasWire ? 'one that swallows everything' : 'no wire may be made here', () => {
  test.each([
    ['IPv6', SWALLOWED.AAAA, '127.0.0.1'],
    ['IPv4', SWALLOWED.A, '::1'],
  ] as const)('%s costs no more than the delay before the next', { retry: 2 }, async (kind, dead, alive) => {
    const port = await listen(alive);
    const addresses = [
      { type: kind === 'IPv6' ? 'AAAA' : 'A', address: dead },
      { type: kind === 'IPv6' ? 'A' : 'AAAA', address: alive },
    ] as const;
    const [address, time] = await reach(addresses, port);
    expect(address).toBe(alive);
    // The system itself gives the dead one up after minutes; what a busy machine takes is far less.
    expect(time).toBeLessThan(250 + 2500);
    if (kind === 'IPv6') expect(time).toBeGreaterThan(200);
  });

  test('leaves time for the servers after it', async () => {
    const port = await listen('127.0.0.1');
    const of = (target: string, priority: number) =>
      ({ type: 'SRV', priority, weight: 0, port, target, ttl: 0 }) as const;
    zone['_im._impp.c.example'] = [of('dead.c.example', 0), of('s.c.example', 1)];
    zone['dead.c.example'] = [{ type: 'A', address: SWALLOWED.A }];
    zone['s.c.example'] = [{ type: 'A', address: '127.0.0.1' }];
    const config = defaultConfig({ dns: { servers: [dns.address] } });
    // Seconds in which nothing can come are tenths of them.
    const quick = {
      ...clock,
      after: (delay: number, run: () => void) => clock.after(delay > 2_000 ? delay / 10 : delay, run),
    };
    const dialer = await createDialer({ config, clock: quick, random: randomBytes, log });
    const { signal, abort } = aborting();
    quick.after(CONNECT_DEADLINE, abort);
    const wanted = { host: 'c.example', purpose: 'im', server: undefined, isSecure: false, signal } as const;
    const { stream, target } = await dialer.reach(wanted);
    stream.destroy();
    expect(target).toBe(`s.c.example:${port}`);
  });

  test('both is a failure in its time, and says why', async () => {
    const addresses = [
      { type: 'AAAA', address: SWALLOWED.AAAA },
      { type: 'A', address: '127.0.0.1' },
    ] as const;
    // Nobody listens there.
    await expect(reach(addresses, 1)).rejects.toMatchObject({
      code: 'connection-failure',
      message: expect.stringMatching(/ECONNREFUSED|ETIMEDOUT/v) as string,
    });
  });
});

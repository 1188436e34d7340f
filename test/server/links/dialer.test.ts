// Finding and reaching servers of other domains with real DNS packets and real sockets [IMPP 3].

import { createServer, type Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { defaultConfig } from '../../../server/config.ts';
import { createDialer, type Purpose } from '../../../server/links/dialer.ts';
import { DnsServer, type Zone } from '../../fixtures/dns.ts';

const clock = {
  now: () => Date.now(),
  after(delay: number, run: () => void) {
    const timer = setTimeout(run, delay);
    return () => clearTimeout(timer);
  },
};
const log = { debug() {}, info() {}, warn() {}, error() {} };

let dns: DnsServer | undefined;
const servers: Server[] = [];

afterEach(async () => {
  await dns?.close();
  dns = undefined;
  for (const server of servers.splice(0)) server.close();
});

/** A server that takes connections; gives its port. */
const listen = async (host: string): Promise<number> => {
  const server = createServer((socket) => socket.destroy());
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, host, resolve));
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

const reach = async (zone: Zone, purpose: Purpose = 'im'): Promise<string> => {
  dns = await DnsServer.start(zone);
  const config = defaultConfig({ dns: { servers: [dns.address] } });
  const dialer = await createDialer({ config, clock, random: (length) => new Uint8Array(length), log });
  const { signal } = new AbortController();
  const reached = await dialer.reach({
    host: 'b.example',
    purpose,
    server: undefined,
    isSecure: false,
    signal,
  });
  reached.stream.destroy();
  return `${reached.target} at ${reached.address}`;
};

const srv = (target: string, port: number, priority = 0) =>
  ({ type: 'SRV', target, port, priority, weight: 0 }) as const;

describe('a server of another domain', () => {
  test('is found apart for messages and for everything else', async () => {
    const [im, pres] = [await listen('127.0.0.1'), await listen('127.0.0.1')];
    const zone: Zone = {
      '_im._impp.b.example': [srv('s.b.example', im)],
      '_pres._impp.b.example': [srv('s.b.example', pres)],
      's.b.example': [{ type: 'A', address: '127.0.0.1' }],
    };
    expect(await reach(zone, 'im')).toBe(`s.b.example:${im} at 127.0.0.1`);
    await dns?.close();
    expect(await reach(zone, 'pres')).toBe(`s.b.example:${pres} at 127.0.0.1`);
  });

  test('is reached at whichever of its addresses answers', async () => {
    const port = await listen('127.0.0.3');
    const addresses = ['127.0.0.2', '127.0.0.3'].map((address) => ({ type: 'A', address }) as const);
    const zone: Zone = { '_im._impp.b.example': [srv('s.b.example', port)], 's.b.example': addresses };
    expect(await reach(zone)).toBe(`s.b.example:${port} at 127.0.0.3`);
  });

  test('is another one where the first does not exist, or does not answer', async () => {
    const port = await listen('127.0.0.1');
    const zone: Zone = {
      '_im._impp.b.example': [
        srv('none.b.example', 1, 0),
        srv('dead.b.example', 1, 1),
        srv('s.b.example', port, 2),
      ],
      'dead.b.example': [{ type: 'A', address: '127.0.0.1' }],
      's.b.example': [{ type: 'A', address: '127.0.0.1' }],
    };
    expect(await reach(zone)).toBe(`s.b.example:${port} at 127.0.0.1`);
  });

  test('is found in an answer that does not fit into a packet', async () => {
    const port = await listen('127.0.0.1');
    const many = Array.from({ length: 60 }, (_, n) =>
      srv(`server-${n}.with.a.long.name.b.example`, 1, n + 1),
    );
    const zone: Zone = {
      '_im._impp.b.example': [srv('s.b.example', port, 0), ...many],
      's.b.example': [{ type: 'A', address: '127.0.0.1' }],
    };
    expect(await reach(zone)).toBe(`s.b.example:${port} at 127.0.0.1`);
    expect(dns?.overTcp).toBe(1);
  });
});

test('the operator’s own route may have any name that the system understands', async () => {
  const port = await listen('127.0.0.1');
  // No DNS has that; the system takes it for 127.0.0.1.
  const config = defaultConfig({ federation: { routes: { 'b.example': `127.1:${port}` } } });
  const dialer = await createDialer({ config, clock, random: (length) => new Uint8Array(length), log });
  const { signal } = new AbortController();
  const wanted = { host: 'b.example', purpose: 'im', server: undefined, isSecure: false, signal } as const;
  const { stream, address } = await dialer.reach(wanted);
  stream.destroy();
  expect(address).toBe('127.0.0.1');
});

describe('connection-failure, and not DOMAIN at the usual port', () => {
  test.each<[string, Zone[string], string]>([
    ['where DNS fails', 'SERVFAIL', 'DNS gave no answer about b.example'],
    ['where DNS says nothing', 'silent', 'DNS gave no answer about b.example'],
    ['where there is declared to be none', [srv('.', 0)], 'b.example declares that it has no such service'],
    ['where its server has no address', [srv('none.b.example', 1)], 'none.b.example has no address'],
  ])('%s, and says so', async (_, records, reason) => {
    const zone: Zone = { '_im._impp.b.example': records, 'b.example': [{ type: 'A', address: '127.0.0.1' }] };
    const message = `b.example cannot be reached: ${reason}`;
    await expect(reach(zone)).rejects.toMatchObject({ code: 'connection-failure', message });
    expect(dns?.asked).not.toContain('b.example');
  });
});

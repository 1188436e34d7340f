// Looking up with real packets [RFC 1035, RFC 2308, RFC 2782]: kept for as long as it may be, and every failure told apart.

import { randomBytes } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { cachingDns } from '../../network/dns-client.ts';
import { hostsFile } from '../../network/hosts-file.ts';
import type { Dns } from '../../network/resolver.ts';
import { type DnsRecord, DnsServer, type Liar, NOTHING_TTL, type Zone } from '../fixtures/dns.ts';
import { temporaryFolders } from '../server/storage/folder.ts';

const folder = temporaryFolders();
const servers: DnsServer[] = [];
let now = 1_000_000;
/** Time for what is kept is the test's; patience with servers is real. */
const clock = {
  now: () => now,
  after(delay: number, run: () => void) {
    const timer = setTimeout(run, delay);
    return () => clearTimeout(timer);
  },
};

afterEach(async () => {
  for (const server of servers.splice(0)) await server.close();
});

const serve = async (zone: Zone): Promise<DnsServer> => {
  const server = await DnsServer.start(zone);
  servers.push(server);
  return server;
};

const dnsWith = (timeout: number, asked: readonly (DnsServer | string)[]): Dns =>
  cachingDns({
    servers: asked.map((server) => (typeof server === 'string' ? server : server.address)),
    timeout,
    clock,
    random: randomBytes,
  });

/** Waits for an answer as long as a busy machine takes. */
const dnsOf = (...asked: (DnsServer | string)[]): Dns => dnsWith(10_000, asked);
/** For servers that do not answer. */
const hastyDnsOf = (...asked: (DnsServer | string)[]): Dns => dnsWith(300, asked);

const srv = (target: string, ttl = 60): DnsRecord => ({
  type: 'SRV',
  target,
  port: 2779,
  priority: 0,
  weight: 5,
  ttl,
});
const FOUND = { name: 's.example', port: 2779, priority: 0, weight: 5 };

const addressesOf = (dns: Dns, host: string): Promise<unknown> =>
  new Promise((resolve, reject) =>
    dns.lookup(host, { all: true }, (error, found) => (error ? reject(error) : resolve(found))),
  );

describe('what was answered', () => {
  test('is kept for as long as it may be, and asked for once by many', async () => {
    const server = await serve({ '_im._impp.a.example': [srv('s.example', 20)] });
    const dns = dnsOf(server);
    const all = await Promise.all([1, 2, 3].map(() => dns.srv('_im._impp.a.example')));
    expect(all).toEqual([[FOUND], [FOUND], [FOUND]]);
    now += 19_000;
    expect(await dns.srv('_im._impp.A.example')).toEqual([FOUND]);
    expect(server.asked).toHaveLength(1);
    now += 1_000;
    await dns.srv('_im._impp.a.example');
    expect(server.asked).toHaveLength(2);
  });

  test('that there is nothing is kept as the zone says', async () => {
    const server = await serve({ 'b.example': [] });
    const dns = dnsOf(server);
    const names = ['_im._impp.none.example', 'b.example'];
    for (const name of [...names, ...names]) expect(await dns.srv(name)).toEqual([]);
    expect(server.asked).toHaveLength(2);
    now += NOTHING_TTL * 1000;
    for (const name of names) expect(await dns.srv(name)).toEqual([]);
    expect(server.asked).toHaveLength(4);
  });

  test('of another name than the one asked for is nobody’s answer', async () => {
    const other: Liar = (query, honest) => {
      const answer = honest([srv('evil.example')]);
      // The first letter of the record's owner, behind the question.
      answer.write('z', query.length + 1);
      return [answer];
    };
    expect(await dnsOf(await serve({ 'a.example': other })).srv('a.example')).toEqual([]);
  });

  test('with a time of 0 is not kept, and neither is a failure', async () => {
    const zone: Zone = { 'a.example': [srv('s.example', 0)], 'b.example': 'SERVFAIL' };
    const server = await serve(zone);
    const dns = dnsOf(server);
    await dns.srv('a.example');
    await dns.srv('a.example');
    expect(server.asked).toHaveLength(2);
    await expect(dns.srv('b.example')).rejects.toThrow();
    zone['b.example'] = [srv('s.example')];
    expect(await dns.srv('b.example')).toEqual([FOUND]);
  });

  test('over another name holds no longer than that', async () => {
    const zone: Zone = {
      'a.example': [{ type: 'CNAME', target: 'real.example', ttl: 5 }],
      'real.example': [srv('s.example', 600)],
    };
    const server = await serve(zone);
    const dns = dnsOf(server);
    expect(await dns.srv('a.example')).toEqual([FOUND]);
    now += 5_000;
    await dns.srv('a.example');
    expect(server.asked).toHaveLength(2);
  });

  test('addresses are both kinds, IPv6 first', async () => {
    const server = await serve({
      's.example': [
        { type: 'A', address: '192.0.2.1' },
        { type: 'AAAA', address: '2001:db8::1' },
      ],
      'four.example': [{ type: 'A', address: '192.0.2.4' }],
    });
    const dns = dnsOf(server);
    expect(await addressesOf(dns, 's.example')).toEqual([
      { address: '2001:db8:0:0:0:0:0:1', family: 6 },
      { address: '192.0.2.1', family: 4 },
    ]);
    expect(await addressesOf(dns, 'four.example.')).toEqual([{ address: '192.0.2.4', family: 4 }]);
    await expect(addressesOf(dns, 'none.example')).rejects.toMatchObject({ code: 'unreachable' });
  });
});

/** A server that keeps silent about one kind of address: 1 or 28. */
const silentAbout =
  (kind: number, record: DnsRecord): Liar =>
  (query, honest) =>
    query.readUInt16BE(query.length - 4) === kind ? [] : [honest([record])];

describe('a server that never answers about one kind of address', () => {
  test.each([
    ['IPv6', 28, { type: 'A', address: '192.0.2.1' }, { address: '192.0.2.1', family: 4 }],
    ['IPv4', 1, { type: 'AAAA', address: '2001:db8::1' }, { address: '2001:db8:0:0:0:0:0:1', family: 6 }],
  ] as const)('%s is gone without', async (_, kind, record, found) => {
    const server = await serve({ 's.example': silentAbout(kind, record) });
    const patient = cachingDns({ servers: [server.address], timeout: 60_000, clock, random: randomBytes });
    expect(await addressesOf(patient, 's.example')).toEqual([found]);
  });

  test('and has none of the other: that is a failure, and not "no address"', async () => {
    const nothing: Liar = (query, honest) =>
      query.readUInt16BE(query.length - 4) === 28 ? [] : [honest([])];
    const dns = hastyDnsOf(await serve({ 's.example': nothing }));
    await expect(addressesOf(dns, 's.example')).rejects.toThrow(/no answer in time/v);
  });
});

test('what the file of this machine says counts for more, and is read again when it has changed', async () => {
  const file = join(folder(), 'hosts');
  const server = await serve({ 's.example': [{ type: 'A', address: '192.0.2.1' }] });
  const dns = cachingDns({
    servers: [server.address],
    timeout: 10_000,
    clock,
    random: randomBytes,
    hosts: hostsFile(file),
  });
  const inDns = [{ address: '192.0.2.1', family: 4 }];
  expect(await addressesOf(dns, 's.example')).toEqual(inDns);
  writeFileSync(
    file,
    '# ours\n10.0.0.1\tother S.example # both\n\nnonsense s.example\n  fd00::1 s.example\n',
  );
  expect(await addressesOf(dns, 's.example.')).toEqual([
    { address: 'fd00::1', family: 6 },
    { address: '10.0.0.1', family: 4 },
  ]);
  rmSync(file);
  expect(await addressesOf(dns, 's.example')).toEqual(inDns);
});

describe('a failure is no answer, and says what it is', () => {
  test.each<[string, Zone[string], RegExp]>([
    ['the server is at a loss', 'SERVFAIL', /SERVFAIL/v],
    ['it does not want to', 'REFUSED', /REFUSED/v],
    ['it says nothing', 'silent', /no answer in time/v],
    ['it cuts off and says nothing more', 'silent over TCP', /no answer over TCP in time/v],
    ['it talks nonsense', 'garbage', /no answer in time/v],
  ])('%s', async (_, entry, reason) => {
    const isTold = entry === 'SERVFAIL' || entry === 'REFUSED';
    const dns = (isTold ? dnsOf : hastyDnsOf)(await serve({ 'a.example': entry }));
    await expect(dns.srv('a.example')).rejects.toMatchObject({
      code: 'unreachable',
      message: expect.stringMatching(reason) as string,
    });
  });

  test('nobody is there', async () => {
    const server = await serve({});
    const dns = hastyDnsOf(server);
    await servers.pop()?.close();
    await expect(dns.srv('a.example')).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('the next server is asked', async () => {
    const zone: Zone = { 'a.example': [srv('s.example')] };
    const dns = dnsWith(1000, [
      await serve({ 'a.example': 'SERVFAIL' }),
      await serve({ 'a.example': 'silent' }),
      await serve(zone),
    ]);
    expect(await dns.srv('a.example')).toEqual([FOUND]);
  });

  test.each([
    'a..example',
    `${'x'.repeat(64)}.example`,
    'white space.example',
    `${'long.'.repeat(60)}example`,
  ])('the name %j is not asked for', async (name) => {
    const server = await serve({});
    await expect(dnsOf(server).srv(name)).rejects.toMatchObject({ code: 'invalid-argument' });
    expect(server.asked).toEqual([]);
  });
});

test('over IPv6', async () => {
  const server = await DnsServer.start({ 'a.example': [srv('s.example')] });
  servers.push(server);
  // The same server, by another way to write where it is.
  expect(await dnsOf(server.address).srv('a.example')).toEqual([FOUND]);
  await expect(hastyDnsOf('[::1]:1').srv('a.example')).rejects.toMatchObject({ code: 'unreachable' });
});

// The same against a name server that somebody else has written: dnsmasq, where it is installed.

import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes, randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cachingDns } from '../../network/dns-client.ts';
import { type Dns, resolveDomain } from '../../network/resolver.ts';

const DNSMASQ = '/usr/sbin/dnsmasq';
const TTL = 7;

const RECORDS = [
  '--srv-host=_im._impp.a.example,late.a.example,2780,20,0',
  '--srv-host=_im._impp.a.example,heavy.a.example,2779,10,90',
  '--srv-host=_im._impp.a.example,light.a.example,2779,10,10',
  // Without a target: "." in the answer.
  '--srv-host=_im._impp.mute.example',
  ...Array.from(
    { length: 40 },
    (_, n) => `--srv-host=_im._impp.many.example,server-${n}.many.example,2779,${n},0`,
  ),
  '--host-record=two.example,192.0.2.7,2001:db8::7',
  '--host-record=four.example,192.0.2.8',
  '--host-record=six.example,2001:db8::9',
  '--cname=other.example,two.example',
  // What is forwarded to nobody.
  '--server=/broken.example/127.0.0.1#1',
];

let dnsmasq: ChildProcess | undefined;
let folder: string;
let server: string;
let now = 0;

const clock = {
  now: () => now,
  after(delay: number, run: () => void) {
    const timer = setTimeout(run, delay);
    return () => clearTimeout(timer);
  },
};

/** There are two rounds, and two tests wait for both in vain. */
const dnsOf = (): Dns => cachingDns({ servers: [server], timeout: 1500, clock, random: randomBytes });

const isThere = existsSync(DNSMASQ);

beforeAll(async () => {
  if (!isThere) return;
  folder = mkdtempSync(join(tmpdir(), 'parley-dnsmasq-'));
  const options = [
    '--keep-in-foreground',
    '--conf-file=/dev/null',
    '--no-resolv',
    '--no-hosts',
    '--bind-interfaces',
  ];
  const files = [`--pid-file=${join(folder, 'pid')}`, '--log-facility=-', `--local-ttl=${TTL}`];
  // Somebody else may have the port: then another is tried.
  for (let attempt = 0; attempt < 10 && dnsmasq === undefined; attempt += 1) {
    const port = randomInt(20_000, 30_000);
    server = `127.0.0.1:${port}`;
    const place = [
      '--listen-address=127.0.0.1',
      `--port=${port}`,
      `--local=/a.example/mute.example/many.example/`,
    ];
    const child = spawn(DNSMASQ, [...options, ...files, ...place, ...RECORDS], {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    dnsmasq = await new Promise<ChildProcess | undefined>((resolve) => {
      child.stderr.on('data', (data: Buffer) => {
        if (data.includes('started')) resolve(child);
      });
      child.once('exit', () => resolve(undefined));
    });
  }
  expect(dnsmasq).toBeDefined();
});

afterAll(() => {
  dnsmasq?.kill('SIGKILL');
  if (isThere) rmSync(folder, { recursive: true });
});

const addressesOf = (dns: Dns, host: string): Promise<unknown> =>
  new Promise((resolve, reject) =>
    dns.lookup(host, { all: true }, (error, found) =>
      error ? reject(error) : resolve((found as { address: string }[]).map(({ address }) => address)),
    ),
  );

describe.skipIf(!isThere)(isThere ? 'dnsmasq' : 'dnsmasq (which is not installed here)', () => {
  test('servers come by priority, and within one by weight', async () => {
    const dns = dnsOf();
    let heavyFirst = 0;
    for (let round = 0; round < 200; round += 1) {
      const targets = await resolveDomain('a.example', '_im._impp', dns, randomBytes);
      expect(targets.at(-1)).toEqual({ host: 'late.a.example', port: 2780 });
      if (targets[0]?.host === 'heavy.a.example') heavyFirst += 1;
    }
    // 180 of 200 on average; farther from it than that once in a billion runs.
    expect(heavyFirst).toBeGreaterThan(150);
    expect(heavyFirst).toBeLessThan(200);
  });

  test('a domain that has none declares so', async () => {
    await expect(resolveDomain('mute.example', '_im._impp', dnsOf(), randomBytes)).rejects.toMatchObject({
      code: 'domain-unknown',
    });
  });

  test('no such name is no records; a server at a loss, and one that is away, are failures', async () => {
    const itself = [{ host: 'none.a.example', port: 2779 }];
    expect(await resolveDomain('none.a.example', '_im._impp', dnsOf(), randomBytes)).toEqual(itself);
    const broken = resolveDomain('broken.example', '_im._impp', dnsOf(), randomBytes);
    await expect(broken).rejects.toMatchObject({ code: 'unreachable' });
  });

  test('what does not fit into a packet comes over TCP', async () => {
    expect(await resolveDomain('many.example', '_im._impp', dnsOf(), randomBytes)).toHaveLength(40);
  });

  test('addresses of both kinds, of one, and behind another name', async () => {
    const dns = dnsOf();
    expect(await addressesOf(dns, 'two.example')).toEqual(['2001:db8:0:0:0:0:0:7', '192.0.2.7']);
    expect(await addressesOf(dns, 'four.example')).toEqual(['192.0.2.8']);
    expect(await addressesOf(dns, 'six.example')).toEqual(['2001:db8:0:0:0:0:0:9']);
    expect(await addressesOf(dns, 'other.example')).toEqual(['2001:db8:0:0:0:0:0:7', '192.0.2.7']);
  });

  test('what it says is kept for its time, and not longer', async () => {
    const dns = dnsOf();
    const find = () => resolveDomain('a.example', '_im._impp', dns, randomBytes);
    await find();
    dnsmasq?.kill('SIGSTOP');
    try {
      now += TTL * 1000 - 1;
      expect(await find()).toHaveLength(3);
      now += 1;
      await expect(find()).rejects.toMatchObject({ code: 'unreachable' });
    } finally {
      dnsmasq?.kill('SIGCONT');
    }
    expect(await find()).toHaveLength(3);
  });
});

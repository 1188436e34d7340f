import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { writeHistory } from '../../../server/acme/folder.ts';
import { listenForMetrics, type MetricsListener } from '../../../server/metrics/listener.ts';
import { askStore, checkHealth } from '../../../server/metrics/health.ts';
import { ImppError } from '../../../shared/errors.ts';
import { addressOf } from '../../../shared/impp/address.ts';
import { FakeClock } from '../../fake/clock.ts';
import { Federation, messageTo, takeLink } from '../links/federation.ts';
import { HOST, PASSWORD, scram, TestDomain, urlOf } from '../harness.ts';
import type { Peer } from '../peer.ts';

const MEMORY = { storage: { url: 'memory:' } };
const silent = { debug() {}, info() {}, warn() {}, error() {} };

let closings: (() => Promise<void>)[];
beforeEach(() => {
  closings = [];
});
afterEach(async () => {
  for (const close of closings.splice(0).reverse()) await close();
});

async function start(options: Parameters<typeof TestDomain.start>[0] = {}): Promise<TestDomain> {
  const config = { ...MEMORY, ...options.config };
  const domain = await TestDomain.start({ users: ['alice', 'bob'], ...options, config });
  closings.push(() => domain.close());
  return domain;
}

async function listen({ server }: TestDomain): Promise<MetricsListener> {
  const { config } = server.domain;
  const metrics = await listenForMetrics('127.0.0.1:0', { server, config, version: '1.2.3', log: silent });
  closings.push(() => metrics.close());
  return metrics;
}

const get = ({ port }: MetricsListener, path: string, method = 'GET'): Promise<Response> =>
  fetch(`http://127.0.0.1:${port}${path}`, { method });

/** The samples of /metrics: name and labels, as they stand there, to value. */
async function look(metrics: MetricsListener): Promise<Map<string, number>> {
  const response = await get(metrics, '/metrics');
  expect(response.headers.get('Content-Type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const lines = (await response.text()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(lines.map((line) => [line.replace(/ [^ ]+$/, ''), Number(line.split(' ').at(-1))]));
}

const MAIL = `From: <alice@${HOST}>\r\nTo: <bob@${HOST}>\r\nDate: Mon, 05 Jan 2026 12:00:00 +0000\r\nMessage-ID: <1@x>\r\n\r\nhi`;
const message = { Target: urlOf('bob'), 'Content-Type': 'message/rfc822', 'Message-ID': '<1@x>' };

describe('/metrics', () => {
  test('says who is there, what was asked, and what became of messages', async () => {
    const domain = await start();
    const metrics = await listen(domain);
    const alice = await domain.attach('alice');
    await domain.hello();
    await alice.demand('SEND', message, MAIL);
    const found = await look(metrics);
    expect(found.get(`parley_info{domain="${HOST}",version="1.2.3"}`)).toBe(1);
    expect(found.get('parley_connections{peer="client",state="attached"}')).toBe(1);
    expect(found.get('parley_connections{peer="client",state="open"}')).toBe(1);
    expect(found.get('parley_connections_total')).toBe(2);
    expect(found.get('parley_requests_total{peer="client",method="HELLO"}')).toBe(2);
    expect(found.get('parley_messages_total{peer="client",outcome="stored"}')).toBe(1);
    expect(found.get('parley_store_answer_seconds')).toBe(0);
    expect(found.get('process_resident_memory_bytes')).toBeGreaterThan(1e6);
    // There is no certificate: nothing is better than the year 1970.
    expect([...found.keys()].filter((name) => name.includes('certificate'))).toEqual([]);

    alice.break();
    await alice.closed();
    await domain.settle();
    const later = await look(metrics);
    expect(later.has('parley_connections{peer="client",state="attached"}')).toBe(false);
    expect(later.get('parley_connections_total')).toBe(2);
  });

  test('has at most 20 series, whatever peers ask and call themselves', async () => {
    const domain = await start();
    const metrics = await listen(domain);
    const alice = await domain.attach('alice');
    const names = async (): Promise<Set<string>> => {
      const text = await (await get(metrics, '/metrics')).text();
      return new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name ?? ''));
    };
    expect((await names()).size).toBeLessThanOrEqual(20);
    const before = (await look(metrics)).size;
    for (let at = 0; at < 50; at += 1) await alice.refusal(`X-METHOD-${at}`, { Target: urlOf(`user${at}`) });
    // One more: the refusals, together.
    expect((await look(metrics)).size).toBe(before + 1);
  });

  test('nor does the number of its lines grow with other domains, whatever they answer', async () => {
    const federation = new Federation();
    closings.push(() => federation.close());
    const tls = { federation: { tls: 'off' } } as const;
    const domain = await federation.domain('a.example', ['alice'], { config: { ...MEMORY, ...tls } });
    const metrics = await listen(domain);
    const alice = await domain.attach('alice');
    const meet = async (host: string): Promise<void> => {
      federation.play(host, (peer) => {
        void (async () => {
          await takeLink(peer, host);
          peer.ok(await peer.next('SEND'), { Outcome: host });
          peer.error(await peer.next('FETCH'), new ImppError('message-unknown', host));
        })();
      });
      const other = addressOf(host, 'x').url;
      await alice.demand(...messageTo(alice, other, 'hello'));
      await alice.refusal('FETCH', { Target: other });
      const link = await federation.open(host, domain);
      await link.refusal(`X-${host.replaceAll('.', '-').toUpperCase()}`);
      await (await domain.hello()).refusal(`X-${host.replaceAll('.', '-').toUpperCase()}`);
    };
    await meet('domain-0.example');
    const before = [...(await look(metrics)).keys()].sort();
    expect(before).toContain('parley_messages_total{peer="client",outcome="unknown"}');
    for (let at = 1; at < 30; at += 1) await meet(`domain-${at}.example`);
    expect([...(await look(metrics)).keys()].sort()).toEqual(before);
    expect(before.filter((line) => line.includes('domain-'))).toEqual([]);
  });

  test('attempts at an authority that came to nothing', async () => {
    const data = mkdtempSync(join(tmpdir(), 'parley-'));
    closings.push(() => rm(data, { recursive: true }));
    const acme = { terms: true, challenge: 'http-01', directory: 'https://ca.example/dir' } as const;
    const metrics = await listen(await start({ config: { data, acme } }));
    expect((await look(metrics)).get('parley_certificate_failures')).toBe(0);
    writeHistory(data, { failures: 2, notBefore: 0, reason: 'no such page' });
    expect((await look(metrics)).get('parley_certificate_failures')).toBe(2);
  });

  test('certificate, warnings and errors', async () => {
    const { certificateFor } = await import('../../fixtures/certificates.ts');
    const { X509Certificate } = await import('node:crypto');
    const { cert, key, pem } = await certificateFor(HOST);
    const domain = await start({ config: { tls: { cert, key } } });
    const metrics = await listen(domain);
    domain.server.domain.log.error('a fault');
    const found = await look(metrics);
    const end = new X509Certificate(pem).validToDate.getTime() / 1000;
    expect(found.get('parley_certificate_end_timestamp_seconds')).toBe(end);
    expect(found.get('parley_log_lines_total{level="error"}')).toBe(1);
    expect(found.get('parley_log_lines_total{level="warn"}')).toBe(0);
  });
});

describe('every refusal is counted', () => {
  const refusals = (domain: TestDomain, peer: 'client' | 'domain'): Record<string, number> =>
    Object.fromEntries(domain.server.tally[peer].refused.entries());

  /** As many as went out. */
  const errorsIn = (...peers: Peer[]): number =>
    peers.reduce((sum, { received }) => sum + (received.match(/ERROR \(/g)?.length ?? 0), 0);

  test('of clients: before and after the sign-in, by the framing, the rate, the rules', async () => {
    const limits = { requestBurst: 30, requestsPerSecond: 0.001, maxPending: 2 };
    const domain = await start({ config: { limits } });
    const peers: Peer[] = [];
    const kept = (peer: Peer): Peer => {
      peers.push(peer);
      return peer;
    };
    const stranger = kept(await domain.hello());
    await stranger.refusal('SEND');
    await stranger.refusal('NONSENSE');
    await scram(stranger, 'alice', 'wrong').catch(() => {});
    const broken = kept(domain.connect());
    broken.write('HELLO 1 impp/1.0\r\nno colon\r\n\r\n');
    await broken.closed();
    const twice = kept(await domain.hello());
    twice.write('AUTH 7 impp/1.0\r\nMechanism: SCRAM-SHA-256\r\nContent-Type: application/sasl\r\n');
    twice.write('Content-Length: 20\r\n\r\nn,,n=alice,r=abcdefg');
    await twice.response('7');
    const alice = kept(await domain.attach('alice'));
    await alice.refusal('SEND', { ...message, From: urlOf('bob') }, MAIL);
    await alice.refusal('FETCH', { Target: urlOf('nobody') });
    await alice.refusal('SEND', { ...message, 'Inbox-Sequence': 1 }, MAIL);
    await alice.refusal('SET-DOCUMENT', { Name: 'x', 'If-Revision': 'y' });
    for (let at = 0; at < 40; at += 1) await alice.ask('PING');
    const counted = refusals(domain, 'client');
    expect(counted).toMatchObject({
      'authentication-failed': 1,
      'operation-not-supported': 1,
      'permission-denied': 1,
      'target-unknown': 1,
    });
    expect(counted['too-many-requests']).toBeGreaterThan(0);
    expect(Object.values(counted).reduce((sum, count) => sum + count, 0)).toBe(errorsIn(...peers));
  });

  test('of other domains, those that policy turns away included; and who is not reached', async () => {
    const federation = new Federation();
    closings.push(() => federation.close());
    const policy = { tls: 'off', policy: { 'bad.example': 'refuse' } } as const;
    const domain = await federation.domain('b.example', ['bob'], {
      config: { ...MEMORY, federation: policy },
    });
    const bad = domain.connect('192.0.2.7');
    const hello = { Domain: 'b.example', Role: 'domain', From: 'impp://bad.example/' };
    expect((await bad.refusal('HELLO', hello)).code).toBe('permission-denied');
    expect(refusals(domain, 'client')).toEqual({ 'permission-denied': 1 });
    const link = await federation.open('c.example', domain);
    expect((await link.refusal('SEND', { Target: 'impp://b.example/bob' })).code).toBe(
      'domain-authentication-required',
    );
    expect(refusals(domain, 'domain')).toEqual({ 'domain-authentication-required': 1 });
    const found = await look(await listen(domain));
    expect(found.get('parley_connections{peer="domain",state="open"}')).toBe(1);

    const bob = await domain.attach('bob');
    const far = await bob.refusal('FETCH', { Target: addressOf('nowhere.example', 'x').url });
    expect(far.code).toBe('connection-failure');
    expect(domain.server.tally.unreachable).toBe(1);
  });
});

describe('/health', () => {
  test('is ok while people are served', async () => {
    const response = await get(await listen(await start()), '/health');
    expect([response.status, await response.text()]).toEqual([200, 'ok\n']);
    expect(response.headers.get('Cache-Control')).toBe('no-store');
  });

  test('is not when the store fails, and is told to wait no longer than 5 seconds', async () => {
    const domain = await start();
    const metrics = await listen(domain);
    domain.storage.getValue = () => Promise.reject(new Error('disk gone'));
    const response = await get(metrics, '/health');
    expect([response.status, await response.text()]).toEqual([503, 'the store does not answer\n']);

    const clock = new FakeClock();
    const storage = { ...domain.storage, getValue: () => new Promise<undefined>(() => {}) };
    const asked = askStore({ storage, clock });
    clock.advance(5_000);
    expect(await asked).toBe(5_000);
    expect(clock.waiting).toBe(0);
  });

  test('is not while parleyd goes down', async () => {
    const domain = await start();
    const { server } = domain;
    await expect(checkHealth({ domain: server.domain, isClosing: true })).rejects.toMatchObject({
      message: 'parleyd is going down',
    });
  });
});

describe('the listener', () => {
  test('has two pages, for reading', async () => {
    const metrics = await listen(await start());
    expect((await get(metrics, '/')).status).toBe(404);
    expect((await get(metrics, '/__proto__')).status).toBe(404);
    expect((await get(metrics, '/metrics', 'POST')).status).toBe(405);
    expect((await get(metrics, '/health?x=1', 'HEAD')).status).toBe(200);
  });

  test('says in a sentence when it cannot listen', async () => {
    const domain = await start();
    const { port } = await listen(domain);
    const { server } = domain;
    const options = { server, config: server.domain.config, version: '1', log: silent };
    await expect(listenForMetrics(`127.0.0.1:${port}`, options)).rejects.toMatchObject({
      code: 'unreachable',
      message: `parleyd cannot listen on 127.0.0.1:${port} for metrics.listen: EADDRINUSE.`,
    });
  });

  test('signing in is counted as what it is', async () => {
    const domain = await start();
    const peer = await domain.hello();
    await scram(peer, 'bob', PASSWORD);
    expect(Object.fromEntries(domain.server.tally.client.done.entries())).toEqual({ HELLO: 1, AUTH: 2 });
  });
});

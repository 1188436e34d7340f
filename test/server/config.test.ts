import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';

import { HELP } from '../../server/admin/help.ts';
import { type Config, defaultConfig } from '../../server/config.ts';
import { loadConfig, readAssignment, readConfigFile } from '../../server/config-load.ts';
import { DOMAIN_SETTINGS, readHostAndPort, SETTINGS } from '../../server/config-settings.ts';
import { temporaryFolders } from './storage/folder.ts';

const set = (...assignments: string[]): Config =>
  loadConfig(['domain=a.example', ...assignments].map(readAssignment));

const refusal = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    return `${code}: ${message}`;
  }
  return 'nothing thrown';
};

describe('defaults', () => {
  test('are those of IMPP 13', () => {
    const config = set();
    expect(config).toEqual(defaultConfig({ domain: 'a.example', data: 'parley-data/a.example' }));
    expect(config.limits).toEqual({
      maxMessageSize: 1_048_576,
      maxBulkSize: 10_485_760,
      maxPending: 128,
      requestsPerSecond: 50,
      requestBurst: 200,
      failedAuth: 20,
      registrations: 60,
      unauthenticated: 256,
      strangersOfDomain: 200,
      strangersToInbox: 60,
      connections: 20,
      inboxQuota: 104_857_600,
      bulkThreshold: 65_536,
    });
    expect(config.idleTimeout).toBe(300);
    expect(config.leases).toEqual({
      presenceMin: 30,
      presenceMax: 3600,
      presenceDefault: 120,
      subscriptionMin: 60,
      subscriptionMax: 86_400,
      subscriptionDefault: 3600,
      subscriptionInterdomain: 21_600,
    });
    expect(config.auth).toEqual({
      mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'PLAIN'],
      iterations: 100_000,
    });
    expect([config.listen, config.tls.require, config.registration]).toEqual([
      { host: '127.0.0.1', port: 2779 },
      undefined,
      'closed',
    ]);
  });

  test('the domain has none', () => {
    expect(refusal(() => loadConfig([]))).toMatch(/^invalid-argument: Which domain\?/);
  });

  test('overrides are laid over them group by group', () => {
    const config = defaultConfig({
      limits: { connections: 3 },
      federation: { routes: { 'b.example': 'h:1' } },
    });
    expect(config.limits).toEqual({ ...defaultConfig().limits, connections: 3 });
    expect(config.federation).toEqual({ ...defaultConfig().federation, routes: { 'b.example': 'h:1' } });
    expect(defaultConfig().limits.connections).toBe(20);
  });
});

describe('--set', () => {
  const ACME_FILE = 'd/acme/certificate.pem';
  /** Every key with a value of its own, and where it arrives. */
  const examples: Record<string, [value: string, read: (config: Config) => unknown, expected: unknown]> = {
    domain: ['Bücher.example', (c) => c.domain, 'xn--bcher-kva.example'],
    listen: ['[::1]:0', (c) => c.listen, { host: '::1', port: 0 }],
    data: ['/srv/x', (c) => c.data, '/srv/x'],
    registration: ['invite', (c) => c.registration, 'invite'],
    'limits.max-message-size': ['2048', (c) => c.limits.maxMessageSize, 2048],
    'limits.max-bulk-size': ['4096', (c) => c.limits.maxBulkSize, 4096],
    'limits.max-pending': ['4', (c) => c.limits.maxPending, 4],
    'limits.requests-per-second': ['0.5', (c) => c.limits.requestsPerSecond, 0.5],
    'limits.request-burst': ['3', (c) => c.limits.requestBurst, 3],
    'limits.failed-auth': ['2', (c) => c.limits.failedAuth, 2],
    'limits.registrations': ['3', (c) => c.limits.registrations, 3],
    'limits.unauthenticated': ['7', (c) => c.limits.unauthenticated, 7],
    'limits.strangers-of-domain': ['5', (c) => c.limits.strangersOfDomain, 5],
    'limits.strangers-to-inbox': ['6', (c) => c.limits.strangersToInbox, 6],
    'limits.connections': ['1', (c) => c.limits.connections, 1],
    'limits.inbox-quota': ['5000', (c) => c.limits.inboxQuota, 5000],
    'limits.bulk-threshold': ['100', (c) => c.limits.bulkThreshold, 100],
    'idle-timeout': ['2', (c) => c.idleTimeout, 2],
    'leases.presence-min': ['1', (c) => c.leases.presenceMin, 1],
    'leases.presence-max': ['1000', (c) => c.leases.presenceMax, 1000],
    'leases.presence-default': ['300', (c) => c.leases.presenceDefault, 300],
    'leases.subscription-min': ['1', (c) => c.leases.subscriptionMin, 1],
    'leases.subscription-max': ['50000', (c) => c.leases.subscriptionMax, 50_000],
    'leases.subscription-default': ['500', (c) => c.leases.subscriptionDefault, 500],
    'leases.subscription-interdomain': ['600', (c) => c.leases.subscriptionInterdomain, 600],
    'inbox.retention-days': ['7', (c) => c.inbox.retentionDays, 7],
    'inbox.delivery-wait-ms': ['100', (c) => c.inbox.deliveryWaitMs, 100],
    'auth.mechanisms': ['PLAIN,SCRAM-SHA-256', (c) => c.auth.mechanisms, ['SCRAM-SHA-256', 'PLAIN']],
    'auth.iterations': ['4096', (c) => c.auth.iterations, 4096],
    'tls.cert': ['c.pem', (c) => c.tls.cert, 'c.pem'],
    'tls.key': ['k.pem', (c) => c.tls.key, 'k.pem'],
    'tls.ca': ['ca.pem', (c) => c.tls.ca, 'ca.pem'],
    'tls.crl': ['crl.pem', (c) => c.tls.crl, 'crl.pem'],
    'tls.require': ['false', (c) => c.tls.require, false],
    'tls.minimum': ['1.3', (c) => c.tls.minimum, '1.3'],
    'acme.terms': ['true', (c) => [c.acme.terms, c.tls.cert, c.tls.key], [true, ACME_FILE, ACME_FILE]],
    'acme.directory': ['https://ca.example/dir', (c) => c.acme.directory, 'https://ca.example/dir'],
    'acme.email': ['me@example.org', (c) => c.acme.email, 'me@example.org'],
    'acme.challenge': ['tls-alpn-01', (c) => c.acme.challenge, 'tls-alpn-01'],
    'acme.listen': ['[::]:80', (c) => c.acme.listen, '[::]:80'],
    'dns.servers': ['127.0.0.1:5353, ::1', (c) => c.dns.servers, ['127.0.0.1:5353', '::1']],
    'federation.default': ['refuse', (c) => c.federation.default, 'refuse'],
    'federation.tls': ['off', (c) => c.federation.tls, 'off'],
    'federation.routes."B.example"': [
      '127.0.0.1:1',
      (c) => c.federation.routes,
      { 'b.example': '127.0.0.1:1' },
    ],
    'federation.policy."b.example"': ['refuse', (c) => c.federation.policy, { 'b.example': 'refuse' }],
    'federation.blocklist': ['a.txt,b.txt', (c) => c.federation.blocklist, ['a.txt', 'b.txt']],
    policy: ['no-pretend,no-invisible', (c) => c.policy, ['no-pretend', 'no-invisible']],
    'storage.url': ['memory:', (c) => c.storage.url, 'memory:'],
    'bus.url': ['local:', (c) => c.bus.url, 'local:'],
    'metrics.listen': ['127.0.0.1:9', (c) => c.metrics.listen, '127.0.0.1:9'],
    'log.level': ['silent', (c) => c.log.level, 'silent'],
  };

  test('every setting has an example here, and its place in the help', () => {
    const keys = Object.keys(examples).map((key) => key.replace(/\."[^"]+"$/, ''));
    expect(new Set(keys)).toEqual(new Set([...Object.keys(SETTINGS), ...Object.keys(DOMAIN_SETTINGS)]));
    for (const key of keys) expect(HELP, key).toContain(key);
  });

  test.each(Object.entries(examples))('%s', (key, [value, read, expected]) => {
    const pair = key === 'tls.cert' ? ['tls.key=k'] : key === 'tls.key' ? ['tls.cert=c'] : [];
    if (key.startsWith('acme.')) pair.push('domain=a.example', 'data=d', 'acme.terms=true');
    expect(read(set(...pair, `${key}=${value}`))).toEqual(expected);
  });

  test('a route needs no quotes, for shells that eat them', () => {
    expect(set('federation.routes.b.example=[::1]:1').federation.routes).toEqual({ 'b.example': '[::1]:1' });
  });

  test('an empty list is empty, and the last of several holds', () => {
    expect(set('policy=no-pretend', 'policy=').policy).toEqual([]);
  });

  test.each([
    ['limits.max-pending=', 'whole number'],
    ['limits.max-pending=0', 'from 1 to 65535'],
    ['limits.max-pending=1.5', 'whole number'],
    ['limits.max-pending=-1', 'whole number'],
    ['limits.max-pending=1e3', 'whole number'],
    ['auth.iterations=4095', 'from 4096'],
    ['auth.mechanisms=CRAM-MD5', 'SCRAM-SHA-256'],
    ['auth.mechanisms=', 'at least one'],
    ['registration=maybe', 'open, invite, closed'],
    ['tls.require=perhaps', 'true or false'],
    ['listen=2779', 'HOST:PORT'],
    ['listen=::1:2779', 'HOST:PORT'],
    ['listen=127.0.0.1:65536', 'HOST:PORT'],
    ['storage.url=postgres://x', 'memory:'],
    ['bus.url=nats://x', 'local:'],
    ['dns.servers=dns.example', 'name servers'],
    ['domain=a b', 'a domain'],
    ['inbox.delivery-wait-ms=2001', 'from 0 to 2000'],
    ['federation.routes."b.example"=x', 'HOST:PORT'],
    ['federation.policy."b.example"=maybe', 'allow, refuse'],
    ['tls.cert=c.pem', 'belong together'],
    ['acme.email=me@example.org', 'before acme.terms=true accepts'],
    ['acme.directory=http://ca.example/dir', 'https'],
    ['limits.max-mesage-size=1', 'did you mean limits.max-message-size?'],
    ['federation.routes.=h:1', 'does not name a domain'],
    ['__proto__=1', 'no setting'],
    ['constructor=1', 'no setting'],
    ['whatever.that.is=1', 'no setting'],
    ['limits=1', 'no setting'],
  ])('%s is refused: %s', (assignment, sentence) => {
    const reason = refusal(() => set(assignment));
    expect(reason).toContain('invalid-argument: ');
    expect(reason).toContain(sentence);
  });

  test('a certificate comes from files or from an authority, not from both', () => {
    expect(refusal(() => set('domain=a.example', 'acme.terms=true', 'tls.cert=c', 'tls.key=k'))).toContain(
      'give one of them',
    );
    for (const host of ['localhost', '192.0.2.1'])
      expect(refusal(() => set(`domain=${host}`, 'acme.terms=true'))).toContain(
        `No authority certifies "${host}"`,
      );
  });

  test('without a value it is refused', () => {
    expect(refusal(() => readAssignment('domain'))).toContain('KEY=VALUE');
    expect(refusal(() => readAssignment('=x'))).toContain('KEY=VALUE');
  });
});

describe('leases', () => {
  test('defaults make room for what is given', () => {
    expect(set('leases.presence-max=10').leases).toMatchObject({
      presenceMin: 10,
      presenceDefault: 10,
      presenceMax: 10,
    });
    expect(set('leases.presence-min=5000').leases).toMatchObject({
      presenceMin: 5000,
      presenceDefault: 5000,
      presenceMax: 5000,
    });
    expect(set('leases.subscription-default=2').leases).toMatchObject({
      subscriptionMin: 2,
      subscriptionDefault: 2,
    });
    expect(set('leases.subscription-max=100').leases.subscriptionInterdomain).toBe(100);
  });

  test('what is given and contradicts itself is refused', () => {
    expect(refusal(() => set('leases.presence-min=9', 'leases.presence-max=8'))).toContain('is above');
    expect(refusal(() => set('leases.presence-min=9', 'leases.presence-default=8'))).toContain('not between');
  });
});

describe('HOST:PORT', () => {
  test.each([
    ['127.0.0.1:0', { host: '127.0.0.1', port: 0 }],
    ['localhost:65535', { host: 'localhost', port: 65_535 }],
    ['[::1]:2779', { host: '::1', port: 2779 }],
    ['[fe80::1%eth0]:1', { host: 'fe80::1%eth0', port: 1 }],
    ['', undefined],
    [':1', undefined],
    ['host', undefined],
    ['host:', undefined],
    ['host:x', undefined],
    ['[host]:1', undefined],
    ['a b:1', undefined],
    ['::1', undefined],
  ])('%s', (text, expected) => expect(readHostAndPort(text)).toEqual(expected));
});

describe('the file', () => {
  const folder = temporaryFolders();
  const file = (text: string): string => {
    const path = join(folder(), 'parleyd.toml');
    writeFileSync(path, text);
    return path;
  };

  test('has the same keys, as TOML', () => {
    const path = file(`
      domain = "a.example"
      listen = "0.0.0.0:2779"
      data = "data"
      policy = ["no-pretend"]
      idle-timeout = 60
      [limits]
      max-pending = 5
      [tls]
      cert = "/etc/cert.pem"
      key = "key.pem"
      require = true
      [storage]
      url = "sqlite:x/y.sqlite"
      [federation.routes]
      "b.example" = "127.0.0.1:1"
      [federation.policy]
      "c.example" = "refuse"
    `);
    const config = loadConfig([...readConfigFile(path), readAssignment('idle-timeout=61')]);
    const at = path.replace('/parleyd.toml', '');
    expect(config).toMatchObject({
      domain: 'a.example',
      listen: { host: '0.0.0.0', port: 2779 },
      policy: ['no-pretend'],
      idleTimeout: 61,
      limits: { maxPending: 5 },
      federation: { routes: { 'b.example': '127.0.0.1:1' }, policy: { 'c.example': 'refuse' } },
    });
    expect([config.data, config.storage.url]).toEqual([`${at}/data`, `sqlite:${at}/x/y.sqlite`]);
    expect(config.tls).toMatchObject({ cert: '/etc/cert.pem', key: `${at}/key.pem`, require: true });
  });

  test.each([
    ['domain = a', 'line 1'],
    ['\n[limits]\nmax-pending = "many"', 'limits.max-pending is "many"; it has to be a whole number'],
    ['limit = 1', 'no setting "limit"'],
    ['[limits.max-pending]\nx = 1', 'no setting'],
    ['domain = 1979-05-27', 'it has to be a domain'],
    ['policy = "no-pretend', 'line 1'],
  ])('%j is refused: %s', (text, sentence) => {
    const path = file(text);
    const reason = refusal(() => loadConfig(readConfigFile(path)));
    expect(reason).toContain(path);
    expect(reason).toContain(sentence);
  });

  test('that is not there is refused', () => {
    expect(refusal(() => readConfigFile('/nonexistent/x.toml'))).toContain('cannot be read');
  });
});

// `parleyd check` of a domain that is for everybody: real DNS packets, a real parleyd, an authority of its own.

import { createServer, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';

import { checkDns } from '../../../server/admin/check-dns.ts';
import { checkWayBack } from '../../../server/admin/check-way-back.ts';
import type { Finding } from '../../../server/admin/finding.ts';
import { type Config, type ConfigOverrides, defaultConfig } from '../../../server/config.ts';
import { Authority } from '../../fixtures/authority.ts';
import type { Certificate } from '../../fixtures/certificates.ts';
import { type DnsRecord, DnsServer, type Zone } from '../../fixtures/dns.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { parleyd, serving, type Serving } from './program.ts';

const folder = temporaryFolders();
const SERVICES = ['_impp-client._tcp.a.example', '_im._impp.a.example', '_pres._impp.a.example'];
const here: DnsRecord = { type: 'A', address: '127.0.0.1' };

/** What the world sees, and what one of the name servers sees by itself. */
const zone: Zone = {};
const second: Zone = {};
let dns: DnsServer;
let ns2: DnsServer;
let authority: Authority;
let certificate: Certificate;

const srv = (port: number): DnsRecord[] => [
  { type: 'SRV', priority: 0, weight: 0, port, target: 'chat.a.example' },
];

beforeAll(async () => {
  dns = await DnsServer.start(zone);
  ns2 = await DnsServer.start(second, '127.0.0.2', Number(dns.address.split(':')[1]));
  authority = await Authority.make();
  certificate = await authority.issue('a.example');
});
afterAll(async () => {
  await Promise.all([dns.close(), ns2.close()]);
});

beforeEach(() => {
  for (const each of [zone, second]) for (const name of Object.keys(each)) delete each[name];
  const shared: Zone = {
    'a.example': [here, { type: 'NS', target: 'ns1.a.example' }, { type: 'NS', target: 'ns2.a.example' }],
    'ns1.a.example': [here],
    'ns2.a.example': [{ type: 'A', address: '127.0.0.2' }],
    'chat.a.example': [here],
    ...Object.fromEntries(SERVICES.map((name) => [name, srv(2779)])),
  };
  Object.assign(zone, shared);
  Object.assign(second, shared);
});

const configOf = (overrides: ConfigOverrides = {}): Config =>
  defaultConfig({
    domain: 'a.example',
    listen: { host: '0.0.0.0', port: 2779 },
    data: folder(),
    dns: { servers: [dns.address] },
    tls: { cert: certificate.cert, key: certificate.key },
    ...overrides,
  });

const said = (findings: readonly Finding[]): string =>
  findings.map(({ what, text }) => `${what} ${text}`).join('\n');

test('what all name servers say is the world’s word; addresses of one kind are mentioned', async () => {
  const text = said(await checkDns(configOf()));
  for (const name of SERVICES)
    expect(text).toContain(`ok ${name} points to chat.a.example:2779, 2 of its name servers say.`);
  expect(text).toContain('note chat.a.example has no IPv6 address (AAAA)');
  expect(text).not.toContain('wrong');
});

test('name servers that differ, that are silent, and a resolver that remembers', async () => {
  second[SERVICES[0] ?? ''] = srv(1);
  delete zone[SERVICES[1] ?? ''];
  delete second[SERVICES[2] ?? ''];
  const text = said(await checkDns(configOf()));
  expect(text).toContain(
    'wrong _impp-client._tcp.a.example: the name servers of a.example do not agree (ns1.a.example: chat.a.example:2779; ns2.a.example: chat.a.example:1)',
  );
  expect(text).toMatch(/^wrong _im\._impp.*ns1\.a\.example: nothing; ns2/m);
  expect(text).toMatch(/^wrong _pres\._impp.*ns2\.a\.example: nothing/m);

  for (const name of SERVICES) second[name] = 'SERVFAIL';
  for (const name of SERVICES) zone[name] = srv(5);
  const one = said(await checkDns(configOf()));
  expect(one).toContain(
    'note _im._impp.a.example: the name server ns2.a.example does not answer (ESERVFAIL).',
  );
  expect(one).toContain('ok _im._impp.a.example points to chat.a.example:5, 1 of its name servers say.');

  // Of the zone above, if the domain has none of its own; and here something else is remembered.
  zone['_im._impp.b.a.example'] = srv(5);
  second['_im._impp.b.a.example'] = srv(6);
  zone['ns1.a.example'] = [{ type: 'A', address: '127.0.0.2' }];
  const remembered = said(await checkDns(configOf({ domain: 'b.a.example' })));
  expect(remembered).toContain(
    'ok _im._impp.b.a.example points to chat.a.example:6, 2 of its name servers say.',
  );
  expect(remembered).toContain(
    'note _im._impp.b.a.example: the resolver of this machine says something else (chat.a.example:5)',
  );
});

test('an IPv6 address where nobody listens, no address at all, and a service that is denied', async () => {
  zone['chat.a.example'] = [here, { type: 'AAAA', address: '::1' }];
  expect(said(await checkDns(configOf()))).toContain(
    'wrong chat.a.example has an IPv6 address, and parleyd listens on 0.0.0.0 only: listen = "[::]:2779"',
  );
  expect(said(await checkDns(configOf({ listen: { host: '::', port: 2779 } })))).toContain(
    'ok chat.a.example has addresses of both kinds.',
  );
  delete zone['chat.a.example'];
  expect(said(await checkDns(configOf()))).toContain('wrong chat.a.example has no address: add an A record');
  for (const each of [zone, second])
    each['_im._impp.a.example'] = [{ type: 'SRV', priority: 0, weight: 0, port: 0, target: '' }];
  expect(said(await checkDns(configOf()))).toContain(
    'wrong _im._impp.a.example says that the domain has no such',
  );
  // Where that is meant, it is as it should be; apps have to find it all the same.
  for (const each of [zone, second]) each[SERVICES[0] ?? ''] = zone['_im._impp.a.example'] ?? [];
  const alone = configOf({ federation: { default: 'refuse' } });
  const text = said(await checkDns(alone));
  expect(text).toContain('ok _im._impp.a.example says that the domain is for its own people');
  expect(text).toContain('wrong _impp-client._tcp.a.example says that the domain has no such');
});

test('the way back: strangers come through, or it is said what is in their way', async () => {
  const data = folder();
  const files = ['--tls-cert', certificate.cert, '--tls-key', certificate.key];
  const args = ['--domain', 'a.example', '--data', data, ...files, '--set', `dns.servers=${dns.address}`];
  expect(said(await checkWayBack(configOf()))).toBe(
    'note The way back: not checked, parleyd does not run. Start it and check again.',
  );
  const server: Serving = await serving([...args, '--listen', '0.0.0.0:0']);
  try {
    const { port } = server;
    const listen = { host: '0.0.0.0', port };
    for (const each of [zone, second]) for (const name of SERVICES) each[name] = srv(port);
    const whole = await parleyd(['check', ...args, '--listen', `0.0.0.0:${port}`], '', {
      NODE_EXTRA_CA_CERTS: authority.path,
    });
    expect(whole.stdout).not.toMatch(/^wrong/m);
    expect(whole.stdout).toContain(
      `ok    chat.a.example, port ${port} (127.0.0.1) answers apps and other domains as a.example.`,
    );
    expect(whole.stdout).toContain('ok    The certificate leads to Authority of the tests.');
    expect([whole.code, whole.stderr]).toEqual([0, '']);

    // This process does not know the authority, as nobody elsewhere does.
    expect(said(await checkWayBack(configOf({ data, listen })))).toMatch(
      /^wrong chat\.a\.example, port \d+ \(127\.0\.0\.1\): strangers do not believe its certificate/,
    );
    // Another program has the port; it says nothing, or something else.
    const other = createServer((socket) => socket.resume().end('220 mail.a.example ESMTP\r\n\r\n'));
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const elsewhere = (other.address() as AddressInfo).port;
    for (const name of SERVICES) zone[name] = srv(elsewhere);
    const inClear = { cert: undefined, key: undefined };
    expect(said(await checkWayBack(configOf({ data, listen, tls: inClear })))).toContain(
      'somebody else answers there, or of another domain (220 mail.a.example ESMTP)',
    );
    await new Promise((resolve) => other.close(resolve));
    expect(said(await checkWayBack(configOf({ data, listen })))).toContain(
      'nobody answers (ECONNREFUSED). Let port',
    );
  } finally {
    await server.stop();
  }
});

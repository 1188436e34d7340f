// With a proxy that is set nothing is asked of DNS, whatever the person does. A DNS server of the test's own would hear
// what goes to the program's resolver; the hooks of the process hear every question by any way, getaddrinfo included.

import { createHook } from 'node:async_hooks';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { systemDns } from '../../network/resolver.ts';
import type { Proxy } from '../../shared/model.ts';
import { certificateFor } from '../fixtures/certificates.ts';
import { DnsServer } from '../fixtures/dns.ts';
import { type ProxyFixture, startHttpProxy, startSocks } from '../fixtures/proxies.ts';
import { endProgram, startProgram, temporaryFolder } from '../stories/programs.ts';
import { App, HOST, MemorySecrets, PASSWORD, urlOf } from './harness.ts';

/** Nobody knows it, and nobody may hear that it was typed. */
const SECRET = 'secret.b.example';

/** Questions to the system and by c-ares, and whatever goes as a datagram. */
const HEARD = new Set(['GETADDRINFOREQWRAP', 'GETNAMEINFOREQWRAP', 'QUERYWRAP', 'UDPSENDWRAP']);
const questions: string[] = [];
const hook = createHook({
  init(_id, type) {
    if (HEARD.has(type)) questions.push(type);
  },
});

let ca: string;
let dns: DnsServer;
let server: string;
let kill: () => Promise<unknown>;
let restart: () => Promise<void>;

beforeAll(async () => {
  const { cert, key, pem } = await certificateFor(HOST);
  ca = pem;
  dns = await DnsServer.start({
    [`_impp-client._tcp.${HOST}`]: [{ type: 'SRV', priority: 1, weight: 1, port: 1, target: 'im.a.example' }],
    'im.a.example': [{ type: 'A', address: '127.0.0.1' }],
    [HOST]: [{ type: 'A', address: '127.0.0.1' }],
  });
  // Of its own process: a domain asks DNS, too.
  const data = temporaryFolder();
  const start = async (listen: string) => {
    const args = ['serve', '--domain', HOST, '--listen', listen, '--data', data, '--registration', 'open'];
    const { child, found } = await startProgram(
      'server/index.ts',
      [...args, '--tls-cert', cert, '--tls-key', key, '--set', `dns.servers=127.0.0.1:1`],
      /^parleyd ready \S+ (\S+)$/,
    );
    kill = () => endProgram(child, 'SIGKILL');
    return found[1] ?? '';
  };
  server = await start('127.0.0.1:0');
  restart = async () => {
    await start(server);
  };
  hook.enable();
});
afterAll(async () => {
  hook.disable();
  await kill();
  await dns.close();
});

const isDown = ({ phase }: { readonly phase: string }) => phase === 'waiting';

/** What a person does in a day, by the way that is set. */
const aDay = async (app: App, user: string, proxy: Proxy, way: ProxyFixture): Promise<void> => {
  const account = urlOf(user);
  const choice = { ca, proxy };
  // An address is typed, of a domain that there is and of one that there is not.
  await app.ask('domain.look', { domain: HOST, ...choice });
  expect(await app.refusal('domain.look', { domain: SECRET, ...choice })).toBe('unreachable');
  await app.ask('account.create', {
    address: `${user}@${HOST}`,
    password: PASSWORD,
    remember: true,
    ...choice,
  });
  await app.untilOnline(user);
  // People and links of other domains.
  await app.ask('contact.add', { account, address: `bob@${SECRET}`, name: '', groups: [] });
  await app.refusal('directory.search', { account, domain: SECRET, query: 'bo' });
  app.openAddress(`impp://${SECRET}/bob`);
  await app.ask('link.open', { url: `https://${SECRET}/` });
  // What is large goes on a connection of its own.
  const before = way.asked.length;
  const large = await app.ask('message.send', { account, peer: account, text: 'x'.repeat(200_000) });
  await app.untilOutcome(large.id, 'stored', 'delivered');
  expect(way.asked.length).toBeGreaterThan(before);
  // The domain is gone, and back; the network is another one; the program starts anew.
  await kill();
  await app.until('the domain gone', ({ accounts }) => isDown(accounts[0]?.connection ?? { phase: '' }));
  await restart();
  app.wake();
  await app.untilOnline(user);
  app.wake();
  await app.down();
  await app.up();
  await app.untilOnline(user);
  // What is wrong on the way is no reason to go another.
  await way.close();
  await app.until('the proxy gone', ({ accounts }) => isDown(accounts[0]?.connection ?? { phase: '' }));
  await app.ask('account.connect', { account });
  await app.until(
    'the proxy missed',
    ({ accounts }) => accounts[0]?.connection.problem?.code === 'proxy-unreachable',
  );
  expect(await app.refusal('domain.look', { domain: SECRET, ...choice })).toBe('proxy-unreachable');
};

describe('nothing is asked of DNS', () => {
  const leads = (place: string): string | undefined => (place === `${HOST}:2779` ? server : undefined);

  test('with SOCKS5, which is asked for names', async () => {
    const app = await App.start({ secrets: new MemorySecrets(), dns: systemDns([dns.address]) });
    const proxy = await startSocks(leads);
    questions.length = 0;
    await aDay(app, 'alice', { kind: 'socks5', server: proxy.address }, proxy);
    expect(new Set(proxy.asked)).toEqual(new Set([`${HOST}:2779`, `${SECRET}:2779`]));
    expect(dns.asked).toEqual([]);
    expect(questions).toEqual([]);
    await app.close();
  });

  test('with a proxy that the system names', async () => {
    const proxy = await startHttpProxy(leads);
    const app = await App.start({
      secrets: new MemorySecrets(),
      dns: systemDns([dns.address]),
      systemProxy: () => Promise.resolve(`PROXY ${proxy.address}`),
    });
    questions.length = 0;
    await aDay(app, 'bob', { kind: 'system' }, proxy);
    expect(dns.asked).toEqual([]);
    expect(questions).toEqual([]);
    await app.close();
  });

  test('and this test would hear it', async () => {
    const app = await App.start({ dns: systemDns([dns.address]) });
    questions.length = 0;
    await app.refusal('domain.look', { domain: HOST, ca, proxy: { kind: 'none' } });
    expect(dns.asked).toContain(`_impp-client._tcp.${HOST}`);
    expect(questions).not.toEqual([]);
    await app.close();
    const plain = await App.start();
    questions.length = 0;
    await plain.refusal('domain.look', { domain: HOST, server: 'b.invalid:1', proxy: { kind: 'none' } });
    expect(questions).toContain('GETADDRINFOREQWRAP');
    await plain.close();
  });
});

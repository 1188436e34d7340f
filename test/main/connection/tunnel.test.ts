// Through real proxies to a real domain, and each way in which that can go wrong.

import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Deadline } from '../../../main/connection/deadline.ts';
import { attemptTime, connect, type Wanted } from '../../../main/connection/dial.ts';
import { systemDns } from '../../../network/resolver.ts';
import { ImppError } from '../../../shared/errors.ts';
import type { Proxy } from '../../../shared/model.ts';
import { FakeClock } from '../../fake/clock.ts';
import { type Certificate, certificateFor } from '../../fixtures/certificates.ts';
import { DnsServer } from '../../fixtures/dns.ts';
import { type ProxyFixture, startHttpProxy, startSocks } from '../../fixtures/proxies.ts';
import { App, Domain, HOST, MemorySecrets, PASSWORD, urlOf } from '../harness.ts';

const ALICE = urlOf('alice');
const closing: (() => Promise<unknown>)[] = [];
const closed = <T extends { close(): Promise<unknown> }>(one: T): T => {
  closing.push(() => one.close());
  return one;
};
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

let certificate: Certificate;
beforeAll(async () => {
  certificate = await certificateFor(HOST);
});
const privateDomain = async (): Promise<Domain> => {
  const { cert, key } = certificate;
  const domain = await Domain.start({ tls: { cert, key, ca: undefined, require: true, minimum: '1.2' } });
  closing.push(() => domain.down());
  return domain;
};

/** HOST:PORT of something that listens. */
const heardBy = async (server: Server): Promise<string> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  server.on('connection', (socket) => {
    socket.on('error', () => {});
    closing.push(() => Promise.resolve(socket.destroy()));
  });
  closing.unshift(() => new Promise((resolve) => server.close(resolve)));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
};

/** One attempt to reach the domain, in a time that only the test moves. */
const attempt = (more: Partial<Wanted> & { readonly system?: string }) => {
  const clock = new FakeClock();
  const { system, ...wanted } = more;
  const deadline = new Deadline(clock, attemptTime(wanted.proxy), new ImppError('unreachable', 'too long'));
  const progress: string[] = [];
  const outcome = connect(
    {
      clock,
      random: (length) => new Uint8Array(length),
      dns: systemDns(['127.0.0.1:1']),
      log: () => {},
      ...(system === undefined ? {} : { systemProxy: () => Promise.resolve(system) }),
    },
    { domain: HOST, ca: certificate.pem, deadline, progress: (event) => progress.push(event), ...wanted },
    async ({ connection, server, proxy }) => {
      const { isPrivate, isLoopback } = connection;
      await connection.goodbye();
      return { isPrivate, isLoopback, server, proxy };
    },
  ).finally(() => deadline.close());
  outcome.catch(() => {});
  return { outcome, clock, progress };
};

const socks = (server: string, user?: string): Proxy => ({
  kind: 'socks5',
  server,
  ...(user === undefined ? {} : { user }),
});
/** All names lead to the domain. */
const to = (domain: Domain) => () => domain.server;

describe('through a proxy', () => {
  let domain: Domain;
  beforeEach(async () => {
    domain = await privateDomain();
  });

  test('names go to it as names, TLS is first, and nothing is as if it were this machine', async () => {
    const proxy = closed(await startSocks(to(domain)));
    const reached = { isPrivate: true, isLoopback: false, proxy: proxy.address };
    expect(await attempt({ proxy: socks(proxy.address) }).outcome).toEqual({
      ...reached,
      server: `${HOST}:2779`,
    });
    await attempt({ proxy: socks(proxy.address), server: 'im.other.example:99' }).outcome;
    await attempt({ proxy: socks(proxy.address), server: '192.0.2.7:1' }).outcome;
    expect(proxy.asked).toEqual([`${HOST}:2779`, 'im.other.example:99', '192.0.2.7:1']);
  });

  test('that asks for a name and a password', async () => {
    const credentials = { user: 'mé', password: 'sécret' };
    const proxy = closed(await startSocks(to(domain), { credentials }));
    await attempt({ proxy: socks(proxy.address, 'mé'), proxyPassword: 'sécret' }).outcome;
    for (const wanted of [
      { proxy: socks(proxy.address, 'mé'), proxyPassword: 'another' },
      { proxy: socks(proxy.address, 'mé') },
      { proxy: socks(proxy.address) },
    ]) {
      await expect(attempt(wanted).outcome).rejects.toMatchObject({
        code: 'proxy-authentication',
        data: { other: proxy.address },
      });
    }
    expect(proxy.asked).toHaveLength(1);
  });

  test('of the system, of which the next is tried when one fails', async () => {
    const dead = closed(await startSocks(to(domain)));
    await dead.close();
    const web = closed(await startHttpProxy(to(domain)));
    const { outcome, progress } = attempt({ system: `SOCKS5 ${dead.address}; PROXY ${web.address}; DIRECT` });
    expect(await outcome).toMatchObject({ isPrivate: true, proxy: web.address });
    expect(web.asked).toEqual([`${HOST}:2779`]);
    expect(progress).toEqual(['resolved', 'again', 'resolved', 'connected', 'secured']);
  });

  test('of the web with a name and a password', async () => {
    const web = closed(await startHttpProxy(to(domain), { authorization: 'Basic bWU6eA==' }));
    await attempt({ system: `PROXY me:x@${web.address}` }).outcome;
    await expect(attempt({ system: `PROXY ${web.address}` }).outcome).rejects.toMatchObject({
      code: 'proxy-authentication',
    });
  });

  test('the certificate is checked against the domain as ever', async () => {
    const other = await certificateFor('b.example');
    const proxy = closed(await startSocks(to(domain)));
    const wanted = { domain: 'b.example', ca: `${other.pem}${certificate.pem}`, proxy: socks(proxy.address) };
    await expect(attempt(wanted).outcome).rejects.toMatchObject({
      code: 'certificate-refused',
      data: { other: HOST, certificate: { names: HOST } },
    });
  });

  test('an account signs in again by itself, the password of its proxy from the keychain', async () => {
    const credentials = { user: 'me', password: 'for the proxy' };
    const proxy = closed(await startSocks(to(domain), { credentials }));
    const app = closed(await App.start({ secrets: new MemorySecrets() }));
    await app.ask('account.create', {
      address: `alice@${HOST}`,
      password: PASSWORD,
      remember: true,
      ca: certificate.pem,
      proxy: { kind: 'socks5', server: proxy.address, user: 'me' },
      proxyPassword: credentials.password,
    });
    await app.down();
    await app.up();
    await app.untilOnline('alice');
    const [account] = (await app.snapshot()).accounts;
    expect(account).toMatchObject({
      network: { authority: HOST, proxy: { kind: 'socks5', server: proxy.address, user: 'me' } },
      connection: {
        isPrivate: true,
        way: {
          server: `${HOST}:2779`,
          proxy: proxy.address,
          mechanism: 'SCRAM-SHA-256-PLUS',
          tls: { version: 'TLS 1.3', certificate: { names: HOST } },
        },
      },
    });
    expect(JSON.stringify(await app.snapshot())).not.toContain(credentials.password);
  });

  test('that is changed, the connection goes the new way at once, and none is left on the old one', async () => {
    const [first, second] = [closed(await startSocks(to(domain))), closed(await startSocks(to(domain)))];
    const app = closed(await App.start());
    await app.ask('account.create', {
      address: `alice@${HOST}`,
      password: PASSWORD,
      remember: false,
      ca: certificate.pem,
      proxy: socks(first.address),
    });
    const change = (proxy: Proxy, more: object = {}) =>
      app.ask('account.network', { account: ALICE, proxy, ...more });
    const goes = (way: string | undefined) =>
      app.until(`the way ${way}`, ({ accounts: [account] }) => {
        const { phase, way: now } = account?.connection ?? {};
        return phase === 'online' && now?.proxy === way;
      });
    await change(socks(second.address));
    await goes(second.address);
    await expect.poll(() => first.open.size).toBe(0);
    await change({ kind: 'none' }, { server: domain.server });
    await goes(undefined);
    await expect.poll(() => second.open.size).toBe(0);
    expect(await app.ask('account.check', { account: ALICE })).toEqual({
      took: expect.any(Number) as number,
    });
    // What was wrong is tried again with what is right.
    const locked = closed(await startSocks(to(domain), { credentials: { user: 'me', password: 'x' } }));
    await change(socks(locked.address, 'me'));
    await app.until('the password of the proxy', ({ accounts: [account] }) => {
      const { problem, passwordNeeded } = account?.connection ?? {};
      return problem?.code === 'proxy-authentication' && passwordNeeded === undefined;
    });
    await change(socks(locked.address, 'me'), { proxyPassword: 'x' });
    await goes(locked.address);
    // Whoever has signed out stays so.
    await app.ask('account.disconnect', { account: ALICE });
    await change({ kind: 'system' });
    expect((await app.snapshot()).accounts[0]?.connection).toEqual({ phase: 'signed-out' });
    expect(await app.refusal('account.network', { account: ALICE, server: 'no server' })).toBe(
      'invalid-argument',
    );
    expect((await app.snapshot()).accounts[0]?.network).toMatchObject({ server: domain.server });
  });
});

describe('each fault of a proxy has its own code', () => {
  const coded = async (wanted: Parameters<typeof attempt>[0], code: string, fixture?: ProxyFixture) => {
    const data = fixture === undefined ? {} : { other: fixture.address };
    await expect(attempt(wanted).outcome, code).rejects.toMatchObject({ code, data });
  };

  test('down', async () => {
    const proxy = await startSocks(() => undefined);
    await proxy.close();
    await coded({ proxy: socks(proxy.address) }, 'proxy-unreachable', proxy);
    await coded({ system: `PROXY ${proxy.address}` }, 'proxy-unreachable', proxy);
  });

  test.each(['greeting', 'request'] as const)('slow at the %s', async (silentAt) => {
    const proxy = closed(await startSocks(() => undefined, { silentAt }));
    const proxied = attempt({ proxy: socks(proxy.address) });
    while (proxy.open.size === 0) await new Promise((resolve) => setImmediate(resolve));
    proxied.clock.advance(attemptTime(socks(proxy.address)) - 1);
    await expect(proxied.outcome).rejects.toMatchObject({
      code: 'proxy-timeout',
      data: { other: proxy.address },
    });
    expect(proxied.clock.waiting).toBe(0);
  });

  test('slow, and it leaves time for the next one', async () => {
    const slow = closed(await startHttpProxy(() => undefined));
    const silent = closed(await startSocks(() => undefined, { silentAt: 'greeting' }));
    const { outcome, clock } = attempt({ system: `SOCKS5 ${silent.address}; PROXY ${slow.address}` });
    while (silent.open.size === 0) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(8000);
    await expect(outcome).rejects.toMatchObject({ code: 'proxy-timeout' });
    expect(slow.asked).toEqual([`${HOST}:2779`]);
  });

  test('refusing', async () => {
    const proxy = closed(await startSocks(() => undefined, { reply: 2 }));
    await coded({ proxy: socks(proxy.address) }, 'proxy-refused', proxy);
    const web = closed(await startHttpProxy(() => undefined, { status: 403 }));
    await coded({ system: `PROXY ${web.address}` }, 'proxy-refused', web);
  });

  test('innocent: the domain is not there', async () => {
    for (const reply of [1, 3, 4, 5, 6, 0xf0]) {
      const proxy = closed(await startSocks(() => undefined, { reply }));
      await coded({ proxy: socks(proxy.address) }, 'unreachable', proxy);
    }
    const web = closed(await startHttpProxy(() => undefined));
    await coded({ system: `PROXY ${web.address}` }, 'unreachable', web);
  });

  test('no proxy at all', async () => {
    const web = closed(await startHttpProxy(() => undefined));
    await coded({ proxy: socks(web.address) }, 'proxy-invalid', web);
    const mute = await heardBy(createServer((socket) => socket.end()));
    await coded({ proxy: socks(mute) }, 'proxy-invalid');
    await coded({ system: `PROXY ${mute}` }, 'proxy-invalid');
    const loud = await heardBy(createServer((socket) => socket.end(Buffer.alloc(100_000, 'x'))));
    await coded({ proxy: socks(loud) }, 'proxy-invalid');
    await coded({ system: `PROXY ${loud}` }, 'proxy-invalid');
    await coded({ system: 'HTTPS proxy.a.example:443' }, 'proxy-invalid');
  });
});

test('what the other end of a proxy on this machine hears begins with TLS, never with a word in clear', async () => {
  let first: Buffer | undefined;
  const server = await heardBy(
    createServer((socket) => {
      socket.once('data', (bytes: Buffer) => {
        first = bytes;
        socket.destroy();
      });
    }),
  );
  const proxy = closed(await startSocks(() => server));
  await expect(attempt({ proxy: socks(proxy.address), server }).outcome).rejects.toMatchObject({
    code: 'unreachable',
  });
  expect(first?.[0]).toBe(0x16);
});

describe('a name of Tor', () => {
  const ONION = `${'a'.repeat(56)}.onion`;

  test('is asked of nobody without a proxy', async () => {
    const dns = closed(await DnsServer.start({}));
    const app = closed(await App.start({ dns: systemDns([dns.address]) }));
    expect(await app.refusal('domain.look', { domain: ONION, proxy: { kind: 'none' } })).toBe('proxy-needed');
    expect(
      await app.refusal('domain.look', { domain: HOST, server: `${ONION}:1`, proxy: { kind: 'none' } }),
    ).toBe('proxy-needed');
    expect(dns.asked).toEqual([]);
  });

  test('goes to the proxy as it is, and a certificate of its own makes it private', async () => {
    const { cert, key, pem } = await certificateFor(ONION);
    const domain = await Domain.start({
      domain: ONION,
      tls: { cert, key, ca: undefined, require: true, minimum: '1.2' },
    });
    closing.push(() => domain.down());
    const proxy = closed(await startSocks(to(domain)));
    const reached = await attempt({ domain: ONION, ca: pem, proxy: socks(proxy.address) }).outcome;
    expect(reached).toMatchObject({ isPrivate: true, server: `${ONION}:2779` });
    await expect(
      attempt({ domain: ONION, ca: certificate.pem, proxy: socks(proxy.address) }).outcome,
    ).rejects.toMatchObject({ code: 'certificate-refused' });
  });
});

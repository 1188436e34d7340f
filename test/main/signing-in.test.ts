// Signing in, and each way in which it can go wrong.

import { createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { systemDns } from '../../network/resolver.ts';
import { certificateFor } from '../fixtures/certificates.ts';
import { DnsServer } from '../fixtures/dns.ts';
import { App, Domain, HOST, MemorySecrets, PASSWORD, urlOf } from './harness.ts';

const ALICE = urlOf('alice');

let app: App;
const closing: (() => Promise<unknown>)[] = [];

const domainWith = async (overrides: Parameters<typeof Domain.start>[0] = {}): Promise<Domain> => {
  const domain = await Domain.start(overrides);
  closing.push(() => domain.down());
  return domain;
};

const privateDomain = async (host = HOST) => {
  const { cert, key, pem } = await certificateFor(host);
  const tls = { cert, key, ca: undefined, require: true, minimum: '1.2' as const };
  return { domain: await domainWith({ tls }), ca: pem };
};

const credentials = (
  domain: { server: string },
  more: { ca?: string; password?: string; remember?: boolean } = {},
) => ({
  address: `alice@${HOST}`,
  password: PASSWORD,
  remember: false,
  server: domain.server,
  ...more,
});

beforeEach(async () => {
  app = await App.start();
});

afterEach(async () => {
  await app.close();
  for (const close of closing.splice(0)) await close();
});

describe('an account', () => {
  test('is created and online, and signs in again after a restart with its password', async () => {
    const domain = await domainWith();
    expect(await app.create(domain, 'alice')).toBe(ALICE);
    const [account] = (await app.snapshot()).accounts;
    expect(account).toMatchObject({
      id: ALICE,
      connection: { phase: 'online', isPrivate: false },
      secret: 'not-kept',
    });
    await app.down();
    await app.up();
    await app.until('the password asked for', ({ accounts }) => accounts[0]?.connection.passwordNeeded);
    expect(await app.refusal('account.connect', { account: ALICE })).toBe('password-needed');
    await app.ask('account.password', { account: ALICE, password: PASSWORD, remember: false });
    await app.untilOnline('alice');
  });

  test('whose password is in the keychain signs in by itself', async () => {
    const secrets = new MemorySecrets();
    const domain = await domainWith();
    const other = await App.start({ secrets });
    closing.push(() => other.close());
    await other.create(domain, 'alice');
    await other.ask('account.signIn', credentials(domain, { remember: true }));
    expect(JSON.parse(secrets.kept.get(ALICE) ?? '')).toMatchObject({ password: PASSWORD });
    await other.down();
    await other.up();
    await other.untilOnline('alice');
    expect((await other.snapshot()).accounts[0]?.secret).toBe('kept');
    await other.ask('account.remove', { account: ALICE });
    expect(secrets.kept.size).toBe(0);
    expect((await other.snapshot()).accounts).toEqual([]);
  });

  test('without a keychain says so', async () => {
    const domain = await domainWith();
    await app.create(domain, 'alice');
    await app.ask('account.signIn', credentials(domain, { remember: true }));
    expect((await app.snapshot()).accounts[0]?.secret).toBe('unavailable');
  });

  test('that was signed out stays so over a restart, and comes back when asked', async () => {
    const domain = await domainWith();
    await app.create(domain, 'alice');
    await app.ask('account.disconnect', { account: ALICE });
    expect((await app.snapshot()).accounts[0]?.connection).toEqual({ phase: 'signed-out' });
    await app.ask('account.connect', { account: ALICE });
    await app.untilOnline('alice');
  });

  test('several are online at once', async () => {
    const domain = await domainWith();
    await app.create(domain, 'alice');
    await app.create(domain, 'bob');
    await app.untilOnline('alice');
    await app.untilOnline('bob');
    await app.ask('message.send', { account: ALICE, peer: urlOf('bob'), text: 'to myself, nearly' });
    await app.untilTexts('bob', ALICE, ['to myself, nearly']);
  });

  test('is created with the invitation that the domain asks for', async () => {
    const domain = await domainWith({ registration: 'invite' });
    expect((await app.ask('domain.look', { domain: HOST, server: domain.server })).registration).toBe(
      'invite',
    );
    expect(await app.refusal('account.create', { ...credentials(domain), invite: 'nonsense' })).toBe(
      'permission-denied',
    );
    expect((await app.snapshot()).accounts).toEqual([]);
  });
});

describe('a private connection', () => {
  test('is checked against the domain, wherever the server is, and binds the login to itself', async () => {
    const { domain, ca } = await privateDomain();
    await app.ask('account.create', credentials(domain, { ca }));
    expect((await app.snapshot()).accounts[0]?.connection).toMatchObject({
      phase: 'online',
      isPrivate: true,
    });
    expect(await app.ask('domain.look', { domain: HOST, server: domain.server, ca })).toMatchObject({
      domain: HOST,
      server: domain.server,
      isPrivate: true,
      registration: 'open',
    });
  });

  test('is refused with a certificate that nobody vouches for', async () => {
    const { domain } = await privateDomain();
    expect(await app.refusal('account.signIn', credentials(domain))).toBe('certificate-refused');
    expect((await app.snapshot()).accounts).toEqual([]);
  });

  test('is refused with the certificate of another domain, which is named', async () => {
    const { domain, ca } = await privateDomain('evil.example');
    const answer = await app.invoke('account.signIn', credentials(domain, { ca }));
    expect(answer).toMatchObject({
      ok: false,
      code: 'certificate-refused',
      data: { domain: HOST, other: 'evil.example' },
    });
  });

  test('with a text that is no certificate is refused before anything is said', async () => {
    const { domain } = await privateDomain();
    expect(await app.refusal('account.signIn', credentials(domain, { ca: 'nonsense' }))).toMatch(
      /certificate-refused|invalid-argument/,
    );
  });

  test('that was bound is not followed by one that is not', async () => {
    const { domain, ca } = await privateDomain();
    await app.ask('account.create', credentials(domain, { ca }));
    const weaker = await domainWith();
    expect(await app.refusal('account.signIn', credentials(weaker))).toBe('weaker-mechanism');
    await app.untilOnline('alice');
  });
});

describe('what goes wrong has its own code', () => {
  test('a wrong password, and an unknown user just the same', async () => {
    const domain = await domainWith();
    await app.create(domain, 'alice');
    const other = await App.start();
    closing.push(() => other.close());
    expect(await other.refusal('account.signIn', credentials(domain, { password: 'wrong' }))).toBe(
      'authentication-failed',
    );
    expect(await other.refusal('account.signIn', { ...credentials(domain), address: `nobody@${HOST}` })).toBe(
      'authentication-failed',
    );
    expect((await other.snapshot()).accounts).toEqual([]);
  });

  test('a name that is taken', async () => {
    const domain = await domainWith();
    await app.create(domain, 'alice');
    const other = await App.start();
    closing.push(() => other.close());
    const wanted = credentials(domain, { password: 'another password' });
    expect(await other.refusal('account.create', wanted)).toBe('conflict');
    expect((await other.snapshot()).accounts).toEqual([]);
  });

  test('an account that is switched off, and on again', async () => {
    const domain = await domainWith();
    await app.create(domain, 'alice');
    await domain.storage.setDisabled('alice', 1);
    const other = await App.start();
    closing.push(() => other.close());
    expect(await other.refusal('account.signIn', credentials(domain))).toBe('account-disabled');
    await domain.storage.setDisabled('alice', undefined);
    await other.ask('account.signIn', credentials(domain));
  });

  test('a domain that does not exist', async () => {
    const dns = await DnsServer.start({
      'silent.example': 'SERVFAIL',
      '_impp-client._tcp.silent.example': 'SERVFAIL',
    });
    closing.push(() => dns.close());
    const other = await App.start({ dns: systemDns([dns.address]) });
    closing.push(() => other.close());
    expect(await other.refusal('domain.look', { domain: 'nowhere.example' })).toBe('domain-unknown');
    expect(await other.refusal('domain.look', { domain: 'silent.example' })).toBe('unreachable');
    expect(await other.refusal('domain.look', { domain: 'nowhere.invalid' })).toBe('domain-unknown');
  });

  test('a server that is not there', async () => {
    const domain = await Domain.start();
    await domain.down();
    expect(await app.refusal('account.signIn', credentials(domain))).toBe('unreachable');
  });

  test('a domain other than the one asked for', async () => {
    const domain = await domainWith();
    expect(await app.refusal('domain.look', { domain: 'b.example', server: domain.server })).toBe(
      'domain-unknown',
    );
  });

  test.each(['alice', '@a.example', 'a b@a.example', 'alice@'])('%j is no address', async (address) => {
    const domain = await domainWith();
    expect(await app.refusal('account.signIn', { ...credentials(domain), address })).toBe('invalid-address');
  });
});

describe('the records of a domain', () => {
  test('every target is tried before the app gives up', async () => {
    const domain = await domainWith();
    const gone = await Domain.start();
    await gone.down();
    const portOf = ({ server }: Domain): number => Number(server.split(':')[1]);
    const srv = (port: number, priority: number) =>
      ({ type: 'SRV', target: 'im.a.example', port, priority, weight: 0 }) as const;
    const dns = await DnsServer.start({
      [`_impp-client._tcp.${HOST}`]: [srv(portOf(gone), 1), srv(portOf(domain), 2)],
      'im.a.example': [{ type: 'A', address: '127.0.0.1' }],
    });
    closing.push(() => dns.close());
    const other = await App.start({ dns: systemDns([dns.address]) });
    closing.push(() => other.close());
    expect(await other.ask('domain.look', { domain: HOST })).toMatchObject({
      domain: HOST,
      server: `im.a.example:${portOf(domain)}`,
    });
    const { server: _server, ...byDns } = credentials(domain);
    await other.ask('account.create', byDns);
    await other.untilOnline('alice');
  });
});

describe('a server that misbehaves', () => {
  let server: Server;
  const sockets: Socket[] = [];

  const serve = (reply: (socket: Socket, text: string) => void): Promise<{ server: string }> =>
    new Promise((resolve) => {
      server = createServer((socket) => {
        sockets.push(socket);
        socket.on('error', () => {});
        socket.on('data', (bytes) => reply(socket, bytes.toString()));
      });
      server.listen(0, '127.0.0.1', () => {
        const address = server.address();
        resolve({ server: `127.0.0.1:${typeof address === 'object' ? address?.port : 0}` });
      });
      closing.push(
        () =>
          new Promise((done) => {
            for (const socket of sockets.splice(0)) socket.destroy();
            server.close(done);
          }),
      );
    });

  const idOf = (text: string): string => text.split(' ')[1] ?? '';
  const hello = (id: string, more = ''): string =>
    `OK (HELLO) ${id} impp/1.0\r\nDomain: ${HOST}\r\nTLS: unavailable\r\nAuth-Mechanisms: SCRAM-SHA-256\r\n${more}\r\n`;

  test('and speaks another protocol', async () => {
    const web = await serve((socket) => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n'));
    expect(await app.refusal('account.signIn', credentials(web))).toBe('protocol-violation');
  });

  test('and says that all is well without a proof', async () => {
    const liar = await serve((socket, text) =>
      socket.write(
        text.startsWith('HELLO')
          ? hello(idOf(text))
          : `OK (AUTH) ${idOf(text)} impp/1.0\r\nAuth-State: done\r\nAddress: ${ALICE}\r\n\r\n`,
      ),
    );
    expect(await app.refusal('account.signIn', credentials(liar))).toBe('protocol-violation');
  });

  test('and sends the client round for ever', async () => {
    let visits = 0;
    const round: { server: string } = await serve((socket, text) => {
      visits++;
      socket.write(
        `ERROR (HELLO) ${idOf(text)} impp/1.0\r\nError: redirect\r\nServer: ${round.server}\r\n\r\n`,
      );
    });
    expect(await app.refusal('account.signIn', credentials(round))).toBe('unreachable');
    expect(visits).toBe(6);
  });

  test('and says nothing does not hold up the end of the program', async () => {
    let isAsked = false;
    const silent = await serve(() => {
      isAsked = true;
    });
    const attempt = app.invoke('account.signIn', credentials(silent));
    while (!isAsked) await new Promise((resolve) => setImmediate(resolve));
    await app.down();
    expect(await attempt).toMatchObject({ ok: false, code: 'closed' });
  });

  test('and slips in what was sent in clear before the handshake', async () => {
    const injector = await serve((socket, text) =>
      socket.write(
        text.startsWith('HELLO')
          ? hello(idOf(text)).replace('unavailable', 'offered')
          : `OK (STARTTLS) ${idOf(text)} impp/1.0\r\n\r\nOK (HELLO) zz impp/1.0\r\nTLS: active\r\n\r\n`,
      ),
    );
    expect(await app.refusal('account.signIn', credentials(injector))).toBe('protocol-violation');
  });
});

import * as tls from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../../server/accounts/crypto.ts';
import { defaultConfig } from '../../../server/config.ts';
import { createServer, type Server } from '../../../server/server.ts';
import { createMemoryStorage } from '../../../server/storage/memory.ts';
import { formatPlain } from '../../../shared/impp/sasl/plain.ts';
import { certificateFor } from '../../fixtures/certificates.ts';
import { attach, greet, HOST, PASSWORD, scram, TestDomain, urlOf, verifierLine } from '../harness.ts';
import { Peer } from '../peer.ts';

const closings: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closings.splice(0)) await close();
});

const certificate = await certificateFor(HOST);

const start = async (tlsConfig: object = {}, config: object = {}): Promise<TestDomain> => {
  const domain = await TestDomain.start({
    users: ['alice'],
    config: { ...config, tls: { cert: certificate.cert, key: certificate.key, ...tlsConfig } },
  });
  closings.push(() => domain.close());
  return domain;
};

/** The client's side of a handshake over what `peer` uses; the peer goes on under TLS. */
const secure = async (peer: Peer, options: tls.ConnectionOptions = {}): Promise<tls.TLSSocket> => {
  const socket = peer.upgrade((raw) =>
    tls.connect({ socket: raw, servername: HOST, ca: certificate.pem, ALPNProtocols: ['impp'], ...options }),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  return socket;
};

const bindingOf = (socket: tls.TLSSocket): Buffer =>
  socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0));

describe('STARTTLS', () => {
  test('leads through TLS back to HELLO, and then SCRAM-SHA-256-PLUS binds to the channel', async () => {
    const domain = await start();
    const peer = domain.connect();
    const before = await greet(peer);
    expect(before.headers.get('TLS')).toBe('offered');
    expect(before.headers.get('Auth-Mechanisms')).toBe('SCRAM-SHA-256');

    await peer.demand('STARTTLS');
    const socket = await secure(peer);
    expect(socket.getProtocol()).toBe('TLSv1.3');
    expect(socket.alpnProtocol).toBe('impp');
    expect((await peer.refusal('AUTH', { Mechanism: 'SCRAM-SHA-256' })).code).toBe(
      'user-authentication-required',
    );

    const after = await greet(peer);
    expect(after.headers.get('TLS')).toBe('active');
    expect(after.headers.get('Auth-Mechanisms')).toBe('SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN');
    const done = await scram(peer, 'alice', PASSWORD, { binding: bindingOf(socket) });
    expect(done.headers.get('Address')).toBe(urlOf('alice'));
    await attach(peer, 'alice');
  });

  test('a binding of another channel fails as a wrong password does', async () => {
    const domain = await start();
    const peer = domain.connect();
    await secure(peer);
    await greet(peer);
    await expect(scram(peer, 'alice', PASSWORD, { binding: Buffer.alloc(32, 7) })).rejects.toMatchObject({
      code: 'authentication-failed',
      message: 'the name or the password is not right',
    });
  });

  test('a client that could bind but saw no offer is told of the attack', async () => {
    const domain = await start();
    const peer = domain.connect();
    const socket = await secure(peer);
    await greet(peer);
    // The flag `y`: the client has a binding, and believes that the server has none.
    const { scramClient } = await import('../../../shared/impp/sasl/scram.ts');
    const exchange = scramClient({
      mechanism: 'SCRAM-SHA-256',
      user: 'alice',
      password: PASSWORD,
      crypto: nodeCrypto,
      binding: bindingOf(socket),
      serverOffersPlus: false,
    });
    const error = await peer.refusal(
      'AUTH',
      { Mechanism: 'SCRAM-SHA-256', 'Content-Type': 'application/sasl' },
      await exchange.initial(),
    );
    expect(error.code).toBe('authentication-failed');
  });

  test('is refused a second time, and where there is no certificate', async () => {
    const domain = await start();
    const peer = domain.connect();
    await secure(peer);
    await greet(peer);
    expect((await peer.refusal('STARTTLS')).code).toBe('bad-request');

    const bare = await TestDomain.start();
    closings.push(() => bare.close());
    const other = await bare.hello();
    expect((await other.refusal('STARTTLS')).code).toBe('operation-not-supported');
    expect((await other.ask('PING')).ok).toBe(true);
  });

  test('with other requests open it is bad-request', async () => {
    const domain = await start();
    const peer = await domain.hello();
    peer.write('AUTH 1 impp/1.0\r\nMechanism: SCRAM-SHA-256\r\n\r\nSTARTTLS 2 impp/1.0\r\n\r\n');
    const refused = await peer.response('2');
    expect(refused.headers.get('Error')).toBe('bad-request');
    expect((await peer.response('1')).headers.get('Auth-State')).toBe('continue');
    // The connection goes on, in clear.
    expect((await peer.ask('PING')).ok).toBe(true);
  });

  test('octets that come with it are a fault: the connection closes without an answer to them', async () => {
    const domain = await start();
    for (const injected of ['PING 9 impp/1.0\r\n\r\n', 'P', '\r\n', '\u0016']) {
      const peer = await domain.hello();
      const before = peer.received.length;
      peer.write(`STARTTLS 8 impp/1.0\r\n\r\n${injected}`);
      await peer.closed();
      expect(peer.received.slice(before)).toBe('');
    }
  });

  test('octets in clear that come after it are no request either', async () => {
    const domain = await start();
    const peer = await domain.hello();
    peer.write('STARTTLS 8 impp/1.0\r\n\r\n');
    peer.write('PING 9 impp/1.0\r\n\r\n');
    await peer.closed();
    expect(peer.received).not.toContain('(PING)');
  });
});

describe('TLS from the first octet', () => {
  test('on the same port as clear text', async () => {
    const domain = await start();
    const clear = domain.connect();
    const direct = domain.connect();
    await secure(direct);
    expect((await greet(direct)).headers.get('TLS')).toBe('active');
    expect((await greet(clear)).headers.get('TLS')).toBe('offered');
  });

  test('with TLS 1.2 there is no binding that is safe, so none is offered', async () => {
    const domain = await start();
    const peer = domain.connect();
    await secure(peer, { maxVersion: 'TLSv1.2' });
    expect((await greet(peer)).headers.get('Auth-Mechanisms')).toBe('SCRAM-SHA-256 PLAIN');
    await scram(peer, 'alice', PASSWORD);
  });

  test('a minimum of 1.3 refuses 1.2', async () => {
    const domain = await start({ minimum: '1.3' });
    const peer = domain.connect();
    await expect(secure(peer, { maxVersion: 'TLSv1.2' })).rejects.toThrow(/protocol version|alert/);
  });

  test('another protocol than impp is refused, none is borne', async () => {
    const domain = await start();
    await expect(secure(domain.connect(), { ALPNProtocols: ['h2'] })).rejects.toThrow(
      /no application protocol/,
    );
    const silent = domain.connect();
    await secure(silent, { ALPNProtocols: [] });
    await greet(silent);
  });

  test('PLAIN signs in, with or without the authorisation identity', async () => {
    const domain = await start();
    for (const authzid of [undefined, urlOf('alice')]) {
      const peer = domain.connect();
      await secure(peer);
      await greet(peer);
      const done = await peer.demand(
        'AUTH',
        { Mechanism: 'PLAIN', 'Content-Type': 'application/sasl' },
        formatPlain({ user: 'alice', password: PASSWORD, authzid }),
      );
      expect(done.headers.get('Auth-State')).toBe('done');
      expect(done.body).toBeUndefined();
    }
  });

  test('a large answer arrives whole, and counts as sent when it is with the operating system', async () => {
    const domain = await start();
    const peer = domain.connect();
    await secure(peer);
    await greet(peer);
    await scram(peer, 'alice', PASSWORD);
    await attach(peer, 'alice', { purpose: 'bulk' });
    const sent = Promise.withResolvers<void>();
    domain.server.domain.inboxes.message = () =>
      Promise.resolve({
        headers: [['Content-Type', 'x/y']],
        body: Buffer.alloc(3_000_000, 'x'),
        after: sent.resolve,
      });
    const answer = await peer.ask('GET-MESSAGE', { 'Inbox-Sequence': 1 });
    expect(answer.body).toHaveLength(3_000_000);
    await sent.promise;
    expect((await peer.ask('PING')).ok).toBe(true);
  });

  test('a handshake that never ends is ended', async () => {
    const domain = await start();
    const peer = domain.connect();
    peer.write(Buffer.from([0x16, 3, 1]));
    await domain.advance(29_000);
    expect(peer.isClosed).toBe(false);
    await domain.advance(2_000);
    await peer.closed();
  });
});

describe('where TLS is required', () => {
  test('HELLO says so, and nothing secret is taken in clear', async () => {
    const domain = await start({ require: true });
    const peer = domain.connect();
    const hello = await greet(peer);
    expect(hello.headers.get('TLS')).toBe('required');
    expect(hello.headers.get('Auth-Mechanisms')).toBe('');
    for (const method of ['AUTH', 'REGISTER', 'SET-PASSWORD', 'UNREGISTER'])
      expect((await peer.refusal(method)).code).toBe('tls-required');
    await peer.demand('STARTTLS');
    const socket = await secure(peer);
    await greet(peer);
    await scram(peer, 'alice', PASSWORD, { binding: bindingOf(socket) });
  });

  test('PLAIN is nowhere usable in clear', async () => {
    const domain = await start();
    const peer = await domain.hello();
    expect((await peer.refusal('AUTH', { Mechanism: 'PLAIN' })).code).toBe('operation-not-supported');
  });

  test('a listener off loopback without a certificate does not start', async () => {
    const config = defaultConfig({ domain: HOST, listen: { host: '0.0.0.0', port: 0 } });
    await expect(createServer({ config, storage: createMemoryStorage() })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });

  test('a certificate that cannot be used is said at the start', async () => {
    const config = defaultConfig({ domain: HOST, tls: { cert: certificate.key, key: certificate.cert } });
    await expect(createServer({ config, storage: createMemoryStorage() })).rejects.toMatchObject({
      code: 'invalid-argument',
    });
  });
});

describe('over real sockets', () => {
  const listen = async (): Promise<{ server: Server; port: number }> => {
    const config = defaultConfig({
      domain: HOST,
      listen: { host: '127.0.0.1', port: 0 },
      tls: { cert: certificate.cert, key: certificate.key },
    });
    const server = await createServer({ config, storage: createMemoryStorage() });
    closings.push(() => server.close());
    return { server, port: (await server.listen()).port };
  };

  const dial = async (port: number): Promise<Peer> => {
    const net = await import('node:net');
    const socket = net.connect({ port, host: '127.0.0.1' });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    const peer = new Peer(socket);
    closings.unshift(() => Promise.resolve(peer.break()));
    return peer;
  };

  test('clear, STARTTLS and direct TLS share the port', async () => {
    const { port } = await listen();
    const clear = await dial(port);
    expect((await greet(clear)).headers.get('TLS')).toBe('offered');
    await clear.demand('STARTTLS');
    await secure(clear);
    expect((await greet(clear)).headers.get('TLS')).toBe('active');
    const direct = await dial(port);
    await secure(direct);
    expect((await greet(direct)).headers.get('TLS')).toBe('active');
    expect((await direct.ask('BYE')).ok).toBe(true);
    await direct.closed();
  });

  test('a large answer over TLS', async () => {
    const { server, port } = await listen();
    const verifier = await verifierLine();
    await server.domain.storage.createAccount({ user: 'alice', services: ['im'], verifier, createdAt: 0 });
    const peer = await dial(port);
    await secure(peer);
    await greet(peer);
    await scram(peer, 'alice', PASSWORD);
    await attach(peer, 'alice', { purpose: 'bulk' });
    const sent = Promise.withResolvers<void>();
    server.domain.inboxes.message = () =>
      Promise.resolve({
        headers: [['Content-Type', 'x/y']],
        body: Buffer.alloc(3_000_000, 'x'),
        after: sent.resolve,
      });
    expect((await peer.ask('GET-MESSAGE', { 'Inbox-Sequence': 1 })).body).toHaveLength(3_000_000);
    await sent.promise;
  });

  test('a peer that closes its side after its request still has the answer', async () => {
    const { port } = await listen();
    const peer = await dial(port);
    const id = peer.send('HELLO', { Domain: HOST, Role: 'client' });
    peer.end();
    expect((await peer.response(id)).ok).toBe(true);
    await peer.closed();
  });
});

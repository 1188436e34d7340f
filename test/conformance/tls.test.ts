// [IMPP 3, 6] TLS: STARTTLS, TLS from the first octet, and what a listener that requires it refuses.

import { connect } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { beforeAll, describe, expect, test } from 'vitest';
import { endProgram, startProgram, temporaryFolder } from '../stories/programs.ts';
import { certificateFor } from '../fixtures/certificates.ts';
import { Client, type Domain, startDomain, type Tls, VERIFIER, verifierOf } from './wire.ts';

let offered: Domain;
let required: Domain;
let plain: Domain;
beforeAll(async () => {
  [offered, required, plain] = await Promise.all([
    startDomain({ certificate: true }),
    startDomain({ certificate: true, settings: ['tls.require=true', 'tls.minimum=1.3'] }),
    startDomain(),
  ]);
}, 40_000);

async function starttls(client: Client, domain: Domain): Promise<TLSSocket> {
  const ok = await client.request('STARTTLS');
  expect(ok.startLine).toMatch(/^OK \(STARTTLS\) /);
  return client.secure(domain.tls as Tls);
}

const mechanisms = (value: string | undefined) => (value ?? '').split(' ').filter((it) => it !== '');

describe('a listener that offers TLS', () => {
  test('says TLS: offered, and mechanisms that are usable in clear', async () => {
    const client = await offered.connect();
    const ok = await client.hello(offered.name);
    expect(ok.get('TLS')).toBe('offered');
    expect(ok.get('Auth-Mechanisms')).toBe('SCRAM-SHA-256');
  });
  test('authenticates in clear at a loopback address', async () => {
    (await offered.person('clear')).destroy();
  });
  test('STARTTLS: OK, handshake, and HELLO again says TLS: active', async () => {
    const client = await offered.connect();
    await client.hello(offered.name);
    const socket = await starttls(client, offered);
    expect(socket.authorized).toBe(true);
    expect(socket.alpnProtocol).toBe('impp');
    const ok = await client.hello(offered.name);
    expect(ok.get('TLS')).toBe('active');
    expect(mechanisms(ok.get('Auth-Mechanisms'))).toEqual(['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256', 'PLAIN']);
  });
  test('STARTTLS leads back to new', async () => {
    const client = await offered.connect();
    await client.hello(offered.name);
    await starttls(client, offered);
    expect(await client.errorOf('AUTH', { Mechanism: 'SCRAM-SHA-256' })).toBe('user-authentication-required');
    expect(await client.errorOf('STARTTLS')).toBe('user-authentication-required');
    await client.ping();
    await client.hello(offered.name);
    expect(await client.errorOf('HELLO', { Domain: offered.name, Role: 'client' })).toBe('bad-request');
  });
  test('STARTTLS inside TLS is refused, and the connection goes on', async () => {
    const client = await offered.connectSecure();
    await client.hello(offered.name);
    expect(await client.errorOf('STARTTLS')).toMatch(/^(bad-request|operation-not-supported)$/);
    await client.ping();
  });
  test('octets between STARTTLS and handshake are a fault: close', async () => {
    const client = await offered.connect();
    await client.hello(offered.name);
    client.write('STARTTLS s impp/1.0\r\n\r\nPING p impp/1.0\r\n\r\n');
    await client.closed();
    expect(client.arrived.some((it) => it.method === 'PING')).toBe(false);
  });
  test('octets after the OK that are no handshake: close', async () => {
    const client = await offered.connect();
    await client.hello(offered.name);
    await client.succeed('STARTTLS');
    client.write('PING p impp/1.0\r\n\r\n');
    await client.closed();
    expect(client.arrived.some((it) => it.method === 'PING')).toBe(false);
  });
  test('STARTTLS with other requests open is bad-request', async () => {
    const client = await offered.connect();
    await client.hello(offered.name);
    const register = client.compose(
      'REGISTER',
      { ...VERIFIER, Target: offered.url('open') },
      verifierOf('x'),
      'r',
    );
    client.write(Buffer.concat([register, Buffer.from('STARTTLS s impp/1.0\r\n\r\n')]));
    const answer = await client.response('s');
    expect(answer.get('Error')).toBe('bad-request');
    expect((await client.response('r')).kind).toBe('OK');
    await client.ping();
    await starttls(client, offered);
    await client.hello(offered.name);
  });
  test('TLS from the first octet, on the same port', async () => {
    const client = await offered.connectSecure();
    const socket = client.socket as TLSSocket;
    expect(socket.authorized).toBe(true);
    expect(socket.alpnProtocol).toBe('impp');
    expect((await client.hello(offered.name)).get('TLS')).toBe('active');
  });
  test.each(['TLSv1.2', 'TLSv1.3'] as const)('%s', async (version) => {
    const client = await offered.connectSecure({ minimum: 'TLSv1.2', maximum: version });
    expect((client.socket as TLSSocket).getProtocol()).toBe(version);
    await client.hello(offered.name);
  });
  test('a client without ALPN is served, one that wants another protocol is not', async () => {
    const client = await offered.connectSecure({ alpn: [] });
    await client.hello(offered.name);
    await expect(offered.connectSecure({ alpn: ['http/1.1'] })).rejects.toThrow();
  });
  test('a client without SNI is served', async () => {
    const socket = connectTls({ host: offered.host, port: offered.port, rejectUnauthorized: false });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    socket.destroy();
  });
});

describe('a listener that requires TLS', () => {
  test('says so in HELLO, and that no mechanism is usable in clear', async () => {
    const client = await required.connect();
    const ok = await client.hello(required.name);
    expect(ok.get('TLS')).toBe('required');
    expect(mechanisms(ok.get('Auth-Mechanisms'))).toEqual([]);
  });
  test('AUTH, REGISTER, SET-PASSWORD and UNREGISTER before it fail with tls-required', async () => {
    const client = await required.connect();
    await client.hello(required.name);
    const sasl = { Mechanism: 'SCRAM-SHA-256', 'Content-Type': 'application/sasl' };
    expect(await client.errorOf('AUTH', sasl, 'n,,n=a,r=x')).toBe('tls-required');
    expect(await client.errorOf('AUTH', { ...sasl, Mechanism: 'PLAIN' }, '\0a\0b')).toBe('tls-required');
    expect(
      await client.errorOf('REGISTER', { ...VERIFIER, Target: required.url('a') }, verifierOf('x')),
    ).toBe('tls-required');
    expect(await client.errorOf('SET-PASSWORD', VERIFIER, verifierOf('x'))).toBe('tls-required');
    expect(await client.errorOf('UNREGISTER')).toBe('tls-required');
    await client.ping();
  });
  test('takes them after STARTTLS, and from the first octet', async () => {
    const client = await required.connect();
    await client.hello(required.name);
    await starttls(client, required);
    expect((await client.hello(required.name)).get('TLS')).toBe('active');
    await client.succeed('REGISTER', { ...VERIFIER, Target: required.url('alice') }, verifierOf('secret'));
    expect((await client.authenticate('alice', 'secret')).kind).toBe('OK');
    await client.attach(required.url('alice'), 'phone');
    const other = await required.connectSecure();
    await other.hello(required.name);
    expect((await other.authenticate('alice', 'secret', 'SCRAM-SHA-256-PLUS')).kind).toBe('OK');
  });
  test('tls.minimum=1.3 refuses TLS 1.2', async () => {
    await expect(required.connectSecure({ maximum: 'TLSv1.2' })).rejects.toThrow();
    const client = await required.connectSecure({ minimum: 'TLSv1.3' });
    await client.hello(required.name);
  });
});

describe('a listener without a certificate', () => {
  test('says TLS: unavailable; STARTTLS fails and the connection goes on', async () => {
    const client = await plain.connect();
    expect((await client.hello(plain.name)).get('TLS')).toBe('unavailable');
    expect(await client.errorOf('STARTTLS')).toBe('operation-not-supported');
    await client.ping();
    await client.succeed('REGISTER', { ...VERIFIER, Target: plain.url('a') }, verifierOf('x'));
  });
  test('closes on TLS from the first octet', async () => {
    const client = await plain.connect();
    client.write(Buffer.from([0x16, 3, 1, 0, 5, 1, 0, 0, 1, 0]));
    await client.closed();
  });
});

describe('a listener off loopback', () => {
  const start = async (more: readonly string[]) => {
    const { cert, key } = await certificateFor('wire.example');
    return startProgram(
      'server/index.ts',
      [
        'serve',
        '--domain',
        'wire.example',
        '--listen',
        '0.0.0.0:0',
        '--data',
        temporaryFolder(),
        '--tls-cert',
        cert,
        '--tls-key',
        key,
        ...more,
      ],
      /^parleyd ready wire\.example 0\.0\.0\.0:(\d+)$/,
    );
  };
  test('requires TLS, unless the operator says otherwise', async () => {
    for (const [more, said] of [
      [[], 'required'],
      [['--set', 'tls.require=false'], 'offered'],
    ] as const) {
      const { child, found } = await start(more);
      const peer = new Client(connect({ host: '127.0.0.1', port: Number(found[1]) }));
      expect((await peer.hello('wire.example')).get('TLS')).toBe(said);
      expect(await endProgram(child, 'SIGTERM')).toBe(0);
    }
  });
});

// RFC 2779, 5.1 and 5.2: what those on the way can see or change, and what the two sides learn of each other.

import { generateKeyPairSync, sign, verify } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { type Duplex, duplexPair } from 'node:stream';
import * as tls from 'node:tls';
import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { Connection } from '../../main/connection/connection.ts';
import { resolveDomain, systemDns } from '../../network/resolver.ts';
import { openTransport } from '../../main/connection/transport.ts';
import { FakeClock } from '../fake/clock.ts';
import { certificateFor } from '../fixtures/certificates.ts';
import { attach, greet, HOST, PASSWORD, scram } from '../server/harness.ts';
import type { Peer } from '../server/peer.ts';
import { type Person, presence, Scene } from './people.ts';

const certificate = await certificateFor(HOST);

let scene: Scene;
let alice: Person;

beforeEach(async () => {
  scene = await Scene.open({ config: { tls: { cert: certificate.cert, key: certificate.key } } });
  alice = await scene.attach('alice');
});

afterEach(async () => {
  await scene.close();
  expect(scene.domain.errors).toEqual([]);
});

/** Everything that passes a point between client and server, in both directions. */
const tapped = (raw: Duplex): { near: Duplex; octets: () => string } => {
  const chunks: Buffer[] = [];
  const [near, far] = duplexPair();
  far.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    raw.write(chunk);
  });
  raw.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    far.write(chunk);
  });
  far.on('end', () => raw.end());
  raw.on('close', () => far.destroy());
  return { near, octets: () => Buffer.concat(chunks).toString('latin1') };
};

/** Handshakes over what the peer uses. Rejects when the certificate is not that of `servername`. */
const secure = async (peer: Peer, servername: string, ALPNProtocols = ['impp']): Promise<void> => {
  const socket = peer.upgrade((raw) =>
    tls.connect({ socket: raw, servername, ca: certificate.pem, ALPNProtocols }),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
};

test('5.1.1 A can make sure that it is B’s domain that answers for B', async () => {
  const good = scene.domain.connect();
  await secure(good, HOST);
  expect((await greet(good)).headers.get('TLS')).toBe('active');
  const elsewhere = scene.domain.connect();
  await expect(secure(elsewhere, 'b.example')).rejects.toMatchObject({
    code: 'ERR_TLS_CERT_ALTNAME_INVALID',
  });
});

test('5.1.2 who listens on the way sees neither that A subscribes nor to whom', async () => {
  const listened = async (isPrivate: boolean) => {
    const tap = { octets: () => '' };
    const peer = scene.domain.connect();
    peer.upgrade((raw) => {
      const { near, octets } = tapped(raw);
      tap.octets = octets;
      return near;
    });
    if (isPrivate) await secure(peer, HOST);
    await greet(peer);
    await scram(peer, 'bob', PASSWORD);
    await attach(peer, 'bob', { device: isPrivate ? 'private' : 'open' });
    const bob = scene.join('bob', peer);
    await alice.rules('bob: subscribe=allow');
    expect(await bob.subscribe(alice)).toMatchObject({ state: 'active' });
    const note = `the secret, ${isPrivate ? 'private' : 'open'}`;
    await alice.publish(note);
    // TLS takes more turns of the event loop than `hear` waits.
    const notice = await peer.accept('CHANGE-NOTIFY');
    expect(Buffer.from(notice.body ?? '').toString()).toBe(presence(alice.url, note));
    return ['SUBSCRIBE', 'alice', 'bob', 'the secret'].filter((word) => tap.octets().includes(word));
  };
  // In clear the same words are there to be seen: the tap works.
  expect(await listened(false)).toEqual(['SUBSCRIBE', 'alice', 'bob', 'the secret']);
  expect(await listened(true)).toEqual([]);
});

test('5.1.4 A can verify that what B chose to disclose arrived accurately', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const part = `Content-Type: application/presence\r\n\r\n${presence(alice.url, 'Grüße  \t aus 東京 ')}`;
  const signature = sign(null, Buffer.from(part), privateKey).toString('base64');
  const type = 'multipart/signed; protocol="application/x-test-signature"; micalg=sha-512; boundary="s 1"';
  const signed = `--s 1\r\n${part}\r\n--s 1\r\nContent-Type: application/x-test-signature\r\n\r\n${signature}\r\n--s 1--\r\n`;
  const checks = (received: string): boolean => {
    const [, inner = '', last = ''] = received.split(/(?:\r\n)?--s 1\r\n/v);
    const [given = ''] = last.split('\r\n\r\n').slice(1);
    return verify(null, Buffer.from(inner), publicKey, Buffer.from(given.split('\r\n')[0] ?? '', 'base64'));
  };
  expect(checks(signed.replace('東京', '京都'))).toBe(false);

  await alice.rules('bob: subscribe=allow fetch=allow');
  const bob = await scene.attach('bob');
  await bob.subscribe(alice);
  await alice.ask('CHANGE', { Target: alice.url, 'Content-Type': type }, signed);
  const [notice] = await bob.hear('CHANGE-NOTIFY');
  for (const shown of [notice, await bob.fetch(alice), await bob.subscribe(alice)]) {
    expect(shown?.type).toBe(type);
    expect(checks(shown?.body ?? '')).toBe(true);
  }
});

// RFC 5737 and RFC 3849: addresses that nothing else here can have.
const ALICES = '198.51.100.17';
const BOBS = '2001:db8:77::5';

/** Alice and bob do with each other what the two can do. */
const dealings = async () => {
  const owner = await scene.attach('alice', 'office', ALICES);
  const watcher = await scene.attach('bob', 'home', BOBS);
  await watcher.subscribe(owner);
  await owner.rules('bob: subscribe=allow fetch=allow change=allow');
  await owner.publish('here');
  await watcher.publish('set by bob', { Target: owner.url });
  await watcher.fetch(owner);
  expect(await watcher.send(owner, { id: 'there' })).toBe('delivered');
  expect(await owner.send(watcher, { id: 'back' })).toBe('delivered');
  await owner.watchers();
  await scene.vanish(watcher);
  await scene.pass(200);
  return { toAlice: owner.peer.received, toBob: watcher.peer.received };
};

test('5.1.17 B is not told the IP address of A', async () => {
  const { toAlice } = await dealings();
  expect(toAlice).toContain('WATCHER-NOTIFY');
  expect(toAlice).toContain('<there@a.example>');
  for (const address of [BOBS, '2001:db8', ALICES]) expect(toAlice).not.toContain(address);
});

test('5.1.18 A is not told the IP address of B', async () => {
  const { toBob } = await dealings();
  expect(toBob).toContain('CHANGE-NOTIFY');
  expect(toBob).toContain('<back@a.example>');
  for (const address of [ALICES, '198.51.100', BOBS]) expect(toBob).not.toContain(address);
});

test('2.4.4 a firewall knows the protocol by its port, its ALPN and its first octets', async () => {
  const listen = async (server: Server): Promise<number> => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => new Promise((resolve) => server.close(() => resolve())));
    return (server.address() as AddressInfo).port;
  };
  const open = async (port: number) =>
    await openTransport({ host: '127.0.0.1', port }, HOST, systemDns(), new AbortController().signal);

  // In clear, what the app says first.
  const first = Promise.withResolvers<string>();
  const inClear = await open(
    await listen(
      createServer((socket) => void socket.once('data', (octets) => first.resolve(octets.toString()))),
    ),
  );
  const connection = new Connection(inClear, { clock: new FakeClock(), log: () => {} });
  onTestFinished(() => connection.close());
  const greeting = connection.request('HELLO', [['Domain', HOST]]).catch(() => {});
  expect((await first.promise).slice(0, 6)).toBe('HELLO ');
  connection.close();
  await greeting;

  // Under TLS, the ALPN that it asks for, and the only one that parleyd takes.
  const offered: string[][] = [];
  const options = { cert: certificate.pem, key: readFileSync(certificate.key) };
  const isPrivate = tls.createServer({
    ...options,
    ALPNCallback: ({ protocols }) => {
      offered.push(protocols);
      return 'impp';
    },
  });
  const transport = await open(await listen(isPrivate));
  onTestFinished(() => transport.destroy());
  await transport.secure({ domain: HOST, ca: certificate.pem }, new AbortController().signal);
  expect(offered).toEqual([['impp']]);
  const web = scene.domain.connect();
  await expect(secure(web, HOST, ['h2', 'http/1.1'])).rejects.toThrow(/alert|ALPN|closed|disconnected/v);

  // And the port, where nothing else is said of it.
  const dns = { ...systemDns(), srv: () => Promise.resolve([]) };
  expect(await resolveDomain(HOST, '_impp-client._tcp', dns, (length) => new Uint8Array(length))).toEqual([
    { host: HOST, port: 2779 },
  ]);
});

import { copyFileSync, renameSync, symlinkSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import * as tls from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';

import type { Log } from '../../server/domain.ts';
import { type CertificateWatch, versionOfFiles, watchCertificate } from '../../server/watch-certificate.ts';
import { type Certificate, newCertificate } from '../fixtures/certificates.ts';
import { serving } from './admin/program.ts';
import { greet, HOST, PASSWORD, scram, TestDomain } from './harness.ts';
import type { Peer } from './peer.ts';
import { temporaryFolders } from './storage/folder.ts';

const folder = temporaryFolders();
const [first, second] = await Promise.all([newCertificate(HOST), newCertificate(HOST)]);

let files: { cert: string; key: string };
let domain: TestDomain;
let watch: CertificateWatch;
/** What was logged and not yet taken by `next`. */
let events: string[];
let heard: () => void;

const log: Log = {
  debug() {},
  info: (event) => take(event),
  warn() {},
  error: (event) => take(event),
};

function take(event: string): void {
  events.push(event);
  heard();
}

/** The next event of the log. */
async function next(): Promise<string> {
  while (events.length === 0)
    await new Promise<void>((resolve) => {
      heard = resolve;
    });
  return events.shift() ?? '';
}

/** As a renewal does it: each file is there whole, or not at all. */
function put(what: 'cert' | 'key', from: string): void {
  copyFileSync(from, `${files[what]}.new`);
  renameSync(`${files[what]}.new`, files[what]);
}

beforeEach(async () => {
  const at = folder();
  events = [];
  heard = () => {};
  files = { cert: join(at, 'cert.pem'), key: join(at, 'key.pem') };
  put('cert', first.cert);
  put('key', first.key);
  domain = await TestDomain.start({ users: ['alice'], config: { tls: { ...files } } });
  watch = watchCertificate(domain.server, await versionOfFiles(domain.server.domain.config), log);
});

afterEach(async () => {
  watch.close();
  await domain.close();
});

/** A connection under TLS that trusts this certificate and no other. */
async function secured(trusted: Certificate): Promise<Peer> {
  const peer = domain.connect();
  const socket = peer.upgrade((raw) =>
    tls.connect({ socket: raw, servername: HOST, ca: trusted.pem, ALPNProtocols: ['impp'] }),
  );
  await new Promise<void>((resolve, reject) => {
    socket.once('secureConnect', resolve);
    socket.once('error', reject);
  });
  await greet(peer);
  return peer;
}

const aMinute = (): void => domain.clock.advance(60_000);

test('a new certificate is served within a minute, and who is connected stays', async () => {
  const before = await secured(first);
  // Who has not signed in after a minute is sent away.
  await scram(before, 'alice', PASSWORD);
  put('cert', second.cert);
  put('key', second.key);
  aMinute();
  expect(await next()).toBe('certificate read');
  const after = await secured(second);
  await expect(secured(first)).rejects.toThrow();
  expect((await before.ask('PING')).ok).toBe(true);
  expect((await after.ask('PING')).ok).toBe(true);
});

test('a certificate without its key leaves the old one in service, is said once, and is tried again', async () => {
  put('cert', second.cert);
  aMinute();
  expect(await next()).toBe('the new certificate cannot be used, the old one stays');
  await secured(first);
  // Nothing has changed since: no second word about it.
  aMinute();
  put('key', second.key);
  aMinute();
  expect(await next()).toBe('certificate read');
  await secured(second);
});

test('files that are gone leave the old one in service', async () => {
  unlinkSync(files.key);
  aMinute();
  expect(await next()).toBe('the new certificate cannot be used, the old one stays');
  await secured(first);
});

test('a link that leads to another file is a change', async () => {
  unlinkSync(files.cert);
  unlinkSync(files.key);
  symlinkSync(second.cert, files.cert);
  symlinkSync(second.key, files.key);
  aMinute();
  expect(await next()).toBe('certificate read');
  await secured(second);
});

test('after its end nothing is looked at', async () => {
  const { waiting } = domain.clock;
  watch.close();
  expect(domain.clock.waiting).toBe(waiting - 1);
});

test('SIGHUP takes a new certificate at once; a connection of before goes on', async () => {
  const args = ['--domain', HOST, '--listen', '127.0.0.1:0', '--data', folder()];
  const server = await serving([...args, '--tls-cert', files.cert, '--tls-key', files.key]);
  const connect = async (trusted: Certificate): Promise<tls.TLSSocket> => {
    const socket = tls.connect({ port: server.port, host: '127.0.0.1', servername: HOST, ca: trusted.pem });
    await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    return socket;
  };
  const before = await connect(first);
  put('cert', second.cert);
  put('key', second.key);
  server.signal('SIGHUP');
  await server.logged('certificate read');
  (await connect(second)).destroy();
  before.write(`HELLO 1 impp/1.0\r\nDomain: ${HOST}\r\nRole: client\r\nAgent: test\r\n\r\n`);
  const [answer] = await new Promise<Buffer[]>((resolve) =>
    before.once('data', (data: Buffer) => resolve([data])),
  );
  expect(String(answer)).toMatch(/^OK \(HELLO\) 1 /);
  expect((await server.stop()).code).toBe(0);
  before.destroy();
});

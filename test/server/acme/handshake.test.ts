// While an authority checks the name of a domain in a handshake, everybody else is served as ever.

import { readFileSync } from 'node:fs';
import * as tls from 'node:tls';
import { afterEach, beforeEach, expect, test } from 'vitest';

import { Challenges } from '../../../server/acme/challenges.ts';
import { defaultConfig } from '../../../server/config.ts';
import { createServer, type Server } from '../../../server/server.ts';
import { createMemoryStorage } from '../../../server/storage/memory.ts';
import { type Certificate, newCertificate } from '../../fixtures/certificates.ts';

const HOST = 'a.example';
const [own, shown] = await Promise.all([newCertificate(HOST), newCertificate(HOST)]);

let challenges: Challenges;
let server: Server;
let port: number;

beforeEach(async () => {
  challenges = new Challenges();
  const config = defaultConfig({
    domain: HOST,
    listen: { host: '127.0.0.1', port: 0 },
    tls: { cert: own.cert, key: own.key },
  });
  server = await createServer({ config, storage: createMemoryStorage(), validations: challenges });
  ({ port } = await server.listen());
});
afterEach(() => server.close());

/** The peer's certificate is this one, and it speaks that protocol; otherwise it throws. */
async function meet(certificate: Certificate, protocol: string, name = HOST): Promise<tls.TLSSocket> {
  const options = {
    host: '127.0.0.1',
    port,
    servername: name,
    ca: certificate.pem,
    ALPNProtocols: [protocol],
  };
  const socket = tls.connect(options);
  await new Promise<void>((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
  expect(socket.alpnProtocol).toBe(protocol);
  return socket;
}

test('the authority sees the answer and nothing else; apps see the domain', async () => {
  const takeBack = challenges.offerInHandshake(HOST, shown.pem, readFileSync(shown.key, 'utf8'));
  (await meet(own, 'impp')).destroy();
  const authority = await meet(shown, 'acme-tls/1');
  authority.write('HELLO 1 impp/1.0\r\nDomain: a.example\r\nRole: client\r\nAgent: x\r\n\r\n');
  const heard: Buffer[] = [];
  authority.on('data', (data: Buffer) => heard.push(data)).on('error', () => {});
  await new Promise<void>((resolve) => authority.once('close', () => resolve()));
  expect(Buffer.concat(heard).toString()).toBe('');
  // Of another name there is nothing to be shown, and afterwards not of this one either.
  await expect(meet(shown, 'acme-tls/1', 'b.example')).rejects.toThrow();
  takeBack();
  await expect(meet(shown, 'acme-tls/1')).rejects.toThrow();
  (await meet(own, 'impp')).destroy();
});

import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import * as tls from 'node:tls';
import { expect, test } from 'vitest';

import { readClientHello } from '../../../server/acme/client-hello.ts';

/** What OpenSSL really sends. */
async function helloOf(options: tls.ConnectionOptions): Promise<Buffer> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const client = tls.connect({ host: '127.0.0.1', port, ...options });
  client.on('error', () => {});
  const [socket] = (await once(server, 'connection')) as [Socket];
  const [octets] = (await once(socket, 'data')) as [Buffer];
  socket.destroy();
  client.destroy();
  server.close();
  return octets;
}

test('name and protocols are read', async () => {
  const hello = await helloOf({ servername: 'A.example', ALPNProtocols: ['acme-tls/1', 'impp'] });
  expect(readClientHello(hello)).toEqual({ serverName: 'a.example', protocols: ['acme-tls/1', 'impp'] });
  expect(readClientHello(await helloOf({ maxVersion: 'TLSv1.2' }))).toEqual({
    serverName: undefined,
    protocols: [],
  });
});

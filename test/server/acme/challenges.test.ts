import { createServer, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';

import { Challenges } from '../../../server/acme/challenges.ts';
import type { Log } from '../../../server/domain.ts';
import { freePort } from '../../fixtures/free-port.ts';

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} };

test('over HTTP there is the answer to a token while it is asked for, and nothing else', async () => {
  const challenges = new Challenges();
  const port = await freePort();
  const close = await challenges.serveHttp({ host: '127.0.0.1', port }, silent);
  const at = (path: string): Promise<Response> => fetch(`http://127.0.0.1:${port}${path}`);
  const takeBack = challenges.offerOverHttp('token', 'token.answer');
  const shown = await at('/.well-known/acme-challenge/token');
  expect([shown.status, await shown.text()]).toEqual([200, 'token.answer']);
  for (const path of ['/', '/.well-known/acme-challenge/', '/.well-known/acme-challenge/other', '/token'])
    expect([path, (await at(path)).status]).toEqual([path, 404]);
  takeBack();
  expect((await at('/.well-known/acme-challenge/token')).status).toBe(404);
  close();
  await expect(at('/')).rejects.toThrow();
});

test('a place that is taken is named, with what is in the way', async () => {
  const other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const { port } = other.address() as AddressInfo;
  const challenges = new Challenges();
  const place = { host: '127.0.0.1', port };
  for (const served of [challenges.serveHttp(place, silent), challenges.serveTls(place, silent)])
    await expect(served).rejects.toThrow(`127.0.0.1, port ${port}: another program listens there`);
  other.close();
});

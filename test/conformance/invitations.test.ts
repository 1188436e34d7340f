// Invitations over a crash: what is used up and what has been made are one.

import { beforeAll, expect, test } from 'vitest';
import { defaultConfig } from '../../server/config.ts';
import { openStorage } from '../../server/storage/open.ts';
import { type Domain, startDomain, VERIFIER, verifierOf } from './wire.ts';

const USES = 200;
const TOKEN = 'for-many';
let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ registration: 'invite' });
});

const within = async <T>(
  work: (storage: Awaited<ReturnType<typeof openStorage>>) => Promise<T>,
): Promise<T> => {
  const storage = await openStorage(defaultConfig({ data: domain.data }), 'administer');
  try {
    return await work(storage);
  } finally {
    await storage.close();
  }
};

test('a server that is killed between REGISTERs has used up as many as it has made', async () => {
  const createdAt = Date.now();
  await within((storage) =>
    storage.createInvite({ token: TOKEN, uses: USES, createdAt, expiresAt: createdAt + 60_000 }),
  );
  const client = await domain.connect();
  await client.hello(domain.name);
  const line = verifierOf('secret');
  const register = (user: string): Promise<string> =>
    client.request('REGISTER', { ...VERIFIER, Target: domain.url(user), Invite: TOKEN }, line).then(
      ({ kind }) => (kind === 'OK' ? user : ''),
      () => '',
    );
  const asked = Array.from({ length: 60 }, (_, number) => register(`user${number}`));
  await asked[20];
  await domain.stop('SIGKILL');
  const acknowledged = (await Promise.all(asked)).filter((user) => user !== '');
  expect(acknowledged.length).toBeGreaterThan(20);
  const [accounts, [invite]] = await within((storage) =>
    Promise.all([storage.listAccounts(), storage.listInvites(createdAt)]),
  );
  const made = accounts.map(({ user }) => user);
  expect(made).toEqual(expect.arrayContaining(acknowledged));
  expect(invite?.uses).toBe(USES - made.length);
});

import { describe, expect, test } from 'vitest';
import { Credentials } from '../../../server/accounts/credentials.ts';
import { nodeCrypto } from '../../../server/accounts/crypto.ts';
import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { Crypto } from '../../../shared/impp/sasl/crypto.ts';
import { formatPlain, checkPlain } from '../../../shared/impp/sasl/plain.ts';
import { scramClient, scramServer } from '../../../shared/impp/sasl/scram.ts';
import { verifierLine } from '../harness.ts';

/** Cryptography that notes what it is asked, with how many octets. */
const noting = (notes: string[]): Crypto => ({
  hmac: (key, data) => {
    notes.push('hmac');
    return nodeCrypto.hmac(key, data);
  },
  hash: (data) => {
    notes.push('hash');
    return nodeCrypto.hash(data);
  },
  pbkdf2: (password, salt, iterations) => {
    notes.push(`pbkdf2 ${salt.length} ${iterations}`);
    return nodeCrypto.pbkdf2(password, salt, iterations);
  },
  random: (length) => nodeCrypto.random(length),
  equal: (a, b) => {
    notes.push('equal');
    return nodeCrypto.equal(a, b);
  },
});

const open = async () => {
  const storage = createMemoryStorage();
  const verifier = await verifierLine('right');
  await storage.createAccount({ user: 'alice', services: ['im'], verifier, createdAt: 0 });
  const notes: string[] = [];
  const asked: string[] = [];
  const noted = {
    ...storage,
    getAccount: (user: string) => {
      asked.push('getAccount');
      return storage.getAccount(user);
    },
  };
  const crypto = noting(notes);
  const credentials = await Credentials.open(noted, crypto, 4096);
  const work = async (run: () => Promise<unknown>): Promise<string[]> => {
    notes.length = 0;
    asked.length = 0;
    await expect(run()).rejects.toMatchObject({ code: 'authentication-failed' });
    return [...asked, ...notes];
  };
  return { credentials, crypto, work };
};

describe('a wrong password and an unknown user cost the same work', () => {
  test('by SCRAM', async () => {
    const { credentials, crypto, work } = await open();
    const attempt = (user: string) => async () => {
      const lookup = (name: string) => credentials.lookup(name);
      const server = scramServer({ mechanism: 'SCRAM-SHA-256', crypto, plusOffered: false, lookup });
      const client = scramClient({
        mechanism: 'SCRAM-SHA-256',
        user,
        password: 'wrong',
        crypto: nodeCrypto,
        serverOffersPlus: false,
      });
      return server.final(await client.respond(await server.first(await client.initial())));
    };
    const known = await work(attempt('alice'));
    expect(known.length).toBeGreaterThan(4);
    expect(await work(attempt('nobody'))).toEqual(known);
  });

  test('by PLAIN', async () => {
    const { credentials, crypto, work } = await open();
    const attempt = (user: string) => () =>
      checkPlain(formatPlain({ user, password: 'wrong' }), {
        crypto,
        lookup: (name) => credentials.lookup(name),
      });
    const known = await work(attempt('alice'));
    expect(known).toContain('pbkdf2 16 4096');
    expect(await work(attempt('nobody'))).toEqual(known);
  });
});

test('the key of look-alikes is made once and kept', async () => {
  const storage = createMemoryStorage();
  const first = await (await Credentials.open(storage, nodeCrypto, 4096)).lookup('nobody');
  const again = await (await Credentials.open(storage, nodeCrypto, 4096)).lookup('nobody');
  expect(again).toEqual(first);
  expect(first.isReal).toBe(false);
});

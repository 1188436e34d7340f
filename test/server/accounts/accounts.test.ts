import { describe, expect, test } from 'vitest';
import { AccountCache } from '../../../server/accounts/accounts.ts';
import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { StoredAccount } from '../../../server/storage/storage.ts';
import { FakeClock } from '../../fake/clock.ts';

const account = (user: string): StoredAccount => ({ user, services: ['im'], verifier: 'x', createdAt: 0 });

const cached = () => {
  const storage = createMemoryStorage();
  const clock = new FakeClock();
  const forgotten: string[] = [];
  let reads = 0;
  const counting = {
    ...storage,
    getAccount: (user: string) => {
      reads++;
      return storage.getAccount(user);
    },
  };
  const accounts = new AccountCache({
    host: 'a.example',
    storage: counting,
    clock,
    policy: [],
    forgotten: (user) => forgotten.push(user),
  });
  return { storage, clock, accounts, forgotten, reads: () => reads };
};

describe('accounts in memory', () => {
  test('are read once, and then there at once', async () => {
    const { storage, accounts, reads } = cached();
    await storage.createAccount(account('alice'));
    const [one, other] = await Promise.all([accounts.find('alice'), accounts.find('alice')]);
    expect(one).toMatchObject({ user: 'alice', url: 'impp://a.example/alice' });
    expect(other).toBe(one);
    expect(accounts.find('alice')).toBe(one);
    expect(reads()).toBe(1);
  });

  test('that do not exist are not remembered', async () => {
    const { storage, accounts } = cached();
    expect(await accounts.find('alice')).toBeUndefined();
    await storage.createAccount(account('alice'));
    expect(await accounts.find('alice')).toBeDefined();
  });

  test('are read again after `forget`, also when that came while they were being read', async () => {
    const { storage, accounts, forgotten } = cached();
    await storage.createAccount(account('alice'));
    const before = accounts.find('alice');
    const body = Buffer.from('<acl><rule><who>*</who><send>deny</send></rule></acl>');
    await storage.setDocument('alice', 'acl', { type: 'application/impp-acl', body }, { limit: 32 });
    accounts.forget('alice');
    expect(forgotten).toEqual(['alice']);
    await before;
    const after = await accounts.find('alice');
    expect(after?.rules.rules).toHaveLength(1);
    expect(accounts.find('alice')).toBe(after);
  });

  test('are read again after a minute, because the operator may have changed them', async () => {
    const { storage, clock, accounts } = cached();
    await storage.createAccount(account('alice'));
    const before = await accounts.find('alice');
    clock.advance(59_999);
    expect(accounts.find('alice')).toBe(before);
    await storage.removeAccount('alice', 0);
    clock.advance(1);
    expect(await accounts.find('alice')).toBeUndefined();
  });

  test('a store that fails is asked again', async () => {
    const { storage, clock } = cached();
    let isBroken = true;
    const accounts = new AccountCache({
      host: 'a.example',
      clock,
      policy: [],
      forgotten: () => {},
      storage: {
        ...storage,
        getAccount: (user) => (isBroken ? Promise.reject(new Error('disk')) : storage.getAccount(user)),
      },
    });
    await storage.createAccount(account('alice'));
    await expect(accounts.find('alice')).rejects.toThrow('disk');
    isBroken = false;
    expect(await accounts.find('alice')).toBeDefined();
  });
});

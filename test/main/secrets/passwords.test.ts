// What the app does about a keychain that is not as it was: the whole core, on a keychain that a test can lock.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { SecretStore } from '../../../main/secrets/secret-store.ts';
import { ImppError } from '../../../shared/errors.ts';
import { App, Domain, HOST, MemorySecrets, PASSWORD, urlOf } from '../harness.ts';

const ALICE = urlOf('alice');

/** As the Secret Service: locked, it gives nothing and takes nothing. */
class Keychain extends MemorySecrets implements SecretStore {
  isLocked = false;
  isGone = false;
  /** Somebody is asked to unlock it. */
  asked: (() => void) | undefined;
  isPrompting = false;

  override state(): Promise<'open' | 'locked' | 'absent'> {
    return Promise.resolve(this.isGone ? 'absent' : this.isLocked ? 'locked' : 'open');
  }
  override async get(account: string): Promise<string | undefined> {
    if (this.isGone) throw new ImppError('secret-store-unavailable');
    if (this.isPrompting) {
      await new Promise<void>((resolve) => {
        this.asked = resolve;
      });
    }
    return this.isLocked ? undefined : super.get(account);
  }
  override set(account: string, value: string): Promise<void> {
    if (this.isGone) return Promise.reject(new ImppError('secret-store-unavailable'));
    if (this.isLocked) return Promise.reject(new ImppError('secret-store-locked'));
    return super.set(account, value);
  }
}

let keychain: Keychain;
let domain: Domain;
let app: App;

beforeEach(async () => {
  keychain = new Keychain();
  domain = await Domain.start();
  app = await App.start({ secrets: keychain });
  await app.ask('account.create', {
    address: `alice@${HOST}`,
    password: PASSWORD,
    remember: true,
    server: domain.server,
  });
  await app.down();
});
afterEach(async () => {
  await app.close();
  await domain.down();
});

const untilAsked = (code: string): Promise<unknown> =>
  app.until(`asked because of ${code}`, ({ accounts }) => {
    const { connection, secret } = accounts[0] ?? {};
    return connection?.problem?.code === code && connection.passwordNeeded === true && secret === 'kept';
  });

const restart = async (): Promise<void> => {
  await app.down();
  await app.up();
};

test('a keychain that is locked is said to be, keeps what it has, and serves when it is open', async () => {
  keychain.isLocked = true;
  await app.up();
  await untilAsked('secret-store-locked');
  expect(await app.refusal('account.connect', { account: ALICE })).toBe('secret-store-locked');
  keychain.isLocked = false;
  await app.ask('account.connect', { account: ALICE });
  await app.untilOnline('alice');
});

test('who unlocks the screen and with it the keychain is signed in', async () => {
  keychain.isLocked = true;
  await app.up();
  await untilAsked('secret-store-locked');
  app.absent('locked');
  keychain.isLocked = false;
  app.absent(undefined);
  await app.untilOnline('alice');
});

test('a password that is typed while the keychain is locked does not touch what is in it', async () => {
  const before = keychain.kept.get(ALICE);
  keychain.isLocked = true;
  await app.up();
  await untilAsked('secret-store-locked');
  await app.ask('account.password', { account: ALICE, password: PASSWORD, remember: true });
  await app.untilOnline('alice');
  expect(keychain.kept.get(ALICE)).toBe(before);
  keychain.isLocked = false;
  await restart();
  await app.untilOnline('alice');
});

test('while the system asks to unlock it, the person is told, and may type the password instead', async () => {
  keychain.isPrompting = true;
  await app.up();
  await untilAsked('secret-store-locked');
  keychain.isPrompting = false;
  await app.ask('account.password', { account: ALICE, password: PASSWORD, remember: true });
  await app.untilOnline('alice');
  keychain.asked?.();
  await app.ask('account.check', { account: ALICE });
});

test('an answer that comes late is taken', async () => {
  keychain.isPrompting = true;
  await app.up();
  await untilAsked('secret-store-locked');
  keychain.asked?.();
  await app.untilOnline('alice');
});

test('another keychain is noticed by what it does not have, and taken when the password is given', async () => {
  keychain.kept.clear();
  await app.up();
  await untilAsked('secret-store-changed');
  await app.ask('account.password', { account: ALICE, password: PASSWORD, remember: true });
  await restart();
  await app.untilOnline('alice');
});

test('an entry that is not ours, or not as it was, is not tried at the domain, and stays', async () => {
  keychain.kept.set(ALICE, '');
  await app.up();
  await untilAsked('secret-store-changed');
  for (const value of ['theirs', '{"token":"x","password":"theirs"}', '{"token":7}', '[]', 'null']) {
    keychain.kept.set(ALICE, value);
    expect(await app.refusal('account.connect', { account: ALICE })).toBe('secret-store-changed');
    expect(keychain.kept.get(ALICE)).toBe(value);
  }
  expect(app.log.filter((line) => line.startsWith('offline'))).toEqual([]);
});

test('a keychain that is gone is looked for again at the next start', async () => {
  keychain.isGone = true;
  await app.up();
  await untilAsked('secret-store-unavailable');
  keychain.isGone = false;
  await restart();
  await app.untilOnline('alice');
});

test('no file of the profile has the password, nor what the keychain has', async () => {
  const { token } = JSON.parse(keychain.kept.get(ALICE) ?? '') as { token: string };
  keychain.isGone = true;
  await app.up();
  await untilAsked('secret-store-unavailable');
  await app.ask('account.password', { account: ALICE, password: PASSWORD, remember: true });
  await app.down();
  const files = readdirSync(app.folder, { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  );
  expect(files.length).toBeGreaterThan(0);
  for (const file of files) {
    const octets = readFileSync(join(file.parentPath, file.name));
    expect(octets.includes(PASSWORD), file.name).toBe(false);
    expect(octets.includes(token), file.name).toBe(false);
  }
});

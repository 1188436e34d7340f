// The server is killed while people write; a program is killed with a message in its outbox; a second device.

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  addContact,
  contact,
  createAccount,
  message,
  openPage,
  signIn,
  useBrowser,
  write,
} from './people.ts';
import { type AppProgram, type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';

useBrowser();

describe('a bad day', () => {
  let domain: DomainProgram;
  let aliceApp: AppProgram;
  const aliceFolder = temporaryFolder();
  let alice: Page;
  let bob: Page;

  beforeAll(async () => {
    domain = await startDomain();
    aliceApp = await startApp('alice', aliceFolder);
    const bobApp = await startApp('bob', temporaryFolder());
    alice = await openPage(aliceApp.url);
    bob = await openPage(bobApp.url);
    await createAccount(alice, domain, 'alice', "alice's password");
    await createAccount(bob, domain, 'bob', "bob's password");
    await addContact(alice, `bob@${domain.name}`);
    await addContact(bob, `alice@${domain.name}`);
    await contact(alice, 'bob').click();
    await contact(bob, 'alice').click();
  });

  test('what is written while the server is dead waits, is delivered once, and nothing is doubled', async () => {
    await write(alice, 'before');
    await message(bob, 'before').waitFor();
    await domain.kill('SIGKILL');
    await write(alice, 'while dead');
    await message(alice, 'while dead').getByRole('img', { name: 'Waiting' }).waitFor();
    await domain.restart();
    await message(bob, 'while dead').waitFor();
    // Stored, if bob's device was not back when the server took it.
    await message(alice, 'while dead')
      .getByRole('img', { name: /^(Delivered|Stored|Read)$/ })
      .waitFor();
    expect(await message(bob, 'before').count()).toBe(1);
    expect(await message(bob, 'while dead').count()).toBe(1);
  });

  test('a message written just before the program is killed arrives after its next start', async () => {
    await domain.kill('SIGKILL');
    await write(alice, 'last words');
    await message(alice, 'last words').waitFor();
    await aliceApp.kill('SIGKILL');
    await alice.context().close();
    await domain.restart();
    aliceApp = await startApp('alice', aliceFolder);
    alice = await openPage(aliceApp.url);
    // There is no keyring here, so the app asks for the password.
    await alice.getByLabel('Password', { exact: true }).fill("alice's password");
    await alice.getByRole('button', { name: 'Sign in', exact: true }).click();
    await message(bob, 'last words').waitFor();
    expect(await message(bob, 'last words').count()).toBe(1);
  });

  test('a second device of bob gets what comes and what bob sent', async () => {
    const phone = await openPage((await startApp('phone', temporaryFolder())).url);
    await signIn(phone, domain, 'bob', "bob's password");
    await contact(phone, 'alice').click();
    await contact(alice, 'bob').click();
    await write(alice, 'to both');
    await message(phone, 'to both').waitFor();
    await message(bob, 'to both').waitFor();
    await write(bob, 'from one');
    await message(phone, 'from one').waitFor();
    await message(alice, 'from one').waitFor();
    expect(await message(phone, 'from one').count()).toBe(1);
  });
});

// Two people who have never met: accounts, a mistyped password, a request, presence, messages.

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';
import {
  addContact,
  choosePresence,
  contact,
  createAccount,
  expectAccessible,
  fillSignIn,
  message,
  openPage,
  signIn,
  useBrowser,
  write,
} from './people.ts';

useBrowser();

describe('the first day', () => {
  let domain: DomainProgram;
  let alice: Page;
  let bob: Page;

  beforeAll(async () => {
    domain = await startDomain();
    const aliceApp = await startApp('alice', temporaryFolder());
    const bobApp = await startApp('bob', temporaryFolder());
    alice = await openPage(aliceApp.url);
    bob = await openPage(bobApp.url);
  });

  test('alice and bob create accounts', async () => {
    await expectAccessible(alice);
    await createAccount(alice, domain, 'alice', "alice's password");
    await createAccount(bob, domain, 'bob', "bob's password");
    await expectAccessible(alice);
  });

  test('a name that is taken is said to be taken', async () => {
    const other = await openPage((await startApp('other', temporaryFolder())).url);
    await other.getByRole('button', { name: 'Create account', exact: true }).click();
    await fillSignIn(other, domain, 'alice', 'another password');
    await other.getByRole('button', { name: 'Create account', exact: true }).click();
    await other.getByRole('alert').filter({ hasText: 'taken' }).waitFor();
    await expectAccessible(other);
    await other.context().close();
  });

  test('a wrong password is said where it happened, and the right one signs in on a second device', async () => {
    const second = await openPage((await startApp('second', temporaryFolder())).url);
    await signIn(second, domain, 'alice', 'not her password');
    await second.getByRole('alert').filter({ hasText: 'Address and password do not match' }).waitFor();
    await expectAccessible(second);
    await signIn(second, domain, 'alice', "alice's password");
    await second.getByRole('region', { name: 'Contacts' }).waitFor();
    await second.context().close();
  });

  test('alice asks to see bob, bob allows it, and the other way', async () => {
    await addContact(alice, `bob@${domain.name}`);
    await bob.getByRole('button', { name: /Requests/ }).click();
    await bob.getByRole('button', { name: 'Accept', exact: true }).waitFor();
    await expectAccessible(bob);
    await bob.getByRole('button', { name: 'Accept', exact: true }).click();
    await addContact(bob, `alice@${domain.name}`);
    await alice.getByRole('button', { name: /Requests/ }).click();
    await alice.getByRole('button', { name: 'Accept', exact: true }).click();
  });

  test('each sees the other come and go', async () => {
    const seen = (page: Page, state: string) =>
      page
        .getByRole('region', { name: 'Contacts' })
        .getByRole('img', { name: state })
        .or(page.getByRole('region', { name: 'Contacts' }).getByText(state, { exact: true }))
        .first();
    await seen(alice, 'Available').waitFor();
    await choosePresence(bob, 'Busy');
    await seen(alice, 'Busy').waitFor();
    await choosePresence(bob, 'Appear offline');
    await seen(alice, 'Offline').waitFor();
    await choosePresence(bob, 'Available');
    await seen(alice, 'Available').waitFor();
  });

  test('they write to each other, and each message says what became of it', async () => {
    await contact(alice, 'bob').click();
    await write(alice, 'Hello Bob, <b>this</b> is text & nothing else 👋');
    await contact(bob, 'alice').click();
    await message(bob, '<b>this</b> is text & nothing else').waitFor();
    await message(alice, 'Hello Bob')
      .getByRole('img', { name: /^(Delivered|Read)$/ })
      .waitFor();
    await write(bob, 'Hello Alice');
    await message(alice, 'Hello Alice').waitFor();
    await expectAccessible(alice);
  });

  test('what was written stays when the window is loaded again', async () => {
    await alice.reload();
    await contact(alice, 'bob').click();
    await message(alice, 'Hello Alice').waitFor();
    await expect.poll(() => alice.getByRole('log').getByRole('article').count()).toBe(2);
  });

  test('a draft stays when the window is loaded again', async () => {
    await alice.getByRole('textbox', { name: 'Message' }).fill('not yet sent');
    await alice.getByRole('textbox', { name: 'Message' }).blur();
    await alice.reload();
    await contact(alice, 'bob').click();
    await expect
      .poll(() => alice.getByRole('textbox', { name: 'Message' }).inputValue())
      .toBe('not yet sent');
    await alice.getByRole('textbox', { name: 'Message' }).fill('');
  });
});

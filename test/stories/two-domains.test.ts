// Two domains, each a program of its own, and a person in each: they meet, watch, write, block; one domain dies.

import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  addContact,
  choosePresence,
  contact,
  createAccount,
  expectAccessible,
  message,
  openPage,
  useBrowser,
  write,
} from './people.ts';
import { type DomainProgram, freePlace, startApp, startDomain, temporaryFolder } from './programs.ts';

useBrowser();

/** A lease so short that what becomes of it can be waited for. */
const settingsTo = (name: string, place: string): string[] =>
  [
    'federation.tls=off',
    `federation.routes.${name}=${place}`,
    ...['min', 'default', 'max', 'interdomain'].map((lease) => `leases.subscription-${lease}=15`),
  ].flatMap((setting) => ['--set', setting]);

/** How somebody's contact, the only one there is, looks to them. */
const seen = (page: Page, state: string): Locator => {
  const list = page.getByRole('region', { name: 'Contacts' });
  return list
    .getByRole('img', { name: state })
    .or(list.getByText(state, { exact: true }))
    .first();
};

const LONG = 90_000;

describe('two domains', () => {
  let a: DomainProgram;
  let b: DomainProgram;
  let alice: Page;
  let bob: Page;

  beforeAll(async () => {
    const [placeOfA, placeOfB] = [await freePlace(), await freePlace()];
    a = await startDomain('a.localhost', settingsTo('b.localhost', placeOfB), placeOfA);
    b = await startDomain('b.localhost', settingsTo('a.localhost', placeOfA), placeOfB);
    alice = await openPage((await startApp('alice', temporaryFolder())).url);
    bob = await openPage((await startApp('bob', temporaryFolder())).url);
    await createAccount(alice, a, 'alice', "alice's password");
    await createAccount(bob, b, 'bob', "bob's password");
  });

  test('that have never met: alice asks to see bob, bob allows it, and the other way', async () => {
    await addContact(alice, 'bob@b.localhost');
    await bob.getByRole('button', { name: /Requests/ }).click();
    await bob.getByText('alice@a.localhost').first().waitFor();
    await bob.getByRole('button', { name: 'Accept', exact: true }).click();
    await addContact(bob, 'alice@a.localhost');
    await alice.getByRole('button', { name: /Requests/ }).click();
    await alice.getByRole('button', { name: 'Accept', exact: true }).click();
    await seen(alice, 'Available').waitFor();
    await seen(bob, 'Available').waitFor();
    await expectAccessible(alice);
  });

  test('each sees the other come and go', async () => {
    await choosePresence(bob, 'Busy');
    await seen(alice, 'Busy').waitFor();
    await choosePresence(bob, 'Appear offline');
    await seen(alice, 'Offline').waitFor();
    await choosePresence(bob, 'Available');
    await seen(alice, 'Available').waitFor();
  });

  test('they write to each other, and each message says what became of it', async () => {
    await contact(alice, 'bob').click();
    await write(alice, 'Hello Bob, from another domain');
    await contact(bob, 'alice').click();
    await message(bob, 'Hello Bob').waitFor();
    await message(alice, 'Hello Bob')
      .getByRole('img', { name: /^(Delivered|Read)$/ })
      .waitFor();
    await write(bob, 'Hello Alice');
    await message(alice, 'Hello Alice').waitFor();
    await message(bob, 'Hello Alice')
      .getByRole('img', { name: /^(Delivered|Read)$/ })
      .waitFor();
  });

  test('alice blocks bob politely, and he sees her offline and nothing else', async () => {
    const menu = alice.getByRole('main').getByRole('button', { name: 'More about bob' });
    await menu.click();
    await alice.getByRole('menuitem', { name: /Block politely/ }).click();
    await alice.getByRole('alertdialog').getByRole('button', { name: 'Block politely' }).click();
    await seen(bob, 'Offline').waitFor();
    expect(await bob.getByText('does not show you presence').count()).toBe(0);
    expect(await bob.getByRole('button', { name: 'Why?' }).count()).toBe(0);
    // Nobody has allowed what he seemed to have: without the rule he asks again.
    await menu.click();
    await alice.getByRole('menuitem', { name: /Unblock/ }).click();
    await alice.getByRole('button', { name: /Requests/ }).click();
    await alice.getByRole('button', { name: 'Accept', exact: true }).click();
    await seen(bob, 'Available').waitFor();
    await contact(alice, 'bob').click();
  });

  test('while one domain is dead, what is written to it waits, and nobody there is taken for offline', async () => {
    await b.kill('SIGKILL');
    await write(alice, 'Are you there?');
    await message(alice, 'Are you there?').getByRole('img', { name: 'Waiting' }).waitFor();
    // Within a lease it is known that nothing is known.
    await seen(alice, 'Unknown').waitFor({ timeout: LONG });
    expect(await seen(alice, 'Offline').count()).toBe(0);
    await expectAccessible(alice);
  });

  test('when it is back everything is as it should be, and nothing is there twice', async () => {
    await b.restart();
    await message(bob, 'Are you there?').waitFor({ timeout: LONG });
    await message(alice, 'Are you there?')
      .getByRole('img', { name: /^(Delivered|Stored|Read)$/ })
      .waitFor();
    await seen(alice, 'Available').waitFor({ timeout: LONG });
    await seen(bob, 'Available').waitFor({ timeout: LONG });
    await choosePresence(alice, 'Busy');
    await seen(bob, 'Busy').waitFor();
    await choosePresence(bob, 'Busy');
    await seen(alice, 'Busy').waitFor();
    expect(await message(bob, 'Are you there?').count()).toBe(1);
  });
});

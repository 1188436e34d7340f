// Mallory writes to alice, who does not know him: where it waits, and what each answer comes to.

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { createAccount, expectAccessible, message, openPage, useBrowser, write } from './people.ts';
import { type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';

useBrowser();

describe('a stranger who writes', () => {
  let domain: DomainProgram;
  let alice: Page;
  let mallory: Page;
  const card = () => alice.getByRole('article', { name: /writes to you for the first time$/ });
  const aside = () => alice.getByRole('list', { name: 'Set aside' });
  const answered = () => alice.getByRole('region', { name: 'Answered before' });

  beforeAll(async () => {
    domain = await startDomain();
    alice = await openPage((await startApp('alice', temporaryFolder())).url);
    mallory = await openPage((await startApp('mallory', temporaryFolder())).url);
    await createAccount(alice, domain, 'alice', "alice's password");
    await createAccount(mallory, domain, 'mallory', "mallory's password");
    await mallory.getByRole('textbox', { name: 'Write to' }).fill(`alice@${domain.name}`);
    await mallory.getByRole('button', { name: 'Continue' }).click();
  });

  test('waits in Requests, in no list of conversations, as text without anything to press', async () => {
    await write(mallory, 'Look: https://prize.example <b>now</b>');
    await alice.getByRole('button', { name: /^Requests/ }).click();
    await card().getByText('Look: https://prize.example <b>now</b>').waitFor();
    expect(await card().getByRole('link').count()).toBe(0);
    expect(await alice.getByRole('region', { name: 'Conversations' }).getByText('mallory').count()).toBe(0);
    await expectAccessible(alice);
  });

  test('is set aside by a polite block, which he cannot tell from his messages', async () => {
    await card().getByRole('button', { name: 'Block politely…' }).click();
    await alice.getByRole('alertdialog').getByRole('button', { name: 'Block politely' }).click();
    await card().waitFor({ state: 'hidden' });
    await write(mallory, 'Hello?');
    await message(mallory, 'Hello?')
      .getByRole('img', { name: /^(Delivered|Stored)$/ })
      .waitFor();
    await answered().getByRole('button', { name: 'Show' }).click();
    await aside().getByText('Hello?').waitFor();
    await aside().getByText('sees you offline, and is not told.').waitFor();
    await aside().getByRole('button', { name: 'Why?' }).click();
    await alice.getByRole('dialog').getByText('sees me offline and is not told.').waitFor();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await expect.poll(() => alice.getByRole('button', { name: /^Requests/ }).count()).toBe(0);
  });

  test('asks again once that is undone, and is told when declined', async () => {
    await aside().getByRole('button', { name: /^Undo/ }).click();
    await card().getByRole('button', { name: 'Decline' }).click();
    await card().waitFor({ state: 'hidden' });
    await write(mallory, 'One last thing');
    await mallory.getByText('Not delivered, refused').waitFor();
    await answered().getByRole('button', { name: 'Show' }).click();
    await alice.getByRole('list', { name: 'Declined' }).getByText('cannot see you').waitFor();
  });

  test('is a contact once accepted, and has a conversation', async () => {
    await alice.getByRole('list', { name: 'Declined' }).getByRole('button', { name: /^Undo/ }).click();
    await card().getByRole('button', { name: 'Accept', exact: true }).click();
    await alice.getByRole('region', { name: 'Contacts' }).getByText('mallory').waitFor();
    await alice.getByRole('region', { name: 'Conversations' }).getByText('mallory').first().click();
    await write(alice, 'Who are you?');
    await message(mallory, 'Who are you?').waitFor();
  });
});

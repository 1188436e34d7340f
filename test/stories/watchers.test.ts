// Who watches, what they are shown, and for how long: a request with a message, a view, the list of watchers, the
// end of a watch; a profile that is found, contacts in a file.

import { readFile } from 'node:fs/promises';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';
import {
  addContact,
  choosePresence,
  contact,
  createAccount,
  expectAccessible,
  focusWithin,
  openPage,
  openSettings,
  useBrowser,
  write,
} from './people.ts';

useBrowser();

const closeSettings = (page: Page): Promise<void> => page.keyboard.press('Escape');
const openPresence = (page: Page): Promise<void> => page.getByRole('button', { name: /^Presence/ }).click();
const person = (page: Page): Locator => page.getByRole('complementary', { name: /^About / });

describe('who watches', () => {
  let domain: DomainProgram;
  let alice: Page;
  let bob: Page;

  beforeAll(async () => {
    domain = await startDomain();
    alice = await openPage((await startApp('alice', temporaryFolder())).url);
    bob = await openPage((await startApp('bob', temporaryFolder())).url);
    await createAccount(alice, domain, 'alice', "alice's password");
    await createAccount(bob, domain, 'bob', "bob's password");
  });

  test('alice says what she is called and who finds her; bob finds her by that name', async () => {
    await openSettings(alice, 'Profile');
    await alice.getByRole('textbox', { name: 'Your name' }).fill('Alice Lindqvist');
    await alice.getByText(`People at ${domain.name}`).click();
    await expectAccessible(alice);
    await alice.getByRole('button', { name: 'Save', exact: true }).click();
    await expect.poll(() => alice.getByRole('button', { name: 'Save', exact: true }).isDisabled()).toBe(true);
    await closeSettings(alice);
    await bob.getByRole('button', { name: 'Add contact' }).first().click();
    const dialog = bob.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Address' }).fill('lindq');
    await dialog.getByRole('option', { name: /Alice Lindqvist/ }).waitFor();
    await expectAccessible(bob);
    await dialog.getByRole('option', { name: /Alice Lindqvist/ }).click();
    await expect
      .poll(() => dialog.getByRole('textbox', { name: 'Address' }).inputValue())
      .toBe(`alice@${domain.name}`);
    await expect
      .poll(() => dialog.getByRole('textbox', { name: 'Name' }).inputValue())
      .toBe('Alice Lindqvist');
    await dialog.getByRole('button', { name: 'Add contact' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await write(bob, 'Carol gave me your address.');
  });

  test('the request says who asks and what they wrote, and stays quiet in the list of watchers', async () => {
    await alice.getByRole('button', { name: /^Requests/ }).click();
    const card = alice.getByRole('article', { name: /asks to see your presence/ });
    await card.getByText('Carol gave me your address.').waitFor();
    await card.getByText(/^Waits until/).waitFor();
    await expectAccessible(alice);
    await openSettings(alice, 'Who watches me');
    await alice.getByRole('row', { name: /bob/ }).getByText('Asking').waitFor();
    await expectAccessible(alice);
    await closeSettings(alice);
  });

  test('accepted as "State only", bob sees the state and not the note', async () => {
    const card = alice.getByRole('article', { name: /asks to see your presence/ });
    await card.getByRole('combobox', { name: 'Accept as' }).selectOption('State only');
    await card.getByRole('button', { name: 'Accept', exact: true }).click();
    await card.waitFor({ state: 'hidden' });
    await openPresence(alice);
    await alice.getByRole('textbox', { name: 'Note' }).fill('On layout');
    await alice.getByRole('textbox', { name: 'Note' }).press('Enter');
    await choosePresence(alice, 'Busy');
    await contact(bob, 'Alice').click();
    await person(bob).getByText('Busy', { exact: true }).waitFor();
    expect(await person(bob).getByText('On layout').count()).toBe(0);
  });

  test('the list of watchers says so, and shows him more', async () => {
    await openSettings(alice, 'Who watches me');
    const row = alice.getByRole('row', { name: /bob/ });
    await row.getByText('Watching').waitFor();
    await row.getByText('State only').waitFor();
    // By keys alone.
    await row.getByRole('button', { name: /^Change or stop/ }).focus();
    await alice.keyboard.press('Enter');
    await alice.getByRole('menuitemradio', { name: 'Everything' }).waitFor();
    await expectAccessible(alice);
    await focusWithin(alice.getByRole('menu'));
    await alice.keyboard.press('Home');
    await alice.keyboard.press('Enter');
    await row.getByText('Everything').waitFor();
    await person(bob).getByText('On layout').waitFor();
    await closeSettings(alice);
  });

  test('bob sees until when alice is busy', async () => {
    await openPresence(alice);
    await alice.getByRole('radio', { name: '1 hour' }).click();
    await alice.getByText('Then you are available again, without note.').waitFor();
    await expectAccessible(alice);
    await person(bob)
      .getByText(/, until /)
      .waitFor();
    await alice.keyboard.press('Escape');
    await alice.getByRole('button', { name: /^Presence: Busy until/ }).waitFor();
  });

  test('a view of her own shows him something else, and what is left when she is gone', async () => {
    await openSettings(alice, 'Views');
    await alice.getByRole('button', { name: 'New view…' }).click();
    const dialog = alice.getByRole('dialog');
    await dialog.getByRole('textbox', { name: 'Title' }).fill('Family');
    await dialog.getByRole('combobox', { name: 'State' }).selectOption('Away');
    await dialog.getByRole('textbox', { name: 'Note' }).first().fill('call if urgent');
    await dialog.getByRole('textbox', { name: 'Note' }).nth(1).fill('Back Monday');
    await expectAccessible(alice);
    await dialog.getByRole('button', { name: 'Save' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await alice.getByText('Not signed in: Back Monday').waitFor();
    await alice.getByRole('navigation').getByRole('button', { name: 'Who watches me' }).click();
    const row = alice.getByRole('row', { name: /bob/ });
    await row.getByRole('button', { name: /^Change or stop/ }).click();
    await alice.getByRole('menuitemradio', { name: 'Family' }).click();
    await row.getByText('Family').waitFor();
    await closeSettings(alice);
    await person(bob).getByText('call if urgent').waitFor();
    await person(bob).getByText('Away', { exact: true }).waitFor();
  });

  test('what is set for when nobody is signed in is what bob then sees', async () => {
    await openSettings(alice, 'Accounts');
    await alice.getByRole('button', { name: 'Sign out' }).click();
    await person(bob).getByText('Back Monday').waitFor();
    await alice.getByRole('button', { name: 'Connect', exact: true }).click();
    await person(bob).getByText('call if urgent').waitFor();
    await closeSettings(alice);
  });

  test('alice ends the watch, and bob is told', async () => {
    await openSettings(alice, 'Who watches me');
    const row = alice.getByRole('row', { name: /bob/ });
    await row.getByRole('button', { name: /^Change or stop/ }).click();
    await alice.getByRole('menuitem', { name: 'End this watch…' }).click();
    await alice.getByRole('alertdialog').getByRole('button', { name: 'End' }).click();
    await alice.getByText('Nobody watches you.').waitFor();
    await person(bob)
      .getByText(/has ended|does not show you presence/)
      .first()
      .waitFor();
    await closeSettings(alice);
  });

  test("bob's contacts fit into a file, and alice takes them out of it", async () => {
    await addContact(bob, `carol@${domain.name}`);
    await openSettings(bob, 'Contacts');
    await expectAccessible(bob);
    const [download] = await Promise.all([
      bob.waitForEvent('download'),
      bob.getByRole('button', { name: 'Save as file' }).click(),
    ]);
    expect(download.suggestedFilename()).toBe('bob.vcf');
    const path = await download.path();
    const cards = await readFile(path, 'utf8');
    expect(cards).toContain('BEGIN:VCARD');
    expect(cards).toContain(`carol@${domain.name}`);
    await openSettings(alice, 'Contacts');
    const [chooser] = await Promise.all([
      alice.waitForEvent('filechooser'),
      alice.getByRole('button', { name: 'Choose file…' }).click(),
    ]);
    await chooser.setFiles(path);
    await alice.getByText(/^\d contacts? added/).waitFor();
    await closeSettings(alice);
    await contact(alice, 'carol').waitFor();
  });
});

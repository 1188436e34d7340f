// A day without a mouse, in a narrow window, with two accounts: what people do besides writing, each screen looked at
// by axe.

import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  addContact,
  contact,
  createAccount,
  expectAccessible,
  fillSignIn,
  message,
  openPage,
  signIn,
  tabTo,
  useBrowser,
  write,
} from './people.ts';
import { type AppProgram, type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';

useBrowser();

let domain: DomainProgram;
let aliceApp: AppProgram;
const aliceFolder = temporaryFolder();
let alice: Page;
let bob: Page;

beforeAll(async () => {
  let bobApp: AppProgram;
  [domain, aliceApp, bobApp] = await Promise.all([
    startDomain(),
    startApp('alice', aliceFolder),
    startApp('bob', temporaryFolder()),
  ]);
  [alice, bob] = await Promise.all([openPage(aliceApp.url), openPage(bobApp.url)]);
});

/** What has the focus, by its name or its text. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement;
    if (element === null || element === document.body) return 'nothing';
    const label = element.getAttribute('aria-label') ?? element.textContent ?? '';
    const own = element instanceof HTMLInputElement ? element.labels?.[0]?.textContent : undefined;
    return own ?? label;
  });

/** Goes on by Tab to what is wanted, whose focus then has to be visible. */
async function tabToVisible(page: Page, wanted: Locator): Promise<void> {
  await tabTo(page, wanted);
  const ring = await wanted.evaluate((element) => {
    const box = element.closest('form[data-ring], span:has(> input)') ?? element;
    const { outlineStyle, boxShadow } = getComputedStyle(box);
    return outlineStyle !== 'none' || boxShadow !== 'none';
  });
  expect(ring, `the focus of ${wanted.toString()} is to be seen`).toBe(true);
}

async function closeSettings(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('region', { name: 'Contacts' }).waitFor();
}

describe('without a mouse', () => {
  test('nothing typed is answered with what to type', async () => {
    await alice.getByRole('textbox', { name: 'Address', exact: true }).waitFor();
    await alice.keyboard.press('Enter');
    await alice.getByText('Type your address.').waitFor();
    await expectAccessible(alice);
  });

  test('an account is created', async () => {
    await tabToVisible(alice, alice.getByRole('button', { name: 'Create account', exact: true }));
    await alice.keyboard.press('Enter');
    await tabToVisible(alice, alice.getByRole('button', { name: 'Advanced' }));
    await alice.keyboard.press('Enter');
    await tabToVisible(alice, alice.getByRole('textbox', { name: 'Server' }));
    await alice.keyboard.type(domain.server);
    await tabToVisible(alice, alice.getByRole('textbox', { name: 'Address', exact: true }));
    await alice.keyboard.type(`alice@${domain.name}`);
    await tabToVisible(alice, alice.getByLabel('Password', { exact: true }));
    await alice.keyboard.type("alice's password");
    await alice.keyboard.press('Enter');
    await alice.getByRole('region', { name: 'Contacts' }).waitFor();
    await createAccount(bob, domain, 'bob', "bob's password");
  });

  test('a contact is added; Esc closes and the focus is back', async () => {
    const plus = alice.getByRole('button', { name: 'Add contact' });
    await tabToVisible(alice, plus);
    await alice.keyboard.press('Enter');
    await alice.getByRole('dialog').waitFor();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await expect.poll(() => focused(alice)).toBe('Add contact');
    await alice.keyboard.press('Enter');
    await alice.getByRole('dialog').waitFor();
    await alice.keyboard.type(`alice@${domain.name}`);
    await alice.keyboard.press('Enter');
    await alice.getByText('This is your own address.').waitFor();
    await alice.keyboard.press('ControlOrMeta+a');
    await alice.keyboard.type(`  BOB@${domain.name.toUpperCase()} `);
    await alice.keyboard.press('Enter');
    await alice.getByRole('heading', { name: 'bob', level: 1 }).waitFor();
  });

  test('a message is written, and read with the arrows', async () => {
    await tabToVisible(alice, alice.getByRole('textbox', { name: 'Message' }));
    await alice.keyboard.type('First line');
    await alice.keyboard.press('Shift+Enter');
    await alice.keyboard.type('second line');
    await alice.keyboard.press('Enter');
    await message(alice, 'second line')
      .getByRole('img', { name: /^(Delivered|Read)$/ })
      .or(message(alice, 'second line').getByRole('img', { name: 'Stored' }))
      .waitFor();
    await alice.keyboard.press('Escape');
    await alice.keyboard.press('ArrowUp');
    await expect.poll(() => focused(alice)).toContain('First line');
    // The first Esc closes the words of its outcome, the second leaves the log.
    await alice.getByRole('tooltip').waitFor();
    await alice.keyboard.press('Escape');
    await alice.getByRole('tooltip').waitFor({ state: 'hidden' });
    await alice.keyboard.press('Escape');
    await expect.poll(() => focused(alice)).toBe('Message');
  });

  test('the presence is chosen by its digit', async () => {
    const menu = alice.getByRole('button', { name: /^Presence/ });
    await alice.keyboard.press('ControlOrMeta+Shift+P');
    await alice.getByRole('menu').waitFor();
    await expectAccessible(alice);
    await alice.keyboard.press('3');
    await expect.poll(() => menu.innerText()).toContain('Busy');
  });

  test('settings give the focus back to the button that opened them', async () => {
    await tabToVisible(alice, alice.getByRole('button', { name: 'Settings' }));
    await alice.keyboard.press('Enter');
    await alice.getByRole('heading', { name: 'Appearance' }).waitFor();
    await closeSettings(alice);
    await expect.poll(() => focused(alice)).toBe('Settings');
  });
});

describe('requests and contacts', () => {
  test('who is declined is told so, and can write again once that is undone', async () => {
    await bob.getByRole('button', { name: /Requests/ }).click();
    await expectAccessible(bob);
    await bob.getByRole('button', { name: 'Decline' }).press('Enter');
    await bob.getByText('Nobody is asking.').waitFor();
    await expect.poll(() => focused(bob)).not.toBe('nothing');
    await expectAccessible(bob);
    await alice.getByText('bob does not show you presence.').waitFor();
    await expectAccessible(alice);
    await bob
      .getByRole('region', { name: 'Answered before' })
      .getByRole('button', { name: 'Show' })
      .press('Enter');
    await bob.getByRole('button', { name: /^Undo/ }).press('Enter');
    await bob.getByRole('article', { name: /writes to you for the first time$/ }).waitFor();
    await write(alice, 'May I still write?');
    await bob.getByRole('article').getByText('May I still write?').waitFor();
  });

  test('a contact that is removed keeps its conversation, and comes back with what it was called', async () => {
    const name = alice.getByRole('complementary', { name: /^About/ }).getByRole('textbox', { name: 'Name' });
    await name.fill('Robert');
    await name.press('Enter');
    await alice.getByRole('heading', { name: 'Robert', level: 1 }).waitFor();
    await addContact(alice, `bob@${domain.name}`);
    await alice.getByRole('heading', { name: 'Robert', level: 1 }).waitFor();
    await alice.getByRole('button', { name: 'Remove contact…' }).click();
    await expectAccessible(alice);
    await alice.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await alice.getByText('is not among your contacts').waitFor();
    await message(alice, 'May I still write?').waitFor();
    await expect.poll(() => focused(alice)).not.toBe('nothing');
    await alice.getByRole('button', { name: 'Add to contacts…' }).click();
    await alice.getByRole('dialog').getByRole('button', { name: 'Add contact' }).click();
    await alice.getByRole('button', { name: 'Remove contact…' }).waitFor();
  });

  test('an address that nobody has is said to be that', async () => {
    await addContact(alice, `nobody@${domain.name}`);
    await contact(alice, 'no such address').waitFor();
    await write(alice, 'Is anybody there?');
    await alice.getByRole('log').getByRole('button', { name: 'Details' }).click();
    await alice.getByRole('dialog', { name: 'Not delivered' }).waitFor();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await expect.poll(() => focused(alice)).toBe('Details');
  });
});

describe('in a narrow window', () => {
  test('list, conversation and person are one pane at a time', async () => {
    await alice.setViewportSize({ width: 420, height: 800 });
    await alice.getByRole('button', { name: 'Back to the list' }).press('Enter');
    await alice.getByRole('main', { name: 'People' }).waitFor();
    await expect.poll(() => focused(alice)).not.toBe('nothing');
    await expectAccessible(alice);
    await alice.getByRole('button', { name: 'Settings' }).click();
    await closeSettings(alice);
    await contact(alice, 'bob').click();
    await message(alice, 'May I still write?').waitFor();
    const name = alice.getByRole('heading', { level: 1 }).getByRole('button');
    await name.press('Enter');
    await alice.getByRole('complementary', { name: 'About bob' }).waitFor();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await expect.poll(() => name.evaluate((element) => element === document.activeElement)).toBe(true);
  });

  test('popovers are sheets at the lower edge', async () => {
    await alice.getByRole('button', { name: 'Back to the list' }).click();
    await alice.getByRole('button', { name: /^Presence/ }).click();
    const sheet = alice.getByRole('dialog', { name: 'Your presence' });
    await sheet.waitFor();
    // It slides in.
    const lowerEdge = async (): Promise<number> => {
      const box = await sheet.boundingBox();
      return (box?.y ?? 0) + (box?.height ?? 0);
    };
    await expect.poll(lowerEdge).toBeCloseTo(792, -1);
    expect((await sheet.boundingBox())?.width).toBeGreaterThan(400);
    await alice.keyboard.press('Escape');
    await alice.setViewportSize({ width: 1280, height: 800 });
  });
});

describe('settings and accounts', () => {
  test('theme and text size are kept over a restart, which asks for the password', async () => {
    await alice.getByRole('button', { name: 'Settings' }).click();
    await expectAccessible(alice);
    await alice.getByText('High contrast, dark').click();
    await expect.poll(() => alice.locator('html').getAttribute('data-theme')).toBe('contrast-dark');
    const slider = alice.getByRole('slider', { name: 'Text size' });
    await slider.focus();
    for (let presses = 0; presses < 3; presses += 1) await alice.keyboard.press('ArrowRight');
    await alice.getByText('130 %').waitFor();
    await expect
      .poll(() => alice.evaluate(() => getComputedStyle(document.documentElement).fontSize))
      .toBe('20.8px');
    await expectAccessible(alice);

    await aliceApp.kill();
    aliceApp = await startApp('alice', aliceFolder);
    await alice.context().close();
    alice = await openPage(aliceApp.url);
    const dialog = alice.getByRole('dialog', { name: /^Password of/ });
    await dialog.waitFor();
    await expect.poll(() => alice.locator('html').getAttribute('data-theme')).toBe('contrast-dark');
    await expectAccessible(alice);
    await alice.keyboard.type('not her password');
    await alice.keyboard.press('Enter');
    await dialog.getByRole('alert').filter({ hasText: 'do not match' }).waitFor();
    await expectAccessible(alice);
    // What was wrong is selected: typing replaces it.
    await alice.keyboard.type("alice's password");
    await alice.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await expect
      .poll(() => alice.getByRole('button', { name: /^Presence/ }).innerText())
      .toMatch(/Available|Busy/);
  });

  test('a half-written message outlives a reload at once', async () => {
    await contact(alice, 'bob').click();
    const field = alice.getByRole('textbox', { name: 'Message' });
    await field.pressSequentially('half a sent');
    await alice.reload();
    await contact(alice, 'bob').click();
    await expect.poll(() => field.inputValue()).toBe('half a sent');
    await field.fill('');
  });

  test('a second account stands beside the first, writes by itself, and can go', async () => {
    await alice.keyboard.press('ControlOrMeta+,');
    await alice.getByRole('button', { name: 'Accounts' }).first().click();
    await expectAccessible(alice);
    await alice.getByRole('button', { name: 'Add an account' }).click();
    await alice.getByRole('heading', { name: 'Add an account' }).waitFor();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await alice.getByRole('button', { name: 'Add an account' }).click();
    await alice.getByRole('button', { name: 'Create account', exact: true }).click();
    await fillSignIn(alice, domain, 'alison', "alison's password");
    await alice.getByRole('button', { name: 'Create account', exact: true }).click();
    await alice.getByText(`alison@${domain.name}`).waitFor();
    await closeSettings(alice);
    await alice.getByRole('button', { name: 'Add contact' }).first().click();
    const dialog = alice.getByRole('dialog');
    await dialog.getByLabel('With your account').selectOption(`alison@${domain.name}`);
    await expectAccessible(alice);
    await dialog.getByRole('textbox', { name: 'Address' }).fill(`bob@${domain.name}`);
    await dialog.getByRole('button', { name: 'Add contact' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await write(alice, 'From Alison');
    // Whom bob does not know waits among those who ask.
    await bob.getByRole('button', { name: /^Requests.* alison@/ }).waitFor();
    await alice.keyboard.press('ControlOrMeta+,');
    await alice.getByRole('button', { name: 'Accounts' }).first().click();
    await alice.getByRole('button', { name: 'Remove…' }).last().click();
    await expectAccessible(alice);
    await alice.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await alice.getByText(`alison@${domain.name}`, { exact: true }).waitFor({ state: 'hidden' });
    await closeSettings(alice);
  });
});

describe('trouble', () => {
  test('a dead server is said in words, on a screen that axe accepts', async () => {
    await contact(alice, 'bob').click();
    await domain.kill('SIGKILL');
    await alice
      .getByText(/Reconnecting/)
      .first()
      .waitFor();
    await write(alice, 'For later');
    await message(alice, 'For later').getByRole('img', { name: 'Waiting' }).waitFor();
    await expectAccessible(alice);
    await domain.restart();
    // The app may have come back by itself before the button can be pressed; then the button is gone.
    await alice
      .getByRole('button', { name: 'Try now' })
      .click({ timeout: 3000 })
      .catch(() => {});
    await message(alice, 'For later')
      .getByRole('img', { name: /^(Delivered|Stored|Read)$/ })
      .waitFor();
    await expect.poll(() => focused(alice)).not.toBe('nothing');
  });

  test('signing in says why it did not work', async () => {
    const other = await openPage((await startApp('other', temporaryFolder())).url);
    await signIn(other, { ...domain, server: '127.0.0.1:1' }, 'alice', "alice's password");
    await other.getByRole('alert').filter({ hasText: 'cannot be reached' }).waitFor();
    await expectAccessible(other);
    await other.getByRole('textbox', { name: 'Server' }).fill(domain.server);
    await other.getByRole('alert').waitFor({ state: 'hidden' });
    await other.context().close();
  });

  test('a second window of the same program says that it is one too many', async () => {
    const second = await openPage(aliceApp.url);
    await second.getByRole('heading', { name: 'Parley is not open here' }).waitFor();
    await expectAccessible(second);
    await second.context().close();
  });
});

// One walk through every screen and dialog, each looked at in all themes, narrow, and with large text.

import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { Looks } from './looks.ts';
import { addContact, createAccount, openPage, useBrowser, write } from './people.ts';
import { type DomainProgram, startApp, startDomain, startProgram, temporaryFolder } from './programs.ts';

useBrowser();

let domain: DomainProgram;
let page: Page;
let looks: Looks;

beforeAll(async () => {
  const [started, app] = await Promise.all([startDomain(), startApp('alice', temporaryFolder())]);
  domain = started;
  page = await openPage(app.url);
  looks = await Looks.of(page);
});

/** Somebody who writes to alice and asks to see her. */
async function correspondent(name: string): Promise<(text: string) => void> {
  const { child } = await startProgram(
    'test/stories/core-program.ts',
    [
      `--data=${temporaryFolder()}`,
      `--server=${domain.server}`,
      '--password=a password',
      `--address=${name}@${domain.name}`,
      `--peer=alice@${domain.name}`,
    ],
    /^core ready$/,
    { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' },
  );
  return (text) => child.stdin?.write(`${JSON.stringify({ text })}\n`);
}

const button = (name: string | RegExp) => page.getByRole('button', { name, exact: typeof name === 'string' });
/** Whatever is being asked. */
const dialog = (): Locator => page.getByRole('dialog').or(page.getByRole('alertdialog')).first();
const escape = (): Promise<void> => page.keyboard.press('Escape');

test('signing in', async () => {
  await button('Sign in').waitFor();
  await looks.at('signing in');
  await button('Create account').click();
  await button('Advanced').click();
  await looks.at('a new account');
  await page.reload();
  looks = Object.assign(await Looks.of(page), { findings: looks.findings });
  await createAccount(page, domain, 'alice', "alice's password");
});

test('the list and its dialogs', async () => {
  await looks.at('nothing yet');
  await button('Add contact').first().click();
  await page.getByRole('dialog').waitFor();
  await looks.at('adding a contact');
  await escape();
  const presence = async (): Promise<void> => {
    await page.keyboard.press('Control+Shift+P');
    await page.getByRole('menu').waitFor();
  };
  await presence();
  await looks.at('presence', presence);
  await escape();
  await page.keyboard.press('Control+K');
  await page.getByRole('combobox').fill('settings');
  await looks.at('search');
  await escape();
});

test('a conversation', async () => {
  const [friend, stranger] = await Promise.all([correspondent('bob'), correspondent('mallory')]);
  await addContact(page, `bob@${domain.name}`);
  friend('Lunch? https://example.org/a/very/long/path/that/goes/on/and/on/for/ever/and/ever/and/ever.html');
  stranger('Hello, do I know you?');
  const row = page
    .getByRole('region', { name: 'Conversations' })
    .getByRole('button', { name: /bob/ })
    .first();
  await row.click();
  await page.getByRole('log').getByRole('article').filter({ hasText: 'Lunch?' }).waitFor();
  await write(page, 'At **one**, `as always`.\n> Lunch?\n- soup\n- bread');
  await looks.at('a conversation');
  const mine = page.getByRole('log').getByRole('article').filter({ hasText: 'as always' });
  const press = (key: string, role: 'menu' | 'dialog') => async (): Promise<void> => {
    await mine.focus();
    await page.keyboard.press(key);
    await page.getByRole(role).waitFor();
  };
  const bell = async (): Promise<void> => {
    await button(/^Mute/).first().click();
    await page.getByRole('menu').waitFor();
  };
  const emoji = async (): Promise<void> => {
    await button('Emoji').click();
    await dialog().waitFor();
  };
  for (const [name, open] of [
    ['the menu of a message', press('Enter', 'menu')],
    ['details of a message', press('d', 'dialog')],
    ['the bell', bell],
    ['emoji', emoji],
  ] as const) {
    // oxlint-disable-next-line no-await-in-loop
    await open();
    // oxlint-disable-next-line no-await-in-loop
    await looks.at(name, open);
    // oxlint-disable-next-line no-await-in-loop
    await escape();
  }
  for (const [name, open] of [
    ['a day', () => page.keyboard.press('Control+G')],
    ['showing more', () => button(/^Show more for a while/).click()],
    ['blocking', () => button(/^Block…/).click()],
    ['forwarding', () => chooseOf(mine, 'Forward…')],
    ['deleting', () => chooseOf(mine, 'Delete here…')],
  ] as const) {
    // oxlint-disable-next-line no-await-in-loop
    await open();
    // oxlint-disable-next-line no-await-in-loop
    await dialog().waitFor();
    // oxlint-disable-next-line no-await-in-loop
    await looks.at(name);
    // oxlint-disable-next-line no-await-in-loop
    await escape();
    // oxlint-disable-next-line no-await-in-loop
    await dialog().waitFor({ state: 'detached' });
  }
});

/** Chooses from the menu of a message. */
async function chooseOf(message: Locator, action: string): Promise<void> {
  await message.focus();
  await page.keyboard.press('Enter');
  await page.getByRole('menuitem', { name: action }).click();
  await page.getByRole('menu').waitFor({ state: 'detached' });
}

test('requests', async () => {
  await button(/^Requests/).click();
  await page.getByText('Hello, do I know you?').first().waitFor();
  await looks.at('requests');
});

test('the settings', async () => {
  await page.keyboard.press('Control+,');
  const nav = page.getByRole('navigation', { name: 'Settings' });
  await nav.waitFor();
  const panes = await nav.getByRole('button').allTextContents();
  expect(panes.length).toBeGreaterThan(10);
  for (const [place, pane] of panes.entries()) {
    if (place === 0) continue;
    // oxlint-disable-next-line no-await-in-loop
    await nav.getByRole('button').nth(place).click();
    // oxlint-disable-next-line no-await-in-loop
    await page.waitForLoadState('networkidle');
    // oxlint-disable-next-line no-await-in-loop
    await looks.at(`settings: ${pane}`);
  }
});

test('dialogs of the settings', async () => {
  const nav = page.getByRole('navigation', { name: 'Settings' });
  const open = async (pane: string, name: string | RegExp): Promise<void> => {
    await nav.getByRole('button', { name: pane }).click();
    await button(name).first().click();
    await dialog().waitFor();
    await looks.at(`${pane}: ${String(name)}`);
    await escape();
    await dialog().waitFor({ state: 'detached' });
  };
  await open('Notifications', 'Add quiet hours…');
  await open('Messages', 'Back up…');
  await open('Who sees me', 'New rule');
  await open('Views', 'New view…');
  await open('Accounts', 'Remove…');
});

test('nothing was wrong on any of them', () => {
  expect(looks.findings).toEqual([]);
});

// Finding one's way among conversations by keyboard alone, taking the history along, and losing it: search and jump,
// filters, the menu of a conversation, export, backup and restore on another computer, and a damaged file.

import { readdirSync } from 'node:fs';
import { open as openFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  addContact,
  createAccount,
  expectAccessible,
  message,
  openPage,
  useBrowser,
  write,
} from './people.ts';
import { type AppProgram, type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';

useBrowser();

const PASSPHRASE = 'quiet harbour paper lamp';

let domain: DomainProgram;
let aliceApp: AppProgram;
const aliceFolder = temporaryFolder();
const downloads = temporaryFolder();
let alice: Page;
let bob: Page;
let carol: Page;

beforeAll(async () => {
  process.env['XDG_DOWNLOAD_DIR'] = downloads;
  let others: AppProgram[];
  [domain, aliceApp, ...others] = await Promise.all([
    startDomain(),
    startApp('alice', aliceFolder),
    startApp('bob', temporaryFolder()),
    startApp('carol', temporaryFolder()),
  ]);
  [alice, bob, carol] = (await Promise.all([aliceApp, ...others].map(({ url }) => openPage(url)))) as [
    Page,
    Page,
    Page,
  ];
  await createAccount(alice, domain, 'alice', 'a password of hers');
  await createAccount(bob, domain, 'bob', 'a password of his');
  await createAccount(carol, domain, 'carol', 'another password');
  // Whoever is a contact writes without asking first.
  await addContact(alice, `bob@${domain.name}`);
  await addContact(alice, `carol@${domain.name}`);
  await addContact(bob, `alice@${domain.name}`);
  await write(bob, 'Under the daylight lamp the grey on page 42 runs a touch green.');
  await write(bob, 'Élodie brings the plates');
  // What carol writes is newer than that.
  await row(alice, 'Conversations', 'bob').getByText('plates').waitFor();
  await addContact(carol, `alice@${domain.name}`);
  await write(carol, 'The caption on page 42 is still missing.');
  await row(alice, 'Conversations', 'carol').getByText('caption').waitFor();
});

const row = (page: Page, region: string, name: string): Locator =>
  page.getByRole('region', { name: region }).getByRole('button', { name: new RegExp(name) });
const field = (page: Page): Locator => page.getByRole('combobox', { name: 'Search', exact: true });
const option = (page: Page, text: string | RegExp): Locator =>
  page.getByRole('option').filter({ hasText: text });

async function search(page: Page, text: string): Promise<void> {
  await page.keyboard.press('ControlOrMeta+k');
  await field(page).waitFor();
  await page.keyboard.type(text);
}

/** Chooses in the menu of the conversation of `name`, by keyboard. */
async function choose(page: Page, region: string, name: string, words: string): Promise<void> {
  await row(page, region, name).focus();
  await page.keyboard.press('Shift+F10');
  const item = page.getByRole('menuitem', { name: words });
  await item.waitFor();
  for (let presses = 0; presses < 12; presses += 1) {
    if (await item.evaluate((element) => element === document.activeElement)) break;
    await page.keyboard.press('ArrowDown');
  }
  await page.keyboard.press('Enter');
  await page.getByRole('menu').waitFor({ state: 'hidden' });
}

describe('search by keyboard', () => {
  test('a few letters of a name and Enter lead to the person, ready to write', async () => {
    await search(alice, 'caro');
    await option(alice, `carol@${domain.name}`).waitFor();
    await expectAccessible(alice);
    await alice.keyboard.press('Enter');
    await alice.getByRole('heading', { level: 1, name: 'carol' }).waitFor();
    await expect
      .poll(() => alice.evaluate(() => document.activeElement?.getAttribute('aria-label')))
      .toBe('Message');
  });

  test('words find messages of everybody, newest first; Enter opens the message in its place', async () => {
    await search(alice, 'page 42');
    await expect.poll(() => option(alice, /daylight|caption/).count()).toBe(2);
    expect(
      await option(alice, /daylight|caption/)
        .first()
        .textContent(),
    ).toContain('caption');
    expect(await alice.locator('mark').allTextContents()).toContain('42');
    await alice.keyboard.press('ArrowDown');
    await alice.keyboard.press('Enter');
    await alice.getByRole('heading', { level: 1, name: 'bob' }).waitFor();
    await message(alice, 'daylight lamp').waitFor();
  });

  test('accents and beginnings do not matter; filters narrow down', async () => {
    await search(alice, 'elodie pla');
    await option(alice, 'Élodie brings the plates').waitFor();
    await alice.keyboard.press('Escape');
    await search(alice, 'page from:bob ');
    await alice.getByText('From bob', { exact: true }).waitFor();
    await option(alice, 'daylight').waitFor();
    await expect.poll(() => option(alice, 'caption').count()).toBe(0);
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await search(alice, 'page before:2020');
    await alice.getByText('Nothing matches all of this.').waitFor();
    await alice.keyboard.press('Escape');
  });

  test('in the open conversation only', async () => {
    await alice.keyboard.press('ControlOrMeta+f');
    await alice.getByText('With bob').waitFor();
    await alice.keyboard.type('page');
    await option(alice, 'daylight').waitFor();
    await expect.poll(() => option(alice, 'caption').count()).toBe(0);
    await alice.keyboard.press('Escape');
    await expect.poll(() => alice.getByRole('dialog').count()).toBe(0);
  });

  test('a file is found by a part of its name, and opens where it was sent', async () => {
    await bob.locator('[data-ring="composer"] input[type=file]').setInputFiles({
      name: 'proof_sheet_v2.pdf',
      mimeType: 'application/pdf',
      buffer: Buffer.from('%PDF-1.7'),
    });
    await bob.getByRole('list', { name: 'Attached files' }).getByText('proof_sheet_v2.pdf').waitFor();
    await write(bob, '');
    await row(alice, 'Conversations', 'bob').getByText('proof_sheet_v2.pdf').waitFor();
    await search(alice, 'sheet');
    const file = alice.getByRole('group', { name: 'Files' }).getByRole('option');
    await file.waitFor();
    expect(await file.textContent()).toContain('8 B, from bob');
    await expectAccessible(alice);
    await alice.keyboard.press('Enter');
    await message(alice, 'proof_sheet_v2.pdf').waitFor();
  });

  test('Tab narrows down to files; the help says how', async () => {
    await search(alice, '');
    await alice.getByText('Narrow down by typing').waitFor();
    await alice.keyboard.press('Shift+Tab');
    await option(alice, 'proof_sheet_v2.pdf').waitFor();
    // The focus has stayed in the field: what is typed arrives there.
    await alice.keyboard.type('x');
    await expect.poll(() => field(alice).inputValue()).toBe('x');
    await alice.keyboard.press('Escape');
  });
});

describe('the menu of a conversation', () => {
  test('pinned conversations stand first and have their digit', async () => {
    await choose(alice, 'Conversations', 'carol', 'Pin');
    await row(alice, 'Pinned', 'carol').waitFor();
    await search(alice, 'bob');
    await option(alice, `bob@${domain.name}`).waitFor();
    await alice.keyboard.press('Enter');
    await alice.getByRole('heading', { level: 1, name: 'bob' }).waitFor();
    await alice.keyboard.press('ControlOrMeta+1');
    await alice.getByRole('heading', { level: 1, name: 'carol' }).waitFor();
  });

  test('muted ones say so, and ask for no attention', async () => {
    await choose(alice, 'Conversations', 'bob', 'Mute for 8 hours');
    await alice.getByRole('img', { name: /^Muted until/ }).waitFor();
    await write(bob, 'psst');
    await row(alice, 'Conversations', 'bob').getByText('psst').waitFor();
    await expect.poll(() => alice.title()).toBe('Parley');
    await choose(alice, 'Conversations', 'bob', 'Unmute');
    await expect.poll(() => alice.title()).toBe('(1) Parley');
    await choose(alice, 'Conversations', 'bob', 'Mark as read');
    await expect.poll(() => alice.title()).toBe('Parley');
  });

  test('what is archived is folded away, and comes back with the next message', async () => {
    await choose(alice, 'Conversations', 'bob', 'Archive');
    const fold = alice.getByRole('region', { name: 'Archived' }).getByRole('button', { name: /Archived/ });
    await fold.waitFor();
    await expect.poll(() => row(alice, 'Conversations', 'bob').count()).toBe(0);
    await expectAccessible(alice);
    await write(bob, 'here again');
    await row(alice, 'Conversations', 'bob').waitFor();
    await expect.poll(() => fold.count()).toBe(0);
  });
});

describe('the history as a file', () => {
  test('one conversation is exported from search', async () => {
    await search(alice, 'bob');
    await option(alice, `bob@${domain.name}`).waitFor();
    await alice.keyboard.press('Enter');
    await search(alice, 'export');
    await option(alice, 'Export this conversation…').waitFor();
    await alice.keyboard.press('Enter');
    const dialog = alice.getByRole('dialog');
    await dialog.getByRole('heading', { name: 'Export the conversation with bob' }).waitFor();
    await expectAccessible(alice);
    await dialog.getByRole('button', { name: 'Export…' }).click();
    const done = await dialog.getByText(/5 messages in /).textContent();
    const mbox = await readFile(done?.split(' in ')[1] ?? '', 'utf8');
    expect(mbox).toContain('daylight lamp');
    expect(mbox).not.toContain('caption');
    await alice.keyboard.press('Escape');
  });

  // What the passphrase costs whoever guesses costs here three times.
  test('a backup is made, and restored by whoever has nothing yet', { timeout: 300_000 }, async () => {
    await search(alice, 'settings messages');
    await option(alice, 'Settings: Messages and files').waitFor();
    await alice.keyboard.press('Enter');
    await alice.getByRole('heading', { level: 1, name: 'Messages and files' }).waitFor();
    await expectAccessible(alice);
    await alice.getByRole('button', { name: 'Back up…' }).click();
    await alice.getByLabel('Passphrase', { exact: true }).fill(PASSPHRASE);
    await alice.getByLabel('Once more', { exact: true }).fill(PASSPHRASE);
    await expectAccessible(alice);
    await alice.getByRole('button', { name: 'Choose a file and back up' }).click();
    const done = await alice.getByText(/^Backed up in /).textContent({ timeout: 120_000 });
    const path = done?.slice('Backed up in '.length) ?? '';
    expect((await readFile(path)).includes('daylight')).toBe(false);

    const { url } = await startApp('alice', temporaryFolder());
    const fresh = await openPage(url);
    await fresh.getByRole('button', { name: 'Restore a backup…' }).waitFor();
    await fresh.locator('input[type=file]').first().setInputFiles(path);
    const dialog = fresh.getByRole('dialog');
    await dialog.getByLabel('The passphrase it was made with').fill('another one');
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await dialog.getByText('does not open the file').waitFor({ timeout: 120_000 });
    await dialog.getByLabel('The passphrase it was made with').fill(PASSPHRASE);
    await dialog.getByRole('button', { name: 'Restore' }).click();
    await fresh.getByRole('region', { name: 'Conversations' }).waitFor({ timeout: 120_000 });
    await row(fresh, 'Conversations', 'bob').getByText('here again').waitFor();
    await fresh.context().close();
  });
});

describe('deleting and damage', () => {
  test('history is deleted here, after a question that says so', async () => {
    await alice.keyboard.press('Escape');
    await choose(alice, 'Pinned', 'carol', 'Delete history here…');
    const dialog = alice.getByRole('alertdialog');
    await dialog.getByText(/your other devices keep theirs/).waitFor();
    await expectAccessible(alice);
    await dialog.getByRole('button', { name: 'Delete here' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await search(alice, 'caption');
    await alice.getByText('Nothing found for “caption”.').waitFor();
    await alice.keyboard.press('Escape');
  });

  test('a damaged file is said at the start, and what can be read is kept', async () => {
    await aliceApp.kill();
    await garble(join(aliceFolder, 'parley.db'));
    const { url } = await startApp('alice', aliceFolder);
    const page = await openPage(url);
    await page.getByRole('heading', { name: 'The history on this computer is damaged' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('button', { name: 'Keep what can be read' }).click();
    await page.getByRole('heading', { name: /here again/ }).waitFor({ timeout: 120_000 });
    await page.getByRole('button', { name: 'Go on' }).click();
    await page.getByRole('heading', { name: /here again/ }).waitFor({ state: 'hidden' });
    // What is there again is what was there: the account, which asks for the password that was not kept.
    await page.getByRole('dialog').getByLabel('Password', { exact: true }).waitFor();
    // The damaged file is still there, beside.
    expect(readdirSync(aliceFolder, { recursive: true }).join(' ')).toMatch(/damaged/);
  });
});

/** Writes over pages in the middle, as a failing disk would. */
async function garble(path: string): Promise<void> {
  const file = await openFile(path, 'r+');
  const { size } = await file.stat();
  const page = Buffer.alloc(4096, 0xa5);
  for (let at = 3 * 4096; at < size; at += 5 * 4096) await file.write(page, 0, page.length, at);
  await file.close();
}

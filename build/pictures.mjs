// Takes the pictures of the README from the demonstration, as it is: node build/pictures.mjs

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { chromium } from 'playwright-core';
import { findBrowser } from './browser.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, 'docs/pictures');
mkdirSync(folder, { recursive: true });
const profile = mkdtempSync(join(tmpdir(), 'parley-pictures-'));

const demo = start(['build/start.mjs', '--demo', '--no-open']);
const fresh = start(['build/start.mjs', '--browser', '--no-open', '--profile', 'new', '--data', profile]);
const browser = await chromium.launch({
  executablePath: findBrowser(),
  args: ['--no-sandbox', '--disable-quic'],
});

try {
  const addresses = { ...(await ready(demo, 2)), ...(await ready(fresh, 1)) };
  const alice = await open(addresses.alice, { colorScheme: 'light' });
  const bob = await open(addresses.bob, { colorScheme: 'dark' });
  const stranger = await open(addresses.new, { colorScheme: 'dark' });

  await person(alice, 'Bob').click();
  await person(bob, 'Alice').click();
  await talk([
    [bob, 'The sheets are on the press. Under the daylight lamp the grey on page 42 runs a touch green.'],
    [alice, 'Less cyan, then. Can you **hold** sheet 3 until I have seen it?'],
    [bob, 'Holding. The proof is at https://example.org/proofs/3'],
  ]);
  await answer(alice, 'Holding.', 'That is the grey. Please run all 1,200.');
  await attach(alice, 'Innenteil_Bogen_1-4.pdf', 1_240_000);
  await bob.getByRole('log').getByText('Innenteil_Bogen_1-4.pdf').waitFor();
  await person(alice, 'Carol').click();
  await write(alice, 'The reprint is through, all 1,200 of it.');
  await person(alice, 'Bob').click();
  await choose(bob, 'Busy');
  await alice.getByRole('region', { name: 'Contacts' }).getByRole('img', { name: 'Busy' }).waitFor();

  await alice.getByRole('log').getByText('That is the grey').waitFor();
  await shoot(alice, 'conversation-light');
  await alice.keyboard.press('Control+k');
  await alice.getByRole('combobox', { name: 'Search' }).fill('grey');
  await alice.getByRole('option', { name: /page 42/ }).waitFor();
  await shoot(alice, 'search-light');
  await alice.keyboard.press('Escape');
  await alice.setViewportSize({ width: 400, height: 760 });
  await shoot(alice, 'narrow-light');
  await shoot(bob, 'conversation-dark');
  await bob.getByRole('button', { name: /^Presence/ }).click();
  await bob.getByRole('menu').waitFor();
  await shoot(bob, 'presence-dark');
  await stranger.getByRole('textbox', { name: 'Address', exact: true }).waitFor();
  await shoot(stranger, 'signin-dark');
  await alice.setViewportSize({ width: 1280, height: 800 });
  await alice.keyboard.press('Control+,');
  await alice
    .getByRole('link', { name: 'Network' })
    .or(alice.getByRole('button', { name: 'Network' }))
    .first()
    .click();
  await shoot(alice, 'settings-light');
  await alice.getByText('Appearance', { exact: true }).first().click();
  await alice.getByRole('combobox', { name: 'Language' }).selectOption('ar');
  await alice.locator('html[dir=rtl]').waitFor();
  await alice.keyboard.press('Escape');
  await alice.getByRole('log').waitFor();
  await shoot(alice, 'arabic-light');
} finally {
  await browser.close();
  demo.kill('SIGTERM');
  fresh.kill('SIGTERM');
  rmSync(profile, { recursive: true, force: true });
}

function start(args) {
  return spawn(process.execPath, args, { cwd: root, stdio: ['ignore', 'pipe', 'inherit'] });
}

/** The addresses of `count` windows by profile. */
async function ready(child, count) {
  const found = {};
  for await (const line of createInterface({ input: child.stdout })) {
    const [, name, url] = /^parley ready (\S+) (\S+)$/.exec(line) ?? [];
    if (name) found[name] = url;
    if (Object.keys(found).length === count) return found;
  }
  throw new Error('the program ended before its windows were ready');
}

async function open(url, options) {
  const context = await browser.newContext({
    viewport: { width: 1280, height: 800 },
    reducedMotion: 'reduce',
    ...options,
  });
  const page = await context.newPage();
  await page.goto(url);
  return page;
}

function person(page, name) {
  return page.getByRole('region', { name: 'Contacts' }).getByText(name, { exact: true });
}

async function write(page, text) {
  await page.getByRole('textbox', { name: 'Message' }).fill(text);
  await page.keyboard.press('Enter');
}

async function talk(lines) {
  const pages = [...new Set(lines.map(([page]) => page))];
  for (const [page, text] of lines) {
    await page.getByRole('textbox', { name: 'Message' }).focus();
    await write(page, text);
    for (const other of pages) await other.getByRole('log').getByText(text.slice(0, 20)).waitFor();
  }
}

/** Answers the message that begins with `begin`. */
async function answer(page, begin, text) {
  await page.getByRole('article').filter({ hasText: begin }).first().focus();
  await page.keyboard.press('r');
  await write(page, text);
}

async function attach(page, name, size) {
  const file = { name, mimeType: 'application/pdf', buffer: Buffer.alloc(size) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('textbox', { name: 'Message' }).focus();
  await page.keyboard.press('Enter');
}

async function choose(page, name) {
  await page.getByRole('button', { name: /^Presence/ }).click();
  await page.getByRole('menu').getByText(name, { exact: true }).click();
}

async function shoot(page, name) {
  await page.screenshot({ path: join(folder, `${name}.png`) });
  console.log(`docs/pictures/${name}.png`);
}

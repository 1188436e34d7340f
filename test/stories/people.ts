// What people do in the window, by the names that screen readers know.

import axe from 'axe-core';
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, expect } from 'vitest';
import { findBrowser } from '../../build/browser.mjs';
import type { DomainProgram } from './programs.ts';

let browser: Browser | undefined;

/** One Chromium for the stories of a file. */
export function useBrowser(): void {
  beforeAll(async () => {
    const executablePath = findBrowser();
    if (!executablePath) throw new Error('the stories need a Chromium: set CHROME_PATH or install one');
    browser = await chromium.launch({
      executablePath,
      args: [
        '--no-sandbox',
        '--disable-gpu',
        '--disable-quic',
        '--no-first-run',
        '--disable-background-networking',
      ],
    });
  });
  afterAll(async () => {
    await browser?.close();
  });
}

/** Opens the app in a browser of its own, as a person on that computer would. */
export async function openPage(url: string, options: BrowserContextOptions = {}): Promise<Page> {
  if (!browser) throw new Error('useBrowser() comes first');
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(url);
  return page;
}

export async function fillSignIn(
  page: Page,
  domain: DomainProgram,
  user: string,
  password: string,
): Promise<void> {
  await page.getByRole('textbox', { name: 'Address', exact: true }).fill(`${user}@${domain.name}`);
  await page.getByLabel('Password', { exact: true }).fill(password);
  const server = page.getByRole('textbox', { name: 'Server' });
  if (!(await server.isVisible())) await page.getByRole('button', { name: 'Advanced' }).click();
  await server.fill(domain.server);
}

export async function createAccount(
  page: Page,
  domain: DomainProgram,
  user: string,
  password: string,
): Promise<void> {
  await page.getByRole('button', { name: 'Create account', exact: true }).click();
  await fillSignIn(page, domain, user, password);
  await page.getByRole('button', { name: 'Create account', exact: true }).click();
  await page.getByRole('region', { name: 'Contacts' }).waitFor();
}

export async function signIn(
  page: Page,
  domain: DomainProgram,
  user: string,
  password: string,
): Promise<void> {
  await fillSignIn(page, domain, user, password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

export async function addContact(page: Page, address: string): Promise<void> {
  await page.getByRole('button', { name: 'Add contact' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Address' }).fill(address);
  await dialog.getByRole('button', { name: 'Add contact' }).click();
  await dialog.waitFor({ state: 'hidden' });
}

export const contact = (page: Page, name: string): Locator =>
  page.getByRole('region', { name: 'Contacts' }).getByText(name, { exact: false }).first();

export async function write(page: Page, text: string): Promise<void> {
  const field = page.getByRole('textbox', { name: 'Message' });
  await field.fill(text);
  await field.press('Enter');
}

/** The message with this text in the open conversation. */
export const message = (page: Page, text: string): Locator =>
  page.getByRole('log').getByRole('article').filter({ hasText: text });

/** Chooses one of the items of the presence menu. */
export async function choosePresence(page: Page, name: string): Promise<void> {
  await page.getByRole('button', { name: /^Presence/ }).click();
  await page.getByRole('menu').getByText(name, { exact: true }).click();
}

/** Once the focus is within: what is typed before goes elsewhere. */
export async function focusWithin(place: Locator): Promise<void> {
  await expect.poll(() => place.evaluate((element) => element.contains(document.activeElement))).toBe(true);
}

/** Opens a page of the settings by the pointer. */
export async function openSettings(page: Page, pane: string): Promise<void> {
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: pane }).click();
}

/** Goes on by Tab until it is there: what Tab does not reach fails here. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not reach ${String(target)}`);
}

/** No serious finding of axe on what is on the screen. */
export async function expectAccessible(page: Page): Promise<void> {
  await page.evaluate(axe.source);
  const findings = await page.evaluate(async () => {
    // What is still fading in has colours that are not its own. One that is cut short is over, too.
    // What goes on for ever is not waited for.
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().endTime !== Infinity);
    await Promise.allSettled(ending.map((animation) => animation.finished));
    const { violations } = await (globalThis as unknown as { axe: typeof axe }).axe.run(document, {
      resultTypes: ['violations'],
    });
    return violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' ')}`);
  });
  expect(findings).toEqual([]);
}

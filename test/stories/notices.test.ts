// Notifications in a browser: the program decides, the page shows them, with the browser's leave.

import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import {
  addContact,
  createAccount,
  expectAccessible,
  message,
  openPage,
  openSettings,
  useBrowser,
  write,
} from './people.ts';
import { type AppProgram, type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';

useBrowser();

let domain: DomainProgram;
let eve: AppProgram;
let page: Page;
let bob: Page;

/** What the browser was asked to show; it has no desktop here. */
const asked = (): Promise<{ title: string; body: string; isOpen: boolean }[]> =>
  page.evaluate(() =>
    (globalThis as unknown as { asked: { title: string; body: string; isOpen: boolean }[] }).asked.map(
      ({ title, body, isOpen }) => ({ title, body, isOpen }),
    ),
  );

beforeAll(async () => {
  domain = await startDomain();
  eve = await startApp('eve', temporaryFolder());
  page = await openPage('about:blank');
  await page.addInitScript(() => {
    const all: EventTarget[] = [];
    class Shown extends EventTarget {
      static permission = 'default';
      static requestPermission(): Promise<string> {
        Shown.permission = 'granted';
        return Promise.resolve('granted');
      }
      readonly title: string;
      readonly body: string;
      isOpen = true;
      constructor(title: string, { body }: { readonly body: string }) {
        super();
        this.title = title;
        this.body = body;
        all.push(this);
        queueMicrotask(() => this.dispatchEvent(new Event('show')));
      }
      close(): void {
        this.isOpen = false;
      }
    }
    Object.assign(globalThis, { Notification: Shown, asked: all });
  });
  await page.goto(eve.url);
  bob = await openPage((await startApp('bob', temporaryFolder())).url);
  await createAccount(page, domain, 'eve', "eve's password");
  await createAccount(bob, domain, 'bob', "bob's password");
});

test('are asked for in the settings, and tried there', async () => {
  await openSettings(page, 'Notifications');
  await page.getByRole('button', { name: 'Test', exact: true }).click();
  await page.getByRole('alert').getByText('the browser says: default').waitFor();
  await expectAccessible(page);
  await page.getByRole('button', { name: 'Allow notifications' }).click();
  await page.getByRole('button', { name: 'Test again' }).click();
  await page.getByText(/^The system shows it/).waitFor();
  expect(await asked()).toMatchObject([{ title: 'Notifications work' }]);
  await page.keyboard.press('Escape');
});

test('open the conversation, and go when it is read', async () => {
  await addContact(page, `bob@${domain.name}`);
  await page.getByRole('button', { name: 'Settings', exact: true }).click();
  await addContact(bob, `eve@${domain.name}`);
  await bob.getByRole('region', { name: 'Contacts' }).getByText('eve').first().click();
  await write(bob, 'Lunch?');
  await expect
    .poll(asked, { timeout: 20_000 })
    .toContainEqual({ title: 'bob', body: 'Lunch?', isOpen: true });
  await page.evaluate(() => {
    const { asked: all } = globalThis as unknown as { asked: EventTarget[] };
    all.at(-1)?.dispatchEvent(new Event('click'));
  });
  await message(page, 'Lunch?').waitFor();
  await expect.poll(asked).toContainEqual({ title: 'bob', body: 'Lunch?', isOpen: false });
});

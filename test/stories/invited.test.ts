// From a link to the first message, without a mouse.

import type { Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { parleyd } from '../server/admin/program.ts';
import { expectAccessible, message, openPage, signIn, tabTo, useBrowser, write } from './people.ts';
import { type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';

useBrowser();

let domain: DomainProgram;
let bob: Page;
let carol: Page;
let link: string;

beforeAll(async () => {
  let urls: string[];
  [domain, ...urls] = await Promise.all([
    startDomain('story.localhost', ['--registration', 'invite']),
    startApp('bob', temporaryFolder()).then(({ url }) => url),
    startApp('carol', temporaryFolder()).then(({ url }) => url),
  ]);
  [bob, carol] = (await Promise.all(urls.map((url) => openPage(url)))) as [Page, Page];
  const place = ['--data', domain.data, '--domain', domain.name];
  await parleyd(['user', 'add', 'bob', '--password-stdin', ...place], 'secret of bob');
  const { stdout } = await parleyd(['invite', 'create', '--contact', 'bob', ...place]);
  link = stdout.split('\n')[1] ?? '';
});

test('carol pastes the link, chooses name and password, and writes to who invited her', async () => {
  await signIn(bob, domain, 'bob', 'secret of bob');
  await bob.getByRole('region', { name: 'Contacts' }).waitFor();

  const address = carol.getByRole('textbox', { name: 'Address', exact: true });
  await address.waitFor();
  await tabTo(carol, address);
  await carol.keyboard.insertText(link);
  await carol.getByRole('heading', { name: 'You are invited to story.localhost' }).waitFor();
  await expectAccessible(carol);
  // The name is asked for where the link was pasted.
  await carol.keyboard.type('carol');
  await tabTo(carol, carol.getByLabel('Password', { exact: true }));
  await carol.keyboard.type('secret of carol');
  await tabTo(carol, carol.getByRole('button', { name: 'Advanced' }));
  await carol.keyboard.press('Enter');
  await tabTo(carol, carol.getByRole('textbox', { name: 'Server' }));
  await carol.keyboard.type(domain.server);
  await carol.keyboard.press('Enter');

  await carol.getByRole('textbox', { name: 'Message' }).waitFor();
  await write(carol, 'Thank you for asking me');
  await message(carol, 'Thank you for asking me').waitFor();
  await bob.getByRole('button', { name: /Requests/ }).waitFor();
  await bob.getByRole('button', { name: /Requests/ }).click();
  await bob.getByRole('button', { name: 'Accept', exact: true }).click();
  await carol
    .getByRole('img', { name: 'Available' })
    .or(carol.getByText('Available', { exact: true }))
    .first()
    .waitFor();
  await expectAccessible(carol);
});

test('an account that is switched off is sent away with a sentence, and comes back', async () => {
  const place = ['--data', domain.data, '--domain', domain.name];
  await parleyd(['user', 'disable', 'carol', ...place]);
  await carol
    .getByText('story.localhost has switched this account off. Ask those who run it.')
    .first()
    .waitFor();
  const { stdout } = await parleyd(['user', 'list', ...place]);
  expect(stdout).toMatch(/^carol@story\.localhost\t.*\tdisabled\t1\t\d+\t\d{4}-/m);
  await bob.getByText('Thank you for asking me').first().click();
  await write(bob, 'Are you there?');
  await bob.getByText('Not delivered, no messages there').first().waitFor();
  await parleyd(['user', 'enable', 'carol', ...place]);
  await carol.getByRole('button', { name: 'Connect', exact: true }).click();
  await carol
    .getByText(/has switched this account off/)
    .first()
    .waitFor({ state: 'hidden' });
});

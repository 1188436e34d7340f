// Presence, rules and watchers from end to end without a mouse: whoever cannot use one does all of it.

import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { beforeAll, expect, test } from 'vitest';
import { focusWithin, openPage, tabTo, useBrowser } from './people.ts';
import { type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';

useBrowser();

let domain: DomainProgram;
let alice: Page;
let bob: Page;

beforeAll(async () => {
  let urls: string[];
  [domain, ...urls] = await Promise.all([
    startDomain(),
    startApp('alice', temporaryFolder()).then(({ url }) => url),
    startApp('bob', temporaryFolder()).then(({ url }) => url),
  ]);
  [alice, bob] = (await Promise.all(urls.map((url) => openPage(url)))) as [Page, Page];
  await Promise.all([noteMouse(alice), noteMouse(bob)]);
});

/** The page remembers a press of a mouse until the tab goes. */
const noteMouse = (page: Page): Promise<void> =>
  page.evaluate(() => {
    addEventListener('pointerdown', () => sessionStorage.setItem('mouse', 'used'), { capture: true });
  });

const button = (page: Page, name: string | RegExp): Locator =>
  page.getByRole('button', { name, exact: true }).first();

/** Goes to it by Tab and presses Enter. */
async function press(page: Page, target: Locator): Promise<void> {
  await target.waitFor();
  await tabTo(page, target);
  await page.keyboard.press('Enter');
}

async function type(page: Page, target: Locator, text: string): Promise<void> {
  await target.waitFor();
  await tabTo(page, target);
  await page.keyboard.press('ControlOrMeta+a');
  await page.keyboard.type(text);
  expect(await target.inputValue()).toBe(text);
}

/** In a list of the system's own, letters choose: all of them within a second, or else once more. */
async function choose(
  page: Page,
  target: Locator,
  text: string,
  shown: string | RegExp = text,
): Promise<void> {
  await target.waitFor();
  await tabTo(page, target);
  await expect
    .poll(
      async () => {
        await page.keyboard.type(text);
        return target.evaluate((list) => (list as HTMLSelectElement).selectedOptions[0]?.text);
      },
      { interval: 1_500 },
    )
    .toMatch(shown);
}

/** One of several by arrows, from the one that is chosen or the first. */
async function arrowTo(page: Page, group: Locator, name: string): Promise<void> {
  const wanted = group.getByRole('radio', { name, exact: true });
  await wanted.waitFor();
  const isWithin = (): Promise<boolean> =>
    group.evaluate((element) => element.contains(document.activeElement));
  for (let presses = 0; presses < 80 && !(await isWithin()); presses += 1) await page.keyboard.press('Tab');
  for (let presses = 0; presses < 10; presses += 1) {
    if (await wanted.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press('ArrowDown');
  }
  throw new Error(`no arrow leads to ${name}`);
}

async function openSettings(page: Page, pane: string): Promise<void> {
  await page.keyboard.press('ControlOrMeta+,');
  await press(page, page.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: pane }));
}

async function closeSettings(page: Page): Promise<void> {
  await page.keyboard.press('Escape');
  await page.getByRole('region', { name: 'Contacts' }).waitFor();
}

const person = (page: Page): Locator => page.getByRole('complementary', { name: /^About / });
const editor = (): Locator => alice.getByRole('region', { name: 'Rule', exact: true });
const row = (): Locator => alice.getByRole('row', { name: /bob/ });

test('an account each', async () => {
  for (const [page, user] of [
    [alice, 'alice'],
    [bob, 'bob'],
  ] as const) {
    await press(page, button(page, 'Create account'));
    await press(page, button(page, 'Advanced'));
    await type(page, page.getByRole('textbox', { name: 'Server' }), domain.server);
    await type(page, page.getByRole('textbox', { name: 'Address', exact: true }), `${user}@${domain.name}`);
    await type(page, page.getByLabel('Password', { exact: true }), `${user}'s password`);
    await page.keyboard.press('Enter');
    await page.getByRole('region', { name: 'Contacts' }).waitFor();
  }
});

test('own presence: a note, an activity, and until when', async () => {
  const menu = alice.getByRole('dialog', { name: 'Your presence' });
  await alice.keyboard.press('ControlOrMeta+Shift+P');
  await focusWithin(menu);
  await type(alice, menu.getByRole('textbox', { name: 'Note' }), 'On layout');
  await alice.keyboard.press('Enter');
  await menu.waitFor({ state: 'hidden' });
  await alice.keyboard.press('ControlOrMeta+Shift+P');
  await focusWithin(menu);
  await choose(alice, menu.getByRole('combobox', { name: 'Doing' }), 'In a meeting');
  await button(alice, /^Presence: Busy, In a meeting/).waitFor({ state: 'attached' });
  const chips = menu.getByRole('radiogroup', { name: 'Until' });
  await tabTo(alice, chips.getByRole('radio').first());
  await alice.keyboard.press('Enter');
  await menu.getByText('Then you are available again, without note.').waitFor();
  await alice.keyboard.press('Escape');
  await button(alice, /^Presence: Busy, In a meeting until .*On layout/).waitFor();
});

test('a profile that is found, and a contact found by it', async () => {
  await openSettings(alice, 'Profile');
  await type(alice, alice.getByRole('textbox', { name: 'Your name' }), 'Alice Lindqvist');
  await arrowTo(alice, alice.getByRole('radiogroup', { name: 'Who finds you' }), `People at ${domain.name}`);
  await press(alice, button(alice, 'Save'));
  await expect.poll(() => button(alice, 'Save').isDisabled()).toBe(true);
  await closeSettings(alice);

  await bob.keyboard.press('ControlOrMeta+n');
  const dialog = bob.getByRole('dialog');
  await type(bob, dialog.getByRole('textbox', { name: 'Address' }), 'lindq');
  await press(bob, dialog.getByRole('option', { name: /Alice Lindqvist/ }));
  await press(bob, dialog.getByRole('button', { name: 'Add contact' }));
  await dialog.waitFor({ state: 'hidden' });
  await type(bob, bob.getByRole('textbox', { name: 'Message' }), 'Carol gave me your address.');
  await bob.keyboard.press('Enter');
});

test('a request is left, is still there at the next start, and is answered then', async () => {
  await press(alice, button(alice, /^Requests/));
  const card = alice.getByRole('article', { name: /asks to see your presence/ });
  await card.getByText('Carol gave me your address.').waitFor();
  await alice.reload();
  await noteMouse(alice);
  await press(alice, button(alice, /^Requests/));
  await choose(alice, card.getByRole('combobox', { name: 'Accept as' }), 'State only');
  await press(alice, card.getByRole('button', { name: 'Accept', exact: true }));
  await card.waitFor({ state: 'hidden' });
  await person(bob)
    .getByText('Busy, In a meeting')
    .or(person(bob).getByText('Busy', { exact: true }))
    .waitFor();
});

test('who is refused asks why; who refused sees it with the rule, and takes it back', async () => {
  await press(bob, button(bob, /^Requests/));
  await press(bob, bob.getByRole('article').getByRole('button', { name: 'Decline' }));
  await bob.getByText('Nobody is asking.').waitFor();
  await press(alice, alice.getByRole('region', { name: 'Contacts' }).getByRole('button', { name: /bob/ }));
  await press(alice, person(alice).getByRole('button', { name: 'Why?' }));
  await alice.getByRole('dialog').getByText('permission-denied').waitFor();
  await alice.keyboard.press('Escape');

  await openSettings(bob, 'Who sees me');
  await press(bob, button(bob, 'Requests and blocked people'));
  await press(
    bob,
    bob.getByRole('region', { name: 'Answered before' }).getByRole('button', { name: 'Show' }),
  );
  await press(bob, bob.getByRole('list', { name: 'Declined' }).getByRole('button', { name: 'Why?' }));
  await bob.getByRole('dialog').getByText('Your rule says so:').waitFor();
  await bob.keyboard.press('Escape');
  await press(bob, button(bob, /^Undo the rule for/));
  await bob.getByRole('region', { name: 'Answered before' }).waitFor({ state: 'hidden' });
});

test('what a view shows when nobody is signed in', async () => {
  await openSettings(alice, 'Views');
  await press(alice, button(alice, 'Edit Everything'));
  const dialog = alice.getByRole('dialog');
  await type(alice, dialog.getByRole('textbox', { name: 'Note' }), 'On leave until Monday');
  await alice.keyboard.press('Enter');
  await dialog.waitFor({ state: 'hidden' });
  await alice.getByText('Not signed in: On leave until Monday').waitFor();
  await closeSettings(alice);
});

test('rules for a person, a group, a domain, and a stranger until a time', async () => {
  await type(alice, person(alice).getByRole('textbox', { name: 'Groups' }), 'Friends');
  await alice.keyboard.press('Enter');
  await person(alice).getByRole('button', { name: 'Save' }).waitFor({ state: 'hidden' });
  await openSettings(alice, 'Who sees me');

  await press(alice, button(alice, /^bob sees only my state/));
  await choose(alice, editor().getByRole('combobox', { name: 'They are shown' }), 'Busy or free');
  await press(alice, editor().getByRole('button', { name: 'Save rule' }));
  await button(alice, /^bob sees only whether I am busy/).waitFor();

  const dialog = alice.getByRole('dialog');
  const kinds = dialog.getByRole('radiogroup', { name: 'Whom is it about?' });
  const begin = async (kind: string): Promise<void> => {
    await press(alice, button(alice, 'New rule'));
    await arrowTo(alice, kinds, kind);
  };
  await begin('A group of contacts');
  await press(alice, dialog.getByRole('button', { name: 'Continue' }));
  await editor().getByRole('heading', { name: 'Friends, 1 person' }).waitFor();
  await press(alice, editor().getByRole('button', { name: 'Save rule' }));
  await button(alice, /^Friends, 1 person, see my state and note/).waitFor();

  await begin('Everyone at a domain');
  await type(alice, dialog.getByRole('textbox', { name: 'Domain' }), 'b.example');
  await alice.keyboard.press('Enter');
  await arrowTo(alice, editor().getByRole('radiogroup', { name: 'See me' }), 'No');
  await press(alice, editor().getByRole('button', { name: 'Save rule' }));
  await button(alice, /^Everyone at b\.example .*cannot see me/).waitFor();

  await begin('One person or several');
  await type(alice, dialog.getByRole('combobox', { name: 'Name or address' }), `carol@${domain.name}`);
  await alice.keyboard.press('Enter');
  await press(alice, dialog.getByRole('button', { name: 'Continue' }));
  await choose(alice, editor().getByRole('combobox', { name: 'Until' }), 'For an hour', /\d/);
  await press(alice, editor().getByRole('button', { name: 'Save rule' }));
  await button(alice, /^carol@.* sees my state and note, and may write.* until/).waitFor();
});

test('an edit that is left is asked about', async () => {
  await press(alice, button(alice, /^Everyone at b\.example/));
  await arrowTo(alice, editor().getByRole('radiogroup', { name: 'See me' }), 'If I agree');
  await press(alice, button(alice, /^bob sees/));
  const question = alice.getByRole('alertdialog', { name: 'Save the rule for Everyone at b.example?' });
  await press(alice, question.getByRole('button', { name: 'Discard' }));
  await editor().getByRole('heading', { name: 'bob' }).waitFor();
});

test('what others get, with their eyes', async () => {
  const first = alice.getByRole('group', { name: 'What bob gets' });
  await first.getByText('Busy', { exact: true }).waitFor();
  await alice.getByRole('group', { name: 'What you see of yourself' }).getByText('On layout').waitFor();
  await type(alice, alice.getByRole('combobox', { name: 'Whose eyes, to compare' }), 'dave@b.example');
  await alice.keyboard.press('Enter');
  await alice.getByText('does not show you presence').waitFor();
  await alice.getByText('Because of Everyone at b.example.').waitFor();
});

test('who watches: another view, an end, an answer, a refusal', async () => {
  await press(
    alice,
    alice.getByRole('navigation', { name: 'Settings' }).getByRole('button', { name: 'Who watches me' }),
  );
  const more = row().getByRole('button', { name: /^Change or stop/ });
  /** In a menu, letters lead to an item: all of them within a second, or else once more. */
  const pick = async (name: string): Promise<void> => {
    await press(alice, more);
    const item = alice.getByRole('menuitem', { name });
    await focusWithin(alice.getByRole('menu'));
    await expect
      .poll(
        async () => {
          await alice.keyboard.type(name.slice(0, 3));
          return item.evaluate((element) => element === document.activeElement);
        },
        { interval: 1_500 },
      )
      .toBe(true);
    await alice.keyboard.press('Enter');
  };
  await row().getByText('Busy or free').waitFor();
  await press(alice, more);
  await focusWithin(alice.getByRole('menu'));
  await alice.keyboard.press('Home');
  await alice.keyboard.press('Enter');
  await row().getByText('Everything').waitFor();

  await pick('End this watch…');
  await press(alice, alice.getByRole('alertdialog').getByRole('button', { name: 'End' }));
  await alice.getByText('Nobody watches you.').waitFor();

  await press(bob, bob.getByRole('region', { name: 'Contacts' }).getByRole('button', { name: /Alice/ }));
  await press(bob, person(bob).getByRole('button', { name: 'Ask again' }));
  await row().getByText('Asking').waitFor();
  await press(alice, row().getByRole('button', { name: 'Allow bob' }));
  await row().getByText('Watching').waitFor();
  await person(bob).getByText('On layout').waitFor();

  await pick('Refuse…');
  await press(alice, alice.getByRole('alertdialog').getByRole('button', { name: 'Refuse' }));
  await person(bob).getByText('does not show you presence').first().waitFor();
});

test('contacts into a file, and out of one', async () => {
  await openSettings(alice, 'Contacts');
  const saved = alice.waitForEvent('download');
  await press(alice, button(alice, 'Save as file'));
  expect((await saved).suggestedFilename()).toBe('alice.vcf');
  const cards = join(temporaryFolder(), 'cards.vcf');
  await writeFile(
    cards,
    `BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Dora\r\nIMPP:im:dora@${domain.name}\r\nEND:VCARD\r\n`,
  );
  const chooser = alice.waitForEvent('filechooser');
  await press(alice, button(alice, 'Choose file…'));
  await (await chooser).setFiles(cards);
  await alice.getByText(/^1 contact added/).waitFor();
});

test('no mouse was used', async () => {
  for (const page of [alice, bob])
    expect(await page.evaluate(() => sessionStorage.getItem('mouse'))).toBeNull();
});

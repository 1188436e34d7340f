// Alice decides what bob sees of her: politely nothing, then her state alone, and what holds when a rule ends.

import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { type DomainProgram, startApp, startDomain, temporaryFolder } from './programs.ts';
import {
  addContact,
  choosePresence,
  contact,
  createAccount,
  expectAccessible,
  openPage,
  tabTo,
  useBrowser,
} from './people.ts';

useBrowser();

/** What stands beside alice in bob's window. */
const aliceIs = (bob: Page, state: string) =>
  bob.getByRole('complementary', { name: 'About alice' }).getByText(state, { exact: true });

describe('who sees me', () => {
  let domain: DomainProgram;
  let alice: Page;
  let bob: Page;

  beforeAll(async () => {
    domain = await startDomain();
    alice = await openPage((await startApp('alice', temporaryFolder())).url);
    bob = await openPage((await startApp('bob', temporaryFolder())).url);
    await createAccount(alice, domain, 'alice', "alice's password");
    await createAccount(bob, domain, 'bob', "bob's password");
    await addContact(bob, `alice@${domain.name}`);
    await alice.getByRole('button', { name: /Requests/ }).click();
    await alice.getByRole('button', { name: 'Accept', exact: true }).click();
    await addContact(alice, `bob@${domain.name}`);
    await contact(alice, 'bob').click();
    await contact(bob, 'alice').click();
    await aliceIs(bob, 'Available').waitFor();
  });

  test('what bob sees is said in his panel', async () => {
    const panel = alice.getByRole('complementary', { name: 'About bob' });
    await panel.getByText('bob sees your state and note.').waitFor();
    await panel.getByText('Because of the rule bob.').waitFor();
    await expectAccessible(alice);
  });

  test('alice blocks bob politely from the conversation, and bob sees her offline and nothing else', async () => {
    await alice.getByRole('button', { name: 'What bob may see and do' }).click();
    await alice.getByRole('menuitem', { name: /Block politely/ }).click();
    const question = alice.getByRole('alertdialog');
    await question.getByText('is not told').waitFor();
    await expectAccessible(alice);
    await question.getByRole('button', { name: 'Block politely' }).click();
    await aliceIs(bob, 'Offline').waitFor();
    expect(await bob.getByText('does not show you presence').count()).toBe(0);
    expect(await bob.getByRole('button', { name: 'Why?' }).count()).toBe(0);
    // What changes from now on does not reach him either.
    await choosePresence(alice, 'Busy');
    await alice.getByRole('complementary', { name: 'About bob' }).getByText('bob sees you offline').waitFor();
    expect(await aliceIs(bob, 'Offline').count()).toBe(1);
  });

  test('View as shows what the server answers bob, and because of which rule', async () => {
    await alice.getByRole('button', { name: 'View as bob' }).click();
    const card = alice.getByRole('group', { name: 'What bob gets' });
    await card.getByText('Offline', { exact: true }).waitFor();
    await alice.getByText('Because of bob. Shown to them as if you were offline.').waitFor();
    // Beside it: a stranger, by address.
    const second = alice.getByRole('combobox', { name: 'Whose eyes, to compare' });
    await second.fill(`carol@${domain.name}`);
    await second.press('Enter');
    await alice.getByText('Has to ask you first').waitFor();
    await alice.getByText('Because no rule says otherwise.').waitFor();
    await expectAccessible(alice);
  });

  test('a rule is edited as a sentence, and takes effect when it is saved', async () => {
    await alice.getByRole('button', { name: /^bob sees me offline and is not told/ }).click();
    const editor = alice.getByRole('region', { name: 'Rule', exact: true });
    await editor.getByText('One watcher now, bob.').waitFor();
    await editor.getByRole('radio', { name: 'Yes' }).click({ force: true });
    await editor.getByRole('combobox', { name: 'They are shown' }).selectOption({ label: 'State only' });
    await editor.getByText('sees only my state, without my note').waitFor();
    await editor.getByText('What they see changes when you save.').waitFor();
    expect(await aliceIs(bob, 'Offline').count()).toBe(1);
    await editor.getByRole('button', { name: 'Save rule' }).click();
    await aliceIs(bob, 'Busy').waitFor();
    await alice.getByRole('group', { name: 'What bob gets' }).getByText('Busy', { exact: true }).waitFor();
  });

  test('a rule for everyone, and a closer one that wins until it ends by itself', async () => {
    await alice.getByRole('button', { name: 'New rule' }).click();
    await alice.getByRole('dialog').getByText('Anyone').click();
    await alice.getByRole('button', { name: 'Continue' }).click();
    const editor = alice.getByRole('region', { name: 'Rule', exact: true });
    await editor.getByText('is closer and wins: sees only my state').waitFor();
    await editor.getByRole('button', { name: 'Save rule' }).click();
    await alice.getByRole('button', { name: /^Anyone sees my state and note/ }).waitFor();

    await alice.getByRole('button', { name: /^bob sees only my state/ }).click();
    await editor.getByRole('radio', { name: 'Politely no' }).click({ force: true });
    await editor.getByRole('combobox', { name: 'Until' }).selectOption({ label: 'To a date…' });
    const endsIn = async (seconds: number): Promise<void> => {
      const end = await alice.evaluate((milliseconds) => {
        const at = new Date(Date.now() + milliseconds);
        return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 19);
      }, seconds * 1000);
      await editor.getByLabel('The time it ends').fill(end);
    };
    await endsIn(3600);
    await editor.getByText('After that, bob sees my state and note').waitFor();
    await expectAccessible(alice);
    // Long enough for bob to see it, however busy the machine is; only then it has to end.
    await endsIn(6);
    await editor.getByRole('button', { name: 'Save rule' }).click();
    await aliceIs(bob, 'Offline').waitFor();
    // Nobody does anything now.
    await aliceIs(bob, 'Busy').waitFor();
    await alice.getByRole('button', { name: /^bob .* ended/ }).waitFor();
  });

  test('blocking is told, and said with its reason at the other side', async () => {
    await alice.keyboard.press('Escape');
    const panel = alice.getByRole('complementary', { name: 'About bob' });
    await panel.getByRole('button', { name: /^Block…/ }).click();
    await alice.getByRole('alertdialog').getByRole('button', { name: 'Block', exact: true }).click();
    await panel.getByText('bob cannot see you, and is told so.').waitFor();
    await bob.getByText('alice does not show you presence.').first().waitFor();
    await bob.getByRole('button', { name: 'Why?' }).first().click();
    await bob.getByText('permission-denied').first().waitFor();
    await expectAccessible(bob);
    await bob.keyboard.press('Escape');
    await panel.getByRole('button', { name: /^Unblock/ }).click();
    await panel.getByText('bob sees your state and note.').waitFor();
    await panel.getByText('Because of the rule Anyone.').waitFor();
  });

  test('a rule is found, changed and saved by keyboard alone', async () => {
    await alice.keyboard.press('Control+,');
    await tabTo(alice, alice.getByRole('button', { name: 'Who sees me' }).first());
    await alice.keyboard.press('Enter');
    await tabTo(alice, alice.getByRole('button', { name: /^People without an account/ }));
    await alice.keyboard.press('End');
    await alice.keyboard.press('Enter');
    const editor = alice.getByRole('region', { name: 'Rule', exact: true });
    await editor.getByRole('heading', { name: 'Anyone' }).waitFor();
    await tabTo(alice, editor.getByRole('radio', { name: 'Yes' }));
    await alice.keyboard.press('ArrowRight');
    await editor.getByText('must ask before seeing my state and note, and may write.').waitFor();
    await tabTo(alice, editor.getByRole('switch', { name: 'Write to me' }));
    await alice.keyboard.press('Space');
    await editor.getByText('must ask before seeing my state and note, but cannot write.').waitFor();
    // Esc does not throw it away without a word.
    await alice.keyboard.press('Escape');
    const question = alice.getByRole('alertdialog', { name: 'Save the rule for Anyone?' });
    await question.waitFor();
    await expectAccessible(alice);
    await alice.keyboard.press('Escape');
    await question.waitFor({ state: 'hidden' });
    await editor.getByText('but cannot write.').waitFor();
    await alice.keyboard.press('Escape');
    await tabTo(alice, question.getByRole('button', { name: 'Save rule' }));
    await alice.keyboard.press('Enter');
    await alice.getByRole('complementary', { name: 'About bob' }).waitFor();
  });
});

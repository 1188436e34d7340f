import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import type { SettingsPane } from '../../../renderer/store/view.ts';
import type { Profile } from '../../../shared/model.ts';
import { ALICE, account, contact, ok, refused, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

const PROFILE: Profile = { displayName: 'Alice', listed: 'nobody' };
const OTHER = 'impp://o.example/alice';

async function open(pane: SettingsPane, part: Parameters<typeof snapshot>[0] = {}): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge(
    snapshot({ profiles: [{ account: ALICE, profile: PROFILE }], contacts: [contact()], ...part }),
  );
  const { program } = await show(bridge, <App />);
  act(() => program.view.getState().open({ type: 'settings', pane }));
  return bridge;
}

test('name and listing are saved together', async () => {
  const bridge = await open('profile');
  bridge.reply('profile.set', () => ok(null));
  const save = screen.getByRole('button', { name: 'Save' }) as HTMLButtonElement;
  expect(save.disabled).toBe(true);
  await userEvent.type(screen.getByRole('textbox', { name: 'Your name' }), ' L. ');
  await userEvent.click(screen.getByRole('radio', { name: 'People at a.example' }));
  await userEvent.click(save);
  expect(bridge.requests('profile.set')).toEqual([
    { account: ALICE, profile: { displayName: 'Alice L.', listed: 'domain' } },
  ]);
});

test('people are sent elsewhere only after a question that says what it does', async () => {
  const bridge = await open('profile');
  bridge.reply('profile.set', () => ok(null));
  await userEvent.click(screen.getByRole('button', { name: 'Send people elsewhere…' }));
  const dialog = within(screen.getByRole('alertdialog'));
  expect(dialog.getByText(/Messages no longer arrive at alice@a.example/)).toBeTruthy();
  await userEvent.type(dialog.getByRole('textbox', { name: 'Your other address' }), 'nonsense');
  await userEvent.click(dialog.getByRole('button', { name: 'Send them there' }));
  expect((await dialog.findByRole('alert')).textContent).toContain('This is not an address.');
  expect(bridge.requests('profile.set')).toEqual([]);
  const field = dialog.getByRole('textbox', { name: 'Your other address' });
  await userEvent.clear(field);
  await userEvent.type(field, 'alice@B.example');
  await userEvent.click(dialog.getByRole('radio', { name: 'For good' }));
  await userEvent.click(dialog.getByRole('button', { name: 'Send them there' }));
  expect(bridge.requests('profile.set')).toEqual([
    {
      account: ALICE,
      profile: { ...PROFILE, forward: { kind: 'permanent', to: 'impp://b.example/alice' } },
    },
  ]);
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
});

test('a forward says where to and is ended by one press', async () => {
  const forward = { kind: 'temporary', to: 'impp://b.example/alice' } as const;
  const bridge = await open('profile', { profiles: [{ account: ALICE, profile: { ...PROFILE, forward } }] });
  bridge.reply('profile.set', () => ok(null));
  expect(screen.getByText(/is sent to alice@b.example, for now/)).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'End this' }));
  expect(bridge.requests('profile.set')).toEqual([{ account: ALICE, profile: PROFILE }]);
});

test('a profile that is not known yet cannot be overwritten', async () => {
  await open('profile', { profiles: [] });
  expect(screen.getByText(/Your profile stands here once you are/)).toBeTruthy();
  expect(screen.queryByRole('textbox')).toBeNull();
});

test('of several accounts one is chosen', async () => {
  const bridge = await open('profile', {
    accounts: [account(), account({ id: OTHER })],
    profiles: [
      { account: ALICE, profile: PROFILE },
      { account: OTHER, profile: { displayName: 'Alice at O', listed: 'everyone' } },
    ],
  });
  bridge.reply('profile.set', () => ok(null));
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Account' }), 'alice@o.example');
  await userEvent.click(screen.getByRole('radio', { name: 'Nobody' }));
  await userEvent.click(screen.getByRole('button', { name: 'Save' }));
  expect(bridge.requests('profile.set')).toEqual([
    { account: OTHER, profile: { displayName: 'Alice at O', listed: 'nobody' } },
  ]);
});

const choose = (text: string): Promise<void> =>
  userEvent.upload(screen.getByLabelText('Add contacts from a file'), new File([text], 'them.vcf'));

test('cards from a file are told one by one where they were not taken', async () => {
  const bridge = await open('contacts');
  bridge.reply('contacts.import', () =>
    ok({ added: 1, known: 0, refused: [{ name: 'Petra', reason: 'no address' }] }),
  );
  await choose('BEGIN:VCARD');
  expect(await screen.findByText('1 contact added, none known already.')).toBeTruthy();
  expect(screen.getByText('Petra: no address')).toBeTruthy();
  expect(bridge.requests('contacts.import')).toEqual([{ account: ALICE, text: 'BEGIN:VCARD' }]);
  bridge.reply('contacts.import', () => refused('timeout'));
  await choose('BEGIN:VCARD');
  expect((await screen.findByRole('alert')).textContent).toBe('a.example did not answer in time.');
  expect(screen.queryByText('Petra: no address')).toBeNull();
});

test('a file that is no list of contacts is not read', async () => {
  const bridge = await open('contacts');
  await choose('x'.repeat(5_000_001));
  expect((await screen.findByRole('alert')).textContent).toContain('too large');
  expect(bridge.requests('contacts.import')).toEqual([]);
});

test('without contacts there is nothing to save', async () => {
  await open('contacts', { contacts: [] });
  expect((screen.getByRole('button', { name: 'Save as file' }) as HTMLButtonElement).disabled).toBe(true);
  expect(screen.getByText('You have no contacts yet.')).toBeTruthy();
});

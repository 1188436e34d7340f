import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { Me } from '../../../renderer/contacts/Me.tsx';
import type { Account } from '../../../shared/model.ts';
import { ALICE, account, ok, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

async function open(own: Account): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge(snapshot({ accounts: [own] })).reply('presence.set', () => ok(null));
  await show(bridge, <Me account={own} />);
  await userEvent.click(screen.getByRole('button', { name: /^Presence/ }));
  await screen.findByRole('menu');
  return bridge;
}

test('the button says the state, the menu names all five', async () => {
  const bridge = new ScriptedBridge();
  await show(bridge, <Me account={account({ own: { state: 'offline', note: '' } })} />);
  const button = screen.getByRole('button', { name: /^Presence: Appear offline/ });
  await userEvent.click(button);
  await screen.findByRole('menu');
  expect(
    screen.getAllByRole('menuitem').map((item) => item.getAttribute('aria-labelledby') && nameOf(item)),
  ).toEqual(['Available', 'Away', 'Busy', 'Do not disturb', 'Appear offline']);
});

const nameOf = (item: HTMLElement): string =>
  (item.getAttribute('aria-labelledby') ?? '')
    .split(' ')
    .map((id) => document.getElementById(id)?.textContent ?? '')
    .join(' ');

test('a choice is set with the note and closes the menu', async () => {
  const bridge = await open(account({ own: { state: 'available', note: 'On layout' } }));
  await userEvent.click(screen.getByRole('menuitem', { name: 'Do not disturb' }));
  await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
  expect(bridge.requests('presence.set')).toEqual([
    { account: ALICE, state: 'do-not-disturb', note: 'On layout' },
  ]);
});

test('digits choose', async () => {
  const bridge = await open(account());
  await userEvent.keyboard('2');
  await waitFor(() =>
    expect(bridge.requests('presence.set')).toEqual([{ account: ALICE, state: 'away', note: '' }]),
  );
});

test('a note is written without changing the state, and digits in it are text', async () => {
  const bridge = await open(account({ own: { state: 'busy', note: '' } }));
  await userEvent.type(screen.getByRole('textbox', { name: 'Note' }), 'until 3{Enter}');
  await waitFor(() =>
    expect(bridge.requests('presence.set')).toEqual([{ account: ALICE, state: 'busy', note: 'until 3' }]),
  );
});

test('what the domain forbids cannot be chosen and says why', async () => {
  const bridge = await open(account({ policy: ['no-invisible'] }));
  const item = screen.getByRole('menuitem', { name: 'Appear offline' });
  expect(item.getAttribute('aria-disabled')).toBe('true');
  expect(item.textContent).toContain('a.example does not allow this');
  await userEvent.keyboard('5');
  await userEvent.click(item);
  expect(bridge.requests('presence.set')).toEqual([]);
});

import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import { searchFor } from '../../../renderer/contacts/use-directory.ts';
import { ALICE, contact, ok, page, refused, ScriptedBridge, show } from '../scripted-bridge.tsx';

async function open(): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge();
  const { program } = await show(bridge, <App />);
  act(() => program.view.getState().addContact());
  return bridge;
}
const dialog = () => within(screen.getByRole('dialog'));
const type = (text: string): Promise<void> =>
  userEvent.type(dialog().getByRole('textbox', { name: 'Address' }), text);

test('who is found under a name is picked, and asked', async () => {
  const bridge = await open();
  bridge.reply('directory.search', () =>
    ok([{ address: 'impp://a.example/carol', displayName: 'Carol Weber' }]),
  );
  bridge.reply('contact.add', ({ address, name }) => ok(contact({ address, name })));
  bridge.reply('messages.page', () => ok(page([]))).reply('conversation.read', () => ok(null));
  await type('carol w');
  await userEvent.click(await dialog().findByRole('option', { name: /Carol Weber/ }));
  expect(bridge.requests('directory.search')).toEqual([
    { account: ALICE, domain: 'a.example', query: 'carol w' },
  ]);
  expect(dialog().queryByRole('listbox')).toBeNull();
  await userEvent.click(dialog().getByRole('button', { name: 'Add contact' }));
  expect(bridge.requests('contact.add')).toEqual([
    { account: ALICE, address: 'carol@a.example', name: 'Carol Weber', groups: [] },
  ]);
});

test('nobody found is said; that a domain was not searched, too, with the reason', async () => {
  const bridge = await open();
  bridge.reply('directory.search', () => ok([]));
  await type('zoe');
  expect(await dialog().findByText('Nobody listed at a.example has that name.')).toBeTruthy();
  bridge.reply('directory.search', () => refused('timeout'));
  await type('y');
  expect(
    await dialog().findByText('a.example was not searched. a.example did not answer in time.'),
  ).toBeTruthy();
});

test('a whole address needs no directory', async () => {
  const bridge = await open();
  bridge.reply('directory.search', () => ok([]));
  await type('bob@b.example');
  await waitFor(() =>
    expect(bridge.requests('directory.search')).toContainEqual({
      account: ALICE,
      domain: 'b.example',
      query: 'bob',
    }),
  );
  expect(dialog().queryByText(/Nobody listed/)).toBeNull();
});

test.each([
  ['a', undefined],
  ['an', { domain: 'a.example', query: 'an' }],
  [' Ana F ', { domain: 'a.example', query: 'Ana F' }],
  ['ana@', { domain: 'a.example', query: 'ana' }],
  ['ana@b', undefined],
  ['ana@b.example', { domain: 'b.example', query: 'ana' }],
  ['ana@a.example', { domain: 'a.example', query: 'ana' }],
  ['im:ana@b.example', undefined],
  ['x'.repeat(129), undefined],
])('what is searched for when "%s" is typed', (typed, expected) => {
  expect(searchFor(typed, ALICE)).toEqual(expected);
});

import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import { ALICE, BOB, ok, refused, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

const request = (address: string) => ({ account: ALICE, address, since: 1, isNew: true });

async function open(...addresses: string[]): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge(snapshot({ requests: addresses.map(request) }));
  await show(bridge, <App />);
  await userEvent.click(screen.getByRole('button', { name: /^Requests/ }));
  return bridge;
}

test.each([
  ['Allow', true],
  ['Refuse', false],
])('%s answers, and the request goes when the program says so', async (button, allow) => {
  const bridge = await open(BOB);
  bridge.reply('request.answer', () => ok(null));
  await userEvent.click(screen.getByRole('button', { name: button }));
  expect(bridge.requests('request.answer')).toEqual([{ account: ALICE, address: BOB, allow }]);
  act(() => bridge.emit({ type: 'request-removed', account: ALICE, address: BOB }));
  await waitFor(() => expect(screen.getByText('Nobody is asking.')).toBeTruthy());
  expect(screen.queryByRole('button', { name: /^Requests/ })).toBeNull();
});

test('each of several is answered on its own card, where trouble stands, too', async () => {
  const other = 'impp://d.example/dave';
  const bridge = await open(BOB, other);
  bridge.reply('request.answer', () => refused('timeout'));
  const card = within(screen.getByRole('article', { name: 'dave@d.example asks to see your presence' }));
  await userEvent.click(card.getByRole('button', { name: 'Allow' }));
  expect((await card.findByRole('alert')).textContent).toBe('a.example did not answer in time.');
  expect(bridge.requests('request.answer')).toEqual([{ account: ALICE, address: other, allow: true }]);
  expect(screen.getAllByRole('alert')).toHaveLength(1);
});

import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import {
  account,
  conversation,
  message,
  ok,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../scripted-bridge.tsx';

const COPIES = [
  { name: 'newer', at: Date.UTC(2026, 10, 20, 12), size: 48_000_000 },
  { name: 'older', at: Date.UTC(2026, 10, 19, 12), size: 47_000_000 },
];
const damaged = (copies = COPIES) =>
  snapshot({ accounts: [], damage: { reason: 'malformed (page 412)', copies } });

test('damage is said instead of an empty window; each way on says what it costs', async () => {
  await show(new ScriptedBridge(damaged()), <App />);
  expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(
    'The history on this computer is damaged',
  );
  expect(screen.queryByRole('textbox')).toBeNull();
  expect(screen.getAllByRole('button', { name: /^Use this copy, of / })).toHaveLength(2);
  expect(screen.getAllByText(/comes back from your domain as far as it keeps it/)).toHaveLength(2);
  expect(screen.getByText(/the damaged file stays beside/)).toBeTruthy();
  expect(screen.queryByText(/page 412/)).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Details' }));
  expect(screen.getByText(/page 412/)).toBeTruthy();
});

test('a copy is used, and the window shows what is there then', async () => {
  const bridge = new ScriptedBridge(damaged()).reply('store.recover', () => ok({ messages: 12_345 }));
  await show(bridge, <App />);
  bridge.reply('snapshot', () =>
    ok(snapshot({ seq: 9, conversations: [conversation({ last: message({ id: 1 }) })] })),
  );
  const [, older] = screen.getAllByRole('button', { name: /^Use this copy, of / });
  await userEvent.click(older as HTMLElement);
  expect(await screen.findByRole('heading', { name: '12,345 messages here again' })).toBeTruthy();
  // The program has cleared what it told, and leaves out a number.
  act(() => bridge.emit({ type: 'settings', settings: snapshot().settings }, 9));
  await userEvent.click(screen.getByRole('button', { name: 'Go on' }));
  expect(await screen.findByRole('region', { name: 'Conversations' })).toBeTruthy();
  expect(bridge.requests('store.recover')).toEqual([{ copy: 'older' }]);
});

test('what is said of it comes before the password, even where that was asked for already', async () => {
  const connection = { phase: 'signed-out', passwordNeeded: true } as const;
  const bridge = new ScriptedBridge(snapshot({ accounts: [account({ connection })] }));
  const { program } = await show(bridge, <App />);
  await screen.findByRole('dialog', { name: /^Password of/ });
  act(() => program.view.getState().ask({ type: 'recovered', messages: 3 }));
  const goOn = await screen.findByRole('button', { name: 'Go on' });
  expect(screen.queryByLabelText('Password')).toBeNull();
  await userEvent.click(goOn);
  expect(await screen.findByRole('dialog', { name: /^Password of/ })).toBeTruthy();
});

test('without a copy, what can be read is kept; trouble is said', async () => {
  const bridge = new ScriptedBridge(damaged([])).reply('store.recover', () => refused('internal-error'));
  await show(bridge, <App />);
  expect(screen.getByText('There is no copy on this computer yet.')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Keep what can be read' }));
  expect(await screen.findByText(/fault/)).toBeTruthy();
  expect(bridge.requests('store.recover')).toEqual([{}]);
});

test('damage that is met later is said then', async () => {
  const bridge = new ScriptedBridge();
  await show(bridge, <App />);
  bridge.reply('snapshot', () => ok({ ...damaged(), seq: 5 }));
  act(() => bridge.emit({ type: 'settings', settings: snapshot().settings }, 5));
  await waitFor(() =>
    expect(screen.getByRole('heading', { level: 1 }).textContent).toBe(
      'The history on this computer is damaged',
    ),
  );
});

import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import type { Account, Watcher } from '../../../shared/model.ts';
import {
  ALICE,
  account,
  BOB,
  contact,
  ok,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../scripted-bridge.tsx';

const DAVE = 'impp://d.example/dave';
const EVE = 'impp://e.example/eve';
const WATCHERS: Watcher[] = [
  { address: BOB, state: 'active', since: 1000, expires: 2000 },
  { address: DAVE, state: 'pending', since: 1000 },
  { address: EVE, state: 'pretended', since: 1000, expires: 2000 },
  { address: 'impp://f.example/fay', state: 'fetched', since: 1000 },
];

async function open(watchers = WATCHERS, own: Account = account(), more = 0): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge(
    snapshot({
      accounts: [own],
      contacts: [contact()],
      rules: [{ account: ALICE, rules: [{ who: [BOB], subscribe: 'allow', fetch: 'allow' }] }],
    }),
  );
  bridge.reply('watchers.list', () => ok({ watchers, more }));
  const { program } = await show(bridge, <App />);
  act(() => program.view.getState().open({ type: 'settings', pane: 'watchers' }));
  return bridge;
}

const rowNames = (): (string | null | undefined)[] =>
  screen.getAllByRole('rowheader').map((cell) => cell.querySelector('b')?.textContent);

test('everyone is listed with state, view and rule', async () => {
  await open();
  const row = within(await screen.findByRole('row', { name: /Bob/ }));
  expect(row.getByText('Watching')).toBeTruthy();
  expect(row.getByText('Everything')).toBeTruthy();
  expect(row.getByText('a rule of their own')).toBeTruthy();
  expect(rowNames()).toEqual(['dave@d.example', 'Bob', 'eve@e.example', 'fay@f.example']);
  expect(screen.getByText(/^1 person watches you now, 1 is asking/)).toBeTruthy();
});

test('how many the domain left out is said', async () => {
  await open(WATCHERS, account(), 1200);
  expect(await screen.findByText(/1,?200 more, whom a\.example leaves out/)).toBeTruthy();
});

test('segments count and filter, the field searches', async () => {
  await open();
  const segment = await screen.findByRole('radio', { name: 'Politely blocked 1' });
  await userEvent.click(segment);
  expect(rowNames()).toEqual(['eve@e.example']);
  await userEvent.click(screen.getByRole('radio', { name: /All/ }));
  await userEvent.type(screen.getByRole('searchbox', { name: 'Name, address, domain' }), 'd.example');
  expect(rowNames()).toEqual(['dave@d.example']);
  await userEvent.type(screen.getByRole('searchbox'), 'zzz');
  expect(screen.getByText('Nobody here matches.')).toBeTruthy();
});

test('who asks is allowed or refused in the row, and the list is asked for again', async () => {
  const bridge = await open();
  bridge.reply('request.answer', () => ok(null));
  await userEvent.click(await screen.findByRole('button', { name: 'Allow dave@d.example' }));
  expect(bridge.requests('request.answer')).toEqual([{ account: ALICE, address: DAVE, allow: true }]);
  await waitFor(() => expect(bridge.requests('watchers.list').length).toBe(2));
  await userEvent.click(screen.getByRole('button', { name: 'Refuse dave@d.example' }));
  expect(bridge.requests('request.answer')[1]).toEqual({ account: ALICE, address: DAVE, allow: false });
});

test('another view is one choice in the menu', async () => {
  const bridge = await open();
  bridge.reply('rules.change', () => ok(null));
  await userEvent.click(await screen.findByRole('button', { name: 'Change or stop: Bob' }));
  expect(screen.getByRole('menuitemradio', { name: 'Everything' }).getAttribute('aria-checked')).toBe('true');
  await userEvent.click(screen.getByRole('menuitemradio', { name: 'State only' }));
  expect(bridge.requests('rules.change')).toEqual([{ account: ALICE, who: BOB, change: { view: 'state' } }]);
});

test('someone politely blocked who gets a view is allowed, too', async () => {
  const bridge = await open();
  bridge.reply('rules.change', () => ok(null));
  await userEvent.click(await screen.findByRole('button', { name: 'Change or stop: eve@e.example' }));
  await userEvent.click(screen.getByRole('menuitemradio', { name: 'Busy or free' }));
  expect(bridge.requests('rules.change')).toEqual([
    { account: ALICE, who: EVE, change: { subscribe: 'allow', fetch: 'allow', view: 'busy' } },
  ]);
});

test('ending a watch asks first, and says why it could not', async () => {
  const bridge = await open();
  bridge.reply('watchers.end', () => refused('timeout'));
  await userEvent.click(await screen.findByRole('button', { name: 'Change or stop: Bob' }));
  await userEvent.click(screen.getByRole('menuitem', { name: 'End this watch…' }));
  expect(bridge.requests('watchers.end')).toEqual([]);
  const dialog = within(screen.getByRole('alertdialog', { name: 'End the watch of Bob?' }));
  await userEvent.click(dialog.getByRole('button', { name: 'End' }));
  expect((await dialog.findByRole('alert')).textContent).toBe('a.example did not answer in time.');
  bridge.reply('watchers.end', () => ok(null));
  await userEvent.click(dialog.getByRole('button', { name: 'End' }));
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  expect(bridge.requests('watchers.end')).toHaveLength(2);
});

test.each([
  ['Refuse…', 'Refuse', { subscribe: 'deny', fetch: 'deny' }],
  ['Block politely…', 'Block politely', { subscribe: 'pretend', fetch: 'pretend' }],
])('%s asks first', async (item, button, change) => {
  const bridge = await open();
  bridge.reply('rules.change', () => ok(null));
  await userEvent.click(await screen.findByRole('button', { name: 'Change or stop: Bob' }));
  await userEvent.click(screen.getByRole('menuitem', { name: item }));
  await userEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: button }));
  expect(bridge.requests('rules.change')).toEqual([{ account: ALICE, who: BOB, change }]);
});

test('what the domain forbids is greyed out and says why', async () => {
  await open(WATCHERS, account({ policy: ['no-pretend'] }));
  await userEvent.click(await screen.findByRole('button', { name: 'Change or stop: Bob' }));
  const item = screen.getByRole('menuitem', { name: 'Block politely…' });
  expect(item.getAttribute('aria-disabled')).toBe('true');
  expect(item.textContent).toContain('a.example does not allow polite blocking');
});

test('a change that the domain tells of is shown', async () => {
  const bridge = await open([]);
  expect(await screen.findByText('Nobody watches you.')).toBeTruthy();
  bridge.reply('watchers.list', () => ok({ watchers: WATCHERS, more: 0 }));
  act(() => bridge.emit({ type: 'watchers', account: ALICE }));
  await screen.findByRole('row', { name: /Bob/ });
});

test('a list that cannot be had says why, and is asked for again', async () => {
  const bridge = await open();
  await screen.findByRole('row', { name: /Bob/ });
  bridge.reply('watchers.list', () => refused('timeout'));
  await userEvent.click(screen.getByRole('button', { name: 'Ask a.example again' }));
  expect((await screen.findByRole('alert')).textContent).toBe('a.example did not answer in time.');
  expect(screen.getByRole('row', { name: /Bob/ })).toBeTruthy();
});

test('without a connection it is said that the list comes later', async () => {
  const bridge = await open(WATCHERS, account({ connection: { phase: 'waiting' } }));
  expect(screen.getByText(/You are not connected/)).toBeTruthy();
  expect(bridge.requests('watchers.list')).toEqual([]);
});

import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import type { WatchRequest } from '../../../shared/model.ts';
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

async function openOne(part: Partial<WatchRequest>, policy: string[] = []): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge(
    snapshot({
      accounts: [account({ policy })],
      requests: [{ ...request(BOB), ...part }],
      views: [{ account: ALICE, views: [{ id: 'work', title: 'Work', kind: 'own' }] }],
    }),
  );
  bridge.reply('rules.change', () => ok(null)).reply('request.answer', () => ok(null));
  await show(bridge, <App />);
  await userEvent.click(screen.getByRole('button', { name: /^Requests/ }));
  return bridge;
}

test('a card has the name that they give, the address, what they wrote and when it lapses', async () => {
  await openOne({
    name: 'Bob Builder',
    message: 'Hello, can we fix it?',
    since: new Date(2026, 10, 20).getTime(),
  });
  const card = within(screen.getByRole('article', { name: 'Bob Builder asks to see your presence' }));
  expect(card.getByText('bob@b.example')).toBeTruthy();
  expect(card.getByText('Hello, can we fix it?')).toBeTruthy();
  expect(card.getByText('Also asks to see your presence.')).toBeTruthy();
  expect(card.getByText(/^Waits until 20 December/)).toBeTruthy();
});

test('allowing as another view writes it into the rule', async () => {
  const bridge = await openOne({});
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Allow as' }), 'Work');
  await userEvent.click(screen.getByRole('button', { name: 'Allow' }));
  expect(bridge.requests('rules.change')).toEqual([
    { account: ALICE, who: BOB, change: { subscribe: 'allow', fetch: 'allow', view: 'work' } },
  ]);
  expect(bridge.requests('request.answer')).toEqual([]);
});

test('allowing for a while gives the rule an end', async () => {
  const bridge = await openOne({});
  await userEvent.click(screen.getByRole('button', { name: 'Until…' }));
  const dialog = within(screen.getByRole('dialog'));
  await userEvent.click(dialog.getByRole('button', { name: '1 week' }));
  await userEvent.click(dialog.getByRole('button', { name: 'Allow until then' }));
  const [change] = bridge.requests('rules.change');
  const until = change?.change.until ?? 0;
  expect(change).toEqual({
    account: ALICE,
    who: BOB,
    change: { subscribe: 'allow', fetch: 'allow', view: 'default', until },
  });
  expect(Math.abs(until - Date.now() - 7 * 86_400_000)).toBeLessThan(60_000);
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('polite blocking asks first', async () => {
  const bridge = await openOne({});
  await userEvent.click(screen.getByRole('button', { name: 'Block politely…' }));
  expect(bridge.requests('rules.change')).toEqual([]);
  await userEvent.click(
    within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Block politely' }),
  );
  expect(bridge.requests('rules.change')).toEqual([
    { account: ALICE, who: BOB, change: { subscribe: 'pretend', fetch: 'pretend' } },
  ]);
});

test('where polite blocking is not allowed, that is said instead', async () => {
  await openOne({}, ['no-pretend']);
  expect(screen.queryByRole('button', { name: 'Block politely…' })).toBeNull();
  expect(screen.getByText('a.example does not allow polite blocking')).toBeTruthy();
});

test('a new request is told once; one that waits since before is not', async () => {
  const bridge = new ScriptedBridge(snapshot({ contacts: [contact()] }));
  await show(bridge, <App />);
  const said = () =>
    screen
      .getAllByRole('status')
      .map((one) => one.textContent)
      .join('');
  act(() => bridge.emit({ type: 'request', request: { ...request('impp://d.example/dave'), isNew: false } }));
  await screen.findByRole('button', { name: /^Requests/ });
  expect(said()).toBe('');
  act(() => bridge.emit({ type: 'request', request: request(BOB) }));
  await waitFor(() => expect(said()).toBe('Bob asks to see your presence.'));
});

test('who was answered before stands below, as long as the rule holds', async () => {
  const person = (user: string) => `impp://x.example/${user}`;
  const bridge = new ScriptedBridge(
    snapshot({
      contacts: [contact({ name: 'Bob' })],
      requests: [request('impp://d.example/dave')],
      rules: [
        {
          account: ALICE,
          rules: [
            { who: [BOB], subscribe: 'pretend' },
            { who: ['a', 'b', 'c', 'd'].map(person), subscribe: 'deny' },
            { who: [person('over')], subscribe: 'deny', until: 1 },
            { who: ['impp://y.example/*', '*'], subscribe: 'deny' },
          ],
        },
      ],
    }),
  );
  await show(bridge, <App />);
  await userEvent.click(screen.getByRole('button', { name: /^Requests/ }));
  const section = within(screen.getByRole('region', { name: 'Answered before' }));
  expect(section.getByText(/^Bob: they see you offline/)).toBeTruthy();
  expect(section.getByText('a@x.example, b@x.example, c@x.example and 1 more')).toBeTruthy();
});

test('without such rules nothing stands below', async () => {
  await open(BOB);
  expect(screen.queryByRole('region', { name: 'Answered before' })).toBeNull();
});

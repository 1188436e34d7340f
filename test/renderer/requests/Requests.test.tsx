import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import type { Snapshot } from '../../../shared/ipc.ts';
import type { Conversation, Rule, WatchRequest } from '../../../shared/model.ts';
import {
  ALICE,
  account,
  BOB,
  contact,
  conversation,
  message,
  ok,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../scripted-bridge.tsx';

const DAVE = 'impp://d.example/dave';

const request = (address: string) => ({ account: ALICE, address, since: 1, isNew: true });

async function open(...addresses: string[]): Promise<ScriptedBridge> {
  return openWith({ requests: addresses.map(request) });
}

async function openWith(part: Partial<Snapshot>): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge(snapshot(part));
  bridge
    .reply('contact.add', () => ok(contact({ address: DAVE, name: '' })))
    .reply('rules.change', () => ok(null))
    .reply('rules.remove', () => ok(null))
    .reply('request.answer', () => ok(null));
  const { program } = await show(bridge, <App />);
  act(() => program.view.getState().open({ type: 'requests' }));
  return bridge;
}

test('Accept adds to the contacts, then writes the rule; the request goes when the program says so', async () => {
  const bridge = await openWith({ requests: [{ ...request(DAVE), name: 'Dave D.' }] });
  await userEvent.click(screen.getByRole('button', { name: 'Accept' }));
  expect(bridge.calls.slice(-2)).toEqual([
    { command: 'contact.add', request: { account: ALICE, address: DAVE, name: 'Dave D.', groups: [] } },
    {
      command: 'rules.change',
      request: {
        account: ALICE,
        who: DAVE,
        change: { subscribe: 'allow', fetch: 'allow', send: 'allow', view: 'default' },
      },
    },
  ]);
  act(() => bridge.emit({ type: 'request-removed', account: ALICE, address: DAVE }));
  await waitFor(() => expect(screen.getByText('Nobody is asking.')).toBeTruthy());
  expect(screen.queryByRole('button', { name: /^Requests/ })).toBeNull();
});

test('who is a contact already is not added again', async () => {
  const bridge = await openWith({ contacts: [contact()], requests: [request(BOB)] });
  await userEvent.click(screen.getByRole('button', { name: 'Accept' }));
  expect(bridge.requests('contact.add')).toEqual([]);
  expect(bridge.requests('rules.change')).toHaveLength(1);
});

test('Decline of who only asks to see leaves them writing', async () => {
  const bridge = await open(BOB);
  await userEvent.click(screen.getByRole('button', { name: 'Decline' }));
  expect(bridge.requests('request.answer')).toEqual([{ account: ALICE, address: BOB, allow: false }]);
});

test('each of several is answered on its own card, where trouble stands, too', async () => {
  const bridge = await open(BOB, DAVE);
  bridge.reply('contact.add', () => refused('timeout'));
  const card = within(screen.getByRole('article', { name: 'dave@d.example asks to see your presence' }));
  await userEvent.click(card.getByRole('button', { name: 'Accept' }));
  expect((await card.findByRole('alert')).textContent).toBe('a.example did not answer in time.');
  expect(bridge.requests('contact.add')).toMatchObject([{ address: DAVE }]);
  expect(bridge.requests('rules.change')).toEqual([]);
  expect(screen.getAllByRole('alert')).toHaveLength(1);
});

describe('a first message of a stranger', () => {
  const wrote = (text: string, part: Partial<Conversation> = {}) =>
    conversation({
      peer: DAVE,
      isRequest: true,
      unread: 1,
      last: message({ id: 1, peer: DAVE, text }),
      ...part,
    });

  test('stands as text, and nothing in it can be pressed', async () => {
    await openWith({ conversations: [wrote('See https://x.example <img src=x>')] });
    const card = screen.getByRole('article', { name: 'dave@d.example writes to you for the first time' });
    expect(within(card).getByText('See https://x.example <img src=x>')).toBeTruthy();
    expect(card.querySelector('a, img')).toBeNull();
    expect(within(card).queryByText(/Waits until/)).toBeNull();
    expect(screen.getByRole('button', { name: /^Requests/ })).toBeTruthy();
  });

  test('and their request to see are one card', async () => {
    await openWith({ requests: [request(DAVE)], conversations: [wrote('Hello')] });
    const card = within(screen.getByRole('article'));
    expect(card.getByText('Hello')).toBeTruthy();
    expect(card.getByText('Also asks to see your presence.')).toBeTruthy();
  });

  test('accepted, the rule lets them write, and says nothing of seeing but the view', async () => {
    const bridge = await openWith({ conversations: [wrote('Hello')] });
    await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Accept as' }), 'State only');
    await userEvent.click(screen.getByRole('button', { name: 'Accept' }));
    expect(bridge.requests('contact.add')).toHaveLength(1);
    expect(bridge.requests('rules.change')).toEqual([
      { account: ALICE, who: DAVE, change: { send: 'allow', view: 'state' } },
    ]);
  });

  test('declined, they can no longer write', async () => {
    const bridge = await openWith({ conversations: [wrote('Hello')] });
    await userEvent.click(screen.getByRole('button', { name: 'Decline' }));
    const change = { subscribe: 'deny', fetch: 'deny', send: 'deny' } as const;
    expect(bridge.requests('rules.change')).toEqual([{ account: ALICE, who: DAVE, change }]);
    act(() => bridge.emit({ type: 'rules', account: ALICE, rules: [{ who: [DAVE], ...change }] }));
    await waitFor(() => expect(screen.queryByRole('article')).toBeNull());
    expect(screen.getByRole('region', { name: 'Answered before' })).toBeTruthy();
  });

  test('of several, all can be read', async () => {
    await openWith({ conversations: [wrote('The last one', { unread: 3 })] });
    expect(screen.getByRole('button', { name: 'Read all 3 messages' })).toBeTruthy();
  });
});

async function openOne(part: Partial<WatchRequest>, policy: string[] = []): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge(
    snapshot({
      accounts: [account({ policy })],
      requests: [{ ...request(BOB), ...part }],
      views: [{ account: ALICE, views: [{ id: 'work', title: 'Work', kind: 'own' }] }],
    }),
  );
  bridge.reply('contact.add', () => ok(contact())).reply('rules.change', () => ok(null));
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

test('accepting as another view writes it into the rule', async () => {
  const bridge = await openOne({});
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Accept as' }), 'Work');
  await userEvent.click(screen.getByRole('button', { name: 'Accept' }));
  expect(bridge.requests('rules.change')).toEqual([
    { account: ALICE, who: BOB, change: { subscribe: 'allow', fetch: 'allow', send: 'allow', view: 'work' } },
  ]);
});

test('accepting for a while gives the rule an end', async () => {
  const bridge = await openOne({});
  await userEvent.click(screen.getByRole('button', { name: 'Until…' }));
  const dialog = within(screen.getByRole('dialog'));
  await userEvent.click(dialog.getByRole('button', { name: '1 week' }));
  await userEvent.click(dialog.getByRole('button', { name: 'Accept until then' }));
  const [change] = bridge.requests('rules.change');
  const until = change?.change.until ?? 0;
  expect(change).toEqual({
    account: ALICE,
    who: BOB,
    change: { subscribe: 'allow', fetch: 'allow', send: 'allow', view: 'default', until },
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

describe('who was answered before', () => {
  const person = (user: string) => `impp://x.example/${user}`;
  const RULES: Rule[] = [
    { who: [BOB], subscribe: 'pretend', fetch: 'pretend' },
    { who: [person('a'), person('b')], subscribe: 'deny' },
    { who: [person('over')], subscribe: 'deny', until: 1 },
    { who: ['impp://y.example/*'], subscribe: 'pretend' },
    { who: ['*'], send: 'deny' },
    { group: 'Distant', who: [person('member')], subscribe: 'deny' },
  ];
  const openAnswered = () =>
    openWith({
      contacts: [contact({ name: 'Bob' })],
      conversations: [
        conversation({ unread: 2, last: message({ id: 1, text: 'Still there?' }) }),
        conversation({
          peer: 'impp://y.example/yves',
          isRequest: true,
          last: message({ id: 2, text: 'Hey' }),
        }),
      ],
      rules: [{ account: ALICE, rules: RULES }],
    });
  const shown = async (title: string) => {
    const section = within(screen.getByRole('region', { name: 'Answered before' }));
    const head = section.getByRole('heading', { name: title }).closest('div')?.parentElement as HTMLElement;
    await userEvent.click(within(head).getByRole('button', { name: 'Show' }));
    return within(section.getByRole('list', { name: title }));
  };
  const why = async (row: HTMLElement) => {
    await userEvent.click(within(row).getByRole('button', { name: 'Why?' }));
    return within(screen.getByRole('dialog'));
  };

  test('is set aside where the block is polite, with what they wrote, why, and the way back', async () => {
    const bridge = await openAnswered();
    expect(screen.queryByRole('article')).toBeNull();
    expect(screen.getByText(/^2 people you block politely\. .* 2 messages are unread\.$/)).toBeTruthy();
    const list = await shown('Set aside');
    const [bob, yves] = list.getAllByRole('listitem') as [HTMLElement, HTMLElement];
    within(bob).getByText('Bob sees you offline, and is not told.');
    within(bob).getByText('Still there?');
    within(yves).getByText('Hey');
    // It is the rule for the whole domain: that is not undone for one.
    expect(within(yves).queryByRole('button', { name: /^Undo/ })).toBeNull();
    (await why(yves)).getByText(/Everyone at y\.example sees me offline and is not told\./);
    await userEvent.keyboard('{Escape}');
    await userEvent.click(within(bob).getByRole('button', { name: 'Undo the rule for Bob' }));
    expect(bridge.requests('rules.remove')).toEqual([{ account: ALICE, who: [BOB] }]);
  });

  test('is declined where the rule says so openly, as long as it holds', async () => {
    await openAnswered();
    const list = await shown('Declined');
    const rows = list.getAllByRole('listitem');
    expect(rows.map((row) => row.querySelector('b')?.textContent)).toEqual(['a@x.example', 'b@x.example']);
    const reason = await why(rows[0] as HTMLElement);
    reason.getByText(/a@x\.example and b@x\.example cannot see me, and are told so\./);
    await userEvent.click(reason.getByRole('button', { name: 'Show rule' }));
    expect(screen.getByRole('region', { name: 'Rule' })).toBeTruthy();
  });

  test('several of one domain may be blocked with all of it, after a question', async () => {
    const bridge = await openAnswered();
    await userEvent.click(screen.getByRole('button', { name: 'Block the whole domain…' }));
    const question = within(screen.getByRole('alertdialog', { name: 'Block everyone at x.example?' }));
    await userEvent.click(question.getByRole('button', { name: 'Block' }));
    expect(bridge.requests('rules.change')).toEqual([
      {
        account: ALICE,
        who: 'impp://x.example/*',
        change: { subscribe: 'deny', fetch: 'deny', send: 'deny' },
      },
    ]);
  });

  test('without such rules nothing stands below', async () => {
    await open(BOB);
    expect(screen.queryByRole('region', { name: 'Answered before' })).toBeNull();
  });
});

test('the page is reached while nobody asks, from the rules', async () => {
  const bridge = new ScriptedBridge(snapshot());
  const { program } = await show(bridge, <App />);
  act(() => program.view.getState().open({ type: 'settings', pane: 'rules' }));
  await userEvent.click(screen.getByRole('button', { name: 'Requests and blocked people' }));
  expect(screen.getByRole('heading', { name: 'Requests', level: 1 })).toBeTruthy();
});

import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { Access } from '../../../renderer/rules/Access.tsx';
import { AccessMenu } from '../../../renderer/rules/AccessMenu.tsx';
import { WhyNoPresence } from '../../../renderer/rules/Why.tsx';
import type { Program } from '../../../renderer/store/program.ts';
import type { Conversation, Rule, Settings } from '../../../shared/model.ts';
import {
  account,
  ALICE,
  BOB,
  contact,
  conversation,
  ok,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../scripted-bridge.tsx';

const bob: Rule = { who: [BOB], subscribe: 'allow', fetch: 'allow', view: 'state' };

async function open(
  rules: readonly Rule[],
  policy: readonly string[] = [],
): Promise<[ScriptedBridge, Program]> {
  const bridge = new ScriptedBridge(
    snapshot({ accounts: [account({ policy })], contacts: [contact()], rules: [{ account: ALICE, rules }] }),
  );
  for (const command of ['rules.change', 'rules.remove', 'rules.put'] as const) {
    bridge.reply(command, () => ok(null));
  }
  const { program } = await show(
    bridge,
    <>
      <AccessMenu account={ALICE} address={BOB} name="Bob" />
      <Access account={ALICE} address={BOB} name="Bob" />
    </>,
  );
  return [bridge, program];
}
const changes = (bridge: ScriptedBridge): unknown[] =>
  bridge.requests('rules.change').map(({ who, change }) => [who, change]);

test('says what they see and which rule says so; both lead to the rules', async () => {
  const [, program] = await open([bob]);
  screen.getByText('Bob sees only your state, without your note.');
  screen.getByText('Because of the rule Bob.');
  await userEvent.click(screen.getByRole('button', { name: 'View as Bob' }));
  expect(program.view.getState().page).toEqual({
    type: 'settings',
    pane: 'rules',
    about: { account: ALICE, watcher: BOB },
  });
});

test('another view and the right to write are one click', async () => {
  const [bridge] = await open([bob]);
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Sees me as' }), 'Busy or free');
  await userEvent.click(screen.getByRole('switch', { name: 'May write to me' }));
  expect(changes(bridge)).toEqual([
    [BOB, { subscribe: 'allow', fetch: 'allow', view: 'busy' }],
    [BOB, { send: 'deny' }],
  ]);
});

test.each([
  ['Block…', 'Block', { subscribe: 'deny', fetch: 'deny', send: 'deny', change: 'deny', read: 'deny' }],
  ['Block politely…', 'Block politely', { subscribe: 'pretend', fetch: 'pretend' }],
])('%s asks first', async (button, confirm, change) => {
  const [bridge] = await open([bob]);
  await userEvent.click(screen.getByRole('button', { name: new RegExp(`^${button}`) }));
  expect(changes(bridge)).toEqual([]);
  await userEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: confirm }));
  expect(changes(bridge)).toEqual([[BOB, change]]);
  await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
});

test('hiding asks first, and Cancel changes nothing', async () => {
  const [bridge] = await open([bob]);
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Sees me as' }), 'Nothing, and is told');
  const question = within(screen.getByRole('alertdialog', { name: 'Hide from Bob?' }));
  await userEvent.click(question.getByRole('button', { name: 'Cancel' }));
  expect(changes(bridge)).toEqual([]);
  expect(screen.getByRole<HTMLSelectElement>('combobox', { name: 'Sees me as' }).value).toBe('view:state');
});

test('the menu of the conversation does the same', async () => {
  const [bridge] = await open([bob]);
  await userEvent.click(screen.getByRole('button', { name: 'What Bob may see and do' }));
  await userEvent.click(screen.getByRole('menuitem', { name: /^Block politely/ }));
  await userEvent.click(
    within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Block politely' }),
  );
  expect(changes(bridge)).toEqual([[BOB, { subscribe: 'pretend', fetch: 'pretend' }]]);
});

test('who is blocked is unblocked by removing what names them, and what holds then is said', async () => {
  const [bridge] = await open([{ who: [BOB], subscribe: 'deny', fetch: 'deny', send: 'deny' }]);
  expect(screen.queryByRole('button', { name: /^Block…/ })).toBeNull();
  const button = screen.getByRole('button', { name: /^Unblock/ });
  expect(button.textContent).toContain('Bob must ask before seeing you');
  await userEvent.click(button);
  expect(bridge.requests('rules.remove')).toEqual([{ account: ALICE, who: [BOB] }]);
});

test('what the rule of a whole domain refuses is not offered to be undone here', async () => {
  await open([{ who: ['impp://b.example/*'], subscribe: 'deny', send: 'deny' }]);
  screen.getByText('Because of the rule Everyone at b.example.');
  expect(screen.queryByRole('button', { name: /^Unblock/ })).toBeNull();
});

test('more for a while has an end, and says what holds after it', async () => {
  const [bridge] = await open([bob, { who: ['*'], subscribe: 'allow', view: 'busy' }]);
  await userEvent.click(screen.getByRole('button', { name: /^Show more for a while/ }));
  const dialog = within(screen.getByRole('dialog'));
  dialog.getByText(/After that: Bob sees only whether you are busy\./);
  dialog.getByText(/does not come back by itself/);
  await userEvent.selectOptions(dialog.getByRole('combobox', { name: 'Show' }), 'Everything');
  const before = Date.now();
  await userEvent.click(dialog.getByRole('button', { name: 'Show' }));
  const [request] = bridge.requests('rules.change');
  expect(request).toMatchObject({
    who: BOB,
    change: { subscribe: 'allow', fetch: 'allow', view: 'default' },
  });
  expect(request?.change.until).toBeGreaterThan(before + 3_500_000);
});

test('the end of a rule is taken away by writing it without one', async () => {
  const until = Date.now() + 60_000;
  const [bridge] = await open([{ ...bob, who: [BOB, 'impp://b.example/carol'], until }]);
  screen.getByText(/Then your rule for Bob ends: Bob must ask/);
  await userEvent.click(screen.getByRole('button', { name: 'No end' }));
  expect(bridge.requests('rules.put')).toEqual([{ account: ALICE, rule: bob }]);
});

test('a date is taken when it is whole, and never a time that has passed', async () => {
  const [bridge] = await open([bob]);
  await userEvent.selectOptions(screen.getByRole('combobox', { name: 'Until' }), 'To a date…');
  const field = screen.getByLabelText('The time it ends');
  fireEvent.change(field, { target: { value: '0002-12-31T18:00' } });
  fireEvent.blur(field);
  screen.getByText('This time has passed.');
  fireEvent.change(field, { target: { value: '2999-12-31T18:00' } });
  expect(changes(bridge)).toEqual([]);
  fireEvent.blur(field);
  expect(changes(bridge)).toEqual([[BOB, { until: new Date('2999-12-31T18:00').getTime() }]]);
});

test('a policy against polite blocking greys it out and says why', async () => {
  await open([bob], ['no-pretend']);
  const button = screen.getByRole<HTMLButtonElement>('button', { name: /^Block politely/ });
  expect(button.disabled).toBe(true);
  expect(button.textContent).toContain('a.example does not allow polite blocking');
  expect(screen.queryByRole('option', { name: 'Offline, not told' })).toBeNull();
});

test('trouble stands where it happened', async () => {
  const [bridge] = await open([bob]);
  bridge.reply('rules.change', () => refused('timeout'));
  await userEvent.click(screen.getByRole('switch', { name: 'May write to me' }));
  expect((await screen.findByRole('alert')).textContent).toContain('did not answer in time');
});

test('follows the rules as they change', async () => {
  const [bridge] = await open([bob]);
  act(() => bridge.emit({ type: 'rules', account: ALICE, rules: [] }));
  await screen.findByText('Because no rule says otherwise.');
});

test.each([
  ['refused', /A rule of Bob says so, or Bob said no/],
  ['ended', /ended at b\.example/],
  ['asked', /30 days/],
] as const)('Why? of a watch that is %s', async (watch, words) => {
  const problem = { code: 'permission-denied', reason: 'the words of the server' } as const;
  await show(new ScriptedBridge(), <WhyNoPresence contact={contact({ watch, problem })} name="Bob" />);
  await userEvent.click(screen.getByRole('button', { name: 'Why?' }));
  const dialog = within(screen.getByRole('dialog', { name: 'Why Bob does not show you presence' }));
  dialog.getByText(words);
  dialog.getByText('permission-denied');
  dialog.getByText('the words of the server');
});

test('no Why? where there is nothing to explain', async () => {
  await show(new ScriptedBridge(), <WhyNoPresence contact={contact()} name="Bob" />);
  expect(screen.queryByRole('button', { name: 'Why?' })).toBeNull();
});

describe('read and typing marks', () => {
  const openMarks = async (settings: Partial<Settings>, own: Partial<Conversation>) => {
    const first = snapshot({ contacts: [contact()], conversations: [conversation(own)] });
    const bridge = new ScriptedBridge({ ...first, settings: { ...first.settings, ...settings } });
    bridge.reply('conversation.change', () => ok(null));
    await show(bridge, <Access account={ALICE} address={BOB} name="Bob" />);
    const mark = screen.getByRole<HTMLInputElement>('switch', { name: 'Gets read and typing marks' });
    return { bridge, mark };
  };

  test('are as the settings say for everybody, until this person is set apart', async () => {
    const { bridge, mark } = await openMarks({ sendsReceipts: true, sendsTyping: true }, {});
    expect(mark.checked).toBe(true);
    await userEvent.click(mark);
    expect(bridge.requests('conversation.change')).toEqual([
      { account: ALICE, peer: BOB, sendsReceipts: false, sendsTyping: false },
    ]);
    act(() =>
      bridge.emit({
        type: 'conversation',
        conversation: conversation({ sendsReceipts: false, sendsTyping: false }),
      }),
    );
    await waitFor(() => expect(mark.checked).toBe(false));
    await userEvent.click(mark);
    // As for everybody again: no exception stays behind.
    expect(bridge.requests('conversation.change')[1]).toEqual({
      account: ALICE,
      peer: BOB,
      sendsReceipts: null,
      sendsTyping: null,
    });
  });

  test('may be for one person what nobody else gets', async () => {
    const { mark } = await openMarks({ sendsReceipts: false, sendsTyping: false }, { sendsReceipts: true });
    expect(mark.checked).toBe(true);
  });
});

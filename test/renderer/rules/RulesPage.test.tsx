import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import { RulesPage } from '../../../renderer/rules/RulesPage.tsx';
import type { Problem, Rule, Watcher } from '../../../shared/model.ts';
import {
  account,
  ALICE,
  BOB,
  contact,
  ok,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../scripted-bridge.tsx';

const HOST = 'impp://b.example/*';
const bob: Rule = { who: [BOB], subscribe: 'allow', fetch: 'allow', view: 'state', send: 'allow' };
const host: Rule = { who: [HOST], subscribe: 'deny', fetch: 'deny', send: 'deny' };

interface Options {
  readonly rules?: readonly Rule[];
  readonly watchers?: readonly Watcher[];
  readonly policy?: readonly string[];
  readonly rulesProblem?: Problem;
}

async function open({
  rules = [bob, host],
  watchers = [],
  policy = [],
  rulesProblem,
}: Options = {}): Promise<ScriptedBridge> {
  const bridge = new ScriptedBridge(
    snapshot({
      accounts: [account({ policy, ...(rulesProblem === undefined ? {} : { rulesProblem }) })],
      contacts: [contact()],
      rules: [{ account: ALICE, rules }],
    }),
  );
  bridge.reply('watchers.list', () => ok({ watchers: [...watchers], more: 0 }));
  // Whoever a rule is about is looked at with their eyes.
  bridge.reply('presence.viewAs', ({ watcher }) =>
    watcher === ALICE
      ? ok({ at: Date.now(), state: 'active', presence: { state: 'busy' } })
      : ok({ at: Date.now(), state: 'pending' }),
  );
  bridge.reply('rules.put', () => ok(null));
  bridge.reply('rules.remove', () => ok(null));
  await show(bridge, <RulesPage />);
  return bridge;
}

const rule = (name: RegExp): HTMLElement => screen.getByRole('button', { name });
const editor = () => within(screen.getByRole('region', { name: 'Rule' }));

describe('the list', () => {
  test('says when rules for groups could not be written, and why', async () => {
    await open({ rulesProblem: { code: 'message-too-large', reason: 'there are too many rules' } });
    expect(screen.getByRole('alert').textContent).toMatch(/a\.example keeps no rules for so many people/);
    await userEvent.click(screen.getByRole('button', { name: 'Why?' }));
    expect(await screen.findByText('there are too many rules')).toBeTruthy();
  });

  test('says each rule as a sentence, and what is built in', async () => {
    await open();
    rule(/^Bob sees only my state, without my note, and may write\./);
    rule(/^Everyone at b\.example can neither see me nor write, and is told so\./);
    rule(/^People without an account can neither see me nor write, and are told so\. built in/);
    rule(/^Anyone must ask before seeing my state and note, and may write\. built in/);
  });

  test('is one stop of Tab a section, with arrows inside', async () => {
    await open({ rules: [bob, { ...bob, who: ['impp://a.example/anna'] }] });
    const people = within(screen.getByRole('list', { name: 'People' })).getAllByRole('button');
    expect(people.map((row) => row.tabIndex)).toEqual([0, -1]);
    act(() => people[0]?.focus());
    await userEvent.keyboard('{ArrowDown}');
    expect(document.activeElement).toBe(people[1]);
  });

  test('says what it does not know before the domain has told', async () => {
    const bridge = new ScriptedBridge(snapshot({ rules: [] }));
    await show(bridge, <RulesPage />);
    screen.getByText(/a\.example has not told the rules yet/);
    expect(screen.queryByText(/must ask/)).toBeNull();
  });

  test('follows what another device changes', async () => {
    const bridge = await open();
    act(() => bridge.emit({ type: 'rules', account: ALICE, rules: [{ ...bob, send: 'deny' }] }));
    await waitFor(() => rule(/^Bob sees only my state, without my note, but cannot write\./));
    expect(screen.queryByText(/Everyone at b\.example/)).toBeNull();
  });
});

describe('the editor', () => {
  test('changes its sentence while one edits, and nothing else until it is saved', async () => {
    const bridge = await open();
    await userEvent.click(rule(/^Bob/));
    await userEvent.click(editor().getByRole('radio', { name: 'If I agree' }));
    editor().getByText('must ask before seeing my state, without my note, and may write.');
    await userEvent.click(editor().getByRole('switch', { name: 'Write to me' }));
    editor().getByText('must ask before seeing my state, without my note, but cannot write.');
    rule(/^Bob sees only my state/);
    expect(bridge.requests('rules.put')).toEqual([]);
    await userEvent.click(editor().getByRole('button', { name: 'Save rule' }));
    expect(bridge.requests('rules.put')).toEqual([
      {
        account: ALICE,
        rule: { who: [BOB], subscribe: 'ask', fetch: 'deny', view: 'state', send: 'deny' },
        former: [BOB],
      },
    ]);
  });

  test('Discard brings back what was', async () => {
    const bridge = await open();
    await userEvent.click(rule(/^Bob/));
    await userEvent.selectOptions(editor().getByRole('combobox', { name: 'They are shown' }), 'Busy or free');
    editor().getByText(/sees only whether I am busy/);
    await userEvent.click(editor().getByRole('button', { name: 'Discard' }));
    editor().getByText(/sees only my state/);
    expect(bridge.requests('rules.put')).toEqual([]);
  });

  describe('what is unsaved when one leaves', () => {
    const question = () => within(screen.getByRole('alertdialog', { name: 'Save the rule for Bob?' }));
    async function edited(): Promise<ScriptedBridge> {
      const bridge = await open();
      await userEvent.click(rule(/^Bob/));
      await userEvent.click(editor().getByRole('radio', { name: 'No' }));
      return bridge;
    }

    test('is saved before the other rule opens', async () => {
      const bridge = await edited();
      await userEvent.click(rule(/^Everyone at b/));
      expect(bridge.requests('rules.put')).toEqual([]);
      await userEvent.click(question().getByRole('button', { name: 'Save rule' }));
      expect(bridge.requests('rules.put')).toMatchObject([{ rule: { who: [BOB], subscribe: 'deny' } }]);
      await waitFor(() => editor().getByRole('heading', { name: 'Everyone at b.example' }));
      expect(screen.queryByRole('alertdialog')).toBeNull();
    });

    test('is given up where one says so', async () => {
      const bridge = await edited();
      await userEvent.click(rule(/^Everyone at b/));
      await userEvent.click(question().getByRole('button', { name: 'Discard' }));
      editor().getByRole('heading', { name: 'Everyone at b.example' });
      await userEvent.click(rule(/^Bob/));
      editor().getByText(/sees only my state/);
      expect(bridge.requests('rules.put')).toEqual([]);
    });

    test('stays as it is when one goes on editing, by the button and by Esc', async () => {
      await edited();
      await userEvent.click(rule(/^Everyone at b/));
      await userEvent.click(question().getByRole('button', { name: 'Go on editing' }));
      editor().getByText(/cannot see me/);
      await userEvent.click(rule(/^Everyone at b/));
      await userEvent.keyboard('{Escape}');
      expect(screen.queryByRole('alertdialog')).toBeNull();
      editor().getByText(/cannot see me/);
    });

    test('a refusal to save it stands in the question, and nothing is lost', async () => {
      const bridge = await edited();
      bridge.reply('rules.put', () => refused('timeout'));
      await userEvent.click(rule(/^Everyone at b/));
      await userEvent.click(question().getByRole('button', { name: 'Save rule' }));
      expect((await question().findByRole('alert')).textContent).toContain('did not answer in time');
      await userEvent.click(question().getByRole('button', { name: 'Go on editing' }));
      editor().getByText(/cannot see me/);
    });

    test('the rule that is open already, and one that was only looked at, ask nothing', async () => {
      await edited();
      await userEvent.click(rule(/^Bob/));
      expect(screen.queryByRole('alertdialog')).toBeNull();
      await userEvent.click(editor().getByRole('button', { name: 'Discard' }));
      await userEvent.click(rule(/^Anyone/));
      await userEvent.click(rule(/^Bob/));
      expect(screen.queryByRole('alertdialog')).toBeNull();
      editor().getByRole('heading', { name: 'Bob' });
    });

    test('every way out of the page asks, and goes on where one wanted to', async () => {
      const bridge = new ScriptedBridge(
        snapshot({ contacts: [contact()], rules: [{ account: ALICE, rules: [bob] }] }),
      );
      bridge
        .reply('watchers.list', () => refused('timeout'))
        .reply('presence.viewAs', () => refused('timeout'))
        .reply('messages.page', () => refused('timeout'));
      const { program } = await show(bridge, <App />);
      act(() => program.view.getState().open({ type: 'settings', pane: 'rules' }));
      await userEvent.click(rule(/^Bob/));
      await userEvent.click(editor().getByRole('radio', { name: 'No' }));
      await userEvent.keyboard('{Escape}');
      await userEvent.click(question().getByRole('button', { name: 'Go on editing' }));
      const settings = within(screen.getByRole('navigation', { name: 'Settings' }));
      await userEvent.click(settings.getByRole('button', { name: 'Appearance' }));
      await userEvent.click(question().getByRole('button', { name: 'Go on editing' }));
      act(() => program.view.getState().openConversation(ALICE, BOB));
      await userEvent.click(question().getByRole('button', { name: 'Discard' }));
      expect(program.view.getState().page).toEqual({ type: 'conversation', account: ALICE, peer: BOB });
      // Nothing is held any more.
      act(() => program.view.getState().open({ type: 'home' }));
      expect(program.view.getState().page).toEqual({ type: 'home' });
    });
  });

  test('a refusal by the domain stands where it happened, and the edit stays', async () => {
    const bridge = await open();
    bridge.reply('rules.put', () => refused('timeout'));
    await userEvent.click(rule(/^Bob/));
    await userEvent.click(editor().getByRole('radio', { name: 'No' }));
    await userEvent.click(editor().getByRole('button', { name: 'Save rule' }));
    expect((await editor().findByRole('alert')).textContent).toContain('did not answer in time');
    editor().getByText(/cannot see me/);
  });

  test('says which rule wins, and shows it', async () => {
    await open();
    await userEvent.click(rule(/^Everyone at b/));
    const overlaps = within(screen.getByRole('region', { name: 'Other rules about the same people' }));
    overlaps.getByText(/is closer and wins: sees only my state, without my note, and may write\./);
    await userEvent.click(overlaps.getByRole('button', { name: 'Show' }));
    editor().getByRole('heading', { name: 'Bob' });
    editor().getByText(/gives way to this rule: can neither see me nor write, and is told so\./);
  });

  test('says whom it concerns now, and whether saving changes what they see', async () => {
    await open({ watchers: [{ address: BOB, state: 'active' }] });
    await userEvent.click(rule(/^Bob/));
    await editor().findByText('One watcher now, Bob.');
    await userEvent.click(editor().getByRole('switch', { name: 'Write to me' }));
    editor().getByText(/What they see stays the same/);
    await userEvent.click(editor().getByRole('radio', { name: 'No' }));
    editor().getByText(/What they see changes when you save/);
  });

  test('a policy against polite blocking greys it out and says why', async () => {
    await open({ policy: ['no-pretend'] });
    await userEvent.click(rule(/^Bob/));
    expect(editor().getByRole<HTMLInputElement>('radio', { name: 'Politely no' }).disabled).toBe(true);
    editor().getByText('a.example does not allow polite blocking.');
  });

  test('what is left open says which rule decides it', async () => {
    await open();
    await userEvent.click(rule(/^Bob/));
    await userEvent.click(editor().getByRole('button', { name: /^Rare/ }));
    const buttons = editor().getAllByRole('button', { name: 'Leave to other rules' });
    await userEvent.click(buttons.at(-1) as HTMLElement);
    editor().getByText('as Everyone at b.example says');
    expect(editor().getByRole<HTMLInputElement>('switch', { name: 'Write to me' }).checked).toBe(false);
  });

  test('a rule is removed after a question that says what holds then', async () => {
    const bridge = await open();
    await userEvent.click(rule(/^Bob/));
    await userEvent.click(editor().getByRole('button', { name: 'Remove this rule' }));
    const question = within(screen.getByRole('alertdialog'));
    question.getByText('Other rules decide then: Bob can neither see me nor write, and is told so.');
    await userEvent.click(question.getByRole('button', { name: 'Remove' }));
    expect(bridge.requests('rules.remove')).toEqual([{ account: ALICE, who: [BOB] }]);
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
  });

  test('follows another device where nothing was edited, and keeps an edit', async () => {
    const bridge = await open();
    await userEvent.click(rule(/^Bob/));
    act(() => bridge.emit({ type: 'rules', account: ALICE, rules: [{ ...bob, view: 'busy' }, host] }));
    await editor().findByText(/sees only whether I am busy/);
    await userEvent.click(editor().getByRole('radio', { name: 'No' }));
    act(() => bridge.emit({ type: 'rules', account: ALICE, rules: [{ ...bob, view: 'default' }, host] }));
    await waitFor(() => rule(/^Bob sees my state and note/));
    editor().getByText(/cannot see me/);
  });
});

describe('a new rule', () => {
  async function begin(kind: string) {
    await userEvent.click(screen.getByRole('button', { name: 'New rule' }));
    const dialog = within(screen.getByRole('dialog'));
    await userEvent.click(dialog.getByRole('radio', { name: kind }));
    return dialog;
  }

  test('for a domain, as people write it', async () => {
    const bridge = await open();
    const dialog = await begin('Everyone at a domain');
    await userEvent.type(dialog.getByRole('textbox', { name: 'Domain' }), 'not a domain');
    await userEvent.click(dialog.getByRole('button', { name: 'Continue' }));
    dialog.getByText(/This is not a domain/);
    await userEvent.clear(dialog.getByRole('textbox', { name: 'Domain' }));
    await userEvent.type(dialog.getByRole('textbox', { name: 'Domain' }), 'C.Example');
    await userEvent.click(dialog.getByRole('button', { name: 'Continue' }));
    editor().getByRole('heading', { name: 'Everyone at c.example' });
    await userEvent.click(editor().getByRole('button', { name: 'Save rule' }));
    expect(bridge.requests('rules.put')[0]?.rule.who).toEqual(['impp://c.example/*']);
    expect(bridge.requests('rules.put')[0]).not.toHaveProperty('former');
  });

  test('for people by address, not for oneself, and the one that is there is opened', async () => {
    await open();
    const dialog = await begin('One person or several');
    const field = dialog.getByRole('combobox', { name: 'Name or address' });
    await userEvent.type(field, 'alice@a.example{Enter}');
    dialog.getByText(/This is you/);
    await userEvent.type(field, 'nonsense{Enter}');
    dialog.getByText(/This is not an address/);
    await userEvent.clear(field);
    await userEvent.type(field, 'bob@b.example{Enter}');
    await userEvent.click(dialog.getByRole('button', { name: 'Continue' }));
    editor().getByText('sees only my state, without my note, and may write.');
    editor().getByRole('button', { name: 'Remove this rule' });
  });

  describe('for a group', () => {
    const CAROL = 'impp://b.example/carol';
    const carol = contact({ address: CAROL, name: 'Carol', groups: ['Family'] });
    async function openWithGroups(rules: readonly Rule[]): Promise<ScriptedBridge> {
      const bridge = new ScriptedBridge(
        snapshot({ contacts: [contact({ groups: ['Family'] }), carol], rules: [{ account: ALICE, rules }] }),
      );
      bridge
        .reply('watchers.list', () => refused('timeout'))
        .reply('presence.viewAs', () => ok({ at: Date.now(), state: 'pending' }))
        .reply('rules.put', () => ok(null))
        .reply('rules.remove', () => ok(null));
      await show(bridge, <RulesPage />);
      return bridge;
    }

    test('it is named by the group, and says who is in it now', async () => {
      const bridge = await openWithGroups([]);
      const dialog = await begin('A group of contacts');
      await userEvent.click(dialog.getByRole('button', { name: 'Continue' }));
      editor().getByRole('heading', { name: 'Family, 2 people' });
      editor().getByText('Bob, Carol');
      editor().getByText('and whoever you put into the group');
      // Whoever leaves it meanwhile is not in it.
      act(() => bridge.emit({ type: 'contact', contact: { ...carol, groups: [] } }));
      await waitFor(() => editor().getByRole('heading', { name: 'Family, 1 person' }));
      await userEvent.click(editor().getByRole('button', { name: 'Save rule' }));
      expect(bridge.requests('rules.put')).toMatchObject([
        { account: ALICE, rule: { group: 'Family', who: [BOB], subscribe: 'allow' } },
      ]);
    });

    test('all contacts are one, too; it stands in the list, and is removed by its name', async () => {
      const bridge = await openWithGroups([
        { group: '', who: [BOB, CAROL], send: 'allow' },
        { who: [BOB], subscribe: 'deny' },
      ]);
      await userEvent.click(rule(/^All contacts, 2 people, may write\./));
      await userEvent.click(editor().getByRole('button', { name: 'Remove this rule' }));
      await userEvent.click(within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Remove' }));
      expect(bridge.requests('rules.remove')).toEqual([{ account: ALICE, group: '' }]);
    });
  });

  test('that is discarded leaves nothing', async () => {
    const bridge = await open();
    const dialog = await begin('Anyone');
    await userEvent.click(dialog.getByRole('button', { name: 'Continue' }));
    editor().getByText(/sees my state and note, and may write/);
    await userEvent.click(editor().getByRole('button', { name: 'Discard' }));
    expect(screen.queryByRole('region', { name: 'Rule' })).toBeNull();
    expect(bridge.requests('rules.put')).toEqual([]);
  });
});

describe('View as', () => {
  /** Whose eyes were asked for, oneself left out: those are shown beside somebody until somebody else is chosen. */
  const watchersAsked = (bridge: ScriptedBridge): string[] =>
    bridge
      .requests('presence.viewAs')
      .map(({ watcher }) => watcher)
      .filter((watcher) => watcher !== ALICE);
  const cardOf = async (name: string) =>
    within(await screen.findByRole('group', { name: `What ${name} gets` }));

  test('stands beside what one sees of oneself, until somebody is chosen to compare', async () => {
    await open();
    await userEvent.click(rule(/^Bob/));
    const own = within(await screen.findByRole('group', { name: 'What you see of yourself' }));
    await own.findByText('Busy');
    screen.getByText(/^You see everything of yourself\./);
    const field = screen.getByRole<HTMLInputElement>('combobox', { name: 'Whose eyes, to compare' });
    expect(field.value).toBe('');
    await userEvent.type(field, 'dave@d.example{Enter}');
    await screen.findByRole('group', { name: 'What dave@d.example gets' });
    expect(screen.queryByRole('group', { name: 'What you see of yourself' })).toBeNull();
  });

  test('shows what the domain answers, and because of which rule', async () => {
    const bridge = await open();
    bridge.reply('presence.viewAs', ({ watcher }) =>
      watcher === BOB
        ? ok({ at: Date.now(), state: 'active', presence: { state: 'busy' } })
        : ok({ at: Date.now(), state: 'none', problem: { code: 'permission-denied', reason: 'no' } }),
    );
    const [first, second] = ['Whose eyes', 'Whose eyes, to compare'].map((name) =>
      screen.getByRole('combobox', { name }),
    );
    await userEvent.type(first as HTMLElement, 'bob@b.example{Enter}');
    await (await cardOf('Bob')).findByText('Busy');
    screen.getByText(/^Because of Bob\./);
    await userEvent.type(second as HTMLElement, 'carol@b.example{Enter}');
    await screen.findByText('Is told: Alice does not show you presence.');
    screen.getByText(/^Because of Everyone at b\.example\./);
    expect(watchersAsked(bridge)).toEqual([BOB, 'impp://b.example/carol']);
  });

  test('finds contacts by name, by keyboard alone', async () => {
    const bridge = await open();
    const field = screen.getByRole('combobox', { name: 'Whose eyes' });
    await userEvent.type(field, 'bo');
    await screen.findByRole('option', { name: /^Bob/ });
    await userEvent.keyboard('{ArrowDown}{Enter}');
    await (await cardOf('Bob')).findByText(/^Has to ask you first/);
    expect(watchersAsked(bridge)).toEqual([BOB]);
    // The whole name needs no choosing.
    await userEvent.clear(field);
    await userEvent.type(field, 'someone without an account{Enter}');
    await waitFor(() => expect(watchersAsked(bridge)).toEqual([BOB, 'anonymous']));
  });

  test('asks again when the rules change', async () => {
    const bridge = await open();
    let state: 'busy' | 'offline' = 'busy';
    bridge.reply('presence.viewAs', () => ok({ at: Date.now(), state: 'active', presence: { state } }));
    await userEvent.type(screen.getByRole('combobox', { name: 'Whose eyes' }), 'bob@b.example{Enter}');
    await (await cardOf('Bob')).findByText('Busy');
    state = 'offline';
    act(() => bridge.emit({ type: 'rules', account: ALICE, rules: [{ ...bob, view: 'closed' }] }));
    await (await cardOf('Bob')).findByText('Offline');
  });
});

describe('only contacts may write', () => {
  const CAROL = 'impp://b.example/carol';

  test('allows all contacts first, whoever they are later, and then denies everyone', async () => {
    const bridge = new ScriptedBridge(
      snapshot({
        contacts: [BOB, CAROL].map((address) => contact({ address })),
        rules: [{ account: ALICE, rules: [{ who: [BOB], send: 'deny' }] }],
      }),
    );
    bridge.reply('rules.put', () => ok(null)).reply('rules.change', () => ok(null));
    await show(bridge, <RulesPage />);
    await userEvent.click(screen.getByRole('button', { name: 'Only contacts may write…' }));
    await userEvent.click(
      within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Only contacts' }),
    );
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    expect(bridge.calls.slice(-2)).toEqual([
      {
        command: 'rules.put',
        request: { account: ALICE, rule: { who: [BOB, CAROL], group: '', send: 'allow' } },
      },
      { command: 'rules.change', request: { account: ALICE, who: '*', change: { send: 'deny' } } },
    ]);
  });

  test('what is said of all contacts already stays', async () => {
    const bridge = new ScriptedBridge(
      snapshot({
        rules: [{ account: ALICE, rules: [{ who: [], group: '', view: 'state', send: 'deny' }] }],
      }),
    );
    bridge.reply('rules.put', () => ok(null)).reply('rules.change', () => ok(null));
    await show(bridge, <RulesPage />);
    await userEvent.click(screen.getByRole('button', { name: 'Only contacts may write…' }));
    await userEvent.click(
      within(screen.getByRole('alertdialog')).getByRole('button', { name: 'Only contacts' }),
    );
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    expect(bridge.requests('rules.put')).toEqual([
      { account: ALICE, rule: { who: [], group: '', view: 'state', send: 'allow' } },
    ]);
  });

  test('is not offered where it is so already', async () => {
    await open({ rules: [{ who: ['*'], send: 'deny' }] });
    expect(screen.queryByRole('button', { name: 'Only contacts may write…' })).toBeNull();
  });
});

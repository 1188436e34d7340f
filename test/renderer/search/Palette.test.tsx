import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import type { MessageHits, RequestOf } from '../../../shared/ipc.ts';
import type { Message } from '../../../shared/model.ts';
import {
  account,
  ALICE,
  BOB,
  contact,
  conversation,
  message,
  ok,
  page as messagesPage,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../scripted-bridge.tsx';

const ANA = 'impp://x.example/ana';
const hits = (messages: readonly Message[], part: Partial<MessageHits> = {}): MessageHits => ({
  hits: messages.map((one) => ({ message: one, excerpt: { text: one.text, marks: [0, 4] } })),
  hasMore: false,
  took: 31,
  ...part,
});
const NONE = hits([]);

const bridge = (part: Parameters<typeof snapshot>[0] = {}): ScriptedBridge =>
  new ScriptedBridge(
    snapshot({
      contacts: [contact(), contact({ address: ANA, name: 'Ana Ferreira' })],
      conversations: [conversation({ last: message({ id: 1 }) })],
      ...part,
    }),
  )
    .reply('messages.page', () => ok(messagesPage([])))
    .reply('conversation.read', () => ok(null))
    .reply('messages.search', () => ok(NONE));

/** The field. A browser focuses it; this one does not know what has the focus within. */
async function focused(): Promise<HTMLElement> {
  const field = await screen.findByRole('combobox', { name: 'Search' });
  act(() => field.focus());
  return field;
}

/** By its text: what is marked in it is an element of its own. */
async function optionOf(text: string | RegExp): Promise<HTMLElement> {
  return waitFor(() => {
    const found = screen
      .queryAllByRole('option')
      .find(({ textContent }) =>
        typeof text === 'string' ? textContent === text : text.test(textContent ?? ''),
      );
    if (found === undefined) throw new Error(`no option ${String(text)}`);
    return found;
  });
}

async function open(over: ScriptedBridge) {
  const { program } = await show(over, <App />);
  act(() => program.view.getState().openSearch());
  const field = await focused();
  return { program, field, options: () => screen.queryAllByRole('option').map((one) => one.textContent) };
}

const asked = (over: ScriptedBridge): RequestOf<'messages.search'>[] => over.requests('messages.search');

describe('by keyboard', () => {
  test('Ctrl+K opens it, Esc closes it', async () => {
    await show(bridge(), <App />);
    await userEvent.keyboard('{Control>}k{/Control}');
    await focused();
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  });

  test('a name and Enter lead to the person, without a message having been found', async () => {
    const over = bridge().reply('messages.search', () => new Promise(() => undefined));
    const { program } = await open(over);
    await userEvent.keyboard('ana');
    await optionOf(/Ana Ferreira/);
    await userEvent.keyboard('{Enter}');
    expect(program.view.getState().page).toEqual({ type: 'conversation', account: ALICE, peer: ANA });
    expect(screen.queryByRole('dialog')).toBeNull();
    expect(document.activeElement?.getAttribute('aria-label')).toBe('Message');
  });

  test('arrows choose, round the ends; the field tells which', async () => {
    const { field } = await open(bridge());
    await userEvent.keyboard('a');
    await optionOf(/Ana Ferreira/);
    const chosen = (): string | null | undefined =>
      document.getElementById(field.getAttribute('aria-activedescendant') ?? '')?.textContent;
    const first = chosen();
    expect(screen.getByRole('option', { selected: true }).textContent).toBe(first);
    await userEvent.keyboard('{ArrowDown}');
    expect(chosen()).not.toBe(first);
    await userEvent.keyboard('{ArrowUp}');
    expect(chosen()).toBe(first);
    await userEvent.keyboard('{ArrowUp}');
    expect(chosen()).toBe(screen.getAllByRole('option').at(-1)?.textContent);
    await userEvent.keyboard('{ArrowDown}');
    expect(chosen()).toBe(first);
  });

  test('Tab narrows down, Shift+Tab back, and what is asked for follows', async () => {
    const over = bridge();
    const { field } = await open(over);
    await userEvent.keyboard('page{Tab}');
    expect(screen.getByRole('radio', { name: 'People' })).toHaveProperty('checked', true);
    await userEvent.keyboard('{Tab}');
    expect(screen.getByRole('radio', { name: 'Messages' })).toHaveProperty('checked', true);
    await waitFor(() => expect(asked(over).at(-1)).toEqual({ query: 'page', limit: 50 }));
    await userEvent.keyboard('{Tab}');
    await waitFor(() => expect(asked(over).at(-1)).toEqual({ query: 'page', hasFile: true, limit: 50 }));
    await userEvent.keyboard('{Shift>}{Tab}{/Shift}');
    expect(screen.getByRole('radio', { name: 'Messages' })).toHaveProperty('checked', true);
    expect(document.activeElement).toBe(field);
  });
});

describe('messages', () => {
  const found = message({ id: 7, at: 70_000, order: 3, text: 'page 42 runs green', peer: ANA });

  test('stand with what was found marked, and open in their place', async () => {
    const over = bridge().reply('messages.search', ({ hasFile }) =>
      ok(hasFile === true ? NONE : hits([found])),
    );
    const { program } = await open(over);
    await userEvent.keyboard('page');
    const option = await optionOf(/runs green/);
    expect(option.querySelector('mark')?.textContent).toBe('page');
    expect(option.textContent).toContain('Ana Ferreira');
    expect(screen.getByRole('group', { name: /Messages/ }).textContent).toContain('1 in 31 ms');
    await userEvent.keyboard('{Enter}');
    expect(program.view.getState().page).toEqual({
      type: 'conversation',
      account: ALICE,
      peer: ANA,
      place: { at: 70_000, order: 3 },
    });
  });

  test('only the answer to what is typed now is shown; a slow one holds no key up', async () => {
    const answers = new Map<string, (value: MessageHits) => void>();
    const over = bridge().reply('messages.search', ({ query, hasFile }) =>
      hasFile === true
        ? ok(NONE)
        : new Promise((resolve) => answers.set(query, (value) => resolve(ok(value)))),
    );
    const { field } = await open(over);
    await userEvent.keyboard('page');
    expect(field).toHaveProperty('value', 'page');
    // One question at a time: the letters between are never asked for.
    expect([...answers.keys()]).toEqual(['p']);
    await act(async () => answers.get('p')?.(hits([message({ id: 8, text: 'p for the first letter' })])));
    expect(screen.queryByRole('option', { name: /first letter/ })).toBeNull();
    await waitFor(() => expect([...answers.keys()]).toEqual(['p', 'page']));
    await act(async () => answers.get('page')?.(hits([found])));
    expect(await optionOf(/runs green/)).toBeTruthy();
  });

  test('files stand by name, also those that a message has', async () => {
    const file = { index: 2, name: 'proof_page_42.pdf', type: 'application/pdf', size: 3_100_000 };
    const withFile = message({ id: 9, text: '', files: [file], peer: ANA });
    const over = bridge().reply('messages.search', ({ hasFile }) =>
      ok(
        hasFile === true
          ? { ...NONE, hits: [{ message: withFile, excerpt: { text: file.name, marks: [] }, file: 2 }] }
          : NONE,
      ),
    );
    await open(over);
    await userEvent.keyboard('page');
    const option = await optionOf(/proof_page_42/);
    expect(option.querySelector('mark')?.textContent).toBe('page');
    expect(option.textContent).toContain('3.1 MB, from Ana Ferreira');
  });

  test('more are asked for where there are more', async () => {
    const over = bridge().reply('messages.search', () => ok(hits([found], { hasMore: true })));
    await open(over);
    await userEvent.keyboard('page{Tab}{Tab}');
    await userEvent.click(await optionOf('Show more'));
    await waitFor(() => expect(asked(over).at(-1)).toEqual({ query: 'page', limit: 100 }));
  });

  test('trouble and nothing are said', async () => {
    const over = bridge().reply('messages.search', () => refused('store-damaged'));
    const { field } = await open(over);
    await userEvent.keyboard('zzz{Tab}{Tab}');
    expect(await screen.findByText(/history on this computer is damaged/)).toBeTruthy();
    over.reply('messages.search', () => ok(NONE));
    fireEvent.change(field, { target: { value: 'zzzz' } });
    expect(await screen.findByText('Nothing found for “zzzz”.')).toBeTruthy();
    expect(screen.queryByRole('listbox')).toBeNull();
  });
});

describe('filters', () => {
  test('become what the program is asked, and stand as chips', async () => {
    const over = bridge();
    await open(over);
    await userEvent.keyboard('proof from:ana before:2026-11 has:file ');
    await screen.findByText('From Ana Ferreira');
    expect(screen.getByText('With a file')).toBeTruthy();
    expect(screen.getByText(/^Before 1 November/)).toBeTruthy();
    await waitFor(() =>
      expect(asked(over).at(-1)).toMatchObject({
        query: 'proof',
        account: ALICE,
        peer: ANA,
        isMine: false,
        hasFile: true,
        until: new Date(2026, 10, 1).getTime(),
      }),
    );
  });

  test('a person who is being typed is completed', async () => {
    const { field } = await open(bridge());
    await userEvent.keyboard('proof from:fer');
    await optionOf(/Ana Ferreira/);
    await userEvent.keyboard('{Enter}');
    expect(field).toHaveProperty('value', 'proof from:ana@x.example ');
  });

  test('nobody of that name, and no date: said, and nothing is asked', async () => {
    const over = bridge();
    await open(over);
    const field = screen.getByRole('combobox', { name: 'Search' });
    fireEvent.change(field, { target: { value: 'qqq from:nobody after:soon ' } });
    expect(await screen.findByText('Nobody has the name “nobody”')).toBeTruthy();
    expect(screen.getByText(/“soon” is no date/)).toBeTruthy();
    expect(await screen.findByText('Nothing matches all of this.')).toBeTruthy();
    expect(asked(over)).toEqual([]);
  });

  test('Ctrl+F searches the open conversation only', async () => {
    const over = bridge();
    const { program } = await show(over, <App />);
    act(() => program.view.getState().openConversation(ALICE, BOB));
    await userEvent.keyboard('{Control>}f{/Control}');
    await screen.findByText('With Bob');
    await focused();
    await userEvent.keyboard('word');
    await waitFor(() =>
      expect(asked(over).at(-1)).toMatchObject({ query: 'word', account: ALICE, peer: BOB }),
    );
  });
});

describe('commands and people elsewhere', () => {
  test('settings are found by their name', async () => {
    const { program } = await open(bridge());
    await userEvent.keyboard('settings messages');
    await optionOf('Settings: Messages and files');
    await userEvent.keyboard('{Enter}');
    expect(program.view.getState().page).toEqual({ type: 'settings', pane: 'messages' });
  });

  test('presence is set in each account that allows it', async () => {
    const over = bridge({
      accounts: [
        account({ own: { state: 'available', note: 'here' } }),
        account({ id: BOB, policy: ['no-invisible'] }),
      ],
    }).reply('presence.set', () => ok(null));
    await open(over);
    await userEvent.keyboard('appear');
    await userEvent.click(await optionOf('Presence: Appear offline'));
    expect(over.requests('presence.set')).toEqual([{ account: ALICE, state: 'offline', note: 'here' }]);
  });

  test('what is about the open conversation is offered, but Enter does not do it unasked', async () => {
    const over = bridge();
    const { program } = await show(over, <App />);
    act(() => program.view.getState().openConversation(ALICE, BOB));
    act(() => program.view.getState().openSearch());
    await focused();
    await userEvent.keyboard('zzzz');
    await optionOf(/Go to a day/);
    await screen.findByText('Nothing found for “zzzz”.');
    await userEvent.keyboard('{Enter}');
    expect(screen.getByRole('combobox', { name: 'Search' })).toBeTruthy();
    await userEvent.click(screen.getByRole('option', { name: 'Export this conversation…' }));
    expect(program.view.getState().question).toEqual({ type: 'export', account: ALICE, peer: BOB });
  });

  test('what its menu does with a conversation is done by its name; what changes nothing is not offered', async () => {
    const over = bridge().reply('conversation.change', () => ok(null));
    const { program } = await show(over, <App />);
    act(() => program.view.getState().openConversation(ALICE, BOB));
    act(() => program.view.getState().openSearch());
    await focused();
    for (const words of ['Unpin', 'Mark as read', 'Unmute']) {
      await userEvent.keyboard(words);
      expect(screen.queryByRole('option', { name: words })).toBeNull();
      await userEvent.clear(screen.getByRole('combobox', { name: 'Search' }));
    }
    await userEvent.keyboard('pin');
    await userEvent.click(await optionOf('Pin'));
    expect(over.requests('conversation.change')).toEqual([{ account: ALICE, peer: BOB, isPinned: true }]);
  });

  test('text grows by its name, to its end; keys that browsers keep are not promised in one', async () => {
    const over = bridge().reply('settings.change', () => ok(snapshot().settings));
    const { program } = await open(over);
    await userEvent.keyboard('larger');
    // Without `Ctrl +`, which enlarges the whole page there.
    await userEvent.click(await optionOf('Larger text'));
    act(() => over.emit({ type: 'settings', settings: { ...snapshot().settings, textSize: 200 } }));
    act(() => program.view.getState().openSearch());
    await focused();
    await userEvent.keyboard('larger');
    await userEvent.click(await optionOf('Larger text'));
    expect(over.requests('settings.change')).toEqual([{ textSize: 110 }, { textSize: 200 }]);
  });

  test('a whole address can be written to', async () => {
    const { program } = await open(bridge());
    await userEvent.keyboard('new@y.example');
    await userEvent.click(await optionOf('Write to new@y.example'));
    expect(program.view.getState().page).toMatchObject({ peer: 'impp://y.example/new' });
  });

  test('the directory is asked only when somebody wants it', async () => {
    const over = bridge().reply('directory.search', () =>
      ok([{ address: 'impp://a.example/zoe', displayName: 'Zoe Listed' }]),
    );
    const { program } = await open(over);
    await userEvent.keyboard('zoe');
    const look = await optionOf(/in the directory of a.example/);
    expect(over.requests('directory.search')).toEqual([]);
    await userEvent.click(look);
    await userEvent.click(await optionOf(/Zoe Listed/));
    expect(program.view.getState().page).toMatchObject({ peer: 'impp://a.example/zoe' });
  });

  test('before anything is typed: with whom one talked lately, and the words that narrow down', async () => {
    const { options } = await open(bridge());
    expect(within(screen.getByRole('group', { name: 'Lately' })).getAllByRole('option')).toHaveLength(1);
    await userEvent.click(screen.getByRole('option', { name: /from:me is what you wrote/ }));
    expect(screen.getByRole('combobox', { name: 'Search' })).toHaveProperty('value', 'from:');
    expect(options().length).toBeGreaterThan(0);
  });
});

import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import type { Conversation } from '../../../shared/model.ts';
import {
  ALICE,
  BOB,
  contact,
  conversation,
  message,
  ok,
  page,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../scripted-bridge.tsx';

const peer = (user: string): string => `impp://x.example/${user}`;
let id = 0;
const talk = (user: string, part: Partial<Conversation> = {}): Conversation => {
  id += 1;
  return conversation({ peer: peer(user), last: message({ id, peer: peer(user) }), ...part });
};
const bridge = (...conversations: Conversation[]): ScriptedBridge =>
  new ScriptedBridge(
    snapshot({
      conversations,
      contacts: conversations.map((one) => contact({ address: one.peer, name: one.peer.slice(15) })),
    }),
  )
    .reply('messages.page', () => ok(page([])))
    .reply('conversation.read', () => ok(null))
    .reply('conversation.change', () => ok(null));

const region = (name: string): HTMLElement => screen.getByRole('region', { name });
const rows = (name: string): HTMLElement[] => within(region(name)).queryAllByRole('listitem');
const row = (user: string): HTMLElement =>
  screen.getByRole('button', { name: new RegExp(`^${user}|${user}.*text`) });

describe('where a conversation stands', () => {
  test('pinned by name, the others by time, those put away folded with what is unread in them', async () => {
    const over = bridge(
      talk('zoe', { isPinned: true }),
      talk('old'),
      talk('new'),
      talk('ann', { isPinned: true }),
      talk('away', { isArchived: true, unread: 3 }),
      talk('stranger', { isRequest: true, unread: 1 }),
    );
    await show(over, <App />);
    expect(rows('Pinned').map((one) => one.textContent?.match(/ann|zoe/)?.[0])).toEqual(['ann', 'zoe']);
    expect(rows('Conversations').map((one) => one.textContent?.match(/new|old/)?.[0])).toEqual([
      'new',
      'old',
    ]);
    const fold = within(region('Archived')).getByRole('button', { name: /Archived/ });
    expect(fold.getAttribute('aria-expanded')).toBe('false');
    expect(within(fold).getByRole('img', { name: '3 unread in archived conversations' })).toBeTruthy();
    expect(rows('Archived')).toHaveLength(0);
    await userEvent.click(fold);
    expect(rows('Archived')).toHaveLength(1);
    // A stranger is in none of them, and does not count in the title.
    expect(screen.queryByText('stranger')).toBeNull();
    expect(document.title).toBe('(3) Parley');
  });

  test('Requests counts strangers who write and those who ask, each once', async () => {
    const over = new ScriptedBridge(
      snapshot({
        conversations: [talk('s1', { isRequest: true }), talk('s2', { isRequest: true })],
        requests: [{ account: ALICE, address: peer('s1'), since: 1, isNew: false }],
      }),
    );
    await show(over, <App />);
    expect(screen.getByRole('img', { name: '2 requests' })).toBeTruthy();
  });
});

describe('a row', () => {
  test('a muted one has a bell, and is neither bold nor counted', async () => {
    await show(
      bridge(talk('loud', { unread: 2 }), talk('mute', { unread: 5, mutedUntil: 'changed' })),
      <App />,
    );
    expect(screen.getByRole('img', { name: 'Muted' })).toBeTruthy();
    expect(document.title).toBe('(2) Parley');
  });

  test('muted for a while is muted until then, to the minute', async () => {
    await show(
      bridge(
        talk('over', { mutedUntil: Date.now() - 60_000 }),
        talk('still', { mutedUntil: Date.now() + 3_600_000 }),
      ),
      <App />,
    );
    expect(screen.getAllByRole('img', { name: /^Muted until/ })).toHaveLength(1);
  });

  test('formatting is read, files are named, what was taken back says so', async () => {
    const file = { index: 0, name: 'proof.pdf', type: 'application/pdf', size: 9 };
    await show(
      bridge(
        talk('format', { last: message({ id: 91, text: 'Too **big** for `you`' }) }),
        talk('file', { last: message({ id: 92, text: '', files: [file], isMine: true, outcome: 'stored' }) }),
        talk('back', { last: message({ id: 93, text: '', isRetracted: true }) }),
        talk('large', { last: message({ id: 94, text: '', deferred: 3_000_000 }) }),
      ),
      <App />,
    );
    const said = rows('Conversations').map((one) => one.textContent ?? '');
    expect(said.some((text) => text.includes('Too big for you'))).toBe(true);
    expect(said.some((text) => text.includes('You: proof.pdf'))).toBe(true);
    expect(said.some((text) => text.includes('Taken back'))).toBe(true);
    expect(said.some((text) => text.includes('A message of 3 MB'))).toBe(true);
  });

  test('a draft comes before the last message, and who writes before both, until it ends', async () => {
    const over = bridge(talk('ann', { draft: 'Dear' }));
    await show(over, <App />);
    expect(rows('Conversations')[0]?.textContent).toContain('Draft: Dear');
    const type = (milliseconds: number): void => {
      const until = Date.now() + milliseconds;
      act(() => over.emit({ type: 'typing', account: ALICE, peer: peer('ann'), until }));
    };
    type(60_000);
    await waitFor(() => expect(rows('Conversations')[0]?.textContent).toContain('writing…'));
    // Nothing says that it ended: it does so by itself.
    type(60);
    await waitFor(() => expect(rows('Conversations')[0]?.textContent).toContain('Draft: Dear'));
  });

  test('read by its reader shows as read', async () => {
    await show(
      bridge(talk('ann', { last: message({ id: 95, isMine: true, outcome: 'delivered', readAt: 5 }) })),
      <App />,
    );
    expect(screen.getByRole('img', { name: 'Read' })).toBeTruthy();
  });
});

describe('the menu of a conversation', () => {
  const open = async (over: ScriptedBridge, user: string) => {
    const { program } = await show(over, <App />);
    fireEvent.contextMenu(row(user), { clientX: 20, clientY: 30 });
    return { program, menu: within(await screen.findByRole('menu')) };
  };

  test.each([
    ['Pin', { isPinned: true }],
    ['Archive', { isArchived: true }],
    ['Mute until you change it', { mutedUntil: 'changed' }],
  ])('%s', async (words, setting) => {
    const over = bridge(talk('ann'));
    const { menu } = await open(over, 'ann');
    await userEvent.click(menu.getByRole('menuitem', { name: new RegExp(`^${words}`) }));
    expect(over.requests('conversation.change')).toEqual([{ account: ALICE, peer: peer('ann'), ...setting }]);
  });

  test('for an hour means from now on', async () => {
    const over = bridge(talk('ann'));
    const { menu } = await open(over, 'ann');
    const before = Date.now();
    await userEvent.click(menu.getByRole('menuitem', { name: 'Mute for 1 hour' }));
    const [asked] = over.requests('conversation.change');
    expect(asked?.mutedUntil).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(asked?.mutedUntil).toBeLessThanOrEqual(Date.now() + 3_600_000);
  });

  test('offers what changes something: back, not there again', async () => {
    const over = bridge(talk('ann', { isPinned: true, isArchived: true, mutedUntil: 'changed', unread: 1 }));
    const { menu } = await open(over, 'ann');
    const items = menu.getAllByRole('menuitem').map((one) => one.textContent);
    expect(items).toEqual([
      'Unpin',
      'Mark as read',
      'Take out of the archive',
      'Unmute',
      'Export this conversation…',
      'Delete history here…',
    ]);
    await userEvent.click(menu.getByRole('menuitem', { name: 'Unmute' }));
    expect(over.requests('conversation.change')[0]).toMatchObject({ mutedUntil: null });
  });

  test('opens by keyboard at its row, and the arrow keys go through it', async () => {
    const over = bridge(talk('ann', { unread: 1 }));
    await show(over, <App />);
    act(() => row('ann').focus());
    await userEvent.keyboard('{Shift>}{F10}{/Shift}');
    const menu = within(await screen.findByRole('menu'));
    act(() => menu.getByRole('menuitem', { name: 'Pin' }).focus());
    await userEvent.keyboard('{ArrowDown}{Enter}');
    expect(over.requests('conversation.read')).toEqual([{ account: ALICE, peer: peer('ann') }]);
  });

  test('deleting asks first, says what stays elsewhere, and leaves the page', async () => {
    const over = bridge(talk('ann')).reply('conversation.delete', () => ok(null));
    const { program, menu } = await open(over, 'ann');
    act(() => program.view.getState().openConversation(ALICE, peer('ann')));
    await userEvent.click(menu.getByRole('menuitem', { name: 'Delete history here…' }));
    const dialog = within(await screen.findByRole('alertdialog'));
    expect(dialog.getByText(/your other devices keep theirs/)).toBeTruthy();
    expect(over.requests('conversation.delete')).toEqual([]);
    await userEvent.click(dialog.getByRole('button', { name: 'Delete here' }));
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    expect(over.requests('conversation.delete')).toEqual([{ account: ALICE, peer: peer('ann') }]);
    expect(program.view.getState().page).toEqual({ type: 'home' });
  });

  test('what goes wrong is said, although the menu is gone', async () => {
    const over = bridge(talk('ann')).reply('conversation.change', () => refused('internal-error'));
    const { menu } = await open(over, 'ann');
    await userEvent.click(menu.getByRole('menuitem', { name: 'Pin' }));
    expect((await screen.findByRole('alertdialog')).textContent).toContain('That did not work');
  });

  test('the header has the same, with its bell', async () => {
    const over = bridge(conversation({ last: message({ id: 96 }) }));
    const { program } = await show(over, <App />);
    act(() => program.view.getState().openConversation(ALICE, BOB));
    await userEvent.click(await screen.findByRole('button', { name: 'Mute' }));
    await userEvent.click(await screen.findByRole('menuitem', { name: 'Mute for 8 hours' }));
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
    expect(over.requests('conversation.change')[0]?.mutedUntil).toBeGreaterThan(Date.now() + 7 * 3_600_000);
    await userEvent.click(screen.getByRole('button', { name: /^More about/ }));
    expect(await screen.findByRole('menuitem', { name: 'Delete history here…' })).toBeTruthy();
  });
});

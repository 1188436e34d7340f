import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { App } from '../../renderer/App.tsx';
import type { Program } from '../../renderer/store/program.ts';
import { ariaKeys, keysWords } from '../../renderer/i18n/keys.ts';
import type { Conversation } from '../../shared/model.ts';
import type { GlobalShortcut } from '../../shared/shortcuts.ts';
import {
  ALICE,
  account,
  contact,
  conversation,
  message,
  ok,
  page as messagesPage,
  ScriptedBridge,
  show,
  snapshot,
} from './scripted-bridge.tsx';

const peer = (name: string): string => `impp://x.example/${name}`;

async function open(): Promise<{ program: Program; bridge: ScriptedBridge }> {
  const bridge = new ScriptedBridge(
    snapshot({
      contacts: [contact({ address: peer('new') })],
      conversations: [
        conversation({ peer: peer('new'), last: message({ id: 9 }) }),
        conversation({ peer: peer('old'), unread: 1, last: message({ id: 1 }) }),
      ],
    }),
  )
    .reply('messages.page', () => ok(messagesPage([])))
    .reply('conversation.read', () => ok(null))
    .reply('conversation.draft', () => ok(null));
  return { ...(await show(bridge, <App />)), bridge };
}

const page = (program: Program): unknown => program.view.getState().page;

test('Alt and arrows go from conversation to conversation', async () => {
  const { program } = await open();
  await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
  expect(page(program)).toEqual({ type: 'conversation', account: ALICE, peer: peer('new') });
  await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
  expect(page(program)).toEqual({ type: 'conversation', account: ALICE, peer: peer('old') });
  await userEvent.keyboard('{Alt>}{ArrowUp}{/Alt}');
  expect(page(program)).toEqual({ type: 'conversation', account: ALICE, peer: peer('new') });
});

test('Ctrl+Shift+A goes to the next unread one', async () => {
  const { program } = await open();
  await userEvent.keyboard('{Control>}{Shift>}a{/Shift}{/Control}');
  expect(page(program)).toEqual({ type: 'conversation', account: ALICE, peer: peer('old') });
});

test('Ctrl+N adds a contact, Esc closes it', async () => {
  await open();
  await userEvent.keyboard('{Control>}n{/Control}');
  expect((await screen.findByRole('dialog')).textContent).toContain('Add contact');
  await userEvent.keyboard('{Escape}');
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
});

test('Ctrl+comma opens the settings, Esc leads back to where one was', async () => {
  const { program } = await open();
  act(() => program.view.getState().openConversation(ALICE, peer('old')));
  await userEvent.keyboard('{Control>},{/Control}');
  expect(screen.getByRole('radiogroup', { name: 'Theme' })).toBeTruthy();
  await userEvent.keyboard('{Escape}');
  expect(page(program)).toEqual({ type: 'conversation', account: ALICE, peer: peer('old') });
});

test('settings do not lead back to a conversation of an account that was removed in them', async () => {
  const { program, bridge } = await open();
  act(() => bridge.emit({ type: 'account', account: account({ id: 'impp://c.example/carol' }) }));
  act(() => program.view.getState().openConversation(ALICE, peer('old')));
  await userEvent.keyboard('{Control>},{/Control}');
  act(() => bridge.emit({ type: 'account-removed', id: ALICE }));
  await waitFor(() => expect(program.mirror.getState().mirror?.accounts).toHaveLength(1));
  await userEvent.keyboard('{Escape}');
  expect(page(program)).toEqual({ type: 'home' });
});

test('Ctrl+Shift+P opens the presence menu', async () => {
  await open();
  await userEvent.keyboard('{Control>}{Shift>}p{/Shift}{/Control}');
  expect(await screen.findByRole('menu')).toBeTruthy();
});

test('Ctrl and a stroke show all keys, as this system names them, and Esc leads back', async () => {
  const { program } = await open();
  await userEvent.keyboard('{Control>}/{/Control}');
  expect(page(program)).toEqual({ type: 'settings', pane: 'shortcuts' });
  const keys = (words: string): string =>
    screen.getByText(words, { selector: 'dt' }).parentElement?.querySelector('dd')?.textContent ?? '';
  expect(keys('Next conversation with unread messages')).toBe('Ctrl Shift A');
  expect(keys('Pinned conversations')).toBe('Ctrl 1 to Ctrl 9');
  expect(keys('Next conversation')).toBe('Alt ↓');
  expect(keys('Select')).toBe('Space');
  // A browser has these for itself.
  expect(screen.queryByText('Larger text')).toBeNull();
  await userEvent.keyboard('{Escape}');
  expect(page(program)).toEqual({ type: 'home' });
});

test('on macOS keys are named by their signs', () => {
  const command = { key: 'a', isCommand: true, isShift: true } as const;
  expect(keysWords(command, 'darwin')).toBe('⇧⌘A');
  expect(ariaKeys(command, 'darwin')).toBe('Meta+Shift+A');
  expect(ariaKeys({ key: ' ' }, 'linux')).toBe('Space');
});

test('the menu of the system does what keys do, and nothing while something is being asked', async () => {
  const { program, bridge } = await open();
  const choose = (shortcut: GlobalShortcut): void => act(() => bridge.lead({ type: 'shortcut', shortcut }));
  choose('unread');
  expect(page(program)).toEqual({ type: 'conversation', account: ALICE, peer: peer('old') });
  choose('new');
  await screen.findByRole('dialog');
  choose('settings');
  expect(page(program)).toMatchObject({ type: 'conversation' });
  expect(program.view.getState().asked).toBeUndefined();
});

describe('among many conversations', () => {
  const at = async (...conversations: Conversation[]) => {
    const bridge = new ScriptedBridge(snapshot({ conversations }))
      .reply('messages.page', () => ok(messagesPage([])))
      .reply('conversation.read', () => ok(null));
    const { program } = await show(bridge, <App />);
    return { program, shown: () => page(program) };
  };
  const talk = (name: string, id: number, part: Partial<Conversation> = {}): Conversation =>
    conversation({ peer: peer(name), last: message({ id }), ...part });
  const shows = (name: string): unknown => ({ type: 'conversation', account: ALICE, peer: peer(name) });

  test('Ctrl and a digit open the pinned ones, by name', async () => {
    const { shown } = await at(talk('zoe', 9, { isPinned: true }), talk('ann', 1, { isPinned: true }));
    await userEvent.keyboard('{Control>}2{/Control}');
    expect(shown()).toEqual(shows('zoe'));
    await userEvent.keyboard('{Control>}1{/Control}');
    expect(shown()).toEqual(shows('ann'));
    await userEvent.keyboard('{Control>}3{/Control}');
    expect(shown()).toEqual(shows('ann'));
  });

  test('arrows pass the pinned ones first, and neither archived ones nor strangers', async () => {
    const { shown } = await at(
      talk('open', 5),
      talk('pinned', 1, { isPinned: true }),
      talk('away', 9, { isArchived: true }),
      talk('stranger', 8, { isRequest: true }),
    );
    await userEvent.keyboard('{Alt>}{ArrowDown}{/Alt}');
    expect(shown()).toEqual(shows('pinned'));
    await userEvent.keyboard('{Alt>}{ArrowDown}{ArrowDown}{/Alt}');
    expect(shown()).toEqual(shows('open'));
  });

  test('the next unread one is below, then from the top; muted ones come last', async () => {
    const { shown, program } = await at(
      talk('top', 9, { unread: 1 }),
      talk('here', 8, { unread: 1 }),
      talk('mute', 7, { unread: 1, mutedUntil: 'changed' }),
      talk('below', 6, { unread: 1 }),
    );
    act(() => program.view.getState().openConversation(ALICE, peer('here')));
    const next = (): Promise<unknown> => userEvent.keyboard('{Control>}{Shift>}a{/Shift}{/Control}');
    await next();
    expect(shown()).toEqual(shows('below'));
    await next();
    expect(shown()).toEqual(shows('top'));
  });

  test('Ctrl+G asks for a day, only in a conversation', async () => {
    const { program } = await at(talk('ann', 1));
    await userEvent.keyboard('{Control>}g{/Control}');
    expect(program.view.getState().isChoosingDay).toBe(false);
    act(() => program.view.getState().openConversation(ALICE, peer('ann')));
    await userEvent.keyboard('{Control>}g{/Control}');
    expect(program.view.getState().isChoosingDay).toBe(true);
  });
});

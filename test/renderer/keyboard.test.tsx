import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { App } from '../../renderer/App.tsx';
import type { Program } from '../../renderer/store/program.ts';
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

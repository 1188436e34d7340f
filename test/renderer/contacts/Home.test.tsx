import { act, screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import { contact, conversation, ok, page, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

const calm = () => screen.queryByRole('heading', { level: 1, name: 'Choose a conversation or a contact' });
const form = () => screen.queryByRole('textbox', { name: 'Write to' });
const steps = () => screen.queryByRole('heading', { name: 'Give out your address' });

describe('while nothing is chosen', () => {
  test('who knows nobody is helped to begin, also while a stranger waits for an answer', async () => {
    await show(new ScriptedBridge(snapshot({ conversations: [conversation({ isRequest: true })] })), <App />);
    expect([calm(), form(), steps()].map(Boolean)).toEqual([false, true, true]);
  });

  test.each([
    ['a contact', { contacts: [contact()] }],
    ['a conversation', { conversations: [conversation()] }],
    ['one that is put away', { conversations: [conversation({ isArchived: true })] }],
  ])('%s is enough to be left in peace; search is at hand', async (_, part) => {
    const { program } = await show(new ScriptedBridge(snapshot(part)), <App />);
    expect([calm(), form(), steps()].map(Boolean)).toEqual([true, false, false]);
    const [, search] = screen.getAllByRole('button', { name: 'Search or jump to' });
    expect(search?.getAttribute('aria-keyshortcuts')).toContain('K');
    await userEvent.click(search as HTMLElement);
    expect(program.view.getState().search).toEqual({ text: '', scope: 'all' });
  });

  test('an address that is being typed stays when somebody comes', async () => {
    const bridge = new ScriptedBridge();
    await show(bridge, <App />);
    await userEvent.type(form() as HTMLElement, 'eve@');
    act(() => bridge.emit({ type: 'contact', contact: contact() }));
    await waitFor(() => expect(steps()).toBeNull());
    expect((form() as HTMLInputElement).value).toBe('eve@');
    expect(document.activeElement).toBe(form());
    await userEvent.clear(form() as HTMLElement);
    expect(calm()).toBeTruthy();
  });
});

test('a new conversation begins in the field, each time', async () => {
  const bridge = new ScriptedBridge(snapshot({ contacts: [contact()] })).reply('messages.page', () =>
    ok(page([])),
  );
  const { program } = await show(bridge, <App />);
  for (let times = 0; times < 2; times += 1) {
    // oxlint-disable-next-line no-await-in-loop
    await userEvent.click(screen.getByRole('button', { name: 'New conversation' }));
    expect(document.activeElement).toBe(form());
  }
  expect(steps()).toBeNull();
  await userEvent.keyboard('eve@x.example{Enter}');
  expect(program.view.getState().page).toMatchObject({ peer: 'impp://x.example/eve' });
});

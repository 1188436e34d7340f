import { act, screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import { ALICE, BOB, contact, ok, page, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

const person = () => screen.queryByRole('complementary', { name: 'About Bob' });

test('the name in the head shows and hides the person, and is the only thing that does', async () => {
  const bridge = new ScriptedBridge(snapshot({ contacts: [contact({ presence: { state: 'busy' } })] })).reply(
    'messages.page',
    () => ok(page([])),
  );
  const { program } = await show(bridge, <App />);
  act(() => program.view.getState().openConversation(ALICE, BOB));
  const head = within(await screen.findByRole('heading', { level: 1, name: 'Bob' }));
  const name = head.getByRole('button', { name: 'Bob', expanded: false });
  expect(name.title).toMatch(/^Show person\nBusy\./);
  expect(person()).toBeNull();
  await userEvent.click(name);
  expect(person()).toBeTruthy();
  expect(name.getAttribute('aria-expanded')).toBe('true');
  await userEvent.click(name);
  expect(person()).toBeNull();
  act(() => name.focus());
  await userEvent.keyboard('{Enter}');
  expect(person()).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Show person' })).toBeNull();
});

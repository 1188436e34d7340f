import { act, fireEvent, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, test, vi } from 'vitest';
import { App } from '../../../renderer/App.tsx';
import {
  ALICE,
  BOB,
  contact,
  ok,
  page,
  refused,
  ScriptedBridge,
  show,
  snapshot,
} from '../scripted-bridge.tsx';

const bridge = (): ScriptedBridge =>
  new ScriptedBridge(
    snapshot({ contacts: [contact(), contact({ address: 'impp://x.example/zoe', name: 'Zoe' })] }),
  )
    .reply('messages.page', () => ok(page([])))
    .reply('contact.remove', () => ok(null));
const row = (name: string): HTMLElement =>
  within(screen.getByRole('region', { name: 'Contacts' })).getByRole('button', {
    name: new RegExp(`${name}$`),
  });
const open = async (over: ScriptedBridge) => {
  const { program } = await show(over, <App />);
  fireEvent.contextMenu(row('Bob'), { clientX: 20, clientY: 30 });
  const menu = within(await screen.findByRole('menu', { name: 'More about Bob' }));
  return {
    view: program.view,
    choose: (name: string) => userEvent.click(menu.getByRole('menuitem', { name })),
  };
};

describe('the menu of a contact', () => {
  test('says what can be done with them; writing is the first', async () => {
    const { view, choose } = await open(bridge());
    expect(screen.getAllByRole('menuitem').map((one) => one.textContent)).toEqual([
      'Write to Bob',
      'Show person',
      'Copy address',
      'Remove contact…',
    ]);
    await choose('Write to Bob');
    expect(view.getState().page).toEqual({ type: 'conversation', account: ALICE, peer: BOB });
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
  });

  test.each(['{Shift>}{F10}{/Shift}', '{ContextMenu}'])('%s opens it at its row', async (keys) => {
    const { program } = await show(bridge(), <App />);
    act(() => row('Zoe').focus());
    await userEvent.keyboard(keys);
    await screen.findByRole('menu', { name: 'More about Zoe' });
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(row('Zoe')));
    expect(program.view.getState().page).toEqual({ type: 'home' });
  });

  test.each([true, false])('who they are is shown, also where it was hidden (wide: %s)', async (isWide) => {
    const { view, choose } = await open(bridge());
    act(() => view.setState({ isWide, isPersonBeside: false }));
    await choose('Show person');
    expect(await screen.findByRole('complementary', { name: 'About Bob' })).toBeTruthy();
  });

  test('their address is copied, which is said', async () => {
    const write = vi.spyOn(navigator.clipboard, 'writeText').mockResolvedValue();
    const { choose } = await open(bridge());
    await choose('Copy address');
    expect(write).toHaveBeenCalledWith('bob@b.example');
    await waitFor(() => expect(screen.getByText('Copied')).toBeTruthy());
  });

  test('removing asks first, as beside the conversation, and stays open with what went wrong', async () => {
    const over = bridge().reply('contact.remove', () => refused('closed'));
    const { choose } = await open(over);
    await choose('Remove contact…');
    const dialog = within(await screen.findByRole('alertdialog', { name: 'Remove Bob?' }));
    expect(over.requests('contact.remove')).toEqual([]);
    await userEvent.click(dialog.getByRole('button', { name: 'Remove' }));
    expect((await dialog.findByRole('alert')).textContent).toContain('The connection ended');
    over.reply('contact.remove', () => ok(null));
    await userEvent.click(dialog.getByRole('button', { name: 'Remove' }));
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    expect(over.requests('contact.remove')).toHaveLength(2);
    expect(over.requests('contact.remove')[0]).toEqual({ account: ALICE, address: BOB });
  });

  test('and who thinks better of it is back at the row', async () => {
    await show(bridge(), <App />);
    act(() => row('Zoe').focus());
    await userEvent.keyboard('{Shift>}{F10}{/Shift}');
    const menu = within(await screen.findByRole('menu', { name: 'More about Zoe' }));
    await userEvent.click(menu.getByRole('menuitem', { name: 'Remove contact…' }));
    await screen.findByRole('alertdialog', { name: 'Remove Zoe?' });
    await userEvent.keyboard('{Escape}');
    await waitFor(() => expect(screen.queryByRole('alertdialog')).toBeNull());
    await waitFor(() => expect(document.activeElement).toBe(row('Zoe')));
  });

  test('goes with its contact', async () => {
    const over = bridge();
    await open(over);
    act(() => over.emit({ type: 'contact-removed', account: ALICE, address: BOB }));
    await waitFor(() => expect(screen.queryByRole('menu')).toBeNull());
  });
});

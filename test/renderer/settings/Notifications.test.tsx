// What the settings say of notifications, and what they change.

import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, expect, test, vi } from 'vitest';
import { Notifications } from '../../../renderer/settings/Notifications.tsx';
import type { AtLogin, HostFacts } from '../../../shared/model.ts';
import { ok, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

afterEach(() => vi.unstubAllGlobals());

function bridgeOf(facts: HostFacts): ScriptedBridge {
  return new ScriptedBridge()
    .reply('host.facts', () => ok(facts))
    .reply('settings.change', (change) => ok({ ...snapshot().settings, ...change }))
    .reply('host.startAtLogin', () => ok(null));
}

test('what is shown, the lock and the sound are settings', async () => {
  const bridge = bridgeOf({
    notifications: 'system',
    hasTray: true,
    knowsQuiet: false,
    atLogin: 'off',
  });
  await show(bridge, <Notifications />);
  await userEvent.click(screen.getByRole('radio', { name: 'Name only' }));
  await userEvent.click(screen.getByRole('switch', { name: 'Sound' }));
  await userEvent.click(await screen.findByRole('switch', { name: /in the tray/ }));
  await userEvent.click(screen.getByRole('switch', { name: 'Start at login' }));
  expect(bridge.requests('settings.change')).toEqual([
    { notifies: 'name' },
    { hasSound: false },
    { closesToTray: false },
  ]);
  expect(bridge.requests('host.startAtLogin')).toEqual([{ atLogin: 'hidden' }]);
});

test('who starts at login says whether the window opens then', async () => {
  let atLogin: AtLogin = 'hidden';
  const bridge = bridgeOf({ notifications: 'system', hasTray: true, knowsQuiet: false })
    .reply('host.facts', () => ok({ notifications: 'system', hasTray: true, knowsQuiet: false, atLogin }))
    .reply('host.startAtLogin', (asked) => {
      ({ atLogin } = asked);
      return ok(null);
    });
  await show(bridge, <Notifications />);
  await userEvent.click(await screen.findByRole('switch', { name: 'Start without its window' }));
  await screen.findByText('The window opens at login');
  await userEvent.click(screen.getByRole('switch', { name: 'Start without its window' }));
  await screen.findByText(/^Hidden in the tray/);
  await userEvent.click(screen.getByRole('switch', { name: 'Start at login' }));
  await waitFor(() => expect(screen.queryByRole('switch', { name: 'Start without its window' })).toBeNull());
  expect(bridge.requests('host.startAtLogin')).toEqual([
    { atLogin: 'shown' },
    { atLogin: 'hidden' },
    { atLogin: 'off' },
  ]);
});

test('the test says what the system answered', async () => {
  const bridge = bridgeOf({ notifications: 'system', hasTray: false, knowsQuiet: false });
  bridge.reply('notification.test', () => ({
    ok: false,
    code: 'notification-refused',
    reason: 'Settings prevent it',
    data: {},
  }));
  await show(bridge, <Notifications />);
  await userEvent.click(screen.getByRole('button', { name: 'Test' }));
  expect((await screen.findByRole('alert')).textContent).toContain('Settings prevent it');
  bridge.reply('notification.test', () => ok({ took: 40 }));
  await userEvent.click(screen.getByRole('button', { name: 'Test again' }));
  await screen.findByText('The system shows it: it answered after 40 ms.');
  expect(screen.queryByRole('alert')).toBeNull();
  screen.getByText(/has no tray/);
});

test('a browser is asked for leave only when the person presses for it', async () => {
  const requestPermission = vi.fn(() => Promise.resolve('granted' as const));
  vi.stubGlobal('Notification', { permission: 'default', requestPermission });
  await show(bridgeOf({ notifications: 'browser', hasTray: false, knowsQuiet: false }), <Notifications />);
  const ask = await screen.findByRole('button', { name: 'Allow notifications' });
  expect(requestPermission).not.toHaveBeenCalled();
  await userEvent.click(ask);
  expect(requestPermission).toHaveBeenCalledOnce();
  await waitFor(() => expect(screen.queryByRole('button', { name: 'Allow notifications' })).toBeNull());
});

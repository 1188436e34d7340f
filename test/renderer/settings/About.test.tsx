// The page about the program: how newer versions come, one step at a time, and whose work is in it.

import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { UpdateRow } from '../../../renderer/contacts/UpdateRow.tsx';
import { About } from '../../../renderer/settings/About.tsx';
import type { Update } from '../../../shared/model.ts';
import { account, ok, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

const FACTS = { notifications: 'system', hasTray: true, knowsQuiet: false } as const;

function bridgeOf(update: Update | undefined, facts: object = {}): ScriptedBridge {
  const host = { kind: 'electron', platform: 'linux', version: '1.0.0' } as const;
  const bridge = new ScriptedBridge(snapshot({ host, ...(update === undefined ? {} : { update }) }));
  bridge.reply('host.facts', () => ok({ ...FACTS, ...facts }));
  for (const step of ['look', 'download', 'stop', 'restart'] as const)
    bridge.reply(`update.${step}`, () => ok(null));
  return bridge;
}

test('each phase has its words and the one step that comes next', async () => {
  const bridge = bridgeOf({ phase: 'idle' });
  await show(bridge, <About />);
  await userEvent.click(await screen.findByRole('button', { name: 'Look now' }));
  expect(bridge.requests('update.look')).toHaveLength(1);
  bridge.emit({ type: 'update', update: { phase: 'available', version: '1.1.0' } });
  await screen.findByText('Parley 1.1.0 is available');
  await userEvent.click(screen.getByRole('button', { name: 'Download' }));
  expect(bridge.requests('update.download')).toHaveLength(1);
  bridge.emit({
    type: 'update',
    update: { phase: 'downloading', version: '1.1.0', done: 30_000_000, total: 120_000_000 },
  });
  const progress = await screen.findByRole<HTMLProgressElement>('progressbar', {
    name: 'Downloading Parley 1.1.0',
  });
  expect([progress.value, progress.max]).toEqual([30_000_000, 120_000_000]);
  screen.getByText('30 MB of 120 MB');
  await userEvent.click(screen.getByRole('button', { name: 'Stop' }));
  expect(bridge.requests('update.stop')).toHaveLength(1);
  expect(bridge.requests('update.restart')).toHaveLength(0);
  bridge.emit({ type: 'update', update: { phase: 'ready', version: '1.1.0' } });
  await userEvent.click(await screen.findByRole('button', { name: 'Restart now' }));
  expect(bridge.requests('update.restart')).toHaveLength(1);
});

test.each([
  ['unreachable', /could not be reached/],
  ['update-refused', /thrown away/],
  ['internal-error', /The system says: no room\./],
] as const)('%s is a sentence, and can be tried again', async (code, words) => {
  const problem = { code, reason: 'no room' };
  const bridge = bridgeOf({ phase: 'available', version: '1.1.0', problem });
  await show(bridge, <About />);
  expect((await screen.findByRole('alert')).textContent).toMatch(words);
  await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
  expect(bridge.requests('update.download')).toHaveLength(1);
});

test('looking is a setting', async () => {
  const bridge = bridgeOf({ phase: 'newest', at: Date.now() });
  bridge.reply('settings.change', (change) => ok({ ...snapshot().settings, ...change }));
  await show(bridge, <About />);
  await userEvent.click(await screen.findByRole('switch', { name: 'Look for newer versions' }));
  expect(bridge.requests('settings.change')).toEqual([{ looksForUpdates: false }]);
  screen.getByText(/^Every six hours/);
  const network = { proxy: { kind: 'socks5', server: '127.0.0.1:9050' } } as const;
  bridge.emit({ type: 'account', account: account({ network }) });
  await screen.findByText(/goes by a proxy of its own/);
});

test('a package of the system says how it is updated; one of nobody says that it is not', async () => {
  const { result } = await show(bridgeOf(undefined, { isUpdatedBySystem: true }), <About />);
  await screen.findByText('Newer versions come with your system');
  expect(screen.queryByRole('switch')).toBeNull();
  result.unmount();
  await show(bridgeOf(undefined), <About />);
  await screen.findByText('This Parley does not look for newer versions');
});

test('a program without a sandbox says so', async () => {
  await show(bridgeOf(undefined, { isUnsandboxed: true }), <About />);
  await screen.findByText(/does not let Chromium have its sandbox/);
});

test('in a browser there is nothing of it', async () => {
  const bridge = new ScriptedBridge().reply('host.facts', () => ok({ ...FACTS, notifications: 'browser' }));
  await show(bridge, <About />);
  await waitFor(() => expect(bridge.requests('host.facts')).toHaveLength(1));
  expect(screen.queryByText('Newer versions')).toBeNull();
});

test('the licences are fetched when somebody wants to read them', async () => {
  const bridge = bridgeOf(undefined).reply('about.licences', () => ok({ text: 'react 19 (MIT)' }));
  await show(bridge, <About />);
  expect(bridge.requests('about.licences')).toHaveLength(0);
  await userEvent.click(screen.getByRole('button', { name: 'Show the licences' }));
  const text = await screen.findByRole<HTMLTextAreaElement>('textbox', { name: 'What it is made of' });
  expect(text.value).toBe('react 19 (MIT)');
  await userEvent.click(screen.getByRole('button', { name: 'Hide the licences' }));
  expect(screen.queryByRole('textbox')).toBeNull();
});

test('below the lists stands that there is a newer version, and leads to it', async () => {
  const bridge = bridgeOf({ phase: 'downloading', version: '1.1.0', done: 0, total: 0 });
  const { program } = await show(bridge, <UpdateRow />);
  expect(screen.queryByRole('button')).toBeNull();
  bridge.emit({ type: 'update', update: { phase: 'ready', version: '1.1.0' } });
  await userEvent.click(await screen.findByRole('button', { name: 'Parley 1.1.0 is ready' }));
  expect(program.view.getState().page).toMatchObject({ type: 'settings', pane: 'about' });
});

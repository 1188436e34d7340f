import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, test } from 'vitest';
import { Spelling } from '../../../renderer/settings/Spelling.tsx';
import type { HostFacts, Settings } from '../../../shared/model.ts';
import { ok, refused, ScriptedBridge, show, snapshot } from '../scripted-bridge.tsx';

async function open(
  facts: Partial<HostFacts>,
  settings: Partial<Settings> = {},
  kind: 'electron' | 'browser' = 'electron',
) {
  const bridge = new ScriptedBridge(
    snapshot({ settings: { ...snapshot().settings, ...settings }, host: { ...snapshot().host, kind } }),
  )
    .reply('host.facts', () => ok({ notifications: 'system', hasTray: true, knowsQuiet: false, ...facts }))
    .reply('spelling.add', () => refused('dictionary-unavailable'));
  const changes: Partial<Settings>[] = [];
  await show(bridge, <Spelling onChange={(part) => changes.push(part)} />);
  return { bridge, changes };
}

test('a dictionary is fetched only after it is said from where, and a failure is said there', async () => {
  const { bridge, changes } = await open({ dictionaries: ['de', 'fr'] }, { spellingLanguages: ['de'] });
  await userEvent.click(await screen.findByRole('button', { name: 'Add a language…' }));
  await screen.findByText(/comes once from redirector\.gvt1\.com, a server of Google/);
  expect(bridge.requests('spelling.add')).toEqual([]);
  await userEvent.click(screen.getByRole('button', { name: 'Download the dictionary' }));
  expect((await screen.findByRole('alert')).textContent).toContain('The dictionary could not be downloaded.');
  bridge.reply('spelling.add', () => ok(null));
  await userEvent.click(screen.getByRole('button', { name: 'Download the dictionary' }));
  await waitFor(() => expect(screen.queryByRole('dialog')).toBeNull());
  expect(bridge.requests('spelling.add')).toEqual([{ language: 'fr' }, { language: 'fr' }]);
  await userEvent.click(screen.getByRole('button', { name: 'Do not check in German' }));
  expect(changes).toEqual([{ spellingLanguages: [] }]);
});

test('where the system or the browser has its own, there is only whether', async () => {
  const { changes } = await open({}, {}, 'browser');
  screen.getByText(/By this browser/);
  expect(screen.queryByRole('button', { name: 'Add a language…' })).toBeNull();
  await userEvent.click(screen.getByRole('switch', { name: 'Check spelling' }));
  expect(changes).toEqual([{ checksSpelling: false }]);
});

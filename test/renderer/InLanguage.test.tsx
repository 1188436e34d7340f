import { act, fireEvent, screen, waitFor } from '@testing-library/react';
import { afterEach, expect, test } from 'vitest';
import { App } from '../../renderer/App.tsx';
import { ENGLISH, type Spoken } from '../../shared/i18n/languages.ts';
import { speak } from '../../shared/i18n/t.ts';
import { ok, ScriptedBridge, show, snapshot } from './scripted-bridge.tsx';

const GERMAN: Spoken = { language: 'de', locale: 'de-DE' };

afterEach(() => speak(ENGLISH, {}));

test('nothing is shown before the words of the language are here', async () => {
  await show(new ScriptedBridge(snapshot({ spoken: GERMAN })), <App />);
  expect(screen.queryByText('Conversations')).toBeNull();
  expect(await screen.findByRole('region', { name: 'Unterhaltungen' })).toBeTruthy();
  expect(screen.queryByText('Conversations')).toBeNull();
  expect(document.documentElement.lang).toBe('de');
});

test('another language is chosen: all is said anew, and the focus stays where it was', async () => {
  const bridge = new ScriptedBridge().reply('settings.change', ({ language }) => {
    const settings = { ...snapshot().settings, ...(language === undefined ? {} : { language }) };
    bridge.emit({ type: 'settings', settings });
    bridge.emit({ type: 'spoken', spoken: language === 'de' ? GERMAN : { language: 'ar', locale: 'ar' } });
    return ok(settings);
  });
  const { program } = await show(bridge, <App />);
  act(() => program.view.getState().open({ type: 'settings', pane: 'appearance' }));
  const choose = (label: string, value: string): void => {
    const field = screen.getByRole('combobox', { name: label });
    act(() => field.focus());
    fireEvent.change(field, { target: { value } });
  };

  choose('Language', 'de');
  expect(await screen.findByRole('heading', { name: 'Erscheinungsbild' })).toBeTruthy();
  expect(document.activeElement).toBe(screen.getByRole('combobox', { name: 'Sprache' }));
  expect(document.documentElement.dir).toBe('ltr');
  expect(bridge.requests('settings.change')).toEqual([{ language: 'de' }]);

  choose('Sprache', 'ar');
  await waitFor(() => expect(document.documentElement.dir).toBe('rtl'));
  expect(document.documentElement.lang).toBe('ar');
});

import type { MenuItemConstructorOptions } from 'electron';
import { afterEach, expect, test, vi } from 'vitest';
import { createTray } from '../../../main/host/electron/tray.ts';
import { ENGLISH } from '../../../shared/i18n/languages.ts';
import { speak } from '../../../shared/i18n/t.ts';

const shown = vi.hoisted(() => ({ menu: [] as unknown[], tip: '' }));
vi.mock('electron', () => ({
  app: { quit: () => {} },
  Menu: { buildFromTemplate: (items: unknown[]) => items },
  nativeImage: { createFromPath: () => ({ setTemplateImage: () => {} }) },
  nativeTheme: { on: () => {}, off: () => {} },
  Tray: class {
    on(): void {}
    setImage(): void {}
    setToolTip(tip: string): void {
      shown.tip = tip;
    }
    setContextMenu(menu: unknown[]): void {
      shown.menu = menu;
    }
    destroy(): void {}
  },
}));

afterEach(() => speak(ENGLISH, {}));

const labels = (): (string | undefined)[] =>
  (shown.menu as MenuItemConstructorOptions[]).flatMap(({ label }) => label ?? []);

test('the menu is renewed when another language is spoken, until the tray is closed', () => {
  const tray = createTray('', { choose: () => {}, toggle: () => {}, isVisible: () => true });
  tray.show({ presence: 'busy', unread: 2 });
  expect(shown.tip).toBe('Parley: busy, 2 unread messages');
  expect(labels()).toContain('Hide Parley');
  speak(
    { language: 'de', locale: 'de' },
    {
      'tray.hide': 'Parley verbergen',
      'presence.busy': 'Beschäftigt',
      'tray.status.busy': 'Parley: beschäftigt',
      'tray.unread': '{count, plural, one {# ungelesene} other {# ungelesene}}',
    },
  );
  expect(labels()).toContain('Parley verbergen');
  expect(labels()).toContain('Beschäftigt');
  expect(shown.tip).toBe('Parley: beschäftigt, 2 ungelesene');
  tray.close();
  speak(ENGLISH, {});
  expect(shown.tip).toBe('Parley: beschäftigt, 2 ungelesene');
});

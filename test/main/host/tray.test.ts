import type { MenuItemConstructorOptions } from 'electron';
import { afterEach, expect, test, vi } from 'vitest';
import { createTray, tomorrow } from '../../../main/host/electron/tray.ts';
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

/** Chooses an item, or one of a menu below it. */
const press = (...[label, ...below]: readonly string[]): void => {
  let items = shown.menu as MenuItemConstructorOptions[];
  let item = items.find((one) => one.label === label);
  for (const next of below) {
    items = item?.submenu as MenuItemConstructorOptions[];
    item = items.find((one) => one.label === next);
  }
  item?.click?.(undefined as never, undefined, undefined as never);
};

test('presence is one choice away, quiet for a time one more', () => {
  vi.useFakeTimers({ now: new Date(2026, 10, 21, 22, 30) });
  const chosen: (readonly (string | Date)[])[] = [];
  const tray = createTray('', {
    choose: (state, until) => chosen.push([state, ...(until === undefined ? [] : [new Date(until)])]),
    toggle: () => {},
    isVisible: () => false,
  });
  press('Busy');
  press('Appear offline');
  press('Quiet', 'For 1 hour');
  press('Quiet', 'For 8 hours');
  press('Quiet', 'Until tomorrow');
  expect(chosen).toEqual([
    ['busy'],
    ['offline'],
    ['do-not-disturb', new Date(2026, 10, 21, 23, 30)],
    ['do-not-disturb', new Date(2026, 10, 22, 6, 30)],
    ['do-not-disturb', new Date(2026, 10, 22, 8)],
  ]);
  tray.close();
  vi.useRealTimers();
});

test('tomorrow is the morning of the next day, at the end of a month as well', () => {
  expect(new Date(tomorrow(new Date(2026, 11, 31, 23, 59).getTime()))).toEqual(new Date(2027, 0, 1, 8));
  expect(new Date(tomorrow(new Date(2026, 10, 21, 7).getTime()))).toEqual(new Date(2026, 10, 22, 8));
});

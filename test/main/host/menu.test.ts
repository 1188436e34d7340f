import type { MenuItemConstructorOptions } from 'electron';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Shown } from '../../../shared/ipc.ts';
import { EVERYWHERE, IN_CONVERSATION } from '../../../shared/shortcuts.ts';
import { ENGLISH } from '../../../shared/i18n/languages.ts';
import { en } from '../../../shared/i18n/en.ts';
import { speak } from '../../../shared/i18n/t.ts';
import { setApplicationMenu, zoomOf } from '../../../main/host/electron/menu.ts';

type Item = MenuItemConstructorOptions;

const system = vi.hoisted(() => ({ menu: [] as unknown[], dock: [] as unknown[] }));
vi.mock('electron', () => ({
  app: { name: 'Parley', dock: { setMenu: (menu: unknown[]) => (system.dock = menu) } },
  Menu: {
    buildFromTemplate: (items: unknown[]) => items,
    setApplicationMenu: (menu: unknown[]) => (system.menu = menu),
  },
}));

const { platform } = process;
const become = (name: NodeJS.Platform): unknown =>
  Object.defineProperty(process, 'platform', { value: name });
afterEach(() => become(platform));

const all = (items: readonly Item[]): Item[] =>
  items.flatMap((item) => [item, ...(Array.isArray(item.submenu) ? all(item.submenu) : [])]);
const labels = (items: readonly Item[]): string[] => items.map(({ label, role }) => label ?? String(role));

describe.each(['linux', 'win32', 'darwin'] as const)('the menu on %s', (name) => {
  const shown: Shown[] = [];
  const zoomed: unknown[] = [];
  let items: Item[] = [];

  beforeEach(() => {
    become(name);
    shown.length = zoomed.length = 0;
    setApplicationMenu({ zoom: (steps) => zoomed.push(steps), show: (what) => shown.push(what) });
    items = all(system.menu as Item[]);
  });

  test("has the platform's own menus", () => {
    expect(labels(system.menu as Item[])).toEqual([
      ...(name === 'darwin' ? ['Parley'] : []),
      'File',
      'Edit',
      'View',
      'Go',
      'Conversation',
      'Window',
      'Help',
    ]);
    const under = (label: string): string[] =>
      labels((system.menu as Item[]).find((one) => one.label === label)?.submenu as Item[]);
    expect(under(name === 'darwin' ? 'Parley' : 'File')).toContain('Quit Parley');
    expect(under(name === 'darwin' ? 'Parley' : 'File')).toContain('Settings…');
    expect(labels(system.dock as Item[])).toEqual(['Add Contact…', 'Search…']);
  });

  test('is in the language that is spoken, to the last of what the system does by itself', () => {
    speak(
      { language: 'de', locale: 'de' },
      Object.fromEntries(Object.entries(en).map(([key, text]) => [key, `auf Deutsch: ${text}`])),
    );
    setApplicationMenu({ zoom: () => {}, show: () => {} });
    speak(ENGLISH, {});
    const foreign = labels(all(system.menu as Item[]).filter(({ type }) => type !== 'separator')).filter(
      (label) => !label.startsWith('auf Deutsch: ') && label !== 'Parley',
    );
    expect(foreign).toEqual([]);
  });

  test('does what every key does, says the key, and leaves the key to the window', () => {
    for (const item of items) item.click?.(undefined as never, undefined, undefined as never);
    const done = shown.map((one) => (one.type === 'shortcut' ? one.shortcut : one.type));
    const panes = ['round', 'round-back', 'pinned'];
    const ofText = ['larger', 'smaller', 'usual'];
    expect(done.toSorted()).toEqual(
      [...Object.keys(EVERYWHERE), ...Object.keys(IN_CONVERSATION)]
        .filter((id) => !panes.includes(id) && !ofText.includes(id))
        .toSorted(),
    );
    expect(zoomed).toEqual(['usual', 1, -1]);
    const keys = new Map(items.map(({ label, accelerator }) => [label, accelerator]));
    expect(keys.get('Search…')).toBe('CmdOrCtrl+K');
    expect(keys.get('Next Unread')).toBe('CmdOrCtrl+Shift+A');
    expect(keys.get('Previous Conversation')).toBe('Alt+Up');
    expect(keys.get('Larger Text')).toBe('CmdOrCtrl+Plus');
    expect(items.every((item) => item.click === undefined || item.registerAccelerator === false)).toBe(true);
  });

  test('hears the keys for larger text on macOS, the window elsewhere', () => {
    const key = { type: 'keyDown', control: true, meta: false, alt: false, shift: false } as const;
    const heard = ['+', '=', '-', '0', 'k'].map((one) => zoomOf({ ...key, key: one }));
    expect(heard).toEqual(name === 'darwin' ? Array(5).fill(undefined) : [1, 1, -1, 'usual', undefined]);
    expect(zoomOf({ ...key, type: 'keyUp', key: '+' })).toBeUndefined();
    expect(zoomOf({ ...key, alt: true, key: '+' })).toBeUndefined();
  });
});

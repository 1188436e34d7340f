// The start at login on the three systems: off, with the window, and without it.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { autostart, startsHidden } from '../../../main/host/electron/autostart.ts';

interface Item {
  readonly openAtLogin: boolean;
  readonly args?: readonly string[];
}

/** As the systems keep it: Windows finds an item by its words, macOS has one for the program and starts it bare. */
const system = vi.hoisted(() => ({
  isPackaged: true,
  folder: '',
  item: { openAtLogin: false } as Item,
  wasOpenedAtLogin: false,
}));
vi.mock('electron', () => ({
  app: {
    get isPackaged() {
      return system.isPackaged;
    },
    getPath: () => system.folder,
    setLoginItemSettings: (item: Item) => (system.item = item),
    getLoginItemSettings: ({ args = [] }: { readonly args?: readonly string[] } = {}) => ({
      openAtLogin:
        system.item.openAtLogin &&
        (process.platform === 'darwin' || String(args) === String(system.item.args ?? [])),
      wasOpenedAtLogin: system.wasOpenedAtLogin,
    }),
  },
}));

const { platform, argv } = process;
const become = (name: NodeJS.Platform): unknown =>
  Object.defineProperty(process, 'platform', { value: name });

beforeEach(() => {
  system.folder = mkdtempSync(join(tmpdir(), 'parley-autostart-'));
  vi.stubEnv('XDG_CONFIG_HOME', join(system.folder, 'config'));
  vi.stubEnv('APPIMAGE', '/home/eve/100% "mine"/Parley.AppImage');
});
afterEach(() => {
  become(platform);
  process.argv = argv;
  system.isPackaged = true;
  system.item = { openAtLogin: false };
  system.wasOpenedAtLogin = false;
  vi.unstubAllEnvs();
  rmSync(system.folder, { recursive: true });
});

test.each(['linux', 'win32', 'darwin'] as const)('on %s it is what was chosen last', async (name) => {
  become(name);
  const found = autostart();
  expect(await found?.now()).toBe('off');
  for (const atLogin of ['hidden', 'shown', 'off', 'shown', 'hidden', 'off'] as const) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await found?.set(atLogin);
    // oxlint-disable-next-line no-await-in-loop
    expect(await autostart()?.now()).toBe(atLogin);
  }
});

test('Linux starts the file that the person has, with its words only where it is to be hidden', async () => {
  become('linux');
  const file = join(system.folder, 'config/autostart/parley.desktop');
  const started = () => /^Exec=(.*)$/m.exec(readFileSync(file, 'utf8'))?.[1];
  await autostart()?.set('hidden');
  expect(started()).toMatch(/^"\/home\/eve\/100%% .*Parley\.AppImage" --hidden$/);
  await autostart()?.set('shown');
  expect(started()).toMatch(/Parley\.AppImage"$/);
  await autostart()?.set('off');
  expect(existsSync(file)).toBe(false);
});

test('Windows gives the words to the program', async () => {
  become('win32');
  await autostart()?.set('hidden');
  expect(system.item).toEqual({ openAtLogin: true, args: ['--hidden'] });
  process.argv = [...argv, '--hidden'];
  expect(startsHidden()).toBe(true);
  process.argv = argv;
  expect(startsHidden()).toBe(false);
});

test('macOS says that it has started it, and the program knows whether its window is wanted', async () => {
  become('darwin');
  await autostart()?.set('hidden');
  expect(startsHidden(), 'started by the person').toBe(false);
  system.wasOpenedAtLogin = true;
  expect(startsHidden()).toBe(true);
  await autostart()?.set('shown');
  expect(startsHidden()).toBe(false);
});

test('a program that is not installed offers none', () => {
  system.isPackaged = false;
  expect(autostart()).toBeUndefined();
});

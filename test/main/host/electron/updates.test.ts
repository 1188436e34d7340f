// Who replaces the program by a newer one: it itself, the system that has installed it, or nobody.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { programUpdater } from '../../../../main/host/electron/updates.ts';

const program = vi.hoisted(() => ({ isPackaged: true, path: '' }));
vi.mock('electron', () => ({
  app: {
    get isPackaged() {
      return program.isPackaged;
    },
    getAppPath: () => program.path,
  },
}));

const PLACE = { url: 'https://updates.example/stable', key: 'a key' };
const { platform } = process;
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-updates-'));
  Object.assign(program, { isPackaged: true, path: folder });
  vi.stubEnv('APPIMAGE', undefined);
});
afterEach(() => {
  Object.defineProperty(process, 'platform', { value: platform });
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true });
});

const become = (value: NodeJS.Platform): void => {
  Object.defineProperty(process, 'platform', { value });
};
/** What whoever built it has said of newer versions. */
const built = (content: object): void => writeFileSync(join(folder, 'package.json'), JSON.stringify(content));
const found = () => programUpdater(() => {});

test.each(['/opt/Parley/resources/app.asar', '/usr/lib64/parley/resources/app.asar'])(
  'what a deb or rpm has put to %s, the system replaces',
  (path) => {
    become('linux');
    program.path = path;
    expect(found()).toBe('system');
  },
);

test('a folder that somebody has unpacked at home is nobody to replace', () => {
  become('linux');
  built({ updates: PLACE });
  expect(found()).toBeUndefined();
});

test.each(['linux', 'win32', 'darwin'] as const)(
  'on %s a file of its own is replaced by the program, where it was told from where',
  (system) => {
    become(system);
    if (system === 'linux') vi.stubEnv('APPIMAGE', '/home/eve/Parley.AppImage');
    built({});
    expect(found()).toBeUndefined();
    built({ updates: PLACE });
    expect(found()).toMatchObject({ look: expect.any(Function) as unknown });
  },
);

test('a program in the making looks for nothing', () => {
  program.isPackaged = false;
  expect(found()).toBeUndefined();
});

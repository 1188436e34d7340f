import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { browserHost } from '../../../../main/host/browser/host.ts';

let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'parley-home-'));
  vi.stubEnv('HOME', home);
  vi.stubEnv('USERPROFILE', home);
  vi.stubEnv('XDG_DOWNLOAD_DIR', '');
  vi.stubEnv('XDG_CONFIG_HOME', '');
});

afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(home, { recursive: true, force: true });
});

test('a file goes where downloads go, under a name that is free', async () => {
  const folder = join(home, 'Downloads');
  const first = await browserHost.saveAs('alice@a.example.mbox');
  expect(first).toBe(join(folder, 'alice@a.example.mbox'));
  writeFileSync(first ?? '', '');
  expect(await browserHost.saveAs('alice@a.example.mbox')).toBe(join(folder, 'alice@a.example (2).mbox'));
});

test('the folder is the one that the desktop names', async () => {
  mkdirSync(join(home, '.config'));
  writeFileSync(join(home, '.config', 'user-dirs.dirs'), '# comment\nXDG_DOWNLOAD_DIR="$HOME/Eingang"\n');
  expect(await browserHost.saveAs('a.json')).toBe(join(home, 'Eingang', 'a.json'));
  vi.stubEnv('XDG_DOWNLOAD_DIR', join(home, 'elsewhere'));
  expect(await browserHost.saveAs('a.json')).toBe(join(home, 'elsewhere', 'a.json'));
});

// The set-up in a checkout that is ready, and in one that cannot be made ready: without npm both show whether
// it was asked for.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';

const root = join(import.meta.dirname, '../..');
const folders: string[] = [];

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

function emptyFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'parley-setup-'));
  folders.push(folder);
  return folder;
}

/** Runs the set-up of the checkout in `folder` where no program can be found by its name. */
const setUp = (folder: string) =>
  spawnSync(process.execPath, [join(folder, 'build/setup.mjs')], {
    encoding: 'utf8',
    env: { PATH: emptyFolder() },
  });

test('a second run installs nothing', () => {
  const { status, stdout, stderr } = setUp(root);
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});

test('what cannot be installed is said in one sentence, and is tried again the next time', () => {
  const folder = emptyFolder();
  cpSync(join(root, 'build'), join(folder, 'build'), { recursive: true });
  cpSync(join(root, 'package-lock.json'), join(folder, 'package-lock.json'));
  mkdirSync(join(folder, 'node_modules'));
  for (const attempt of [1, 2]) {
    const { status, stderr } = setUp(folder);
    expect(status, `attempt ${attempt}`).toBe(1);
    expect(stderr).toContain('Installing packages (once)...');
    expect(stderr).toContain('The packages could not be installed');
  }
});

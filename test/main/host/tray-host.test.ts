import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { hasTrayHost } from '../../../main/host/electron/tray-host.ts';

let folder: string;
const path = process.env['PATH'];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-bus-'));
  process.env['PATH'] = folder;
});
afterEach(() => {
  process.env['PATH'] = path;
  rmSync(folder, { recursive: true });
});

function answer(program: string, script: string): void {
  writeFileSync(join(folder, program), `#!/bin/sh\n${script}\n`);
  chmodSync(join(folder, program), 0o755);
}

test('a desktop on which nothing can be asked has none', async () => {
  expect(await hasTrayHost('linux')).toBe(false);
});

test('one program that knows is enough, in its own way of saying it', async () => {
  for (const [program, words] of [
    ['busctl', 'b true'],
    ['gdbus', '(<true>,)'],
    ['dbus-send', '   variant       boolean true'],
  ] as const) {
    answer(program, `echo '${words}'`);
    expect(await hasTrayHost('linux')).toBe(true);
    answer(program, 'exit 1');
  }
});

test('a watcher without a host, and a failure that speaks of truth, are none', async () => {
  answer('busctl', "echo 'b false'");
  answer('gdbus', 'echo true; exit 1');
  expect(await hasTrayHost('linux')).toBe(false);
});

test('the other systems always have one', async () => {
  expect(await Promise.all([hasTrayHost('win32'), hasTrayHost('darwin')])).toEqual([true, true]);
});

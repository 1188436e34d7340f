// The specs of the Electron host run on Electron itself where it is, which is seldom here. Here the stand-in takes the
// place of its binary: by the same command line, reached by Playwright in the same way, watched by the same observer.

import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { binary, launchElectron, reportOf, whyStandIn } from '../stories/hosts.ts';
import { temporaryFolder } from '../stories/programs.ts';

const root = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const specs = readdirSync(join(root, 'test/stories'))
  .filter((name) => name.endsWith('.test.ts'))
  .map((name) => ({ name, text: read(`test/stories/${name}`) }))
  .filter(({ text }) => text.includes("from './desktop.ts'"));

interface Said {
  readonly [kind: string]: unknown;
}

test.skipIf(process.platform === 'win32')(
  'a program is driven as Electron is: its window, what is said of it from its first moment on, and its end',
  async () => {
    const said: Said[] = [];
    const program = join(temporaryFolder(), 'electron');
    writeFileSync(
      program,
      `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'test/fake/electron/run.ts')}' "$@"\n`,
    );
    chmodSync(program, 0o755);
    const running = await launchElectron(program, {
      args: [`--user-data-dir=${temporaryFolder()}`],
      environment: { DBUS_SESSION_BUS_ADDRESS: 'unix:path=/nonexistent' },
      platform: process.platform,
      heard: (line) => said.push(JSON.parse(line) as Said),
    });
    const of = (kind: string): unknown[] => said.flatMap((one) => (kind in one ? [one[kind]] : []));
    await expect.poll(() => of('window')).toEqual(['shown']);
    expect(of('began')).toEqual([{ sandbox: true, lock: true }]);
    const page = await running.page();
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    running.do({ do: 'request', url: 'https://canary.example/' });
    await expect.poll(() => of('mayGo')).toEqual([false]);
    running.do({ do: 'nothing that is known' });
    await expect.poll(() => of('failed')).toEqual([expect.stringContaining('nobody can do')]);
    await running.close();
    expect(await running.ended).toBe(0);
  },
);

test('the binary is the one that is named, or downloaded; where it is needed and missing, nothing runs', () => {
  const folder = temporaryFolder();
  expect(binary({}, folder)).toBeUndefined();
  expect(() => binary({ NEEDS_ELECTRON: '1' }, folder)).toThrow('there is no Electron binary');
  expect(binary({ NEEDS_ELECTRON: '1', ELECTRON_PATH: '/electron' }, folder)).toBe('/electron');
  writeFileSync(join(folder, 'path.txt'), 'electron');
  expect(binary({}, folder)).toBeUndefined();
  mkdirSync(join(folder, 'dist'));
  writeFileSync(join(folder, 'dist/electron'), '');
  expect(binary({ NEEDS_ELECTRON: '1' }, folder)).toBe(join(folder, 'dist/electron'));
});

test('what ran on what, and why, is one line', () => {
  const other = process.platform === 'darwin' ? 'win32' : 'darwin';
  const { platform } = process;
  expect(whyStandIn({ platform }, undefined)).toBe('there is no Electron binary');
  expect(whyStandIn({ platform }, '/electron')).toBeUndefined();
  expect(whyStandIn({ platform: other }, '/electron')).toBe(`this is not ${other}`);
  expect(whyStandIn({ platform, onlyStandIn: 'it asks the network' }, '/electron')).toBe(
    'it asks the network',
  );
  expect(reportOf('a.test.ts', [undefined, 'this is not x', undefined, 'this is not x'], '/electron')).toBe(
    'a.test.ts: of 4 starts of the Electron host 2 on Electron (/electron), 2 on the stand-in (this is not x).',
  );
});

test('whatever a spec does to the desktop, and waits to hear of it, the observer knows', () => {
  const observer = read('test/fake/electron/observe.cjs');
  const found = (text: string, pattern: RegExp): string[] =>
    [...new Set([...text.matchAll(pattern)].map(([, name = '']) => name))].toSorted();
  const all = specs.map(({ text }) => text).join('\n');
  const asked = found(all, /\.do\(\s*'([\w-]+)'/g);
  expect(asked.length).toBeGreaterThan(15);
  const done = found(observer, /doers(?:\.|\[')([\w-]+)(?:'\])? = /g);
  expect(asked.filter((name) => !done.includes(name))).toEqual([]);

  const heard = found(all, /esktop\.(?:all|until(?:<[^(]*>)?)\(\s*'(\w+)'/g);
  expect(heard.length).toBeGreaterThan(15);
  // In a test that says that it is not for Electron.
  const onlyStandIn = ['dictionary', 'learnt'];
  const unknown = heard.filter((name) => !new RegExp(`\\b${name}\\b`).test(observer));
  expect(unknown.toSorted()).toEqual(onlyStandIn);
});

test('the workflow runs every one of these specs on Electron, on each system', () => {
  const lines = read('.github/workflows/ci.yml')
    .split('\n')
    .filter((line) => line.includes('npm test -- '));
  expect(lines).toHaveLength(2);
  expect(specs.length).toBeGreaterThan(5);
  for (const line of lines) {
    const filters = line.split('npm test -- ')[1]?.trim().split(' ') ?? [];
    for (const { name } of specs)
      expect(
        filters.some((filter) => `test/stories/${name}`.includes(filter)),
        name,
      ).toBe(true);
  }
});

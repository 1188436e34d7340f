// What is in the packages, made around a program that is none: all that is ours is as users get it.

import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { createRequire, isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { extractAll, extractFile, getRawHeader, listPackage } from '@electron/asar';
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { VERSION } from '../../main/version.ts';

const root = join(import.meta.dirname, '../..');
/** Octets that the archive may have, beside which Electron itself has a hundred times as many. */
const BUDGET = 8_000_000;

let folder = '';
let calls: { readonly target: string; readonly desktop: string; readonly args: readonly string[] }[] = [];
const unpacked = (system: string, ...path: string[]) => join(folder, 'dist', `${system}-unpacked`, ...path);
const archive = (system: string) => unpacked(system, 'resources/app.asar');
const programs = [
  ['linux', 'parley'],
  ['win', 'Parley.exe'],
] as const;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'parley-packages-'));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(import.meta.dirname, 'packages-program.ts'), folder],
    { cwd: root, encoding: 'utf8' },
  );
  expect(status, stdout + stderr).toBe(0);
  calls = readFileSync(join(folder, 'calls'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as (typeof calls)[number]);
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test.each(programs)(
  'on %s the archive has the three programs, their pictures and keytar, and nothing else',
  (system) => {
    const paths = listPackage(archive(system), { isPack: false }).map((path) => path.replaceAll('\\', '/'));
    const files = paths.filter((path) => !paths.some((other) => other.startsWith(`${path}/`)));
    for (const file of [
      '/package.json',
      '/LICENSE',
      '/out/main/index.js',
      '/out/main/store.worker.js',
      '/out/preload/index.cjs',
      '/out/renderer/index.html',
      '/out/licences.txt',
      '/resources/icon.png',
      '/resources/tray/overlay/unread.png',
    ])
      expect(files).toContain(file);
    const modules = files.filter((file) => file.startsWith('/node_modules/'));
    expect(modules.toSorted()).toEqual([
      '/node_modules/keytar/LICENSE.md',
      '/node_modules/keytar/lib/keytar.js',
      '/node_modules/keytar/package.json',
      `/node_modules/keytar/prebuilds/${system === 'win' ? 'win32' : system}-x64/keytar.node`,
    ]);
    const others = files.filter(
      (file) =>
        !/^\/(?:node_modules\/keytar|out\/(?:main|preload|renderer)|resources)\//.test(file) &&
        !['/package.json', '/LICENSE', '/out/licences.txt'].includes(file),
    );
    expect(others).toEqual([]);
    expect(files.filter((file) => /\.(?:tsx?|map|mts)$|\.test\./.test(file))).toEqual([]);
  },
);

test('neither parleyd nor what it is built with is in it', () => {
  const paths = listPackage(archive('linux'), { isPack: false });
  const scripts = paths.filter((path) => /^\/out\/(?:main|preload)\/.*\.c?js$/.test(path));
  expect(scripts.length).toBeGreaterThan(2);
  for (const script of scripts) {
    const text = extractFile(archive('linux'), script.slice(1)).toString();
    for (const words of ['parleyd ready', 'PARLEYD', 'vitest', 'playwright', 'sourceMappingURL='])
      expect(text.includes(words), `${script} has ${words}`).toBe(false);
  }
  const kept = JSON.parse(extractFile(archive('linux'), 'package.json').toString()) as object;
  expect(Object.keys(kept)).not.toContain('devDependencies');
  expect(Object.keys(kept)).not.toContain('scripts');
});

test('all that its programs load is in it, or in Electron', () => {
  const extracted = join(folder, 'extracted');
  extractAll(archive('linux'), extracted);
  const loaded = (readdirSync(join(extracted, 'out'), { recursive: true }) as string[])
    .filter((path) => /^(?:main|preload)\/.*\.c?js$/.test(path))
    .flatMap((path) => {
      const file = join(extracted, 'out', path);
      const found = readFileSync(file, 'utf8').matchAll(
        /\b(?:from |import\(|__require\(|require\()"([\w@./:-]+)"/g,
      );
      return [...found].map(([, name = '']) => ({ file, name }));
    })
    .filter(({ name }) => name !== 'electron' && !isBuiltin(name));
  expect(loaded.map(({ name }) => name)).toContain('keytar');
  for (const { file, name } of loaded) {
    const path = createRequire(file).resolve(name);
    expect(path.startsWith(extracted), `${file} loads ${path}`).toBe(true);
  }
});

test('its size is within the budget', () => {
  const { size } = statSync(archive('linux'));
  process.stdout.write(`app.asar has ${(size / 1e6).toFixed(2)} MB of ${BUDGET / 1e6} MB\n`);
  expect(size).toBeLessThan(BUDGET);
});

test.each(programs)(
  'on %s the fuses are set: only our archive runs, and nothing runs it otherwise',
  async (system, program) => {
    const wire = await getCurrentFuseWire(unpacked(system, program));
    const isOn = (fuse: FuseV1Options) => wire[fuse] === FuseState.ENABLE;
    expect(isOn(FuseV1Options.RunAsNode)).toBe(false);
    expect(isOn(FuseV1Options.EnableNodeOptionsEnvironmentVariable)).toBe(false);
    expect(isOn(FuseV1Options.EnableNodeCliInspectArguments)).toBe(false);
    expect(isOn(FuseV1Options.GrantFileProtocolExtraPrivileges)).toBe(false);
    expect(isOn(FuseV1Options.EnableCookieEncryption)).toBe(true);
    expect(isOn(FuseV1Options.EnableEmbeddedAsarIntegrityValidation)).toBe(true);
    expect(isOn(FuseV1Options.OnlyLoadAppFromAsar)).toBe(true);
  },
);

test('each file in the archive has its hash, and on Windows the program has that of all of them', () => {
  const { header, headerString } = getRawHeader(archive('win'));
  const entry = (header.files as Record<string, { integrity?: { hash: string } }>)['package.json'];
  const hash = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
  expect(entry?.integrity?.hash).toBe(hash(extractFile(archive('win'), 'package.json')));
  expect(readFileSync(unpacked('win', 'Parley.exe')).includes(hash(headerString))).toBe(true);
});

test("Chromium brings the languages that the app has, and its authors' licences", () => {
  expect(readdirSync(unpacked('linux', 'locales')).toSorted()).toEqual(['ar.pak', 'de.pak', 'en-US.pak']);
  expect(readdirSync(unpacked('linux'))).toEqual(
    expect.arrayContaining(['LICENSE.electron.txt', 'LICENSES.chromium.html']),
  );
});

test.each(['AppImage', 'deb', 'rpm'])(
  '%s stands in the menu, opens links to people, and is sandboxed',
  (target) => {
    const desktop = calls.find((call) => call.target === target)?.desktop.split('\n');
    expect(desktop).toContain('Name=Parley');
    expect(desktop).toContain('Categories=Network;InstantMessaging;');
    expect(desktop).toContain('MimeType=x-scheme-handler/impp;x-scheme-handler/im;x-scheme-handler/pres;');
    // What Electron calls its windows, by `desktopName` in package.json.
    expect(desktop).toContain('StartupWMClass=parley');
    expect(desktop).toContain(target === 'AppImage' ? 'Exec=AppRun %U' : 'Exec=/opt/Parley/parley %U');
  },
);

test.each(['deb', 'rpm'])('%s puts each size of the icon where the desktop looks for it', (target) => {
  const args = calls.find((call) => call.target === target)?.args ?? [];
  for (const size of [16, 48, 256])
    expect(
      args.some((arg) => arg.endsWith(`=/usr/share/icons/hicolor/${size}x${size}/apps/parley.png`)),
    ).toBe(true);
  expect(args.some((arg) => arg.endsWith('=/usr/share/applications/parley.desktop'))).toBe(true);
});

test.each([
  ['deb', ['libsecret-1-0', 'libnss3'], ['gnome-keyring | kwalletmanager']],
  ['rpm', ['(libsecret or libsecret-1-0)', 'nss'], []],
])('%s asks for the libraries that the program has none of its own of', (target, libraries, recommended) => {
  const args = calls.find((call) => call.target === target)?.args ?? [];
  const after = (name: string) => args.flatMap((arg, index) => (args[index - 1] === name ? [arg] : []));
  expect(after('-d')).toEqual(expect.arrayContaining(libraries));
  expect(after('--deb-recommends')).toEqual(recommended);
});

test('the program calls itself what its package does', () => {
  const { version } = JSON.parse(extractFile(archive('linux'), 'package.json').toString()) as {
    version: string;
  };
  expect(VERSION).toBe(version);
});

test('the app is told where newer versions are, in the archive and for its updater', () => {
  const { updates } = JSON.parse(extractFile(archive('linux'), 'package.json').toString()) as {
    updates?: unknown;
  };
  expect(updates).toEqual({ url: 'https://updates.example/stable', key: 'a key' });
  const text = readFileSync(unpacked('linux', 'resources/app-update.yml'), 'utf8');
  expect(text).toContain('url: https://updates.example/stable');
});

test('the packages of the system stand in no feed: one of a kind has room in it, and that is what the app replaces', () => {
  const made = readdirSync(join(folder, 'dist'));
  expect(made.filter((name) => /\.(?:deb|rpm)$/.test(name))).toHaveLength(2);
  expect(made.filter((name) => name.startsWith('latest'))).toEqual([]);
});

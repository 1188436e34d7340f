// electron-updater as the app uses it, against a feed on this machine's own HTTP: what is taken and what is not. Requests
// are real; Squirrel, which macOS has, is the stand-in's.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { registerHooks } from 'node:module';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { makeKeys, signatureOf } from '../../../../build/feed.mjs';
import { createUpdater } from '../../../../main/host/electron/updater.ts';
import type { Updater } from '../../../../main/host/updater.ts';
import { app, autoUpdater } from '../../../fake/electron/updating-module.ts';

vi.mock('electron', () => import('../../../fake/electron/updating-module.ts'));
// electron-updater is loaded by Node, and asks for Electron past vitest.
Object.assign(globalThis, {
  electronOfTheTest: await import('../../../fake/electron/updating-module.ts'),
});
const given = new URL('../../../fake/electron/given.cjs', import.meta.url).href;
const hooks = registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: given, shortCircuit: true } : next(specifier, context),
});
afterAll(() => hooks.deregister());

const { key, secret } = makeKeys();
const PLATFORM = process.platform;
/** What the package of each system is called, where its feed says so, and how it begins. */
const SYSTEMS = {
  linux: { feed: 'latest-linux.yml', file: 'Parley-1.1.0.AppImage', begin: '#!/bin/sh\n' },
  darwin: { feed: 'latest-mac.yml', file: 'Parley-1.1.0-mac-x64.zip', begin: 'PK' },
  win32: { feed: 'latest.yml', file: 'Parley-1.1.0.exe', begin: 'MZ' },
} as const;
type System = keyof typeof SYSTEMS;

let folder: string;
let server: Server;
let url: string;
/** What the server has, by path; asked for: the headers of each request. */
let served: Map<string, Buffer>;
let asked: { path: string; headers: NodeJS.Dict<string | string[]> }[];
/** The server breaks a file off after so many octets. */
let breaksAfter: number | undefined;
let leaving: (() => void) | undefined;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-updater-'));
  served = new Map();
  asked = [];
  breaksAfter = undefined;
  leaving = undefined;
  app.did.length = 0;
  app.folder = folder;
  server = createServer((request, response) => {
    const path = (request.url ?? '').split('?', 1)[0] ?? '';
    asked.push({ path, headers: request.headers });
    const content = served.get(path);
    if (content === undefined) return void response.writeHead(404).end();
    response.writeHead(200, { 'content-length': content.length });
    if (breaksAfter === undefined || path.includes('.yml')) return void response.end(content);
    response.write(content.subarray(0, breaksAfter), () => response.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stable`;
  Object.assign(process, { resourcesPath: folder });
  writeFileSync(
    join(folder, 'app-update.yml'),
    `provider: generic\nurl: ${url}\nupdaterCacheDirName: parley-updater\n`,
  );
  vi.stubEnv('XDG_CACHE_HOME', join(folder, 'cache'));
  vi.stubEnv('LOCALAPPDATA', join(folder, 'cache'));
  vi.stubEnv('HOME', folder);
  vi.stubEnv('APPIMAGE', join(folder, 'My Parley.AppImage'));
  writeFileSync(join(folder, 'My Parley.AppImage'), 'the old one', { mode: 0o755 });
});
afterEach(() => {
  // Each updater listens as long as the program runs.
  autoUpdater.removeAllListeners();
  app.removeAllListeners();
  Object.defineProperty(process, 'platform', { value: PLATFORM });
  server.closeAllConnections();
  server.close();
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

interface Release {
  readonly version?: string;
  readonly signed?: boolean | string;
  /** The hash in the feed is that of something else. */
  readonly isHashWrong?: boolean;
  readonly name?: string;
}

/** Puts a release into the feed of a system; gives what its file is. */
function release(system: System, content: string, options: Release = {}): Buffer {
  const { feed, file, begin } = SYSTEMS[system];
  const { version = '1.1.0', signed = true, isHashWrong = false, name = feed } = options;
  const octets = Buffer.from(begin + content);
  const hash = createHash('sha512')
    .update(isHashWrong ? 'another' : octets)
    .digest('base64');
  const text = `version: ${version}\nfiles:\n  - url: ${file}\n    sha512: ${hash}\n    size: ${octets.length}\npath: ${file}\nsha512: ${hash}\n`;
  served.set(`/stable/${feed}`, Buffer.from(text));
  served.set(`/stable/${file}`, octets);
  const signature = typeof signed === 'string' ? signed : signatureOf(name, text, secret);
  if (signed !== false) served.set(`/stable/${feed}.sig`, Buffer.from(`${signature}\n`));
  return octets;
}

function open(system: System): Updater {
  Object.defineProperty(process, 'platform', { value: system });
  return createUpdater({ url, key }, (install) => {
    leaving = install;
  });
}

const fetchAll = (updater: Updater, told: number[] = []): Promise<void> =>
  updater.download((done) => told.push(done), new AbortController().signal);
const pending = (): string[] => {
  const cache = join(folder, 'cache', 'parley-updater', 'pending');
  return existsSync(cache) ? readdirSync(cache) : [];
};

describe.each(Object.keys(SYSTEMS) as System[])('on %s', (system) => {
  test('a newer version is found in the signed feed, and fetched when that is asked for', async () => {
    release(system, 'x'.repeat(100_000));
    const updater = open(system);
    expect(await updater.look()).toEqual({ version: '1.1.0' });
    expect(asked.map(({ path }) => path)).not.toContain(`/stable/${SYSTEMS[system].file}`);
    const told: number[] = [];
    await fetchAll(updater, told);
    expect(told.at(-1)).toBe(100_000 + SYSTEMS[system].begin.length);
    expect(leaving).toBeUndefined();
    expect(app.did).toEqual([]);
  });

  test('the same version, and an older one, are nothing new', async () => {
    for (const version of ['1.0.0', '0.9.9']) {
      release(system, 'the same', { version });
      expect(await open(system).look()).toBeUndefined();
    }
  });

  test.each<[string, Release]>([
    ['no signature', { signed: false }],
    ['another key', { signed: signatureOf('latest.yml', 'another text', makeKeys().secret) }],
    ['letters in its place', { signed: 'no base64 at all!' }],
    ['the signature of another system', { name: 'latest-other.yml' }],
  ])('a feed with %s is not read', async (_what, options) => {
    release(system, 'evil', options);
    const code = options.signed === false ? 'unreachable' : 'update-refused';
    await expect(open(system).look()).rejects.toMatchObject({ code });
  });

  test('a file that is another than the feed says is thrown away', async () => {
    release(system, 'evil', { isHashWrong: true });
    const updater = open(system);
    await updater.look();
    await expect(fetchAll(updater)).rejects.toMatchObject({ code: 'update-refused' });
    // electron-updater says so first, and removes it then.
    await expect.poll(() => pending().filter((name) => name.includes('Parley'))).toEqual([]);
  });

  test('half a download is none, and the next try gets all of it', async () => {
    release(system, 'x'.repeat(500_000));
    const updater = open(system);
    await updater.look();
    breaksAfter = 100_000;
    await expect(fetchAll(updater)).rejects.toMatchObject({ code: 'unreachable' });
    // electron-updater says so first, and removes it then.
    await expect.poll(() => pending().filter((name) => name.includes('Parley'))).toEqual([]);
    breaksAfter = undefined;
    await fetchAll(updater);
  });
});

test('without a network it says so', async () => {
  const updater = open('linux');
  server.closeAllConnections();
  server.close();
  await expect(updater.look()).rejects.toMatchObject({ code: 'unreachable' });
});

test('the feed learns nothing by which this installation is known again', async () => {
  release('linux', 'new');
  await open('linux').look();
  expect(asked.map(({ path }) => path).toSorted()).toEqual([
    '/stable/latest-linux.yml',
    '/stable/latest-linux.yml.sig',
  ]);
  for (const { headers } of asked)
    expect(Object.keys(headers).filter((name) => name.startsWith('x-'))).toEqual([]);
});

describe('a feed that is signed and yet makes no sense', () => {
  const sign = (text: string): void => {
    served.set('/stable/latest-linux.yml', Buffer.from(text));
    served.set('/stable/latest-linux.yml.sig', Buffer.from(signatureOf('latest-linux.yml', text, secret)));
  };

  test.each(['', 'version: newest', '- a list', 'files: {', 'version: 1.1.0\u0000'])(
    '%j is no new version',
    async (text) => {
      sign(text);
      await expect(open('linux').look()).rejects.toMatchObject({ name: 'ImppError' });
    },
  );

  test('a file without a hash is not fetched', async () => {
    served.set('/stable/Parley.AppImage', Buffer.from('anything'));
    sign('version: 1.1.0\nfiles:\n  - url: Parley.AppImage\n');
    const updater = open('linux');
    await updater.look();
    await expect(fetchAll(updater)).rejects.toMatchObject({ code: 'update-refused' });
    expect(asked.map(({ path }) => path)).not.toContain('/stable/Parley.AppImage');
  });

  test('a name that leads elsewhere stays in the folder of downloads', async () => {
    const octets = Buffer.from('#!/bin/sh\n');
    served.set('/..%2f..%2fout.AppImage', octets);
    const hash = createHash('sha512').update(octets).digest('base64');
    sign(
      `version: 1.1.0\nfiles:\n  - url: '../..%2f..%2fout.AppImage'\n    sha512: ${hash}\n    size: ${octets.length}\n`,
    );
    const updater = open('linux');
    await updater.look();
    await fetchAll(updater);
    const places = (readdirSync(folder, { recursive: true }) as string[]).filter((path) =>
      path.endsWith('out.AppImage'),
    );
    expect(places).toEqual(['cache/parley-updater/pending/out.AppImage']);
  });
});

test('a download can be stopped', async () => {
  release('linux', 'x'.repeat(5_000_000));
  const updater = open('linux');
  await updater.look();
  const stop = new AbortController();
  const download = updater.download(() => stop.abort(), stop.signal);
  stop.abort();
  await expect(download).rejects.toMatchObject({ code: 'cancelled' });
  expect(readFileSync(join(folder, 'My Parley.AppImage'), 'utf8')).toBe('the old one');
});

test('an AppImage takes its own place under its own name, once it has ended in order, and starts', async () => {
  const mark = join(folder, 'started');
  const octets = release('linux', `echo "$0 $@" > '${mark}'\n`);
  const updater = open('linux');
  await updater.look();
  await fetchAll(updater);
  updater.restart();
  const file = join(folder, 'My Parley.AppImage');
  expect(readFileSync(file, 'utf8')).toBe('the old one');
  leaving?.();
  expect(readFileSync(file)).toEqual(octets);
  await expect.poll(() => existsSync(mark) && readFileSync(mark, 'utf8')).toContain('My Parley.AppImage');
  await expect.poll(() => app.did).toEqual(['lock released', 'quit']);
  expect(readdirSync(folder).filter((name) => name.endsWith('.new'))).toEqual([]);
});

test('who closes the program has the new one at the next start, and no other program starts now', async () => {
  const mark = join(folder, 'started');
  const octets = release('linux', `echo started > '${mark}'\n`);
  const updater = open('linux');
  await updater.look();
  await fetchAll(updater);
  app.emit('quit', {}, 0);
  expect(readFileSync(join(folder, 'My Parley.AppImage'))).toEqual(octets);
  expect(existsSync(mark)).toBe(false);
});

test('where it cannot take its place, the old one is whole and starts again', async () => {
  release('linux', 'new');
  const updater = open('linux');
  await updater.look();
  await fetchAll(updater);
  vi.stubEnv('APPIMAGE', join(folder, 'nowhere', 'My Parley.AppImage'));
  updater.restart();
  leaving?.();
  expect(app.did).toEqual(['lock released', 'relaunch', 'quit']);
  expect(readFileSync(join(folder, 'My Parley.AppImage'), 'utf8')).toBe('the old one');
});

test('what Squirrel does not take is not ready', async () => {
  release('darwin', 'new');
  served.set(`/stable/${SYSTEMS.darwin.file}`, Buffer.from('no zip'));
  const hash = createHash('sha512').update('no zip').digest('base64');
  const text = `version: 1.1.0\nfiles:\n  - url: ${SYSTEMS.darwin.file}\n    sha512: ${hash}\n    size: 6\n`;
  served.set('/stable/latest-mac.yml', Buffer.from(text));
  served.set('/stable/latest-mac.yml.sig', Buffer.from(signatureOf('latest-mac.yml', text, secret)));
  const updater = open('darwin');
  await updater.look();
  await expect(fetchAll(updater)).rejects.toMatchObject({ code: 'update-refused' });
});

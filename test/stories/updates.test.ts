// A newer version takes the place of the program that runs, and finds everything as it was; and a program that is older
// than its history leaves that alone.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, expect, test } from 'vitest';
import { makeKeys, signatureOf } from '../../build/feed.mjs';
import { Desktop } from './desktop.ts';
import { canShow } from './hosts.ts';
import { createAccount } from './people.ts';
import { startDomain, temporaryFolder } from './programs.ts';

const desktops: Desktop[] = [];
const servers: Server[] = [];
afterEach(async () => {
  await Promise.all(desktops.splice(0).map((desktop) => desktop.close()));
  for (const server of servers.splice(0)) server.close();
});

async function open(options: Parameters<typeof Desktop.start>[0]): Promise<Desktop> {
  const desktop = await Desktop.start(options);
  desktops.push(desktop);
  return desktop;
}

/** A signed feed with one file for Linux; gives where it is and its key. */
async function feedOf(version: string, content: string): Promise<{ url: string; key: string }> {
  const { key, secret } = makeKeys();
  const octets = Buffer.from(content);
  const hash = createHash('sha512').update(octets).digest('base64');
  const text = `version: ${version}\nfiles:\n  - url: Parley.AppImage\n    sha512: ${hash}\n    size: ${octets.length}\n`;
  const files: Readonly<Record<string, string | Buffer>> = {
    '/latest-linux.yml': text,
    '/latest-linux.yml.sig': signatureOf('latest-linux.yml', text, secret),
    '/Parley.AppImage': octets,
  };
  const server = createServer((request, response) => {
    const file = files[(request.url ?? '').split('?', 1)[0] ?? ''];
    response.writeHead(file === undefined ? 404 : 200).end(file);
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, key };
}

test.skipIf(!canShow('linux'))(
  'an AppImage is replaced when its person says so, and what it knows survives',
  async () => {
    const domain = await startDomain();
    const folder = temporaryFolder();
    const mark = join(folder, 'started');
    const newer = `#!/bin/sh\necho "$@" > '${mark}'\n`;
    const archive = join(folder, 'archive');
    mkdirSync(archive);
    writeFileSync(join(archive, 'package.json'), JSON.stringify({ updates: await feedOf('1.1.0', newer) }));
    writeFileSync(join(archive, 'app-update.yml'), 'updaterCacheDirName: parley-updater\n');
    const file = join(folder, 'Parley.AppImage');
    writeFileSync(file, 'the old one', { mode: 0o755 });
    const profile = join(folder, 'profile');
    const environment = {
      APPIMAGE: file,
      DESKTOP_APP: archive,
      DESKTOP_VERSION: '1.0.0',
      XDG_CACHE_HOME: join(folder, 'cache'),
    };

    const desktop = await open({ platform: 'linux', folder: profile, environment });
    const page = await desktop.page();
    await createAccount(page, domain, 'eve', "eve's password");
    await page.getByRole('button', { name: 'Settings' }).click();
    await page.getByRole('button', { name: 'Appearance' }).click();
    await page.getByText('Compact', { exact: true }).click();
    await page.getByRole('button', { name: 'About', exact: true }).click();
    await page.getByRole('button', { name: 'Show the licences' }).click();
    await expect.poll(() => page.getByRole('textbox').inputValue()).toContain('electron-updater');
    await page.getByRole('button', { name: 'Look now' }).click();
    await page.getByText('Parley 1.1.0 is available').waitFor();
    expect(existsSync(join(folder, 'cache/parley-updater/pending'))).toBe(false);
    await page.getByRole('button', { name: 'Download' }).click();
    const restart = page.getByRole('button', { name: 'Restart now' });
    await restart.waitFor();
    expect(readFileSync(file, 'utf8')).toBe('the old one');
    await restart.click();
    expect(await desktop.ended).toBe(0);
    expect(readFileSync(file, 'utf8')).toBe(newer);
    await expect.poll(() => existsSync(mark) && readFileSync(mark, 'utf8')).toContain(profile);

    const again = await open({
      platform: 'linux',
      folder: profile,
      environment: { ...environment, DESKTOP_VERSION: '1.1.0' },
    });
    const next = await again.page();
    await next.getByText('eve', { exact: true }).first().waitFor();
    await expect.poll(() => next.locator('html').getAttribute('data-density')).toBe('compact');
  },
);

test('a history of a newer program is said in a sentence, and left as it is', async () => {
  const folder = temporaryFolder();
  const path = join(folder, 'parley.db');
  const db = new DatabaseSync(path);
  db.exec('PRAGMA journal_mode = WAL; CREATE TABLE later (words TEXT); PRAGMA user_version = 9999');
  db.close();
  const before = readFileSync(path);
  const { code, all } = await Desktop.toEnd({ platform: process.platform, folder });
  expect(code).toBe(1);
  const [error] = all('error') as { title: string; content: string }[];
  expect(error?.content).toContain('written by a newer Parley');
  expect(readFileSync(path).equals(before)).toBe(true);
});

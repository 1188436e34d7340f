// The package of parleyd: what is in it, and that the install page leads from it to a domain that people use.

import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { manPage } from '../../build/man-page.mjs';
import { packParleyd } from '../../build/parleyd.mjs';
import { HELP } from '../../server/admin/help.ts';
import { tryPage } from './page.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };

let folder: string;
let tarball: string;
/** Its files without the folder package/. */
let files: string[];
const read = (path: string): string => readFileSync(join(folder, 'package', path), 'utf8');

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-package-'));
  tarball = await packParleyd(folder);
  execFileSync('tar', ['xf', tarball, '-C', folder]);
  const listed = execFileSync('tar', ['tf', tarball], { encoding: 'utf8' });
  files = listed
    .trim()
    .split('\n')
    .map((path) => path.replace(/^package\//, ''));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true }));

test('has the program, its papers, a unit and a container; no sources and no tests', () => {
  expect(basename(tarball)).toBe(`parleyd-${version}.tgz`);
  const beside = files.filter((path) => !path.startsWith('lib/')).toSorted();
  expect(beside).toEqual([
    'Containerfile',
    'LICENSE',
    'README.md',
    'man/parleyd.1',
    'package.json',
    'systemd/parleyd.service',
    'third-party-licences.txt',
  ]);
  expect(files.filter((path) => path.startsWith('lib/') && !path.endsWith('.js'))).toEqual([]);
  for (const path of files) expect(path).not.toMatch(/test|\.map$|\.ts$/);
  const about = JSON.parse(read('package.json')) as Record<string, unknown>;
  expect(about).toMatchObject({ name: 'parleyd', version, license: 'Apache-2.0' });
  // Nothing is fetched when it is installed.
  expect(Object.keys(about).filter((key) => /dependencies|scripts/i.test(key))).toEqual([]);
  const licences = read('third-party-licences.txt');
  for (const name of ['acme-client', 'zod', 'pino', 'prom-client', 'smol-toml'])
    expect(licences).toMatch(new RegExp(`^${name} \\d[\\d.]* \\(`, 'm'));
  expect(read('systemd/parleyd.service')).toContain(
    'ExecStart="/usr/local/bin/parleyd" serve --config "/etc/parleyd/parleyd.toml"',
  );
  expect(read('Containerfile')).toMatch(/^USER parleyd$/m);
});

test('the manual says what --help says, in the roff that man reads', () => {
  const page = read('man/parleyd.1');
  expect(page).toBe(manPage(HELP, version));
  const plain = page
    .split('\n')
    .filter((line) => !/^\.(TH|SH|TP|PP|nf|fi)\b/.test(line))
    .map((line) =>
      line.replace(/^\.B /, '').replace(/^\\&/, '').replaceAll('\\-', '-').replaceAll('\\e', '\\'),
    );
  const words = (text: string): string[] => text.split(/\s+/).filter(Boolean);
  expect(words(plain.join('\n'))).toEqual(words(HELP.replace('parleyd, ', 'parleyd - ')));
  const groff = spawnSync('groff', ['-man', '-ww', '-z', join(folder, 'package/man/parleyd.1')], {
    encoding: 'utf8',
  });
  // Where there is one; the test above holds anywhere.
  if (groff.error === undefined) expect([groff.status, groff.stderr]).toEqual([0, '']);
  const tricky = manPage("x, a thing\n  x .run\\n\n.dot at the beginning\n\n  key   'quoted\n", '1');
  expect(tricky).toContain('.B x .run\\en');
  expect(tricky).toContain('\\&.dot at');
  expect(tricky).toContain("key   'quoted");
});

test('the install page, with the package and nothing else', async () => {
  const said = await tryPage('install.md', {
    isBare: true,
    files: [tarball],
    before: `
cp "$ROOT/authority/example.org.pem" fullchain.pem
cp "$ROOT/authority/example.org.key" privkey.pem`,
    after: `
# It is the package that has done it.
grep -q "$ROOT/usr/local/lib/node_modules/parleyd/lib/parleyd.js" /etc/parleyd/parleyd.service
curl -sf http://127.0.0.1:9279/health
parleyd user list --config /etc/parleyd/parleyd.toml
parleyd backup /tmp/one.backup --config /etc/parleyd/parleyd.toml
systemctl stop parleyd
# A library that is loaded only here.
parleyd serve --domain other.example --data /tmp/other --set acme.terms=true \\
  --set acme.directory=https://localhost:1/ --set acme.listen=127.0.0.1:0 2>/tmp/other.log &
until grep -q ECONNREFUSED /tmp/other.log; do
  kill -0 $!
  sleep 0.05
done
kill $!
wait $!
cat /tmp/other.log`,
  });
  expect(said).toContain(`\n${version}\n`);
  expect(said).toContain('answers apps and other domains as example.org.');
  expect(said).not.toMatch(/^wrong/m);
  expect(said).toMatch(/^alice@example\.org\t/m);
  expect(said).toMatch(/"event":"no certificate was issued"/);
  expect(said).toContain('ECONNREFUSED');
}, 120_000);

test('the upgrade page, from what was there to the package', async () => {
  const said = await tryPage('upgrade.md', {
    files: [tarball],
    after: `
test -x /usr/local/bin/parleyd
parleyd user list --config /etc/parleyd/parleyd.toml
ls /backup/before-upgrade.backup`,
  });
  expect(said).toMatch(/^alice@example\.org\t/m);
  expect(said).not.toMatch(/^wrong/m);
}, 120_000);

// Makes a fresh clone ready. Plain JavaScript without dependencies, because it runs before there are any, on
// the machine's own Node (20 or later).
//   node build/setup.mjs             packages, if package-lock.json is not the one that was installed last
//   node build/setup.mjs --test      also what the tests need: a Chromium, a keyring, a Python

import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser } from './browser.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

if (Number(process.versions.node.split('.')[0]) < 20) {
  fail(
    `Parley needs Node 20 or later, and this is ${process.versions.node}: install a newer one from nodejs.org.`,
  );
}

installPackages();
// Scripts of the server begin with `exec`, so that a signal to npm reaches the server; a shell in between would
// die of it and leave the server running. cmd.exe has no such word, and looks here first.
if (process.platform === 'win32') writeFileSync(join(root, 'node_modules', '.bin', 'exec.cmd'), '@%*\r\n');
if (process.argv.includes('--test')) installTestTools();

/** Runs `npm ci` unless the stamp in node_modules says that this very lock file has been installed. */
function installPackages() {
  const stamp = join(root, 'node_modules', '.parley-lock');
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  console.error('Installing packages (once)...');
  const { status } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32',
  });
  if (status !== 0)
    fail(
      'The packages could not be installed: look at the lines above, and check that npm reaches its registry.',
    );
  writeFileSync(stamp, lock);
}

/** Debian's packages for the tests, where we may install them; tests say themselves what they miss otherwise. */
function installTestTools() {
  const missing = [];
  if (!findBrowser()) missing.push('chromium');
  if (process.platform === 'linux') {
    if (!onPath('gnome-keyring-daemon')) missing.push('gnome-keyring');
    if (!onPath('dbus-run-session')) missing.push('dbus');
    if (!existsSync('/usr/lib/x86_64-linux-gnu/libsecret-1.so.0') && !hasLibrary('libsecret-1.so.0'))
      missing.push('libsecret-1-0');
    if (!onPath('openssl')) missing.push('openssl');
    if (!onPath('python3')) missing.push('python3');
    installOptional();
  }
  if (missing.length === 0) return;
  if (process.platform !== 'linux' || process.getuid() !== 0 || !onPath('apt-get')) {
    fail(
      `The tests need ${missing.join(', ')}: install them with the system's packages (or set CHROME_PATH to a Chromium or Chrome).`,
    );
  }
  if (!aptInstall(missing))
    fail(
      `${missing.join(', ')} could not be installed: run "apt-get install ${missing.join(' ')}" and look at what it says.`,
    );
}

/**
 * What only single tests ask: a certificate authority, a name server, networks of their own. Where it cannot be had,
 * those tests say so, and the others still run.
 */
function installOptional() {
  const packages = { pebble: 'pebble', dnsmasq: 'dnsmasq-base', ip: 'iproute2', curl: 'curl' };
  const missing = Object.keys(packages).filter((program) => !onPath(program));
  if (missing.length === 0 || process.getuid() !== 0 || !onPath('apt-get')) return;
  for (const program of missing) aptInstall([packages[program]]);
}

/** Whether Debian's packages could be installed. */
function aptInstall(packages) {
  console.error(`Installing ${packages.join(', ')} for the tests (once)...`);
  const environment = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const options = { stdio: ['ignore', 'ignore', 'inherit'], env: environment };
  spawnSync('apt-get', ['update', '-qq'], options);
  return (
    spawnSync('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], options).status ===
    0
  );
}

function onPath(program) {
  return `${process.env.PATH ?? ''}:/usr/sbin:/sbin`
    .split(':')
    .some((folder) => existsSync(join(folder, program)));
}

function hasLibrary(name) {
  return spawnSync('ldconfig', ['-p'], { encoding: 'utf8' }).stdout?.includes(name) ?? false;
}

function fail(sentence) {
  console.error(sentence);
  process.exit(1);
}

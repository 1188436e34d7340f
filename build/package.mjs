// `npm run build`: the packages that this machine can make, in dist/, and one line for each of the others that says why
// not. Fails only where something fails that can be made here.
//   PARLEY_UPDATES_URL, PARLEY_UPDATES_KEY   where the app looks for newer versions, and the public key that their feed
//                                            is signed with (build/feed.mjs); without them it does not look

import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Arch, build, Platform } from 'electron-builder';
import { hasElectron } from './electron.mjs';
import { updatesOf } from './feed.mjs';
import { packParleyd } from './parleyd.mjs';
import { withoutEmpty } from './given.mjs';
import { whyNotHere } from './refused.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const dist = join(root, 'dist');

const SYSTEMS = {
  linux: { name: 'Linux', platform: Platform.LINUX, targets: ['AppImage', 'deb', 'rpm'] },
  win32: { name: 'Windows', platform: Platform.WINDOWS, targets: ['nsis'] },
  darwin: { name: 'macOS', platform: Platform.MAC, targets: ['dmg', 'zip'] },
};

/** What a machine lacks for a target, as a sentence; undefined: nothing that is known before. */
function lacks(target) {
  if (target === 'rpm' && spawnSync('rpmbuild', ['--version']).status !== 0)
    return 'rpmbuild is not installed (the package "rpm" of most systems has it)';
  return undefined;
}

/**
 * Makes one target for both processors. Gives why it cannot be made here; undefined: it is made. Throws for what
 * should have worked.
 */
async function make({ platform }, target, config) {
  try {
    await build({
      projectDir: root,
      targets: platform.createTarget([target], Arch.x64, Arch.arm64),
      config,
      publish: 'never',
    });
    return undefined;
  } catch (error) {
    const reason = whyNotHere(error);
    if (reason !== undefined) return reason;
    throw error;
  }
}

withoutEmpty(process.env);
process.env.PARLEY_SYSTEM = process.platform;
const PATH = join(root, 'node_modules/.bin') + delimiter + process.env.PATH;
const built = spawnSync('electron-vite', ['build', '--logLevel', 'warn'], {
  cwd: root,
  stdio: 'inherit',
  shell: process.platform === 'win32',
  env: { ...process.env, PATH },
});
if (built.status !== 0) {
  console.error('The app could not be built: the lines above say why.');
  process.exit(1);
}

rmSync(dist, { recursive: true, force: true });
const config = updatesOf(process.env);
const isElectronHere = hasElectron(root);
const lines = [];
let hasFailed = false;
const say = (target, sentence) => lines.push(`${target.padEnd(9)} ${sentence}`);
for (const [name, system] of Object.entries(SYSTEMS)) {
  for (const target of system.targets) {
    if (name !== process.platform) {
      say(target, `not made: ${system.name} makes it`);
      continue;
    }
    const reason = isElectronHere
      ? (lacks(target) ?? (await make(system, target, config).catch(failed)))
      : "Electron's program could not be downloaded from github.com";
    if (reason !== undefined) say(target, reason instanceof Error ? 'FAILED' : `not made: ${reason}`);
    else say(target, 'made');
  }
}
const server = await packParleyd(dist).catch(failed);
say('parleyd', server instanceof Error ? 'FAILED' : 'made');
console.log(`\n${lines.join('\n')}`);
for (const file of existsSync(dist) ? readdirSync(dist) : []) {
  if (/\.(?:AppImage|deb|rpm|exe|dmg|zip|yml|tgz|blockmap)$/.test(file) && !file.startsWith('builder-'))
    console.log(`dist/${file}`);
}
process.exitCode = hasFailed ? 1 : 0;

function failed(error) {
  hasFailed = true;
  console.error(error);
  return error;
}

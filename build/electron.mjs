// Electron's program comes from its own download, which not every network allows.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The path of Electron's program, downloaded if need be; undefined, with one sentence, where it cannot be had. */
export function electronProgram(root) {
  const program = fetched(root);
  if (!program) {
    console.error(
      "Electron's program could not be downloaded from github.com, so Parley opens in this machine's browser (run npm start again once the network allows it).",
    );
  }
  return program;
}

/** Whether Electron's program is here, after a download if need be. */
export const hasElectron = (root) => fetched(root) !== undefined;

function fetched(root) {
  const present = installed(root);
  if (present) return present;
  spawnSync(process.execPath, [join(root, 'node_modules/electron/install.js')], {
    cwd: root,
    stdio: 'ignore',
    timeout: 5 * 60_000,
  });
  return installed(root);
}

function installed(root) {
  const folder = join(root, 'node_modules/electron');
  const name = join(folder, 'path.txt');
  if (!existsSync(name)) return undefined;
  const program = join(
    process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(folder, 'dist'),
    readFileSync(name, 'utf8'),
  );
  return existsSync(program) ? program : undefined;
}

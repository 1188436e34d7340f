// Makes packages as far as it goes without a network, around programs that are none:
//   node test/build/packages-program.ts FOLDER
// Unpacked, for Linux and Windows, in FOLDER/dist. What the makers of AppImage, deb and rpm are called with is in
// FOLDER/calls, a line of JSON each: {"target", "args", "desktop"}.

import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arch, build, Platform } from 'electron-builder';
import { updatesOf } from '../../build/feed.mjs';
import { stubElectron } from './stub-electron.ts';

const folder = process.argv[2] ?? '';
const calls = join(folder, 'calls');

const systems = {
  linux: Platform.LINUX.createTarget(['AppImage', 'deb', 'rpm'], Arch.x64),
  win32: Platform.WINDOWS.createTarget(['dir'], Arch.x64),
} as const;

// In the place of what makes deb and rpm: it writes down what it is told, and an empty package.
const fpm = join(folder, 'fpm');
writeFileSync(
  fpm,
  `#!${process.execPath}
const { appendFileSync, readFileSync, writeFileSync } = require('node:fs');
const args = process.argv.slice(2);
const after = (name) => args[args.indexOf(name) + 1];
const desktop = readFileSync(args.find((arg) => arg.includes('.desktop=')).split('=')[0], 'utf8');
appendFileSync(${JSON.stringify(calls)}, JSON.stringify({ target: after('-t'), args, desktop }) + '\\n');
writeFileSync(after('--package'), 'a package');
`,
  { mode: 0o755 },
);
process.env['CUSTOM_FPM_PATH'] = fpm;

for (const [system, targets] of Object.entries(systems)) {
  const electronDist = join(folder, system);
  mkdirSync(electronDist);
  process.env['PARLEY_SYSTEM'] = system;
  stubElectron(electronDist, system as keyof typeof systems);
  await build({
    projectDir: join(import.meta.dirname, '../..'),
    targets,
    publish: 'never',
    config: {
      ...updatesOf({ PARLEY_UPDATES_URL: 'https://updates.example/stable', PARLEY_UPDATES_KEY: 'a key' }),
      electronDist,
      directories: { output: join(folder, 'dist') },
    },
    // Called where the tools of an AppImage would be: `true` leaves them out.
    effectiveOptionComputed: (options: unknown) => {
      if (Array.isArray(options)) return Promise.resolve(false);
      const { desktop } = options as { readonly desktop: string };
      appendFileSync(calls, `${JSON.stringify({ target: 'AppImage', args: [], desktop })}\n`);
      return Promise.resolve(true);
    },
  });
}

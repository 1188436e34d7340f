// Makes packages as far as it goes without a network, around programs that are none:
//   node test/build/packages-program.ts FOLDER
// Unpacked, for Linux and Windows, in FOLDER/dist; what the makers of AppImage, deb and rpm would be called with
// goes to stdout as one line of JSON: {"calls": [...]}.

import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Arch, build, Platform } from 'electron-builder';
import { updatesOf } from '../../build/feed.mjs';
import { stubElectron } from './stub-electron.ts';

const folder = process.argv[2] ?? '';
const calls: { readonly target: string; readonly desktop: string; readonly args: readonly string[] }[] = [];

const systems = {
  linux: Platform.LINUX.createTarget(['AppImage', 'deb', 'rpm'], Arch.x64),
  win32: Platform.WINDOWS.createTarget(['dir'], Arch.x64),
} as const;

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
    // Called where the tool of a target would be; `true`: it is not.
    effectiveOptionComputed: (options: unknown) => {
      if (Array.isArray(options)) {
        const [args, file] = options as [string[], string];
        const target = args.some((arg) => arg.endsWith('.rpm')) ? 'rpm' : 'deb';
        calls.push({ target, args, desktop: readFileSync(file, 'utf8') });
      } else {
        calls.push({ target: 'AppImage', args: [], desktop: (options as { desktop: string }).desktop });
      }
      return Promise.resolve(true);
    },
  });
}
process.stdout.write(`\n${JSON.stringify({ calls })}\n`);

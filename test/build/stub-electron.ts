// Folders that look like an unpacked Electron to what makes packages: a program that carries the fuses of a real one,
// and languages to choose from. Nothing in them runs.

import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What stands before the fuses in Electron's program, by which they are found. */
const SENTINEL = 'dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX';
/** Version, number, and each as Electron delivers it: everything allowed, nothing checked. */
const FUSES = Buffer.concat([Buffer.from([1, 9]), Buffer.from('101100011')]);

/** On Windows the icon and the hash of the archive are written into the program: it has to be one. */
const PROGRAM_FOR_WINDOWS = join(
  import.meta.dirname,
  '../../node_modules/electron-winstaller/vendor/7z-x64.exe',
);

/** Makes one in `folder`, which is there. */
export function stubElectron(folder: string, platform: 'linux' | 'win32'): void {
  mkdirSync(join(folder, 'locales'));
  mkdirSync(join(folder, 'resources'));
  for (const language of ['ar', 'de', 'en-US', 'sw'])
    writeFileSync(join(folder, 'locales', `${language}.pak`), '');
  for (const text of ['LICENSE', 'LICENSES.chromium.html']) writeFileSync(join(folder, text), text);
  const program = join(folder, platform === 'win32' ? 'electron.exe' : 'electron');
  if (platform === 'win32') cpSync(PROGRAM_FOR_WINDOWS, program);
  else writeFileSync(program, '\x7fELF', { mode: 0o755 });
  writeFileSync(program, Buffer.concat([Buffer.from(SENTINEL), FUSES]), { flag: 'a' });
  if (readdirSync(folder).length !== 5) throw new Error('the stub is not whole');
}

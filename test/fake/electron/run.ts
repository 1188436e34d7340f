// Runs a built main process on plain Node, with the stand-in in the place of the `electron` module, from a command line
// as Electron's own:
//   node test/fake/electron/run.ts -r MODULE PROGRAM --user-data-dir=DIR
// PROGRAM is a folder with a package.json. Hears what a test asks for on stdin, and prints `stand-in ready URL`: the
// address at which the test can reach the windows (Chromium's own protocol). With `--inspect=0` it says on stderr, in
// Electron's words, where Node and Chromium are to be reached; whoever drives Electron then drives it as well.

import { readFileSync } from 'node:fs';
import { open } from 'node:inspector';
import { createRequire, registerHooks } from 'node:module';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const standIn = new URL('./electron.ts', import.meta.url).href;
const require = createRequire(import.meta.url);

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

const words = process.argv.slice(2);
const before: string[] = [];
while (words[0]?.startsWith('-') === true) {
  const word = words.shift();
  if (word === '-r') before.push(words.shift() ?? '');
  if (word === '--inspect=0') open(0, '127.0.0.1');
}
const folder = resolve(words[0] ?? '.');
const { main } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { readonly main: string };

const { appCodeLoaded, reportPlatform } = await import('./electron.ts');
reportPlatform();
for (const module of before) require(resolve(module));
await import(pathToFileURL(join(folder, main)).href);
// As in Electron: `ready` waits until the whole entry module has been evaluated.
const place = await appCodeLoaded();
process.stdout.write(`stand-in ready ${place}\n`);
const { webSocketDebuggerUrl } = (await (await fetch(`${place}/json/version`)).json()) as {
  readonly webSocketDebuggerUrl: string;
};
process.stderr.write(`DevTools listening on ${webSocketDebuggerUrl}\n`);

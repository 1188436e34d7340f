// Runs a built main process on plain Node, with the stand-in in the place of the `electron` module:
//   node test/fake/electron/run.ts out/main/index.js --user-data-dir=DIR
// Prints `stand-in ready URL`: the address at which a test can reach the windows (Chromium's own protocol).

import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

const standIn = new URL('./electron.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'electron' ? { url: standIn, shortCircuit: true } : next(specifier, context),
});

await import('./time.ts');
const { appCodeLoaded, reportPlatform } = await import('./electron.ts');
reportPlatform();
await import(pathToFileURL(resolve(process.argv[2] ?? 'out/main/index.js')).href);
// As in Electron: `ready` waits until the whole entry module has been evaluated.
await appCodeLoaded();

// The app in any browser of this machine: the same core, the same pages. Started by build/start.mjs.
// The browser is opened first, and the core is loaded while it starts. Bundled it starts in half the time; the sources
// run as they are, too.

import { mkdirSync } from 'node:fs';
import { enableCompileCache } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { signInFromEnvironment } from '../sign-in.ts';
import { browserHost, serveCore } from './host.ts';
import { openOutside } from './open.ts';

const isBuilt = import.meta.url.endsWith('.js');
const built = new URL(isBuilt ? '../' : '../../../out/', import.meta.url);
const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'default' },
    data: { type: 'string' },
    pages: { type: 'string', default: fileURLToPath(new URL('renderer', built)) },
    'no-open': { type: 'boolean', default: false },
  },
});
const dataDir = values.data;
if (!dataDir) throw new Error('the folder of the profile is missing: --data DIR');

// From sources, each thread strips their types by WebAssembly. After a thousand calls V8 replaces what leads out of it by
// something faster; where several threads do that at once, the process may die. With this the store's threads do not.
if (!isBuilt) setFlagsFromString('--wasm-wrapper-tiering-budget=1000000000');

mkdirSync(dataDir, { recursive: true, mode: 0o700 });
// Beside the history: nobody else can write there what this program then runs.
enableCompileCache(join(dataDir, 'code'));

const begin = Promise.withResolvers<void>();
const starting = begin.promise.then(async () => {
  const { createCore } = await import('../../app.ts');
  return createCore({
    host: { ...browserHost, licences: new URL('licences.txt', built) },
    dataDir,
    ...(isBuilt ? { storeWorker: new URL('main/store.worker.js', built) } : {}),
  });
});
const windows = await serveCore(starting, values.pages);
if (!values['no-open']) openOutside(windows.url);
begin.resolve();
const core = await starting.catch((error: Error) => {
  process.stderr.write(`Parley could not start: ${error.message}\n`);
  process.exit(1);
});
await signInFromEnvironment(core);
process.stdout.write(`parley ready ${values.profile} ${windows.url}\n`);

let isEnding = false;
function end(): void {
  if (isEnding) return;
  isEnding = true;
  void windows
    .close()
    .then(() => core.close())
    .then(() => process.exit(0));
}
process.on('SIGINT', end);
process.on('SIGTERM', end);

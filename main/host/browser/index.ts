// The app in any browser of this machine: the same core, the same pages. Started by build/start.mjs.

import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { createCore } from '../../app.ts';
import { signInFromEnvironment } from '../sign-in.ts';
import { browserHost, serveCore } from './host.ts';
import { openOutside } from './open.ts';

const { values } = parseArgs({
  options: {
    profile: { type: 'string', default: 'default' },
    data: { type: 'string' },
    pages: { type: 'string', default: join(import.meta.dirname, '../../../out/renderer') },
    'no-open': { type: 'boolean', default: false },
  },
});
if (!values.data) throw new Error('the folder of the profile is missing: --data DIR');

const core = await createCore({ host: browserHost, dataDir: values.data });
const windows = await serveCore(core, values.pages);
await signInFromEnvironment(core);

process.stdout.write(`parley ready ${values.profile} ${windows.url}\n`);
if (!values['no-open']) openOutside(windows.url);

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

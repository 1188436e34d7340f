// The load: `node generator.ts messages|bulk|presence|watchers|idle|logins JSON`. A process of its own, so that parleyd
// shares its processors with it but not its event loop. Prints one line of JSON.

import { bulk } from './load/bulk.ts';
import { idle } from './load/idle.ts';
import { logins } from './load/logins.ts';
import { messages } from './load/messages.ts';
import { presence } from './load/presence.ts';
import { watchers } from './load/watchers.ts';

const [name, text = '{}'] = process.argv.slice(2);
const options: unknown = JSON.parse(text);
const LOADS: Record<string, (options: never) => Promise<object>> = {
  messages,
  bulk,
  presence,
  watchers,
  idle,
  logins,
};
const load = LOADS[name ?? ''];
if (!load) throw new Error(`no such load: ${name}`);
const report = await load(options as never);
process.stdout.write(`${JSON.stringify(report)}\n`, () => process.exit(0));

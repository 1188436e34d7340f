import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Clock, RandomBytes } from '../shared/clock.ts';
import { ImppError } from '../shared/errors.ts';
import { type Answer, COMMANDS, type CommandName, type EventName, type Events } from '../shared/ipc.ts';
import type { Settings } from '../shared/model.ts';
import { Accounts } from './account/accounts.ts';
import { systemClock, systemRandom } from './clock.ts';
import { type Handlers, handlers } from './commands.ts';
import { nodeCrypto } from './connection/crypto.ts';
import { type Dns, systemDns } from './connection/resolver.ts';
import type { Core, Host } from './host/host.ts';
import type { Log } from './log.ts';
import { KeytarStore } from './secrets/keytar.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import { Mirror } from './state.ts';
import { Store } from './store/store.ts';
import { Uploads } from './uploads.ts';
import { VALIDATORS } from './validators.ts';
import { VERSION } from './version.ts';

export interface CoreOptions {
  readonly host: Host;
  /** The profile's folder; made if it is not there. */
  readonly dataDir: string;
  readonly clock?: Clock;
  readonly random?: RandomBytes;
  readonly secrets?: SecretStore;
  readonly dns?: Dns;
  readonly log?: Log;
  /** The script of the store's thread, where a bundle has moved it. */
  readonly storeWorker?: URL;
}

const DEFAULTS: Settings = {
  theme: 'system',
  density: 'comfortable',
  textSize: 100,
  sendsReceipts: true,
  sendsTyping: true,
};

type Listener = <E extends EventName>(event: E, payload: Events[E]) => void;

/** Settings as they were kept; what cannot be read is as if never changed. */
const readSettings = (kept: string | undefined): Settings => {
  if (kept === undefined) return DEFAULTS;
  const parsed = VALIDATORS['settings.change'].safeParse(JSON.parse(kept));
  return parsed.success ? { ...DEFAULTS, ...parsed.data } : DEFAULTS;
};

/** For people, in the account's list of devices; a header takes no control characters. */
const deviceName = (): string =>
  hostname()
    .replaceAll(/[^\x20-\x7e]/g, '')
    .slice(0, 64) || 'Parley';

const isCommand = (name: string): name is CommandName => COMMANDS.some((command) => command === name);

const failure = (error: ImppError): Answer<never> => ({
  ok: false,
  code: error.code,
  reason: error.message,
  data: error.data,
});

/** Runs one command that a window asked for; the argument is checked first. */
const run = async <C extends CommandName>(
  all: Handlers,
  command: C,
  request: unknown,
): Promise<Answer<unknown>> => {
  const argument = VALIDATORS[command].safeParse(request);
  if (!argument.success) {
    const [issue] = argument.error.issues;
    return failure(
      new ImppError('invalid-argument', `${command}: ${issue?.path.join('.')} ${issue?.message}`),
    );
  }
  const handle = all[command] as (argument: unknown) => unknown;
  return { ok: true, value: await handle(argument.data) };
};

/** Builds the app without its windows: the store, the accounts, the commands. Throws what the store throws. */
export const createCore = async (options: CoreOptions): Promise<Core> => {
  const { host, clock = systemClock, random = systemRandom, log = () => {} } = options;
  const { secrets = new KeytarStore(clock) } = options;
  const servers = (process.env['PARLEY_DNS'] ?? '').split(',').filter((server) => server !== '');
  const { dns = systemDns(servers) } = options;

  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  const store = await Store.open(join(options.dataDir, 'parley.db'), options.storeWorker);
  const fresh = Buffer.from(random(16)).toString('hex');
  const device = { id: await store.call('ensureSetting', 'device', fresh), name: deviceName() };
  const mirror = new Mirror(
    { kind: host.kind, platform: process.platform, version: VERSION },
    readSettings(await store.call('getSetting', 'settings')),
  );
  const accounts = new Accounts(
    { clock, random, store, mirror, log },
    { network: { clock, random, dns, log }, crypto: nodeCrypto(random), device },
    secrets,
  );
  await accounts.load();
  const uploads = await Uploads.open(join(options.dataDir, 'uploads'), random);
  const all = handlers({ accounts, mirror, store, uploads, host });
  const offWake = host.onWake(() => accounts.wake());
  const offIdle = host.onIdle((absence) => accounts.absent(absence));

  return {
    async invoke(command, request) {
      if (!isCommand(command)) return failure(new ImppError('invalid-argument', 'there is no such command'));
      try {
        return await run(all, command, request);
      } catch (error) {
        if (error instanceof ImppError) return failure(error);
        log('a command failed', { command, error: String(error) });
        return failure(new ImppError('internal-error', 'a fault in the program', { cause: error }));
      }
    },
    on: (listener: Listener) => mirror.on((event) => listener('change', event)),
    async close() {
      offWake();
      offIdle();
      await accounts.close();
      await uploads.close();
      await store.close();
    },
  };
};

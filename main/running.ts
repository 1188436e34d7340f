import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { ImppError } from '../shared/errors.ts';
import type { Settings } from '../shared/model.ts';
import { Accounts } from './account/accounts.ts';
import type { Surroundings } from './account/context.ts';
import { type Handlers, handlers } from './commands.ts';
import { nodeCrypto } from './connection/crypto.ts';
import type { Dns } from '../network/resolver.ts';
import type { Host } from './host/host.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import { keepCopies } from './store/copying.ts';
import { Uploads } from './uploads.ts';
import { VALIDATORS } from './validators.ts';

export const DEFAULTS: Settings = {
  theme: 'system',
  density: 'comfortable',
  textSize: 100,
  sendsReceipts: true,
  sendsTyping: true,
};

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

/** The app while its history is open. */
export interface Running {
  readonly all: Handlers;
  close(): Promise<void>;
}

export interface Parts extends Surroundings {
  readonly host: Host;
  readonly secrets: SecretStore;
  readonly dns: Dns;
  /** The store's file. */
  readonly path: string;
}

/** Begins all that works on an open store, and closes that with the rest. `damaged`: the store can go no further. */
export async function startRunning(parts: Parts, damaged: (error: ImppError) => void): Promise<Running> {
  const { store, mirror, host, clock, random, log, dns } = parts;
  const offs: (() => void)[] = [];
  let accounts: Accounts | undefined;
  let uploads: Uploads | undefined;
  const close = async (): Promise<void> => {
    for (const off of offs) off();
    await accounts?.close();
    await uploads?.close();
    await store.close();
  };
  try {
    const fresh = Buffer.from(random(16)).toString('hex');
    const device = { id: await store.call('ensureSetting', 'device', fresh), name: deviceName() };
    mirror.setSettings(readSettings(await store.call('getSetting', 'settings')));
    accounts = new Accounts(
      { clock, random, store, mirror, log },
      { network: { clock, random, dns, log }, crypto: nodeCrypto(random), device },
      parts.secrets,
    );
    await accounts.load();
    uploads = await Uploads.open(join(dirname(parts.path), 'uploads'), random);
    const known = accounts;
    offs.push(
      host.onWake(() => known.wake()),
      host.onIdle((absence) => known.absent(absence)),
      keepCopies(store, parts.path, clock, log),
      store.onDamage(damaged),
    );
    return { all: handlers({ accounts, mirror, store, uploads, host, clock }), close };
  } catch (error) {
    await close();
    throw error;
  }
}

import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import type { ImppError } from '../shared/errors.ts';
import { Accounts } from './account/accounts.ts';
import type { Surroundings } from './account/context.ts';
import { Invitations } from './account/invitations.ts';
import { type Handlers, handlers } from './commands.ts';
import { nodeCrypto } from './connection/crypto.ts';
import type { Dns } from '../network/resolver.ts';
import type { Host, Tell } from './host/host.ts';
import { WindowBoard } from './notifications/in-window.ts';
import { Notifications } from './notifications/notifications.ts';
import { followQuiet } from './notifications/quiet.ts';
import { followStatus } from './notifications/status.ts';
import type { RecentLog } from './recent-log.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import { readSettings } from './settings.ts';
import type { Mirror } from './state.ts';
import { keepCopies } from './store/copying.ts';
import { Updates } from './updates.ts';
import { Uploads } from './uploads.ts';

/** For people, in the account's list of devices; a header takes no control characters. */
const deviceName = (): string =>
  hostname()
    .replaceAll(/[^\x20-\x7e]/g, '')
    .slice(0, 64) || 'Parley';

/** Text is checked in the languages of the settings; returns the off. */
function followSpelling(mirror: Mirror, spelling: Host['spelling']): () => void {
  let used: readonly string[] | undefined;
  const look = (): void => {
    const { spellingLanguages } = mirror.settings;
    if (spellingLanguages === used) return;
    used = spellingLanguages;
    spelling?.use(spellingLanguages);
  };
  look();
  return mirror.on(({ change }) => {
    if (change.type === 'settings') look();
  });
}

/** The app while its history is open. */
export interface Running {
  readonly all: Handlers;
  close(): Promise<void>;
}

export interface Parts extends Surroundings {
  readonly recent: RecentLog;
  readonly host: Host;
  readonly secrets: SecretStore;
  readonly dns: Dns;
  readonly tell: Tell;
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
      {
        network: { clock, random, dns, log, systemProxy: host.systemProxy },
        crypto: nodeCrypto(random),
        device,
      },
      parts.secrets,
    );
    const known = accounts;
    const windowBoard = new WindowBoard(parts.tell, clock);
    const notifications = new Notifications({
      mirror,
      clock,
      log,
      board: host.notices ?? windowBoard,
      isNews: (message) => known.isNews(message),
      open: (what) => {
        host.present();
        parts.tell('show', what);
      },
      isLocked: () => host.isLocked?.() === true,
      answer: (account, peer, text) => known.session(account).parts.messages.send(peer, { text }),
      mute: (account, peer, until) =>
        known.session(account).parts.messages.conversations.change(peer, { mutedUntil: until }),
    });
    offs.push(
      () => notifications.close(),
      () => windowBoard.close(),
    );
    const { updates: updater } = host;
    const updates =
      updater === undefined || updater === 'system'
        ? undefined
        : new Updates({ updater, mirror, clock, log });
    if (updates !== undefined) offs.push(() => updates.close());
    await accounts.load();
    const invitations = new Invitations(accounts, { store, mirror, log });
    await invitations.resume();
    uploads = await Uploads.open(join(dirname(parts.path), 'uploads'), random);
    offs.push(
      host.onWake(() => known.wake()),
      host.onIdle((absence) => {
        known.absent(absence);
        notifications.absent(absence);
      }),
      followSpelling(mirror, host.spelling),
      followQuiet({ mirror, clock, host, hush: (quiet) => known.hush(quiet) }),
      followStatus(mirror, clock, (status) => host.showStatus(status)),
      keepCopies(store, parts.path, clock, log),
      store.onDamage(damaged),
    );
    return {
      all: handlers({ ...parts, accounts, invitations, uploads, notifications, windowBoard, updates }),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

// What windows ask about the desktop around the program: notifications, the tray, the start at login.

import { readFile } from 'node:fs/promises';
import { ImppError } from '../shared/errors.ts';
import type { CommandName, RequestOf, ResponseOf } from '../shared/ipc.ts';
import type { Settings } from '../shared/model.ts';
import type { Accounts } from './account/accounts.ts';
import type { Host } from './host/host.ts';
import type { WindowBoard } from './notifications/in-window.ts';
import type { Notifications } from './notifications/notifications.ts';
import type { Mirror } from './state.ts';
import type { Updates } from './updates.ts';

export interface Parts {
  readonly host: Host;
  readonly mirror: Mirror;
  readonly accounts: Accounts;
  readonly notifications: Notifications;
  readonly windowBoard: WindowBoard;
  readonly changeSettings: (changes: Partial<Settings>) => Promise<Settings>;
  /** Absent: newer versions are not this program's to look for. */
  readonly updates?: Updates | undefined;
}

type Handler<C extends CommandName> = (request: RequestOf<C>) => ResponseOf<C> | Promise<ResponseOf<C>>;

type HostCommand =
  | 'window.languages'
  | 'presence.setAll'
  | 'window.attend'
  | 'host.facts'
  | 'host.startAtLogin'
  | 'update.look'
  | 'update.download'
  | 'update.stop'
  | 'update.restart'
  | 'about.licences'
  | 'spelling.add'
  | 'notification.test'
  | 'notification.shown'
  | 'notification.open';

const own = (updates: Updates | undefined): Updates => {
  if (updates !== undefined) return updates;
  throw new ImppError('operation-not-supported', 'newer versions do not come by this program');
};

export const hostHandlers = ({
  host,
  mirror,
  accounts,
  notifications,
  windowBoard,
  updates,
  changeSettings,
}: Parts): { readonly [C in HostCommand]: Handler<C> } => ({
  'window.languages'({ languages }) {
    if (host.languages === undefined) mirror.prefer(languages);
    return null;
  },
  async 'presence.setAll'({ state, until }) {
    const wanted = mirror.accounts.filter(({ connection }) => connection.phase !== 'signed-out');
    const done = await Promise.allSettled(
      wanted.map(({ id, own }) =>
        accounts.session(id).parts.self.own.choose({ state, note: own.note, until }),
      ),
    );
    for (const one of done) if (one.status === 'rejected') throw one.reason;
    return null;
  },
  'window.attend'({ conversation }) {
    notifications.attend(conversation ?? undefined);
    return null;
  },
  async 'host.facts'() {
    const atLogin = await host.autostart?.now();
    return {
      notifications: host.notices === undefined ? 'browser' : 'system',
      hasTray: await host.hasTray(),
      knowsQuiet: (await host.isSystemQuiet()) !== undefined,
      ...(host.spelling === undefined ? {} : { dictionaries: host.spelling.languages }),
      ...(atLogin === undefined ? {} : { atLogin }),
      ...(host.updates === 'system' ? { isUpdatedBySystem: true as const } : {}),
      ...(host.isUnsandboxed === undefined ? {} : { isUnsandboxed: host.isUnsandboxed }),
    };
  },
  async 'host.startAtLogin'({ atLogin }) {
    if (host.autostart === undefined) {
      throw new ImppError('operation-not-supported', 'the program cannot be started at login from here');
    }
    await host.autostart.set(atLogin);
    return null;
  },
  async 'update.look'() {
    await own(updates).look();
    return null;
  },
  async 'update.download'() {
    await own(updates).download();
    return null;
  },
  'update.stop'() {
    own(updates).stop();
    return null;
  },
  'update.restart'() {
    own(updates).restart();
    return null;
  },
  async 'about.licences'() {
    try {
      if (host.licences === undefined) throw new Error('this host has none');
      return { text: await readFile(host.licences, 'utf8') };
    } catch (cause) {
      throw new ImppError('not-found', 'they are not here', { cause });
    }
  },
  async 'spelling.add'({ language }) {
    if (host.spelling === undefined) {
      throw new ImppError('operation-not-supported', 'dictionaries are not fetched here');
    }
    await host.spelling.fetch(language);
    const { spellingLanguages } = mirror.settings;
    if (spellingLanguages.includes(language)) return null;
    await changeSettings({ spellingLanguages: [...spellingLanguages, language] });
    return null;
  },
  'notification.test': () => notifications.test(),
  'notification.shown'({ number, refusal }) {
    windowBoard.shown(number, refusal);
    return null;
  },
  'notification.open'({ tag }) {
    windowBoard.opened(tag);
    return null;
  },
});

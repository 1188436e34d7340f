import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, RandomBytes } from '../shared/clock.ts';
import { ImppError } from '../shared/errors.ts';
import { learn } from '../shared/i18n/learn.ts';
import { type Answer, COMMANDS, type CommandName } from '../shared/ipc.ts';
import { systemClock, systemRandom } from './clock.ts';
import type { Handlers } from './commands.ts';
import { type Dns, systemDns } from '../network/resolver.ts';
import type { Core, Host, Tell } from './host/host.ts';
import type { Log } from './log.ts';
import { placeOfLink } from './notifications/links.ts';
import { type Running, startRunning } from './running.ts';
import { RecentLog } from './recent-log.ts';
import { KeytarStore } from './secrets/keytar.ts';
import type { SecretStore } from './secrets/secret-store.ts';
import { DEFAULTS } from './settings.ts';
import { Mirror } from './state.ts';
import { listCopies } from './store/chores/copies.ts';
import { Store } from './store/store.ts';
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
  /** The script of the store's threads, where a bundle has moved it. */
  readonly storeWorker?: URL;
}

const isCommand = (name: string): name is CommandName => COMMANDS.some((command) => command === name);

const failure = (error: ImppError): Answer<never> => ({
  ok: false,
  code: error.code,
  reason: error.message,
  data: error.data,
});

/** Runs one command that a window asked for; the argument is checked first. */
const run = async <C extends CommandName>(
  all: Partial<Handlers>,
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
  const handle = all[command] as ((argument: unknown) => unknown) | undefined;
  if (handle === undefined) throw new ImppError('store-damaged', 'the history on this computer is damaged');
  return { ok: true, value: await handle(argument.data) };
};

/**
 * Builds the app without its windows: the store, the accounts, the commands. Where the history is damaged, there
 * is only the word of that, until it is settled. Throws what the store throws otherwise.
 */
export const createCore = async (options: CoreOptions): Promise<Core> => {
  const { host, clock = systemClock, random = systemRandom } = options;
  const recent = new RecentLog(clock, options.log);
  const { log } = recent;
  const { secrets = new KeytarStore(clock) } = options;
  const servers = (process.env['PARLEY_DNS'] ?? '').split(',').filter((server) => server !== '');
  const { dns = systemDns(servers) } = options;

  mkdirSync(options.dataDir, { recursive: true, mode: 0o700 });
  // One that was there before may be open to others.
  chmodSync(options.dataDir, 0o700);
  const path = join(options.dataDir, 'parley.db');
  const mirror = new Mirror({ kind: host.kind, platform: process.platform, version: VERSION }, DEFAULTS);
  const listeners = new Set<Tell>();
  const tell: Tell = (event, payload) => {
    for (const listener of listeners) listener(event, payload);
  };
  mirror.on((event) => {
    tell('change', event);
    // The windows load their own words; these are for what the program shows itself.
    if (event.change.type === 'spoken') {
      learn(event.change.spoken).catch((error: unknown) =>
        log('the words of the language were not loaded', { error: String(error) }),
      );
    }
  });
  mirror.prefer(host.languages?.() ?? []);
  let running: Running | undefined;
  /** What is going on between one state and the next. */
  let turning: Promise<unknown> | undefined;

  const show = ({ message }: ImppError): void => {
    log('the history is damaged', { reason: message });
    mirror.setDamage({ reason: message, copies: listCopies(path) });
  };
  /** The history turns out to be damaged while it is in use: nothing goes on with it. */
  const fall = (error: ImppError): void => {
    const former = running;
    running = undefined;
    turning = Promise.resolve(former?.close())
      .catch((failed: unknown) => log('the store did not close in order', { error: String(failed) }))
      .finally(() => {
        turning = undefined;
        show(error);
      });
  };
  const begin = async (): Promise<void> => {
    try {
      if (!existsSync(path) && listCopies(path).length > 0) {
        throw new ImppError('store-damaged', 'the file is missing');
      }
      const store = await Store.open(path, options.storeWorker);
      running = await startRunning(
        { clock, random, store, mirror, log, recent, host, secrets, dns, path, tell },
        fall,
      );
    } catch (error) {
      if (!(error instanceof ImppError) || error.code !== 'store-damaged') throw error;
      show(error);
    }
  };
  const recover = async (copy: string | undefined): Promise<{ messages: number }> => {
    const result = await Store.recover(path, copy, clock.now(), options.storeWorker);
    mirror.setDamage(undefined);
    try {
      await begin();
    } catch (error) {
      // Not damaged any more, and yet not open: nobody may take that for an empty history.
      if (error instanceof ImppError) show(error);
      throw error;
    }
    return result;
  };
  const whileDamaged: Partial<Handlers> = {
    snapshot: () => mirror.snapshot(),
    'window.languages': ({ languages }) => {
      if (host.languages === undefined) mirror.prefer(languages);
      return null;
    },
    'store.recover': async ({ copy }) => {
      if (turning !== undefined) throw new ImppError('conflict', 'the history is being settled already');
      const recovering = recover(copy).finally(() => {
        turning = undefined;
      });
      turning = recovering.catch(() => {});
      return recovering;
    },
  };
  await begin();

  return {
    async invoke(command, request) {
      if (!isCommand(command)) return failure(new ImppError('invalid-argument', 'there is no such command'));
      try {
        return await run(running?.all ?? whileDamaged, command, request);
      } catch (error) {
        if (error instanceof ImppError) return failure(error);
        log('a command failed', { command, error: String(error) });
        return failure(new ImppError('internal-error', 'a fault in the program', { cause: error }));
      }
    },
    on(listener) {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    settings: () => mirror.settings,
    show(what) {
      host.present();
      tell('show', what);
    },
    openAddress(link) {
      host.present();
      const place = placeOfLink(link, mirror);
      if (place !== undefined) tell('show', place);
    },
    async close() {
      await turning;
      await running?.close();
    },
  };
};

// What SIGHUP does to the configuration of a running parleyd.

import type { Config } from './config.ts';
import type { Log } from './domain.ts';
import type { Server } from './server.ts';

interface Options {
  readonly server: Pick<Server, 'domain' | 'setPolicy'>;
  /** Reads the configuration anew. @throws invalid-argument */
  readonly read: () => Config;
  readonly log: Log;
}

/**
 * Takes the policy about other domains and names what waits for a restart, so that nobody believes in a setting that is not
 * in force. What cannot be read changes nothing. Gives the files of refused domains.
 */
export function reloadConfig({ server, read, log }: Options): readonly string[] | undefined {
  let next: Config;
  try {
    next = read();
  } catch (error) {
    log.error('the new configuration cannot be used, the old one stays', { error });
    return undefined;
  }
  const { federation } = next;
  server.setPolicy(federation);
  log.info('policy read', { default: federation.default, domains: Object.keys(federation.policy).length });
  const settings = changedSettings(server.domain.config, next);
  if (settings.length > 0) log.warn('settings wait for a restart', { settings });
  return federation.blocklist;
}

const TAKEN = new Set(['federation.default', 'federation.policy', 'federation.blocklist']);

function changedSettings(present: Config, next: Config): string[] {
  const before = new Map(settingsOf(present));
  const after = new Map(settingsOf(next));
  return [...new Set([...before.keys(), ...after.keys()])].filter(
    (name) => !TAKEN.has(name) && before.get(name) !== after.get(name),
  );
}

/** As an operator knows them, with values that can be compared. */
function settingsOf(config: Config): [name: string, value: string][] {
  return Object.entries(config).flatMap(([group, value]): [string, string][] => {
    // `listen` is one setting of two fields.
    if (typeof value !== 'object' || Array.isArray(value) || group === 'listen')
      return [[kebab(group), JSON.stringify(value)]];
    return Object.entries(value as object).map(([name, one]: [string, unknown]) => [
      `${kebab(group)}.${kebab(name)}`,
      String(JSON.stringify(one)),
    ]);
  });
}

const kebab = (name: string): string => name.replaceAll(/[A-Z]/gv, (letter) => `-${letter.toLowerCase()}`);

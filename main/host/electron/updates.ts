import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { app } from 'electron';
import type { Updater } from '../updater.ts';
import type { FeedPlace } from './signed-feed.ts';

/** Where packages of the system put their programs; what stands there is theirs to replace. */
const OF_THE_SYSTEM = /^\/(?:opt|usr)\//;

/**
 * How newer versions come: by this program, by the system that has installed it, or, where whoever built it has said
 * nothing of them, not at all. `leave` ends the program in order, and then installs.
 */
export function programUpdater(leave: (install: () => void) => void): Updater | 'system' | undefined {
  if (!app.isPackaged) return undefined;
  const isOwnFile = process.platform !== 'linux' || process.env['APPIMAGE'] !== undefined;
  if (!isOwnFile) return OF_THE_SYSTEM.test(app.getAppPath()) ? 'system' : undefined;
  const place = placeOfFeed();
  return place === undefined ? undefined : whenNeeded(place, leave);
}

/** It stands in the archive: what is beside that can be changed without breaking its seal. */
function placeOfFeed(): FeedPlace | undefined {
  const { updates } = JSON.parse(readFileSync(join(app.getAppPath(), 'package.json'), 'utf8')) as {
    readonly updates?: FeedPlace;
  };
  return updates;
}

/** The updater, which is loaded with the first look. */
function whenNeeded(place: FeedPlace, leave: (install: () => void) => void): Updater {
  let loading: Promise<Updater> | undefined;
  let updater: Updater | undefined;
  const load = async (): Promise<Updater> => {
    const { createUpdater } = await import('./updater.ts');
    updater = createUpdater(place, leave);
    return updater;
  };
  const loaded = (): Promise<Updater> => (loading ??= load());
  return {
    look: async () => (await loaded()).look(),
    download: async (tell, signal) => (await loaded()).download(tell, signal),
    restart: () => updater?.restart(),
  };
}

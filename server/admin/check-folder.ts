import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import type { Config } from '../config.ts';
import { openStorage, storageFile } from '../storage/open.ts';
import type { Finding } from './finding.ts';

const MIB = 1024 * 1024;
/** Below the one, messages are soon refused; below the other, there is no room for a backup of anything. */
const LEAST_FREE = 100 * MIB;
const GOOD_FREE = 1024 * MIB;

/** Whether the store can be kept where it is: owner, mode, room, and the store itself. */
export async function checkFolder(config: Config): Promise<Finding[]> {
  const path = storageFile(config);
  if (path === undefined) {
    return [{ what: 'note', text: 'storage.url is memory: all accounts and messages end with the process.' }];
  }
  const folder = dirname(path);
  const nearest = nearestFolder(folder);
  const findings = [...checkOwner(nearest), ...checkRoom(nearest)];
  if (findings.some(({ what }) => what === 'wrong')) return findings;
  // Only looking: the first serve or user add makes what is not there.
  if (!existsSync(path)) return [...findings, { what: 'ok', text: `${path} will be made on first use.` }];
  if (nearest === folder) findings.push(...checkMode(folder, 0o700));
  return [...findings, ...(await checkStore(config, path)), ...checkMode(path, 0o600)];
}

function checkOwner(folder: string): Finding[] {
  const { uid } = statSync(folder);
  const self = process.getuid?.() ?? uid;
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch {
    const whose = uid === self ? '' : ` It belongs to user ${uid}: be that user, or chown it.`;
    return [{ what: 'wrong', text: `The folder ${folder} is not writable for this user.${whose}` }];
  }
  // What root makes in it, the user who runs parleyd cannot write.
  if (self === 0 && uid !== 0)
    return [
      {
        what: 'note',
        text: `The folder ${folder} belongs to user ${uid}: run parleyd as that user, not as root.`,
      },
    ];
  return [];
}

function checkRoom(folder: string): Finding[] {
  const { bavail, bsize } = statfsSync(folder);
  const free = bavail * bsize;
  const text = `${Math.floor(free / MIB)} MiB are free in ${folder}`;
  if (free < LEAST_FREE)
    return [{ what: 'wrong', text: `Only ${text}: make room, or messages are refused.` }];
  if (free < GOOD_FREE) return [{ what: 'note', text: `Only ${text}.` }];
  return [{ what: 'ok', text: `${text}.` }];
}

function checkMode(path: string, mode: number): Finding[] {
  if ((statSync(path).mode & 0o077) === 0) return [];
  const text = `${path} can be read by other users of this machine (chmod ${mode.toString(8)} ends that).`;
  return [{ what: 'note', text }];
}

async function checkStore(config: Config, path: string): Promise<Finding[]> {
  try {
    const storage = await openStorage(config, 'administer');
    const accounts = await storage.listAccounts();
    await storage.close();
    const text = `${path} can be read and written, and holds ${accounts.length} accounts.`;
    return [{ what: 'ok', text }];
  } catch (error) {
    return [{ what: 'wrong', text: error instanceof Error ? error.message : String(error) }];
  }
}

function nearestFolder(folder: string): string {
  for (let at = resolve(folder); ; at = dirname(at)) if (existsSync(at) || at === dirname(at)) return at;
}

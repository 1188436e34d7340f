import { existsSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

import { ImppError } from '../../shared/errors.ts';
import type { Config } from '../config.ts';
import { makeFolder, storageFile } from '../storage/open.ts';
import { lockForServing } from '../storage/serve-lock.ts';
import { type Contents, copyStore, restoreStore } from '../storage/sqlite-backup.ts';
import type { CommandLine } from './command-line.ts';

/** `backup FILE`: the whole domain in one new file, while parleyd runs or not. */
export function backup(line: CommandLine): number {
  const path = storeOf(line.config());
  const file = resolve(line.file);
  const contents = copyStore(path, file);
  process.stdout.write(`${file} written and checked: ${describe(contents, file)}\n`);
  return 0;
}

/** `restore FILE`: the domain of a backup, in a place where there is none and nobody serves. */
export function restore(line: CommandLine): number {
  const config = line.config();
  const path = storeOf(config);
  const file = resolve(line.file);
  // Before anything is made: a wrong name leaves no folder behind.
  if (!existsSync(file)) throw new ImppError('not-found', `There is no file ${file}.`);
  makeFolder(dirname(path));
  const unlock = lockForServing(`${path}.lock`);
  try {
    const contents = restoreStore(file, path, config.domain);
    process.stdout.write(`${path} restored: ${describe(contents, path)}\n`);
  } finally {
    unlock();
  }
  return 0;
}

function storeOf(config: Config): string {
  const path = storageFile(config);
  if (path !== undefined) return path;
  throw new ImppError('invalid-argument', 'storage.url is memory: there is nothing to back up or restore.');
}

const describe = ({ accounts, messages }: Contents, file: string): string =>
  `${accounts} accounts, ${messages} messages, ${statSync(file).size} octets.`;

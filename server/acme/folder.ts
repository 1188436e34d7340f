// What is kept of ACME in the data folder, for the owner alone: each file is there whole or not at all, whenever the
// process or the machine ends.

import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';

import { ImppError } from '../../shared/errors.ts';

/** Chain and key in one file, so that one is never there without the other. Certificates first. */
export const certificateFile = (data: string): string => join(data, 'acme', 'certificate.pem');

const accountFile = (data: string): string => join(data, 'acme', 'account.pem');
const historyFile = (data: string): string => join(data, 'acme', 'attempts.json');

/** How asking for certificates has gone. Times are milliseconds since 1970. */
export interface History {
  /** Attempts since the last one that came to a good end, one that is under way included. */
  readonly failures: number;
  /** Nothing is asked for before, also after a restart. */
  readonly notBefore: number;
  /** Why the last one failed. */
  readonly reason?: string;
  /** What was asked for, and of whom: another question does not have to wait. */
  readonly question?: string;
  /** The directory that the certificate comes from. */
  readonly directory?: string;
}

const NOTHING: History = { failures: 0, notBefore: 0 };

/** What is not there, or was damaged, is as if nothing had happened. */
export function readHistory(data: string): History {
  const text = readIfThere(historyFile(data));
  if (text === undefined) return NOTHING;
  try {
    const read = JSON.parse(text) as Partial<History>;
    return { ...read, failures: Number(read.failures ?? 0), notBefore: Number(read.notBefore ?? 0) };
  } catch {
    return NOTHING;
  }
}

export const writeHistory = (data: string, history: History): void =>
  write(historyFile(data), `${JSON.stringify(history)}\n`);

/** The account's private key, PEM; undefined: none has been made. */
export const readAccountKey = (data: string): string | undefined => readIfThere(accountFile(data));

export const writeAccountKey = (data: string, pem: string): void => write(accountFile(data), pem);

/** Chain and key, PEM; undefined: there is none. */
export const readCertificate = (data: string): string | undefined => readIfThere(certificateFile(data));

export const writeCertificate = (data: string, chain: string, key: string): void =>
  write(certificateFile(data), `${chain.trimEnd()}\n${key.trimEnd()}\n`);

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw fault(path, 'read', cause);
  }
}

function write(path: string, text: string): void {
  const partial = `${path}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(partial, 'w', 0o600);
    try {
      writeSync(file, text);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(partial, path);
    syncFolder(dirname(path));
  } catch (cause) {
    throw fault(path, 'written', cause);
  }
}

/** Only then is the new name on the disk. Windows has no such thing, and needs none. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function fault(path: string, what: string, cause: unknown): ImppError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ImppError('internal-error', `${path} cannot be ${what}: ${reason}.`, { cause });
}

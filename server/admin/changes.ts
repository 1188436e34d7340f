// What an administrator's command has done to accounts, left in the store for a parleyd that is running.

import { randomUUID } from 'node:crypto';

import type { Storage } from '../storage/storage.ts';

export interface Change {
  readonly id: string;
  readonly at: number;
  readonly what: 'removed' | 'password' | 'disabled' | 'enabled' | 'profile' | 'imported';
  readonly user: string;
}

const NAME = 'admin.changes';
/** A parleyd that runs looks every few seconds; one that starts later has nothing in memory to put right. */
const KEPT_MS = 10 * 60_000;

/** Leaves word for the serving process, which ends the account's connections. */
export async function noteChange(
  storage: Storage,
  what: Change['what'],
  user: string,
  at: number,
): Promise<void> {
  const recent = (await readChanges(storage)).filter((change) => change.at > at - KEPT_MS);
  const changes: Change[] = [...recent, { id: randomUUID(), at, what, user }];
  await storage.setValue(NAME, Buffer.from(JSON.stringify(changes)));
}

/** Those of the last minutes, oldest first. */
export async function readChanges(storage: Storage): Promise<Change[]> {
  const value = await storage.getValue(NAME);
  return value === undefined ? [] : (JSON.parse(Buffer.from(value).toString()) as Change[]);
}

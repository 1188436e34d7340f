import { randomBytes } from 'node:crypto';

import { ImppError } from '../../shared/errors.ts';
import type { CommandLine } from './command-line.ts';
import { withStore } from './store.ts';

const DAY_MS = 24 * 3_600_000;

/** `invite create`: prints the token that REGISTER wants as Invite [IMPP 6]. */
export async function createInvite(line: CommandLine): Promise<number> {
  const config = line.config();
  const uses = count(line.uses ?? '1', '--uses', 1_000_000);
  const days = count(line.days ?? '7', '--days', 3650);
  const token = randomBytes(18).toString('base64url');
  const createdAt = Date.now();
  const invite = { token, createdAt, expiresAt: createdAt + days * DAY_MS, uses };
  await withStore(config, (storage) => storage.createInvite(invite));
  process.stdout.write(`${token}\n`);
  return 0;
}

function count(text: string, flag: string, most: number): number {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw new ImppError('invalid-argument', `${flag} is "${text}"; it has to be a number from 1 to ${most}.`);
}

import { randomInt } from 'node:crypto';

import { ImppError } from '../../shared/errors.ts';
import { formatVerifier, makeVerifier, SALT_LENGTH } from '../../shared/impp/sasl/verifier.ts';
import { nodeCrypto } from '../accounts/crypto.ts';
import type { Config } from '../config.ts';

/** More than anyone types or a password manager makes. */
const MAX_PASSWORD_OCTETS = 4096;

/** What is kept of a password. */
export async function verifierFor(password: string, config: Config): Promise<string> {
  const salt = nodeCrypto.random(SALT_LENGTH);
  return formatVerifier(await makeVerifier(password, salt, config.auth.iterations, nodeCrypto));
}

/** All of standard input without the end of its line. */
export async function readPassword(): Promise<string> {
  const chunks: Buffer[] = [];
  let octets = 0;
  for await (const chunk of process.stdin as AsyncIterable<Buffer>) {
    octets += chunk.length;
    if (octets > MAX_PASSWORD_OCTETS) throw new ImppError('invalid-argument', 'The password is too long.');
    chunks.push(chunk);
  }
  const password = Buffer.concat(chunks)
    .toString('utf8')
    .replace(/\r?\n$/, '');
  if (password === '') throw new ImppError('invalid-argument', 'There is no password on standard input.');
  return password;
}

/** About 99 bits, without letters that look alike, in groups that can be read out. */
export function makePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = (): string => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}

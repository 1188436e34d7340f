import { randomInt } from 'node:crypto';

import { ImppError } from '../../shared/errors.ts';
import { addressOf, formatForPeople, isReservedUser } from '../../shared/impp/address.ts';
import { formatVerifier, makeVerifier, SALT_LENGTH } from '../../shared/impp/sasl/verifier.ts';
import { nodeCrypto } from '../accounts/crypto.ts';
import type { Config } from '../config.ts';
import type { ServiceName } from '../storage/storage.ts';
import type { CommandLine } from './command-line.ts';
import { noteChange } from './changes.ts';
import { withStore } from './store.ts';

/** How long the name of a removed account stays taken [IMPP 6]. */
const RESERVED_MS = 365 * 24 * 3_600_000;
/** More than anyone types or a password manager makes. */
const MAX_PASSWORD_OCTETS = 4096;

/** `user add ADDRESS`: prints the password once if it had to make one. */
export async function addUser(line: CommandLine): Promise<number> {
  const config = line.config();
  const address = line.address(config);
  if (isReservedUser(address.user)) {
    throw new ImppError('invalid-address', `Names that begin with "anonymous-" are reserved.`);
  }
  const services = servicesOf(line.services);
  const password = line.isPasswordOnStdin ? await readPassword() : generatePassword();
  const verifier = await verifierFor(password, config);
  const account = { user: address.user, services, verifier, createdAt: Date.now() };
  await withStore(config, (storage) => storage.createAccount(account));
  process.stdout.write(`${formatForPeople(address)} added\n`);
  if (!line.isPasswordOnStdin) process.stdout.write(`password: ${password}\n`);
  return 0;
}

/** `user list`: a line for each account: address, services, day of creation, between tabs. */
export async function listUsers(line: CommandLine): Promise<number> {
  const config = line.config();
  const accounts = await withStore(config, (storage) => storage.listAccounts());
  for (const { user, services, createdAt } of accounts) {
    const address = formatForPeople(addressOf(config.domain, user));
    const day = new Date(createdAt).toISOString().slice(0, 10);
    process.stdout.write(`${address}\t${services.join(',')}\t${day}\n`);
  }
  return 0;
}

/** `user remove ADDRESS`: the account and all that it holds. */
export async function removeUser(line: CommandLine): Promise<number> {
  const config = line.config();
  const address = line.address(config);
  await withStore(config, async (storage) => {
    await storage.removeAccount(address.user, Date.now() + RESERVED_MS);
    await noteChange(storage, 'removed', address.user, Date.now());
  });
  process.stdout.write(`${formatForPeople(address)} removed\n`);
  return 0;
}

/** `user password ADDRESS --password-stdin`. */
export async function setPassword(line: CommandLine): Promise<number> {
  if (!line.isPasswordOnStdin) {
    throw new ImppError(
      'invalid-argument',
      'Give the new password on standard input, with --password-stdin.',
    );
  }
  const config = line.config();
  const address = line.address(config);
  const verifier = await verifierFor(await readPassword(), config);
  await withStore(config, async (storage) => {
    await storage.setVerifier(address.user, verifier);
    await noteChange(storage, 'password', address.user, Date.now());
  });
  process.stdout.write(`${formatForPeople(address)} has a new password\n`);
  return 0;
}

async function verifierFor(password: string, config: Config): Promise<string> {
  const salt = nodeCrypto.random(SALT_LENGTH);
  return formatVerifier(await makeVerifier(password, salt, config.auth.iterations, nodeCrypto));
}

function servicesOf(given = 'im,presence'): ServiceName[] {
  const names = given.split(',').map((name) => name.trim());
  const services = (['im', 'presence'] as const).filter((name) => names.includes(name));
  if (services.length === 0 || names.some((name) => name !== 'im' && name !== 'presence')) {
    throw new ImppError(
      'invalid-argument',
      `--services is "${given}"; it can be im, presence or im,presence.`,
    );
  }
  return services;
}

/** All of standard input without the end of its line. */
async function readPassword(): Promise<string> {
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
function generatePassword(): string {
  const letters = 'abcdefghjkmnpqrstuvwxyz23456789';
  const group = (): string => Array.from({ length: 5 }, () => letters[randomInt(letters.length)]).join('');
  return Array.from({ length: 4 }, group).join('-');
}

import { ImppError } from '../../shared/errors.ts';
import {
  type Address,
  addressOf,
  formatForPeople,
  isReservedUser,
  parseUrl,
} from '../../shared/impp/address.ts';
import { EMPTY_PROFILE, parseProfile } from '../../shared/impp/documents.ts';
import { noSuchAccount } from '../storage/rules.ts';
import type { ServiceName, Storage, StoredAccount } from '../storage/storage.ts';
import type { CommandLine } from './command-line.ts';
import { noteChange } from './changes.ts';
import { makePassword, readPassword, verifierFor } from './passwords.ts';
import { withStore } from './store.ts';

/** How long the name of a removed account stays taken [IMPP 6]. */
const RESERVED_MS = 365 * 24 * 3_600_000;

/** `user add ADDRESS`: prints the password once if it had to make one. */
export async function addUser(line: CommandLine): Promise<number> {
  const config = line.config();
  const address = line.address(config);
  refuseReserved(address);
  const services = servicesOf(line.services);
  const password = line.isPasswordOnStdin ? await readPassword() : makePassword();
  const verifier = await verifierFor(password, config);
  const account = { user: address.user, services, verifier, createdAt: Date.now() };
  await withStore(config, (storage) => storage.createAccount(account), true);
  process.stdout.write(`${formatForPeople(address)} added\n`);
  if (!line.isPasswordOnStdin) process.stdout.write(`password: ${password}\n`);
  return 0;
}

/** @throws ImppError invalid-address for a name that only anonymous logins have */
export function refuseReserved({ user }: Address): void {
  if (isReservedUser(user))
    throw new ImppError('invalid-address', `Names that begin with "anonymous-" are reserved.`);
}

/**
 * `user list`: a line for each account: address, services, day of creation, active or disabled, messages kept, octets
 * kept, day of the last sign-in, between tabs.
 */
export async function listUsers(line: CommandLine): Promise<number> {
  const config = line.config();
  await withStore(config, async (storage) => {
    for (const account of await storage.listAccounts()) {
      const { messages, octets } = await usageOf(storage, account.user);
      const columns = [
        formatForPeople(addressOf(config.domain, account.user)),
        account.services.join(','),
        dayOf(account.createdAt),
        stateOf(account),
        messages,
        octets,
        dayOf(account.signedInAt),
      ];
      process.stdout.write(`${columns.join('\t')}\n`);
    }
  });
  return 0;
}

/** `user show ADDRESS`: what is known of one account, a line for each fact. */
export async function showUser(line: CommandLine): Promise<number> {
  const config = line.config();
  const address = line.address(config);
  await withStore(config, async (storage) => {
    const account = await storage.getAccount(address.user);
    if (account === undefined) throw noSuchAccount(address.user);
    const { messages, octets } = await usageOf(storage, account.user);
    const profile = await storage.getDocument(account.user, 'profile');
    const { forward } = profile.body === undefined ? EMPTY_PROFILE : parseProfile(profile.body);
    const { disabledAt } = account;
    const facts = {
      address: formatForPeople(address),
      services: account.services.join(','),
      created: dayOf(account.createdAt),
      state: disabledAt === undefined ? stateOf(account) : `${stateOf(account)} since ${dayOf(disabledAt)}`,
      'last sign-in': dayOf(account.signedInAt),
      messages,
      octets: `${octets} of ${config.limits.inboxQuota}`,
      forward: forward === undefined ? 'none' : `${formatForPeople(parseUrl(forward.to))} (${forward.kind})`,
    };
    for (const [name, value] of Object.entries(facts)) process.stdout.write(`${name}: ${value}\n`);
  });
  return 0;
}

const dayOf = (time: number | undefined): string =>
  time === undefined ? 'never' : new Date(time).toISOString().slice(0, 10);

const stateOf = ({ disabledAt }: StoredAccount): string => (disabledAt === undefined ? 'active' : 'disabled');

async function usageOf(storage: Storage, user: string): Promise<{ messages: number; octets: number }> {
  const [{ count: messages }, octets] = await Promise.all([
    storage.inboxBounds(user, 0),
    storage.inboxOctets(user),
  ]);
  return { messages, octets };
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

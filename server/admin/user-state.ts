import { ImppError } from '../../shared/errors.ts';
import { formatForPeople } from '../../shared/impp/address.ts';
import { EMPTY_PROFILE, formatProfile, type Forward, parseProfile } from '../../shared/impp/documents.ts';
import { MAX_DOCUMENTS } from '../methods/set-document.ts';
import { noSuchAccount } from '../storage/rules.ts';
import type { Storage } from '../storage/storage.ts';
import { noteChange } from './changes.ts';
import { type CommandLine, readAddress } from './command-line.ts';
import { withStore } from './store.ts';

/** `user disable ADDRESS`: nobody signs in as it, and it takes no messages; all that it holds stays. */
export async function disableUser(line: CommandLine): Promise<number> {
  return change(line, 'disabled', async (storage, user) => storage.setDisabled(user, Date.now()));
}

/** `user enable ADDRESS`. */
export async function enableUser(line: CommandLine): Promise<number> {
  return change(line, 'enabled', async (storage, user) => storage.setDisabled(user, undefined));
}

/** `user forward ADDRESS TO`: who reaches for ADDRESS is told that it has moved to TO for good; `none` ends that. */
export async function forwardUser(line: CommandLine): Promise<number> {
  const config = line.config();
  const { url } = line.address(config);
  const to = line.word === 'none' ? undefined : readAddress(line.word, config.domain);
  if (to?.url === url) throw new ImppError('invalid-argument', 'A forward to oneself leads nowhere.');
  const forward: Forward | undefined = to && { kind: 'permanent', to: to.url };
  const done = to === undefined ? 'forwarded no more' : `forwarded to ${formatForPeople(to)}`;
  return change(line, 'profile', (storage, user) => setForward(storage, user, forward), done);
}

/** Keeps the rest of the profile, and what another program writes meanwhile. @throws target-unknown, conflict */
async function setForward(storage: Storage, user: string, forward: Forward | undefined): Promise<void> {
  if ((await storage.getAccount(user)) === undefined) throw noSuchAccount(user);
  const { revision, body } = await storage.getDocument(user, 'profile');
  const { forward: _, ...profile } = body === undefined ? EMPTY_PROFILE : parseProfile(body);
  await storage.setDocument(
    user,
    'profile',
    {
      type: 'application/impp-profile',
      body: formatProfile(forward === undefined ? profile : { ...profile, forward }),
    },
    { ifRevision: revision, limit: MAX_DOCUMENTS },
  );
}

async function change(
  line: CommandLine,
  what: 'disabled' | 'enabled' | 'profile',
  work: (storage: Storage, user: string) => Promise<void>,
  done: string = what,
): Promise<number> {
  const config = line.config();
  const address = line.address(config);
  await withStore(config, async (storage) => {
    await work(storage, address.user);
    await noteChange(storage, what, address.user, Date.now());
  });
  process.stdout.write(`${formatForPeople(address)} ${done}\n`);
  return 0;
}

import { resolve } from 'node:path';

import { ImppError } from '../../shared/errors.ts';
import { type Address, formatForPeople } from '../../shared/impp/address.ts';
import type { Config } from '../config.ts';
import { storageFile } from '../storage/open.ts';
import { enterPerson } from '../storage/sqlite-person.ts';
import { type ArchivedAccount, type Limits, readArchive } from './archive/read.ts';
import { renameDocument, renameEntry, withoutForward } from './archive/rename-self.ts';
import { noteChange } from './changes.ts';
import type { CommandLine } from './command-line.ts';
import { refuseReserved } from './users.ts';
import { makePassword, readPassword, verifierFor } from './passwords.ts';
import { withStore } from './store.ts';

/**
 * `user import FILE [--as ADDRESS]`: makes the account that an archive of `user export` holds, with all of it or not at
 * all. Where its address becomes another one, it is another one wherever it meant itself.
 */
export async function importUser(line: CommandLine): Promise<number> {
  const config = line.config();
  const store = storageFile(config);
  if (store === undefined)
    throw new ImppError('invalid-argument', 'storage.url is memory: nothing would be kept.');
  const file = resolve(line.file);
  const limits: Limits = {
    message: Math.max(config.limits.maxBulkSize, config.limits.maxMessageSize),
    inbox: config.limits.inboxQuota,
    presence: config.limits.maxMessageSize,
  };
  const archived = await look(file, limits);
  const address = line.as === undefined ? sameAddress(archived, config) : line.address(config);
  refuseReserved(address);
  const password = line.isPasswordOnStdin ? await readPassword() : makePassword();
  const verifier = await verifierFor(password, config);
  // Made if it is not there, and refused if it is another domain's.
  await withStore(config, () => Promise.resolve(), true);
  await enterPerson(store, async (into) => {
    const renaming = { from: archived.address, to: address };
    // Read once more, and not kept since: an inbox is larger than what should be in memory.
    await readArchive(file, limits, {
      account: ({ services }) =>
        into.account({ user: address.user, services, verifier, createdAt: Date.now() }),
      document(document) {
        const renamed = { ...document, body: renameDocument(renaming, document) };
        into.document(
          document.name === 'profile' ? { ...renamed, body: withoutForward(renamed.body) } : renamed,
        );
      },
      presence: (object) => into.presence({ ...object, body: renameDocument(renaming, object) }),
      entry(entry, body) {
        const renamed = renameEntry(renaming, entry, body);
        into.entry(renamed.entry, renamed.body);
      },
    });
  });
  await withStore(config, (storage) => noteChange(storage, 'imported', address.user, Date.now()));
  const { messages, documents } = archived;
  process.stdout.write(
    `${formatForPeople(address)} imported: ${messages} messages, ${documents.length} documents.\n`,
  );
  if (!line.isPasswordOnStdin) process.stdout.write(`password: ${password}\n`);
  return 0;
}

/** From the beginning to the end, before the store is touched: who serves does not wait for what is not in order. */
async function look(file: string, limits: Limits): Promise<ArchivedAccount> {
  let found: ArchivedAccount | undefined;
  const nothing = (): void => {};
  await readArchive(file, limits, {
    account: (account) => (found = account),
    document: nothing,
    presence: nothing,
    entry: nothing,
  });
  if (found === undefined) throw new ImppError('bad-request', 'There is no account in the archive.');
  return found;
}

function sameAddress({ address }: ArchivedAccount, { domain }: Config): Address {
  if (address.host === domain) return address;
  throw new ImppError(
    'invalid-argument',
    `${formatForPeople(address)} is not of the domain ${domain}: say with --as ADDRESS what it is called here.`,
  );
}

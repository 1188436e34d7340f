import { existsSync, renameSync, rmSync, statSync } from 'node:fs';
import { resolve } from 'node:path';

import { ImppError } from '../../shared/errors.ts';
import { formatForPeople } from '../../shared/impp/address.ts';
import { storageFile } from '../storage/open.ts';
import { readPerson } from '../storage/sqlite-person.ts';
import { writeArchive } from './archive/write.ts';
import type { CommandLine } from './command-line.ts';

/** `user export ADDRESS FILE`: everything that the domain keeps for an account, as one moment had it, in one tar. */
export async function exportUser(line: CommandLine): Promise<number> {
  const config = line.config();
  const address = line.address(config);
  const file = resolve(line.file);
  const store = storageFile(config);
  if (store === undefined || !existsSync(store))
    throw new ImppError(
      'not-found',
      `There is no domain to export from: ${store ?? 'storage.url is memory'}.`,
    );
  if (existsSync(file))
    throw new ImppError('conflict', `${file} is there already, and nothing is written over it.`);
  const partial = `${file}.partial`;
  const person = readPerson(store, address.user);
  try {
    rmSync(partial, { force: true });
    const messages = await writeArchive(partial, address, person, Date.now());
    renameSync(partial, file);
    const { documents } = person;
    process.stdout.write(
      `${file} written: ${formatForPeople(address)}, ${messages} messages, ${documents.length} documents, ${statSync(file).size} octets.\n`,
    );
  } catch (error) {
    rmSync(partial, { force: true });
    if (error instanceof ImppError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ImppError('internal-error', `${file} cannot be written: ${reason}.`, { cause: error });
  } finally {
    person.close();
  }
  return 0;
}

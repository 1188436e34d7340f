import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { finished } from 'node:stream/promises';

import { pack, type Pack } from 'tar-stream';

import { formatForPeople, type Address } from '../../../shared/impp/address.ts';
import { formatTime } from '../../../shared/impp/headers.ts';
import type { PersonEntry, PersonSnapshot } from '../../storage/sqlite-person.ts';
import {
  ACCOUNT,
  type AccountFile,
  documentFile,
  FORMAT,
  INDEX,
  messageFile,
  presenceFile,
  README,
  readmeOf,
  SUMS,
  VERSION,
} from './format.ts';

/** Writes all that `person` holds into the new file `path`. Gives the number of messages. */
export async function writeArchive(
  path: string,
  address: Address,
  person: PersonSnapshot,
  now: number,
): Promise<number> {
  const tar = pack();
  const file = createWriteStream(path, { mode: 0o600, flags: 'wx', flush: true });
  const written = finished(tar.pipe(file));
  tar.once('error', (error) => file.destroy(error));
  file.once('error', (error) => tar.destroy(error));
  // Heard here as well, so that a fault of the file while something else is awaited is not one that nobody handles.
  written.catch(() => {});
  try {
    const messages = await writeFiles(new Files(tar, now), address, person, now);
    tar.finalize();
    await written;
    return messages;
  } catch (error) {
    tar.destroy();
    file.destroy();
    throw error;
  }
}

async function writeFiles(
  files: Files,
  address: Address,
  person: PersonSnapshot,
  now: number,
): Promise<number> {
  const { account, documents, presence } = person;
  const exported = formatTime(now);
  const index: string[] = [];
  for (const entry of person.entries()) index.push(`${lineOf(entry)}\n`);
  const about: Record<keyof AccountFile, unknown> = {
    format: FORMAT,
    version: VERSION,
    address: address.url,
    services: account.services,
    created: formatTime(account.createdAt),
    exported,
    documents: documents.map(({ name, type, revision }) => ({ name, type, revision })),
    presence: presence.map(({ view, type }) => ({ view, type })),
    messages: index.length,
  };
  await files.add(README, Buffer.from(readmeOf(formatForPeople(address), exported)));
  await files.add(ACCOUNT, Buffer.from(`${JSON.stringify(about, undefined, 2)}\n`));
  for (const document of documents) await files.add(documentFile(document.name), document.body);
  for (const object of presence) await files.add(presenceFile(object.view), object.body);
  await files.add(INDEX, Buffer.from(index.join('')));
  for (const { sequence, contentType, octets } of person.entries())
    await files.addInPieces(messageFile(sequence, contentType), octets, person.body(sequence));
  await files.end();
  return index.length;
}

const lineOf = (entry: PersonEntry): string => {
  const { sequence, state, origin, target, messageId, received, expires, contentType, fields, octets } =
    entry;
  const pairs = fields.flatMap((name, at) => (at % 2 === 0 ? [[name, fields[at + 1] ?? '']] : []));
  return JSON.stringify({
    sequence,
    state,
    from: origin,
    target,
    messageId,
    received: formatTime(received),
    ...(expires === undefined ? {} : { expires: formatTime(expires) }),
    type: contentType,
    fields: pairs,
    octets,
  });
};

/** The files of a tar, one after the other, with the sums that end it. */
class Files {
  readonly #tar: Pack;
  readonly #mtime: Date;
  readonly #sums: string[] = [];

  constructor(tar: Pack, now: number) {
    this.#tar = tar;
    this.#mtime = new Date(now);
  }

  add(name: string, body: Uint8Array): Promise<void> {
    return this.addInPieces(name, body.length, [body]);
  }

  async addInPieces(name: string, octets: number, pieces: Iterable<Uint8Array>): Promise<void> {
    const hash = createHash('sha256');
    const done = Promise.withResolvers<undefined>();
    const header = { name, size: octets, mode: 0o600, mtime: this.#mtime };
    const entry = this.#tar.entry(header, (error) => (error ? done.reject(error) : done.resolve(undefined)));
    for (const piece of pieces) {
      hash.update(piece);
      if (!entry.write(piece)) await once(entry, 'drain');
    }
    entry.end(undefined);
    await done.promise;
    this.#sums.push(`${hash.digest('hex')}  ${name}\n`);
  }

  async end(): Promise<void> {
    await this.add(SUMS, Buffer.from(this.#sums.join('')));
  }
}

// An archive of `user export`, read by who does not trust it: whoever moves brings it along. Nothing of it becomes the
// name of a file here, and everything has an end before it is looked at.

import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';

import { extract, type Header } from 'tar-stream';
import type { z } from 'zod';

import { ImppError } from '../../../shared/errors.ts';
import { parseAccessRules } from '../../../shared/impp/access-rules.ts';
import { type Address, isReservedUser, parseUrl } from '../../../shared/impp/address.ts';
import { parseProfile } from '../../../shared/impp/documents.ts';
import { CONTROLS, Headers } from '../../../shared/impp/headers.ts';
import { checkRoom } from '../../inbox/entry.ts';
import { checkMessageId } from '../../inbox/message-id.ts';
import { MAX_DOCUMENT_SIZE, MAX_DOCUMENTS } from '../../methods/set-document.ts';
import { isCountedDocument } from '../../storage/rules.ts';
import type { PersonDocument, PersonEntry, PersonPresence } from '../../storage/sqlite-person.ts';
import {
  ACCOUNT,
  type AccountFile,
  accountSchema,
  documentFile,
  entrySchema,
  INDEX,
  messageFile,
  presenceFile,
  README,
  SUMS,
} from './format.ts';

export interface Limits {
  /** Octets of a message. */
  readonly message: number;
  /** Octets of all of them. */
  readonly inbox: number;
  /** Octets of a presence object. */
  readonly presence: number;
}

export interface ArchivedAccount extends Omit<AccountFile, 'address'> {
  readonly address: Address;
}

/** What is told of an archive, in its order. */
export interface Reading {
  account(account: ArchivedAccount): void;
  document(document: PersonDocument): void;
  presence(object: PersonPresence): void;
  entry(entry: PersonEntry, body: Uint8Array): void;
}

const KIB = 1024;
const MAX_SMALL = 1024 * KIB;
/** Of the index: some hundred thousand messages. */
const MAX_INDEX = 128 * 1024 * KIB;
const SUMS_LINE = 200;

const bad = (reason: string, cause?: unknown): ImppError =>
  new ImppError('bad-request', `The archive is not in order: ${reason}.`, { cause });

/**
 * Reads an archive from its beginning to its end and tells of all that is in it, whose sums are right when it has
 * ended. What it tells may not be taken for whole before.
 * @throws bad-request with a sentence for the operator
 */
export async function readArchive(path: string, limits: Limits, reading: Reading): Promise<void> {
  await refuseCompressed(path);
  const tar = extract();
  // The entries are awaited one by one; what breaks meanwhile is heard there.
  const feeding = pipeline(createReadStream(path), tar).catch((error: unknown) =>
    tar.destroy(error as Error),
  );
  const files = new Files((tar as AsyncIterable<TarEntry>)[Symbol.asyncIterator]());
  try {
    await readFiles(files, limits, reading);
  } catch (error) {
    tar.destroy();
    throw error instanceof ImppError
      ? error
      : bad(error instanceof Error ? error.message : String(error), error);
  } finally {
    await feeding;
  }
}

async function refuseCompressed(path: string): Promise<void> {
  let file;
  try {
    file = await open(path);
  } catch (cause) {
    throw new ImppError('not-found', `${path} cannot be read.`, { cause });
  }
  try {
    const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0);
    if (buffer.readUInt16BE() === 0x1f8b)
      throw bad('it is compressed, and has to be unpacked with gunzip first');
  } finally {
    await file.close();
  }
}

async function readFiles(files: Files, limits: Limits, reading: Reading): Promise<void> {
  await files.next(README, MAX_SMALL);
  const file = parseJson(accountSchema, await files.next(ACCOUNT, MAX_SMALL), ACCOUNT);
  const account = { ...file, address: ownAddress(file.address) };
  checkLists(account);
  reading.account(account);
  for (const { name, type, revision } of account.documents) {
    const body = await files.next(documentFile(name), MAX_DOCUMENT_SIZE);
    checkDocument(name, body);
    reading.document({ name, revision, type: plain(type), body });
  }
  for (const { view, type } of account.presence)
    reading.presence({
      view,
      type: plain(type),
      body: await files.next(presenceFile(view), limits.presence),
    });
  const entries = readIndex(await files.next(INDEX, MAX_INDEX), account.messages, limits);
  for (const entry of entries) {
    const body = await files.next(messageFile(entry.sequence, entry.contentType), limits.message);
    if (body.length !== entry.octets) throw bad(`message ${entry.sequence} has another size than it should`);
    reading.entry(entry, body);
  }
  await files.end();
}

function ownAddress(url: string): Address {
  const address = addressIn(url, ACCOUNT);
  if (address.user === '' || isReservedUser(address.user)) throw bad(`${url} is no account`);
  return address;
}

function checkLists({ documents, presence }: ArchivedAccount): void {
  const isDouble = (names: readonly string[]): boolean => new Set(names).size < names.length;
  if (isDouble(documents.map(({ name }) => name)) || isDouble(presence.map(({ view }) => view)))
    throw bad('something is listed twice');
  if (documents.filter(({ name }) => isCountedDocument(name)).length > MAX_DOCUMENTS)
    throw bad(`there are more than ${MAX_DOCUMENTS} documents`);
}

/** What the server reads itself has to be readable, or nobody could reach the account. */
function checkDocument(name: string, body: Uint8Array): void {
  try {
    if (name === 'acl') parseAccessRules(body);
    if (name === 'profile') parseProfile(body);
  } catch (cause) {
    throw bad(`the document ${name} cannot be read`, cause);
  }
}

/** All of the index, before there is any of the messages: how much they are is known then. */
function readIndex(index: Buffer, count: number, limits: Limits): PersonEntry[] {
  const lines = index.toString('utf8').split('\n');
  if (lines.pop() !== '' || lines.length !== count)
    throw bad(`${INDEX} does not have the ${count} messages that it should`);
  const entries = lines.map(entryIn);
  let last = 0;
  let octets = 0;
  for (const entry of entries) {
    if (entry.sequence <= last) throw bad('the messages are not in their order');
    last = entry.sequence;
    octets += entry.octets;
  }
  if (octets > limits.inbox)
    throw bad(
      `its messages have ${octets} octets, and limits.inbox-quota is ${limits.inbox} (--set limits.inbox-quota=${octets} lets them in)`,
    );
  return entries;
}

function entryIn(line: string): PersonEntry {
  const file = parseJson(entrySchema, line, INDEX);
  const { sequence, state, messageId, received, expires, octets } = file;
  const fields = file.fields.flat();
  try {
    checkMessageId(messageId);
    checkRoom(fields);
    // As a head of their own: what would not make one, no device could read.
    Headers.from([...file.fields, ...SERVER_FIELDS.map((name) => [name, ''] as const)]);
  } catch (cause) {
    throw bad(`message ${sequence} has a head that cannot be sent`, cause);
  }
  return {
    sequence,
    state,
    origin: addressIn(file.from, INDEX).url,
    target: addressIn(file.target, INDEX).url,
    messageId,
    received,
    ...(expires === undefined ? {} : { expires }),
    contentType: plain(file.type),
    fields,
    octets,
  };
}

/** What stands beside the fields in the head of a message that a device is sent. */
const SERVER_FIELDS = [
  'From',
  'Target',
  'Message-ID',
  'Content-Type',
  'Content-Length',
  'Received',
  'Inbox-Sequence',
  'Copy',
  'Replay',
  'Body-Deferred',
];

function addressIn(url: string, where: string): Address {
  try {
    return parseUrl(url);
  } catch (cause) {
    throw bad(`there is no address where one has to be in ${where}`, cause);
  }
}

function plain(value: string): string {
  if (CONTROLS.test(value)) throw bad('there is a control character in a media type');
  return value;
}

function parseJson<S extends z.ZodType>(schema: S, text: Buffer | string, where: string): z.output<S> {
  let value: unknown;
  try {
    value = JSON.parse(text.toString());
  } catch (cause) {
    throw bad(`${where} is no JSON`, cause);
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw bad(`${where}: ${issue?.path.join('.')} ${issue?.message}`, parsed.error);
}

/** As much of an entry as is used: the library's own types are those of another kind of stream. */
type TarEntry = AsyncIterable<Uint8Array> & { readonly header: Header };

/** The files of the tar, each of which has to be the one that is to come. */
class Files {
  readonly #entries: AsyncIterator<TarEntry>;
  #sums = '';

  constructor(entries: AsyncIterator<TarEntry>) {
    this.#entries = entries;
  }

  async next(name: string, limit: number): Promise<Buffer> {
    const body = await this.#read(name, limit);
    this.#sums += `${createHash('sha256').update(body).digest('hex')}  ${name}\n`;
    return body;
  }

  async end(): Promise<void> {
    const sums = await this.#read(SUMS, this.#sums.length + SUMS_LINE);
    if (sums.toString() !== this.#sums) throw bad('it is damaged, its sums are not right');
    if ((await this.#entries.next()).done !== true) throw bad(`something comes after ${SUMS}`);
  }

  async #read(name: string, limit: number): Promise<Buffer> {
    const step = await this.#entries.next();
    if (step.done === true) throw bad(`it ends where ${name} has to be`);
    const entry = step.value;
    const { header } = entry;
    // Its name is only compared: where it would lead is nobody's business.
    if (header.name !== name || header.type !== 'file')
      throw bad(`${JSON.stringify(header.name.slice(0, 100))} is where ${name} has to be`);
    const { size } = header;
    if (size > limit) throw bad(`${name} has ${size} octets, more than ${limit}`);
    const pieces: Uint8Array[] = [];
    for await (const piece of entry) pieces.push(piece);
    const body = Buffer.concat(pieces);
    if (body.length !== size) throw bad(`${name} is cut off`);
    return body;
  }
}

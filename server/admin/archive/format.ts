// What is in an archive of `user export`: a tar of these files in this order, which any program may read. The README
// inside says the same to people.

import { z } from 'zod';

import { isToken } from '../../../shared/impp/headers.ts';

export const README = 'README.txt';
export const ACCOUNT = 'account.json';
export const INDEX = 'inbox.jsonl';
export const SUMS = 'SHA256SUMS';

export const FORMAT = 'parleyd account';
export const VERSION = 1;

const LAST_SEQUENCE = 0x7fffffff;

/** A token may begin with dots, and no file should. */
const fileOf = (token: string): string => token.replace(/^\./, '%2E');
export const documentFile = (name: string): string => `documents/${fileOf(name)}`;
export const presenceFile = (view: string): string => `presence/${fileOf(view)}`;
export const messageFile = (sequence: number, contentType: string): string => {
  const ending = /^message\/cpim\b/i.test(contentType) ? 'cpim' : 'eml';
  return `inbox/${String(sequence).padStart(10, '0')}.${ending}`;
};

const token = z.string().refine(isToken, 'is no token');
const time = z.iso.datetime({ precision: 3 }).transform((text) => Date.parse(text));
const size = z.int().min(0);
const sequence = z.int().min(1).max(LAST_SEQUENCE);
/** Longer is no media type with parameters. */
const mediaType = z.string().min(1).max(1000);

export const accountSchema = z.strictObject({
  format: z.literal(FORMAT),
  version: z.literal(VERSION),
  address: z.string().max(2000),
  services: z.array(z.enum(['im', 'presence'])).min(1),
  created: time,
  exported: time,
  documents: z.array(z.strictObject({ name: token, type: mediaType, revision: size })).max(1000),
  presence: z.array(z.strictObject({ view: token, type: mediaType })).max(1000),
  messages: size,
});
export type AccountFile = z.output<typeof accountSchema>;

/** A line of the index: the envelope of the message in the file of that sequence. */
export const entrySchema = z.strictObject({
  sequence,
  state: z.enum(['waiting', 'delivered', 'sent']),
  from: z.string().max(2000),
  target: z.string().max(2000),
  messageId: z.string().max(250),
  received: time,
  expires: time.optional(),
  type: mediaType,
  fields: z.array(z.tuple([z.string(), z.string()])).max(64),
  octets: size,
});

export const readmeOf = (
  address: string,
  exported: string,
): string => `The account ${address}, as its domain had it at ${exported}.

account.json   who it is, and what is in this archive
documents/     what the account keeps at its domain, octet for octet: "acl" are the access rules as the protocol
               has them, "contacts" is the contact list, "profile" the directory entry; account.json has their types
presence/      what others are shown when nobody is there, a file for each view
inbox.jsonl    a line for each message in the inbox: its place there (sequence), when it came (received), from whom
               and to whom, and whether it was "sent" by the account itself, "delivered" to one of its devices or
               is still "waiting" for one
inbox/         the messages, octet for octet as they were sent: RFC 5322 files that mail programs open
SHA256SUMS     to be checked with: sha256sum -c SHA256SUMS

There is no password in here, and nothing from which one could be made. "parleyd user import" makes an account of it.
`;

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

import { ImppError } from '../../shared/errors.ts';
import { type Address, formatForPeople } from '../../shared/impp/address.ts';
import { formatInvitation } from '../../shared/impp/invitation.ts';
import type { Config } from '../config.ts';
import { inviteId } from '../storage/rules.ts';
import type { Storage } from '../storage/storage.ts';
import { readAddress, type CommandLine } from './command-line.ts';
import { withStore } from './store.ts';

const DAY_MS = 24 * 3_600_000;

/** `invite list` names invitations so, since only who has the token knows it. */
const ID = /^[0-9a-f]{12}$/;

/**
 * `invite create`: prints the token that REGISTER wants as Invite [IMPP 6], then the same as a link, then, for people who
 * look at it, as a QR code. The first line is for programs, too.
 */
export async function createInvite(line: CommandLine): Promise<number> {
  const config = line.config();
  const uses = count(line.uses ?? '1', '--uses', 1_000_000);
  const days = count(line.days ?? '7', '--days', 3650);
  const contact = line.contact === undefined ? undefined : contactIn(line.contact, config);
  const token = makeToken();
  const link = formatInvitation({ host: config.domain, token, contact });
  const createdAt = Date.now();
  const invite = { token, createdAt, expiresAt: createdAt + days * DAY_MS, uses };
  const make = async (storage: Storage): Promise<void> => {
    if (contact !== undefined) await checkThere(storage, contact);
    // Before there is an invitation that nobody would know of.
    if (line.qr !== undefined) await writeQr(line.qr, link);
    await storage.createInvite(invite);
  };
  await withStore(config, make, true);
  process.stdout.write(`${token}\n${link}\n`);
  if (process.stdout.isTTY) process.stdout.write(`${await qrInBlocks(link)}\n`);
  return 0;
}

/** `invite list`: a line for each that is still good: id, uses left, day of creation, end, between tabs. */
export async function listInvites(line: CommandLine): Promise<number> {
  const invites = await withStore(line.config(), (storage) => storage.listInvites(Date.now()));
  for (const { id, uses, createdAt, expiresAt } of invites) {
    const [created, ends] = [createdAt, expiresAt].map((time) => new Date(time).toISOString());
    process.stdout.write(`${id}\t${uses}\t${created?.slice(0, 10)}\t${ends}\n`);
  }
  return 0;
}

/** `invite remove TOKEN`, or the id that `invite list` shows. */
export async function removeInvite(line: CommandLine): Promise<number> {
  const id = ID.test(line.word) ? line.word : inviteId(line.word);
  await withStore(line.config(), (storage) => storage.removeInvite(id));
  process.stdout.write(`${id} removed\n`);
  return 0;
}

/** White on black, whatever the terminal's colours are: many readers do not take the reverse. */
const COLOURS = '\u001b[38;5;231;48;5;16m';
const NO_COLOURS = '\u001b[0m';

/** The link as a QR code of half blocks for a terminal. */
export async function qrInBlocks(link: string): Promise<string> {
  const { renderUnicodeCompact } = await import('uqr');
  const lines = renderUnicodeCompact(link, { ecc: 'M', border: 2 }).split('\n');
  return lines.map((each) => `${COLOURS}${each}${NO_COLOURS}`).join('\n');
}

async function writeQr(path: string, link: string): Promise<void> {
  const { renderSVG } = await import('uqr');
  const file = resolve(path);
  try {
    // Whoever sees the picture has the invitation.
    writeFileSync(file, `${renderSVG(link, { ecc: 'M', border: 4 })}\n`, { mode: 0o600, flag: 'wx' });
  } catch (cause) {
    const isThere = (cause as NodeJS.ErrnoException).code === 'EEXIST';
    const reason = isThere ? 'it is there already' : cause instanceof Error ? cause.message : String(cause);
    throw new ImppError('internal-error', `${file} cannot be written: ${reason}.`, { cause });
  }
}

/** An app takes no link whose contact is of another domain, or any link could make people write to anybody. */
function contactIn(typed: string, { domain }: Config): Address {
  const contact = readAddress(typed, domain);
  if (contact.host === domain) return contact;
  throw new ImppError('invalid-address', `--contact has to be an address of the domain ${domain}.`);
}

async function checkThere(storage: Storage, contact: Address): Promise<void> {
  if ((await storage.getAccount(contact.user)) !== undefined) return;
  throw new ImppError('target-unknown', `There is no account ${formatForPeople(contact)} to be the contact.`);
}

/** 144 bits; none that a command line would take for a flag. */
function makeToken(): string {
  const token = randomBytes(18).toString('base64url');
  return token.startsWith('-') ? makeToken() : token;
}

function count(text: string, flag: string, most: number): number {
  const number = /^\d{1,7}$/.test(text) ? Number(text) : 0;
  if (number >= 1 && number <= most) return number;
  throw new ImppError('invalid-argument', `${flag} is "${text}"; it has to be a number from 1 to ${most}.`);
}

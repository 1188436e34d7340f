import { spawnSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { readArchive } from '../../../server/admin/archive/read.ts';
import { exportUser } from '../../../server/admin/export.ts';
import { importUser } from '../../../server/admin/import.ts';
import { readChanges } from '../../../server/admin/changes.ts';
import { defaultConfig } from '../../../server/config.ts';
import { openStorage } from '../../../server/storage/open.ts';
import type { Storage, StoredMessage } from '../../../server/storage/storage.ts';
import { formatAccessRules, parseAccessRules } from '../../../shared/impp/access-rules.ts';
import { addressOf } from '../../../shared/impp/address.ts';
import { minimalClosed } from '../../../shared/impp/presence.ts';
import { buildMessage } from '../../../shared/mime/build.ts';
import { readMessage } from '../../../shared/mime/read.ts';
import { account, bytes, textOf } from '../storage/contract-data.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { printedBy } from './in-process.ts';

const folder = temporaryFolders();
const QUOTA = 1e9;
const NOW = Date.UTC(2026, 0, 31, 12);
const [ALICE, BOB] = [addressOf('a.example', 'alice').url, addressOf('c.example', 'bob').url];
const MOVED = addressOf('b.example', 'alicia').url;

const open = (data: string): Promise<Storage> => openStorage(defaultConfig({ data }), 'administer');

const mail = (from: string, to: string, id: string, text: string, received = NOW): StoredMessage => ({
  origin: from,
  target: to,
  messageId: `<${id}@x>`,
  fields: ['Connection-ID', 'c1', 'X-Own', 'ä'],
  contentType: 'message/rfc822',
  body: buildMessage({ from, to, messageId: `<${id}@x>`, date: received, text }),
  received,
});

/** An account with something of everything, from which some has gone. */
async function fill(data: string): Promise<{ rules: Uint8Array; contacts: Uint8Array }> {
  const storage = await open(data);
  await storage.createAccount(account('alice'));
  await storage.createAccount(account('other'));
  await storage.append({ ...mail(BOB, ALICE, 'gone', 'gone'), expires: NOW + 1 }, 'alice', undefined, QUOTA);
  await storage.append(mail(BOB, ALICE, '1', 'one'), 'alice', undefined, QUOTA);
  await storage.append(mail(ALICE, BOB, '2', 'two'), undefined, 'alice', QUOTA);
  await storage.append(mail(BOB, ALICE, '3', 'x'.repeat(300_000)), 'alice', undefined, QUOTA);
  await storage.append(mail(ALICE, ALICE, '4', 'note'), 'alice', 'alice', QUOTA);
  await storage.append(mail(BOB, 'impp://a.example/other', '5', 'not hers'), 'other', undefined, QUOTA);
  await storage.setDelivered('alice', 2);
  await storage.prune({ before: 0, now: NOW + 2, quota: QUOTA });
  const rules = formatAccessRules(
    parseAccessRules(bytes(`<acl><rule><who>${BOB}</who><subscribe>allow</subscribe></rule></acl>`)),
  );
  const contacts = bytes(`<contacts><contact><address>${ALICE}</address><name>ä</name></contact></contacts>`);
  const write = (name: string, type: string, body: Uint8Array) =>
    storage.setDocument('alice', name, { type, body }, { limit: 32 });
  await write('acl', 'application/impp-acl', rules);
  await write('contacts', 'application/impp-contacts', bytes('<contacts/>'));
  await write('contacts', 'application/impp-contacts', contacts);
  await write('..', 'application/octet-stream', bytes(ALICE));
  await write(
    'profile',
    'application/impp-profile',
    bytes(
      `<profile><listed>domain</listed><forward><kind>permanent</kind><to>${BOB}</to></forward></profile>`,
    ),
  );
  const presence = { user: 'alice', publisher: '', device: '', type: 'application/presence', changedAt: 5 };
  await storage.putPresence({ ...presence, view: 'default', body: minimalClosed(ALICE) });
  await storage.putPresence({ ...presence, view: 'work', type: '', body: bytes('') });
  await storage.close();
  return { rules, contacts };
}

const inboxOf = async (storage: Storage, user: string) =>
  Promise.all(
    (await storage.entries(user, { after: 0, limit: 100 })).map(async ({ body, large, ...entry }) => ({
      ...entry,
      octets: large?.octets ?? body.length,
      text: readMessage(large ? await wholeOf(storage, large.id) : body, entry.contentType).text.slice(0, 5),
    })),
  );

const wholeOf = async (storage: Storage, id: number): Promise<Uint8Array> => {
  const pieces: Uint8Array[] = [];
  for (let number = 0; ; number += 1) {
    const piece = await storage.getPiece(id, number);
    if (piece === undefined) return Buffer.concat(pieces);
    pieces.push(piece);
  }
};

test('what is exported is imported again: every document, every message in its place, and no password', async () => {
  const [here, there] = [folder(), folder()];
  const { rules } = await fill(here);
  const file = join(there, 'alice.tar');
  const said = await printedBy(exportUser, 'user', 'export', 'alice@a.example', file, '--data', here);
  expect(said).toContain('4 messages, 4 documents');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readFileSync(file).includes('SCRAM-SHA-256$')).toBe(false);

  const told = await printedBy(importUser, 'user', 'import', file, '--data', there, '--domain', 'a.example');
  expect(told).toMatch(/^alice@a\.example imported: 4 messages, 4 documents\.\npassword: [a-z2-9-]{23}\n$/);
  const [from, to] = [await open(here), await open(there)];
  const before = await inboxOf(from, 'alice');
  expect(before.map(({ sequence }) => sequence)).toEqual([2, 3, 4, 5]);
  expect(await inboxOf(to, 'alice')).toEqual(before);
  expect(await to.inboxOctets('alice')).toBe(await from.inboxOctets('alice'));
  expect((await to.getDocument('alice', 'acl')).body).toEqual(rules);
  expect(textOf((await to.getDocument('alice', '..')).body)).toBe(ALICE);
  // It led away from where the account was.
  expect(textOf((await to.getDocument('alice', 'profile')).body)).toBe(
    '<profile><listed>domain</listed></profile>',
  );
  expect((await to.permanentPresence('alice')).map(({ view, body }) => [view, textOf(body)])).toEqual([
    ['default', textOf(minimalClosed(ALICE))],
  ]);
  // Behind whatever a device has seen of the account before.
  expect((await to.getDocument('alice', 'contacts')).revision).toBeGreaterThan(1_000_000);
  const { sequence } = await to.append(mail(BOB, ALICE, '9', 'new'), 'alice', undefined, QUOTA);
  expect(sequence).toBeGreaterThan(1_000_000);
  expect(await readChanges(to)).toMatchObject([{ what: 'imported', user: 'alice' }]);
  await Promise.all([from.close(), to.close()]);
});

test('under another address it is that one wherever it meant itself', async () => {
  const [here, there] = [folder(), folder()];
  const { contacts } = await fill(here);
  const file = join(there, 'alice.tar');
  await printedBy(exportUser, 'user', 'export', 'alice@a.example', file, '--data', here);
  await printedBy(importUser, 'user', 'import', file, '--as', 'alicia@b.example', '--data', there);
  const storage = await open(there);
  const entries = await storage.entries('alicia', { after: 0, limit: 100 });
  expect(
    entries.map(({ origin, target, isCopy, isDelivered }) => [origin, target, isCopy, isDelivered]),
  ).toEqual([
    [BOB, MOVED, false, true],
    [MOVED, BOB, true, true],
    [BOB, MOVED, false, false],
    [MOVED, MOVED, false, false],
  ]);
  const [received = '', sent = ''] = entries.map(({ body }) => textOf(body));
  expect(received).toMatch(/^From: <bob@c\.example>\r\nTo: <alicia@b\.example>\r\n/m);
  expect(sent).toMatch(/^From: <alicia@b\.example>\r\nTo: <bob@c\.example>\r\n/m);
  expect(sent).toContain('two');
  expect(textOf((await storage.getDocument('alicia', 'contacts')).body)).toBe(
    textOf(contacts).replace(ALICE, MOVED),
  );
  expect(textOf((await storage.permanentPresence('alicia'))[0]?.body)).toBe(textOf(minimalClosed(MOVED)));
  // Octets of which nothing is known are nobody's to change.
  expect(textOf((await storage.getDocument('alicia', '..')).body)).toBe(ALICE);
  await storage.close();
});

test('the tar, its sums and its messages are those of other programs, too', async () => {
  const here = folder();
  await fill(here);
  const file = join(here, 'alice.tar');
  await printedBy(exportUser, 'user', 'export', 'alice@a.example', file, '--data', here);
  const script = `
import email, email.policy, hashlib, json, sys, tarfile
tar = tarfile.open(sys.argv[1])
names = tar.getnames()
read = lambda name: tar.extractfile(name).read()
sums = dict(reversed(line.split('  ')) for line in read('SHA256SUMS').decode().splitlines())
assert sums == {name: hashlib.sha256(read(name)).hexdigest() for name in names[:-1]}
index = [json.loads(line) for line in read('inbox.jsonl').splitlines()]
mails = [email.message_from_bytes(read(n), policy=email.policy.default) for n in names if n.startswith('inbox/')]
print(json.dumps({
  'names': names[:6],
  'modes': sorted({member.mode for member in tar.getmembers()}),
  'account': json.loads(read('account.json'))['address'],
  'index': [(line['sequence'], line['state'], line['received']) for line in index],
  'mails': [(m['From'], m['Message-ID'], m.get_content()[:4].strip()) for m in mails],
}))`;
  const { stdout, stderr } = spawnSync('python3', ['-c', script, file], { encoding: 'utf8' });
  expect(stderr).toBe('');
  const at = '2026-01-31T12:00:00.000Z';
  expect(JSON.parse(stdout)).toEqual({
    names: [
      'README.txt',
      'account.json',
      'documents/%2E.',
      'documents/acl',
      'documents/contacts',
      'documents/profile',
    ],
    modes: [0o600],
    account: ALICE,
    index: [
      [2, 'delivered', at],
      [3, 'sent', at],
      [4, 'waiting', at],
      [5, 'waiting', at],
    ],
    mails: [
      ['bob@c.example', '<1@x>', 'one'],
      ['alice@a.example', '<2@x>', 'two'],
      ['bob@c.example', '<3@x>', 'xxxx'],
      ['alice@a.example', '<4@x>', 'note'],
    ],
  });
});

test('an export has what one moment had, while others write', async () => {
  const here = folder();
  const storage = await open(here);
  await storage.createAccount(account('alice'));
  let isOver = false;
  const begun = Promise.withResolvers<void>();
  const writing = (async () => {
    for (let n = 1; !isOver; n += 1) {
      if (n > 2) begun.resolve();
      // Each message before the count that has it.
      await storage.append(mail(BOB, ALICE, `${n}`, `${n}`), 'alice', undefined, QUOTA);
      await storage.setDocument('alice', 'count', { type: 'text/plain', body: bytes(`${n}`) }, { limit: 32 });
    }
  })();
  await begun.promise;
  let most = 0;
  for (const name of ['1.tar', '2.tar', '3.tar']) {
    const file = join(here, name);
    await printedBy(exportUser, 'user', 'export', 'alice@a.example', file, '--data', here);
    let count = 0;
    const sequences: number[] = [];
    await readArchive(
      file,
      { message: QUOTA, inbox: QUOTA, presence: QUOTA },
      {
        account: () => {},
        document: ({ body }) => (count = Number(textOf(body))),
        presence: () => {},
        entry: ({ sequence }) => sequences.push(sequence),
      },
    );
    expect(sequences).toEqual(sequences.map((_, at) => at + 1));
    expect([count, count + 1]).toContain(sequences.length);
    most = Math.max(most, count);
  }
  expect(most).toBeGreaterThan(1);
  isOver = true;
  await writing;
  await storage.close();
});

test.each([
  ['a file that is there', 'alice', '/etc/hostname', /is there already/],
  ['nobody', 'nobody', undefined, /no account "nobody"/],
  ['a folder that is not', 'alice', '/nowhere/at/all.tar', /cannot be written/],
])('export refuses %s', async (_what, user, path, sentence) => {
  const here = folder();
  await fill(here);
  const file = path ?? join(here, 'x.tar');
  const place = ['--data', here, '--domain', 'a.example'];
  await expect(printedBy(exportUser, 'user', 'export', user, file, ...place)).rejects.toThrow(sentence);
});

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { buffer } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { type Header, pack } from 'tar-stream';
import { expect, test } from 'vitest';

import { importUser } from '../../../server/admin/import.ts';
import { defaultConfig } from '../../../server/config.ts';
import { openStorage } from '../../../server/storage/open.ts';
import { account } from '../storage/contract-data.ts';
import { temporaryFolders } from '../storage/folder.ts';
import { printedBy } from './in-process.ts';

const folder = temporaryFolders();

const ABOUT = {
  format: 'parleyd account',
  version: 1,
  address: 'impp://a.example/alice',
  services: ['im', 'presence'],
  created: '2026-01-01T00:00:00.000Z',
  exported: '2026-01-02T00:00:00.000Z',
  documents: [{ name: 'acl', type: 'application/impp-acl', revision: 1 }],
  presence: [{ view: 'default', type: 'application/presence' }],
  messages: 2,
};
const ENTRY = {
  sequence: 1,
  state: 'delivered',
  from: 'impp://c.example/bob',
  target: 'impp://a.example/alice',
  messageId: '<1@x>',
  received: '2026-01-02T00:00:00.000Z',
  type: 'message/rfc822',
  fields: [] as [string, string][],
  octets: 5,
};
const LINES = [ENTRY, { ...ENTRY, sequence: 2, messageId: '<2@x>' }];

type File = [name: string, body: string, header?: Partial<Header>];
const lines = (...entries: object[]): string => entries.map((entry) => `${JSON.stringify(entry)}\n`).join('');

const files = (about: object = ABOUT, index: string = lines(...LINES)): File[] => [
  ['README.txt', 'read me'],
  ['account.json', JSON.stringify(about)],
  ['documents/acl', '<acl></acl>'],
  ['presence/default', '<presence/>'],
  ['inbox.jsonl', index],
  ['inbox/0000000001.eml', '12345'],
  ['inbox/0000000002.eml', '12345'],
];

async function tarOf(contents: readonly File[]): Promise<Buffer> {
  const sums = contents.map(
    ([name, body]) => `${createHash('sha256').update(body).digest('hex')}  ${name}\n`,
  );
  const tar = pack();
  const all: File[] = [...contents, ['SHA256SUMS', sums.join('')]];
  for (const [name, body, header] of all) tar.entry({ name, mode: 0o600, ...header }, Buffer.from(body));
  tar.finalize();
  return buffer(tar as unknown as AsyncIterable<Buffer>);
}

/** With one file in the place of the one of that name. */
const changed = (name: string, ...file: File): File[] => files().map((one) => (one[0] === name ? file : one));

async function importing(archive: Buffer, ...more: string[]): Promise<{ said: string; data: string }> {
  const data = folder();
  const file = join(data, 'x.tar');
  writeFileSync(file, archive);
  const args = ['user', 'import', file, '--data', data, '--domain', 'a.example', ...more];
  const said = await printedBy(importUser, ...args).catch((error: unknown) => `refused: ${String(error)}`);
  expect(accountsIn(join(data, 'parley.sqlite'))).toBe(said.startsWith('refused') ? 0 : 1);
  return { said, data };
}

function accountsIn(path: string): number {
  if (!existsSync(path)) return 0;
  const db = new DatabaseSync(path, { readOnly: true });
  const { n } = db.prepare('SELECT count(*) AS n FROM account').get() as { n: number };
  db.close();
  return n;
}

test('such an archive is taken when it is in order', async () => {
  expect((await importing(await tarOf(files()))).said).toContain('2 messages, 1 documents');
});

const entryWith = (more: object): File[] => files(ABOUT, lines({ ...ENTRY, ...more }, LINES[1] ?? {}));

test.each<[string, File[], RegExp]>([
  ['a name that leads out of it', [['../../../etc/passwd', 'x'], ...files()], /passwd.* is where README/],
  ['an absolute name', changed('documents/acl', '/documents/acl', '<acl/>'), /where documents\/acl/],
  [
    'a symbolic link',
    changed('documents/acl', 'documents/acl', '', { type: 'symlink', linkname: '/etc/passwd' }),
    /where documents/,
  ],
  ['a file too many', [...files(), ['more', 'x']], /where SHA256SUMS/],
  ['a file too few', files().slice(0, -1), /SHA256SUMS" is where inbox/],
  ['another format', files({ ...ABOUT, version: 2 }), /account.json: version/],
  ['what is no JSON', changed('account.json', 'account.json', '{'), /no JSON/],
  ['a member nobody knows', files({ ...ABOUT, verifier: 'x' }), /account.json/],
  ['no address', files({ ...ABOUT, address: 'alice@a.example' }), /no address/],
  ['the address of a domain', files({ ...ABOUT, address: 'impp://a.example/' }), /no account/],
  ['a reserved name', files({ ...ABOUT, address: 'impp://a.example/anonymous-1' }), /no account/],
  [
    'a document name with a path',
    files({ ...ABOUT, documents: [{ name: '../acl', type: 'x', revision: 1 }] }),
    /no token/,
  ],
  [
    'two documents of one name',
    files({ ...ABOUT, documents: [...ABOUT.documents, ...ABOUT.documents] }),
    /twice/,
  ],
  ['rules that cannot be read', changed('documents/acl', 'documents/acl', '<acl>'), /acl cannot be read/],
  [
    'a document over the limit',
    changed('documents/acl', 'documents/acl', 'x'.repeat(262_145)),
    /more than 262144/,
  ],
  [
    'a type with a line end',
    files({ ...ABOUT, presence: [{ view: 'default', type: 'a\r\nX: y' }] }),
    /control/,
  ],
  ['fewer messages than it says', files({ ...ABOUT, messages: 3 }), /does not have the 3/],
  ['messages out of order', files(ABOUT, lines(...LINES.toReversed())), /order/],
  ['a sequence over the end', entryWith({ sequence: 2 ** 31 }), /sequence/],
  ['a message of another size', entryWith({ octets: 4 }), /another size/],
  ['more octets than the quota', entryWith({ octets: 2_000_000_000 }), /limits\.inbox-quota/],
  [
    'a field with a line end',
    entryWith({ fields: [['X-A', 'b\r\nFrom: impp://a.example/root']] }),
    /cannot be sent/,
  ],
  ['a field of the server', entryWith({ fields: [['Inbox-Sequence', '7']] }), /cannot be sent/],
  ['a field that is no name', entryWith({ fields: [['X A', '7']] }), /cannot be sent/],
  ['a head over the limit', entryWith({ fields: [['X-A', 'x'.repeat(20_000)]] }), /cannot be sent/],
  ['a Message-ID that is none', entryWith({ messageId: '<1@x>\r\n' }), /cannot be sent/],
  ['a sender that is none', entryWith({ from: 'bob' }), /no address/],
  ['a time that is none', entryWith({ received: 'yesterday' }), /received/],
  ['the same message twice', files(ABOUT, lines(ENTRY, { ...ENTRY, sequence: 2 })), /there twice/],
])('an archive with %s is refused, and there is nothing of it', async (_what, contents, sentence) => {
  expect((await importing(await tarOf(contents))).said).toMatch(sentence);
});

test('a damaged, a cut off and a compressed one are refused', async () => {
  const whole = await tarOf(files());
  const damaged = Buffer.from(whole);
  damaged[whole.indexOf('read me')] = 0x52;
  expect((await importing(damaged)).said).toMatch(/sums are not right/);
  for (const length of [0, 100, 512, 600, 2048, 3000, whole.length - 1700])
    expect((await importing(whole.subarray(0, length))).said).toMatch(/refused: .*not in order/);
  expect((await importing(gzipSync(whole))).said).toMatch(/gunzip/);
  expect((await importing(Buffer.from('not an archive at all, but a letter'))).said).toMatch(/not in order/);
});

test('a size that is not there costs nothing: it is refused before it is read', async () => {
  const tar = await tarOf(files());
  // 8 GiB in the head of the first file, with the checksum that belongs to it.
  tar.write('77777777777\0', 124, 'latin1');
  tar.fill(' ', 148, 156);
  const sum = tar.subarray(0, 512).reduce((total, octet) => total + octet, 0);
  tar.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
  expect((await importing(tar)).said).toMatch(/README.txt has 8589934591 octets/);
});

test('a name that is taken, and a domain that is another, are said', async () => {
  const data = folder();
  const file = join(data, 'x.tar');
  writeFileSync(file, await tarOf(files()));
  const storage = await openStorage(defaultConfig({ data }), 'administer');
  await storage.createAccount(account('alice'));
  await storage.createAccount(account('bob'));
  await storage.removeAccount('bob', Date.now() + 1e9);
  await storage.close();
  const place = ['user', 'import', file, '--data', data];
  const refusal = (...more: string[]) =>
    printedBy(importUser, ...place, ...more).then(
      () => 'taken',
      (error: unknown) => String(error),
    );
  expect(await refusal('--domain', 'a.example')).toMatch(/"alice" is taken/);
  expect(await refusal('--as', 'bob@a.example')).toMatch(/"bob" is taken/);
  expect(await refusal('--domain', 'b.example')).toMatch(/--as ADDRESS/);
  expect(await refusal('--domain', 'b.example', '--as', 'x@c.example')).toMatch(
    /not an address of the domain/,
  );
  expect(await refusal('--as', 'anonymous-x@a.example')).toMatch(/reserved/);
  expect(readFileSync(file).length).toBeGreaterThan(0);
  // What was refused before left nothing that stands in its way.
  expect(await refusal('--as', 'carol@a.example')).toBe('taken');
});

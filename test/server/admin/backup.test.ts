// A domain goes into a file while people write to each other, and comes back out of it as another parleyd.

import { DatabaseSync } from 'node:sqlite';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';

import { type Client, type Domain, mail, startDomain } from '../../conformance/wire.ts';
import { temporaryFolder } from '../../stories/programs.ts';
import { parleyd } from './program.ts';

const NAME = 'wire.example';
const command = (name: 'backup' | 'restore', file: string, data: string) =>
  parleyd([name, file, '--domain', NAME, '--data', data]);

const TEXT = { 'Content-Type': 'text/plain' };
const LARGE = 'x'.repeat(300_000);

interface Received {
  readonly id: string;
  readonly sequence: number;
  readonly octets: string;
}

/** The whole inbox of a device that attaches anew. */
async function inboxOf(domain: Domain, user: string): Promise<Received[]> {
  const client = await domain.login(user);
  const attached = await client.attach(domain.url(user), 'reader', { 'Inbox-After': '0' });
  const received: Received[] = [];
  const count = Number(attached.get('Count'));
  while (received.length < count) {
    const message = await client.incoming('SEND');
    received.push({
      id: message.get('Message-ID') ?? '',
      sequence: Number(message.get('Inbox-Sequence')),
      octets: message.body.toString('latin1'),
    });
  }
  client.destroy();
  return received;
}

async function send(client: Client, domain: Domain, id: string, text = id): Promise<void> {
  const headers = {
    Target: domain.url('bob'),
    'Content-Type': 'message/rfc822',
    'Message-ID': id,
  };
  await client.succeed('SEND', headers, mail(domain.url('alice'), domain.url('bob'), text, id));
}

describe('a backup that is taken while messages come', () => {
  const file = join(temporaryFolder(), 'domain.backup');
  const sent: string[] = [];
  let sentBefore: readonly string[];
  let original: readonly Received[];
  let revision: number;
  let connectionId: string | undefined;
  let restored: Domain;

  beforeAll(async () => {
    const domain = await startDomain();
    const alice = await domain.person('alice');
    const bob = await domain.person('bob');
    connectionId = bob.identity['Connection-ID'];
    await send(alice, domain, '<large@x>', LARGE);
    sent.push('<large@x>');
    const object = `<presence><entity>${domain.url('bob')}</entity><note>kept</note></presence>`;
    const permanent = { 'Content-Type': 'application/presence', 'Lease-Time': 'infinity' };
    await bob.succeed('CHANGE', { Target: domain.url('bob'), ...permanent }, object);
    const set = await bob.succeed('SET-DOCUMENT', { Name: 'contacts', ...TEXT }, 'my people');
    revision = Number(set.get('Revision'));
    for (let at = 0; at < 20; at += 1) {
      await send(alice, domain, `<before-${at}@x>`);
      sent.push(`<before-${at}@x>`);
    }
    sentBefore = [...sent];
    let isDone = false;
    const backup = command('backup', file, domain.data).finally(() => {
      isDone = true;
    });
    for (let at = 0; !isDone; at += 1) {
      await send(alice, domain, `<meanwhile-${at}@x>`);
      sent.push(`<meanwhile-${at}@x>`);
    }
    expect(await backup).toMatchObject({ code: 0, stderr: '' });
    await send(alice, domain, '<after@x>');
    original = await inboxOf(domain, 'bob');
    expect(await domain.stop()).toBe(0);

    const data = join(temporaryFolder(), 'new', 'place');
    const outcome = await command('restore', file, data);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(/parley\.sqlite restored: 2 accounts, \d+ messages, \d+ octets\.\n$/);
    restored = await startDomain({ data });
  }, 120_000);

  test('is for its owner alone, and complete in one file', () => {
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(file, '..'))).toEqual(['domain.backup']);
  });

  test('has all that was acknowledged before it, and of what came meanwhile no later one without an earlier one', async () => {
    const received = await inboxOf(restored, 'bob');
    const ids = received.map(({ id }) => id);
    expect(ids.slice(0, sentBefore.length)).toEqual(sentBefore);
    expect(ids).toEqual(sent.slice(0, ids.length));
    // Octet for octet, and at the same place.
    expect(received).toEqual(original.slice(0, received.length));
    const bob = await restored.login('bob', 'other');
    const large = await bob.succeed('GET-MESSAGE', { 'Inbox-Sequence': '1' });
    expect(large.body.includes(LARGE)).toBe(true);
  });

  test('has passwords, documents, permanent presence, and knows the device again', async () => {
    const bob = await restored.login('bob', 'phone');
    expect(bob.identity['Connection-ID']).toBe(connectionId);
    const contacts = await bob.succeed('GET-DOCUMENT', { Name: 'contacts' });
    expect(contacts.body.toString()).toBe('my people');
    const presence = await bob.succeed('FETCH', { Target: restored.url('bob') });
    expect(presence.body.toString()).toContain('<note>kept</note>');
  });

  test('goes on above all numbers that anybody has seen since', async () => {
    const bob = await restored.login('bob', 'other');
    const alice = await restored.login('alice', 'other');
    await send(alice, restored, '<new@x>');
    const message = await bob.incoming('SEND');
    expect(message.get('Message-ID')).toBe('<new@x>');
    expect(Number(message.get('Inbox-Sequence'))).toBeGreaterThan(original.length + 1_000_000);
    const contacts = await bob.succeed('GET-DOCUMENT', { Name: 'contacts' });
    expect(Number(contacts.get('Revision'))).toBeGreaterThan(revision + 1_000_000);
    // Of a document that was made after the backup, and is not in it, devices know revisions, too.
    const later = await bob.succeed('SET-DOCUMENT', { Name: 'x-later', ...TEXT }, 'x');
    expect(Number(later.get('Revision'))).toBeGreaterThan(1_000_000);
  });
});

describe('what is refused leaves everything as it was', () => {
  let running: Domain | undefined;
  afterEach(async () => {
    await running?.stop();
    running = undefined;
  });

  /** The store of a domain with one account, which nobody serves. */
  async function store(): Promise<string> {
    const data = temporaryFolder();
    const added = await parleyd(['user', 'add', `carol@${NAME}`, '--data', data]);
    expect(added.code).toBe(0);
    return data;
  }

  test('a file that is there is not written over', async () => {
    const data = await store();
    const file = join(temporaryFolder(), 'b');
    writeFileSync(file, 'mine');
    const { code, stderr } = await command('backup', file, data);
    expect([code, stderr]).toEqual([
      1,
      `parleyd: ${file} is there already, and nothing is written over it.\n`,
    ]);
    expect(readFileSync(file, 'utf8')).toBe('mine');
  });

  test('neither a domain that is there nor one that is served is replaced', async () => {
    const data = await store();
    const file = join(temporaryFolder(), 'b');
    expect((await command('backup', file, data)).code).toBe(0);
    const before = readFileSync(join(data, 'parley.sqlite'));
    expect((await command('restore', file, data)).stderr).toContain('is there already');
    expect(readFileSync(join(data, 'parley.sqlite')).equals(before)).toBe(true);
    running = await startDomain({ data });
    const refused = await command('restore', file, data);
    expect([refused.code, refused.stdout]).toEqual([1, '']);
    expect(refused.stderr).toContain('already serves');
    await (await running.connect()).hello(NAME);
  });

  test('a log without its file is not taken for nothing', async () => {
    const file = join(temporaryFolder(), 'b');
    expect((await command('backup', file, await store())).code).toBe(0);
    const data = temporaryFolder();
    writeFileSync(join(data, 'parley.sqlite-wal'), 'the last messages');
    const { code, stderr } = await command('restore', file, data);
    expect([code, stderr]).toEqual([1, expect.stringContaining('parley.sqlite-wal is there already')]);
  });

  test('nothing is restored from what is no backup, or a damaged one', async () => {
    const good = join(temporaryFolder(), 'b');
    expect((await command('backup', good, await store())).code).toBe(0);
    const octets = readFileSync(good);
    const files = temporaryFolder();
    const data = join(temporaryFolder(), 'data');
    const foreign = join(files, 'foreign');
    new DatabaseSync(foreign).exec('CREATE TABLE t (x)');
    const newer = join(files, 'newer');
    writeFileSync(newer, octets);
    new DatabaseSync(newer).exec('PRAGMA user_version = 999');
    const written: [string, string | Buffer, string][] = [
      ['text', 'not a database, whatever its name says'.repeat(100), 'damaged or not a database'],
      ['cut', octets.subarray(0, octets.length / 2), 'b'],
      ['holes', Buffer.concat([octets.subarray(0, 4096), Buffer.alloc(octets.length - 4096)]), 'holes'],
      ['foreign', '', 'does not hold a domain'],
      ['newer', '', 'newer parleyd'],
      ['absent', '', 'There is no file'],
    ];
    for (const [name, content, sentence] of written) {
      if (content.length > 0) writeFileSync(join(files, name), content);
      const { code, stdout, stderr } = await command('restore', join(files, name), data);
      expect([name, code, stdout]).toEqual([name, 1, '']);
      expect(stderr).toMatch(/^parleyd: [^\n]*\n$/);
      expect(stderr).toContain(sentence);
    }
    expect(readdirSync(data).filter((name) => !name.includes('.lock'))).toEqual([]);
  }, 120_000);

  test('a backup without a domain, a place that cannot be written, and a command without FILE', async () => {
    const data = await store();
    const nowhere = await command('backup', join(data, 'no', 'such', 'folder'), data);
    expect([nowhere.code, nowhere.stderr]).toEqual([1, expect.stringContaining('cannot be written')]);
    const empty = join(temporaryFolder(), 'empty');
    mkdirSync(empty);
    const none = await command('backup', join(empty, 'b'), empty);
    expect([none.code, none.stderr]).toEqual([1, expect.stringContaining('There is no file')]);
    expect(readdirSync(empty)).toEqual([]);
    expect((await parleyd(['backup', '--domain', NAME])).code).toBe(2);
    const memory = ['--domain', NAME, '--set', 'storage.url=memory:'];
    expect((await parleyd(['backup', 'b', ...memory])).code).toBe(2);
  });
});

// What leaves the program: exports that other programs read, and backups that only the passphrase opens.

import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Store } from '../../main/store/store.ts';
import { buildMessage } from '../../shared/mime/build.ts';
import type { Message } from '../../shared/model.ts';
import { App } from './harness.ts';
import { ALICE, BOB } from './store/harness.ts';

const CAROL = 'impp://c.example/carol';
const PASSPHRASE = 'träumerisch vier Wörter Ähre';
const DAY = Date.UTC(2026, 0, 5);

let app: App;
let bodies: Uint8Array[];

/** Puts a history into a profile that is not running: text, file, correction, reaction, both sides. */
const fill = async (folder: string): Promise<void> => {
  const store = await Store.open(join(folder, 'parley.db'));
  const { key } = await store.call('keepAccount', { ...ALICE, isEnabled: false });
  await store.call('editContacts', key, {
    type: 'put',
    contact: { address: BOB, name: 'Bob', groups: ['Work'] },
  });
  bodies = [];
  // Asked at once: one commit.
  const calls: Promise<unknown>[] = [];
  for (let i = 0; i < 30; i++) {
    const isMine = i % 3 === 0;
    const peer = i % 5 === 0 ? CAROL : BOB;
    const text = i === 7 ? 'From here on\n>From there\n\nFrom' : `message ${i} – ½ 漢字`;
    const messageId = `<${i}@x.example>`;
    const at = DAY + i * 60_000;
    const files =
      i === 11 ? [{ name: 'Bild ä.png', type: 'image/png', bytes: new Uint8Array(5000).fill(i) }] : [];
    const [from, to] = isMine ? [ALICE.url, peer] : [peer, ALICE.url];
    const body = buildMessage({ from, to, date: at, messageId, text, files });
    bodies.push(body);
    const added = store.call(
      'addEntry',
      {
        account: key,
        peer,
        messageId,
        at,
        receivedAt: at,
        text,
        files: files.map(({ name, type, bytes }, index) => ({ index, name, type, size: bytes.length })),
        body,
        isMine,
        outcome: isMine ? 'stored' : undefined,
        quote: i === 8 ? '<7@x.example>' : undefined,
      },
      i + 1,
    );
    calls.push(added);
  }
  const effects = [
    { kind: 'correction', target: '<1@x.example>', payload: 'corrected' },
    { kind: 'reaction', target: '<3@x.example>', payload: '🎉' },
  ] as const;
  for (const [i, effect] of effects.entries()) {
    const entry = {
      account: key,
      peer: BOB,
      messageId: `<e${i}@x.example>`,
      at: DAY + 3_600_000 + i,
      receivedAt: DAY + 3_600_000 + i,
      text: '',
      files: [],
      body: new TextEncoder().encode(`Supersedes: ${effect.target}\r\n\r\n${effect.payload}`),
      isMine: false,
      outcome: undefined,
      effect,
    };
    calls.push(store.call('addEntry', entry, 31 + i));
  }
  calls.push(store.call('editConversation', key, BOB, { isPinned: true }));
  await Promise.all(calls);
  await store.close();
};

/** All pages, without the numbers that each computer gives for itself. */
const history = async (of: App): Promise<unknown[]> => {
  const all: unknown[] = [];
  for (const peer of [BOB, CAROL]) {
    const page = await of.ask('messages.page', { account: ALICE.url, peer, limit: 200 });
    for (const { id, quote, ...message } of page.messages) {
      const { steps } = await of.ask('message.details', { id });
      const versions = await of.ask('message.versions', { id });
      const files = await Promise.all(
        message.files.map(({ index }) => of.ask('message.file', { id, index })),
      );
      all.push({ ...message, quoted: quote?.text, steps, versions, files });
    }
  }
  return all;
};

const upload = async (to: App, bytes: Uint8Array): Promise<string> => {
  const { upload: id } = await to.ask('upload.begin', { size: bytes.length });
  for (let at = 0; at < bytes.length; at += 500_000) {
    const data = Buffer.from(bytes.subarray(at, at + 500_000)).toString('base64');
    await to.ask('upload.append', { upload: id, data });
  }
  return id;
};

beforeEach(async () => {
  app = await App.start();
  await app.down();
  await fill(app.folder);
  await app.up();
  app.saveAs = (name) => join(app.folder, name);
});

afterEach(() => app.close());

describe('an export', () => {
  test('as mbox holds the original messages octet for octet, as another reader finds them', async () => {
    const result = await app.ask('history.export', {
      task: 'one',
      account: ALICE.url,
      peer: BOB,
      format: 'mbox',
    });
    const path = result?.path ?? '';
    expect(path.slice(app.folder.length + 1)).toBe('alice@a.example bob@b.example.mbox');
    // 24 messages, a correction and a reaction.
    expect(result?.messages).toBe(26);
    const script = `
import mailbox, sys, base64, re
for m in mailbox.mbox(sys.argv[1], create=False).iterkeys():
    raw = mailbox.mbox(sys.argv[1]).get_bytes(m)
    print(base64.b64encode(raw).decode())`;
    const read = execFileSync('python3', ['-c', script, path], { encoding: 'utf8' }).trim().split('\n');
    const found = read.map((line) =>
      Buffer.from(line, 'base64')
        .toString('latin1')
        .replace(/^>(>*From )/gm, '$1'),
    );
    const sent = bodies.filter((_, i) => i % 5 !== 0).map((body) => Buffer.from(body).toString('latin1'));
    expect(found).toHaveLength(26);
    for (const body of sent) expect(found.some((text) => text.replace(/\n$/, '') === body)).toBe(true);
  });

  test('as JSON is one document with everything, files included', async () => {
    const result = await app.ask('history.export', { task: 'one', account: ALICE.url, format: 'json' });
    expect(result?.messages).toBe(30);
    const document = JSON.parse(readFileSync(result?.path ?? '', 'utf8')) as {
      account: string;
      conversations: {
        peer: string;
        messages: (Message & { versions?: unknown[]; files: { data?: string }[] })[];
      }[];
    };
    expect(document).toMatchObject({ format: 'parley-history', version: 1, account: ALICE.url });
    const [bob] = document.conversations;
    expect(document.conversations.map(({ peer }) => peer)).toEqual([BOB, CAROL]);
    expect(bob?.messages.find(({ text }) => text === 'corrected')?.versions).toHaveLength(2);
    const file = bob?.messages.flatMap(({ files }) => files)[0];
    expect(file).toMatchObject({ name: 'Bild ä.png', type: 'image/png', size: 5000 });
    expect(Buffer.from(file?.data ?? '', 'base64')).toEqual(Buffer.alloc(5000, 11));
    expect(bob?.messages.find(({ messageId }) => messageId === '<8@x.example>')?.quote).toBe('<7@x.example>');
    if (process.platform !== 'win32') expect(statSync(result?.path ?? '').mode & 0o077).toBe(0);
  });

  test('that nobody chose a file for is none', async () => {
    app.saveAs = () => undefined;
    expect(await app.ask('history.export', { task: 'one', account: ALICE.url, format: 'mbox' })).toBeNull();
    expect(
      await app.ask('backup.create', { task: 'one', account: ALICE.url, passphrase: PASSPHRASE }),
    ).toBeNull();
  });
});

// The passphrase is stretched on purpose, several times.
describe('a backup', { timeout: 240_000 }, () => {
  const create = async (): Promise<Buffer> => {
    const result = await app.ask('backup.create', {
      task: 'one',
      account: ALICE.url,
      passphrase: PASSPHRASE,
    });
    return readFileSync(result?.path ?? '');
  };

  test('brings everything back on another machine, and nothing twice', async () => {
    const backup = await create();
    expect(backup.toString('latin1', 0, 21)).toBe('age-encryption.org/v1');
    expect(backup.includes('message 4')).toBe(false);
    expect(existsSync(join(app.folder, 'backup.db'))).toBe(false);
    const other = await App.start();
    try {
      const request = { task: 'mine', upload: await upload(other, backup), passphrase: PASSPHRASE };
      expect(await other.ask('backup.restore', request)).toEqual({ account: ALICE.url, messages: 30 });
      const told = other.changes.filter((change) => change.type === 'task');
      expect(told[0]).toMatchObject({ task: 'mine', done: 0 });
      expect(told.at(-1)).toMatchObject({ task: 'mine', done: 1, total: 1 });
      expect(await history(other)).toEqual(await history(app));
      const { accounts, conversations, contacts } = await other.snapshot();
      expect(accounts).toMatchObject([{ id: ALICE.url, connection: { passwordNeeded: true } }]);
      expect(conversations.find(({ peer }) => peer === BOB)).toMatchObject({ isPinned: true });
      expect(contacts).toMatchObject([{ address: BOB, name: 'Bob' }]);
      const { hits } = await other.ask('messages.search', { query: '漢字', limit: 100 });
      expect(hits).toHaveLength(28);

      // Octet for octet: what the other one exports is the same file.
      const exported = async (of: App): Promise<Buffer> => {
        of.saveAs = (name) => join(of.folder, name);
        const result = await of.ask('history.export', { task: 'one', account: ALICE.url, format: 'mbox' });
        return readFileSync(result?.path ?? '');
      };
      expect((await exported(other)).equals(await exported(app))).toBe(true);

      // Once more, beside what is there: nothing is doubled, what was deleted is back.
      const page = await other.ask('messages.page', { account: ALICE.url, peer: CAROL, limit: 10 });
      await other.ask('message.delete', { id: page.messages[0]?.id ?? 0 });
      const again = { task: 'mine', upload: await upload(other, backup), passphrase: PASSPHRASE };
      expect(await other.ask('backup.restore', again)).toEqual({ account: ALICE.url, messages: 1 });
      expect(await history(other)).toEqual(await history(app));
      expect(readdirSync(other.folder).filter((name) => name.startsWith('restore'))).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('and an export that are stopped leave nothing behind, and go on another time', async () => {
    const left = (): string[] =>
      readdirSync(app.folder).filter((name) => /backup|\.part$|\.mbox$/.test(name));
    const stopped = async (begin: () => Promise<unknown>): Promise<void> => {
      const refused = begin();
      await app.ask('task.stop', { task: 'long' });
      expect(await refused).toBe('cancelled');
      expect(left()).toEqual([]);
    };
    await stopped(() =>
      app.refusal('backup.create', { task: 'long', account: ALICE.url, passphrase: PASSPHRASE }),
    );
    await stopped(() => app.refusal('history.export', { task: 'long', account: ALICE.url, format: 'mbox' }));
    expect(app.changes.at(-1)).toEqual({ type: 'task', task: 'long', done: 1, total: 1 });
    // Nothing of that name is running.
    await app.ask('task.stop', { task: 'long' });
    const result = await app.ask('history.export', { task: 'long', account: ALICE.url, format: 'mbox' });
    expect(result?.messages).toBe(30 + 2);
  });

  test('does not open with another passphrase, cut off or altered, and nothing is written', async () => {
    const backup = await create();
    const other = await App.start();
    try {
      const refusal = async (bytes: Uint8Array, passphrase = PASSPHRASE) =>
        other.refusal('backup.restore', { task: 'one', upload: await upload(other, bytes), passphrase });
      expect(await refusal(backup, 'another')).toBe('authentication-failed');
      const flipped = (at: number): Buffer => {
        const copy = Buffer.from(backup);
        copy[at] = (copy[at] ?? 0) ^ 1;
        return copy;
      };
      expect(await refusal(flipped(backup.length - 20))).toBe('invalid-argument');
      expect(await refusal(flipped(Math.floor(backup.length / 2)))).toBe('invalid-argument');
      expect(await refusal(backup.subarray(0, backup.length - 65_536))).toBe('invalid-argument');
      expect(await refusal(backup.subarray(0, 50))).toBe('invalid-argument');
      expect(await refusal(new TextEncoder().encode('no backup at all'))).toBe('invalid-argument');
      const { accounts, damage } = await other.snapshot();
      expect(accounts).toEqual([]);
      expect(damage).toBeUndefined();
      expect(readdirSync(other.folder).filter((name) => name.startsWith('restore'))).toEqual([]);
    } finally {
      await other.close();
    }
  });
});

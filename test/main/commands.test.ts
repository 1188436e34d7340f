// The one door of the windows: what may come in, and what comes back.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Change, CommandName } from '../../shared/ipc.ts';
import { COMMANDS } from '../../shared/ipc.ts';
import { App, Domain, urlOf } from './harness.ts';

const ALICE = urlOf('alice');
const BOB = urlOf('bob');

let domain: Domain;
let app: App;

beforeEach(async () => {
  domain = await Domain.start();
  app = await App.start();
  await app.create(domain, 'alice');
});

afterEach(async () => {
  await app.close();
  await domain.down();
});

/** What may be asked with nothing. */
const TAKE_NOTHING: ReadonlySet<CommandName> = new Set([
  'snapshot',
  'log.save',
  'host.facts',
  'notification.test',
  'update.look',
  'update.download',
  'update.stop',
  'update.restart',
  'about.licences',
]);

describe('arguments', () => {
  test('of every command are its own and nothing else', async () => {
    for (const command of COMMANDS) {
      const wrong: unknown[] = [undefined, 'text', [], { account: 5 }, { account: ALICE, extra: true }];
      if (!TAKE_NOTHING.has(command)) wrong.push(null);
      for (const request of wrong) {
        expect(await app.invoke(command, request), command).toMatchObject({
          ok: false,
          code: 'invalid-argument',
        });
      }
    }
    for (const command of ['', 'toString', '__proto__', 'constructor', 'account']) {
      expect(await app.invoke(command, null), command).toMatchObject({ ok: false, code: 'invalid-argument' });
    }
  });

  test('of another account than there is are not-found', async () => {
    expect(await app.refusal('message.send', { account: BOB, peer: ALICE, text: 'x' })).toBe('not-found');
    expect(await app.refusal('messages.page', { account: BOB, peer: ALICE, limit: 5 })).toBe('not-found');
  });

  test('that are no address are refused', async () => {
    expect(await app.refusal('message.send', { account: ALICE, peer: 'bob', text: 'x' })).toBe(
      'invalid-address',
    );
    const self = { account: ALICE, address: 'alice@a.example', name: '', groups: [] };
    expect(await app.refusal('contact.add', self)).toBe('invalid-address');
  });

  test('are cleaned of what no document can carry', async () => {
    const contact = await app.ask('contact.add', {
      account: ALICE,
      address: 'im:BOB@A.EXAMPLE',
      name: ' Bob\r\n\u0000Example ',
      groups: ['Work', 'Work', ' '],
    });
    expect(contact).toMatchObject({ address: BOB, name: 'Bob   Example', groups: ['Work'] });
  });
});

describe('links', () => {
  test('of the web and of mail are opened outside', async () => {
    await app.ask('link.open', { url: 'https://example.org/a?b#c' });
    await app.ask('link.open', { url: 'mailto:bob@b.example' });
    expect(app.opened).toEqual(['https://example.org/a?b#c', 'mailto:bob@b.example']);
  });

  test('of anything else are not', async () => {
    const hostile = [
      'javascript:alert(1)',
      'file:///etc/passwd',
      'data:text/html,x',
      'JaVaScRiPt:x',
      'impp://a/b',
    ];
    for (const url of [...hostile, 'x', '//a', ' \tjavascript:x', 'http:']) {
      expect(await app.refusal('link.open', { url }), url).toBe('invalid-argument');
    }
    expect(app.opened).toEqual([]);
  });
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect((await app.snapshot()).host).toEqual({ kind: 'browser', platform: process.platform, version });
});

test('settings are kept over a restart', async () => {
  await app.ask('settings.change', { theme: 'dark', textSize: 120 });
  await app.down();
  await app.up();
  expect((await app.snapshot()).settings).toMatchObject({
    theme: 'dark',
    density: 'comfortable',
    textSize: 120,
  });
  await expect(app.ask('settings.change', { textSize: 500 })).rejects.toMatchObject({
    code: 'invalid-argument',
  });
});

test('drafts, conversations and contacts are there after a restart, before anyone is online', async () => {
  await app.ask('contact.add', { account: ALICE, address: 'bob@a.example', name: 'Bob', groups: [] });
  await app.ask('conversation.draft', { account: ALICE, peer: BOB, text: 'unfinish' });
  await domain.down();
  await app.down();
  await app.up();
  const { contacts, conversations } = await app.snapshot();
  expect(contacts).toMatchObject([{ address: BOB, name: 'Bob', presence: { state: 'unknown' } }]);
  expect(conversations).toMatchObject([{ account: ALICE, peer: BOB, draft: 'unfinish', unread: 0 }]);
});

test('a snapshot and the changes after it are the snapshot later', async () => {
  const before = await app.snapshot();
  await app.ask('contact.add', { account: ALICE, address: 'bob@a.example', name: 'Bob', groups: [] });
  await app.ask('presence.set', { account: ALICE, state: 'busy', note: 'writing' });
  await app.untilContact(BOB, ({ watch }) => watch !== 'none');
  const after = await app.snapshot();
  // What has changed since is of no interest.
  const end = app.changes.length - (app.seq - after.seq);
  const seen = app.changes.slice(end - (after.seq - before.seq), end);
  expect(seen).toHaveLength(after.seq - before.seq);
  const last = (type: Change['type']) => seen.findLast((change) => change.type === type);
  expect(last('contact')).toEqual({ type: 'contact', contact: after.contacts[0] });
  expect(last('account')).toEqual({ type: 'account', account: after.accounts[0] });
});

test('no password is in a snapshot, a change, a log line or a file of the profile', async () => {
  const password = 'correct horse';
  await app.refusal('account.signIn', {
    address: 'alice@a.example',
    password: `${password} wrong`,
    remember: true,
    server: domain.server,
  });
  expect(JSON.stringify([await app.snapshot(), app.changes, app.log])).not.toContain(password);
  await app.down();
  const files = readdirSync(app.folder, { recursive: true, withFileTypes: true }).filter((file) =>
    file.isFile(),
  );
  for (const { parentPath, name } of files)
    expect(readFileSync(join(parentPath, name)).includes(password), name).toBe(false);
});

// Delete means delete: what was deleted is in no file of the profile, and does not come back.

import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { BOB, octets, Profile } from '../harness.ts';

const CAROL = 'impp://c.example/carol';

let profile: Profile;

beforeEach(async () => {
  profile = await Profile.open();
});

afterEach(() => profile.close());

/** All files of the profile, copies too. */
const files = (folder = profile.folder): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );

const holders = (text: string): string[] =>
  files()
    .filter((file) => readFileSync(file).includes(text))
    .map((file) => file.slice(profile.folder.length));

const attachment = [{ index: 0, name: 'xenomorphic.pdf', type: 'application/pdf', size: 3 }];

test('of a message that was deleted, no file of the profile holds anything any more', async () => {
  for (let i = 0; i < 200; i++) await profile.add(`<${i}@b>`, `some talk about number ${i}`);
  await profile.add('<secret@b>', 'the quagmirewort is hidden', { files: attachment });
  await profile.add('<c@b>', '', {
    body: octets('the quagmirewort is elsewhere'),
    effect: { kind: 'correction', target: '<secret@b>', payload: 'the quagmirewort is elsewhere' },
  });
  await profile.store.chore('copy', Date.now());
  for (const text of ['quagmirewort', 'xenomorphic']) expect(holders(text).length).toBeGreaterThan(1);
  const message = (await profile.messages()).at(-1);
  await profile.store.call('deleteMessage', message?.id ?? 0);
  await profile.store.forget();
  for (const text of ['quagmirewort', 'xenomorphic']) expect(holders(text)).toEqual([]);
  expect(await profile.search('quagmirewort')).toEqual([]);
  expect(await profile.search('number 150')).toHaveLength(1);
  // It comes again from a gap: it was deleted all the same.
  await profile.store.call('addEntry', profile.entry('<secret@b>', 'the quagmirewort'), 201);
  expect(await profile.messages()).toHaveLength(200);
});

test('nor of a conversation, while the others stay whole', async () => {
  for (let i = 0; i < 300; i++) {
    await profile.add(`<${i}@b>`, `bob says quagmirewort ${i}`, { files: attachment });
    await profile.add(`<${i}@c>`, `carol says number ${i}`, { peer: CAROL });
  }
  await profile.store.chore('copy', Date.now());
  await profile.store.call('deleteConversation', profile.key, BOB);
  expect((await profile.store.call('listConversations')).map(({ peer }) => peer)).toEqual([CAROL]);
  expect(await profile.search('quagmirewort')).toEqual([]);
  let slices = 0;
  while (await profile.store.call('sweep', 50)) slices++;
  expect(slices).toBeGreaterThan(3);
  await profile.store.forget();
  for (const text of ['quagmirewort', 'xenomorphic']) expect(holders(text)).toEqual([]);
  expect(await profile.messages(CAROL)).toHaveLength(200);
  expect(await profile.search('carol')).toHaveLength(100);
  // What the domain still had of it then does not come back; what is new begins another one.
  await profile.store.call('addEntry', profile.entry('<5@b>', 'old'), 11);
  expect(await profile.store.call('listConversations')).toHaveLength(1);
  await profile.add('<new@b>', 'new');
  expect((await profile.messages()).map(({ text }) => text)).toEqual(['new']);
});

test('what is kept can be read by nobody else', async () => {
  if (process.platform === 'win32') return;
  await profile.add('<1@b>', 'private');
  await profile.store.chore('copy', Date.now());
  const open = files().filter((file) => (statSync(file).mode & 0o077) !== 0);
  expect(open).toEqual([]);
  expect(files().length).toBeGreaterThanOrEqual(4);
  expect(statSync(join(profile.folder, 'copies')).mode & 0o077).toBe(0);
});

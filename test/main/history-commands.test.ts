// What windows ask about the history, through the one door, and what they are told.

import { chmodSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { App, Domain, urlOf } from './harness.ts';

const ALICE = urlOf('alice');
const BOB = urlOf('bob');
const CAROL = urlOf('carol');

let domain: Domain;
let app: App;

beforeEach(async () => {
  domain = await Domain.start();
  app = await App.start();
  await app.create(domain, 'alice');
  // Messages wait here: nothing but this computer has a part in what follows.
  await domain.down();
});

afterEach(() => app.close());

const send = (peer: string, text: string) => app.ask('message.send', { account: ALICE, peer, text });

/** What is left of a text in the profile, copies and logs included. */
const isLeft = (text: string): boolean =>
  readdirSync(app.folder, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .some(({ name }) => readFileSync(join(app.folder, name)).includes(text));

const untilGone = async (text: string): Promise<void> => {
  while (isLeft(text)) {
    // Asked behind the steps of the deletion that wait at the store.
    await app.ask('messages.search', { query: 'x', limit: 1 });
    await app.ask('messages.page', { account: ALICE, peer: BOB, limit: 1 });
  }
};

test('a search says what it found, where, and how long that took', async () => {
  await send(BOB, 'Treffen am Montag');
  await send(CAROL, 'Treffen am Dienstag');
  const all = await app.ask('messages.search', { query: 'treff', limit: 10 });
  expect(all.hits.map(({ message }) => message.peer).sort()).toEqual([BOB, CAROL]);
  expect(all.hits[0]?.excerpt.marks).toEqual([0, 7]);
  expect(all.took).toBeGreaterThanOrEqual(0);
  const some = await app.ask('messages.search', {
    query: 'treffen',
    account: ALICE,
    peer: 'carol@a.example',
    isMine: true,
    limit: 10,
  });
  expect(some.hits).toHaveLength(1);
  expect(await app.refusal('messages.search', { query: 'x', account: BOB, limit: 1 })).toBe('not-found');
});

test('a message that is deleted is gone for windows, and then from the disk', async () => {
  const kept = await send(BOB, 'to be kept');
  const message = await send(BOB, 'a quagmirewort of a secret');
  await app.ask('message.delete', { id: message.id });
  expect(app.changes).toContainEqual({ type: 'message-removed', account: ALICE, peer: BOB, id: message.id });
  const { conversations } = await app.snapshot();
  expect(conversations[0]?.last?.id).toBe(kept.id);
  expect(await app.refusal('message.versions', { id: message.id })).toBe('not-found');
  expect(await app.refusal('message.file', { id: message.id, index: 0 })).toBe('not-found');
  await untilGone('quagmirewort');
});

test('a conversation that is deleted goes with everything in it', async () => {
  for (let i = 0; i < 5; i++) await send(BOB, `quagmirewort ${i}`);
  await send(CAROL, 'hello');
  await app.ask('conversation.delete', { account: ALICE, peer: BOB });
  expect(app.changes).toContainEqual({ type: 'conversation-removed', account: ALICE, peer: BOB });
  expect((await app.snapshot()).conversations.map(({ peer }) => peer)).toEqual([CAROL]);
  expect((await app.ask('messages.search', { query: 'quagmirewort', limit: 5 })).hits).toEqual([]);
  await untilGone('quagmirewort');
  const dave = { account: ALICE, peer: urlOf('dave') };
  expect(await app.refusal('conversation.delete', dave)).toBe('not-found');
  await send(BOB, 'another beginning');
  expect((await app.messages('alice', BOB)).map(({ text }) => text)).toEqual(['another beginning']);
});

test('the folder of a profile is private, also one that was open to others before', async () => {
  if (process.platform === 'win32') return;
  await app.down();
  chmodSync(app.folder, 0o755);
  chmodSync(join(app.folder, 'parley.db'), 0o644);
  await app.up();
  expect(statSync(app.folder).mode & 0o777).toBe(0o700);
  const open = readdirSync(app.folder).filter(
    (name) => (statSync(join(app.folder, name)).mode & 0o077) !== 0,
  );
  expect(open).toEqual([]);
});

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoredAccount } from '../../../main/store/accounts.ts';
import { Store } from '../../../main/store/store.ts';
import type { Part } from '../../../main/store/messages/pages.ts';
import type { Message, Place } from '../../../shared/model.ts';

const BOB = 'impp://b.example/bob';
const ALICE = {
  url: 'impp://a.example/alice',
  server: undefined,
  ca: undefined,
  proxy: { kind: 'system' },
  ownState: 'available',
  ownNote: '',
  mechanism: undefined,
  secret: 'not-kept',
  secretCheck: undefined,
  isEnabled: true,
} as const;

let folder: string;
let store: Store;
let account: StoredAccount;

const reopen = async (): Promise<void> => {
  await store.close();
  store = await Store.open(join(folder, 'store.db'));
};

const message = (messageId: string, at: number, text = messageId) => ({
  account: account.key,
  peer: BOB,
  target: BOB,
  messageId,
  at,
  receivedAt: at,
  text,
  files: [],
  body: new TextEncoder().encode(text),
});

const incoming = (messageId: string, at: number, text?: string) => ({
  ...message(messageId, at, text),
  isMine: false,
  outcome: undefined,
});

const page = async (): Promise<readonly Message[]> =>
  (await store.call('readPage', account.key, BOB, { limit: 50 })).messages;

const found = async (query: string): Promise<number> =>
  (await store.call('search', { query, limit: 10 })).hits.length;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-store-'));
  store = await Store.open(join(folder, 'store.db'));
  account = await store.call('keepAccount', ALICE);
});

afterEach(() => store.close());

describe('the outbox', () => {
  test('keeps a message, its octets and its place over a restart', async () => {
    const { message: kept, conversation } = await store.call('sendMessage', message('<1@a>', 1000, 'hello'));
    expect(kept).toMatchObject({ account: ALICE.url, peer: BOB, isMine: true, outcome: 'waiting' });
    expect(conversation.last?.id).toBe(kept.id);
    await reopen();
    const [outgoing] = await store.call('listOutbox', account.key, 0, 10);
    expect(outgoing).toMatchObject({ kind: 'message', peer: BOB, target: BOB, messageId: '<1@a>', size: 5 });
    expect(outgoing?.message).toEqual(kept);
    const body = await store.call('outboxBody', outgoing?.id ?? 0);
    expect(new TextDecoder().decode(body)).toBe('hello');
  });

  test('a message takes the draft with it, and says that the rest was read', async () => {
    await store.call('addEntry', incoming('<1@b>', 900), 1);
    await store.call('keepDraft', account.key, BOB, 'hel');
    const { conversation } = await store.call('sendMessage', message('<1@a>', 1000, 'hello'));
    expect(conversation).toMatchObject({ draft: '', unread: 0, hasOwn: true, readSequence: 1 });
  });

  test('a final outcome takes a message out, another does not', async () => {
    const { message: kept, outgoing } = await store.call('sendMessage', message('<1@a>', 1000));
    await store.call('settleOutgoing', outgoing.id, 'sent', 1001, undefined, false);
    expect(await store.call('listOutbox', account.key, 0, 10)).toHaveLength(1);
    const after = await store.call(
      'settleOutgoing',
      outgoing.id,
      'delivered',
      1002,
      undefined,
      true,
      'b.example',
    );
    expect(after?.message).toMatchObject({ outcome: 'delivered', outcomeAt: 1002 });
    expect(await store.call('listOutbox', account.key, 0, 10)).toEqual([]);
    expect(await store.call('settleOutgoing', outgoing.id, 'failed', 1003, undefined, true)).toBeUndefined();
    expect(await store.call('listSteps', kept.id)).toEqual([
      { at: 1000, step: 'saved' },
      { at: 1001, step: 'sent' },
      { at: 1002, step: 'delivered', domain: 'b.example' },
    ]);
  });

  test('what failed can be tried again under its Message-ID, or deleted', async () => {
    const { message: kept, outgoing } = await store.call('sendMessage', message('<1@a>', 1000));
    await expect(store.call('retryOutgoing', kept.id)).rejects.toMatchObject({ code: 'not-found' });
    const problem = { code: 'permission-denied', reason: 'no' } as const;
    await store.call('settleOutgoing', outgoing.id, 'failed', 1002, problem, true);
    const again = await store.call('retryOutgoing', kept.id);
    expect(again.outgoing).toMatchObject({ target: BOB, messageId: '<1@a>' });
    expect(again.message).toMatchObject({ messageId: '<1@a>', outcome: 'waiting' });
    expect(again.message.problem).toBeUndefined();
    const gone = await store.call('deleteMessage', kept.id);
    expect(gone.conversation.last).toBeUndefined();
    expect(await page()).toEqual([]);
    expect(await store.call('listOutbox', account.key, 0, 10)).toEqual([]);
  });

  test('goes to another inbox in other octets, and stays there', async () => {
    const { outgoing } = await store.call('sendMessage', message('<1@a>', 1000));
    const elsewhere = 'impp://c.example/bob';
    await store.call('redirectOutgoing', outgoing.id, elsewhere, new TextEncoder().encode('to c'));
    await reopen();
    const [moved] = await store.call('listOutbox', account.key, 0, 10);
    expect(moved).toMatchObject({ target: elsewhere, peer: BOB });
    expect(new TextDecoder().decode(await store.call('outboxBody', outgoing.id))).toBe('to c');
  });

  test('a worse answer never takes the place of a better one', async () => {
    const { message: kept } = await store.call('sendMessage', message('<1@a>', 1000));
    const learn = async (outcome: 'stored' | 'delivered' | 'unknown' | 'sent' | 'failed') =>
      (await store.call('learnOutcome', kept.id, outcome, 2000)).message.outcome;
    expect(await learn('stored')).toBe('stored');
    expect(await learn('unknown')).toBe('stored');
    expect(await learn('sent')).toBe('stored');
    expect(await learn('failed')).toBe('stored');
    expect(await learn('delivered')).toBe('delivered');
    expect(await learn('stored')).toBe('delivered');
    expect((await store.call('listSteps', kept.id)).map(({ step }) => step)).toEqual([
      'saved',
      'stored',
      'delivered',
    ]);
  });
});

test('looking at a conversation that is not there does not make one', async () => {
  expect(await store.call('markRead', account.key, BOB)).toBeUndefined();
  expect(await store.call('keepDraft', account.key, BOB, '')).toBeUndefined();
  expect(await store.call('listConversations')).toEqual([]);
});

describe('the inbox', () => {
  test('an entry and the position it reaches are kept together', async () => {
    await store.call('addEntry', incoming('<1@b>', 1000), 7);
    await reopen();
    expect(await store.call('inboxPosition', account.key)).toBe(7);
    expect(await page()).toHaveLength(1);
  });

  test('an entry that comes again is kept once, and the position does not go back', async () => {
    await store.call('addEntry', incoming('<1@b>', 1000), 7);
    expect(await store.call('addEntry', incoming('<1@b>', 1000), 3)).toBeUndefined();
    expect(await store.call('inboxPosition', account.key)).toBe(7);
    const [conversation] = await store.call('listConversations');
    expect(conversation?.unread).toBe(1);
  });

  test('the same Message-ID from the other side is another message', async () => {
    await store.call('sendMessage', message('<1@x>', 1000));
    expect(await store.call('addEntry', incoming('<1@x>', 1000), 1)).toBeDefined();
  });

  test('an answer from another device says that the rest was read', async () => {
    await store.call('addEntry', incoming('<1@b>', 1000), 1);
    const written = await store.call(
      'addEntry',
      { ...message('<2@a>', 2000), isMine: true, outcome: 'stored' as const },
      2,
    );
    expect(written?.conversation.unread).toBe(0);
  });

  test('an entry without its body is shown at once, and whole when it is fetched', async () => {
    const envelope = { ...incoming('<big@b>', 2000, ''), body: new Uint8Array(), deferred: 5_000_000 };
    const written = await store.call('addEntry', envelope, 4);
    expect(written?.message).toMatchObject({ deferred: 5_000_000, text: '', at: 2000 });
    const [waiting] = await store.call('listDeferredMessages', account.key);
    expect(waiting).toMatchObject({ peer: BOB, sequence: 4, octets: 5_000_000 });
    // The sender's own time is known only now.
    const whole = await store.call('addEntry', incoming('<big@b>', 1000, 'all of it'), 4);
    expect(whole?.message).toMatchObject({ id: written?.message.id, text: 'all of it', at: 1000 });
    expect(whole?.message.deferred).toBeUndefined();
    expect(whole?.conversation.unread).toBe(1);
    expect(await store.call('listDeferredMessages', account.key)).toEqual([]);
    expect(await found('all')).toBe(1);
  });

  test('one that turns out to change another message is no message of its own', async () => {
    await store.call('addEntry', incoming('<1@b>', 1000, 'first'), 1);
    const envelope = { ...incoming('<2@b>', 2000, ''), body: new Uint8Array(), deferred: 100_000 };
    await store.call('addEntry', envelope, 2);
    const effect = { kind: 'correction', target: '<1@b>', payload: 'second' } as const;
    const arrival = { entry: { ...incoming('<2@b>', 2000, 'second'), effect }, sequence: 2 };
    const changes = await store.call('addEntries', account.key, [arrival], undefined);
    expect(changes.removed).toHaveLength(1);
    expect(changes.conversations[0]?.unread).toBe(1);
    expect((await page()).map(({ text }) => text)).toEqual(['second']);
  });
});

test('the order of what was just sent is that of the inbox once it is known there', async () => {
  await store.call('addEntry', incoming('<1@b>', 1000), 5);
  await store.call('sendMessage', message('<1@a>', 1000));
  await store.call('sendMessage', message('<2@a>', 1000));
  await store.call('addEntry', incoming('<2@b>', 1000), 7);
  const ids = async () => (await page()).map(({ messageId }) => messageId);
  expect(await ids()).toEqual(['<1@b>', '<1@a>', '<2@a>', '<2@b>']);
  // In the log, the second one came after the other's answer.
  await store.call('leapInbox', account.key, 9);
  for (const [messageId, sequence] of [
    ['<1@a>', 6],
    ['<2@a>', 8],
  ] as const)
    await store.call('addEntry', { ...message(messageId, 1000), isMine: true, outcome: 'stored' }, sequence);
  expect(await ids()).toEqual(['<1@b>', '<1@a>', '<2@b>', '<2@a>']);
  expect((await page()).map(({ outcome }) => outcome)).toEqual([undefined, 'stored', undefined, 'stored']);
});

test('pages follow time, then number, and do not overlap', async () => {
  for (let i = 0; i < 25; i++) await store.call('addEntry', incoming(`<${i}@b>`, Math.floor(i / 5)), i + 1);
  const all = Array.from({ length: 25 }, (_, i) => `<${i}@b>`);
  const read = (part: Omit<Part, 'limit'>, limit: number) =>
    store.call('readPage', account.key, BOB, { ...part, limit });
  const back: string[] = [];
  let before: Place | undefined;
  for (let hasOlder = true; hasOlder; ) {
    const next = await read({ before }, 7);
    back.unshift(...next.messages.map(({ messageId }) => messageId));
    ({ hasOlder } = next);
    expect(next.hasNewer).toBe(before !== undefined);
    before = next.messages[0];
  }
  expect(back).toEqual(all);
  const forth: string[] = [];
  let after: Place = { at: -1, order: 0 };
  for (let hasNewer = true; hasNewer; ) {
    const next = await read({ after }, 7);
    forth.push(...next.messages.map(({ messageId }) => messageId));
    ({ hasNewer } = next);
    after = next.messages.at(-1) ?? after;
  }
  expect(forth).toEqual(all);
  const middle = await read({ around: { at: 2, order: 13 } }, 6);
  expect(middle.messages.map(({ messageId }) => messageId)).toEqual(all.slice(9, 15));
  expect(middle).toMatchObject({ hasOlder: true, hasNewer: true, lowest: 10 });
});

test('every word of a text is found, and no longer after its account has gone', async () => {
  await store.call('addEntry', incoming('<1@b>', 1000, 'Das Café in der Straße'), 1);
  expect(await found('cafe stra')).toBe(1);
  expect(await found('"; DROP')).toBe(0);
  await store.call('removeAccount', account.key);
  expect(await store.call('listAccounts')).toEqual([]);
  expect(await store.call('listConversations')).toEqual([]);
  expect(await found('cafe')).toBe(0);
  while (await store.call('sweep', 1));
  account = await store.call('keepAccount', { ...ALICE, url: 'impp://a.example/other' });
  await store.call('addEntry', incoming('<2@b>', 1000, 'another'), 1);
  expect(await found('cafe')).toBe(0);
  expect(await found('another')).toBe(1);
  expect(await store.call('listConversations')).toHaveLength(1);
});

describe('contacts', () => {
  const bob = { address: BOB, name: 'Bob', groups: ['Work'] };
  const carol = { address: 'impp://b.example/carol', name: '', groups: [] };

  test('an edit stays on top of what the domain says until the domain has it', async () => {
    await store.call('editContacts', account.key, { type: 'put', contact: bob });
    const [first] = await store.call('listContactEdits', account.key);
    await store.call('editContacts', account.key, { type: 'put', contact: carol });
    const merged = await store.call('replaceContacts', account.key, [bob], first?.id ?? 0);
    expect(merged).toEqual([bob, carol]);
    expect(await store.call('listContactEdits', account.key)).toHaveLength(1);
    await store.call('editContacts', account.key, { type: 'remove', address: BOB });
    expect(await store.call('replaceContacts', account.key, [bob, carol], 0)).toEqual([carol]);
  });
});

test('a second program on the same file is refused', async () => {
  await expect(Store.open(join(folder, 'store.db'))).rejects.toMatchObject({ code: 'internal-error' });
});

test('calls after the end are refused, those before it are finished', async () => {
  const last = store.call('setSetting', 'theme', 'dark');
  await store.close();
  await expect(last).resolves.toBeNull();
  await expect(store.call('getSetting', 'theme')).rejects.toMatchObject({ code: 'closed' });
  store = await Store.open(join(folder, 'store.db'));
  expect(await store.call('getSetting', 'theme')).toBe('dark');
});

test('one call that fails does not take its group with it', async () => {
  const results = await Promise.allSettled([
    store.call('setSetting', 'a', '1'),
    store.call('deleteMessage', 12345),
    store.call('setSetting', 'b', '2'),
  ]);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await store.call('getSetting', 'b')).toBe('2');
});

import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { StoredAccount } from '../../../main/store/accounts.ts';
import { Store } from '../../../main/store/store.ts';
import type { Place } from '../../../shared/model.ts';

const BOB = 'impp://b.example/bob';
const ALICE = {
  url: 'impp://a.example/alice',
  server: undefined,
  ca: undefined,
  ownState: 'available',
  ownNote: '',
  mechanism: undefined,
  secret: 'not-kept',
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

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'parley-store-'));
  store = await Store.open(join(folder, 'store.db'));
  account = await store.call('keepAccount', ALICE);
});

afterEach(() => store.close());

describe('the outbox', () => {
  test('keeps a message, its octets and its place over a restart', async () => {
    const { message: kept, conversation } = await store.call('addOutgoing', message('<1@a>', 1000, 'hello'));
    expect(kept).toMatchObject({ account: ALICE.url, peer: BOB, isMine: true, outcome: 'waiting' });
    expect(conversation.last?.id).toBe(kept.id);
    await reopen();
    const [outgoing] = await store.call('listOutgoing', account.key, 0, 10);
    expect(outgoing?.message).toEqual(kept);
    expect(new TextDecoder().decode(outgoing?.body)).toBe('hello');
  });

  test('a message takes the draft with it', async () => {
    await store.call('keepDraft', account.key, BOB, 'hel');
    const { conversation } = await store.call('addOutgoing', message('<1@a>', 1000, 'hello'));
    expect(conversation.draft).toBe('');
  });

  test('a final outcome takes a message out, another does not', async () => {
    const { message: kept } = await store.call('addOutgoing', message('<1@a>', 1000));
    await store.call('setOutcome', kept.id, 'sent', 1001, undefined, false);
    expect(await store.call('listOutgoing', account.key, 0, 10)).toHaveLength(1);
    const { message: after } = await store.call('setOutcome', kept.id, 'delivered', 1002, undefined, true);
    expect(after).toMatchObject({ outcome: 'delivered', outcomeAt: 1002 });
    expect(await store.call('listOutgoing', account.key, 0, 10)).toEqual([]);
  });

  test('what failed can be tried again under its Message-ID, or discarded', async () => {
    const { message: kept } = await store.call('addOutgoing', message('<1@a>', 1000));
    await expect(store.call('retryMessage', kept.id)).rejects.toMatchObject({ code: 'not-found' });
    const problem = { code: 'permission-denied', reason: 'no' } as const;
    await store.call('setOutcome', kept.id, 'failed', 1002, problem, true);
    const again = await store.call('retryMessage', kept.id);
    expect(again.outgoing).toMatchObject({ target: BOB, message: { messageId: '<1@a>' } });
    expect(again.message).toMatchObject({ messageId: '<1@a>', outcome: 'waiting' });
    expect(again.message.problem).toBeUndefined();
    await store.call('setOutcome', kept.id, 'failed', 1003, problem, true);
    const gone = await store.call('discardMessage', kept.id);
    expect(gone.conversation.last).toBeUndefined();
    expect(await store.call('pageMessages', account.key, BOB, undefined, 10)).toEqual([]);
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
    expect(await store.call('pageMessages', account.key, BOB, undefined, 10)).toHaveLength(1);
  });

  test('an entry that comes again is kept once, and the position does not go back', async () => {
    await store.call('addEntry', incoming('<1@b>', 1000), 7);
    expect(await store.call('addEntry', incoming('<1@b>', 1000), 3)).toBeUndefined();
    expect(await store.call('inboxPosition', account.key)).toBe(7);
    const [conversation] = await store.call('listConversations');
    expect(conversation?.unread).toBe(1);
  });

  test('the same Message-ID from the other side is another message', async () => {
    await store.call('addOutgoing', message('<1@x>', 1000));
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

  test('an entry without its body waits until it is fetched', async () => {
    await store.call('passEntry', account.key, 4, true);
    expect(await store.call('inboxPosition', account.key)).toBe(4);
    expect(await store.call('listDeferred', account.key)).toEqual([4]);
    await store.call('addEntry', incoming('<big@b>', 1000), 4);
    expect(await store.call('listDeferred', account.key)).toEqual([]);
  });
});

test('pages follow time, then number, and do not overlap', async () => {
  for (let i = 0; i < 25; i++) await store.call('addEntry', incoming(`<${i}@b>`, Math.floor(i / 5)), i + 1);
  const seen: string[] = [];
  let before: Place | undefined;
  for (;;) {
    const page = await store.call('pageMessages', account.key, BOB, before, 7);
    if (page[0] === undefined) break;
    seen.unshift(...page.map((entry) => entry.messageId));
    before = { at: page[0].at, order: page[0].order };
  }
  expect(seen).toEqual(Array.from({ length: 25 }, (_, i) => `<${i}@b>`));
});

const found = async (query: string): Promise<number> =>
  (await store.call('search', { query, limit: 10 })).hits.length;

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
    store.call('discardMessage', 12345),
    store.call('setSetting', 'b', '2'),
  ]);
  expect(results.map((result) => result.status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
  expect(await store.call('getSetting', 'b')).toBe('2');
});

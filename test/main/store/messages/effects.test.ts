// What changes a message, in every order in which it may come.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Database } from '../../../../main/store/file/database.ts';
import type { Effect } from '../../../../main/store/messages/effects.ts';
import type { Entry } from '../../../../main/store/messages/entries.ts';
import { OPERATIONS } from '../../../../main/store/operations.ts';
import { flushIndex } from '../../../../main/store/search/keeping.ts';
import type { Message } from '../../../../shared/model.ts';
import { ALICE, BOB, octets, Profile } from '../harness.ts';

describe('what a message shows', () => {
  let profile: Profile;

  beforeEach(async () => {
    profile = await Profile.open();
  });

  afterEach(() => profile.close());

  const effect = (kind: Effect['kind'], target: string, payload = ''): { effect: Effect } => ({
    effect: { kind, target, payload },
  });
  const shown = async (): Promise<Message | undefined> => (await profile.messages())[0];

  test('are all versions of it, by whichever version a later one names', async () => {
    await profile.add('<c2@b>', '', { at: 3000, ...effect('correction', '<c1@b>', 'third') });
    await profile.add('<1@b>', 'first', { at: 1000 });
    await profile.add('<c1@b>', '', { at: 2000, ...effect('correction', '<1@b>', 'second') });
    const message = await shown();
    expect(message).toMatchObject({ text: 'third', correctedAt: 3000 });
    expect(await profile.store.call('listVersions', message?.id ?? 0)).toEqual([
      { at: 1000, text: 'first' },
      { at: 2000, text: 'second' },
      { at: 3000, text: 'third' },
    ]);
  });

  test('nobody but its author corrects it or takes it back', async () => {
    await profile.add('<1@b>', 'first');
    await profile.add('<2@a>', '', { isMine: true, ...effect('correction', '<1@b>', 'forged') });
    await profile.add('<3@a>', '', { isMine: true, ...effect('retraction', '<1@b>') });
    expect(await shown()).toMatchObject({ text: 'first' });
    expect((await shown())?.isRetracted).toBeUndefined();
  });

  test('is one reaction of each side, the newest, until that is taken back', async () => {
    await profile.add('<1@b>', 'first');
    await profile.add('<r1@b>', '', { at: 5000, ...effect('reaction', '<1@b>', '👍') });
    await profile.add('<r2@b>', '', { at: 4000, ...effect('reaction', '<1@b>', '🎉') });
    await profile.add('<r3@a>', '', { at: 4000, isMine: true, ...effect('reaction', '<1@b>', '❤️') });
    expect((await shown())?.reactions).toEqual([
      { isMine: true, emoji: '❤️' },
      { isMine: false, emoji: '👍' },
    ]);
    await profile.add('<x@b>', '', { at: 6000, ...effect('retraction', '<r1@b>') });
    expect((await shown())?.reactions).toEqual([{ isMine: true, emoji: '❤️' }]);
  });

  test('is nothing of what was taken back, in no version and no file', async () => {
    const files = [{ index: 0, name: 'secret.pdf', type: 'application/pdf', size: 3 }];
    await profile.add('<1@b>', 'secret', { files });
    await profile.add('<c1@b>', '', effect('correction', '<1@b>', 'more secret'));
    await profile.add('<x@b>', '', effect('retraction', '<1@b>'));
    await profile.add('<c2@b>', '', effect('correction', '<1@b>', 'still secret'));
    const message = await shown();
    expect(message).toMatchObject({ text: '', files: [], isRetracted: true });
    const id = message?.id ?? 0;
    expect(await profile.store.call('listVersions', id)).toEqual([{ at: message?.at, text: '' }]);
    await expect(profile.store.call('messageBody', id)).rejects.toMatchObject({ code: 'not-found' });
    const [conversation] = await profile.store.call('listConversations');
    expect(conversation?.unread).toBe(0);
  });

  test('is that its reader has read it, and no receipt is due twice', async () => {
    const { message } = await profile.store.call('sendMessage', {
      ...profile.entry('<1@a>', 'first', { isMine: true }),
      target: BOB,
    });
    await profile.add('<r@b>', '', { at: 9000, ...effect('receipt', '<1@a>', 'displayed') });
    expect(await shown()).toMatchObject({ readAt: 9000, outcome: 'delivered' });
    const steps = await profile.store.call('listSteps', message.id);
    expect(steps.map(({ step }) => step)).toEqual(['saved', 'delivered', 'read']);

    await profile.add('<2@b>', 'asks', { wantsReceipt: true });
    await profile.store.call('markRead', profile.key, BOB, 10_000);
    const due = () => profile.store.call('listReceiptsDue', profile.key, BOB);
    expect(await due()).toMatchObject([{ messageId: '<2@b>' }]);
    // Another device of the same person was quicker.
    await profile.add('<r@a>', '', { isMine: true, ...effect('receipt', '<2@b>', 'displayed') });
    expect(await due()).toEqual([]);
  });

  test('a reaction that nobody took has not been; a correction says that it failed', async () => {
    await profile.add('<1@b>', 'first');
    const control = (messageId: string, { effect: done }: { effect: Effect }) =>
      profile.store.call('sendControl', {
        account: profile.key,
        peer: BOB,
        inbox: BOB,
        messageId,
        at: 2000,
        effect: done,
        body: octets(''),
      });
    const problem = { code: 'permission-denied', reason: 'no' } as const;
    const reaction = await control('<r@a>', effect('reaction', '<1@b>', '👍'));
    expect(reaction.messages[0]?.reactions).toHaveLength(1);
    const back = await profile.store.call(
      'settleOutgoing',
      reaction.outgoing.id,
      'failed',
      3000,
      problem,
      true,
    );
    expect(back?.message.reactions).toEqual([]);

    const { message } = await profile.store.call('sendMessage', {
      ...profile.entry('<1@a>', 'mine', { isMine: true }),
      target: BOB,
    });
    await profile.store.call('learnOutcome', message.id, 'delivered', 3000);
    const correction = await control('<c@a>', effect('correction', '<1@a>', 'better'));
    expect(correction.messages).toMatchObject([{ text: 'better' }]);
    const failed = await profile.store.call(
      'settleOutgoing',
      correction.outgoing.id,
      'failed',
      4000,
      problem,
      true,
    );
    expect(failed?.message).toMatchObject({ outcome: 'delivered', problem });
    const again = await control('<d@a>', effect('correction', '<1@a>', 'best'));
    expect(again.messages[0]?.problem).toBeUndefined();
  });
});

test('every order of arrival, with repeats, ends with the same', () => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-effects-'));
  const db = new Database(join(folder, 'parley.db'));
  const effects: readonly [id: string, isMine: boolean, effect: Effect][] = [
    ['<c1@b>', false, { kind: 'correction', target: '<m1@b>', payload: 'one, second' }],
    ['<c2@b>', false, { kind: 'correction', target: '<c1@b>', payload: 'one, third' }],
    ['<r1@a>', true, { kind: 'reaction', target: '<m1@b>', payload: '👍' }],
    ['<r2@a>', true, { kind: 'reaction', target: '<m1@b>', payload: '🎉' }],
    ['<x1@a>', true, { kind: 'retraction', target: '<r2@a>', payload: '' }],
    ['<r3@b>', false, { kind: 'reaction', target: '<m2@a>', payload: '❤️' }],
    ['<d1@b>', false, { kind: 'receipt', target: '<m2@a>', payload: 'displayed' }],
    ['<x2@a>', true, { kind: 'retraction', target: '<m3@a>', payload: '' }],
    ['<c3@a>', true, { kind: 'correction', target: '<m3@a>', payload: 'gone anyway' }],
    ['<f@a>', true, { kind: 'correction', target: '<m1@b>', payload: 'forged' }],
  ];
  const messages = [
    ['<m1@b>', false, 'one'],
    ['<m2@a>', true, 'two'],
    ['<m3@a>', true, 'three'],
    ['<m4@b>', false, 'four'],
  ] as const;
  const of = (key: number, messageId: string, isMine: boolean, text: string, number: number): Entry => ({
    account: key,
    peer: BOB,
    messageId,
    at: 1000 * number,
    receivedAt: 1000 * number,
    text,
    files: [],
    body: octets(text),
    isMine,
    outcome: isMine ? 'stored' : undefined,
  });
  const log = (key: number): { entry: Entry; sequence: number }[] => [
    ...messages.map(([id, isMine, text], i) => ({
      entry: of(key, id, isMine, text, i + 1),
      sequence: i + 1,
    })),
    ...effects.map(([id, isMine, effect], i) => ({
      entry: { ...of(key, id, isMine, '', i + 10), effect },
      sequence: i + 10,
    })),
  ];
  let accounts = 0;
  const play = (order: readonly number[]): unknown => {
    const { key } = OPERATIONS.keepAccount(db, { ...ALICE, url: `impp://a.example/u${accounts++}` });
    const all = log(key);
    OPERATIONS.leapInbox(db, key, 100);
    db.exec('BEGIN');
    for (const at of order) {
      const arrival = all[at % all.length];
      if (arrival !== undefined) OPERATIONS.addEntries(db, key, [arrival], undefined);
    }
    flushIndex(db);
    db.exec('COMMIT');
    const page = OPERATIONS.readPage(db, key, BOB, { limit: 50 });
    const [conversation] = OPERATIONS.listConversations(db).filter(({ account }) =>
      account.endsWith(`u${accounts - 1}`),
    );
    const found = OPERATIONS.search(db, { query: 'one', account: key, limit: 10 });
    return {
      shown: page.messages.map(({ id: _id, account: _account, outcomeAt: _at, ...rest }) => rest),
      versions: page.messages.map(({ id }) => OPERATIONS.listVersions(db, id)),
      unread: conversation?.unread,
      last: conversation?.last?.messageId,
      found: found.hits.map(({ message }) => message.text),
      gaps: OPERATIONS.listGaps(db, key),
    };
  };
  try {
    const count = log(0).length;
    const inOrder = play([...Array(count).keys()]);
    expect(inOrder).toMatchObject({
      shown: [
        { text: 'one, third', reactions: [] },
        { text: 'two', reactions: [{ isMine: false, emoji: '❤️' }], outcome: 'delivered' },
        { text: '', isRetracted: true },
        { text: 'four' },
      ],
      unread: 1,
      found: ['one, third'],
    });
    const schedule = fc
      .tuple(
        fc.shuffledSubarray([...Array(count).keys()], { minLength: count }),
        fc.array(fc.nat(count - 1), { maxLength: 10 }),
      )
      .map(([once, again]) => [...once, ...again]);
    fc.assert(
      fc.property(schedule, (order) => {
        expect(play(order)).toEqual(inOrder);
      }),
      { numRuns: 300 },
    );
  } finally {
    db.close();
    rmSync(folder, { recursive: true, force: true });
  }
});

import { describe, expect, test } from 'vitest';
import { announcementsOf } from '../../../renderer/store/announcements.ts';
import { applyChanges, mirrorOf, type NumberedChange } from '../../../renderer/store/apply.ts';
import type { Page } from '../../../renderer/store/view.ts';
import type { Conversation, Message } from '../../../shared/model.ts';
import { ALICE, BOB, contact, conversation, message, snapshot } from '../scripted-bridge.tsx';

const NOW = 1_000_000;
const HOME: Page = { type: 'home' };
const HERE: Page = { type: 'conversation', account: ALICE, peer: BOB };

/** What is said when `messages` come into a conversation that is as `part` says. */
function said(messages: readonly Message[], part: Partial<Conversation> = {}, page: Page = HOME): string[] {
  const before = mirrorOf(
    snapshot({ contacts: [contact()], conversations: [conversation({ last: message({ id: 5 }), ...part })] }),
  );
  const changes: NumberedChange[] = messages.flatMap((one, index) => [
    { seq: 2 * index + 1, change: { type: 'message' as const, message: one } },
    {
      seq: 2 * index + 2,
      change: {
        type: 'conversation' as const,
        conversation: conversation({ ...part, unread: 1, last: one }),
      },
    },
  ]);
  return announcementsOf(before, applyChanges(before, changes).mirror, changes, page, NOW);
}

describe('a new message', () => {
  test('is read out in the open conversation; of another one it is said that somebody wrote', () => {
    expect(said([message({ id: 6, text: 'hello' })], {}, HERE)).toEqual(['Bob: hello']);
    expect(said([message({ id: 6, text: 'hello' })])).toEqual(['Bob has written to you.']);
  });

  test('several at once are one sentence', () => {
    expect(said([6, 7, 8].map((id) => message({ id })))).toEqual(['Bob has written to you 3 times.']);
  });

  test('with files only is read out by their names', () => {
    const file = { index: 0, name: 'proof.pdf', type: 'application/pdf', size: 1 };
    expect(said([message({ id: 6, text: '', files: [file] })], {}, HERE)).toEqual(['Bob: proof.pdf']);
  });

  test.each<[string, Partial<Conversation>]>([
    ['a stranger', { isRequest: true }],
    ['who is muted', { mutedUntil: 'changed' }],
    ['who is muted for a while', { mutedUntil: NOW + 1 }],
    ['who is archived and muted', { isArchived: true, mutedUntil: 'changed' }],
  ])('of %s is not said', (_, part) => {
    expect(said([message({ id: 6 })], part)).toEqual([]);
    expect(said([message({ id: 6 })], part, HERE)).toEqual([]);
  });

  test('after the end of the quiet it is said again', () => {
    expect(said([message({ id: 6 })], { mutedUntil: NOW })).toHaveLength(1);
  });

  test('old ones that come from the domain are none', () => {
    expect(said([message({ id: 6, at: 1000, order: 1 })])).toEqual([]);
  });

  test('one that was corrected, or taken back, is none', () => {
    expect(said([message({ id: 5, text: 'corrected', correctedAt: 9 })])).toEqual([]);
    expect(said([message({ id: 6, text: '', isRetracted: true })])).toEqual([]);
  });
});

test('an outcome that turned bad is said, a good one is not', () => {
  const mine = message({ id: 5, isMine: true, outcome: 'sent' });
  const failed: Message = { ...mine, outcome: 'failed', problem: { code: 'target-unknown', reason: '' } };
  expect(said([failed], { last: mine })[0]).toContain('To Bob: not delivered.');
  expect(said([{ ...mine, outcome: 'delivered' }], { last: mine })).toEqual([]);
});

import { describe, expect, test } from 'vitest';
import { type Row, rowsOf } from '../../../../renderer/conversation/log/rows.ts';
import { EMPTY_LOG, type Log } from '../../../../renderer/store/mirror.ts';
import type { Message } from '../../../../shared/model.ts';
import { message } from '../../scripted-bridge.tsx';

const MINUTE = 60_000;
const NOON = new Date(2026, 10, 20, 12).getTime();
const at = (id: number, minutes: number, part: Partial<Message> = {}): Message =>
  message({ id, at: NOON + minutes * MINUTE, ...part });
const logOf = (messages: readonly Message[], part: Partial<Log> = {}): Log => ({
  ...EMPTY_LOG,
  messages,
  isLoaded: true,
  hasOlder: false,
  ...part,
});

const shape = (rows: readonly Row[]): string[] =>
  rows.map((row) =>
    row.type === 'message' ? `${row.isFirst ? '(' : ''}${row.message.id}${row.isLast ? ')' : ''}` : row.type,
  );

test('messages of one sender close together are one group', () => {
  const rows = rowsOf(
    logOf([at(1, 0), at(2, 2), at(3, 3, { isMine: true }), at(4, 4), at(5, 20)]),
    undefined,
  );
  expect(shape(rows)).toEqual(['day', '(1', '2)', '(3)', '(4)', '(5)']);
});

test('a day begins with its heading', () => {
  expect(shape(rowsOf(logOf([at(1, 0), at(2, 24 * 60)]), undefined))).toEqual(['day', '(1)', 'day', '(2)']);
});

test('what failed, expired or was corrected has words below and ends its group', () => {
  for (const part of [{ outcome: 'failed' }, { outcome: 'expired' }, { correctedAt: NOON }] as const) {
    const rows = rowsOf(logOf([at(1, 0, { isMine: true, ...part }), at(2, 1, { isMine: true })]), undefined);
    expect(shape(rows)).toEqual(['day', '(1)', '(2)']);
  }
});

describe('the line above what is new', () => {
  const messages = [at(1, 0), at(2, 1, { isMine: true }), at(3, 2), at(4, 3)];
  test('stands above the first unread message of the other', () => {
    const firstNew = { at: NOON + MINUTE, order: 0 };
    expect(shape(rowsOf(logOf(messages), firstNew))).toEqual(['day', '(1)', '(2)', 'new', '(3', '4)']);
  });
  test('is not drawn where nothing is new', () => {
    expect(shape(rowsOf(logOf(messages), undefined))).not.toContain('new');
  });
});

describe('what the domain keeps no longer', () => {
  const messages = [at(1, 0), at(2, 10), at(3, 20)];
  const loss = { from: NOON + 11 * MINUTE, until: NOON + 15 * MINUTE };
  test('is said where it belongs, once, whichever pages tell it', () => {
    const log = logOf(messages, { losses: [loss, loss] });
    expect(shape(rowsOf(log, undefined))).toEqual(['day', '(1)', '(2)', 'lost', '(3)']);
  });
  test('waits for the page that it belongs to', () => {
    const older = { from: 0, until: NOON - MINUTE };
    const newer = { from: NOON + 90 * MINUTE, until: NOON + 99 * MINUTE };
    const losses = [older, newer];
    const open = logOf(messages, { losses, hasOlder: true, hasNewer: true });
    expect(shape(rowsOf(open, undefined))).not.toContain('lost');
    expect(shape(rowsOf(logOf(messages, { losses }), undefined))).toEqual([
      'lost',
      'day',
      '(1)',
      '(2)',
      '(3)',
      'lost',
    ]);
  });
});

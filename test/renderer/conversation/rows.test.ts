import { describe, expect, test } from 'vitest';
import { firstUnread, rowsOf } from '../../../renderer/conversation/rows.ts';
import { message } from '../scripted-bridge.tsx';

const at = (day: number, hour: number, minute: number): number =>
  new Date(2026, 2, day, hour, minute).getTime();
const shape = (rows: ReturnType<typeof rowsOf>): string =>
  rows
    .map((row) => {
      if (row.type !== 'message') return row.type;
      return `${row.isFirst ? '[' : ' '}${row.message.id}${row.isLast ? ']' : ' '}`;
    })
    .join(' ');

describe('groups', () => {
  test('one sender within five minutes stands together', () => {
    const rows = rowsOf(
      [
        message({ id: 1, at: at(1, 9, 0) }),
        message({ id: 2, at: at(1, 9, 4) }),
        message({ id: 3, at: at(1, 9, 5), isMine: true }),
        message({ id: 4, at: at(1, 9, 6) }),
        message({ id: 5, at: at(1, 9, 11) }),
      ],
      undefined,
    );
    expect(shape(rows)).toBe('day [1   2] [3] [4] [5]');
  });

  test('nothing joins below a message that failed: its words stand there', () => {
    const rows = rowsOf(
      [
        message({ id: 1, at: at(1, 9, 0), isMine: true, outcome: 'failed' }),
        message({ id: 2, at: at(1, 9, 0), isMine: true, outcome: 'waiting' }),
      ],
      undefined,
    );
    expect(shape(rows)).toBe('day [1] [2]');
  });
});

describe('days', () => {
  test('each day has its heading, also one minute after midnight', () => {
    const rows = rowsOf(
      [message({ id: 1, at: at(1, 23, 59) }), message({ id: 2, at: at(2, 0, 0) })],
      undefined,
    );
    expect(shape(rows)).toBe('day [1] day [2]');
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
  });
});

describe('what is new', () => {
  const messages = [
    message({ id: 1, at: at(1, 9, 0) }),
    message({ id: 2, at: at(1, 9, 1) }),
    message({ id: 3, at: at(1, 9, 2), isMine: true }),
    message({ id: 4, at: at(1, 9, 3) }),
  ];

  test('begins above the oldest unread message of others', () => {
    expect(firstUnread(messages, 2)).toBe(2);
    expect(shape(rowsOf(messages, 2))).toBe('day [1] new [2] [3] [4]');
  });

  test('is nothing when all is read, and all there is when more is unread than loaded', () => {
    expect(firstUnread(messages, 0)).toBeUndefined();
    expect(firstUnread(messages, 99)).toBe(1);
  });
});

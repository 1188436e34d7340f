import { describe, expect, test } from 'vitest';
import { abilitiesOf } from '../../../../renderer/conversation/message/abilities.ts';
import { contentLine, messageLabel, transcript } from '../../../../renderer/conversation/message/words.ts';
import { progressWords } from '../../../../renderer/conversation/files/use-transfer.ts';
import { timeOfDay, timeOnDay, timeWithDay } from '../../../../renderer/i18n/times.ts';
import { message } from '../../scripted-bridge.tsx';

describe('a message as one sentence', () => {
  test('says what it answers, its files, its correction and its reactions', () => {
    const label = messageLabel(
      message({
        id: 1,
        isMine: true,
        text: 'That is the **grey**.',
        outcome: 'delivered',
        readAt: 9000,
        correctedAt: 8000,
        files: [{ index: 0, name: 'a.pdf', type: 'application/pdf', size: 9_200_000 }],
        quote: { messageId: '<2@a.example>', isMine: false, text: 'Folha 3' },
        reactions: [{ isMine: false, emoji: '👍' }],
      }),
      'Ana',
      false,
      9000,
    );
    const [at, corrected] = [timeOfDay(1000), timeOfDay(8000)];
    expect(label).toBe(
      `You, ${at}: in reply to Ana: Folha 3: That is the grey. Attached: a.pdf, 9.2 MB. Corrected ${corrected}. ` +
        `Ana reacted with 👍. Read at ${timeOfDay(9000)}.`,
    );
  });
  test('says that it was forwarded, and the day where that is not today', () => {
    const now = new Date(2026, 10, 21, 12).getTime();
    const at = (day: number): number => new Date(2026, 10, day, 9, 30).getTime();
    const label = (day: number): string =>
      messageLabel(message({ id: 1, at: at(day), text: 'Lunch', isForwarded: true }), 'Ana', false, now);
    expect(label(21)).toBe(`Ana, ${timeOfDay(at(21))}: Forwarded: Lunch.`);
    expect(label(19)).toBe(`Ana, ${timeWithDay(at(19), now)}: Forwarded: Lunch.`);
    expect(label(1)).toBe(`Ana, ${timeOnDay(at(1), now)}: Forwarded: Lunch.`);
  });
  test('ends after a thousand characters, none of which it cuts in two', () => {
    const label = messageLabel(message({ id: 1, text: '😀'.repeat(1500) }), 'Ana', false, 1000);
    expect(label).toMatch(/: (?:😀){999}…$/u);
  });
  test('says only that it was taken back, when it was', () => {
    const taken = message({ id: 1, text: '', isRetracted: true, reactions: [{ isMine: true, emoji: '👍' }] });
    expect(contentLine(taken, 'Ana')).toBe('Ana took this message back.');
    expect(messageLabel(taken, 'Ana')).toContain('Ana took this message back.');
  });
});

test('several messages are copied with names and times', () => {
  const now = new Date(2026, 10, 21, 12).getTime();
  const at = new Date(2026, 10, 20, 9, 30).getTime();
  const text = transcript(
    [
      message({ id: 1, at, text: 'one\n**two**' }),
      message({
        id: 2,
        at: at + 60_000,
        isMine: true,
        text: '',
        files: [{ index: 0, name: 'a.pdf', type: '', size: 1 }],
      }),
    ],
    'Ana',
    now,
  );
  expect(text).toBe(
    `Ana, 20 November at ${timeOfDay(at)}\none\n**two**\n\nYou, 20 November at ${timeOfDay(at + 60_000)}\na.pdf`,
  );
});

describe('what may be done with a message', () => {
  const mine = message({ id: 1, isMine: true, outcome: 'delivered' });
  test('one of the other is answered, not corrected', () => {
    expect(abilitiesOf(message({ id: 1 }), false)).toMatchObject({
      reply: true,
      correct: false,
      retract: false,
      cancel: false,
    });
  });
  test('one’s own is corrected and taken back once it has left', () => {
    expect(abilitiesOf(mine, false)).toMatchObject({
      correct: true,
      retract: true,
      cancel: false,
      retry: false,
    });
    expect(abilitiesOf({ ...mine, outcome: 'waiting' }, false)).toMatchObject({
      retract: false,
      cancel: true,
    });
  });
  test('what was not delivered is tried again, and nothing is said about it', () => {
    for (const outcome of ['failed', 'expired'] as const)
      expect(abilitiesOf({ ...mine, outcome }, false)).toMatchObject({
        retry: true,
        correct: false,
        react: false,
        retract: false,
      });
  });
  test('nothing goes back to somebody who is not accepted', () => {
    const can = abilitiesOf(message({ id: 1 }), true);
    expect(can).toMatchObject({ reply: false, react: false, forward: false, copy: true });
  });
});

test('how far a file is, and how long it takes', () => {
  expect(progressWords(6_100_000, 9_200_000, undefined)).toBe('6.1 of 9.2 MB');
  expect(progressWords(6_100_000, 9_200_000, 12_000)).toBe('6.1 of 9.2 MB, 12 seconds left');
  expect(progressWords(600_000, 9_200_000, 1000)).toBe('600 kB of 9.2 MB, 1 second left');
  expect(progressWords(0, 5_000_000_000, 185_000)).toBe('0 B of 5 GB, 3 minutes left');
});

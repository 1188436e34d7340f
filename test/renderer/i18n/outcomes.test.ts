import { expect, test } from 'vitest';
import { failureShort, outcomeSentence, outcomeWord } from '../../../renderer/i18n/outcomes.ts';
import { timeOfDay } from '../../../renderer/i18n/times.ts';
import { messageLabel } from '../../../renderer/conversation/message/words.ts';
import type { Message, Outcome } from '../../../shared/model.ts';
import { message } from '../scripted-bridge.tsx';

const mine = (outcome: Outcome, part: Partial<Message> = {}): Message =>
  message({ id: 1, isMine: true, outcome, ...part });

test.each<[Outcome, string, string]>([
  ['waiting', 'Waiting', 'Waiting on this computer.'],
  ['stored', 'Stored', 'Kept at b.example. No device of Bob has it yet.'],
  ['delivered', 'Delivered', 'Delivered to a device of Bob.'],
  ['unknown', 'Unknown', 'Passed on to a system that gives no answer. Whether it arrived is not known.'],
])('%s in words', (outcome, word, sentence) => {
  expect(outcomeWord(outcome)).toBe(word);
  expect(outcomeSentence(mine(outcome), 'Bob')).toBe(sentence);
});

test('sent says when, and that nothing is sent twice', () => {
  expect(outcomeSentence(mine('sent', { outcomeAt: 5_000 }), 'Bob')).toBe(
    `Sent at ${timeOfDay(5_000)}, no answer yet. Parley asks again and will not send it twice.`,
  );
});

test('failed says why: short under the message, as a sentence for the rest', () => {
  const failed = mine('failed', {
    problem: { code: 'message-too-large', reason: 'x', domain: 'b.example', maxMessageSize: 10_000_000 },
  });
  expect(failureShort(failed)).toBe('Not delivered, too large');
  expect(outcomeSentence(failed, 'Bob')).toBe('Not delivered. b.example takes messages up to 10 MB.');
  expect(failureShort(mine('failed', { problem: { code: 'bad-request', reason: '' } }))).toBe(
    'Not delivered',
  );
  expect(failureShort(mine('failed'))).toBe('Not delivered');
});

test('a message is one sentence with sender, time, text and outcome', () => {
  const time = timeOfDay(1000);
  expect(messageLabel(mine('delivered', { text: 'Hello' }), 'Bob', false, 1000)).toBe(
    `You, ${time}: Hello. Delivered to a device of Bob.`,
  );
  expect(
    messageLabel(
      message({
        id: 1,
        text: 'Hi {there}',
        files: [{ index: 0, name: 'a.pdf', type: 'application/pdf', size: 9 }],
      }),
      'Bob',
      false,
      1000,
    ),
  ).toBe(`Bob, ${time}: Hi {there} Attached: a.pdf, 9 B.`);
});

import { expect, test } from 'vitest';

import { AnswerMemory } from '../../network/dns-memory.ts';
import type { Answer } from '../../network/dns-message.ts';

const found = (ttl: number): Answer => ({
  code: 0,
  isCut: false,
  addresses: ['192.0.2.1'],
  servers: [],
  ttl,
});
const nothing = (ttl: number): Answer => ({ ...found(ttl), code: 3, addresses: [] });

/** Whether each is still known after so many seconds. */
const after = (answers: readonly Answer[], seconds: number): boolean[] => {
  let now = 1_000_000;
  const memory = new AnswerMemory({ now: () => now });
  for (const [at, answer] of answers.entries()) memory.keep(String(at), answer);
  now += seconds * 1000;
  return answers.map((_, at) => memory.get(String(at)) !== undefined);
};

test('what there is, is kept for its time and a day at most; that there is nothing, five minutes at most', () => {
  const answers = [found(60), found(1_000_000), nothing(60), nothing(86_400), found(0), nothing(0)];
  expect(after(answers, 0)).toEqual([true, true, true, true, false, false]);
  expect(after(answers, 60)).toEqual([false, true, false, true, false, false]);
  expect(after(answers, 299)[3]).toBe(true);
  expect(after(answers, 300)[3]).toBe(false);
  expect(after(answers, 86_399)[1]).toBe(true);
  expect(after(answers, 86_400)[1]).toBe(false);
});

test('ten thousand names are kept; whose answer is the oldest goes first', () => {
  const memory = new AnswerMemory({ now: () => 0 });
  for (let at = 0; at < 10_000; at += 1) memory.keep(String(at), found(60));
  expect(memory.get('0')).toBeDefined();
  memory.keep('0', found(60));
  memory.keep('one more', found(60));
  expect([memory.get('0'), memory.get('2')].every((answer) => answer !== undefined)).toBe(true);
  expect(memory.get('1')).toBeUndefined();
});

import { expect, test } from 'vitest';
import { textSizeAfter } from '../../shared/text-size.ts';

test('text grows and shrinks by steps of ten, between 80 and 200 per cent, and is as usual again', () => {
  expect([textSizeAfter(100, 1), textSizeAfter(100, -1)]).toEqual([110, 90]);
  expect([textSizeAfter(200, 1), textSizeAfter(80, -1)]).toEqual([200, 80]);
  expect([textSizeAfter(195, 1), textSizeAfter(85, -1)]).toEqual([200, 80]);
  expect([textSizeAfter(200, 'usual'), textSizeAfter(80, 'usual')]).toEqual([100, 100]);
});

import { describe, expect, test } from 'vitest';
import { completed, parseQuery } from '../../../renderer/search/filters.ts';

const NOW = new Date(2026, 10, 21, 15, 30).getTime();
const day = (year: number, month: number, date: number): number => new Date(year, month - 1, date).getTime();
const parse = (typed: string) => parseQuery(typed, NOW);

test('filters are taken out of the words, wherever they stand', () => {
  expect(parse('page from:ana  42 has:file')).toEqual({
    words: 'page 42',
    filters: [
      { type: 'from', value: 'ana' },
      { type: 'has', value: 'file' },
    ],
  });
});

test('names of several words stand in quotes, whose end may not be typed yet', () => {
  expect(parse('from:"Ana Ferreira" proof').filters).toEqual([{ type: 'from', value: 'Ana Ferreira' }]);
  expect(parse('in:"Ana Fer')).toMatchObject({
    words: '',
    unfinished: { type: 'in', value: 'Ana Fer', start: 0 },
  });
});

describe('dates', () => {
  test.each([
    ['before:2026', day(2026, 1, 1)],
    ['before:2026-11', day(2026, 11, 1)],
    ['after:2026-11-5', day(2026, 11, 5)],
    ['after:today', day(2026, 11, 21)],
    ['AFTER:Yesterday', day(2026, 11, 20)],
  ])('%s', (typed, at) => {
    expect(parse(typed).filters).toMatchObject([{ at }]);
  });

  test.each(['2026-13', '2026-02-31', 'soon', '26-11'])('%s is none', (value) => {
    expect(parse(`before:${value}`).filters).toEqual([{ type: 'before', value }]);
  });
});

test('what only looks like a filter is a word', () => {
  expect(parse('at 14:03 http://x.example re:from').words).toBe('at 14:03 http://x.example re:from');
  expect(parse('wherefrom:ana').filters).toEqual([]);
});

test('a person at the end is being typed; one with a space behind is chosen', () => {
  expect(parse('page from:an').unfinished).toEqual({ type: 'from', value: 'an', start: 5 });
  expect(parse('from:').unfinished).toEqual({ type: 'from', value: '', start: 0 });
  expect(parse('from:').filters).toEqual([]);
  expect(parse('from:an ').unfinished).toBeUndefined();
  expect(completed('page from:an', { type: 'from', start: 5 }, 'impp://b.example/ana')).toBe(
    'page from:ana@b.example ',
  );
});

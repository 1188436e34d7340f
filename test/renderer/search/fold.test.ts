import { describe, expect, test } from 'vitest';
import { fold, marksIn, placeOf, wordsOf } from '../../../renderer/search/fold.ts';

describe('folded text', () => {
  test.each([
    ['Élodie MARCHAND', 'elodie marchand'],
    ['Tomáš Novák', 'tomas novak'],
    ['Łukasz Straße Ærø', 'lukasz strasse aero'],
    ['İstanbul', 'istanbul'],
    ['田中 由紀', '田中 由紀'],
    ['ﬁle', 'file'],
    ['ana@oficina.example', 'ana@oficina.example'],
  ])('%s', (text, folded) => {
    expect(fold(text)).toBe(folded);
  });

  test('is in words', () => {
    expect(wordsOf('  Page\t42 ')).toEqual(['page', '42']);
    expect(wordsOf(' ')).toEqual([]);
  });

  test('a word is best found where a word begins', () => {
    expect(placeOf('banana ana', 'ana')).toBe(7);
    expect(placeOf('ana@x', 'x')).toBe(4);
    expect(placeOf('banana', 'ana')).toBe(1);
    expect(placeOf('banana', 'x')).toBe(-1);
  });
});

describe('marks', () => {
  const marked = (text: string, typed: string): string[] => {
    const marks = marksIn(text, wordsOf(typed));
    const found: string[] = [];
    for (let index = 0; index < marks.length; index += 2)
      found.push(text.slice(marks[index], marks[index + 1]));
    return found;
  };

  test('stand in the text as it is written, whatever it folds to', () => {
    expect(marked('Élodie Marchand', 'elo march')).toEqual(['Élo', 'March']);
    // Two letters of what was typed are one of the text.
    expect(marked('Große Straße', 'strasse')).toEqual(['Straße']);
    // The accent as a character of its own goes with its letter.
    expect(marked('E\u0301lodie', 'elo')).toEqual(['E\u0301lo']);
    expect(marked('田中 由紀', '由')).toEqual(['由']);
    expect(marked('👍 proof', 'proof')).toEqual(['proof']);
  });

  test('do not overlap, and nothing is marked that is not there', () => {
    expect(marked('page', 'page pag')).toEqual(['page']);
    expect(marked('page', 'other')).toEqual([]);
    expect(marked('', 'a')).toEqual([]);
  });
});

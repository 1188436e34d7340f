import { describe, expect, test } from 'vitest';
import { type Format, formatEdit } from '../../../../renderer/conversation/composer/formatting.ts';

/** `[` and `]` are the ends of what is marked; gives the text after the edit in the same way. */
function format(marked: string, wanted: Format): string {
  const start = marked.indexOf('‹');
  const end = marked.indexOf('›') - 1;
  const text = marked.replace(/[‹›]/g, '');
  const edit = formatEdit(text, start, end, wanted);
  const after = text.slice(0, edit.from) + edit.text + text.slice(edit.to);
  return `${after.slice(0, edit.start)}‹${after.slice(edit.start, edit.end)}›${after.slice(edit.end)}`;
}

describe('around words', () => {
  test.each([
    ['a ‹word› here', 'bold', 'a **‹word›** here'],
    ['a ‹word› here', 'italic', 'a _‹word›_ here'],
    ['a ‹word› here', 'code', 'a `‹word›` here'],
    ['‹›', 'bold', '**‹›**'],
    ['a‹ word ›here', 'bold', 'a **‹word›** here'],
  ] as const)('%s becomes %s', (before, wanted, after) => {
    expect(format(before, wanted)).toBe(after);
  });

  test('a second press takes the marks away, whether they are marked or not', () => {
    expect(format('a **‹word›** here', 'bold')).toBe('a ‹word› here');
    expect(format('a ‹**word**› here', 'bold')).toBe('a ‹word› here');
  });
});

test('code of several lines is a block of its own lines', () => {
  expect(format('see ‹one\ntwo› there', 'code')).toBe('see \n```\n‹one\ntwo›\n```\n there');
});

describe('before lines', () => {
  test('every line that is touched, and back', () => {
    expect(format('one\nt‹wo\nthr›ee\nfour', 'quote')).toBe('one\n‹> two\n> three›\nfour');
    expect(format('one\n‹> two\n> three›\nfour', 'quote')).toBe('one\n‹two\nthree›\nfour');
    expect(format('‹›', 'list')).toBe('- ‹›');
  });
});

test('a link has its name and its address', () => {
  expect(format('see ‹the page› now', 'link')).toBe('see [the page](‹https://›) now');
  expect(format('see ‹https://a.example/› now', 'link')).toBe('see [‹›](https://a.example/) now');
});

import { describe, expect, test } from 'vitest';
import { fits, MOST_FILES, parcelsOf } from '../../../../renderer/conversation/composer/upload.ts';
import { filesOf, namedByTime } from '../../../../renderer/conversation/composer/use-attachments.ts';
import { maxFileSize } from '../../../../shared/mime/size.ts';

/** Only the size of a file is asked. */
const file = (name: string, size: number): File => {
  const made = new File(['x'], name);
  Object.defineProperty(made, 'size', { value: size });
  return made;
};
const MEGABYTE = 1_000_000;
const names = (parcels: File[][]): string[][] => parcels.map((parcel) => parcel.map(({ name }) => name));

describe('files of one message', () => {
  test('as many as fit, in order', () => {
    const files = [file('a', 5 * MEGABYTE), file('b', 5 * MEGABYTE), file('c', MEGABYTE)];
    expect(names(parcelsOf(files, 'text', 10 * MEGABYTE))).toEqual([['a'], ['b', 'c']]);
    expect(names(parcelsOf(files, 'text', undefined))).toEqual([['a', 'b', 'c']]);
  });
  test('no more than the program takes at a time', () => {
    const files = Array.from({ length: MOST_FILES + 1 }, (_, index) => file(`${index}`, 10));
    expect(parcelsOf(files, '', undefined).map(({ length }) => length)).toEqual([MOST_FILES, 1]);
  });
  test('a text that leaves no room for the first goes before it', () => {
    const max = 2 * MEGABYTE;
    const largest = file('largest', maxFileSize(max));
    expect(fits([largest], '', max)).toBe(true);
    expect(names(parcelsOf([largest], 'x'.repeat(100_000), max))).toEqual([[], ['largest']]);
    expect(names(parcelsOf([largest], '', max))).toEqual([['largest']]);
  });
  test('a text alone is one message', () => {
    expect(parcelsOf([], 'text', undefined)).toEqual([[]]);
  });
});

describe('what is pasted', () => {
  const data = (types: string[], files: File[]): DataTransfer =>
    ({
      types,
      items: files.map((one) => ({ kind: 'file', getAsFile: () => one })),
    }) as unknown as DataTransfer;

  test('text is text, also where a program puts a picture of it beside it', () => {
    expect(filesOf(data(['text/plain', 'text/html', 'Files'], [file('image.png', 9)])).files).toEqual([]);
    expect(filesOf(data(['Files'], [file('image.png', 9)])).files).toHaveLength(1);
  });
  test('a picture without a name is called by the time', () => {
    const now = new Date(2026, 10, 21, 9, 5, 7);
    expect(namedByTime(file('image.png', 9), now).name).toBe('2026-11-21 09.05.07.png');
    expect(namedByTime(file('folha.png', 9), now).name).toBe('folha.png');
  });
});

import { describe, expect, test } from 'vitest';
import {
  formatReadMarks,
  markOf,
  NOTHING_READ,
  parseReadMarks,
  withMarks,
} from '../../../main/messages/read-marks-document.ts';

const BOB = 'impp://b.example/bob';
const CAROL = 'impp://c.example/carol';
const bytes = (text: string) => new TextEncoder().encode(text);
const marks = (all: number, each: Record<string, number> = {}) => ({
  all,
  marks: new Map(Object.entries(each)),
  unknown: [],
});

describe('read marks', () => {
  test('come back as they were written', () => {
    const written = formatReadMarks(marks(3, { [BOB]: 7 }), 0);
    expect(new TextDecoder().decode(written)).toBe(
      `<read-marks><all>3</all><mark><address>${BOB}</address><sequence>7</sequence></mark></read-marks>`,
    );
    const read = parseReadMarks(written);
    expect([markOf(read, BOB), markOf(read, CAROL)]).toEqual([7, 3]);
  });

  test('of two devices are the higher of each; what has been read stays read', () => {
    const one = withMarks(marks(0, { [BOB]: 7, [CAROL]: 2 }), marks(4, { [BOB]: 5, [CAROL]: 6 }));
    expect(one).toEqual(marks(4, { [BOB]: 7, [CAROL]: 6 }));
    expect(withMarks(one!, marks(4, { [BOB]: 7, [CAROL]: 3 }))).toBeUndefined();
    expect(withMarks(one!, marks(7))).toEqual(marks(7));
  });

  test('what is not understood is kept', () => {
    const document = `<read-marks><mark><address>sip:x@y</address><sequence>1</sequence></mark><x-a>1</x-a></read-marks>`;
    expect(new TextDecoder().decode(formatReadMarks(parseReadMarks(bytes(document)), 0))).toBe(document);
    expect(() => parseReadMarks(bytes('<contacts/>'))).toThrow(
      expect.objectContaining({ code: 'bad-request' }) as Error,
    );
  });

  test.each(['-1', '1.5', '1e9', '99999999999999999', ''])(
    'a sequence that is none (%s) marks nothing',
    (number) => {
      const document = `<read-marks><all>${number}</all><mark><address>${BOB}</address><sequence>${number}</sequence></mark></read-marks>`;
      expect(markOf(parseReadMarks(bytes(document)), BOB)).toBe(0);
    },
  );
});

describe('a document that grows too large', () => {
  const many = (count: number) =>
    marks(
      10,
      Object.fromEntries(Array.from({ length: count }, (_, i) => [`impp://b.example/user${i}`, 100 + i])),
    );

  test('folds what nothing unread lies below into one number', () => {
    const written = formatReadMarks(many(4000), 3000);
    expect(written.length).toBeLessThan(262_144);
    const read = parseReadMarks(written);
    expect(read.all).toBe(3000);
    expect(read.marks.size).toBe(1099);
  });

  test('never marks as read what is not, and leaves out what lies furthest back', () => {
    const written = formatReadMarks(many(4000), 0);
    expect(written.length).toBeLessThan(262_144);
    const read = parseReadMarks(written);
    expect(read.all).toBe(10);
    expect(markOf(read, 'impp://b.example/user0')).toBe(10);
    expect(markOf(read, 'impp://b.example/user3999')).toBe(4099);
  });

  test('stays as it is while there is room', () => {
    expect(parseReadMarks(formatReadMarks(many(1000), 5000)).all).toBe(10);
    expect(parseReadMarks(formatReadMarks(NOTHING_READ, 5000))).toEqual(NOTHING_READ);
  });
});

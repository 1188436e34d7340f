import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addPage, changeLog, inOrder, MOST, openingOf, PAGE, rested } from '../../../renderer/store/log.ts';
import { EMPTY_LOG, type Log } from '../../../renderer/store/mirror.ts';
import type { Message } from '../../../shared/model.ts';
import { conversation, message, page } from '../scripted-bridge.tsx';

const ids = (log: Log): number[] => log.messages.map(({ id }) => id);
const loaded = (...messages: Message[]): Log => ({ ...EMPTY_LOG, messages, isLoaded: true, hasOlder: false });
/** Messages `from` to `to`, both included. */
const range = (from: number, to: number): Message[] =>
  Array.from({ length: to - from + 1 }, (_, index) => message({ id: from + index }));

describe('live changes', () => {
  test('stand by the time of writing, then by their order', () => {
    const log = changeLog(loaded(message({ id: 1, at: 100 }), message({ id: 3, at: 300 })), [
      { set: message({ id: 4, at: 200 }) },
      { set: message({ id: 5, at: 300 }) },
      { set: message({ id: 2, at: 300 }) },
      { set: message({ id: 6, at: 300, order: 1 }) },
    ]);
    expect(ids(log)).toEqual([1, 4, 6, 2, 3, 5]);
  });

  test('replace in place, and move when the time or the order was corrected', () => {
    const before = loaded(message({ id: 1, at: 100 }), message({ id: 2, at: 100 }));
    const renewed = changeLog(before, [{ set: message({ id: 1, at: 100, text: 'new' }) }]);
    expect(renewed.messages[0]?.text).toBe('new');
    expect(ids(changeLog(before, [{ set: message({ id: 1, at: 300 }) }]))).toEqual([2, 1]);
    expect(ids(changeLog(before, [{ set: message({ id: 1, at: 100, order: 7 }) }]))).toEqual([2, 1]);
  });

  test('beyond an end at which there are more wait for their page', () => {
    const log = { ...loaded(message({ id: 5 })), hasOlder: true, hasNewer: true };
    expect(ids(changeLog(log, [{ set: message({ id: 1 }) }, { set: message({ id: 9 }) }]))).toEqual([5]);
    expect(ids(changeLog({ ...log, hasOlder: false }, [{ set: message({ id: 1 }) }]))).toEqual([1, 5]);
    expect(ids(changeLog({ ...log, hasNewer: false }, [{ set: message({ id: 9 }) }]))).toEqual([5, 9]);
  });

  test('that the domain sends later are older ones, too', () => {
    const log = { ...loaded(message({ id: 5 })), isWaiting: true };
    expect(ids(changeLog(log, [{ set: message({ id: 1 }) }]))).toEqual([5]);
  });

  test('without end take no more memory', () => {
    let log = loaded();
    for (let id = 1; id <= 5 * MOST; id += 1) log = changeLog(log, [{ set: message({ id }) }]);
    expect(log.messages.length).toBeLessThanOrEqual(2 * MOST);
    expect(log.messages.at(-1)?.id).toBe(5 * MOST);
    expect(log.hasOlder).toBe(true);
  });
});

describe('pages', () => {
  test('what came live while they were on their way is newer than they are', () => {
    const live = changeLog({ ...EMPTY_LOG, held: [] }, [{ set: message({ id: 2, text: 'live' }) }]);
    expect(ids(live)).toEqual([]);
    const log = addPage(
      live,
      page([message({ id: 1 }), message({ id: 2, text: 'page' })], { hasOlder: true }),
      'newest',
    );
    expect(log.messages.map(({ text }) => text)).toEqual(['text 1', 'live']);
    expect(log).toMatchObject({ isLoaded: true, hasOlder: true, held: undefined });
  });

  test('what was removed meanwhile does not come back', () => {
    const live = changeLog({ ...EMPTY_LOG, held: [] }, [{ set: message({ id: 2 }) }, { removed: 2 }]);
    expect(ids(addPage(live, page([message({ id: 1 }), message({ id: 2 })]), 'newest'))).toEqual([1]);
  });

  test('at one end let go of what is far from it', () => {
    let log = addPage(EMPTY_LOG, page(range(941, 1000), { hasOlder: true }), 'newest');
    for (let first = 881; first >= 581; first -= 60)
      log = addPage(log, page(range(first, first + 59), { hasOlder: true }), 'older');
    expect(ids(log)).toEqual(range(581, 581 + MOST - 1).map(({ id }) => id));
    expect(log.hasNewer).toBe(true);
    log = addPage(log, page(range(821, 880), { hasNewer: true }), 'newer');
    expect(ids(log)).toEqual(range(641, 880).map(({ id }) => id));
    expect(log).toMatchObject({ hasOlder: true, hasNewer: true });
    log = addPage(log, page(range(881, 900)), 'newer');
    expect(log.hasNewer).toBe(false);
  });

  test('of another place take the place of what was here', () => {
    const log = addPage(loaded(...range(900, 960)), page(range(1, 60), { hasNewer: true }), {
      around: { at: 30_000, order: 30 },
    });
    expect(ids(log)).toEqual(range(1, 60).map(({ id }) => id));
  });

  test('that bring nothing are not asked for in a circle', () => {
    const log = { ...loaded(message({ id: 5 })), hasOlder: true };
    expect(addPage(log, page([], { hasOlder: true }), 'older').isWaiting).toBe(true);
  });
});

test('of a conversation that was left only its end stays', () => {
  expect(ids(rested(loaded(...range(1, 100))) ?? EMPTY_LOG)).toEqual(range(41, 100).map(({ id }) => id));
  expect(rested({ ...loaded(...range(1, 100)), hasNewer: true })).toBeUndefined();
  const short = loaded(...range(1, 10));
  expect(rested(short)).toBe(short);
});

test('a conversation opens at its end, or where so much is unread that the end does not show it', () => {
  const place = { at: 5000, order: 5 };
  expect(openingOf(conversation(), undefined)).toBe('newest');
  expect(openingOf(conversation({ unread: 3, firstUnread: place }), undefined)).toBe('newest');
  expect(openingOf(conversation({ unread: PAGE, firstUnread: place }), undefined)).toEqual({ around: place });
  expect(openingOf(conversation({ unread: PAGE, firstUnread: place }), loaded(...range(1, 99)))).toBe(
    'newest',
  );
});

test('whatever comes in whatever order stands in order, each once', () => {
  const messages = fc.array(
    fc.record({
      id: fc.integer({ min: 1, max: 30 }),
      at: fc.integer({ min: 0, max: 20 }),
      order: fc.integer({ min: 0, max: 3 }),
    }),
    { maxLength: 60 },
  );
  fc.assert(
    fc.property(messages, (list) => {
      const log = changeLog(
        loaded(),
        list.map((one) => ({ set: message(one) })),
      );
      expect(new Set(ids(log)).size).toBe(log.messages.length);
      expect([...log.messages].sort(inOrder)).toEqual(log.messages);
      for (const one of log.messages) expect(list.findLast(({ id }) => id === one.id)?.at).toBe(one.at);
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { addPage, changeLog, inOrder } from '../../../renderer/store/log.ts';
import { EMPTY_LOG, type Log } from '../../../renderer/store/mirror.ts';
import type { Message } from '../../../shared/model.ts';
import { message, page } from '../scripted-bridge.tsx';

const ids = (log: Log): number[] => log.messages.map(({ id }) => id);
const loaded = (...messages: Message[]): Log => ({ ...EMPTY_LOG, messages, isLoaded: true, hasOlder: false });

describe('live changes', () => {
  test('stand by the time of writing, then by id', () => {
    const log = changeLog(loaded(message({ id: 1, at: 100 }), message({ id: 3, at: 300 })), [
      { set: message({ id: 4, at: 200 }) },
      { set: message({ id: 5, at: 300 }) },
      { set: message({ id: 2, at: 300 }) },
    ]);
    expect(ids(log)).toEqual([1, 4, 2, 3, 5]);
  });

  test('replace in place, and move when the time was corrected', () => {
    const before = loaded(message({ id: 1, at: 100 }), message({ id: 2, at: 200 }));
    const renewed = changeLog(before, [{ set: message({ id: 1, at: 100, text: 'new' }) }]);
    expect(renewed.messages[0]?.text).toBe('new');
    expect(ids(changeLog(before, [{ set: message({ id: 1, at: 300 }) }]))).toEqual([2, 1]);
  });

  test('older than all that is loaded waits for its page', () => {
    const log = { ...loaded(message({ id: 9 })), hasOlder: true };
    expect(ids(changeLog(log, [{ set: message({ id: 1 }) }]))).toEqual([9]);
    expect(ids(changeLog({ ...log, hasOlder: false }, [{ set: message({ id: 1 }) }]))).toEqual([1, 9]);
  });
});

describe('pages', () => {
  test('what came live meanwhile is newer than the page', () => {
    const live = changeLog(EMPTY_LOG, [{ set: message({ id: 2, text: 'live' }) }]);
    const log = addPage(
      live,
      page([message({ id: 1 }), message({ id: 2, text: 'page' })], { hasOlder: true }),
    );
    expect(log.messages.map(({ text }) => text)).toEqual(['text 1', 'live']);
    expect(log.isLoaded).toBe(true);
    expect(log.hasOlder).toBe(true);
  });

  test('what was removed meanwhile does not come back', () => {
    const live = changeLog(EMPTY_LOG, [{ set: message({ id: 2 }) }, { removed: 2 }]);
    expect(ids(addPage(live, page([message({ id: 1 }), message({ id: 2 })])))).toEqual([1]);
  });

  test('one that is the last says so', () => {
    expect(addPage(undefined, page([message({ id: 1 })])).hasOlder).toBe(false);
  });
});

test('whatever comes in whatever order stands in order, each once', () => {
  const messages = fc.array(
    fc.record({ id: fc.integer({ min: 1, max: 30 }), at: fc.integer({ min: 0, max: 20 }) }),
    {
      maxLength: 60,
    },
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

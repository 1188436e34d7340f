import { describe, expect, test } from 'vitest';
import { formatWatchers, parseWatchers, type WatcherEntry } from '../../../shared/impp/watchers.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });

describe('watchers [IMPP 14]', () => {
  const bob: WatcherEntry = {
    address: 'impp://b.example/bob',
    state: 'pending',
    since: 1_000,
    expires: 2_000,
  };
  test('there and back', () => {
    expect(text(formatWatchers([bob]))).toBe(
      '<watchers><watcher><address>impp://b.example/bob</address><state>pending</state>' +
        '<since>1970-01-01T00:00:01.000Z</since><expires>1970-01-01T00:00:02.000Z</expires></watcher></watchers>',
    );
    expect(parseWatchers(formatWatchers([bob, { ...bob, state: 'active' }]))).toEqual([
      bob,
      { ...bob, state: 'active' },
    ]);
    expect(parseWatchers(formatWatchers([]))).toEqual([]);
  });
  test('without times, with what is not known', () => {
    const source =
      '<watchers><x/><watcher><address>impp://b.example/bob</address><y/><state>active</state></watcher></watchers>';
    expect(parseWatchers(octets(source))).toEqual([{ address: bob.address, state: 'active' }]);
  });
  test('too many for one document', () => {
    expect(() => formatWatchers(Array.from({ length: 1_000 }, () => bob))).toThrow(badRequest);
  });
  test.each([
    '<x/>',
    '<watchers><watcher/></watchers>',
    '<watchers><watcher><address>bob</address><state>active</state></watcher></watchers>',
    '<watchers><watcher><address>impp://b.example/bob</address><state>here</state></watcher></watchers>',
  ])('%s is a bad request', (source) => {
    expect(() => parseWatchers(octets(source))).toThrow(badRequest);
  });
});

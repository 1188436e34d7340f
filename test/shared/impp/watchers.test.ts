import { describe, expect, test } from 'vitest';
import { formatMarkup, listElement, textElement } from '../../../shared/impp/markup.ts';
import { parseWatchers, type WatcherEntry, watcherElement } from '../../../shared/impp/watchers.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });

const formatWatchers = (entries: readonly WatcherEntry[], more?: string) =>
  formatMarkup(
    listElement('watchers', [
      ...entries.map(watcherElement),
      ...(more === undefined ? [] : [textElement('x-more', more)]),
    ]),
  );

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
    expect(parseWatchers(formatWatchers([bob, { ...bob, state: 'active' }]))).toEqual({
      watchers: [bob, { ...bob, state: 'active' }],
      more: 0,
    });
    expect(parseWatchers(formatWatchers([]))).toEqual({ watchers: [], more: 0 });
  });
  test('without times, with what is not known', () => {
    const source =
      '<watchers><x/><watcher><address>impp://b.example/bob</address><y/><state>active</state></watcher></watchers>';
    expect(parseWatchers(octets(source))).toEqual({
      watchers: [{ address: bob.address, state: 'active' }],
      more: 0,
    });
  });
  test('with the number of those that were left out; what is no number says nothing', () => {
    expect(parseWatchers(formatWatchers([bob], '17'))).toEqual({ watchers: [bob], more: 17 });
    for (const more of ['', '-1', 'many', '9999999999'])
      expect(parseWatchers(formatWatchers([bob], more)).more).toBe(0);
  });
  test('over 64 KiB only where more was asked for', () => {
    const long = new Uint8Array(70_000).fill(32);
    long.set(formatWatchers([bob]));
    expect(() => parseWatchers(long)).toThrow(badRequest);
    expect(parseWatchers(long, 70_000).watchers).toEqual([bob]);
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

import { describe, expect, test } from 'vitest';
import { formatDirectory, parseDirectory } from '../../../shared/impp/directory.ts';
import { formatProfile, type Profile, parseProfile } from '../../../shared/impp/documents.ts';
import { formatWatchers, parseWatchers, type WatcherEntry } from '../../../shared/impp/watchers.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });

describe('profile [IMPP 10]', () => {
  test.each<[string, Profile]>([
    ['<profile/>', { listed: 'nobody' }],
    ['<profile><listed>domain</listed></profile>', { listed: 'domain' }],
    [
      '<profile><display-name>Alice</display-name><listed>everyone</listed><forward><kind>temporary</kind> <to>impp://b.example/bob</to></forward><x-y/></profile>',
      {
        displayName: 'Alice',
        listed: 'everyone',
        forward: { kind: 'temporary', to: 'impp://b.example/bob' },
        unknown: [{ name: 'x-y', children: [], text: '' }],
      },
    ],
    ['<profile><forward/></profile>', { listed: 'nobody' }],
  ])('%s', (source, profile) => {
    expect(parseProfile(octets(source))).toEqual(profile);
    expect(parseProfile(formatProfile(profile))).toEqual(profile);
  });
  test.each([
    '<x/>',
    '<profile><listed>some</listed></profile>',
    '<profile><listed>domain</listed><listed>domain</listed></profile>',
    '<profile><display-name>a</display-name><display-name>b</display-name></profile>',
    '<profile><forward><kind>temporary</kind></forward></profile>',
    '<profile><forward><to>impp://b.example/bob</to></forward></profile>',
    '<profile><forward><kind>sometimes</kind><to>impp://b.example/bob</to></forward></profile>',
    '<profile><forward><kind>temporary</kind><to>bob@b.example</to></forward></profile>',
    '<profile>text</profile>',
  ])('%s is a bad request', (source) => {
    expect(() => parseProfile(octets(source))).toThrow(badRequest);
  });
});

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

describe('directory [IMPP 14]', () => {
  const entries = [
    { address: 'impp://b.example/bob', displayName: 'Bob & Co' },
    { address: 'impp://b.example/carol' },
  ];
  test('there and back', () => {
    expect(text(formatDirectory(entries))).toBe(
      '<directory><entry><address>impp://b.example/bob</address><display-name>Bob &amp; Co</display-name></entry>' +
        '<entry><address>impp://b.example/carol</address></entry></directory>',
    );
    expect(parseDirectory(formatDirectory(entries))).toEqual(entries);
    expect(parseDirectory(octets('<directory> <x-y/> </directory>'))).toEqual([]);
  });
  test.each([
    '<x/>',
    '<directory><entry/></directory>',
    '<directory><entry><address>bob@b.example</address></entry></directory>',
  ])('%s is a bad request', (source) => {
    expect(() => parseDirectory(octets(source))).toThrow(badRequest);
  });
});

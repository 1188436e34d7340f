import { describe, expect, test } from 'vitest';
import { formatProfile, type Profile, parseProfile } from '../../../shared/impp/documents.ts';

const octets = (text: string) => new TextEncoder().encode(text);
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
    [
      '<profile><forward><kind>permanent</kind><to>impp://b.example/bob</to><x-why>moved</x-why></forward></profile>',
      {
        listed: 'nobody',
        forward: {
          kind: 'permanent',
          to: 'impp://b.example/bob',
          unknown: [{ name: 'x-why', children: [], text: 'moved' }],
        },
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

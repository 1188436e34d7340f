import { describe, expect, test } from 'vitest';
import {
  addressOf,
  canonicalUser,
  formatForPeople,
  isReservedUser,
  parseAddress,
  parseUrl,
} from '../../../shared/impp/address.ts';

test('an URL from the wire falls into its parts', () => {
  expect(parseUrl('impp://b.example/bob')).toEqual({
    host: 'b.example',
    user: 'bob',
    url: 'impp://b.example/bob',
  });
  expect(parseUrl('impp://b.example/')).toEqual({ host: 'b.example', user: '', url: 'impp://b.example/' });
  expect(parseUrl('impp://b.example/j%C3%BCrgen%25')).toMatchObject({ user: 'jürgen%' });
});

describe('what people type', () => {
  test.each([
    ['bob@b.example', 'impp://b.example/bob'],
    ['  Bob@B.Example ', 'impp://b.example/bob'],
    ['<bob@b.example>', 'impp://b.example/bob'],
    ['im:bob@b.example', 'impp://b.example/bob'],
    ['PRES:bob@b.example', 'impp://b.example/bob'],
    ['im:bob%2Bx@b.example?subject=hello', 'impp://b.example/bob+x'],
    ['IMPP://B.example/BOB', 'impp://b.example/bob'],
    ['impp://b.example/%42ob', 'impp://b.example/bob'],
    ['impp:bob@b.example', 'impp://b.example/bob'],
    ['"bob"@b.example', 'impp://b.example/bob'],
    ['"b\\ob,(1)"@b.example', 'impp://b.example/bob,(1)'],
    ['50%@b.example', 'impp://b.example/50%25'],
    ['J\u0075\u0308rgen@b.example', 'impp://b.example/j%C3%BCrgen'],
    ['ΟΔΥΣΣΕΥΣ@b.example', 'impp://b.example/%CE%BF%CE%B4%CF%85%CF%83%CF%83%CE%B5%CF%85%CF%82'],
    ['bob@Bücher.example', 'impp://xn--bcher-kva.example/bob'],
    ['bob@XN--BCHER-KVA.example', 'impp://xn--bcher-kva.example/bob'],
    ['bob@例え\u3002テスト', 'impp://xn--r8jz45g.xn--zckzah/bob'],
    ['bob@straße.example', 'impp://xn--strae-oqa.example/bob'],
    ['bob@127.0.0.1', 'impp://127.0.0.1/bob'],
    ['bob@[2001:DB8:0:0::1]', 'impp://[2001:db8::1]/bob'],
  ])('%s is %s', (typed, url) => {
    expect(parseAddress(typed).url).toBe(url);
    expect(parseUrl(url)).toEqual(parseAddress(typed));
  });
});

test('people are shown letters, not A-labels', () => {
  expect(formatForPeople(parseUrl('impp://xn--bcher-kva.example/j%C3%BCrgen'))).toBe('jürgen@bücher.example');
  expect(formatForPeople(parseUrl('impp://b.example/'))).toBe('b.example');
});

test('a name that could be taken for something else is shown in quotes', () => {
  expect(formatForPeople(addressOf('b.example', 'im:x'))).toBe('"im:x"@b.example');
  expect(formatForPeople(addressOf('b.example', 'a\\b'))).toBe('"a\\\\b"@b.example');
  expect(parseAddress('"im:x"@b.example').user).toBe('im:x');
  expect(parseAddress('"a\\\\b"@b.example').user).toBe('a\\b');
});

test('the canonical form of a name', () => {
  expect(canonicalUser('A\u030Angström')).toBe('ångström');
  expect(canonicalUser('\u212Bngström')).toBe('ångström');
});

test('names of anonymous logins are reserved', () => {
  expect(isReservedUser('anonymous-1')).toBe(true);
  expect(isReservedUser('anonymous')).toBe(false);
});

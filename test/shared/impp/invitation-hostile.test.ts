import { describe, expect, test } from 'vitest';

import { ImppError } from '../../../shared/errors.ts';
import { addressOf } from '../../../shared/impp/address.ts';
import { formatInvitation, isInvitation, parseInvitation } from '../../../shared/impp/invitation.ts';

const TOKEN = 'AbC-_123';

const refusalOf = (link: string): string => {
  try {
    parseInvitation(link);
    return 'taken';
  } catch (error) {
    return error instanceof ImppError ? error.code : String(error);
  }
};

describe('links that are taken', () => {
  test.each([
    ['impp://a.example/?invite=AbC-_123', undefined],
    ['impp://A.Example/?invite=AbC-_123', undefined],
    ['  IMPP://a.example/?invite=AbC-_123\n', undefined],
    ['impp://a.example/?invite=AbC-_123&contact=bob@a.example', 'impp://a.example/bob'],
    ['impp://a.example/?contact=bob@a.example&invite=AbC-_123', 'impp://a.example/bob'],
    ['impp://a.example/?invite=AbC-_123&x-later=1', undefined],
  ])('%s', (link, contact) => {
    expect(isInvitation(link)).toBe(true);
    const { host, token, contact: read } = parseInvitation(link);
    expect([host, token, read?.url]).toEqual(['a.example', TOKEN, contact]);
  });

  test.each(['bob', 'märy', 'a&b=c', "o'neil+x", 'a%40b', '名前'])('what is written is read: %s', (user) => {
    const contact = addressOf('xn--mnchen-3ya.example', user);
    const link = formatInvitation({ host: contact.host, token: TOKEN, contact });
    expect(link).toMatch(/^[!-~]+$/);
    expect(parseInvitation(link)).toEqual({ host: contact.host, token: TOKEN, contact });
  });
});

describe('links that are refused', () => {
  test.each([
    ['too long', `impp://a.example/?invite=${TOKEN}&x=${'a'.repeat(2000)}`],
    ['no invitation', 'impp://a.example/?contact=bob@a.example'],
    ['an empty one', 'impp://a.example/?invite='],
    ['two', `impp://a.example/?invite=${TOKEN}&invite=${TOKEN}2`],
    ['one with a percent sign', 'impp://a.example/?invite=Ab%43'],
    ['one with a line end', 'impp://a.example/?invite=AbC%0D%0ATarget:x'],
    ['a real line end', 'impp://a.example/?invite=AbC\r\nTarget:x'],
    ['a control character', 'impp://a.example/?invite=AbC\u0000'],
    ['HTML', 'impp://a.example/?invite=<img/src=x>'],
    ['a path', `impp://a.example/bob?invite=${TOKEN}`],
    ['no path', `impp://a.example?invite=${TOKEN}`],
    ['a fragment', `impp://a.example/?invite=${TOKEN}#x`],
    ['a port', `impp://a.example:99/?invite=${TOKEN}`],
    ['a name before the domain', `impp://bank.example@a.example/?invite=${TOKEN}`],
    ['an encoded domain', `impp://a%2Eexample/?invite=${TOKEN}`],
    ['a domain in letters that look alike', `impp://а.example/?invite=${TOKEN}`],
    ['a direction that is turned', `impp://a.example/?invite=${TOKEN}\u202e`],
    ['a parameter without a value', `impp://a.example/?invite=${TOKEN}&x`],
    ['an empty parameter', `impp://a.example/?invite=${TOKEN}&`],
  ])('%s', (_what, link) => {
    expect(refusalOf(link)).toBe('invalid-argument');
  });

  test.each([
    ['of another domain', 'bob@b.example'],
    ['a domain', '@a.example'],
    ['no domain', 'bob'],
    ['an URL', 'impp://a.example/bob'],
    ['two signs', 'bob@b.example@a.example'],
    ['an encoded sign', 'bob%40b.example@a.example'],
    ['an encoded domain', 'bob@a%2eexample'],
    ['a line end', 'bob%0d%0a@a.example'],
    ['a space that is not seen', 'bob%E2%80%8B@a.example'],
    ['half an escape', 'bob%4@a.example'],
    ['no UTF-8', 'bob%ff@a.example'],
    ['a reserved name', 'anonymous-1@a.example'],
    ['all', '*@a.example'],
  ])('a contact that is %s', (_what, contact) => {
    expect(refusalOf(`impp://a.example/?invite=${TOKEN}&contact=${contact}`)).toMatch(/^invalid-/);
  });
});

test('an address is no invitation', () => {
  expect(isInvitation('impp://a.example/bob')).toBe(false);
  expect(isInvitation('bob@a.example')).toBe(false);
  expect(isInvitation('impp:a?')).toBe(true);
});

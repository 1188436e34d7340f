import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cleanName, nameForType } from '../../../shared/mime/file-names.ts';

const clean = (name: string) => cleanName(name, 'file.bin');

test.each([
  ['report.pdf', 'report.pdf'],
  ['Grüße 日本語 قائمة.txt', 'Grüße 日本語 قائمة.txt'],
  ['👩\u200d💻 نمی\u200cدانم.gif', '👩\u200d💻 نمی\u200cدانم.gif'],
  ['a.tar.gz', 'a.tar.gz'],
  ['.', 'file.bin'],
  ['..', 'file.bin'],
  ['', 'file.bin'],
  [' \t\n', 'file.bin'],
  ['/', 'file.bin'],
  ['../../etc/passwd', 'passwd'],
  ['..\\..\\Windows\\win.ini', 'win.ini'],
  ['C:\\fakepath\\a.png', 'a.png'],
  ['/etc/', 'etc'],
  ['a/..', 'a'],
  ['C:', 'C_'],
  ['a.txt:evil.exe', 'a.txt_evil.exe'],
  ['.bashrc', 'bashrc'],
  ['...hidden', 'hidden'],
  ['trailing. . ', 'trailing'],
  ['invoice.pdf                    .exe', 'invoice.pdf .exe'],
  ['ann\u202efdp.exe', 'ann_fdp.exe'],
  ['a\u0000b\u007fc\nd\te', 'a_b_c d e'],
  ['\ud800a\udc00', '_a_'],
  ['zero\u200bwidth\u2060\ufeff', 'zero_width_'],
  ['a<b>c"d|e?f*g', 'a_b_c_d_e_f_g'],
  ['CON', '_CON'],
  ['nul.txt', '_nul.txt'],
  ['Com1.tar.gz', '_Com1.tar.gz'],
  ['LPT¹', '_LPT¹'],
  ['aux .txt', '_aux .txt'],
  ['CONIN$', '_CONIN$'],
  ['console.txt', 'console.txt'],
  ['com10', 'com10'],
])('%j is saved as %j', (name, expected) => {
  expect(clean(name)).toBe(expected);
});

describe('255 octets', () => {
  test.each([
    ['exactly', 'a'.repeat(255), 'a'.repeat(255)],
    ['one more', 'a'.repeat(256), 'a'.repeat(255)],
    ['the extension stays', `${'a'.repeat(300)}.pdf`, `${'a'.repeat(251)}.pdf`],
    ['no character is cut in two', `${'é'.repeat(200)}.txt`, `${'é'.repeat(125)}.txt`],
    ['nor a pair of surrogates', '😀'.repeat(100), '😀'.repeat(63)],
    ['what is long is no extension', `a.${'b'.repeat(300)}`, `a.${'b'.repeat(253)}`],
    ['nor left at an end that is none', `${'a'.repeat(253)} .${'b'.repeat(300)}`, 'a'.repeat(253)],
    ['a device', `con.${'a'.repeat(300)}`, `_con.${'a'.repeat(250)}`],
  ])('%s', (_, name, expected) => {
    expect(clean(name)).toBe(expected);
  });
});

test('whatever it was, it is fit for any disk, and clean already', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom(
      '/',
      '\\',
      '.',
      '..',
      ' ',
      ':',
      'con',
      'NUL',
      '\0',
      '\u202e',
      '\ud800',
      'a'.repeat(200),
      '.txt',
      '\u200d',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const name = clean(pieces.join(''));
      expect(new TextEncoder().encode(name).length).toBeLessThanOrEqual(255);
      expect(name).toMatch(/^[^./\\<>:"|?*\p{Cc}\p{Cs}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]/u);
      expect(name).not.toMatch(/[/\\<>:"|?*\p{Cc}\p{Cs}\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069]|[. ]$/u);
      expect(name).not.toMatch(/^(?:con|prn|aux|nul|com\d|lpt\d) *(?:\.|$)/i);
      expect(clean(name)).toBe(name);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['image/png', 'image.png'],
  ['image/x-thing', 'image.bin'],
  ['application/pdf', 'file.pdf'],
  ['application/x-thing+xml', 'file.xml'],
  ['multipart/mixed', 'message.eml'],
  ['multipart/encrypted', 'encrypted-message.eml'],
  ['application/pgp-signature', 'signature.asc'],
])('%s without a name is %s', (type, name) => {
  expect(nameForType(type)).toBe(name);
});

import { expect, test } from 'vitest';
import { decodeWords } from '../../../shared/mime/words.ts';

test.each([
  ['plain', 'plain'],
  ['=?utf-8?q?Gr=C3=BC=C3=9Fe_=3F?=', 'Grüße ?'],
  ['=?UTF-8?B?R3LDvMOfZQ==?= from =?iso-8859-1*de?Q?M=FCnchen?=', 'Grüße from München'],
  ['=?utf-8?q?a?= =?utf-8?q?b?=\t=?utf-8?b?Yw?= d', 'abc d'],
  ['=?utf-8?b?R3LD?= =?utf-8?b?vA==?=', 'Grü'],
  ['=?iso-2022-jp?b?GyRCRnxLXBsoQg==?=', '日本'],
  ['=?x-nobody?q?abc?=', 'abc'],
  ['=?utf-8?q?open', '=?utf-8?q?open'],
  ['=?utf-8?x?abc?= =?=?=', '=?utf-8?x?abc?= =?=?='],
  ['=?utf-8?q??=', ''],
  ['"=?utf-8?q?=C3=A4?=.txt"', '"ä.txt"'],
])('%s', (text, expected) => {
  expect(decodeWords(text)).toBe(expected);
});

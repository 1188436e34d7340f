import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import {
  type Element,
  formatMarkup,
  listElement,
  MAX_MARKUP,
  parseMarkup,
  textElement,
} from '../../../shared/impp/markup.ts';
import { cpuTimeOf } from '../../cpu-time.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseMarkup(octets(text));
const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });

test.each([
  ['nothing', ''],
  ['white space', ' \n'],
  ['text', 'x'],
  ['an attribute', '<a b="c"/>'],
  ['an attribute of namespaces', '<a xmlns="x"/>'],
  ['a prefix', '<a:b/>'],
  ['a capital', '<A/>'],
  ['a capital at the end', '<a></A>'],
  ['an underscore', '<a_b/>'],
  ['a dot', '<a.b/>'],
  ['a letter beyond ASCII', '<é/>'],
  ['a digit first', '<1/>'],
  ['a hyphen first', '<-a/>'],
  ['a space first', '< a/>'],
  ['a space in the end tag', '</ a>'],
  ['no name', '<></>'],
  ['a declaration', '<?xml version="1.0"?><a/>'],
  ['a processing instruction', '<a><?x y?></a>'],
  ['a byte order mark', '\ufeff<a/>'],
  ['a doctype', '<!DOCTYPE a><a/>'],
  ['a comment', '<a><!-- x --></a>'],
  ['a comment outside', '<a/><!-- x -->'],
  ['CDATA', '<a><![CDATA[x]]></a>'],
  ['the end of CDATA', '<a>x]]>y</a>'],
  ['an entity of HTML', '<a>&nbsp;</a>'],
  ['an ampersand', '<a>a & b</a>'],
  ['an ampersand without an end', '<a>&amp</a>'],
  ['an empty reference', '<a>&#;</a>'],
  ['an empty hexadecimal reference', '<a>&#x;</a>'],
  ['a reference with a capital X', '<a>&#X41;</a>'],
  ['a reference to NUL', '<a>&#0;</a>'],
  ['a reference to a control', '<a>&#x1F;</a>'],
  ['a reference to a surrogate', '<a>&#xD800;</a>'],
  ['a reference to a noncharacter', '<a>&#xFFFE;</a>'],
  ['a reference beyond Unicode', '<a>&#x110000;</a>'],
  ['a reference beyond numbers', `<a>&#${'9'.repeat(400)};</a>`],
  ['a control', '<a>\u0001</a>'],
  ['a noncharacter', '<a>\uffff</a>'],
  ['two roots', '<a/><b/>'],
  ['text before the root', 'x<a/>'],
  ['text after the root', '<a/>x'],
  ['a reference outside', '&#32;<a/>'],
  ['text before an element', '<a>x<b/></a>'],
  ['text after an element', '<a><b/>x</a>'],
  ['white space as a reference beside an element', '<a>&#32;<b/></a>'],
  ['no end', '<a>'],
  ['no end of a child', '<a><b></a>'],
  ['ends crossed', '<a><b></a></b>'],
  ['an end alone', '</a>'],
  ['an end of both kinds', '<a></a/>'],
  ['half a tag', '<a'],
  ['half an end', '<a></a'],
  ['a less-than sign in text', '<a>1 < 2</a>'],
])('%s is rejected', (_, text) => {
  expect(() => parse(text)).toThrow(badRequest);
});

test.each([
  ['a lone continuation', [0x80]],
  ['half a character', [0xc3]],
  ['an overlong slash', [0xc0, 0xaf]],
  ['a surrogate', [0xed, 0xa0, 0x80]],
])('octets that are not UTF-8: %s', (_, bad) => {
  expect(() => parseMarkup(Uint8Array.from([...octets('<a>'), ...bad, ...octets('</a>')]))).toThrow(
    badRequest,
  );
});

test('UTF-16', () => {
  expect(() => parseMarkup(new Uint8Array([0xff, 0xfe, 0x3c, 0, 0x61, 0, 0x2f, 0, 0x3e, 0]))).toThrow(
    badRequest,
  );
});

describe('limits', () => {
  const nested = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);
  test('depth 8 and 9', () => {
    expect(parse(nested(8)).name).toBe('a');
    expect(() => parse(nested(9))).toThrow(badRequest);
    expect(() => parse(`${'<a>'.repeat(8)}<b/>${'</a>'.repeat(8)}`)).toThrow(badRequest);
    const deep = (depth: number): Element =>
      depth === 1 ? textElement('a', 'x') : listElement('a', [deep(depth - 1)]);
    expect(formatMarkup(deep(8)).length).toBeGreaterThan(0);
    expect(() => formatMarkup(deep(9))).toThrow(badRequest);
  });
  test('65,536 octets and one more', () => {
    const text = (length: number) => `<a>${'x'.repeat(length - 7)}</a>`;
    expect(parse(text(MAX_MARKUP)).text.length).toBe(MAX_MARKUP - 7);
    expect(() => parse(text(MAX_MARKUP + 1))).toThrow(badRequest);
    expect(formatMarkup(textElement('a', 'x'.repeat(MAX_MARKUP - 7))).length).toBe(MAX_MARKUP);
    expect(() => formatMarkup(textElement('a', 'x'.repeat(MAX_MARKUP - 6)))).toThrow(badRequest);
  });
});

test('no document takes longer than its length allows', () => {
  const fill = (unit: string) => unit.repeat(Math.floor((MAX_MARKUP - 40) / unit.length));
  const documents = [
    '<',
    '<a',
    '<a ',
    '&',
    '&#',
    '&#1',
    '&amp;',
    ']',
    ']]',
    '<a/>',
    '<a></a>',
    ' ',
    '\r',
  ].flatMap((unit) => [fill(unit), `<a>${fill(unit)}</a>`, `<a${fill(unit)}/>`]);
  for (const document of documents) {
    const time = cpuTimeOf(() => {
      try {
        parse(document);
      } catch (error) {
        expect(error).toBeInstanceOf(ImppError);
      }
    });
    // A pass takes some 2 ms; something quadratic would take seconds.
    expect(time).toBeLessThan(300);
  }
});

test('nothing is thrown but our own error, and what is read can be written and read again', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    '<a>',
    '</a>',
    '<b/>',
    '&amp;',
    '&#65;',
    '&',
    ' ',
    'x',
    '\r\n',
    '<!--',
    '-->',
    '"',
    '=',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 12 }), (parts) => {
      let element: Element;
      try {
        element = parse(`<r>${parts.join('')}</r>`);
      } catch (error) {
        if (!(error instanceof ImppError) || error.code !== 'bad-request') throw error;
        return;
      }
      expect(parseMarkup(formatMarkup(element))).toEqual(element);
    }),
    { numRuns: 3_000 },
  );
});

test('whatever is accepted, a parser of all XML accepts', () => {
  const pieces = fc.constantFrom(
    '<',
    '>',
    '/',
    '<a>',
    '</a>',
    '<a',
    '<b/>',
    '&amp;',
    '&#65;',
    '&#x41;',
    '&#0;',
    '&',
    ';',
    ' ',
    'x',
    'é',
    '\u0085',
    '\u2028',
    '\r',
    '\n',
    ']]>',
    ']',
    '-',
    '1',
    ':',
    '\ufffd',
    '\ufffe',
    '\u0001',
    '=',
    "'",
  );
  let accepted = 0;
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }), fc.array(pieces, { maxLength: 3 }), (inner, outer) => {
      const source = `<r>${inner.join('')}</r>${outer.join('')}`;
      try {
        parse(source);
      } catch {
        return;
      }
      accepted += 1;
      const xml = new SaxesParser({ xmlns: true });
      xml.on('error', (error) => {
        throw error;
      });
      expect(() => xml.write(source).close()).not.toThrow();
    }),
    { numRuns: 10_000 },
  );
  expect(accepted).toBeGreaterThan(100);
});

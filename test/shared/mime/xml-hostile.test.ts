import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseXml } from '../../../shared/mime/xml.ts';
import { meanCpuTimeOf } from '../../cpu-time.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });
const nest = (depth: number) => '<a>'.repeat(depth) + '</a>'.repeat(depth);

describe('refused', () => {
  test.each([
    ['nothing', ''],
    ['no element', ' <!-- x --> '],
    ['two', '<a/><b/>'],
    ['an open one', '<a>'],
    ['the wrong end', '<a></b>'],
    ['text outside', '<a/>x'],
    ['an unknown entity', '<a>&x;</a>'],
    ['an undeclared prefix', '<x:a/>'],
    ['a doubled attribute', '<a b="" b=""/>'],
    ['NUL', '<a>\0</a>'],
    ['a DOCTYPE', '<!DOCTYPE a><a/>'],
    ['entities that grow', '<!DOCTYPE a [<!ENTITY x "lol"><!ENTITY y "&x;&x;&x;">]><a>&y;</a>'],
    ['entities from elsewhere', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['17 elements within each other', nest(17)],
    ['65,537 octets', `<a>${'x'.repeat(65_530)}</a>`],
  ])('%s', (_, source) => {
    expect(() => parseXml(octets(source))).toThrow(badRequest);
  });
  test('nothing of it is only just right', () => {
    expect(parseXml(octets(nest(16))).name).toBe('a');
    expect(parseXml(octets(`<a>${'x'.repeat(65_529)}</a>`)).text).toHaveLength(65_529);
  });
});

test('whatever has come is read or refused', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '<',
      '>',
      '/',
      '<a>',
      '</a>',
      '<a',
      ' b="c"',
      ' xmlns="urn:x"',
      ' xmlns:p="urn:p"',
      '<p:a/>',
      '&amp;',
      '&#0;',
      '<!--',
      '-->',
      '<![CDATA[',
      ']]>',
      '<?x',
      '?>',
      '<!DOCTYPE',
    ),
    fc.string(),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 30 }), fc.uint8Array({ maxLength: 10 }), (pieces, noise) => {
      try {
        expect(parseXml(Uint8Array.from([...octets(pieces.join('')), ...noise])).name).not.toBe('');
      } catch (error) {
        expect(error).toEqual(badRequest);
      }
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['elements', (n: number) => `<a>${'<b/>'.repeat(n / 4)}</a>`],
  ['attributes', (n: number) => `<a ${Array.from({ length: n / 10 }, (_, at) => `a${at}=""`).join(' ')}/>`],
  [
    'namespaces',
    (n: number) => `<a ${Array.from({ length: n / 20 }, (_, at) => `xmlns:a${at}="u"`).join(' ')}/>`,
  ],
  ['references', (n: number) => `<a>${'&#65;'.repeat(n / 5)}</a>`],
  ['open ones', (n: number) => '<'.repeat(n)],
  ['comments', (n: number) => `<a>${'<!-- -->'.repeat(n / 8)}</a>`],
  ['an open comment', (n: number) => `<a><!--${'-'.repeat(n)}`],
  ['brackets in CDATA', (n: number) => `<a><![CDATA[${']'.repeat(n)}`],
])('time grows no faster than the document: %s', (_, source) => {
  const time = (n: number): number => {
    const bytes = octets(source(n));
    return meanCpuTimeOf(() => {
      try {
        parseXml(bytes);
      } catch (error) {
        expect(error).toEqual(badRequest);
      }
    });
  };
  time(2_000);
  // Eight times the octets: quadratic would be 64 times. Below half a millisecond the clock says nothing.
  expect(time(56_000)).toBeLessThan(Math.max(time(7_000), 0.5) * 24);
});

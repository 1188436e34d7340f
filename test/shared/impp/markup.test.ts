import fc from 'fast-check';
import { SaxesParser } from 'saxes';
import { describe, expect, test } from 'vitest';
import {
  type Element,
  formatMarkup,
  listElement,
  parseMarkup,
  textElement,
} from '../../../shared/impp/markup.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const parse = (text: string) => parseMarkup(octets(text));
const format = (element: Element) => new TextDecoder().decode(formatMarkup(element));

describe('reading', () => {
  test.each<[string, Element]>([
    ['<a/>', textElement('a', '')],
    ['<a />', textElement('a', '')],
    ['<a></a>', textElement('a', '')],
    ['<a ></a\n>', textElement('a', '')],
    [' \r\n<a/>\t\n', textElement('a', '')],
    ['<a>x y</a>', textElement('a', 'x y')],
    ['<a> </a>', textElement('a', ' ')],
    ['<a>&lt;&gt;&amp;&apos;&quot;</a>', textElement('a', '<>&\'"')],
    ['<a>&#65;&#x1F600;&#x1f600;&#0000009;&#13;</a>', textElement('a', 'A😀😀\t\r')],
    ['<a>&amp;lt;</a>', textElement('a', '&lt;')],
    ['<a>x\r\ny\rz</a>', textElement('a', 'x\ny\nz')],
    ['<a>] ]&gt; "quoted" > it\'s</a>', textElement('a', '] ]> "quoted" > it\'s')],
    ['<a-1>é\u0085\u00a0</a-1>', textElement('a-1', 'é\u0085\u00a0')],
    ['<a>\n  <b/>\r\n  <c>x</c>\t</a>', listElement('a', [textElement('b', ''), textElement('c', 'x')])],
    ['<a><b/></a>', listElement('a', [textElement('b', '')])],
  ])('%j', (text, element) => {
    expect(parse(text)).toEqual(element);
  });
});

const arbitraryName = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/);
const arbitraryText = fc
  .string({ unit: 'binary', maxLength: 20 })
  .filter((text) => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text));
const arbitraryElement = (depth: number): fc.Arbitrary<Element> => {
  const leaf = fc.tuple(arbitraryName, arbitraryText).map(([name, text]) => textElement(name, text));
  if (depth === 1) return leaf;
  const inner = fc
    .tuple(arbitraryName, fc.array(arbitraryElement(depth - 1), { minLength: 1, maxLength: 3 }))
    .map(([name, children]) => listElement(name, children));
  return fc.oneof(leaf, inner);
};

describe('writing', () => {
  test('text that would be markup', () => {
    expect(format(textElement('a', '<b>&amp; "x" \'y\' ]]>\r\n'))).toBe(
      '<a>&lt;b&gt;&amp;amp; "x" \'y\' ]]&gt;&#13;\n</a>',
    );
  });
  test('what was written is read as it was', () => {
    fc.assert(
      fc.property(arbitraryElement(8), (element) => {
        expect(parseMarkup(formatMarkup(element))).toEqual(element);
      }),
    );
  });
  test('any XML parser reads it', () => {
    fc.assert(
      fc.property(arbitraryElement(4), (element) => {
        const root: Element[] = [];
        const stack: { name: string; children: Element[]; text: string }[] = [];
        const xml = new SaxesParser({ xmlns: true, position: false });
        xml.on('error', (error) => {
          throw error;
        });
        xml.on('opentag', ({ name }) => stack.push({ name, children: [], text: '' }));
        xml.on('text', (text) => {
          const top = stack.at(-1);
          if (top !== undefined) top.text += text;
        });
        xml.on('closetag', () => {
          const done = stack.pop();
          if (done !== undefined) (stack.at(-1)?.children ?? root).push(done);
        });
        xml.write(new TextDecoder().decode(formatMarkup(element))).close();
        expect(root).toEqual([element]);
      }),
    );
  });
  test.each<[string, Element]>([
    ['a name with a capital', textElement('A', '')],
    ['a name with a colon', textElement('a:b', '')],
    ['no name', textElement('', '')],
    ['a name that begins with a digit', textElement('1a', '')],
    ['a control character', textElement('a', '\u0000')],
    ['half a surrogate pair', textElement('a', '\ud800')],
    ['text beside elements', { name: 'a', text: 'x', children: [textElement('b', '')] }],
  ])('%s is refused', (_, element) => {
    expect(() => formatMarkup(element)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});

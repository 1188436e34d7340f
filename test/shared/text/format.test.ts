import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Block, parse, plain } from '../../../shared/text/format.ts';
import type { Inline } from '../../../shared/text/inline.ts';

/** The tree in one line: `b(bold) i(italic) c(code) [text](url)`, and blocks as `quote{} list{} code{}`. */
const inline = (nodes: readonly Inline[]): string =>
  nodes
    .map((node) => {
      switch (node.type) {
        case 'text':
          return node.text;
        case 'bold':
          return `b(${inline(node.children)})`;
        case 'italic':
          return `i(${inline(node.children)})`;
        case 'code':
          return `c(${node.text})`;
        case 'link':
          return node.isNamed ? `[${node.text}](${node.url})` : `<${node.text}>`;
      }
    })
    .join('');
const block = (node: Block): string => {
  switch (node.type) {
    case 'paragraph':
      return inline(node.children);
    case 'code-block':
      return `code${node.language === undefined ? '' : `:${node.language}`}{${node.text}}`;
    case 'quote':
      return `quote{${node.children.map(block).join('|')}}`;
    case 'list':
      return `list{${node.items.map(({ level, number, children }) => `${level}${number ?? '-'} ${inline(children)}`).join('|')}}`;
  }
};
const show = (text: string): string => parse(text).map(block).join('|');

describe('within a line', () => {
  test.each([
    ['**b** *i* ***both*** _i_', 'b(b) i(i) b(i(both)) i(i)'],
    ['**_a_** and _**b**_', 'b(i(a)) and i(b(b))'],
    ['***a* b** ***c** d*', 'b(i(a) b) b(*c) d*'],
    ['(*a*), "*b*"; *c*!', '(i(a)), "i(b)"; i(c)!'],
    ['*a* *b* **c d**.', 'i(a) i(b) b(c d).'],
    ['*a *b*', '*a i(b)'],
    ['**a *b** c*', 'b(a *b) c*'],
    ['`a*b*` and ``a`b`` ```c```', 'c(a*b*) and c(a`b) c(c)'],
    ['*`code`*', 'i(c(code))'],
    ['it`s `so` isn`t it', 'it`s c(so) isn`t it'],
    ['这是*重点*，**要点**。', '这是i(重点)，b(要点)。'],
    ['👍*ok*👍', '👍i(ok)👍'],
    ['*see https://x.example/a_b*', 'i(see <https://x.example/a_b>)'],
    ['https://x.example/a_b_c*d* _e_', '<https://x.example/a_b_c*d*> i(e)'],
    ['see im:Bob@b.example.', 'see <im:Bob@b.example>.'],
    [
      '[the page](https://x.example/a_(b)), [mail](mailto:a@b.example)',
      '[the page](https://x.example/a_(b)), [mail](mailto:a@b.example)',
    ],
    [
      '[Bob](im:BOB@B.example) [Bob](impp://b.example/bob)',
      '[Bob](impp://b.example/bob) [Bob](impp://b.example/bob)',
    ],
    ['[*a*](https://x.example)', '[*a*](https://x.example/)'],
  ])('%s', (text, expected) => {
    expect(show(text)).toBe(expected);
  });
});

describe('as typed', () => {
  test.each([
    '',
    ' ',
    'hello',
    '  indented\n\n\nand apart\n',
    '2*3*4 = 24 and 2 * 3 * 4',
    'snake_case_names and _leading',
    'trailing_ and 5_000_',
    ':-* kiss :-*',
    '*_* *_* ^_^ -_- o_O >_> <_< T_T',
    '*_* hi *_*',
    '-_- whatever -_-',
    '¯\\_(ツ)_/¯',
    '** not ** and * not * and __init__.py',
    '*.* and *.txt',
    '***',
    '*****',
    '_____ (fill in)',
    '"*" and "*" and (*)',
    'char *p, **argv, *q',
    'C:\\_work\\*all*\\x',
    'the ` key and the `` key',
    "``quoted''",
    '>:( >.< >_>',
    '>',
    '-5 degrees\n--\n---\n-',
    '* smiles *',
    '- - -\n* * *\n- ...',
    '1.5 litres\n2024. A year\n007. Bond',
    '#1 and # 2\n| a | b |',
    '<b>not bold</b> &amp; <script>alert(1)</script>',
    '```',
    '```\n```',
    '```js\nnever closed',
    '![image](x)',
    '[1] and [x](y)',
    '[](https:)',
    'a\u200bb \u202e*',
  ])('%j', (text) => {
    expect(parse(text)).toEqual([
      { type: 'paragraph', children: text === '' ? [] : [{ type: 'text', text }] },
    ]);
  });
});

describe('names of links that say they go elsewhere are no names', () => {
  test.each([
    'https://bank.example',
    'bank.example',
    'www bank',
    'bank．example',
    'bank .example',
    'me@bank.example',
    'ban\u200bk',
    '\u202eknab',
    ' ',
    '...',
  ])('%j', (name) => {
    const nodes = parse(`[${name}](https://evil.example/)`).flatMap((node) =>
      node.type === 'paragraph' ? node.children : [],
    );
    expect(nodes.some((node) => node.type === 'link' && node.isNamed)).toBe(false);
    expect(nodes).toContainEqual({
      type: 'link',
      text: 'https://evil.example/',
      url: 'https://evil.example/',
      isNamed: false,
    });
  });
  test.each([
    'javascript:alert(1)',
    'data:text/html,x',
    'https://a@b.example',
    'relative',
    '//b.example',
    'impp://b.example/',
  ])('no link: %s', (url) => {
    expect(show(`[name](${url})`)).toBe(`[name](${url})`);
    expect(parse(`[name](${url})`)).toHaveLength(1);
  });
});

describe('blocks', () => {
  test.each([
    ['a\n> b\n> c\nd', 'a|quote{b\nc}|d'],
    ['> a\n>> b\n> > > c\n>>>> d', 'quote{a|quote{b|quote{c\n> d}}}'],
    ['>\n> a\n>\n> b', 'quote{\na\n\nb}'],
    ['> - a\n> ```\n> x\n> ```', 'quote{list{0- a}|code{x}}'],
    ['- a\n* b\n  - c\n      - d\n1. e\n7) *f*', 'list{0- a|0- b|1- c|2- d|01 e|07 i(f)}'],
    ['list:\n\n- a\n\n\nafter', 'list:|list{0- a}|after'],
    ['```\na\n\n  b\n```', 'code{a\n\n  b}'],
    ['```js\nlet *a*\n```\nb', 'code:js{let *a*}|b'],
    ['```c++ \nx\n``` ', 'code:c++{x}'],
    ['```first line\nlast```', 'code{first line\nlast}'],
    ['```first\nlast```', 'code{first\nlast}'],
    ['```\na\n```\n```\nb\n```', 'code{a}|code{b}'],
    ['```\n> - `a`\n```', 'code{> - `a`}'],
    ['a\r\nb\rc', 'a\nb\nc'],
    ['a\n\n\n\nb', 'a\n\n\n\nb'],
  ])('%j', (text, expected) => {
    expect(show(text)).toBe(expected);
  });
});

test.each([
  ['**Hi** _you_,\n\n  there', 'Hi you, there'],
  ['> what she said\n\nyes', 'yes'],
  ['> only *that*', 'only that'],
  ['- a\n- b', 'a b'],
  ['```js\nlet a\n```', 'let a'],
  ['[here](https://x.example)', 'here'],
  [' \n ', ''],
])('the preview of %j', (text, expected) => {
  expect(plain(text)).toBe(expected);
});

test('a preview looks no further than it has to, and cuts no character in two', () => {
  expect(plain('a '.repeat(1_000_000)).length).toBeLessThan(2000);
  expect(plain(`${'a'.repeat(1999)}😀`)).toBe(`${'a'.repeat(1999)}\ufffd`);
});

const content = (nodes: readonly (Block | Inline)[]): string =>
  nodes
    .map((node) => {
      if ('children' in node) return content(node.children);
      if (node.type === 'list')
        return node.items.map((item) => `${item.number ?? ''}${content(item.children)}`).join('');
      return node.type === 'code-block' ? (node.language ?? '') + node.text : node.text;
    })
    .join('');

test('nothing is lost but marks', () => {
  const piece = fc.oneof(
    fc.constantFrom(
      '*',
      '**',
      '_',
      '`',
      '```',
      '\n',
      ' ',
      '> ',
      '>',
      '- ',
      '* ',
      '1. ',
      '23) ',
      '[',
      ']',
      '(',
      '\\',
      'a',
      'Wort',
      '字',
      '😀',
      '!',
      ':',
      'https://x.example/a_b',
      '  ',
    ),
    fc.string({ unit: 'grapheme', maxLength: 4 }),
  );
  const bare = (text: string) => text.replace(/[*_`>\-.)\s]/gu, '');
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
      const text = pieces.join('');
      expect(bare(content(parse(text)))).toBe(bare(text));
    }),
    { numRuns: 3000 },
  );
});

test('text without marks is one text, whatever it is', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (noise) => {
      const text = noise.replace(/[*_`>\-:\r\n.)[]/g, '');
      expect(content(parse(text))).toBe(text);
      expect(parse(text)).toHaveLength(1);
    }),
  );
});

import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { findLinks } from '../../../shared/text/links.ts';
import { meanCpuTimeOf } from '../../cpu-time.ts';

const links = (text: string): string[] => findLinks(text).map(({ start, end }) => text.slice(start, end));

describe('what becomes a link', () => {
  test.each([
    ['see https://example.org/a?b=c#d.', ['https://example.org/a?b=c#d']],
    ['(http://example.org/x_(y))', ['http://example.org/x_(y)']],
    ['HTTPS://EXAMPLE.ORG and mailto:a@b.example!', ['HTTPS://EXAMPLE.ORG', 'mailto:a@b.example']],
    ['https://a.example, https://b.example', ['https://a.example', 'https://b.example']],
    ['https://例え.テスト/道', ['https://例え.テスト/道']],
    ['im:bob@b.example or IMPP://b.example/bob?', ['im:bob@b.example', 'IMPP://b.example/bob']],
    ['[https://a.example](https://b.example)', ['https://a.example', 'https://b.example']],
  ])('%s', (text, expected) => {
    expect(links(text)).toEqual(expected);
  });
});

describe('what does not', () => {
  test.each([
    'javascript:alert(1)',
    'JAVASCRIPT:alert(1)//https',
    'data:text/html,<script>alert(1)</script>',
    'file:///etc/passwd',
    'vbscript:x',
    'blob:https-thing',
    'http://',
    'https://?',
    'mailto:nobody',
    'im:nobody',
    'impp://b.example/',
    'xmpp:a@b.example',
    'xhttps://glued.example',
    // The host that is shown is not the host that opens.
    'https://bank.example@evil.example/',
    'https://bank.example:443@evil.example/',
    `https://example.org/${'a'.repeat(5000)}`,
  ])('%.60s', (text) => {
    expect(links(text)).toEqual([]);
  });

  test('a scheme inside a link is part of that link, and the link is the outer one', () => {
    expect(links('https://example.org/javascript:alert(1)')).toEqual([
      'https://example.org/javascript:alert(1)',
    ]);
  });
});

describe('characters that are not seen', () => {
  test.each([
    ['right-to-left override', '\u202e'],
    ['left-to-right mark', '\u200e'],
    ['zero width joiner', '\u200d'],
    ['zero width space', '\u200b'],
    ['isolate', '\u2066'],
    ['soft hyphen', '\u00ad'],
    ['byte order mark', '\ufeff'],
    ['null', '\u0000'],
  ])('%s ends a link', (_, sign) => {
    expect(links(`https://example.org/${sign}gpj.exe`)).toEqual(['https://example.org/']);
  });
});

test('every link stands in the text, in order, and opens nothing but the web, mail and people', () => {
  const piece = fc.oneof(
    fc.string(),
    fc.constantFrom(
      'https://',
      'http://a.example',
      'mailto:a@b',
      'im:',
      'impp://a.example/b',
      '@',
      '.',
      ')',
      '(',
      '<',
      '\u202e',
      ' ',
      'javascript:',
    ),
  );
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      const text = pieces.join('');
      let from = 0;
      for (const { start, end, url } of findLinks(text)) {
        expect(start).toBeGreaterThanOrEqual(from);
        expect(end).toBeGreaterThan(start);
        expect(url).toMatch(/^(?:https?:|mailto:|impp:\/\/)/);
        from = end;
      }
      expect(from).toBeLessThanOrEqual(text.length);
    }),
  );
});

test('a long hostile text takes linear time', () => {
  const time = (length: number): number => {
    const texts = [
      'https://'.repeat(length / 8),
      `https://a.example/${')'.repeat(length)}`,
      `https://${'.'.repeat(length)}`,
    ];
    return meanCpuTimeOf(() => {
      for (const text of texts) findLinks(text);
    });
  };
  time(10_000);
  // Sixteen times the text: quadratic work would take 256 times as long.
  expect(time(1_600_000)).toBeLessThan(Math.max(5, time(100_000)) * 80);
});

test('an invitation is a link when it is one, and what is not in order stays text', () => {
  const link = 'impp://a.example/?invite=AbC-_123&contact=bob@a.example';
  expect(findLinks(`Come here: ${link}.`)).toMatchObject([{ start: 11, end: 11 + link.length, url: link }]);
  expect(findLinks('impp://a.example/?invite=')).toEqual([]);
  expect(findLinks('impp://a.example/?invite=x&contact=eve@b.example')).toEqual([]);
});

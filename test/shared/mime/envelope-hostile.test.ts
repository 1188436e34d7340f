import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import { checkEnvelope } from '../../../shared/mime/envelope.ts';
import { MAX_HEADER_SECTION } from '../../../shared/mime/fields.ts';
import { meanCpuTimeOf } from '../../cpu-time.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const check = (text: string | Uint8Array) =>
  checkEnvelope(
    typeof text === 'string' ? octets(text) : text,
    'impp://a.example/alice',
    'impp://b.example/bob',
    'message/rfc822',
  );
const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });

describe('what one reader takes for a line and another does not', () => {
  test.each([
    ['a LF alone among CRLF', 'From: alice@a.example\r\nX: y\nFrom: mallory@m.example\r\n\r\n'],
    ['an empty line of another kind', 'From: alice@a.example\r\nX: y\n\nFrom: mallory@m.example\r\n\r\n'],
    ['CRLF among LF', 'From: alice@a.example\nX: y\r\n\nFrom: mallory@m.example\n\n'],
    ['a CR alone', 'From: alice@a.example\r\nX: y\rFrom: mallory@m.example\r\n\r\n'],
    ['a CR at the end', 'From: alice@a.example\r'],
    ['two CR', 'From: alice@a.example\r\r\n\r\n'],
    ['a fold of another kind', 'From: alice\n @a.example\r\n\r\n'],
    ['a line that is no field', 'From: alice@a.example\r\nhello\r\nX: y\r\n\r\n'],
    ['the line of a mailbox file', 'From alice Sat Nov 21\r\nFrom: alice@a.example\r\n\r\n'],
    ['a name with a space', 'From: alice@a.example\r\nX Y: z\r\n\r\n'],
    ['a name beyond ASCII', 'From: alice@a.example\r\nFrom\u00a0: mallory@m.example\r\n\r\n'],
    ['a fold of nothing', ' From: x\r\nFrom: alice@a.example\r\n\r\n'],
    ['no name', ': x\r\nFrom: alice@a.example\r\n\r\n'],
    ['a byte order mark', '\ufeffFrom: alice@a.example\r\n\r\n'],
    ['NUL in a name', 'Fr\0om: mallory@m.example\r\nFrom: alice@a.example\r\n\r\n'],
  ])('%s', (_, text) => {
    expect(() => check(text)).toThrow(badRequest);
  });

  test('a From that is not UTF-8', () => {
    const bytes = octets('From: X <alice@a.example>\r\n\r\n');
    bytes[6] = 0xff;
    expect(() => check(bytes)).toThrow(badRequest);
  });
});

describe('limits', () => {
  test('a header section at and over its limit', () => {
    const head = 'From: alice@a.example\r\n';
    const filler = (length: number) => `X: ${'y'.repeat(length - 5)}\r\n`;
    const at = head + filler(MAX_HEADER_SECTION - head.length);
    expect(() => check(`${at}\r\n`)).not.toThrow();
    expect(() => check(`${at.slice(0, -2)}y\r\n\r\n`)).toThrow(badRequest);
  });
  test('a list of receivers at and over its limit', () => {
    const to = (length: number) =>
      `From: alice@a.example\r\nTo:${'c@c.example,'.repeat(1_300)}(${'x'.repeat(length - 15_615)})bob@b.example\r\n\r\n`;
    expect(() => check(to(16_384))).not.toThrow();
    expect(() => check(to(16_385))).toThrow(badRequest);
  });
});

describe('time grows no faster than the message', () => {
  const time = (text: string): number => {
    const bytes = octets(text);
    return meanCpuTimeOf(() => {
      try {
        check(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(ImppError);
      }
    });
  };
  test.each([
    ['open comments', (n: number) => `From: ${'('.repeat(n)}`],
    ['backslashes', (n: number) => `From: "${'\\'.repeat(n)}`],
    ['quoted pairs', (n: number) => `From: "${'\\"'.repeat(n / 2)}"@a.example`],
    ['dots', (n: number) => `From: ${'.'.repeat(n)}@a.example`],
    ['words', (n: number) => `From: ${'a '.repeat(n / 2)}`],
    ['commas', (n: number) => `From: ${','.repeat(n)}`],
    ['folds', (n: number) => `From: ${'\r\n '.repeat(n / 3)}`],
    ['receivers', (n: number) => `From: alice@a.example\r\nTo: ${'ä@x,'.repeat(n / 5)}`],
    ['angles', (n: number) => `From: ${'<'.repeat(n)}`],
    ['domains', (n: number) => `From: a@${'a.'.repeat(n / 2)}`],
    ['schemes', (n: number) => `To: ${'<im:'.repeat(n / 4)}`],
  ])('%s', (_, text) => {
    time(text(1_000));
    const small = time(text(2_000));
    const large = time(text(16_000));
    // Eight times the octets: quadratic would be 64 times. Below a millisecond the clock says nothing.
    expect(large).toBeLessThan(Math.max(small, 1) * 30);
  });
});

test('nothing is thrown but our own error', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.constantFrom(
            'From',
            'To',
            ':',
            ' ',
            '\r\n',
            '\n',
            '\r',
            '<',
            '>',
            '"',
            '\\',
            '(',
            ')',
            ',',
            ';',
            '@',
            'alice@a.example',
            '[',
            ']',
            '.',
            'im:',
            '\u00e9',
          ),
          fc.string(),
        ),
        { maxLength: 40 },
      ),
      (parts) => {
        try {
          check(`From: alice@a.example\r\n${parts.join('')}`);
        } catch (error) {
          if (!(error instanceof ImppError) || error.code !== 'bad-request') throw error;
        }
      },
    ),
    { numRuns: 2_000 },
  );
});

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { appendMbox } from '../../../shared/mime/mbox.ts';

const octets = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));
const append = (text: string, from = 'impp://a.example/alice'): string =>
  Buffer.concat(appendMbox(from, Date.parse('2026-11-21T05:03:09Z'), octets(text))).toString('latin1');

test('a message, to the octet', () => {
  expect(append('Subject: x\r\n\r\nFrom here\r\n>From there\r\n> From\r\nend')).toBe(
    'From alice@a.example Sat Nov 21 05:03:09 2026\nSubject: x\r\n\r\n>From here\r\n>>From there\r\n> From\r\nend\n\n',
  );
  expect(append('', 'impp://xn--bcher-kva.example/jos%C3%A9')).toBe(
    'From jos%C3%A9@xn--bcher-kva.example Sat Nov 21 05:03:09 2026\n\n\n',
  );
});

test('octets without such lines are not copied', () => {
  const message = octets('Fro\nFrom\n>Fro m\n From \n'.repeat(100));
  expect(appendMbox('impp://a.example/a', 0, message)[1]).toBe(message);
});

/** As its description says, and no faster. */
function readNaively(text: string): string[] {
  const messages: string[] = [];
  for (const line of text.split(/(?<=\n)/)) {
    if (line.startsWith('From ')) messages.push('');
    else messages[messages.length - 1] += line.replace(/^>(>*From )/, '$1');
  }
  return messages.map((message) => message.slice(0, -2));
}

test('what was put in comes out', () => {
  const piece = fc.oneof(
    fc.constantFrom('From ', '>', 'From', '\n', '\r\n', '\n\n', ' '),
    fc.string({ unit: 'binary-ascii' }),
  );
  fc.assert(
    fc.property(fc.array(fc.array(piece, { maxLength: 15 })), (messages) => {
      const texts = messages.map((pieces) => pieces.join(''));
      expect(readNaively(texts.map((text) => append(text)).join(''))).toEqual(texts);
    }),
    { numRuns: 1000 },
  );
});

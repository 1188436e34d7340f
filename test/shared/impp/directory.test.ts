import { describe, expect, test } from 'vitest';
import { directoryElement, parseDirectory } from '../../../shared/impp/directory.ts';
import { formatMarkup, listElement } from '../../../shared/impp/markup.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });

describe('directory [IMPP 14]', () => {
  const entries = [
    { address: 'impp://b.example/bob', displayName: 'Bob & Co' },
    { address: 'impp://b.example/carol' },
  ];
  test('there and back', () => {
    const document = formatMarkup(listElement('directory', entries.map(directoryElement)));
    expect(text(document)).toBe(
      '<directory><entry><address>impp://b.example/bob</address><display-name>Bob &amp; Co</display-name></entry>' +
        '<entry><address>impp://b.example/carol</address></entry></directory>',
    );
    expect(parseDirectory(document)).toEqual(entries);
    expect(parseDirectory(octets('<directory> <x-y/> </directory>'))).toEqual([]);
  });
  test.each([
    '<x/>',
    '<directory><entry/></directory>',
    '<directory><entry><address>bob@b.example</address></entry></directory>',
  ])('%s is a bad request', (source) => {
    expect(() => parseDirectory(octets(source))).toThrow(badRequest);
  });
});

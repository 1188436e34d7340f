import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readCards, writeCards } from '../../../main/contacts/vcard.ts';
import { addressOf } from '../../../shared/impp/address.ts';

const BOB = 'impp://b.example/bob';
const card = (...lines: string[]) => ['BEGIN:VCARD', ...lines, 'END:VCARD', ''].join('\r\n');

describe('writing', () => {
  test('is vCard 4.0 with an IMPP property', () => {
    expect(writeCards([{ address: BOB, name: 'Bob, Jr.; "B"', groups: ['Work', 'a,b'] }])).toBe(
      card(
        'VERSION:4.0',
        String.raw`FN:Bob\, Jr.\; "B"`,
        'IMPP:im:bob@b.example',
        String.raw`CATEGORIES:Work,a\,b`,
      ),
    );
  });

  test('gives a contact without a name its address for one, and takes it back', () => {
    const text = writeCards([{ address: BOB, name: '', groups: [] }]);
    expect(text).toContain('FN:bob@b.example\r\n');
    expect(readCards(text)[0]?.name).toBe('');
  });

  test('folds at 75 octets, and not within a character', () => {
    const text = writeCards([{ address: BOB, name: '€'.repeat(60), groups: [] }]);
    const lines = text.split('\r\n');
    expect(Math.max(...lines.map((line) => Buffer.byteLength(line)))).toBeLessThanOrEqual(75);
    expect(lines.filter((line) => line.startsWith(' '))).toHaveLength(2);
    expect(text).not.toContain('\uFFFD');
    expect(readCards(text)[0]?.name).toBe('€'.repeat(60));
  });

  const user = fc
    .string({
      unit: fc.constantFrom(...Array.from("abcz09.-_~!$&'()+,;=<>[]:\\?#%|^`{}üß漢😀")),
      minLength: 1,
      maxLength: 20,
    })
    .filter((text) => !text.startsWith('anonymous-'));
  const line = (longest: number) =>
    fc
      .string({
        unit: fc.constantFrom(...Array.from(' ,;:\\"nN=\'aé漢😀&<\u00a0')),
        minLength: 1,
        maxLength: longest,
      })
      .map((text) => text.trim())
      .filter((text) => text !== '');
  const contact = fc.record({
    address: user.map((name) => addressOf('b.example', name).url),
    name: fc.option(line(100), { nil: '' }),
    groups: fc.uniqueArray(line(40), { maxLength: 5 }),
  });

  test('is read back, whatever is in it', () => {
    fc.assert(
      fc.property(fc.array(contact, { maxLength: 5 }), (contacts) => {
        expect(readCards(writeCards(contacts))).toEqual(
          contacts.map(({ address, ...rest }) => ({ ...rest, addresses: [address], wrong: [] })),
        );
      }),
      { numRuns: 300 },
    );
  });
});

describe('reading', () => {
  const only = (text: string) => {
    const cards = readCards(text);
    expect(cards).toHaveLength(1);
    return cards[0];
  };

  test.each([
    ['impp://b.example/bob'],
    ['im:bob@b.example'],
    ['pres:BOB@B.example'],
    ['IM:bob@b.example?subject=x'],
    ['im:b%6Fb@b.example'],
  ])('takes %s', (value) => {
    expect(only(card('VERSION:4.0', 'FN:Bob', `IMPP:${value}`))?.addresses).toEqual([BOB]);
  });

  test('leaves addresses of other systems alone', () => {
    const text = card('FN:Bob', 'IMPP:xmpp:bob@b.example', 'X-JABBER:bob@b.example', 'EMAIL:bob@b.example');
    expect(only(text)).toEqual({ name: 'Bob', groups: [], addresses: [], wrong: [] });
  });

  test('says what stands as an address and is none', () => {
    expect(only(card('FN:Bob', 'IMPP:im:bob', 'IMPP:im:'))).toMatchObject({
      addresses: [],
      wrong: ['im:bob', 'im:'],
    });
  });

  test('puts the preferred address first', () => {
    const text = card(
      'FN:Bob',
      'IMPP;PREF=50:im:second@b.example',
      'IMPP:im:third@b.example',
      'item1.IMPP;TYPE=home,pref:im:bob@b.example',
    );
    expect(only(text)?.addresses).toEqual([BOB, 'impp://b.example/second', 'impp://b.example/third']);
  });

  test('reads vCard 3.0 with X- properties', () => {
    const text = card(
      'VERSION:3.0',
      'N:Example;Bob;;;',
      'X-IMPP;type=HOME:bob@b.example',
      'CATEGORIES:A,A, ',
    );
    expect(only(text)).toEqual({ name: 'Bob Example', groups: ['A'], addresses: [BOB], wrong: [] });
  });

  test('reads vCard 2.1 in quoted-printable, in its charset', () => {
    const utf8 = card(
      'VERSION:2.1',
      'FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:J=C3=BCrgen=',
      ' Gr=C3=B6=C3=9Fe',
      'X-IM;HOME:bob@b.example',
    );
    expect(only(utf8)).toMatchObject({ name: 'Jürgen Größe', addresses: [BOB] });
    expect(only(card('FN;CHARSET=ISO-8859-1;QUOTED-PRINTABLE:J=FCrgen'))?.name).toBe('Jürgen');
    expect(only(card('FN;CHARSET=x-nothing;QUOTED-PRINTABLE:J=C3=BCrgen'))?.name).toBe('Jürgen');
  });

  test('unfolds, whatever the line ends', () => {
    for (const end of ['\r\n', '\n', '\r']) {
      expect(
        only(card('FN:Bob', ' Example', 'IMPP:im:bob', '\t@b.example').replaceAll('\r\n', end)),
      ).toMatchObject({ name: 'BobExample', addresses: [BOB] });
    }
  });

  test('keeps quoted parameters together', () => {
    expect(only(card('IMPP;X-LABEL="a:b;c,d":im:bob@b.example', 'FN:Bob'))?.addresses).toEqual([BOB]);
  });

  test('passes lists of persons over', () => {
    expect(readCards(card('KIND:group', 'FN:Team', `IMPP:im:bob@b.example`))).toEqual([]);
  });
});

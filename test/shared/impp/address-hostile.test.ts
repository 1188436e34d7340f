// Names that try to pass for others, and text that is no name [IMPP 2].

import { domainToASCII, domainToUnicode } from 'node:url';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ImppError } from '../../../shared/errors.ts';
import {
  addressOf,
  canonicalHost,
  canonicalUser,
  formatForPeople,
  parseAddress,
  parseUrl,
} from '../../../shared/impp/address.ts';
import { hostForPeople } from '../../../shared/impp/host.ts';
import { decodePunycode, encodePunycode } from '../../../shared/impp/punycode.ts';
import { cpuTimeOf } from '../../cpu-time.ts';

const codeOf = (work: () => unknown): string => {
  try {
    return JSON.stringify(work());
  } catch (error) {
    return error instanceof ImppError ? error.code : `not an ImppError: ${String(error)}`;
  }
};

describe('an URL that is not in canonical form is a bad request', () => {
  test.each([
    '',
    'impp://',
    'impp:///bob',
    'impp://b.example',
    'IMPP://b.example/bob',
    'impp:b.example/bob',
    'impp://B.example/bob',
    'impp://b.example/Bob',
    'impp://b.example./bob',
    'impp://b..example/bob',
    'impp://.example/bob',
    'impp://-b.example/bob',
    'impp://b-.example/bob',
    'impp://b_c.example/bob',
    'impp://b.example:2779/bob',
    'impp://bob@b.example/bob',
    'impp://b.example/bob/',
    'impp://b.example/bob?x',
    'impp://b.example/bob#x',
    'impp://b.example/bob ',
    ' impp://b.example/bob',
    'impp://b.example/b%6fb',
    'impp://b.example/b%6Fb',
    'impp://b.example/b%c3%bc',
    'impp://b.example/bü',
    'impp://b.example/u%CC%88',
    'impp://b.example/%C3%9C',
    'impp://b.example/b%',
    'impp://b.example/b%4',
    'impp://b.example/b%zz',
    'impp://b.example/b%FF',
    'impp://b.example/%ED%A0%80',
    'impp://b.example/%C0%AF',
    'impp://b.example/%00',
    'impp://b.example/a%0D%0Ab',
    'impp://b.example/a%20b',
    'impp://b.example/a%40b',
    'impp://b.example/a@b',
    'impp://b.example/a%2Fb',
    'impp://b.example/a%22b',
    'impp://b.example/a*b',
    'impp://b.example/*',
    'impp://b.example/a%2Ab',
    'impp://b.example/a%E2%80%8Bb',
    'impp://b.example/a%E2%80%AEb',
    'impp://b.example/a%CD%B8b',
    'impp://bücher.example/bob',
    'impp://XN--bcher-kva.example/bob',
    'impp://xn--bcher-kva1.example/bob',
    'impp://xn--.example/bob',
    'impp://xn--a.example/bob',
    'impp://xn--a-.example/bob',
    'impp://xn--bob-.example/bob',
    'impp://127.0.0.01/bob',
    'impp://127.1/bob',
    'impp://256.0.0.1/bob',
    'impp://1.2.3.4.5/bob',
    'impp://0x7f.0.0.1.1/bob',
    'impp://[::1/bob',
    'impp://::1/bob',
    'impp://[::1%25eth0]/bob',
    'impp://[0:0:0:0:0:0:0:1]/bob',
    'impp://[::A]/bob',
    'impp://[1::2::3]/bob',
    'impp://[1:2:3:4:5:6:7:8:9]/bob',
    'impp://[1:2:3:4:5:6:7::8:9]/bob',
    'impp://[::127.0.0.1]/bob',
  ])('%j', (text) => {
    expect(codeOf(() => parseUrl(text))).toBe('bad-request');
  });
});

describe('limits, at and one over', () => {
  const part = 'a'.repeat(63);

  test('USER: 64 code points, counted after composition', () => {
    expect(canonicalUser('\u{1F600}'.repeat(64))).toHaveLength(128);
    expect(codeOf(() => canonicalUser('\u{1F600}'.repeat(65)))).toBe('invalid-address');
    expect(canonicalUser('u\u0308'.repeat(64))).toBe('ü'.repeat(64));
    expect(codeOf(() => canonicalUser('u\u0308'.repeat(65)))).toBe('invalid-address');
    expect(codeOf(() => canonicalUser('a'.repeat(65)))).toBe('invalid-address');
    expect(codeOf(() => canonicalUser(''))).toBe('invalid-address');
    const url = addressOf('b.example', '\u{1F600}'.repeat(64)).url;
    expect(parseUrl(url).user).toBe('\u{1F600}'.repeat(64));
  });

  test('a label: 63, HOST: 253', () => {
    expect(canonicalHost(`${part}.example`)).toBe(`${part}.example`);
    expect(codeOf(() => canonicalHost(`${part}a.example`))).toBe('invalid-address');
    const long = [part, part, part, 'a'.repeat(61)].join('.');
    expect(long).toHaveLength(253);
    expect(canonicalHost(long)).toBe(long);
    expect(codeOf(() => canonicalHost(`${long}a`))).toBe('invalid-address');
    expect(codeOf(() => canonicalHost('ü'.repeat(63)))).toBe('invalid-address');
  });
});

describe('text that is no address', () => {
  test.each([
    '',
    '@',
    'bob',
    'bob@',
    '@b.example',
    'b.example',
    'impp://b.example/',
    'impp://b.example',
    'im:b.example',
    'mailto:',
    'bob@b.example/desk',
    'bob@b example',
    'b b@b.example',
    'a@b@b.example',
    'a*@b.example',
    'a/b@b.example',
    '"bob@b.example',
    '"b"ob@b.example',
    '"b"b"@b.example',
    'bob\u200B@b.example',
    'bob\u202E@b.example',
    'bob\uFEFFx@b.example',
    'bob\uD83D@b.example',
    'bob\u0378@b.example',
    'bob@b.example\n.evil.example',
    'bob@-b.example',
    'bob@b..example',
    'bob@b.example.',
    'bob@xn--a.example',
    'bob@1.2.3',
    'bob@\u0301b.example',
    'bob@a\u200Db.example',
    'bob@אa.example',
    'bob@1א.example',
    'bob@א\u0663\u06F4.example',
    'bob@☃.example',
    'bob@b\u2044c.example',
    'bob@b\uFF0Fc.example',
    'bob@[::1',
    'im:b%ZZ@b.example',
    'im:b%FF@b.example',
    '<bob@b.example',
  ])('%j', (text) => {
    expect(codeOf(() => parseAddress(text))).toBe('invalid-address');
  });

  test('is refused in linear time', () => {
    for (const text of [
      'a'.repeat(3e6),
      `${'a'.repeat(3e6)}@b.example`,
      `bob@${'.'.repeat(3e6)}`,
      `bob@${'ü'.repeat(3e6)}`,
      `"${'\\'.repeat(3e6)}`,
      `im:${'%'.repeat(3e6)}@b`,
      `${'<'.repeat(3e6)}`,
      ' '.repeat(3e6),
      `im:${'%41'.repeat(1e6)}@b.example`,
    ]) {
      const time = cpuTimeOf(() => expect(codeOf(() => parseAddress(text))).toBe('invalid-address'));
      // The square of three million would take an hour.
      expect(time).toBeLessThan(5000);
    }
  });
});

describe('names that look alike are one name or none', () => {
  test('of users: composed, decomposed, capital', () => {
    const forms = ['Å', 'A\u030A', 'a\u030A', '\u212B', 'å'];
    expect(new Set(forms.map(canonicalUser))).toEqual(new Set(['å']));
  });

  test('the canonical form of every letter is its own canonical form', () => {
    // From here to the tags nothing is assigned, and behind them all is private.
    const [gap, tags, end] = [0x3_2400, 0xe_0000, 0xe_0200];
    for (let point = 0; point < end; point = point + 1 === gap ? tags : point + 1) {
      const letter = String.fromCodePoint(point);
      let canonical: string;
      try {
        canonical = canonicalUser(`a${letter}b`);
      } catch {
        continue;
      }
      if (canonicalUser(canonical) !== canonical) throw new Error(`U+${point.toString(16)}`);
    }
  });

  test.each([
    ['ＢÜＣＨＥＲ.example', 'xn--bcher-kva.example'],
    ['bücher。example', 'xn--bcher-kva.example'],
    ['faß.example', 'xn--fa-hia.example'],
    ['ΣΑΣ.example', 'xn--mxa9ab.example'],
    ['σας.example', 'xn--mxa8ab.example'],
    ['l·l.example', 'xn--ll-0ea.example'],
    ['クッキー・ショップ.example', 'xn--nckdz0cc4jse0gi.example'],
    ['क्\u200Dष.example', 'xn--11b2ezcw70k.example'],
    ['نامه\u200Cای.example', 'xn--mgba3gch31f060k.example'],
    ['公司.cn', 'xn--55qx5d.cn'],
  ])('of hosts: %s', (typed, host) => {
    expect(canonicalHost(typed)).toBe(host);
    expect(canonicalHost(hostForPeople(host))).toBe(host);
  });
});

describe('punycode', () => {
  // RFC 3492 section 7.1, those without capitals.
  test.each([
    ['ليهمابتكلموشعربي؟', 'egbpdaj6bu4bxfgehfvwxn'],
    ['他们为什么不说中文', 'ihqwcrb4cv8a8dqg056pqjye'],
    ['למההםפשוטלאמדבריםעברית', '4dbcagdahymbxekheh6e0a7fei0b'],
    ['なぜみんな日本語を話してくれないのか', 'n8jok5ay5dzabd5bym9f0cm5685rrjetr6pdxa'],
    [
      '세계의모든사람들이한국어를이해한다면얼마나좋을까',
      '989aomsvi5e83db1d2a355cv1e0vak1dwrv93d5xbh15a0dt30a5jpsd879ccm6fea98c',
    ],
    ['почемужеонинеговорятпорусски', 'b1abfaaepdrnnbgefbadotcwatmq2g4l'],
    ['3年b組金八先生', '3b-ww4c5e180e575a65lsy2b'],
    ['そのスピードで', 'd9juau41awczczp'],
  ])('%s', (label, encoded) => {
    expect(encodePunycode(label)).toBe(encoded);
    expect(decodePunycode(encoded)).toBe(label);
  });

  test('any label comes back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1, maxLength: 30 }), (text) => {
        const label = text.toWellFormed();
        // A label with a hyphen at its end and nothing behind it is a text that needs no encoding.
        const back = decodePunycode(encodePunycode(label));
        expect(back).toBe(label);
      }),
    );
  });

  test('anything else is refused or read, without an end of numbers', () => {
    for (const text of [
      '99999999',
      'a-99999999999999999999',
      'zzzzzzzzzzzzzzzz',
      'A',
      'ü',
      'é-a',
      '-',
      'a b',
    ]) {
      expect(() => decodePunycode(text)).not.toThrow();
    }
    expect(decodePunycode('99999999')).toBeUndefined();
    expect(decodePunycode('bcher-kv')).toBeUndefined();
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...'az09-'.split('')), maxLength: 59 }), (text) => {
        decodePunycode(text);
      }),
    );
  });
});

describe('round trips', () => {
  const user = fc
    .oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }),
      fc.string({ minLength: 1, maxLength: 20 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 8 }),
    )
    .filter((text) => codeOf(() => canonicalUser(text)) !== 'invalid-address');
  const host = fc.constantFrom(
    'b.example',
    'localhost',
    '127.0.0.1',
    '[::1]',
    '[2001:db8::8:800:200c:417a]',
    'xn--bcher-kva.example',
    'a--b.3.c4',
  );

  test('what goes to people and to the wire comes back from both', () => {
    fc.assert(
      fc.property(host, user, (domain, name) => {
        const address = addressOf(domain, name);
        expect(parseUrl(address.url)).toEqual(address);
        expect(parseAddress(address.url)).toEqual(address);
        expect(parseAddress(formatForPeople(address))).toEqual(address);
        expect(
          /^impp:\/\/[a-z0-9.:[\]-]+\/(?:[A-Za-z0-9\-._~!$&'()+,;=]|%[0-9A-F]{2})*$/.test(address.url),
        ).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  test('no text throws anything but the error it should', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.webUrl(),
          fc.emailAddress(),
          fc.string({ unit: fc.constantFrom(...'im:p/@"\\%4<>.xn-é'.split('')) }),
        ),
        (text) => {
          for (const [parse, code] of [
            [parseAddress, 'invalid-address'],
            [parseUrl, 'bad-request'],
          ] as const) {
            try {
              const address = parse(text);
              expect(parseUrl(address.url)).toEqual(address);
            } catch (error) {
              if (!(error instanceof ImppError) || error.code !== code) throw error;
            }
          }
        },
      ),
      { numRuns: 1000 },
    );
  });

  test('IPv6 in any form comes to one', () => {
    fc.assert(
      fc.property(fc.ipV6(), (ip) => {
        const host = canonicalHost(`[${ip.toUpperCase()}]`);
        expect(host).toBe(new URL(`http://[${ip}]/`).hostname);
        expect(canonicalHost(host)).toBe(host);
      }),
    );
  });

  test('a host that we take is the host that ICU takes, which is not as strict', () => {
    const letters = 'abzABZ019-.äÖßéñøΣσςжЖяאبتقकखあアー漢字한글ＡＢ．。٣۴·・\u200C\u200D\u0301';
    const letter = fc.constantFrom(...Array.from(letters));
    fc.assert(
      fc.property(fc.string({ unit: letter, minLength: 1, maxLength: 8 }), (typed) => {
        let host: string;
        try {
          host = canonicalHost(typed);
        } catch {
          return;
        }
        expect(host).toBe(domainToASCII(typed));
        expect(hostForPeople(host)).toBe(domainToUnicode(host));
      }),
      { numRuns: 5000 },
    );
  });
});

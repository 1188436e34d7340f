// [IMPP 14] Markup, as the server reads it in presence, access rules and profiles: what any XML parser reads,
// restricted to elements, text, the five predefined entities and numeric character references.

import { beforeAll, describe, expect, test } from 'vitest';
import { RULES } from './people.ts';
import { type Client, type Domain, startDomain } from './wire.ts';

let domain: Domain;
let alice: Client;
let url: string;
beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

const inAll = (inner: string) => ({
  presence: `<presence><entity>${url}</entity>${inner}</presence>`,
  acl: `<acl>${inner}</acl>`,
  profile: `<profile>${inner}</profile>`,
});

/** What the server says to the three documents that it reads. */
async function said(documents: Record<'presence' | 'acl' | 'profile', string | Buffer>): Promise<string[]> {
  return [
    await alice.errorOf(
      'CHANGE',
      { Target: url, 'Content-Type': 'application/presence' },
      documents.presence,
    ),
    await alice.errorOf('SET-ACL', { Target: url, ...RULES }, documents.acl),
    await alice.errorOf(
      'SET-DOCUMENT',
      { Name: 'profile', 'Content-Type': 'application/impp-profile' },
      documents.profile,
    ),
  ];
}
const all = (token: string) => [token, token, token];
const wrap = (change: (document: string) => string | Buffer) => {
  const { presence, acl, profile } = inAll('');
  return { presence: change(presence), acl: change(acl), profile: change(profile) };
};

let names = 0;
async function begin(): Promise<void> {
  const user = `writer${++names}`;
  alice = await domain.person(user);
  url = domain.url(user);
}

describe('accepted', () => {
  const cases: [string, string][] = [
    ['the five entities', '<x-a>&lt;&gt;&amp;&apos;&quot;</x-a>'],
    ['numeric references', '<x-a>&#9;&#10;&#x41;&#X42;&#x10FFFF;&#65;</x-a>'.replace('&#X42;', '')],
    ['> and quotes in text', '<x-a>a > b "c" \'d\'</x-a>'],
    ['an empty element', '<x-a/><x-b /><x-c></x-c>'],
    ['space in tags', '<x-a ></x-a\n>'],
    ['white space between elements', '\r\n\t <x-a>\n<b>1</b>\t</x-a> \n'],
    ['digits and - in names', '<x-a1-2>1</x-a1-2>'],
    ['text beyond the first plane', '<x-a>😀 ünïcödé</x-a>'],
    ['an element that nobody knows', '<news><headline>x</headline></news>'],
    ['depth 8', '<a2><a3><a4><a5><a6><a7><a8>1</a8></a7></a6></a5></a4></a3></a2>'],
  ];
  test.each(cases)('%s', async (_, inner) => {
    await begin();
    expect(await said(inAll(inner))).toEqual(all('OK'));
  });

  test('white space around the root', async () => {
    await begin();
    expect(await said(wrap((it) => `\n ${it}\r\n\t`))).toEqual(all('OK'));
  });

  test('64 KiB', async () => {
    await begin();
    const padded = wrap((it) =>
      it.replace(/<\/[a-z]+>$/, (end) => `<x-a>${'y'.repeat(65_536 - it.length - 11)}</x-a>${end}`),
    );
    expect(padded.acl.length).toBe(65_536);
    expect(await said(padded)).toEqual(all('OK'));
  });
});

describe('rejected', () => {
  const cases: [string, string][] = [
    ['an attribute', '<x-a b="c">1</x-a>'],
    ['an attribute in an empty element', "<x-a b='c'/>"],
    ['a namespace', '<x:a>1</x:a>'],
    ['a declared namespace', '<x-a xmlns="urn:x">1</x-a>'],
    ['a comment', '<!-- x -->'],
    ['CDATA', '<x-a><![CDATA[x]]></x-a>'],
    ['a processing instruction', '<?x y?>'],
    ['an entity that is not predefined', '<x-a>&nbsp;</x-a>'],
    ['a bare ampersand', '<x-a>a & b</x-a>'],
    ['a reference without its end', '<x-a>&amp</x-a>'],
    ['a reference to NUL', '<x-a>&#0;</x-a>'],
    ['a reference to a control character', '<x-a>&#1;</x-a>'],
    ['a reference to a surrogate', '<x-a>&#xD800;</x-a>'],
    ['a reference to no character', '<x-a>&#xFFFE;</x-a>'],
    ['a reference beyond Unicode', '<x-a>&#x110000;</x-a>'],
    ['an empty reference', '<x-a>&#;</x-a>'],
    ['an upper-case x in a reference', '<x-a>&#X41;</x-a>'],
    ['a control character', '<x-a>\u0001</x-a>'],
    ['U+FFFF', '<x-a>\uffff</x-a>'],
    [']]> in text', '<x-a>]]></x-a>'],
    ['upper case in a name', '<x-A>1</x-A>'],
    ['_ in a name', '<x_a>1</x_a>'],
    ['. in a name', '<x.a>1</x.a>'],
    ['a name that begins with a digit', '<1a>1</1a>'],
    ['a name that begins with -', '<-a>1</-a>'],
    ['no name', '<>1</>'],
    ['space before a name', '< a>1</a>'],
    ['an end that is not its own', '<x-a><b>1</x-a></b>'],
    ['an element without its end', '<x-a>'],
    ['an end without its element', '</x-a>'],
    ['depth 9', '<a2><a3><a4><a5><a6><a7><a8><a9>1</a9></a8></a7></a6></a5></a4></a3></a2>'],
  ];
  test.each(cases)('%s', async (_, inner) => {
    await begin();
    expect(await said(inAll(inner))).toEqual(all('bad-request'));
  });

  const around: [string, (document: string) => string | Buffer][] = [
    ['a declaration', (it) => `<?xml version="1.0" encoding="UTF-8"?>${it}`],
    ['a byte order mark', (it) => `\ufeff${it}`],
    ['DOCTYPE', (it) => `<!DOCTYPE x>${it}`],
    ['a comment before the root', (it) => `<!-- x -->${it}`],
    ['text before the root', (it) => `x${it}`],
    ['text after the root', (it) => `${it}x`],
    ['two roots', (it) => it + it],
    ['an attribute of the root', (it) => it.replace('>', ' a="b">')],
    [
      'octets that are not UTF-8',
      (it) =>
        Buffer.concat([
          Buffer.from(it.replace(/<\/[a-z]+>$/, '<x-a>')),
          Buffer.from([0xc3, 0x28]),
          Buffer.from(`</x-a>${/<\/[a-z]+>$/.exec(it)?.[0]}`),
        ]),
    ],
    [
      'overlong UTF-8',
      (it) =>
        Buffer.concat([
          Buffer.from(it.replace(/<\/[a-z]+>$/, '<x-a>')),
          Buffer.from([0xc0, 0xaf]),
          Buffer.from(`</x-a>${/<\/[a-z]+>$/.exec(it)?.[0]}`),
        ]),
    ],
    ['a root cut off', (it) => it.slice(0, -1)],
    ['nothing', () => ''],
    ['space only', () => ' \n'],
    ['UTF-16', (it) => Buffer.from(`\ufeff${it}`, 'utf16le')],
    [
      '64 KiB and an octet',
      (it) => it.replace(/<\/[a-z]+>$/, (end) => `<x-a>${'y'.repeat(65_537 - it.length - 11)}</x-a>${end}`),
    ],
  ];
  test.each(around)('%s', async (_, change) => {
    await begin();
    const errors = await said(wrap(change));
    for (const error of errors) expect(['bad-request', 'message-too-large']).toContain(error);
  });
});

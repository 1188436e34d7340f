// [IMPP 2] Names: what is canonical on the wire, and what is not.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Domain, mail, startDomain, VERIFIER, verifierOf } from './wire.ts';

let domain: Domain;
let alice: Client;
const line = verifierOf('secret');

beforeAll(async () => {
  domain = await startDomain();
}, 40_000);

async function register(url: string): Promise<string> {
  const client = await domain.connect();
  await client.hello(domain.name);
  const token = await client.errorOf('REGISTER', { ...VERIFIER, Target: url }, line);
  // Every fault here is one of meaning: the connection goes on.
  await client.ping();
  return token;
}

describe('a USER in canonical form', () => {
  const users: [string, string][] = [
    ['letters, digits and the other unreserved', 'abc-123._~'],
    ['sub-delims as themselves', "a!$&'()+,;=b"],
    ['a colon, which is neither, encoded', 'a%3Ab'],
    ['brackets, a question mark and a hash, encoded', '%5Ba%5D%3F%23'],
    ['a percent sign, encoded', 'a%25b'],
    ['composed letters as UTF-8', 'ren%C3%A9'],
    ['Greek with a final sigma', '%CE%BF%CE%B4%CF%8C%CF%82'],
    ['the small sharp s', 'stra%C3%9Fe'],
    ['a dotted i that lower-casing makes of two code points', 'i%CC%87'],
    ['64 code points', 'x'.repeat(64)],
    ['64 code points of four octets each', '%F0%9F%98%80'.repeat(64)],
    ['one code point', 'q'],
  ];
  test.each(users)('may be %s', async (_, user) => {
    expect(await register(domain.url(user))).toBe('OK');
  });
});

describe('a URL in a header that is not in canonical form is bad-request', () => {
  const urls: [string, string][] = [
    ['an upper-case USER', 'impp://wire.example/Bob'],
    ['an encoded upper-case USER', 'impp://wire.example/%C3%89'],
    ['an upper-case HOST', 'impp://Wire.example/bob'],
    ['an upper-case scheme', 'IMPP://wire.example/bob'],
    ['an unreserved octet encoded', 'impp://wire.example/%62ob'],
    ['a sub-delim encoded', 'impp://wire.example/a%2Bb'],
    ['lower-case hex', 'impp://wire.example/%c3%a9'],
    ['an octet that needs encoding and has none', 'impp://wire.example/é'],
    ['a colon without encoding', 'impp://wire.example/a:b'],
    ['a decomposed letter', 'impp://wire.example/e%CC%81'],
    ['a capital that lower-cases to more than one', 'impp://wire.example/%C4%B0'],
    ['the capital sharp s', 'impp://wire.example/%E1%BA%9E'],
    ['65 code points', `impp://wire.example/${'x'.repeat(65)}`],
    ['a control', 'impp://wire.example/a%00b'],
    ['a C1 control', 'impp://wire.example/a%C2%85b'],
    ['a format character', 'impp://wire.example/a%E2%80%8Bb'],
    ['a soft hyphen', 'impp://wire.example/a%C2%ADb'],
    ['a space', 'impp://wire.example/a%20b'],
    ['a no-break space', 'impp://wire.example/a%C2%A0b'],
    ['a line separator', 'impp://wire.example/a%E2%80%A8b'],
    ['an unassigned code point', 'impp://wire.example/%CD%B8'],
    ['an at sign', 'impp://wire.example/a%40b'],
    ['an encoded slash', 'impp://wire.example/a%2Fb'],
    ['a slash', 'impp://wire.example/a/b'],
    ['a quote', 'impp://wire.example/a%22b'],
    ['an asterisk', 'impp://wire.example/a*b'],
    ['an encoded asterisk', 'impp://wire.example/a%2Ab'],
    ['octets that are not UTF-8', 'impp://wire.example/%FF'],
    ['an overlong encoding', 'impp://wire.example/%C0%AF'],
    ['an encoded surrogate', 'impp://wire.example/%ED%A0%80'],
    ['half an encoding', 'impp://wire.example/a%4'],
    ['a query', 'impp://wire.example/bob?x'],
    ['a fragment', 'impp://wire.example/bob#x'],
    ['a port', 'impp://wire.example:2779/bob'],
    ['user information', 'impp://bob@wire.example/bob'],
    ['a HOST in U-labels', 'impp://bücher.example/bob'],
    ['a HOST with a dot at its end', 'impp://wire.example./bob'],
    ['no HOST', 'impp:///bob'],
    ['no slash', 'impp://wire.example'],
    ['the form for people', 'bob@wire.example'],
    ['im:', 'im:bob@wire.example'],
    ['pres:', 'pres:bob@wire.example'],
    ['nothing', ''],
  ];
  test.each(urls)('%s', async (_, url) => {
    expect(await register(url)).toBe('bad-request');
  });

  test('in Target, Watcher and From of an attached client', async () => {
    alice = await domain.person('alice');
    expect(await alice.errorOf('FETCH', { Target: 'impp://wire.example/Alice' })).toBe('bad-request');
    expect(await alice.errorOf('SUBSCRIBE', { Target: 'impp://wire.example/%61lice' })).toBe('bad-request');
    expect(
      await alice.errorOf('FETCH', { Target: domain.url('alice'), Watcher: 'impp://wire.example/Bob' }),
    ).toBe('bad-request');
    expect(
      await alice.errorOf('FETCH', { Target: domain.url('alice'), From: 'impp://wire.example/Alice' }),
    ).toBe('bad-request');
    const body = mail(domain.url('alice'), domain.url('bob'), 'x', '<1@x>');
    const headers = { 'Content-Type': 'message/rfc822', 'Message-ID': '<1@x>' };
    expect(await alice.errorOf('SEND', { ...headers, Target: 'im:bob@wire.example' }, body)).toBe(
      'bad-request',
    );
    await alice.ping();
  });
});

test('`anonymous-` at the start of USER is reserved', async () => {
  expect(await register(domain.url('anonymous-1'))).toBe('permission-denied');
  expect(await register(domain.url('anonymous-'))).toBe('permission-denied');
  expect(await register(domain.url('anonymous'))).toBe('OK');
});

// [IMPP 2, 8] Names that need quoting: what a message says within of its sender and its target, in all the forms that
// mail allows, against the URLs around it.

import { beforeAll, describe, expect, test } from 'vitest';
import { freshId, openOf, PRESENCE, partsOf } from './people.ts';
import { type Client, type Domain, startDomain, VERIFIER, verifierOf } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({ name: 'xn--bcher-kva.example' });
}, 40_000);

/** A person whose USER is `user`, as it stands in the URL. */
async function named(user: string, url: string, device = 'phone'): Promise<Client> {
  const client = await domain.connect();
  await client.hello(domain.name);
  const registered = await client.request('REGISTER', { ...VERIFIER, Target: url }, verifierOf('secret'));
  expect(['OK', 'conflict']).toContain(registered.get('Error') ?? 'OK');
  const done = await client.authenticate(user, 'secret');
  expect(done.get('Address')).toBe(url);
  await client.attach(url, device);
  return client;
}

const urlOf = (encoded: string) => `impp://${domain.name}/${encoded}`;
const say = (client: Client, to: string, body: string, type = 'message/rfc822') =>
  client.errorOf('SEND', { Target: to, 'Message-ID': freshId(), 'Content-Type': type }, body);

describe('From and To within name the same people in any form', () => {
  const cases: [user: string, encoded: string, right: string[], wrong: string[]][] = [
    [
      'anna',
      'anna',
      ['anna@xn--bcher-kva.example', 'anna@bücher.example', 'ANNA@BÜCHER.example'],
      ['anna@bucher.example'],
    ],
    [
      'josé',
      'jos%C3%A9',
      ['josé@bücher.example', 'jose\u0301@bücher.example', 'JOSÉ@bücher.example'],
      ['jose@bücher.example', 'jos%C3%A9@bücher.example'],
    ],
    ["o'neil+x", "o'neil+x", ["o'neil+x@bücher.example"], ['oneil+x@bücher.example']],
    ['a,b', 'a,b', ['"a,b"@bücher.example'], ['a,b@bücher.example']],
    ['a:b', 'a%3Ab', ['"a:b"@bücher.example'], ['a%3Ab@bücher.example']],
    ['(x)', '(x)', ['"(x)"@bücher.example'], ['(x)@bücher.example']],
    ['x.', 'x.', ['"x."@bücher.example'], ['x@bücher.example']],
    ['50%', '50%25', ['50%@bücher.example'], ['50%25@bücher.example']],
    ['a\\b', 'a%5Cb', ['"a\\\\b"@bücher.example'], ['ab@bücher.example', '"a\\b"@bücher.example']],
    ['<tag>', '%3Ctag%3E', ['"<tag>"@bücher.example'], ['tag@bücher.example']],
  ];
  test.each(cases)('%s', async (user, encoded, right, wrong) => {
    const url = urlOf(encoded);
    const client = await named(user, url);
    const other = await named('bert', urlOf('bert'), `for-${encoded.replace(/[^a-z0-9]/g, '-')}`);
    for (const mailbox of right) {
      expect([mailbox, await say(client, urlOf('bert'), `From: <${mailbox}>\r\n\r\nx\r\n`)]).toEqual([
        mailbox,
        'OK',
      ]);
      const to = `From: bert@bücher.example\r\nTo: "Someone, else" <${mailbox}>\r\n\r\nx\r\n`;
      expect([mailbox, await say(other, url, to)]).toEqual([mailbox, 'OK']);
    }
    for (const mailbox of wrong) {
      expect([mailbox, await say(client, urlOf('bert'), `From: <${mailbox}>\r\n\r\nx\r\n`)]).toEqual([
        mailbox,
        'bad-request',
      ]);
    }
  });

  test('message/cpim: an im: URL, percent-encoded; several To', async () => {
    const client = await named('josé', urlOf('jos%C3%A9'));
    await named('bert', urlOf('bert'));
    const cpim = (from: string, ...to: string[]) =>
      `From: ${from}\r\n${to.map((it) => `To: ${it}\r\n`).join('')}\r\nContent-Type: text/plain\r\n\r\nx`;
    const type = 'message/cpim';
    const me = '<im:jos%C3%A9@xn--bcher-kva.example>';
    expect(await say(client, urlOf('bert'), cpim(me, '<im:bert@xn--bcher-kva.example>'), type)).toBe('OK');
    expect(await say(client, urlOf('bert'), cpim(`José ${me}`), type)).toBe('OK');
    expect(
      await say(client, urlOf('bert'), cpim(me, '<im:x@y.example>', '<im:bert@xn--bcher-kva.example>'), type),
    ).toBe('OK');
    expect(await say(client, urlOf('bert'), cpim(me, '<im:x@y.example>'), type)).toBe('bad-request');
    expect(await say(client, urlOf('bert'), cpim('<im:jose@xn--bcher-kva.example>'), type)).toBe(
      'bad-request',
    );
    expect(await say(client, urlOf('bert'), cpim(me).replace(/^From: .*\r\n/, 'Subject: x\r\n'), type)).toBe(
      'bad-request',
    );
  });
});

test('the entity of presence, and Content-ID, name such people by their URL', async () => {
  const url = urlOf('zo%C3%AB');
  const phone = await named('zoë', url, 'phone');
  const desk = await named('zoë', url, 'desk');
  const decomposed = url.replace('%C3%AB', 'e%CC%88');
  for (const wrong of [urlOf('zoë'), urlOf('zo%c3%ab'), decomposed])
    expect(await phone.errorOf('CHANGE', { Target: url, ...PRESENCE }, openOf(wrong, 'x'))).toBe(
      'bad-request',
    );
  await phone.succeed('CHANGE', { Target: url, ...PRESENCE }, openOf(url, 'phone'));
  await desk.succeed('CHANGE', { Target: url, ...PRESENCE }, openOf(url, 'desk'));
  const shown = partsOf(await phone.succeed('FETCH', { Target: url }));
  expect(shown.map((it) => /^content-id: (.*)\r$/im.exec(it.header)?.[1])).toEqual([
    '<desk.zo%C3%AB@xn--bcher-kva.example>',
    '<phone.zo%C3%AB@xn--bcher-kva.example>',
  ]);
});

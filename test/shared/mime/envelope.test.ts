import { describe, expect, test } from 'vitest';
import { checkEnvelope } from '../../../shared/mime/envelope.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const ALICE = 'impp://a.example/alice';
const BOB = 'impp://b.example/bob';
const check = (text: string, { from = ALICE, to = BOB, type = 'message/rfc822' } = {}) =>
  checkEnvelope(octets(text), from, to, type);
const message = (fields: string) => `${fields}\r\nSubject: x\r\n\r\nFrom: mallory@m.example\r\n`;
const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });

describe('From names the sender', () => {
  test.each([
    'From: alice@a.example',
    'From: <alice@a.example>',
    'from:<alice@a.example>',
    'FROM : alice@a.example',
    'From: Alice <alice@a.example>',
    'From: "Liddell, Alice \\"A\\"" <alice@a.example>',
    'From: =?utf-8?Q?Alic=C3=A9?= <alice@a.example>',
    'From: Alicé L. Liddell <alice@a.example>',
    'From: alice@a.example (the one (in Wonderland) \\) here)',
    'From: "alice"@a.example',
    'From: "a\\lice" @ A . Example',
    'From: Alice@A.EXAMPLE',
    'From: Alice\r\n <alice@a.example>',
    'From: alice\r\n\t@a.example\r\n ',
    'From:\r\n alice@a.example',
    'From: <im:alice@a.example>',
    'From: Alice <impp://a.example/alice>',
    'From: alice@a.example,',
  ])('%j', (field) => {
    expect(() => check(message(field))).not.toThrow();
  });

  test.each([
    'X-From: alice@a.example',
    'From: mallory@a.example',
    'From: alice@b.example',
    'From: alice@a.example.b.example',
    'From: xalice@a.example',
    'From: alice@a.example, mallory@m.example',
    'From: alice@a.example, alice@a.example',
    'From: alice@a.example\r\nFrom: alice@a.example',
    'From: alice@a.example\r\nFROM: mallory@m.example',
    'From: alice@a.example\r\nfrom : mallory@m.example',
    'From: friends: alice@a.example;',
    'From: undisclosed:;',
    'From:',
    'From: alice',
    'From: Alice',
    'From: <>',
    'From: alice@a.example <mallory@m.example>',
    'From: "alice@a.example" <mallory@m.example>',
    'From: alice@a.example mallory@m.example',
    'From: <mallory@m.example> alice@a.example',
    'From: <alice@a.example> <mallory@m.example>',
    'From: <alice@a.example',
    'From: <@m.example:alice@a.example>',
    'From: (alice@a.example',
    'From: "alice@a.example',
    'From: im:alice@a.example',
    'From: ali ce@a.example',
    'From: alice%40a.example@m.example',
    'From: alice@a.example\u0000',
    'From: <im:mallory@m.example>',
  ])('%j does not', (field) => {
    expect(() => check(message(field))).toThrow(badRequest);
  });

  test('names beyond ASCII, quoted and encoded', () => {
    const josé = { from: 'impp://a.example/jos%C3%A9' };
    expect(() => check(message('From: <josé@a.example>'), josé)).not.toThrow();
    expect(() => check(message('From: <jose\u0301@a.example>'), josé)).not.toThrow();
    expect(() => check(message('From: <jos%C3%A9@a.example>'), josé)).toThrow(badRequest);
    const odd = { from: 'impp://a.example/a,b(c)' };
    expect(() => check(message('From: "a,b(c)"@a.example'), odd)).not.toThrow();
    expect(() => check(message('From: a,b(c)@a.example'), odd)).toThrow(badRequest);
    const bücher = { from: 'impp://xn--bcher-kva.example/alice' };
    expect(() => check(message('From: alice@bücher.example'), bücher)).not.toThrow();
    expect(() => check(message('From: alice@xn--bcher-kva.example'), bücher)).not.toThrow();
  });

  test('IP literals', () => {
    expect(() => check(message('From: alice@[127.0.0.1]'), { from: 'impp://127.0.0.1/alice' })).not.toThrow();
    expect(() => check(message('From: alice@127.0.0.1'), { from: 'impp://127.0.0.1/alice' })).not.toThrow();
    expect(() => check(message('From: alice@[IPv6:::1]'), { from: 'impp://[::1]/alice' })).not.toThrow();
    expect(() => check(message('From: alice@[::1]'), { from: 'impp://[::1]/alice' })).not.toThrow();
  });
});

describe('To, if it is there, includes the Target', () => {
  test.each([
    'To: bob@b.example',
    'To: Bob <bob@b.example>, carol@c.example',
    'To: carol@c.example,\r\n\tBOB@B.example',
    'To: friends: carol@c.example, bob@b.example;',
    'To: nobody@-not-of-impp-, bob@b.example',
    'To: <im:%>, <im:bob@b.example>',
    'Cc: carol@c.example',
  ])('%j', (field) => {
    expect(() => check(message(`From: alice@a.example\r\n${field}`))).not.toThrow();
  });

  test.each([
    'To:',
    'To: carol@c.example',
    'To: undisclosed:;',
    'To: bob@b.example\r\nTo: bob@b.example',
    'To: <',
  ])('%j does not', (field) => {
    expect(() => check(message(`From: alice@a.example\r\n${field}`))).toThrow(badRequest);
  });
});

describe('where the header ends', () => {
  test('fields inside the content are nobody’s business', () => {
    expect(() => check('From: alice@a.example\r\n\r\nFrom: mallory@m.example\r\nTo: x')).not.toThrow();
    expect(() => check('Subject: x\r\n\r\nFrom: alice@a.example\r\n')).toThrow(badRequest);
  });
  test('a header without content', () => {
    expect(() => check('From: alice@a.example')).not.toThrow();
    expect(() => check('From: alice@a.example\r\n')).not.toThrow();
    expect(() => check('')).toThrow(badRequest);
    expect(() => check('\r\nFrom: alice@a.example\r\n')).toThrow(badRequest);
  });
  test('lines that all end in LF', () => {
    expect(() => check('From: alice@a.example\nTo: bob@b.example\n\nFrom: mallory@m.example')).not.toThrow();
  });
});

describe('the type', () => {
  test.each(['message/rfc822', 'Message/RFC822', 'message/rfc822; charset=utf-8', ' message/rfc822 ;x=y'])(
    '%j',
    (type) => {
      expect(() => check('From: alice@a.example\r\n', { type })).not.toThrow();
    },
  );
  test.each(['text/plain', 'message/rfc8222', 'message', '', 'application/x; message/rfc822'])(
    '%j is no message',
    (type) => {
      expect(() => check('From: alice@a.example\r\n', { type })).toThrow(
        expect.objectContaining({ code: 'type-not-understood' }),
      );
    },
  );
  test('no body, no type', () => {
    expect(() => checkEnvelope(undefined, ALICE, BOB, undefined)).toThrow(
      expect.objectContaining({ code: 'type-not-understood' }),
    );
    expect(() => checkEnvelope(undefined, ALICE, BOB, 'message/rfc822')).toThrow(badRequest);
  });
});

describe('CPIM [RFC 3862]', () => {
  const cpim = (text: string) => () =>
    check(`${text}\r\nDateTime: 2026-11-21T12:00:00Z\r\n\r\nContent-Type: text/plain\r\n\r\nhi`, {
      type: 'message/cpim',
    });
  test.each([
    'From: <im:alice@a.example>',
    'From: MR ALICE <im:alice@a.example>\r\nTo: Bob <im:bob@b.example>',
    'From: "a <b>" <im:alice@a.example>\r\nTo: <im:carol@c.example>\r\nTo: <impp://b.example/bob>',
  ])('%j', (text) => {
    expect(cpim(text)).not.toThrow();
  });
  test.each([
    'From: alice@a.example',
    'From: <alice@a.example>',
    'From: <im:mallory@m.example>',
    'From: <im:alice@a.example> <im:mallory@m.example>',
    'From: <im:alice@a.example>\r\nFrom: <im:alice@a.example>',
    'From: <im:alice@a.example>\r\nTo: <im:carol@c.example>',
    'To: <im:bob@b.example>',
  ])('%j fails', (text) => {
    expect(cpim(text)).toThrow(badRequest);
  });
});

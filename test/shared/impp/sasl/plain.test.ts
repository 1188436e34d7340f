import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../../../server/accounts/crypto.ts';
import { formatAnonymous, parseAnonymous } from '../../../../shared/impp/sasl/anonymous.ts';
import { checkPlain, formatPlain, parsePlain } from '../../../../shared/impp/sasl/plain.ts';
import { makeVerifier } from '../../../../shared/impp/sasl/verifier.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const verifier = await makeVerifier('pen cil', new Uint8Array(16), 4096, nodeCrypto);
const counted = { pbkdf2: 0 };
const crypto = {
  ...nodeCrypto,
  pbkdf2: (...of: Parameters<typeof nodeCrypto.pbkdf2>) => {
    counted.pbkdf2 += 1;
    return nodeCrypto.pbkdf2(...of);
  },
};
const check = (message: Uint8Array) =>
  checkPlain(message, { crypto, lookup: (user) => Promise.resolve({ verifier, isReal: user === 'tim' }) });

describe('PLAIN [RFC 4616]', () => {
  test('the message', () => {
    expect(formatPlain({ user: 'tim', password: 'tanstaaftanstaaf' })).toEqual(
      octets('\0tim\0tanstaaftanstaaf'),
    );
    expect(formatPlain({ authzid: 'Ursel', user: 'Kurt', password: 'xipj3plmq' })).toEqual(
      octets('Ursel\0Kurt\0xipj3plmq'),
    );
    expect(parsePlain(octets('Ursel\0Kurt\0xipj3plmq'))).toEqual({
      authzid: 'Ursel',
      user: 'Kurt',
      password: 'xipj3plmq',
    });
    expect(() => formatPlain({ user: 'a\0b', password: 'c' })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
  });
  test('the right password, prepared', async () => {
    expect(await check(octets('\0tim\0pen cil'))).toEqual({ user: 'tim' });
    expect(await check(octets('impp://h.example/tim\0tim\0pen\u00a0cil'))).toEqual({
      user: 'tim',
      authzid: 'impp://h.example/tim',
    });
  });
  test.each([
    ['a wrong password', '\0tim\0pencil'],
    ['a user who does not exist, whatever the look-alike says', '\0tom\0pen cil'],
  ])('%s: the same words for the same work', async (_, message) => {
    const before = counted.pbkdf2;
    await expect(check(octets(message))).rejects.toMatchObject({
      code: 'authentication-failed',
      message: 'authentication-failed',
    });
    expect(counted.pbkdf2).toBe(before + 1);
  });
  test('a password that cannot be one is a wrong one', async () => {
    await expect(check(octets('\0tim\0\u0007'))).rejects.toMatchObject({
      code: 'authentication-failed',
      message: 'authentication-failed',
    });
  });
  test.each([
    '',
    '\0',
    '\0tim',
    '\0tim\0',
    '\0\0password',
    'tim\0password',
    '\0tim\0pass\0word',
    `\0tim\0${'x'.repeat(4_092)}`,
  ])('%j is a bad request', async (message) => {
    await expect(check(octets(message.slice(0, 4_097)))).rejects.toMatchObject({ code: 'bad-request' });
  });
  test('octets that are not UTF-8', async () => {
    await expect(check(new Uint8Array([0, 0x74, 0, 0xff]))).rejects.toMatchObject({ code: 'bad-request' });
  });
});

describe('ANONYMOUS [RFC 4505]', () => {
  test.each(['', 'sirhc', 'alice@a.example', 'ä'.repeat(255), '👻'.repeat(255)])('%s', (trace) => {
    expect(parseAnonymous(formatAnonymous(trace))).toBe(trace);
  });
  test.each(['a\nb', '\0', 'x'.repeat(256), '👻'.repeat(256), '\ue000'])('%j leaves no trace', (trace) => {
    const badRequest: unknown = expect.objectContaining({ code: 'bad-request' });
    expect(() => formatAnonymous(trace)).toThrow(badRequest);
    expect(() => parseAnonymous(octets(trace))).toThrow(badRequest);
  });
  test('octets that are not UTF-8', () => {
    expect(() => parseAnonymous(new Uint8Array([0xff]))).toThrow(
      expect.objectContaining({ code: 'bad-request' }),
    );
  });
});

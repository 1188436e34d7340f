import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../../../server/accounts/crypto.ts';
import { decodeBase64, encodeBase64 } from '../../../../shared/base64.ts';
import {
  type ScramClientOptions,
  type ScramServerOptions,
  scramClient,
  scramServer,
} from '../../../../shared/impp/sasl/scram.ts';
import { makeVerifier, type Verifier } from '../../../../shared/impp/sasl/verifier.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const SALT = decodeBase64('W22ZaJ0SNY7soEsUEjb6gQ==');
const BINDING = new Uint8Array(32).fill(7);
const pencil: Verifier = await makeVerifier('pencil', SALT, 4096, nodeCrypto);
const other: Verifier = await makeVerifier('pen', SALT, 4096, nodeCrypto);

const client = (options: Partial<ScramClientOptions> = {}) =>
  scramClient({
    mechanism: 'SCRAM-SHA-256',
    user: 'user',
    password: 'pencil',
    crypto: nodeCrypto,
    serverOffersPlus: false,
    ...options,
  });
const server = (options: Partial<ScramServerOptions> = {}) =>
  scramServer({
    mechanism: 'SCRAM-SHA-256',
    crypto: nodeCrypto,
    plusOffered: false,
    lookup: (user) => Promise.resolve({ verifier: pencil, isReal: user !== 'nobody' }),
    ...options,
  });

async function run(c: ReturnType<typeof client>, s: ReturnType<typeof server>) {
  const { data, ...who } = await s.final(await c.respond(await s.first(await c.initial())));
  await c.finish(data);
  return who;
}

describe('the example of RFC 7677 section 3', () => {
  const first = 'n,,n=user,r=rOprNGfwEbeRWgbNEkqO';
  const challenge = 'r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096';
  const final =
    'c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=';
  const data = 'v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=';

  test('our client says what it says', async () => {
    const c = client({ nonce: 'rOprNGfwEbeRWgbNEkqO' });
    expect(text(await c.initial())).toBe(first);
    expect(text(await c.respond(octets(challenge)))).toBe(final);
    await c.finish(octets(data));
  });

  test('our server says what it says', async () => {
    const s = server({ nonce: '%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0' });
    expect(text(await s.first(octets(first)))).toBe(challenge);
    const done = await s.final(octets(final));
    expect(text(done.data)).toBe(data);
    expect(done.user).toBe('user');
  });
});

test('both sides agree, with an authorisation identity and a name that needs encoding', async () => {
  const c = client({ user: 'a=b,c', authzid: 'impp://h.example/a=b,c' });
  expect(text(await c.initial())).toMatch(
    /^n,a=impp:\/\/h.example\/a=3Db=2Cc,n=a=3Db=2Cc,r=[A-Za-z0-9+/]{24}$/,
  );
  const c2 = client({ user: 'a=b,c', authzid: 'impp://h.example/a=b,c' });
  expect(await run(c2, server())).toEqual({ user: 'a=b,c', authzid: 'impp://h.example/a=b,c' });
});

describe('channel binding [RFC 5802 section 6, RFC 9266]', () => {
  test('the form of c= with a binding', async () => {
    const c = client({
      mechanism: 'SCRAM-SHA-256-PLUS',
      binding: BINDING,
      serverOffersPlus: true,
      nonce: 'abc',
    });
    expect(text(await c.initial())).toBe('p=tls-exporter,,n=user,r=abc');
    const final = text(await c.respond(octets(`r=abcdef,s=${encodeBase64(SALT)},i=4096`)));
    const bound = decodeBase64(/^c=([^,]+),r=abcdef,p=/.exec(final)?.[1] ?? '');
    expect(Buffer.from(bound)).toEqual(Buffer.concat([Buffer.from('p=tls-exporter,,'), BINDING]));
  });

  test('the same connection on both sides is signed in', async () => {
    const c = client({ mechanism: 'SCRAM-SHA-256-PLUS', binding: BINDING, serverOffersPlus: true });
    const s = server({ mechanism: 'SCRAM-SHA-256-PLUS', binding: BINDING, plusOffered: true });
    expect(await run(c, s)).toEqual({ user: 'user' });
  });

  test('another connection between the two is not', async () => {
    const c = client({ mechanism: 'SCRAM-SHA-256-PLUS', binding: BINDING, serverOffersPlus: true });
    const s = server({ mechanism: 'SCRAM-SHA-256-PLUS', binding: new Uint8Array(32), plusOffered: true });
    await expect(run(c, s)).rejects.toMatchObject({ code: 'authentication-failed' });
  });

  test('a client that could bind but sees no offer says y; a server that made one refuses it', async () => {
    const c = client({ binding: BINDING });
    expect(text(await c.initial())).toMatch(/^y,,/);
    await expect(run(client({ binding: BINDING }), server({ plusOffered: true }))).rejects.toMatchObject({
      code: 'authentication-failed',
    });
    expect(await run(client({ binding: BINDING }), server())).toEqual({ user: 'user' });
  });

  test('a client that does not bind although offered says n, and that is taken', async () => {
    const c = client({ binding: BINDING, serverOffersPlus: true });
    expect(await run(c, server({ plusOffered: true }))).toEqual({ user: 'user' });
  });

  test('PLUS without TLS does not begin', () => {
    expect(() => client({ mechanism: 'SCRAM-SHA-256-PLUS' })).toThrow(
      expect.objectContaining({ code: 'invalid-argument' }),
    );
    expect(() => server({ mechanism: 'SCRAM-SHA-256-PLUS' })).toThrow(
      expect.objectContaining({ code: 'operation-not-supported' }),
    );
  });

  test.each([
    'p=tls-unique,,n=user,r=a',
    'p=tls-server-end-point,,n=user,r=a',
    'n,,n=user,r=a',
    'y,,n=user,r=a',
  ])('PLUS with %s fails', async (message) => {
    const s = server({ mechanism: 'SCRAM-SHA-256-PLUS', binding: BINDING, plusOffered: true });
    await expect(s.first(octets(message))).rejects.toMatchObject({ code: 'authentication-failed' });
  });

  test('a binding where the mechanism has none fails', async () => {
    await expect(server().first(octets('p=tls-exporter,,n=user,r=a'))).rejects.toMatchObject({
      code: 'authentication-failed',
    });
  });

  test('what the client repeats in c= is what it said', async () => {
    const s = server({ nonce: 'b' });
    await s.first(octets('y,,n=user,r=a'));
    const c = client({ nonce: 'a' });
    await c.initial();
    const final = await c.respond(octets(`r=ab,s=${encodeBase64(SALT)},i=4096`));
    await expect(s.final(final)).rejects.toMatchObject({ code: 'authentication-failed' });
  });
});

describe('what does not match is refused in the same words', () => {
  test.each([
    ['a wrong password', client({ password: 'pen' })],
    ['an unknown user whose look-alike matches', client({ user: 'nobody' })],
  ])('%s', async (_, c) => {
    await expect(run(c, server())).rejects.toMatchObject({
      code: 'authentication-failed',
      message: 'authentication-failed',
    });
  });

  test('a server that does not know the verifier', async () => {
    const c = client();
    const s = server();
    await s.final(await c.respond(await s.first(await c.initial())));
    const signature = `v=${encodeBase64(new Uint8Array(32))}`;
    await expect(c.finish(octets(signature))).rejects.toMatchObject({ code: 'authentication-failed' });
  });

  test('a server key of another password', async () => {
    const s = server({
      lookup: () => Promise.resolve({ verifier: { ...pencil, serverKey: other.serverKey }, isReal: true }),
    });
    await expect(run(client(), s)).rejects.toMatchObject({ code: 'authentication-failed' });
  });
});

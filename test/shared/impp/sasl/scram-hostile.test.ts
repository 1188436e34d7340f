import { expect, test } from 'vitest';
import { nodeCrypto } from '../../../../server/accounts/crypto.ts';
import { encodeBase64 } from '../../../../shared/base64.ts';
import { scramClient, scramServer } from '../../../../shared/impp/sasl/scram.ts';
import { makeVerifier } from '../../../../shared/impp/sasl/verifier.ts';

const octets = (text: string) => new TextEncoder().encode(text);
const salt64 = encodeBase64(new Uint8Array(16).fill(1));
const verifier = await makeVerifier('pencil', new Uint8Array(16).fill(1), 4096, nodeCrypto);

const server = () =>
  scramServer({
    mechanism: 'SCRAM-SHA-256',
    crypto: nodeCrypto,
    plusOffered: true,
    nonce: 'b',
    lookup: () => Promise.resolve({ verifier, isReal: true }),
  });
async function client() {
  const c = scramClient({
    mechanism: 'SCRAM-SHA-256',
    user: 'u',
    password: 'pencil',
    crypto: { ...nodeCrypto, pbkdf2: () => Promise.resolve(new Uint8Array(32)) },
    serverOffersPlus: false,
    nonce: 'abc',
  });
  await c.initial();
  return c;
}

test.each([
  '',
  'n',
  'n,',
  'n,,',
  'n,,n=u',
  'n,,r=a,n=u',
  'n,,n=,r=a',
  'n,,n=u,r=',
  'n,,n=u,r=a b',
  'n,,n=u,r=ä',
  'n,,n=u=41,r=a',
  'n,,n=u=,r=a',
  'n,,n=u=2c,r=a',
  'n,,n=u\0,r=a',
  'n,b=x,n=u,r=a',
  'n,a=,n=u,r=a',
  'x,,n=u,r=a',
  'p,,n=u,r=a',
  'p=,,n=u,r=a',
  'n,,n=u,r=a,x',
])('the server takes %j for bad-request', async (message) => {
  await expect(server().first(octets(message))).rejects.toMatchObject({ code: 'bad-request' });
});

test('a message of over 4,096 octets', async () => {
  const message = (length: number) => octets(`n,,n=${'u'.repeat(length - 9)},r=a`);
  expect(await server().first(message(4_096))).toBeInstanceOf(Uint8Array);
  await expect(server().first(message(4_097))).rejects.toMatchObject({ code: 'bad-request' });
});

test('a mandatory extension fails, an optional one is passed over', async () => {
  await expect(server().first(octets('n,,m=x,n=u,r=a'))).rejects.toMatchObject({
    code: 'authentication-failed',
  });
  expect(new TextDecoder().decode(await server().first(octets('n,,n=u,r=a,x=y')))).toMatch(/^r=ab,/);
});

test('octets that are not UTF-8', async () => {
  await expect(server().first(new Uint8Array([0x6e, 0x2c, 0x2c, 0xff]))).rejects.toMatchObject({
    code: 'bad-request',
  });
});

test.each([
  '',
  'c=biws',
  'c=biws,r=ab',
  'c=biws,r=ab,p=',
  'c=biws,r=ab,p=AA==,x=y',
  'c=%%%%,r=ab,p=AAAA',
  'c=biws,r=ab,p=AAB=',
])('the server takes %j for no proof', async (message) => {
  const s = server();
  await s.first(octets('n,,n=u,r=a'));
  await expect(s.final(octets(message))).rejects.toMatchObject({
    code: expect.stringMatching(/^(bad-request|authentication-failed)$/) as unknown,
  });
  await expect(s.final(octets(message))).rejects.toMatchObject({ code: 'bad-request' });
});

test('steps out of order', async () => {
  await expect(server().final(octets('c=biws,r=ab,p=AAAA'))).rejects.toMatchObject({ code: 'bad-request' });
  const s = server();
  await s.first(octets('n,,n=u,r=a'));
  await expect(s.first(octets('n,,n=u,r=a'))).rejects.toMatchObject({ code: 'bad-request' });
});

test.each([
  ['a nonce that is not ours', `r=xyz,s=${salt64},i=4096`, 'authentication-failed'],
  ['a nonce that adds nothing', `r=abc,s=${salt64},i=4096`, 'authentication-failed'],
  ['4,095 iterations', `r=abcd,s=${salt64},i=4095`, 'authentication-failed'],
  ['1,000,001 iterations', `r=abcd,s=${salt64},i=1000001`, 'authentication-failed'],
  ['no iterations', `r=abcd,s=${salt64}`, 'protocol-violation'],
  ['iterations with a zero before', `r=abcd,s=${salt64},i=04096`, 'protocol-violation'],
  ['no salt', 'r=abcd,s=,i=4096', 'protocol-violation'],
  ['a salt that is none', 'r=abcd,s=!,i=4096', 'protocol-violation'],
  ['a mandatory extension', `m=x,r=abcd,s=${salt64},i=4096`, 'protocol-violation'],
  ['nothing', '', 'protocol-violation'],
])('the client refuses %s', async (_, challenge, code) => {
  await expect((await client()).respond(octets(challenge))).rejects.toMatchObject({ code });
});

test.each(['4096', '1000000'])('the client takes %s iterations', async (count) => {
  expect(await (await client()).respond(octets(`r=abcd,s=${salt64},i=${count}`))).toBeInstanceOf(Uint8Array);
});

test.each([
  ['nothing', '', 'protocol-violation'],
  ['a signature that is none', 'v=!', 'protocol-violation'],
  ['a short signature', 'v=AAAA', 'authentication-failed'],
  ['a refusal', 'e=invalid-proof', 'authentication-failed'],
])('the client is not signed in by %s', async (_, data, code) => {
  const c = await client();
  await c.respond(octets(`r=abcd,s=${salt64},i=4096`));
  await expect(c.finish(octets(data))).rejects.toMatchObject({ code });
});

test('the client is not signed in by a signature that came before the proof', async () => {
  await expect((await client()).finish(octets('v=AAAA'))).rejects.toMatchObject({
    code: 'protocol-violation',
  });
});

import { describe, expect, test } from 'vitest';
import { nodeCrypto } from '../../../../server/accounts/crypto.ts';
import { decodeBase64 } from '../../../../shared/base64.ts';
import { formatVerifier, makeVerifier, parseVerifier } from '../../../../shared/impp/sasl/verifier.ts';

const SALT = decodeBase64('W22ZaJ0SNY7soEsUEjb6gQ==');
/** The verifier behind the example of RFC 7677, as PostgreSQL and others write it [RFC 5803]. */
const LINE =
  'SCRAM-SHA-256$4096:W22ZaJ0SNY7soEsUEjb6gQ==$WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=';

test('the verifier of RFC 7677, made, read and written', async () => {
  expect(formatVerifier(await makeVerifier('pencil', SALT, 4096, nodeCrypto))).toBe(LINE);
  expect(formatVerifier(parseVerifier(LINE))).toBe(LINE);
  expect(parseVerifier(`${LINE}\r\n`)).toEqual(parseVerifier(`${LINE}\n`));
});

test('the password is prepared', async () => {
  const [composed, decomposed] = await Promise.all(
    ['caf\u00e9', 'cafe\u0301'].map((password) => makeVerifier(password, SALT, 4096, nodeCrypto)),
  );
  expect(composed).toEqual(decomposed);
  await expect(makeVerifier('', SALT, 4096, nodeCrypto)).rejects.toMatchObject({ code: 'invalid-argument' });
});

describe('what is no verifier', () => {
  const [head = '', keys = ''] = LINE.split('==$');
  test.each([
    ['nothing', ''],
    ['another mechanism', LINE.replace('256', '1')],
    ['a small letter', LINE.toLowerCase()],
    ['a zero first', LINE.replace('4096', '04096')],
    ['no iterations', LINE.replace('4096', '')],
    ['iterations of eleven digits', LINE.replace('4096', '40960000000')],
    ['a sign', LINE.replace('4096', '+4096')],
    ['a space', LINE.replace('$', ' $')],
    ['two lines', `${LINE}\n${LINE}`],
    ['a line before', `\n${LINE}`],
    ['a short salt', LINE.replace('W22ZaJ0SNY7soEsUEjb6gQ==', 'W22ZaJ0SNY7soEsUEjb6')],
    ['a long salt', LINE.replace('W22ZaJ0SNY7soEsUEjb6gQ==', 'W22ZaJ0SNY7soEsUEjb6gQAA')],
    ['a salt with bits left over', LINE.replace('gQ==', 'gR==')],
    ['keys in URL base64', LINE.replace('WG5d8o', 'WG5d_o')],
    ['one key', `${head}==$${keys.split(':')[0]}`],
    ['a short key', LINE.slice(0, -4)],
    ['a third key', `${LINE}:${keys.split(':')[0]}`],
    ['more than a line', LINE + ' '.repeat(1_000_000)],
  ])('%s', (_, line) => {
    expect(() => parseVerifier(line)).toThrow(expect.objectContaining({ code: 'bad-request' }));
  });
});

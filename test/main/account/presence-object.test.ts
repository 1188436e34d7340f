import { expect, test } from 'vitest';
import { readPresenceObject } from '../../../main/account/presence-object.ts';

const ALICE = 'impp://a.example/alice';
const octets = (text: string) => new TextEncoder().encode(text);
const document = (entity: string) =>
  `<presence><entity>${entity}</entity><tuple><id>t</id><status>open</status><note>signed</note></tuple></presence>`;
const SIGNED = 'multipart/signed; protocol="application/pgp-signature"; micalg=pgp-sha512; boundary=s';
const signed = (entity: string) =>
  octets(
    `--s\r\nContent-Type: application/presence\r\nFrom: alice@a.example\r\n\r\n${document(entity)}\r\n` +
      '--s\r\nContent-Type: application/pgp-signature\r\n\r\n-----BEGIN PGP SIGNATURE-----\r\n--s--\r\n',
  );

test('a presence that is signed is shown like any other', () => {
  expect(readPresenceObject(SIGNED, signed(ALICE), ALICE)).toEqual({ state: 'available', note: 'signed' });
});

test('of somebody else, or encrypted, it is unknown, not offline', () => {
  expect(readPresenceObject(SIGNED, signed('impp://a.example/mallory'), ALICE)).toEqual({ state: 'unknown' });
  expect(readPresenceObject('multipart/encrypted; boundary=s', signed(ALICE), ALICE)).toEqual({
    state: 'unknown',
  });
});

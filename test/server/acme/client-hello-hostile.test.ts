import fc from 'fast-check';
import { expect, test } from 'vitest';

import { readClientHello } from '../../../server/acme/client-hello.ts';

/** A hello for a.example with acme-tls/1, octet by octet. */
const HELLO = ((): Buffer => {
  const counted = (size: number, ...parts: Buffer[]): Buffer => {
    const inner = Buffer.concat(parts);
    const length = Buffer.alloc(size);
    length.writeUIntBE(inner.length, 0, size);
    return Buffer.concat([length, inner]);
  };
  const name = Buffer.concat([
    Buffer.from([0, 0]),
    counted(2, counted(2, Buffer.from([0]), counted(2, Buffer.from('a.example')))),
  ]);
  const alpn = Buffer.concat([
    Buffer.from([0, 16]),
    counted(2, counted(2, counted(1, Buffer.from('acme-tls/1')))),
  ]);
  const body = Buffer.concat([
    Buffer.alloc(34, 3),
    counted(1),
    counted(2, Buffer.from([0x13, 0x01])),
    counted(1, Buffer.from([0])),
    counted(2, name, alpn),
  ]);
  return Buffer.concat([Buffer.from([0x16, 3, 1]), counted(2, Buffer.from([1]), counted(3, body))]);
})();

test('what is whole is read; each beginning of it is not, and nothing is thrown', () => {
  expect(readClientHello(HELLO)).toEqual({ serverName: 'a.example', protocols: ['acme-tls/1'] });
  for (let length = 0; length < HELLO.length; length += 1)
    expect(readClientHello(HELLO.subarray(0, length))).toBeUndefined();
});

test('whatever octets come, in the place of any others', () => {
  const answers = (octets: Uint8Array): void => {
    const read = readClientHello(octets);
    if (read !== undefined) expect(read.protocols.every((name) => name.length < 256)).toBe(true);
  };
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (octets) => answers(new Uint8Array([0x16, ...octets]))),
  );
  fc.assert(
    fc.property(fc.nat(HELLO.length - 1), fc.nat(255), (at, value) => {
      const changed = Buffer.from(HELLO);
      changed[at] = value;
      answers(changed);
    }),
  );
});

test('a list that says it goes on for ever ends with the octets', () => {
  const endless = Buffer.from(HELLO);
  endless.writeUInt16BE(0xffff, 3);
  expect(readClientHello(endless)).toBeUndefined();
  // Not TLS, and another message of the handshake.
  expect(readClientHello(Buffer.from('HELLO 1 impp/1.0\r\n'))).toBeUndefined();
  const other = Buffer.from(HELLO);
  other[5] = 2;
  expect(readClientHello(other)).toBeUndefined();
});

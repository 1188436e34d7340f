import { expect, test } from 'vitest';
import { formatPresence, minimalClosed } from '../../../shared/impp/presence.ts';
import { documentOf } from '../../../shared/impp/presence-state.ts';
import { readPresence } from '../../../shared/mime/presence-object.ts';

const URL = 'impp://a.example/alice';
const laptop = documentOf(URL, { id: 'laptop', state: 'available', note: 'at the desk' });
const phone = documentOf(URL, { id: 'phone', state: 'away' });
const octets = (text: string) => new TextEncoder().encode(text);
const xml = (document: typeof laptop) => new TextDecoder().decode(formatPresence(document));
const multipart = (...parts: string[]) =>
  octets(`${parts.map((part) => `--b\r\n${part}\r\n`).join('')}--b--\r\n`);
const part = (content: string, type = 'application/presence') =>
  `Content-Type: ${type}\r\nContent-ID: <d.alice@a.example>\r\n\r\n${content}`;

test('one document', () => {
  expect(readPresence('application/presence', minimalClosed(URL))).toEqual([
    { entity: URL, tuples: [{ id: 'none', status: 'closed' }] },
  ]);
  expect(readPresence('Application/Presence; charset=utf-8', formatPresence(laptop))[0]?.tuples[0]?.id).toBe(
    'laptop',
  );
});

test('several, in their order', () => {
  const ids = readPresence(
    'multipart/mixed; boundary="b"',
    multipart(part(xml(laptop)), part(xml(phone))),
  ).map(({ tuples }) => tuples[0]?.id);
  expect(ids).toEqual(['laptop', 'phone']);
});

test('what is not understood is passed over', () => {
  const body = multipart(part('x', 'application/pkcs7-mime'), part('<presence/>'), part(xml(phone)));
  expect(readPresence('multipart/mixed; boundary=b', body).map(({ tuples }) => tuples[0]?.id)).toEqual([
    'phone',
  ]);
  expect(readPresence('application/pkcs7-mime', octets('x'))).toEqual([]);
  expect(readPresence('application/presence', octets('x'))).toEqual([]);
  expect(readPresence('multipart/mixed', body)).toEqual([]);
});

const signed = (content: string, boundary: string) =>
  `Content-Type: multipart/signed; protocol="application/pkcs7-signature"; micalg=sha-256; boundary="${boundary}"\r\n\r\n` +
  `--${boundary}\r\n${content}\r\n` +
  `--${boundary}\r\nContent-Type: application/pkcs7-signature\r\n\r\nMIIB\r\n--${boundary}--\r\n`;

test('what is signed is read, alone and among several', () => {
  const content = signed(part(xml(laptop)), 's');
  const blank = content.indexOf('\r\n\r\n');
  const type = content.slice('Content-Type: '.length, blank);
  expect(readPresence(type, octets(content.slice(blank + 4)))[0]?.tuples[0]?.id).toBe('laptop');
  const both = multipart(content, part(xml(phone)), signed(part('x', 'text/plain'), 't'));
  expect(readPresence('multipart/mixed; boundary=b', both).map(({ tuples }) => tuples[0]?.id)).toEqual([
    'laptop',
    'phone',
  ]);
});

test('what stands in the place of the signature is no presence', () => {
  const body = multipart(part('x', 'text/plain'), part(xml(phone)));
  expect(readPresence('multipart/signed; boundary=b', body)).toEqual([]);
});

test('parts within parts are read so deep and no deeper', () => {
  const nested = (depth: number): string =>
    depth === 0
      ? part(xml(laptop))
      : `Content-Type: multipart/mixed; boundary=b${depth}\r\n\r\n--b${depth}\r\n${nested(depth - 1)}\r\n--b${depth}--`;
  expect(readPresence('multipart/mixed; boundary=b', multipart(nested(2)))).toHaveLength(1);
  expect(readPresence('multipart/mixed; boundary=b', multipart(nested(3)))).toEqual([]);
});

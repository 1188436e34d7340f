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

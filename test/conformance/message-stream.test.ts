// [IMPP 4, 8] Ten mebibytes: octet for octet, in clear and under TLS, beside other messages, and cut off in the middle.

import { DatabaseSync } from 'node:sqlite';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { temporaryFolder } from '../stories/programs.ts';
import { composed, couple, freshId, MESSAGE, userOf, write } from './people.ts';
import { type Client, type Domain, mail, startDomain } from './wire.ts';

const SIZE = 10 * 1024 * 1024;

let domain: Domain;
const data = temporaryFolder();
beforeAll(async () => {
  domain = await startDomain({ certificate: true, data, settings: ['inbox.delivery-wait-ms=400'] });
}, 40_000);

/** A message of just 10 MiB, of octets that tell of their place. */
const large = (from: string, to: string, id: string): Buffer => {
  const head = mail(from, to, '', id);
  const text = Buffer.alloc(SIZE - head.length);
  for (let at = 0; at < text.length; at += 1) text[at] = 33 + ((at * 31) % 89);
  return mail(from, to, text.toString('latin1'), id);
};

/** A bulk connection of somebody who takes 10 MiB. */
const bulk = async (user: string, connected: Promise<Client> = domain.connect()): Promise<Client> => {
  const client = await connected;
  const own = { Domain: domain.name, Role: 'client', Agent: 'bulk/1', 'Max-Message-Size': String(SIZE) };
  await client.succeed('HELLO', own);
  await client.authenticate(user, `password of ${user}`);
  await client.attach(domain.url(user), 'bulk', { Purpose: 'bulk' });
  return client;
};

describe.each([
  ['in clear', (user: string) => bulk(user)],
  ['under TLS', (user: string) => bulk(user, domain.connectSecure())],
])('10 MiB %s', (_, login) => {
  test('come out as they went in, for the receiver and for the sender', async () => {
    const { a, b } = await couple(domain);
    const [sending, fetching] = await Promise.all([login(userOf(a)), login(userOf(b))]);
    const id = freshId();
    const body = large(a, b, id);
    expect(body.length).toBe(SIZE);
    await sending.succeed('SEND', { Target: b, 'Message-ID': id, ...MESSAGE }, body);
    for (const client of [fetching, sending]) {
      const got = await client.succeed('GET-MESSAGE', { 'Inbox-Sequence': '1' });
      expect(got.get('Content-Length')).toBe(String(SIZE));
      expect(got.body.equals(body)).toBe(true);
      await client.ping();
    }
  });

  test('one octet more is too large, and the connection goes on', async () => {
    const { a, b } = await couple(domain);
    const sending = await login(userOf(a));
    const id = freshId();
    const body = Buffer.concat([large(a, b, id), Buffer.from('x')]);
    const response = await sending.request('SEND', { Target: b, 'Message-ID': id, ...MESSAGE }, body);
    expect(response.get('Error')).toBe('message-too-large');
    expect(response.get('Max-Message-Size')).toBe(String(SIZE));
    await sending.ping();
  });
});

test('messages on the same connection keep their order, and others do not wait', async () => {
  const { alice, bob, a, b } = await couple(domain);
  const sending = await bulk(userOf(a));
  const [one, two, three] = [freshId(), freshId(), freshId()];
  const body = large(a, b, two);
  const answers = [
    sending.request(...composed(sending, b, 'first', { 'Message-ID': one })),
    sending.request('SEND', { Target: b, 'Message-ID': two, ...MESSAGE }, body),
    sending.request(...composed(sending, b, 'third', { 'Message-ID': three })),
  ];
  expect((await write(alice, a, 'a note to oneself')).kind).toBe('OK');
  const got: (string | undefined)[] = [];
  for (let count = 0; count < 3; count += 1) got.push((await bob.incoming('SEND')).get('Message-ID'));
  expect(got).toEqual([one, two, three]);
  for (const answer of answers) expect((await answer).kind).toBe('OK');
});

test('killed in the middle of a body it leaves nothing behind, and the message can be sent again', async () => {
  const { a, b } = await couple(domain);
  const sending = await bulk(userOf(a));
  const kept = freshId();
  await sending.succeed('SEND', { Target: b, 'Message-ID': kept, ...MESSAGE }, large(a, b, kept));
  const id = freshId();
  const body = large(a, b, id);
  const identity = Object.entries(sending.identity).map(([name, value]) => `${name}: ${value}\r\n`);
  sending.write(
    `SEND cut impp/1.0\r\n${identity.join('')}Target: ${b}\r\nMessage-ID: ${id}\r\n` +
      `Content-Type: message/rfc822\r\nContent-Length: ${body.length}\r\n\r\n`,
  );
  sending.write(body.subarray(0, SIZE / 2));
  const rows = (): { bodies: number; pieces: number } => {
    const db = new DatabaseSync(join(data, 'parley.sqlite'), { readOnly: true });
    const row = db
      .prepare(
        `SELECT (SELECT count(*) FROM body WHERE state <> 1) AS bodies,
           (SELECT count(*) FROM piece WHERE key >> 20 IN (SELECT id FROM body WHERE state <> 1)) AS pieces`,
      )
      .get() as { bodies: number; pieces: number };
    db.close();
    return { ...row };
  };
  await expect.poll(() => rows().pieces, { timeout: 10_000 }).toBeGreaterThan(20);
  await domain.stop('SIGKILL');
  domain = await startDomain({ data, certificate: true });
  await expect.poll(rows, { timeout: 10_000 }).toEqual({ bodies: 0, pieces: 0 });

  const again = await bulk(userOf(a));
  await again.succeed('SEND', { Target: b, 'Message-ID': id, ...MESSAGE }, body);
  const fetching = await bulk(userOf(b));
  for (const [sequence, whole] of [
    ['1', large(a, b, kept)],
    ['2', body],
  ] as const) {
    const got = await fetching.succeed('GET-MESSAGE', { 'Inbox-Sequence': sequence });
    expect(got.body.equals(whole)).toBe(true);
  }
}, 40_000);

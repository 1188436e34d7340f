// [IMPP 4, 6, 13] Limits on reading: exactly at each, and one over.

import { beforeAll, describe, expect, test } from 'vitest';
import { type Client, type Domain, mail, startDomain } from './wire.ts';

let domain: Domain;
beforeAll(async () => {
  domain = await startDomain({
    settings: ['limits.max-message-size=100000', 'limits.max-bulk-size=300000', 'inbox.delivery-wait-ms=50'],
  });
}, 40_000);

async function answered(octets: string | Buffer): Promise<string> {
  const client = await domain.connect();
  client.write(octets);
  const response = await client.response('a');
  await client.ping();
  return response.get('Error') ?? 'OK';
}

async function fatal(octets: string | Buffer): Promise<string> {
  const client = await domain.connect();
  client.write(octets);
  await client.closed();
  expect(client.arrived).toHaveLength(1);
  return `${client.arrived[0]?.startLine} ${client.arrived[0]?.get('Error')}`;
}

/** A start line of so many octets with its CRLF: only the digits of the version can make it long. */
const startLine = (octets: number) => `PING a impp/2.${'0'.repeat(octets - 16)}\r\n`;

describe('the start line', () => {
  test('of 1,024 octets with its CRLF is read', async () => {
    expect(Buffer.byteLength(startLine(1024))).toBe(1024);
    expect(await answered(`${startLine(1024)}\r\n`)).toBe('version-not-supported');
  });
  test('of 1,025 is fatal', async () => {
    expect(await fatal(`${startLine(1025)}\r\n`)).toMatch(
      /^ERROR \((-\) -|PING\) a) impp\/1\.0 (bad-request|message-too-large)$/,
    );
  });
  test('without an end is fatal once it is too long', async () => {
    expect(await fatal('P'.repeat(1100))).toMatch(
      /^ERROR \(-\) - impp\/1\.0 (bad-request|message-too-large)$/,
    );
  });
});

/** A header section of so many octets from the line after the start line to the empty line included. */
const section = (octets: number) => {
  const rest = octets - 2 - 'X-A: \r\n'.length;
  return `X-A: ${'v'.repeat(rest)}\r\n\r\n`;
};

describe('the header section', () => {
  test('of 16 KiB is read', async () => {
    expect(Buffer.byteLength(section(16_384))).toBe(16_384);
    expect(await answered(`PING a impp/1.0\r\n${section(16_384)}`)).toBe('OK');
  });
  test('of one octet more is fatal', async () => {
    expect(await fatal(`PING a impp/1.0\r\n${section(16_385)}`)).toMatch(
      /^ERROR \(PING\) a impp\/1\.0 (bad-request|message-too-large)$/,
    );
  });
  test('counts octets, not characters', async () => {
    const value = `${'é'.repeat(8_188)}`;
    const exact = `X-A: ${value}\r\n`;
    const fill = 16_384 - 2 - Buffer.byteLength(exact);
    expect(fill).toBeLessThan(0);
    expect(await fatal(`PING a impp/1.0\r\n${exact}\r\n`)).toMatch(/^ERROR \(PING\) a/);
  });
  test('without an end is fatal once it is too long', async () => {
    expect(await fatal(`PING a impp/1.0\r\nX-A: ${'v'.repeat(17_000)}`)).toMatch(/^ERROR \(PING\) a/);
  });
  test('of 64 headers is read', async () => {
    expect(await answered(`PING a impp/1.0\r\n${'X-A: 1\r\n'.repeat(64)}\r\n`)).toBe('OK');
  });
  test('of 65 is fatal', async () => {
    expect(await fatal(`PING a impp/1.0\r\n${'X-A: 1\r\n'.repeat(65)}\r\n`)).toMatch(
      /^ERROR \(PING\) a impp\/1\.0 (bad-request|message-too-large)$/,
    );
  });
});

const withBody = (length: number) =>
  Buffer.concat([
    Buffer.from(`X-NEW a impp/1.0\r\nContent-Type: a/b\r\nContent-Length: ${length}\r\n\r\n`),
    Buffer.alloc(length, 'b'),
  ]);

describe('before ATTACH, bodies over 64 KiB are too large', () => {
  test('64 KiB is read', async () => {
    expect(await answered(withBody(65_536))).toBe('operation-not-supported');
  });
  test.each([65_537, 131_071])(
    '%i is read away, answered with message-too-large and its limit',
    async (length) => {
      const client = await domain.connect();
      client.write(withBody(length));
      const response = await client.response('a');
      expect(response.startLine).toBe('ERROR (X-NEW) a impp/1.0');
      expect(response.get('Error')).toBe('message-too-large');
      expect(response.get('Max-Message-Size')).toBe('65536');
      await client.ping();
    },
  );
  test.each([131_072, 9_999_999_999])('%i closes', async (length) => {
    expect(await fatal(`X-NEW a impp/1.0\r\nContent-Type: a/b\r\nContent-Length: ${length}\r\n\r\n`)).toBe(
      'ERROR (X-NEW) a impp/1.0 message-too-large',
    );
  });
  test('also of a client that has authenticated', async () => {
    await domain.person('zoe');
    const client = await domain.login('zoe');
    client.write(withBody(65_537));
    expect((await client.response('a')).get('Error')).toBe('message-too-large');
    await client.ping();
  });
});

describe('from ATTACH on, the Max-Message-Size that its OK says', () => {
  const send = async (client: Client, from: string, length: number) => {
    const id = `<${length}@x>`;
    const head = mail(domain.url(from), domain.url('bob'), '', id);
    const body = Buffer.concat([head, Buffer.alloc(length - head.length, 'x')]);
    return client.request(
      'SEND',
      { Target: domain.url('bob'), 'Content-Type': 'message/rfc822', 'Message-ID': id },
      body,
    );
  };

  test('interactive', async () => {
    await domain.person('bob');
    const alice = await domain.person('alice');
    expect((await send(alice, 'alice', 100_000)).kind).toBe('OK');
    const over = await send(alice, 'alice', 100_001);
    expect(over.get('Error')).toBe('message-too-large');
    expect(over.get('Max-Message-Size')).toBe('100000');
    expect(over.get('To')).toBe(domain.url('alice'));
    expect(over.get('Connection-ID')).toBe(alice.identity['Connection-ID']);
    expect((await send(alice, 'alice', 199_999)).get('Error')).toBe('message-too-large');
    await alice.ping();
    alice.send(
      'SEND',
      { 'Content-Type': 'a/b', 'Content-Length': '200000', Target: domain.url('bob') },
      undefined,
      'end',
    );
    await alice.closed();
    const last = alice.arrived.find((it) => it.id === 'end');
    expect(last?.startLine).toBe('ERROR (SEND) end impp/1.0');
    expect(last?.get('Error')).toBe('message-too-large');
  });

  test('bulk', async () => {
    await domain.person('carol');
    const carol = await domain.login('carol');
    const ok = await carol.attach(domain.url('carol'), 'phone', { Purpose: 'bulk' });
    expect(ok.get('Max-Message-Size')).toBe('300000');
    expect((await send(carol, 'carol', 300_000)).kind).toBe('OK');
    expect((await send(carol, 'carol', 300_001)).get('Error')).toBe('message-too-large');
  });
});

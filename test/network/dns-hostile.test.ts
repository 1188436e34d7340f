// Packets that nobody honest sends.

import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { cachingDns } from '../../network/dns-client.ts';
import { encodeQuestion, readAnswer } from '../../network/dns-message.ts';
import { type DnsRecord, DnsServer, type Liar } from '../fixtures/dns.ts';

const QUESTION = { id: 77, name: 'a.example', type: 'SRV' } as const;
const query = encodeQuestion(QUESTION);
const good: DnsRecord = { type: 'SRV', target: 'good.example', port: 1, priority: 0, weight: 0 };
const bad: DnsRecord = { ...good, target: 'bad.example' };

let server: DnsServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const namesFor = async (liar: Liar): Promise<string[]> => {
  server = await DnsServer.start({ 'a.example': liar });
  const clock = {
    now: Date.now,
    after(delay: number, run: () => void) {
      const timer = setTimeout(run, delay);
      return () => clearTimeout(timer);
    },
  };
  const dns = cachingDns({ servers: [server.address], timeout: 10_000, clock, random: randomBytes });
  return (await dns.srv('a.example')).map(({ name }) => name);
};

const changed = (octets: Buffer, change: (copy: Buffer) => void): Buffer => {
  const copy = Buffer.from(octets);
  change(copy);
  return copy;
};

describe('before the answer comes', () => {
  test.each<[string, (forged: Buffer, query: Buffer) => Buffer]>([
    ['one with another ID', (forged) => changed(forged, (it) => it.writeUInt16BE(it.readUInt16BE(0) ^ 1, 0))],
    ['one to another question', (forged) => changed(forged, (it) => it.write('b', 13, 'latin1'))],
    ['one for another type', (forged) => changed(forged, (it) => it.writeUInt16BE(1, 12 + 11))],
    ['the question itself', (_, asked) => asked],
    ['one of no octets', () => Buffer.alloc(0)],
    ['one without a question', (forged) => changed(forged, (it) => it.writeUInt16BE(0, 4))],
  ])('%s is not it', async (_, forge) => {
    const names = await namesFor((asked, honest) => [forge(honest([bad]), asked), honest([good])]);
    expect(names).toEqual(['good.example']);
  });
});

/** An answer with this record behind it, as octets. */
const withRecord = (record: Buffer): Buffer => {
  const head = Buffer.from(query);
  head.writeUInt16BE(0x8180, 2);
  head.writeUInt16BE(1, 6);
  return Buffer.concat([head, record]);
};

const srvRecord = (target: Buffer, length = target.length + 6): Buffer => {
  const head = Buffer.from([0xc0, 12, 0, 33, 0, 1, 0, 0, 0, 60, 0, length, 0, 0, 0, 0, 0, 1]);
  return Buffer.concat([head, target]);
};

describe('an answer that is refused', () => {
  test.each<[string, Buffer]>([
    ['a name that leads to itself', srvRecord(Buffer.from([0xc0, 12 + 15 + 18]))],
    ['a name that leads forward', srvRecord(Buffer.from([0xc0, 0xff]))],
    ['a name that is cut off', srvRecord(Buffer.from([40, 1, 2]))],
    ['a name with white space', srvRecord(Buffer.from([3, 0x61, 0x20, 0x62, 0]))],
    ['a name with a line feed', srvRecord(Buffer.from([3, 0x61, 0x0a, 0x62, 0]))],
    ['a label of a kind that does not exist', srvRecord(Buffer.from([0x80, 0]))],
    ['a record longer than the packet', srvRecord(Buffer.from([0]), 200)],
    ['nothing where a record should be', Buffer.alloc(0)],
  ])('%s', (_, record) => {
    expect(() => readAnswer(withRecord(record), QUESTION)).toThrow(
      expect.objectContaining({ code: 'protocol-violation' }),
    );
  });

  test('names of names without an end', () => {
    const alias = Buffer.from([0xc0, 12, 0, 5, 0, 1, 0, 0, 0, 60, 0, 2, 0xc0, 12]);
    expect(() => readAnswer(withRecord(alias), QUESTION)).toThrow(
      expect.objectContaining({ code: 'protocol-violation' }),
    );
  });
});

test('a time to live with its first bit set is none', () => {
  const record = srvRecord(Buffer.from([0xc0, 12]));
  record.writeUInt32BE(0xffffffff, 6);
  expect(readAnswer(withRecord(record), QUESTION)).toMatchObject({
    ttl: 0,
    servers: [{ name: 'a.example' }],
  });
});

test('whatever octets come, there is an answer, none, or a fault', () => {
  const whole = withRecord(srvRecord(Buffer.from([4, 0x67, 0x6f, 0x6f, 0x64, 0])));
  const spoilt = fc
    .array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { maxLength: 6 })
    .map((changes) => changed(whole, (it) => changes.forEach(([at, octet]) => it.writeUInt8(octet, at))));
  const cut = fc.nat(whole.length).map((length) => whole.subarray(0, length));
  fc.assert(
    fc.property(fc.oneof(spoilt, cut), (octets) => {
      try {
        readAnswer(octets, QUESTION);
      } catch (error) {
        expect(error).toMatchObject({ code: 'protocol-violation' });
      }
    }),
    { numRuns: 2_000 },
  );
});

// The few octets of DNS that finding a server takes [RFC 1035 4, RFC 2782, RFC 3596]. What comes is anybody's word.

import { ImppError } from '../shared/errors.ts';

/** What is asked for, by its number. */
export const TYPES = { A: 1, AAAA: 28, SRV: 33 } as const;
export type RecordType = keyof typeof TYPES;

export interface Question {
  readonly id: number;
  /** Without a dot at its end. */
  readonly name: string;
  readonly type: RecordType;
}

export interface SrvRecord {
  readonly name: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
}

export interface Answer {
  /** 0: answered; 3: there is no such name; any other: the server cannot say. */
  readonly code: number;
  /** There is more than fits into a packet. */
  readonly isCut: boolean;
  /** Of the name, or of what it is another name for. */
  readonly addresses: readonly string[];
  readonly servers: readonly SrvRecord[];
  /** Seconds: how long this may be kept. 0 where nobody has said so. */
  readonly ttl: number;
}

const CNAME = 5;
const SOA = 6;
const IN = 1;
const HEADER = 12;
/** Names of names: more is somebody's joke. */
const MOST_ALIASES = 8;
/** As hosts are written, with the `_` of services; anything else would be for a shell or a log to trip over. */
const NAME = /^[\w.\-]*$/v;

const malformed = (what: string): ImppError => new ImppError('protocol-violation', `DNS: ${what}`);

/** @throws invalid-argument: not a name that DNS can be asked for */
export const encodeQuestion = ({ id, name, type }: Question): Buffer => {
  const labels = name.split('.').map((label) => Buffer.from(label, 'latin1'));
  const octets = labels.reduce((sum, label) => sum + label.length + 1, 1);
  if (octets > 255 || !NAME.test(name) || labels.some(({ length }) => length === 0 || length > 63))
    throw new ImppError('invalid-argument', `${name} is not a name that DNS knows`);
  const head = Buffer.alloc(HEADER);
  head.writeUInt16BE(id, 0);
  // Recursion desired; one question.
  head.writeUInt16BE(0x0100, 2);
  head.writeUInt16BE(1, 4);
  const tail = Buffer.alloc(5);
  tail.writeUInt16BE(TYPES[type], 1);
  tail.writeUInt16BE(IN, 3);
  return Buffer.concat([head, ...labels.flatMap((label) => [Buffer.from([label.length]), label]), tail]);
};

interface Read {
  readonly owner: string;
  readonly type: number;
  readonly ttl: number;
  /** Where its data is. */
  readonly start: number;
  readonly end: number;
}

/**
 * Reads what came; undefined: it is no answer to this question, and the right one may still come.
 * @throws protocol-violation
 */
export const readAnswer = (octets: Buffer, question: Question): Answer | undefined => {
  if (octets.length < HEADER || octets.readUInt16BE(0) !== question.id) return undefined;
  const flags = octets.readUInt16BE(2);
  const [code, isCut] = [flags & 0x0f, (flags & 0x0200) !== 0];
  if ((flags & 0x8000) === 0) return undefined;
  try {
    if (octets.readUInt16BE(4) !== 1) return undefined;
    const asked = readName(octets, HEADER);
    if (
      asked.name !== question.name.toLowerCase() ||
      octets.readUInt16BE(asked.end) !== TYPES[question.type] ||
      octets.readUInt16BE(asked.end + 2) !== IN
    )
      return undefined;
    const none = { code, isCut, addresses: [], servers: [], ttl: 0 };
    if (isCut || (code !== 0 && code !== 3)) return none;
    const [answers, authority] = readRecords(octets, asked.end + 4);
    return { ...none, ...chosen(octets, question, asked.name, answers, authority) };
  } catch (error) {
    // Beyond the last octet.
    if (error instanceof RangeError) throw malformed('an answer that ends too early');
    throw error;
  }
};

const readRecords = (octets: Buffer, start: number): [Read[], Read[]] => {
  let at = start;
  const section = (count: number): Read[] =>
    Array.from({ length: count }, () => {
      const { name, end } = readName(octets, at);
      const length = octets.readUInt16BE(end + 8);
      // A negative time to live is none [RFC 2181 8].
      const ttl = Math.max(0, octets.readInt32BE(end + 4));
      const data = end + 10;
      at = data + length;
      if (at > octets.length) throw malformed('a record that ends too early');
      const isOurs = octets.readUInt16BE(end + 2) === IN;
      return { owner: name, type: isOurs ? octets.readUInt16BE(end) : 0, ttl, start: data, end: at };
    });
  return [section(octets.readUInt16BE(6)), section(octets.readUInt16BE(8))];
};

const chosen = (
  octets: Buffer,
  { type }: Question,
  asked: string,
  answers: readonly Read[],
  authority: readonly Read[],
): Pick<Answer, 'addresses' | 'servers' | 'ttl'> => {
  let name = asked;
  let ttl = Number.POSITIVE_INFINITY;
  for (let step = 0; ; step += 1) {
    const alias = answers.find((record) => record.type === CNAME && record.owner === name);
    if (alias === undefined) break;
    if (step === MOST_ALIASES) throw malformed(`${asked} leads round and round`);
    name = readName(octets, alias.start).name;
    ttl = Math.min(ttl, alias.ttl);
  }
  const found = answers.filter((record) => record.type === TYPES[type] && record.owner === name);
  for (const record of found) ttl = Math.min(ttl, record.ttl);
  const servers = type === 'SRV' ? found.map((record) => readServer(octets, record)) : [];
  const addresses = type === 'SRV' ? [] : found.map((record) => readAddress(octets, record, type));
  if (found.length > 0) return { addresses, servers, ttl };
  // That there is none may be kept for as long as the zone says [RFC 2308 5].
  const zone = authority.find((record) => record.type === SOA);
  const least = zone === undefined ? 0 : Math.min(zone.ttl, octets.readUInt32BE(zone.end - 4));
  return { addresses, servers, ttl: Math.min(ttl, least) };
};

const readServer = (octets: Buffer, { start }: Read): SrvRecord => ({
  priority: octets.readUInt16BE(start),
  weight: octets.readUInt16BE(start + 2),
  port: octets.readUInt16BE(start + 4),
  name: readName(octets, start + 6).name,
});

const readAddress = (octets: Buffer, { start, end }: Read, type: 'A' | 'AAAA'): string => {
  const data = octets.subarray(start, end);
  if (data.length !== (type === 'A' ? 4 : 16)) throw malformed('an address of no address’s length');
  if (type === 'A') return data.join('.');
  return Array.from({ length: 8 }, (_, group) => data.readUInt16BE(2 * group).toString(16)).join(':');
};

/** In lower case; `end` is where the next field begins. */
const readName = (octets: Buffer, start: number): { name: string; end: number } => {
  const labels: string[] = [];
  let at = start;
  let end: number | undefined;
  let length = octets.readUInt8(at);
  while (length !== 0) {
    if (length >= 0xc0) {
      const to = octets.readUInt16BE(at) & 0x3fff;
      end ??= at + 2;
      // Only ever backwards: so it has an end.
      if (to >= at) throw malformed('a name that leads nowhere');
      at = to;
    } else {
      if (length > 63 || at + 1 + length > octets.length) throw malformed('a name that is none');
      labels.push(octets.toString('latin1', at + 1, at + 1 + length));
      at += 1 + length;
    }
    if (labels.length > 127) throw malformed('a name without an end');
    length = octets.readUInt8(at);
  }
  const name = labels.join('.').toLowerCase();
  if (!NAME.test(name)) throw malformed('a name with octets that no host has');
  return { name, end: end ?? at + 1 };
};

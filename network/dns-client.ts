// Asks name servers, over UDP and where an answer does not fit over TCP, and keeps what they say for as long as they
// allow. Node's own resolver does not tell for how long records of servers may be kept.

import { createSocket } from 'node:dgram';
import { getServers } from 'node:dns';
import { connect, isIP, isIPv6, type LookupFunction } from 'node:net';
import type { Clock, RandomBytes } from '../shared/clock.ts';
import { ImppError } from '../shared/errors.ts';
import { type Answer, encodeQuestion, type Question, readAnswer, type RecordType } from './dns-message.ts';
import { AnswerMemory } from './dns-memory.ts';
import type { Address, Hosts } from './hosts-file.ts';
import type { Dns } from './resolver.ts';

interface Options {
  /** HOST or HOST:PORT each, in the order to ask them; none: those of the system. */
  readonly servers: readonly string[];
  /** Milliseconds for one question to one server; there are two rounds. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly random: RandomBytes;
  /** What counts for more than records of addresses: names of this machine and its network are not all in DNS. */
  readonly hosts?: Hosts;
}

const DNS_PORT = 53;
const ROUNDS = 2;
/**
 * Milliseconds that one kind of address waits for the other: some servers never answer about the one that they do not know.
 * RFC 8305 3 has 50 and takes what comes later all the same; here it would come too late.
 */
const OTHER_KIND = 250;
/** What servers say that cannot answer, by code. */
const CODES: Readonly<Record<number, string>> = { 1: 'FORMERR', 2: 'SERVFAIL', 4: 'NOTIMP', 5: 'REFUSED' };

interface Server {
  readonly host: string;
  readonly port: number;
}

const readServer = (text: string): Server => {
  if (isIP(text) !== 0) return { host: text, port: DNS_PORT };
  const at = text.lastIndexOf(':');
  return { host: text.slice(0, at).replace(/^\[|\]$/gv, ''), port: Number(text.slice(at + 1)) };
};

/** One exchange with one server; `timeout` if nothing came, and what the sockets say. */
type Exchange = (server: Server, question: Question, packet: Buffer) => Promise<Answer>;

/** DNS over the network, with a memory. What it throws is `unreachable`, with a sentence; names without records have none. */
export const cachingDns = (options: Options): Dns => {
  const { servers, timeout, clock, random } = options;
  const memory = new AnswerMemory(clock);
  const asking = new Map<string, Promise<Answer>>();

  const ask = async (name: string, type: RecordType): Promise<Answer> => {
    let reason = 'there is no name server';
    const places = (servers.length > 0 ? servers : getServers()).map(readServer);
    for (let round = 0; round < ROUNDS; round += 1) {
      for (const server of places) {
        const question = { id: Buffer.from(random(2)).readUInt16BE(), name, type };
        const packet = encodeQuestion(question);
        try {
          let answer = await overUdp(timeout, clock)(server, question, packet);
          if (answer.isCut) answer = await overTcp(timeout, clock)(server, question, packet);
          if (answer.code === 0 || answer.code === 3) return answer;
          reason = `${server.host} answers ${CODES[answer.code] ?? answer.code}`;
        } catch (error) {
          reason = `${server.host}: ${error instanceof Error ? error.message : String(error)}`;
        }
      }
    }
    throw new ImppError('unreachable', `DNS says nothing about ${name}: ${reason}`);
  };

  /** From memory, or with all others who ask the same just now. */
  const find = (name: string, type: RecordType): Promise<Answer> => {
    const key = `${type} ${name.toLowerCase()}`;
    const known = memory.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const present = asking.get(key);
    if (present !== undefined) return present;
    const asked = ask(name, type)
      .then((answer) => {
        memory.keep(key, answer);
        return answer;
      })
      .finally(() => asking.delete(key));
    asking.set(key, asked);
    return asked;
  };

  /** Of both kinds, IPv6 first: that is what RFC 8305 4 begins with. @throws unreachable */
  const addressesOf = async (host: string): Promise<readonly Address[]> => {
    // Names before the dot at their end are the same names.
    const name = host.replace(/\.$/v, '');
    const ours = (await options.hosts?.(name)) ?? [];
    if (ours.length > 0) return ours;
    const found = new Map<RecordType, readonly string[]>();
    const failures: unknown[] = [];
    const enough = Promise.withResolvers<void>();
    let cancel = (): void => {};
    const asked = (['AAAA', 'A'] as const).map(async (type) => {
      try {
        const { addresses } = await find(name, type);
        found.set(type, addresses);
        cancel();
        if (addresses.length > 0) cancel = clock.after(OTHER_KIND, enough.resolve);
      } catch (error) {
        failures.push(error);
      }
    });
    await Promise.race([Promise.all(asked), enough.promise]);
    cancel();
    const all = [
      ...(found.get('AAAA') ?? []).map((address) => ({ address, family: 6 }) as const),
      ...(found.get('A') ?? []).map((address) => ({ address, family: 4 }) as const),
    ];
    if (all.length > 0) return all;
    throw failures[0] ?? new ImppError('unreachable', `${host} has no address`);
  };

  const lookup: LookupFunction = (host, wanted, answer) => {
    addressesOf(host).then(
      (found) => {
        const [first] = found;
        if (wanted.all === true || first === undefined) answer(null, [...found]);
        else answer(null, first.address, first.family);
      },
      (error: unknown) => answer(error instanceof Error ? error : new Error(String(error)), []),
    );
  };

  return {
    srv: async (name) => [...(await find(name, 'SRV')).servers],
    lookup,
  };
};

/** Packets of the server asked only, and of those only the answer: whoever guesses has the port and the ID to guess. */
const overUdp =
  (timeout: number, clock: Clock): Exchange =>
  ({ host, port }, question, packet) =>
    new Promise((resolve, reject) => {
      const socket = createSocket(isIPv6(host.replace(/%.*$/v, '')) ? 'udp6' : 'udp4');
      const finish = (settle: () => void): void => {
        cancel();
        socket.close();
        settle();
      };
      const cancel = clock.after(timeout, () => finish(() => reject(new Error('no answer in time'))));
      socket.once('error', (error) => finish(() => reject(error)));
      socket.on('message', (octets) => {
        try {
          const answer = readAnswer(octets, question);
          if (answer !== undefined) finish(() => resolve(answer));
        } catch (error) {
          finish(() => reject(error as Error));
        }
      });
      socket.connect(port, host, () => {
        socket.send(packet, (error) => {
          if (error) finish(() => reject(error));
        });
      });
    });

/** A length of two octets stands before each message [RFC 1035 4.2.2]. */
const overTcp =
  (timeout: number, clock: Clock): Exchange =>
  ({ host, port }, question, packet) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host, port });
      let held = Buffer.alloc(0);
      const finish = (settle: () => void): void => {
        cancel();
        socket.removeAllListeners().on('error', () => {});
        socket.destroy();
        settle();
      };
      const cancel = clock.after(timeout, () =>
        finish(() => reject(new Error('no answer over TCP in time'))),
      );
      const length = Buffer.alloc(2);
      length.writeUInt16BE(packet.length);
      socket.once('connect', () => socket.write(Buffer.concat([length, packet])));
      socket.once('error', (error) => finish(() => reject(error)));
      socket.once('close', () => finish(() => reject(new Error('the connection was closed'))));
      socket.on('data', (data: Buffer) => {
        held = Buffer.concat([held, data]);
        if (held.length < 2 || held.length < 2 + held.readUInt16BE(0)) return;
        try {
          const answer = readAnswer(held.subarray(2, 2 + held.readUInt16BE(0)), question);
          if (answer === undefined || answer.isCut)
            finish(() => reject(new ImppError('protocol-violation', 'an answer to something else')));
          else finish(() => resolve(answer));
        } catch (error) {
          finish(() => reject(error as Error));
        }
      });
    });

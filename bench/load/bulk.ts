// Many connections of one user that each send a large message, all at once, and then each fetch one, all at once.

import { headerOf, logIn, pool, Wire } from '../wire.ts';
import { say } from './say.ts';

export interface BulkOptions {
  readonly port: number;
  readonly domain: string;
  readonly iterations: number;
  /** The account, which is there. */
  readonly user: string;
  readonly connections: number;
  /** Of each message. */
  readonly octets: number;
  /** Before anything counts. */
  readonly warmUp: number;
  readonly rounds: number;
}

export interface BulkReport {
  /** Octets a second, all connections together, medians of the rounds. */
  readonly sending: number;
  readonly fetching: number;
}

interface Sender {
  readonly wire: Wire;
  readonly identity: string;
  readonly target: string;
}

/** Says `halfway` when every connection is in the middle of a body, `moving` before what counts, and `moved` after it. */
export async function bulk(options: BulkOptions): Promise<BulkReport> {
  const { port, domain, iterations, user, connections, octets, warmUp, rounds } = options;
  const from = `impp://${domain}/${user}`;
  const head = `From: <${user}@${domain}>\r\nMIME-Version: 1.0\r\n\r\n`;
  const body = Buffer.alloc(octets, 'x');
  body.write(head, 'latin1');
  // Not a whole number of pieces, whatever their size.
  const half = Math.floor(octets / 2.03);

  // Another device of the same user hears under which numbers the copies are kept.
  let copies: string[] = [];
  let allCopied = (): void => {};
  const desk = await Wire.connect(port);
  desk.onFrame((frame) => {
    const id = frame.start.split(' ')[1] ?? '';
    if (frame.start.startsWith('SEND ') && frame.head.includes('\r\nBody-Deferred: ')) {
      copies.push(headerOf(frame.head, 'Inbox-Sequence'));
      if (copies.length === connections) allCopied();
    }
    desk.socket.write(`OK (${frame.start.split(' ')[0] ?? ''}) ${id} impp/1.0\r\n\r\n`);
  });
  await logIn(desk, { domain, iterations, user, device: 'desk', isNew: false });

  const senders = await pool(connections, 4, async (index): Promise<Sender> => {
    const other = await Wire.connect(port);
    await logIn(other, { domain, iterations, user: `to${index}`, device: 'd', isNew: true });
    other.socket.destroy();
    const wire = await Wire.connect(port);
    const login = {
      domain,
      iterations,
      user,
      device: `bulk${index}`,
      isNew: false,
      purpose: 'bulk',
    } as const;
    const connectionId = await logIn(wire, login);
    const identity = `From: ${from}\r\nConnection-ID: ${connectionId}`;
    return { wire, identity, target: `impp://${domain}/to${index}` };
  });

  let messages = 0;
  const headOf = ({ identity, target }: Sender): string => {
    messages += 1;
    return (
      `SEND s${messages} impp/1.0\r\n${identity}\r\nTarget: ${target}\r\nMessage-ID: <${messages}@${domain}>\r\n` +
      `Content-Type: message/rfc822\r\nContent-Length: ${octets}\r\n\r\n`
    );
  };
  /** The rest of the bodies goes out when `go` settles. */
  const sendAll = async (go: Promise<void>): Promise<void> => {
    copies = [];
    const copied = new Promise<void>((resolve) => {
      allCopied = resolve;
    });
    await Promise.all([
      copied,
      ...senders.map(async (sender) => {
        const { socket } = sender.wire;
        socket.write(headOf(sender));
        socket.write(body.subarray(0, half));
        await go;
        socket.write(body.subarray(half));
        await answer(sender.wire, 'OK (SEND)', 0);
      }),
    ]);
  };
  const fetchAll = (): Promise<void[]> =>
    Promise.all(
      senders.map(async ({ wire, identity }, index) => {
        const sequence = copies[index] ?? '';
        wire.socket.write(`GET-MESSAGE g impp/1.0\r\n${identity}\r\nInbox-Sequence: ${sequence}\r\n\r\n`);
        await answer(wire, 'OK (GET-MESSAGE)', octets);
      }),
    );

  const rate = async (move: () => Promise<unknown>): Promise<number> => {
    const start = performance.now();
    await move();
    return (connections * octets * 1000) / (performance.now() - start);
  };
  const sending: number[] = [];
  const fetching: number[] = [];
  const round = async (): Promise<void> => {
    sending.push(await rate(() => sendAll(Promise.resolve())));
    fetching.push(await rate(fetchAll));
  };
  for (let count = 0; count < warmUp; count += 1) await round();
  sending.length = 0;
  fetching.length = 0;
  await say('resting');
  await say('moving');
  for (let count = 0; count < rounds; count += 1) await round();
  await say('moved');
  await sendAll(say('halfway'));
  return { sending: median(sending), fetching: median(fetching) };
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;

/** Reads one response and so many octets of body, keeping none of them. */
const answer = (wire: Wire, start: string, octets: number): Promise<void> =>
  new Promise((resolve, reject) => {
    let head = '';
    let left = Number.POSITIVE_INFINITY;
    wire.onChunk((chunk) => {
      left -= chunk.length;
      if (left === Number.POSITIVE_INFINITY) {
        head += chunk.toString('latin1');
        const end = head.indexOf('\r\n\r\n');
        if (end < 0) return;
        if (!head.startsWith(start)) return reject(new Error(head.slice(0, end)));
        left = octets - (head.length - end - 4);
      }
      if (left === 0) resolve();
    });
  });

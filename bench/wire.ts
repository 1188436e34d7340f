// The generator's own end of the protocol: as little as will do, so that it is parleyd that is measured. It
// checks nothing that the server is trusted with here; the conformance tests do that.

import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';

export interface Frame {
  /** `SEND 17 impp/1.0`, `OK (SEND) 17 impp/1.0` ... */
  readonly start: string;
  /** The whole head as text, start line included. */
  readonly head: string;
  readonly body: Buffer;
}

const END = Buffer.from('\r\n\r\n');
const DEADLINE_MS = 30_000;

/** A connection that gives complete frames. */
export class Wire {
  readonly socket: Socket;
  #rest: Buffer | undefined;
  #receive: (frame: Frame) => void = () => {};
  #answer: ((frame: Frame) => void) | undefined;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (chunk: Buffer) => this.#read(chunk));
    socket.on('error', () => socket.destroy());
  }

  static connect(port: number, ca?: string): Promise<Wire> {
    return new Promise((resolve, reject) => {
      const where = { port, host: '127.0.0.1' };
      const socket =
        ca === undefined
          ? connect(where, () => resolve(new Wire(socket)))
          : connectTls({ ...where, ca, servername: 'bench.localhost', ALPNProtocols: ['impp'] }, () =>
              resolve(new Wire(socket)),
            );
      socket.once('error', reject);
    });
  }

  /** Every frame that is no answer to `ask` goes to `receive`. */
  onFrame(receive: (frame: Frame) => void): void {
    this.#receive = receive;
  }

  /** Takes the octets as they come; `onFrame` and `ask` are over. */
  onChunk(receive: (chunk: Buffer) => void): void {
    this.socket.removeAllListeners('data');
    this.socket.on('data', receive);
  }

  /** One request and its answer, one at a time. */
  ask(head: string, body = ''): Promise<Frame> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`no answer to ${head.split('\r\n')[0]}`)), DEADLINE_MS);
      this.#answer = (frame) => {
        clearTimeout(timer);
        if (frame.start.startsWith('OK ')) resolve(frame);
        else reject(new Error(frame.head));
      };
      this.socket.write(`${head}\r\n\r\n${body}`);
    });
  }

  #read(chunk: Buffer): void {
    const data = this.#rest === undefined ? chunk : Buffer.concat([this.#rest, chunk]);
    this.#rest = undefined;
    let at = 0;
    while (at < data.length) {
      const end = data.indexOf(END, at);
      const head = end < 0 ? '' : data.toString('latin1', at, end);
      const length = end < 0 ? 0 : contentLength(head);
      if (end < 0 || end + 4 + length > data.length) {
        this.#rest = data.subarray(at);
        return;
      }
      at = end + 4 + length;
      const line = head.indexOf('\r\n');
      const frame = { start: line < 0 ? head : head.slice(0, line), head, body: data.subarray(end + 4, at) };
      const answer = this.#answer;
      if (answer !== undefined && !isRequest(frame.start)) {
        this.#answer = undefined;
        answer(frame);
      } else this.#receive(frame);
    }
  }
}

const isRequest = (start: string): boolean => !start.startsWith('OK ') && !start.startsWith('ERROR ');

const contentLength = (head: string): number => {
  const at = head.indexOf('\r\nContent-Length: ');
  return at < 0 ? 0 : Number.parseInt(head.slice(at + 18, at + 30), 10);
};

export const headerOf = (head: string, name: string): string => {
  const at = head.indexOf(`\r\n${name}: `);
  if (at < 0) throw new Error(`no ${name} in ${head}`);
  const start = at + name.length + 4;
  const end = head.indexOf('\r\n', start);
  return head.slice(start, end < 0 ? undefined : end);
};

// SCRAM-SHA-256 [RFC 5802, 7677] with one salt for all accounts, so that the password is prepared once.

const SALT = Buffer.alloc(16, 7);
const hmac = (key: Buffer, text: string): Buffer => createHmac('sha256', key).update(text).digest();

interface Keys {
  readonly client: Buffer;
  readonly stored: Buffer;
  readonly server: Buffer;
}

let keys: Keys | undefined;

const keysFor = (iterations: number): Keys => {
  if (keys === undefined) {
    const salted = pbkdf2Sync('correct horse', SALT, iterations, 32, 'sha256');
    const client = hmac(salted, 'Client Key');
    const stored = createHash('sha256').update(client).digest();
    keys = { client, stored, server: hmac(salted, 'Server Key') };
  }
  return keys;
};

export interface Login {
  readonly domain: string;
  readonly user: string;
  readonly device: string;
  readonly iterations: number;
  /** Register the account first. */
  readonly isNew: boolean;
  readonly purpose?: 'interactive' | 'bulk';
}

const withBody = (head: string, type: string, body: string): [string, string] => [
  `${head}\r\nContent-Type: ${type}\r\nContent-Length: ${body.length}`,
  body,
];

/** HELLO, (REGISTER,) AUTH, ATTACH; gives the Connection-ID. */
export async function logIn(wire: Wire, login: Login): Promise<string> {
  const { domain, user, device, iterations, isNew, purpose = 'interactive' } = login;
  const { client, stored, server } = keysFor(iterations);
  await wire.ask(`HELLO 1 impp/1.0\r\nDomain: ${domain}\r\nRole: client\r\nAgent: bench\r\nMax-Pending: 128`);
  if (isNew) {
    const keyText = `${stored.toString('base64')}:${server.toString('base64')}`;
    const verifier = `SCRAM-SHA-256$${iterations}:${SALT.toString('base64')}$${keyText}`;
    const head = `REGISTER 2 impp/1.0\r\nTarget: impp://${domain}/${user}`;
    await wire.ask(...withBody(head, 'application/scram-verifier', verifier));
  }
  const bare = `n=${user},r=${randomBytes(18).toString('base64')}`;
  const first = 'AUTH 3 impp/1.0\r\nMechanism: SCRAM-SHA-256';
  const challenge = (await wire.ask(...withBody(first, 'application/sasl', `n,,${bare}`))).body.toString();
  const nonce = challenge.slice(2, challenge.indexOf(','));
  const unproved = `c=biws,r=${nonce}`;
  const signature = hmac(stored, `${bare},${challenge},${unproved}`);
  const proof = Buffer.from(client.map((octet, i) => octet ^ (signature[i] ?? 0)));
  const final = `${unproved},p=${proof.toString('base64')}`;
  await wire.ask(...withBody('AUTH 4 impp/1.0', 'application/sasl', final));
  const attached = await wire.ask(`ATTACH 5 impp/1.0\r\nDevice: ${device}\r\nPurpose: ${purpose}`);
  return headerOf(attached.head, 'Connection-ID');
}

/** Runs `work` for 0 to `count - 1`, so many at a time; the results in order. */
export async function pool<T>(
  count: number,
  width: number,
  work: (index: number) => Promise<T>,
): Promise<T[]> {
  const results: T[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < count) {
      const index = next++;
      results[index] = await work(index);
    }
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

/** The value below which `share` of the sorted values lie. */
export const percentile = (sorted: Float64Array, share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;

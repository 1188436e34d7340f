// A client of the wire protocol written from its page alone: own framing, own SCRAM, nothing of the server's or
// of the shared core. What it reads it keeps as it came, so that tests see spelling and order.

import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type TLSSocket } from 'node:tls';
import { afterEach } from 'vitest';
import { type Certificate, certificateFor } from '../fixtures/certificates.ts';
import { endProgram, startProgram, temporaryFolder } from '../stories/programs.ts';

/** How long an answer may take before the test that waits for it fails, in milliseconds. */
const PATIENCE = 30_000;
/** In use at the domains of this suite: the fewest that a client accepts. */
export const ITERATIONS = 4096;

/** Headers whose value is undefined are left out. */
export type HeaderList =
  | Record<string, string | undefined>
  | readonly (readonly [string, string | undefined])[];

type Pairs = (readonly [string, string | undefined])[];

const pairsOf = (headers: HeaderList): Pairs =>
  headers instanceof Array ? [...headers] : Object.entries(headers as Record<string, string | undefined>);

/** A message as it came. */
export interface Wire {
  readonly kind: 'request' | 'OK' | 'ERROR';
  readonly method: string;
  readonly id: string;
  readonly version: string;
  readonly startLine: string;
  readonly headers: readonly (readonly [string, string])[];
  readonly body: Buffer;
  /** The first value of a header, its name compared without case. */
  get(name: string): string | undefined;
}

const open = new Set<Client>();

afterEach(() => {
  for (const client of open) client.destroy();
  open.clear();
});

export interface Tls {
  readonly ca: string;
  readonly servername: string;
  readonly alpn?: string[];
  readonly minimum?: 'TLSv1.2' | 'TLSv1.3';
  readonly maximum?: 'TLSv1' | 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
}

export class Client {
  socket: Socket;
  /** Requests of the server are answered OK as they come (they can be taken all the same). */
  isAnswering = true;
  /** From and Connection-ID, set by `attach`: added to every request but PING and BYE. */
  identity: Record<string, string> = {};
  /** Everything that came and nobody took, in order. */
  readonly arrived: Wire[] = [];
  isClosed = false;
  /** Every octet that came, for faults that must not be answered twice. */
  octets = 0;
  #held: Buffer = Buffer.alloc(0);
  #ids = 0;
  readonly #waiting = new Set<() => void>();

  constructor(socket: Socket) {
    this.socket = socket;
    this.#listen(socket);
    open.add(this);
  }

  #listen(socket: Socket): void {
    socket.on('data', (data: Buffer) => {
      this.octets += data.length;
      this.#held = Buffer.concat([this.#held, data]);
      this.#read();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      if (socket !== this.socket) return;
      this.isClosed = true;
      this.#wake();
    });
  }

  #wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #read(): void {
    for (;;) {
      const end = this.#held.indexOf('\r\n\r\n');
      // A message without headers ends with its start line and an empty line: the same four octets.
      if (end < 0) return;
      const [startLine = '', ...lines] = this.#held.subarray(0, end).toString('utf8').split('\r\n');
      const headers = lines.map((line): readonly [string, string] => {
        const found = /^([A-Za-z0-9._-]{1,64}): ?(.*)$/su.exec(line);
        if (!found) throw new Error(`the server wrote a malformed header: ${JSON.stringify(line)}`);
        return [found[1] ?? '', found[2] ?? ''];
      });
      const get = (name: string) => headers.find(([it]) => it.toLowerCase() === name.toLowerCase())?.[1];
      const length = Number(get('Content-Length') ?? 0);
      if (this.#held.length < end + 4 + length) return;
      const body = Buffer.from(this.#held.subarray(end + 4, end + 4 + length));
      this.#held = this.#held.subarray(end + 4 + length);
      const response =
        /^(OK|ERROR) \(([A-Z][A-Z0-9-]{0,31}|-)\) ([A-Za-z0-9._-]{1,32}) (impp\/\d+\.\d+)$/.exec(startLine);
      const request = /^([A-Z][A-Z0-9-]{0,31}) ([A-Za-z0-9._-]{1,32}) (impp\/\d+\.\d+)$/.exec(startLine);
      const message: Wire = response
        ? {
            kind: response[1] as 'OK' | 'ERROR',
            method: response[2] ?? '',
            id: response[3] ?? '',
            version: response[4] ?? '',
            startLine,
            headers,
            body,
            get,
          }
        : {
            kind: 'request',
            method: request?.[1] ?? '',
            id: request?.[2] ?? '',
            version: request?.[3] ?? '',
            startLine,
            headers,
            body,
            get,
          };
      if (!response && !request)
        throw new Error(`the server wrote a malformed start line: ${JSON.stringify(startLine)}`);
      this.arrived.push(message);
      if (message.kind === 'request' && this.isAnswering) this.answer(message);
      this.#wake();
    }
  }

  /** Octets as they are. */
  write(data: string | Buffer): void {
    this.socket.write(typeof data === 'string' ? Buffer.from(data, 'utf8') : data);
  }

  /** Writes a request and gives its id. A header whose value is undefined is left out. */
  send(method: string, headers: HeaderList = {}, body?: Buffer | string, id = `t${++this.#ids}`): string {
    this.write(this.compose(method, headers, body, id));
    return id;
  }

  /** The octets of a request, with the connection's identity where it belongs. */
  compose(method: string, headers: HeaderList = {}, body?: Buffer | string, id = `t${++this.#ids}`): Buffer {
    const given = pairsOf(headers);
    const names = new Set(given.map(([name]) => name.toLowerCase()));
    const identity = method === 'PING' || method === 'BYE' ? [] : Object.entries(this.identity);
    const pairs: Pairs = [...identity.filter(([name]) => !names.has(name.toLowerCase())), ...given];
    const content = body === undefined ? undefined : Buffer.from(body);
    if (content !== undefined && !names.has('content-length'))
      pairs.push(['Content-Length', String(content.length)]);
    const head = pairs
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}: ${value ?? ''}\r\n`);
    return Buffer.concat([
      Buffer.from(`${method} ${id} impp/1.0\r\n${head.join('')}\r\n`),
      content ?? Buffer.alloc(0),
    ]);
  }

  /** Writes a request and waits for its response, OK or ERROR. */
  async request(method: string, headers: HeaderList = {}, body?: Buffer | string): Promise<Wire> {
    return this.response(this.send(method, headers, body));
  }

  /** As `request`, and an ERROR fails the test. */
  async succeed(method: string, headers: HeaderList = {}, body?: Buffer | string): Promise<Wire> {
    const response = await this.request(method, headers, body);
    if (response.kind !== 'OK') {
      throw new Error(`${method} failed with ${response.get('Error')}: ${response.get('Reason')}`);
    }
    return response;
  }

  /** The token of the ERROR that a request gets; `OK` where it is granted. */
  async errorOf(method: string, headers: HeaderList = {}, body?: Buffer | string): Promise<string> {
    const response = await this.request(method, headers, body);
    return response.kind === 'OK' ? 'OK' : (response.get('Error') ?? 'none');
  }

  async response(id: string): Promise<Wire> {
    return this.take((it) => it.kind !== 'request' && it.id === id, `the response to ${id}`);
  }

  /** The next request of the server with that method. */
  async incoming(method: string, matches: (it: Wire) => boolean = () => true): Promise<Wire> {
    return this.take((it) => it.kind === 'request' && it.method === method && matches(it), method);
  }

  /** Answers a request of the server. */
  answer(request: Wire, headers: HeaderList = {}, kind: 'OK' | 'ERROR' = 'OK'): void {
    const pairs = [...pairsOf(headers)];
    const from = request.get('From');
    const connection = request.get('Connection-ID');
    const deferred = request.get('Body-Deferred');
    if (from !== undefined) pairs.push(['To', from]);
    if (connection !== undefined) pairs.push(['Connection-ID', connection]);
    if (deferred !== undefined && kind === 'OK') pairs.push(['Body-Deferred', deferred]);
    const head = pairs.map(([name, value]) => `${name}: ${value ?? ''}\r\n`).join('');
    this.write(`${kind} (${request.method}) ${request.id} impp/1.0\r\n${head}\r\n`);
  }

  /** The first message that matches, taken out; waits for it. */
  async take(matches: (message: Wire) => boolean, what = 'a message'): Promise<Wire> {
    const at = this.arrived.findIndex(matches);
    if (at >= 0) return this.arrived.splice(at, 1)[0] as Wire;
    await this.#until(() => this.isClosed || this.arrived.some(matches), what);
    const found = this.arrived.findIndex(matches);
    if (found < 0) throw new Error(`the connection closed before ${what} came`);
    return this.arrived.splice(found, 1)[0] as Wire;
  }

  /** Waits until the server has closed the connection. */
  async closed(): Promise<void> {
    await this.#until(() => this.isClosed, 'the end of the connection');
  }

  async #until(holds: () => boolean, what: string): Promise<void> {
    if (holds()) return;
    await new Promise<void>((resolve, reject) => {
      const late = setTimeout(() => {
        this.#waiting.delete(look);
        const seen = this.arrived.map((it) => `${it.startLine} ${it.get('Error') ?? ''}`).join('; ');
        reject(new Error(`waited for ${what}; came: ${seen || 'nothing'}${this.isClosed ? '; closed' : ''}`));
      }, PATIENCE);
      const look = () => {
        if (!holds()) return;
        clearTimeout(late);
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
  }

  /** Whether the connection still answers: a PING there and back. Everything written before it has come by then. */
  async ping(): Promise<void> {
    await this.succeed('PING');
  }

  destroy(): void {
    this.socket.destroy();
  }

  /** The handshake over the open connection; the caller has had its OK (STARTTLS). */
  async secure(tls: Tls): Promise<TLSSocket> {
    const plain = this.socket;
    plain.removeAllListeners('data');
    plain.removeAllListeners('close');
    const secured = connectTls({ socket: plain, ...optionsOf(tls) });
    await settled(secured, 'secureConnect');
    this.socket = secured;
    this.#listen(secured);
    return secured;
  }

  async hello(domain: string, more: HeaderList = {}): Promise<Wire> {
    return this.succeed('HELLO', [
      ['Domain', domain],
      ['Role', 'client'],
      ['Agent', 'conformance/1'],
      ['Max-Message-Size', '1048576'],
      ['Max-Pending', '128'],
      ...pairsOf(more),
    ]);
  }

  async authenticate(
    user: string,
    password: string,
    mechanism = 'SCRAM-SHA-256',
    authzid = '',
  ): Promise<Wire> {
    const exchange = new Scram(mechanism, user, password, this.socket, authzid);
    const first = await this.request(
      'AUTH',
      { Mechanism: mechanism, 'Content-Type': 'application/sasl' },
      exchange.first(),
    );
    if (first.kind !== 'OK') return first;
    const last = await this.request(
      'AUTH',
      { 'Content-Type': 'application/sasl' },
      exchange.final(first.body),
    );
    if (last.kind === 'OK') exchange.verify(last.body);
    return last;
  }

  async attach(url: string, device: string, more: HeaderList = {}): Promise<Wire> {
    const response = await this.succeed('ATTACH', [['Device', device], ...pairsOf(more)]);
    this.identity = { From: url, 'Connection-ID': response.get('Connection-ID') ?? '' };
    return response;
  }
}

const optionsOf = (tls: Tls) => ({
  ca: tls.ca,
  servername: tls.servername,
  ALPNProtocols: tls.alpn ?? ['impp'],
  ...(tls.minimum === undefined ? {} : { minVersion: tls.minimum }),
  ...(tls.maximum === undefined ? {} : { maxVersion: tls.maximum }),
});

async function settled(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    socket.once(event, resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('closed during the handshake')));
  });
}

/** The client's side of SCRAM-SHA-256 and SCRAM-SHA-256-PLUS [RFC 5802, RFC 7677, RFC 9266]. */
export class Scram {
  readonly #header: string;
  readonly #nonce = randomBytes(18).toString('base64');
  readonly #password: string;
  readonly #bare: string;
  readonly #binding: Buffer;
  #signature = '';

  constructor(mechanism: string, user: string, password: string, socket: Socket, authzid = '') {
    const isBound = mechanism.endsWith('-PLUS');
    const name = (text: string) => text.replaceAll('=', '=3D').replaceAll(',', '=2C');
    this.#header = `${isBound ? 'p=tls-exporter' : 'n'},${authzid === '' ? '' : `a=${name(authzid)}`},`;
    this.#binding = isBound
      ? (socket as TLSSocket).exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0))
      : Buffer.alloc(0);
    this.#bare = `n=${name(user)},r=${this.#nonce}`;
    this.#password = password;
  }

  first(): Buffer {
    return Buffer.from(this.#header + this.#bare);
  }

  final(challenge: Buffer): Buffer {
    const { nonce, salt, iterations } = readChallenge(challenge);
    if (!nonce.startsWith(this.#nonce) || nonce === this.#nonce)
      throw new Error('the nonce is not an extension of ours');
    const salted = pbkdf2Sync(this.#password.normalize('NFC'), salt, iterations, 32, 'sha256');
    const clientKey = hmac(salted, 'Client Key');
    const binding = Buffer.concat([Buffer.from(this.#header), this.#binding]).toString('base64');
    const withoutProof = `c=${binding},r=${nonce}`;
    const all = `${this.#bare},${challenge.toString()},${withoutProof}`;
    const signature = hmac(createHash('sha256').update(clientKey).digest(), all);
    const proof = Buffer.from(clientKey.map((octet, at) => octet ^ (signature[at] ?? 0)));
    this.#signature = `v=${hmac(hmac(salted, 'Server Key'), all).toString('base64')}`;
    return Buffer.from(`${withoutProof},p=${proof.toString('base64')}`);
  }

  /** Fails unless the server has proved that it knows the verifier. */
  verify(data: Buffer): void {
    if (data.toString() !== this.#signature) throw new Error('the server does not know the verifier');
  }
}

export function readChallenge(challenge: Buffer): { nonce: string; salt: Buffer; iterations: number } {
  const found = /^r=([^,]+),s=([A-Za-z0-9+/=]+),i=(\d+)$/.exec(challenge.toString());
  if (!found) throw new Error(`not a challenge: ${challenge.toString()}`);
  return { nonce: found[1] ?? '', salt: Buffer.from(found[2] ?? '', 'base64'), iterations: Number(found[3]) };
}

const hmac = (key: Buffer, data: string): Buffer => createHmac('sha256', key).update(data).digest();

/** The line that REGISTER and SET-PASSWORD carry [RFC 5803]. */
export function verifierOf(password: string, iterations = ITERATIONS, salt = randomBytes(16)): string {
  const salted = pbkdf2Sync(password.normalize('NFC'), salt, iterations, 32, 'sha256');
  const stored = createHash('sha256').update(hmac(salted, 'Client Key')).digest('base64');
  const server = hmac(salted, 'Server Key').toString('base64');
  return `SCRAM-SHA-256$${iterations}:${salt.toString('base64')}$${stored}:${server}`;
}

export const VERIFIER = { 'Content-Type': 'application/scram-verifier' };

export interface Domain {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly data: string;
  /** How a client trusts it, where it was started with a certificate. */
  readonly tls: Tls | undefined;
  url(user: string): string;
  /** A connection that has said nothing yet. */
  connect(): Promise<Client>;
  /** TLS from the first octet. */
  connectSecure(more?: Partial<Tls>): Promise<Client>;
  /** A new account (USER must need no encoding) with a device attached; the password is `password of USER`. */
  person(user: string, device?: string, attach?: HeaderList): Promise<Client>;
  /** One more connection of an account that exists; without a device it stays at `authenticated`. */
  login(user: string, device?: string, attach?: HeaderList): Promise<Client>;
  /** What it has logged since it was ready. */
  log(): string;
  /** Sends the process a signal that does not end it. */
  signal(name: NodeJS.Signals): void;
  /** Ends the process; gives its exit code. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

export interface DomainOptions {
  readonly name?: string;
  /** Its own authority, or one that somebody has issued. */
  readonly certificate?: boolean | Certificate;
  /** PEM text of the authority that has issued it. */
  readonly ca?: string;
  readonly registration?: 'open' | 'invite' | 'closed';
  /** KEY=VALUE, each for one --set. */
  readonly settings?: readonly string[];
  readonly data?: string;
  /** HOST:PORT; absent: any port of 127.0.0.1. */
  readonly listen?: string;
}

/** A domain of its own for a file of tests: the real program, SQLite on disk, a free port. */
export async function startDomain(options: DomainOptions = {}): Promise<Domain> {
  const name = options.name ?? 'wire.example';
  const data = options.data ?? temporaryFolder();
  const certificate =
    options.certificate === true ? await certificateFor(name) : options.certificate || undefined;
  const settings = [
    `auth.iterations=${ITERATIONS}`,
    'limits.request-burst=2000',
    ...(options.settings ?? []),
  ];
  const { child, found } = await startProgram(
    'server/index.ts',
    [
      'serve',
      '--domain',
      name,
      '--listen',
      options.listen ?? '127.0.0.1:0',
      '--data',
      data,
      '--registration',
      options.registration ?? 'open',
      ...(certificate === undefined ? [] : ['--tls-cert', certificate.cert, '--tls-key', certificate.key]),
      ...settings.flatMap((setting) => ['--set', setting]),
    ],
    /^parleyd ready (\S+) (\S+):(\d+)$/,
  );
  const host = (found[2] ?? '').replace(/^\[|\]$/g, '');
  const port = Number(found[3]);
  let said = '';
  child.stderr?.on('data', (data: Buffer) => {
    said += data.toString();
  });
  const tls = certificate === undefined ? undefined : { ca: options.ca ?? certificate.pem, servername: name };
  const url = (user: string) => `impp://${name}/${user}`;
  const connect = async () => {
    const socket = connectTcp({ host, port, noDelay: true });
    await settled(socket, 'connect');
    return new Client(socket);
  };
  const login = async (user: string, device?: string, attach: HeaderList = {}) => {
    const client = await connect();
    await client.hello(name);
    const done = await client.authenticate(user, `password of ${user}`);
    if (done.kind !== 'OK') throw new Error(`${user} cannot log in: ${done.get('Error')}`);
    if (device !== undefined) await client.attach(url(user), device, attach);
    return client;
  };
  return {
    name,
    host,
    port,
    data,
    tls,
    url,
    connect,
    connectSecure: async (more = {}) => {
      if (tls === undefined) throw new Error('this domain has no certificate');
      const socket = connectTls({ host, port, ...optionsOf({ ...tls, ...more }) });
      await settled(socket, 'secureConnect');
      return new Client(socket);
    },
    person: async (user, device = 'phone', attach = {}) => {
      const client = await connect();
      await client.hello(name);
      await client.succeed('REGISTER', { ...VERIFIER, Target: url(user) }, verifierOf(`password of ${user}`));
      const done = await client.authenticate(user, `password of ${user}`);
      if (done.kind !== 'OK') throw new Error(`${user} cannot log in: ${done.get('Error')}`);
      await client.attach(url(user), device, attach);
      return client;
    },
    login,
    log: () => said,
    signal: (name) => void child.kill(name),
    stop: async (signal = 'SIGTERM') => endProgram(child, signal),
  };
}

/** A message of section 15 between two addresses, ready for SEND. */
export function mail(from: string, to: string, text: string, id: string): Buffer {
  const mailbox = (url: string) => url.replace(/^impp:\/\/([^/]+)\/(.*)$/, '<$2@$1>');
  return Buffer.from(
    `From: ${mailbox(from)}\r\nTo: ${mailbox(to)}\r\nDate: Sat, 01 Aug 2026 10:00:00 +0000\r\nMessage-ID: ${id}\r\n` +
      `MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n${text}\r\n`,
  );
}

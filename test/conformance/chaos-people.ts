// People who write until they are answered and watch each other, over connections that nobody disturbs.

import { connect as connectTls } from 'node:tls';
import { mail, verifierOf, VERIFIER, Client, type Wire } from './wire.ts';
import { MESSAGE, openOf, PRESENCE, rule, RULES } from './people.ts';

/** Seconds: what the domains of this test grant; the shortest that others do is twice as long. */
export const LEASE = 30;
/** How often what has come is looked at. Milliseconds. */
const LOOK = 25;

export interface Place {
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly ca: string;
}

export class Person {
  readonly url: string;
  readonly #client: Client;
  readonly #waiting = new Map<string, (response: Wire) => void>();
  readonly #timer: NodeJS.Timeout;
  #ids = 0;
  /** Message-IDs that came, each as often as it did with another Inbox-Sequence. */
  readonly got = new Map<string, Set<string>>();
  /** Message-IDs of copies of what was sent. */
  readonly copies = new Map<string, number>();
  /** Of those whom this person watches: the last revision, and what was shown. */
  readonly seen = new Map<string, { revision: number; body: string }>();
  readonly acknowledged = new Map<string, string>();
  /** How often there was an error, by its token. */
  readonly errors = new Map<string, number>();

  private constructor(url: string, client: Client) {
    this.url = url;
    this.#client = client;
    this.#timer = setInterval(() => this.#read(), LOOK);
  }

  static async enter(place: Place, user: string): Promise<Person> {
    const { name, host, port, ca } = place;
    const socket = connectTls({ host, port, ca, servername: name, ALPNProtocols: ['impp'] });
    await new Promise<void>((resolve, reject) => {
      socket.once('secureConnect', resolve);
      socket.once('error', reject);
    });
    const client = new Client(socket);
    const url = `impp://${name}/${user}`;
    await client.hello(name);
    await client.succeed('REGISTER', { ...VERIFIER, Target: url }, verifierOf(`password of ${user}`));
    await client.authenticate(user, `password of ${user}`);
    await client.attach(url, 'desk');
    await client.succeed(
      'SET-ACL',
      { Target: url, ...RULES },
      `<acl>${rule('*', { subscribe: 'allow' })}</acl>`,
    );
    return new Person(url, client);
  }

  get isGone(): boolean {
    return this.#client.isClosed;
  }

  close(): void {
    clearInterval(this.#timer);
    this.#client.destroy();
  }

  #read(): void {
    for (const message of this.#client.arrived.splice(0)) {
      if (message.kind === 'request') this.#asked(message);
      else {
        this.#waiting.get(message.id)?.(message);
        this.#waiting.delete(message.id);
      }
    }
  }

  #asked(request: Wire): void {
    const id = request.get('Message-ID') ?? '';
    if (request.method === 'SEND') {
      const sequences = this.got.get(id) ?? new Set();
      sequences.add(request.get('Inbox-Sequence') ?? '');
      this.got.set(id, sequences);
    } else if (request.method === 'CHANGE-NOTIFY')
      this.#shown(request.get('Origin') ?? '', Number(request.get('Revision')), request.body.toString());
    else if (request.method === 'TERMINATE-SUBSCRIPTION') this.seen.delete(request.get('Origin') ?? '');
  }

  #shown(origin: string, revision: number, body: string): void {
    if (revision >= (this.seen.get(origin)?.revision ?? 0)) this.seen.set(origin, { revision, body });
  }

  /** Everything is answered within its deadline: if not, the test does not come to an end. */
  #request(method: string, headers: Record<string, string>, body?: Buffer | string): Promise<Wire> {
    const id = `p${(this.#ids += 1)}`;
    return new Promise((resolve) => {
      this.#waiting.set(id, (response) => {
        if (response.kind === 'ERROR') {
          const error = response.get('Error') ?? '';
          this.errors.set(error, (this.errors.get(error) ?? 0) + 1);
        }
        resolve(response);
      });
      this.#client.send(method, headers, body, id);
    });
  }

  /** Until there is an answer, as programs that lose nothing do. */
  async deliver(to: string, id: string, pause: () => Promise<void>): Promise<void> {
    for (;;) {
      const headers = { Target: to, 'Message-ID': id, ...MESSAGE };
      const answer = await this.#request('SEND', headers, mail(this.url, to, 'chaos', id));
      if (answer.kind === 'OK') {
        this.acknowledged.set(id, to);
        return;
      }
      await pause();
    }
  }

  async publish(note: string): Promise<void> {
    await this.#request(
      'CHANGE',
      { Target: this.url, 'Lease-Time': '600', ...PRESENCE },
      openOf(this.url, note),
    );
  }

  /** Asks for a subscription, or renews it; gives whether it is there. */
  async watch(target: string): Promise<boolean> {
    const answer = await this.#request('SUBSCRIBE', { Target: target, 'Lease-Time': String(LEASE) });
    if (answer.kind === 'OK') this.#shown(target, Number(answer.get('Revision')), answer.body.toString());
    return answer.kind === 'OK';
  }

  /** The whole log, page by page: what it says counts, whatever came live. */
  async readLog(): Promise<void> {
    this.got.clear();
    let before: string | undefined;
    for (;;) {
      const headers = { Limit: '200', ...(before === undefined ? {} : { Before: before }) };
      const entries: Wire[] = [];
      const take = this.#asked.bind(this);
      const answer = await this.#paged(headers, (entry) => {
        entries.push(entry);
        if (entry.get('Copy') === undefined) take(entry);
        else {
          const id = entry.get('Message-ID') ?? '';
          this.copies.set(id, (this.copies.get(id) ?? 0) + 1);
        }
      });
      if (Number(answer.get('Count')) === 0) return;
      before = entries[0]?.get('Inbox-Sequence');
    }
  }

  async #paged(headers: Record<string, string>, entry: (request: Wire) => void): Promise<Wire> {
    clearInterval(this.#timer);
    const answer = await this.#client.request('GET-INBOX', headers);
    for (const message of this.#client.arrived.splice(0)) if (message.get('Replay') === 'yes') entry(message);
    return answer;
  }
}

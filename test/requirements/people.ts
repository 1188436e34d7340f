// People at one domain, as the tests of RFC 2779's requirements play them: each acknowledges what it is sent and
// remembers it. Over in-memory pairs, in a time that only the test moves.

import type { ConfigOverrides } from '../../server/config.ts';
import type { Storage } from '../../server/storage/storage.ts';
import { parseWatchers, type ReadWatcherEntry } from '../../shared/impp/watchers.ts';
import type { ImppError } from '../../shared/errors.ts';
import type { Request, Response } from '../../shared/impp/message.ts';
import { FakeClock } from '../fake/clock.ts';
import { attach, TestDomain, urlOf } from '../server/harness.ts';
import { lasting, type Mail, outcome } from '../server/inbox/mail.ts';
import type { HeaderPairs, Peer } from '../server/peer.ts';
import { acl, presence } from '../server/presence/stage.ts';

export { closed, presence } from '../server/presence/stage.ts';
export { urlOf };

/** What was answered or notified, as far as tests compare it. */
export interface Seen {
  /** The Error token; undefined: OK, or a request. */
  readonly error: string | undefined;
  readonly state: string | undefined;
  readonly revision: number;
  readonly lease: string | undefined;
  readonly type: string | undefined;
  readonly body: string;
  readonly message: Request | Response;
}

export const seen = (message: Request | Response): Seen => ({
  error: message.headers.get('Error'),
  state: message.headers.get('Subscription-State'),
  revision: Number(message.headers.get('Revision')),
  lease: message.headers.get('Lease-Time'),
  type: message.headers.get('Content-Type'),
  body: Buffer.from(message.body ?? []).toString(),
  message,
});

/** One attached device of a person. */
export class Person {
  readonly user: string;
  readonly url: string;
  readonly peer: Peer;
  readonly #scene: Scene;

  constructor(scene: Scene, user: string, peer: Peer) {
    this.#scene = scene;
    this.user = user;
    this.url = peer.from ?? urlOf(user);
    this.peer = peer;
  }

  async ask(method: string, headers: HeaderPairs = {}, body?: string | Uint8Array): Promise<Seen> {
    const answer = seen(await this.peer.ask(method, headers, body));
    await this.#scene.domain.settle();
    return answer;
  }

  subscribe(of: Person | string, headers: HeaderPairs = {}): Promise<Seen> {
    return this.ask('SUBSCRIBE', { Target: urlFrom(of), ...headers });
  }

  fetch(of: Person | string, headers: HeaderPairs = {}): Promise<Seen> {
    return this.ask('FETCH', { Target: urlFrom(of), ...headers });
  }

  subscription(of: Person | string): Promise<Seen> {
    return this.ask('GET-SUBSCRIPTION', { Target: urlFrom(of) });
  }

  /** Publishes an open presence with that note, for a lease that outlives most tests. */
  publish(note: string, headers: HeaderPairs = {}): Promise<Seen> {
    const target = String(headers['Target'] ?? this.url);
    const all = { Target: target, 'Content-Type': 'application/presence', 'Lease-Time': 3_600, ...headers };
    return this.ask('CHANGE', all, presence(target, note));
  }

  /** Replaces the access rules by these, as `bob: subscribe=allow view=work`. @throws if they are not taken */
  async rules(...rules: string[]): Promise<void> {
    const headers = { Target: this.url, 'Content-Type': 'application/impp-acl' };
    await this.peer.demand('SET-ACL', headers, acl(...rules));
    await this.#scene.domain.settle();
  }

  /** Who watches, as the domain tells the presentity. */
  async watchers(): Promise<readonly ReadWatcherEntry[]> {
    const { body } = await this.peer.demand('GET-WATCHERS', { Target: this.url });
    return parseWatchers(body ?? new Uint8Array(0)).watchers;
  }

  /** The state in which `who` watches; undefined: not at all. */
  async stateOf(who: Person): Promise<string | undefined> {
    return (await this.watchers()).find(({ address }) => address === who.url)?.state;
  }

  /** Sends a message: the Outcome, or the token of the error. */
  async send(to: Person | string, options: Mail = {}): Promise<string> {
    const pending = outcome(this.peer, typeof to === 'string' ? to : to.user, options);
    let result: string | undefined;
    const settled = pending.then((value) => {
      result = value;
    });
    // The target's device has to acknowledge it meanwhile.
    while (result === undefined) await this.#scene.acknowledge();
    await settled;
    return result;
  }

  /** What the server asked or notified since the last time, all acknowledged; of one method if it is given. */
  async hear(method?: string): Promise<Seen[]> {
    await this.#scene.acknowledge();
    const heard = this.#heard.splice(0);
    return heard.filter((request) => method === undefined || request.method === method).map(seen);
  }

  /** Acknowledges and keeps what has come; whether there was anything. */
  async acknowledge(): Promise<boolean> {
    const waiting = this.peer.unread.filter(({ kind }) => kind === 'request').length;
    for (let index = 0; index < waiting; index += 1) {
      const request = await this.peer.next();
      this.peer.ok(request);
      this.#heard.push(request);
    }
    return waiting > 0;
  }
  readonly #heard: Request[] = [];

  refusal(method: string, headers: HeaderPairs = {}, body?: string): Promise<ImppError> {
    return this.peer.refusal(method, headers, body);
  }
}

const urlFrom = (who: Person | string): string => (typeof who === 'string' ? urlOf(who) : who.url);

export interface SceneOptions {
  readonly config?: ConfigOverrides;
  readonly users?: readonly string[];
}

/** A domain and those who are attached to it. */
export class Scene {
  domain: TestDomain;
  readonly #storage: Storage;
  readonly #config: ConfigOverrides;
  #people: Person[] = [];

  private constructor(domain: TestDomain, storage: Storage, config: ConfigOverrides) {
    this.domain = domain;
    this.#storage = storage;
    this.#config = config;
  }

  static async open({ users = ['alice', 'bob', 'carol'], config = {} }: SceneOptions = {}): Promise<Scene> {
    const storage = lasting();
    return new Scene(await TestDomain.start({ users, config, storage }), storage, config);
  }

  async attach(user: string, device = 'desk', address = '192.0.2.1'): Promise<Person> {
    const peer = await this.domain.signIn(user, { address });
    await attach(peer, user, { device });
    return this.join(user, peer);
  }

  /** Someone who has not said who they are. */
  async attachAnonymous(): Promise<Person> {
    const peer = await this.domain.hello();
    const done = await peer.demand('AUTH', { Mechanism: 'ANONYMOUS', 'Content-Length': 0 }, '');
    const url = done.headers.get('Address') ?? '';
    const user = url.slice(urlOf('').length);
    await attach(peer, user);
    return this.join(user, peer);
  }

  /** A peer that is attached already. */
  join(user: string, peer: Peer): Person {
    const person = new Person(this, user, peer);
    this.#people.push(person);
    return person;
  }

  /** The connection ends without a word. */
  async vanish(person: Person): Promise<void> {
    this.#people = this.#people.filter((other) => other !== person);
    person.peer.break();
    await this.domain.settle();
  }

  /** The connection stays, and nothing is heard of the other side any more: no reset, no goodbye. */
  freeze(person: Person): void {
    this.#people = this.#people.filter((other) => other !== person);
    person.peer.isPolite = false;
  }

  /** Acknowledges all that anyone was sent, until nothing more comes. */
  async acknowledge(): Promise<void> {
    for (let isNew = true; isNew; ) {
      await this.domain.settle();
      isNew = false;
      for (const person of this.#people) if (await person.acknowledge()) isNew = true;
    }
  }

  /** Time goes by, and whatever comes of it happens and is acknowledged. */
  async pass(seconds: number): Promise<void> {
    for (let left = seconds * 1000; left > 0; left -= 5_000) {
      await this.acknowledge();
      this.domain.clock.advance(Math.min(left, 5_000));
    }
    await this.acknowledge();
  }

  /** The server ends and another starts on what was stored, `seconds` later. Nobody is attached then. */
  async restart(seconds = 1): Promise<void> {
    await this.domain.close();
    this.#people = [];
    const clock = new FakeClock(this.domain.clock.now() + seconds * 1000);
    this.domain = await TestDomain.start({ config: this.#config, storage: this.#storage, clock });
  }

  /** A time from now as rules have it. */
  at(seconds: number): string {
    return new Date(this.domain.clock.now() + seconds * 1000).toISOString();
  }

  close(): Promise<void> {
    return this.domain.close();
  }
}

// A domain with real storage, bus, accounts and presence service, and devices without connections: what a
// device asks goes straight into the methods, what it is sent is kept for the test to look at.

import type { RandomBytes } from '../../../shared/clock.ts';
import { ImppError } from '../../../shared/errors.ts';
import { isReservedUser, parseAddress } from '../../../shared/impp/address.ts';
import { Headers } from '../../../shared/impp/headers.ts';
import type { Request, Response } from '../../../shared/impp/message.ts';
import { error, ok, request } from '../../../shared/impp/serializer.ts';
import { AccountCache } from '../../../server/accounts/accounts.ts';
import { createLocalBus } from '../../../server/bus/local.ts';
import { type Config, type ConfigOverrides, defaultConfig } from '../../../server/config.ts';
import type { AttachedMethod, Domain, Endpoint, Endpoints, Inboxes, Reply } from '../../../server/domain.ts';
import { change } from '../../../server/methods/change.ts';
import { fetch } from '../../../server/methods/fetch.ts';
import { getAcl } from '../../../server/methods/get-acl.ts';
import { getDocument } from '../../../server/methods/get-document.ts';
import { getSubscription } from '../../../server/methods/get-subscription.ts';
import { getWatchers } from '../../../server/methods/get-watchers.ts';
import { setAcl } from '../../../server/methods/set-acl.ts';
import { setDocument } from '../../../server/methods/set-document.ts';
import { lookup } from '../../../server/methods/lookup.ts';
import { subscribe } from '../../../server/methods/subscribe.ts';
import { unsubscribe } from '../../../server/methods/unsubscribe.ts';
import { createPresentities } from '../../../server/presence/presentities.ts';
import { createMemoryStorage } from '../../../server/storage/memory.ts';
import type { Storage } from '../../../server/storage/storage.ts';
import { FakeClock } from '../../fake/clock.ts';
import { Network } from './network.ts';

export const HOST = 'a.example';
export const urlOf = (user: string): string => `impp://${HOST}/${user}`;

const METHODS: Readonly<Record<string, AttachedMethod>> = {
  CHANGE: change,
  FETCH: fetch,
  SUBSCRIBE: subscribe,
  UNSUBSCRIBE: unsubscribe,
  'GET-SUBSCRIPTION': getSubscription,
  'GET-WATCHERS': getWatchers,
  'GET-ACL': getAcl,
  'SET-ACL': setAcl,
  'GET-DOCUMENT': getDocument,
  'SET-DOCUMENT': setDocument,
  LOOKUP: lookup,
};

/** What came out of a request or stands in a notification. */
export interface Told {
  readonly method: string;
  /** The Error token; undefined: OK, or a request. */
  readonly error: string | undefined;
  readonly headers: Headers;
  readonly body: string | undefined;
  /** Revision, for comparisons. */
  readonly revision: number;
  readonly state: string | undefined;
}

const told = (method: string, headers: Headers, body: Uint8Array | undefined): Told => ({
  method,
  error: headers.get('Error'),
  headers,
  body: body === undefined ? undefined : Buffer.from(body).toString(),
  revision: Number(headers.get('Revision')),
  state: headers.get('Subscription-State'),
});

/** Lets all that waits for promises happen. */
export const settle = async (): Promise<void> => {
  for (let turn = 0; turn < 3; turn += 1) await new Promise((resolve) => setImmediate(resolve));
};

export class Device implements Endpoint {
  readonly #stage: Stage;
  readonly user: string;
  readonly principal: string;
  readonly isAnonymous: boolean;
  readonly device: string;
  readonly connectionId: string;
  readonly purpose: 'interactive' | 'bulk';
  readonly inbox: string;
  readonly maxMessageSize: number;
  readonly hasRoom = true;
  /** Everything it was sent, in order. */
  readonly heard: Told[] = [];
  /** What it was sent and has not acknowledged, when it acknowledges nothing by itself. */
  readonly unacknowledged: { request: Request; settle: (outcome: Response | ImppError) => void }[] = [];
  acknowledges = true;

  constructor(
    stage: Stage,
    user: string,
    device: string,
    purpose: 'interactive' | 'bulk' = 'interactive',
    maxMessageSize = 1_048_576,
  ) {
    this.#stage = stage;
    this.user = user;
    this.principal = stage.urlOf(user);
    this.isAnonymous = isReservedUser(user);
    this.device = device;
    this.connectionId = `${user}-${device}${purpose === 'bulk' ? '-bulk' : ''}`;
    this.purpose = purpose;
    this.maxMessageSize = maxMessageSize;
    this.inbox = user;
  }

  request(
    method: string,
    headers: readonly (readonly [string, string])[],
    body: Uint8Array | undefined,
    settled: (outcome: Response | ImppError) => void,
  ): void {
    const sent = request(method, `s${this.heard.length}`, Headers.from(headers), body);
    this.heard.push(told(method, sent.headers, sent.body));
    if (this.acknowledges) queueMicrotask(() => settled(ok(sent)));
    else this.unacknowledged.push({ request: sent, settle: settled });
  }

  dismissed: ImppError | undefined;

  dismiss(error: ImppError | undefined): void {
    this.dismissed = error;
    this.#stage.detach(this, 'lost');
  }

  /** Answers the oldest unacknowledged request. */
  acknowledge(failure?: ImppError): void {
    const oldest = this.unacknowledged.shift();
    if (!oldest) throw new Error('nothing to acknowledge');
    oldest.settle(failure ? error(oldest.request, failure) : ok(oldest.request));
  }

  /** What it heard by that method since the last look, and forgets it. */
  hear(method: string): Told[] {
    const found = this.heard.filter((one) => one.method === method);
    for (const one of found) this.heard.splice(this.heard.indexOf(one), 1);
    return found;
  }

  /** Asks, and lets everything happen that follows from it. */
  async ask(method: string, headers: Record<string, string> = {}, body?: string | Uint8Array): Promise<Told> {
    const answer = await this.askOnly(method, headers, body);
    await settle();
    return answer;
  }

  async askOnly(
    method: string,
    headers: Record<string, string> = {},
    body?: string | Uint8Array,
  ): Promise<Told> {
    const asked = request(
      method,
      'r1',
      Headers.from([
        ['From', this.principal],
        ['Connection-ID', this.connectionId],
        ...Object.entries(headers),
      ]),
      typeof body === 'string' ? Buffer.from(body) : body,
    );
    const handler = METHODS[method];
    if (!handler) throw new Error(`no ${method} here`);
    try {
      const handled = await handler(this.#stage.domain, this, asked);
      const reply: Reply = 'later' in handled ? await handled.later : handled;
      const response = reply.relayed ?? ok(asked, Headers.from(reply.headers ?? []), reply.body);
      reply.after?.();
      return told(method, response.headers, response.body);
    } catch (failure) {
      if (!(failure instanceof ImppError)) throw failure;
      const response = error(asked, failure);
      return told(method, response.headers, response.body);
    }
  }

  /** Publishes an open presence with that note, or `withdraws` nothing: see the headers. */
  publish(note: string, headers: Record<string, string> = {}): Promise<Told> {
    return this.ask(
      'CHANGE',
      { Target: this.principal, 'Content-Type': 'application/presence', ...headers },
      presence(headers['Target'] ?? this.principal, note),
    );
  }

  subscribe(user: string, headers: Record<string, string> = {}): Promise<Told> {
    return this.ask('SUBSCRIBE', { Target: urlOf(user), ...headers });
  }

  fetch(user: string, headers: Record<string, string> = {}): Promise<Told> {
    return this.ask('FETCH', { Target: urlOf(user), ...headers });
  }

  /** SET-ACL with rules as the short form of the tests: `who: subscribe=allow fetch=allow`. */
  rules(...rules: string[]): Promise<Told> {
    return this.ask(
      'SET-ACL',
      { Target: this.principal, 'Content-Type': 'application/impp-acl' },
      acl(...rules),
    );
  }

  async watchers(): Promise<string[]> {
    const { body = '' } = await this.ask('GET-WATCHERS', { Target: this.principal });
    return [...body.matchAll(/<address>impp:\/\/a\.example\/(.*?)<\/address><state>(.*?)<\/state>/gv)].map(
      ([, user, state]) => `${user} ${state}`,
    );
  }
}

/** An open presence document with a note. */
export const presence = (entity: string, note: string): string =>
  `<presence><entity>${entity}</entity><tuple><id>t1</id><status>open</status><note>${note}</note></tuple></presence>`;

export const closed = (user: string): string =>
  `<presence><entity>${urlOf(user)}</entity><tuple><id>none</id><status>closed</status></tuple></presence>`;

/** `bob: subscribe=allow`, `*: subscribe=deny`, `anonymous: ...`, `bob until=TIME: ...` as a document. */
export const acl = (...rules: string[]): string => {
  const ruleElement = (rule: string): string => {
    const [who = '', statements = ''] = rule.split(': ');
    const name = who === '*' || who === 'anonymous' || who.startsWith('impp:') ? who : urlOf(who);
    const values = statements
      .split(' ')
      .filter((statement) => statement !== '')
      .map((statement) => statement.split('='))
      .map(([element, value]) => `<${element}>${value}</${element}>`);
    return `<rule><who>${name}</who>${values.join('')}</rule>`;
  };
  return `<acl>${rules.map(ruleElement).join('')}</acl>`;
};

export class Stage {
  clock: FakeClock;
  readonly storage: Storage = createMemoryStorage();
  readonly errors: unknown[] = [];
  domain: Domain;
  random: RandomBytes = (length) => new Uint8Array(length);
  #devices: Device[] = [];
  readonly #config: Config;
  readonly #network: Network;

  private constructor(config: Config, network: Network, clock: FakeClock) {
    this.#config = config;
    this.#network = network;
    this.clock = clock;
    network.join(config.domain, () => this.domain);
    this.domain = this.#build();
  }

  /** A domain with accounts for those users, who have `im` and `presence`. */
  static async open(
    users: readonly string[],
    overrides: ConfigOverrides = {},
    { network = new Network(), clock = new FakeClock() } = {},
  ): Promise<Stage> {
    const stage = new Stage(defaultConfig({ domain: HOST, ...overrides }), network, clock);
    for (const user of users) await stage.addAccount(user);
    await stage.domain.presentities.start();
    return stage;
  }

  urlOf(user: string): string {
    return `impp://${this.#config.domain}/${user}`;
  }

  async addAccount(
    user: string,
    services: readonly ('im' | 'presence')[] = ['im', 'presence'],
  ): Promise<void> {
    await this.storage.createAccount({
      user,
      services,
      verifier: 'SCRAM-SHA-256$',
      createdAt: this.clock.now(),
    });
  }

  /** A new device of that user, attached. */
  attach(user: string, device = 'laptop', { maxMessageSize = 1_048_576 } = {}): Device {
    const name = parseAddress(`${user}@${HOST}`).user;
    const attached = new Device(this, name, device, 'interactive', maxMessageSize);
    this.reattach(attached);
    return attached;
  }

  reattach(device: Device): void {
    this.#devices.push(device);
    this.domain.presentities.attached(device);
  }

  detach(device: Device, how: 'bye' | 'lost' | 'taken-over'): void {
    this.#devices = this.#devices.filter((other) => other !== device);
    this.domain.presentities.detached(device, how);
  }

  /** Moves the clock, and lets everything happen. */
  async pass(seconds: number): Promise<void> {
    this.clock.advance(seconds * 1000);
    await settle();
  }

  /**
   * The server stops, without a word to anyone, and another starts on the same storage; all devices are gone.
   * `setBack`: by how many seconds the clock went back meanwhile.
   */
  async restart({ setBack = 0 } = {}): Promise<void> {
    await this.close();
    if (setBack > 0) this.clock = new FakeClock(this.clock.now() - setBack * 1000);
    this.#devices = [];
    this.domain = this.#build();
    await this.domain.presentities.start();
    await settle();
  }

  /** The server ends in the middle of everything; what was not committed until `storage` was copied is lost. */
  async crash(meanwhile: () => Promise<void>): Promise<void> {
    const kept = await this.storage.loadPresence();
    await meanwhile();
    await this.storage.setValue('presence-ended-in-order', new Uint8Array(0));
    const now = await this.storage.loadPresence();
    for (const object of now.objects) await this.storage.removePresence(object);
    for (const subscription of now.subscriptions) await this.storage.removeSubscription(subscription);
    for (const object of kept.objects) await this.storage.putPresence(object);
    for (const subscription of kept.subscriptions) await this.storage.putSubscription(subscription);
    this.clock = new FakeClock(this.clock.now() + 1);
    this.#devices = [];
    this.domain = this.#build();
    await this.domain.presentities.start();
    await settle();
  }

  /** The principals of whom storage knows as watchers. */
  async remembered(): Promise<string[]> {
    const { subscriptions } = await this.storage.loadPresence();
    return subscriptions.map(({ watcher }) => watcher).filter((watcher) => watcher !== '');
  }

  close(): Promise<void> {
    return this.domain.presentities.close();
  }

  #build(): Domain {
    const log = {
      debug: () => {},
      info: () => {},
      warn: () => {},
      error: (event: string, data?: object) => void this.errors.push({ event, ...data }),
    };
    const endpoints: Endpoints = {
      ofUser: (user) => this.#devices.filter((device) => device.user === user),
      ofInbox: (user) => this.#devices.filter((device) => device.inbox === user),
      find: (user, id) => this.#devices.find((device) => device.user === user && device.connectionId === id),
    };
    const { clock, storage } = this;
    const parts = {
      name: this.#config.domain,
      config: this.#config,
      clock,
      random: (length: number) => this.random(length),
      log,
      storage,
      bus: createLocalBus(log),
      endpoints,
      accounts: new AccountCache({
        host: this.#config.domain,
        storage,
        clock,
        policy: this.#config.policy,
        forgotten: () => {},
      }),
    };
    const domain: Domain = {
      ...parts,
      get presentities() {
        return presentities;
      },
      get inboxes(): Inboxes {
        throw new Error('there are no inboxes on this stage');
      },
      get firstMessages(): Domain['firstMessages'] {
        throw new Error('there are no messages on this stage');
      },
      links: this.#network.links(this.#config.domain),
    };
    const presentities = createPresentities(domain);
    return domain;
  }
}

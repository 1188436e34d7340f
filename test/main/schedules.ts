// Two devices of one account and a peer at a real domain, with connections that only move when a test moves them:
// octet by octet nothing is different, but what comes first, and what is cut off, is the test's to say. The store
// runs in this thread, so that a schedule is the same each time it is run.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context } from '../../main/account/context.ts';
import type { Answer } from '../../main/connection/connection.ts';
import { Messages } from '../../main/messages/messages.ts';
import { DEFAULTS } from '../../main/settings.ts';
import { Mirror } from '../../main/state.ts';
import { Database } from '../../main/store/file/database.ts';
import { type ArgumentsOf, OPERATIONS, type OperationName } from '../../main/store/operations.ts';
import { flushIndex } from '../../main/store/search/keeping.ts';
import type { Store } from '../../main/store/store.ts';
import { defaultConfig } from '../../server/config.ts';
import type { AttachedMethod, Domain as ServerDomain, Endpoint, Reply } from '../../server/domain.ts';
import { getDocument } from '../../server/methods/get-document.ts';
import { getInbox } from '../../server/methods/get-inbox.ts';
import { send } from '../../server/methods/send.ts';
import { setDocument } from '../../server/methods/set-document.ts';
import type { AttachedEndpoint, EndpointIndex } from '../../server/net/endpoints.ts';
import { createServer, type Server } from '../../server/server.ts';
import { createMemoryStorage } from '../../server/storage/memory.ts';
import { ImppError } from '../../shared/errors.ts';
import { Headers } from '../../shared/impp/headers.ts';
import type { Request, Response } from '../../shared/impp/message.ts';
import { error as errorTo, errorOf, ok } from '../../shared/impp/serializer.ts';
import { FakeClock } from '../fake/clock.ts';
import { HOST, urlOf } from './harness.ts';

/** Numbers that come out the same for the same seed (mulberry32). */
export const randomOf = (seed: number): (() => number) => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

const METHODS: Readonly<Record<string, AttachedMethod>> = {
  SEND: send,
  'GET-INBOX': getInbox,
  'GET-DOCUMENT': getDocument,
  'SET-DOCUMENT': setDocument,
};

/** Everything that waits for no time has happened. */
const quiet = async (): Promise<void> => {
  for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
};

/** The store without its thread. */
export class OpenStore {
  readonly #folder: string;
  readonly db: Database;

  constructor() {
    this.#folder = mkdtempSync(join(tmpdir(), 'parley-schedule-'));
    this.db = new Database(join(this.#folder, 'store.db'));
    // What a power cut would do is another test's business.
    this.db.exec('PRAGMA synchronous = OFF');
  }

  call(operation: OperationName, ...args: ArgumentsOf<OperationName>): Promise<unknown> {
    this.db.exec('SAVEPOINT call');
    try {
      const run = OPERATIONS[operation] as (db: Database, ...rest: readonly unknown[]) => unknown;
      const value = run(this.db, ...args);
      flushIndex(this.db);
      this.db.exec('RELEASE call');
      return Promise.resolve(structuredClone(value));
    } catch (error) {
      this.db.exec('ROLLBACK TO call; RELEASE call');
      return Promise.reject(error as Error);
    }
  }

  close(): void {
    this.db.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}

/** One connection, as two lists of what is on its way. */
class Wire {
  readonly #device: Device;
  readonly #domain: ServerDomain;
  readonly endpoint: Endpoint;
  readonly up: (() => void)[] = [];
  readonly down: (() => void)[] = [];
  readonly #asked = new Set<(error: ImppError) => void>();
  readonly #pushed = new Set<(error: ImppError) => void>();
  #isCut = false;
  #lastId = 0;

  constructor(device: Device, domain: ServerDomain) {
    this.#device = device;
    this.#domain = domain;
    const pushed = this.#pushed;
    this.endpoint = {
      user: device.user,
      principal: device.url,
      isAnonymous: false,
      connectionId: `${device.name}-${device.user}`,
      device: device.name,
      purpose: 'interactive',
      inbox: device.user,
      maxMessageSize: 1_000_000,
      get hasRoom() {
        return pushed.size < 16;
      },
      request: (method, headers, body, settle) => this.#push(method, headers, body as Uint8Array, settle),
      dismiss: () => this.cut(),
    };
  }

  /** What the device asks. */
  ask(method: string, headers: readonly (readonly [string, string])[], body?: Uint8Array): Promise<Response> {
    return new Promise((resolve, reject) => {
      if (this.#isCut) return reject(new ImppError('closed', 'the connection is cut'));
      this.#asked.add(reject);
      const request: Request = {
        kind: 'request',
        method,
        id: `c${++this.#lastId}`,
        headers: Headers.from(headers),
        body,
      };
      this.up.push(() => {
        void this.#serve(request).then(({ response, after }) => {
          if (this.#isCut) return;
          this.down.push(() => {
            this.#asked.delete(reject);
            if (response.ok) resolve(response);
            else reject(errorOf(response));
          });
          after?.();
        });
      });
    });
  }

  async #serve(request: Request): Promise<{ response: Response; after?: (() => void) | undefined }> {
    try {
      const method = METHODS[request.method];
      if (method === undefined) throw new ImppError('operation-not-supported');
      const handled = await method(this.#domain, this.endpoint, request);
      const reply: Reply = 'later' in handled ? await handled.later : handled;
      return { response: ok(request, Headers.from(reply.headers ?? []), reply.body), after: reply.after };
    } catch (error) {
      return {
        response: errorTo(request, error instanceof ImppError ? error : new ImppError('internal-error')),
      };
    }
  }

  #push(
    method: string,
    headers: readonly (readonly [string, string])[],
    body: Uint8Array | undefined,
    settle: (outcome: Response | ImppError) => void,
  ): void {
    if (this.#isCut) return settle(new ImppError('closed'));
    this.#pushed.add(settle);
    const request: Request = {
      kind: 'request',
      method,
      id: `s${++this.#lastId}`,
      headers: Headers.from(headers),
      body,
    };
    const answer = (response: Response): void => {
      if (this.#isCut) return;
      this.up.push(() => {
        if (this.#pushed.delete(settle)) settle(response);
      });
    };
    this.down.push(() => {
      this.#device.take(request).then(
        (given) => answer(ok(request, Headers.from(given.headers ?? []))),
        (error: ImppError) => answer(errorTo(request, error)),
      );
    });
  }

  /** Moves the next thing on its way; `isUp`: to the domain. */
  move(isUp: boolean): void {
    (isUp ? this.up : this.down).shift()?.();
  }

  get isEmpty(): boolean {
    return this.up.length + this.down.length === 0;
  }

  /** Nothing of what is on its way arrives, and neither side is told more than that. */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.up.length = this.down.length = 0;
    this.#domain.inboxes.detached(this.endpoint);
    this.#domain.presentities.detached(this.endpoint, 'lost');
    (this.#domain.endpoints as EndpointIndex).remove(this.endpoint as unknown as AttachedEndpoint);
    const closed = new ImppError('closed', 'the connection is cut');
    this.#device.lost();
    for (const reject of this.#asked) reject(closed);
    for (const settle of this.#pushed) settle(closed);
  }
}

export class Device {
  readonly name: string;
  readonly user: string;
  readonly url: string;
  readonly key: number;
  readonly store: OpenStore;
  readonly mirror: Mirror;
  readonly messages: Messages;
  wire: Wire | undefined;

  private constructor(
    { name, user }: { name: string; user: string },
    store: OpenStore,
    key: number,
    clock: FakeClock,
    random: () => number,
  ) {
    this.name = name;
    this.user = user;
    this.url = urlOf(user);
    this.store = store;
    this.key = key;
    this.mirror = new Mirror({ kind: 'browser', platform: 'test', version: '0' }, DEFAULTS);
    // No two clocks agree.
    const skew = Math.floor((random() - 0.5) * 10_000);
    const context: Context = {
      key,
      url: this.url,
      host: HOST,
      clock: { now: () => clock.now() + skew, after: (delay, run) => clock.after(delay, run) },
      random: (length) => Uint8Array.from({ length }, () => Math.floor(random() * 256)),
      store: store as unknown as Store,
      mirror: this.mirror,
      log: () => {},
      connection: () => {
        const { wire } = this;
        if (wire === undefined) throw new ImppError('unreachable', 'not connected');
        return { request: (method, headers = [], body) => wire.ask(method, headers, body) };
      },
      bulk: () => Promise.reject(new ImppError('unreachable', 'nothing here is large')),
      fail: () => this.wire?.cut(),
    };
    this.messages = new Messages(context);
  }

  static async make(
    who: { name: string; user: string; peer: string },
    store: OpenStore,
    clock: FakeClock,
    random: () => number,
  ): Promise<Device> {
    const { key } = (await store.call('keepAccount', {
      url: urlOf(who.user),
      server: undefined,
      ca: undefined,
      proxy: { kind: 'system' },
      ownState: 'available',
      ownNote: '',
      mechanism: undefined,
      secret: 'not-kept',
      secretCheck: undefined,
      isEnabled: true,
    })) as { key: number };
    const device = new Device(who, store, key, clock, random);
    device.mirror.setContact({
      account: device.url,
      address: urlOf(who.peer),
      name: '',
      groups: [],
      watch: 'active',
      presence: { state: 'available' },
    });
    await device.messages.load();
    return device;
  }

  take(request: Request): Promise<Answer> {
    if (request.method === 'SEND') return this.messages.take(request);
    this.messages.documentChanged(request.headers.get('Name') ?? '');
    return Promise.resolve({});
  }

  async connect(domain: ServerDomain): Promise<void> {
    if (this.wire !== undefined) return;
    const wire = new Wire(this, domain);
    (domain.endpoints as EndpointIndex).add(wire.endpoint as unknown as AttachedEndpoint);
    // Who tells of documents.
    domain.presentities.attached(wire.endpoint);
    const joined = await domain.inboxes.attach(wire.endpoint, undefined);
    const bounds = { inboxFirst: joined.first, inboxLast: joined.last };
    this.wire = wire;
    joined.begin();
    const position = await this.messages.attached(bounds);
    this.messages.online({ bulkThreshold: 65_536 }, bounds, position);
  }

  lost(): void {
    this.wire = undefined;
    this.messages.offline();
  }

  close(): void {
    this.wire?.cut();
    this.messages.close();
  }
}

/** A domain for as many schedules as there are, and the stores of three installations. */
export class Stage {
  readonly clock = new FakeClock();
  readonly #stores = [new OpenStore(), new OpenStore(), new OpenStore()] as const;
  readonly #storage = createMemoryStorage();
  #server: Server | undefined;

  async open(): Promise<void> {
    const config = defaultConfig({ domain: HOST, listen: { host: '127.0.0.1', port: 0 } });
    this.#server = await createServer({ config, storage: this.#storage, clock: this.clock });
  }

  async close(): Promise<void> {
    await this.#server?.close();
    for (const store of this.#stores) store.close();
  }

  /** Two devices of one account and one of another, both new, not connected. */
  async devices(seed: number, random: () => number): Promise<Scene> {
    const [alice, bob] = [`alice${seed}`, `bob${seed}`];
    for (const user of [alice, bob]) {
      await this.#storage.createAccount({
        user,
        services: ['im', 'presence'],
        verifier: '',
        createdAt: this.clock.now(),
      });
    }
    const make = (name: string, user: string, peer: string, store: OpenStore) =>
      Device.make({ name, user, peer }, store, this.clock, random);
    const domain = this.#server?.domain;
    if (domain === undefined) throw new Error('the stage is not open');
    return new Scene(domain, this.clock, [
      await make('desk', bob, alice, this.#stores[0]),
      await make('phone', bob, alice, this.#stores[1]),
      await make('hers', alice, bob, this.#stores[2]),
    ]);
  }
}

/** What is played. */
export class Scene {
  readonly #domain: ServerDomain;
  readonly #clock: FakeClock;
  readonly devices: readonly [desk: Device, phone: Device, hers: Device];

  constructor(domain: ServerDomain, clock: FakeClock, devices: Scene['devices']) {
    this.#domain = domain;
    this.#clock = clock;
    this.devices = devices;
  }

  async connect(device: Device): Promise<void> {
    await device.connect(this.#domain);
    await quiet();
  }

  async pass(milliseconds: number): Promise<void> {
    this.#clock.advance(milliseconds);
    await quiet();
  }

  async move(device: Device, isUp: boolean): Promise<void> {
    device.wire?.move(isUp);
    await quiet();
  }

  /** Lets everything arrive that is on its way, and time pass, until `isOver`; gives whether it came to that. */
  async settle(isOver: () => boolean | Promise<boolean>): Promise<boolean> {
    for (const device of this.devices) await this.connect(device);
    for (let second = 0; second < 90; second++) {
      for (const device of this.devices) {
        while (device.wire !== undefined && !device.wire.isEmpty) {
          device.wire.move(true);
          device.wire.move(false);
          await quiet();
        }
      }
      if (this.devices.every(({ wire }) => wire?.isEmpty) && second > 4 && (await isOver())) return true;
      await this.pass(1000);
    }
    return false;
  }

  close(): void {
    for (const device of this.devices) device.close();
  }
}

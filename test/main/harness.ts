// Real cores against a real domain server, over loopback TCP. Times are real: nothing here waits for them.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Context, Requester } from '../../main/account/context.ts';
import { createCore, type CoreOptions } from '../../main/app.ts';
import type { Absence, Core, Host, Notice, NoticeAct, Status } from '../../main/host/host.ts';
import type { SecretStore } from '../../main/secrets/secret-store.ts';
import { DEFAULTS } from '../../main/settings.ts';
import { Mirror } from '../../main/state.ts';
import { Store } from '../../main/store/store.ts';
import { type ConfigOverrides, defaultConfig } from '../../server/config.ts';
import { createServer, type Server } from '../../server/server.ts';
import { createMemoryStorage } from '../../server/storage/memory.ts';
import type { Storage } from '../../server/storage/storage.ts';
import { type ErrorCode, ImppError } from '../../shared/errors.ts';
import type { Change, CommandName, RequestOf, ResponseOf, Shown, Snapshot } from '../../shared/ipc.ts';
import type { Contact, Conversation, Message } from '../../shared/model.ts';
import { FakeClock } from '../fake/clock.ts';

export const HOST = 'a.example';
export const PASSWORD = 'correct horse';
/** How long a test waits for what has to come: only one that is about to fail waits for so long. */
const PATIENCE = 30_000;

export const urlOf = (user: string, host = HOST): string => `impp://${host}/${user}`;

/** A domain that can be killed and started again on the same port, as a machine can. */
export class Domain {
  readonly #overrides: ConfigOverrides;
  #storage: Storage;
  #server: Server | undefined;
  #port = 0;

  private constructor(overrides: ConfigOverrides) {
    this.#overrides = overrides;
    this.#storage = createMemoryStorage();
  }

  static async start(overrides: ConfigOverrides = {}): Promise<Domain> {
    const domain = new Domain(overrides);
    await domain.up();
    return domain;
  }

  async up(): Promise<void> {
    const config = defaultConfig({
      domain: HOST,
      registration: 'open',
      auth: { iterations: 4096, mechanisms: ['SCRAM-SHA-256-PLUS', 'SCRAM-SHA-256'] },
      // Who is there has taken what is sent within this time, however busy the machine is.
      inbox: { retentionDays: 30, deliveryWaitMs: 3000 },
      ...this.#overrides,
      listen: { host: '127.0.0.1', port: this.#port },
    });
    // The storage outlives the server that uses it.
    const storage = new Proxy(this.#storage, {
      get: (target, name) => {
        if (name === 'close') return () => Promise.resolve();
        const value: unknown = Reflect.get(target, name);
        return typeof value === 'function'
          ? (...args: unknown[]): unknown => Reflect.apply(value, target, args)
          : value;
      },
    });
    this.#server = await createServer({ config, storage });
    ({ port: this.#port } = await this.#server.listen());
  }

  /** What it keeps, for who plays its operator. */
  get storage(): Storage {
    return this.#storage;
  }

  /** Forgets everything that was delivered until now, as retention does in the end. */
  prune(): Promise<unknown> {
    const now = Date.now() + 1;
    return this.#storage.prune({ before: now, now, quota: Number.MAX_SAFE_INTEGER });
  }

  async down(): Promise<void> {
    await this.#server?.close();
    this.#server = undefined;
  }

  get server(): string {
    return `127.0.0.1:${this.#port}`;
  }
}

/** A keychain in memory, for tests about what is kept in one. */
export class MemorySecrets implements SecretStore {
  readonly kept = new Map<string, string>();
  state(): Promise<'open' | 'locked' | 'absent'> {
    return Promise.resolve('open');
  }
  get(account: string): Promise<string | undefined> {
    return Promise.resolve(this.kept.get(account));
  }
  set(account: string, password: string): Promise<void> {
    this.kept.set(account, password);
    return Promise.resolve();
  }
  delete(account: string): Promise<void> {
    this.kept.delete(account);
    return Promise.resolve();
  }
}

/** No keychain: the honest state of a machine without one. */
export const NO_SECRETS: SecretStore = {
  state: () => Promise.resolve('absent'),
  get: () => Promise.reject(new ImppError('secret-store-unavailable')),
  set: () => Promise.reject(new ImppError('secret-store-unavailable')),
  delete: () => Promise.reject(new ImppError('secret-store-unavailable')),
};

/** One installation of the app: a profile folder and, while it runs, a core and the mirror of one window. */
export class App {
  readonly folder = mkdtempSync(join(tmpdir(), 'parley-app-'));
  readonly log: string[] = [];
  readonly changes: Change[] = [];
  readonly opened: string[] = [];
  /** What the system shows of notifications, by tag; all that it was ever asked for; where those chosen led. */
  readonly notices = new Map<string, Notice>();
  /** The screen is locked, and nothing has told of it. */
  isLockedInSilence = false;
  readonly noticed: Notice[] = [];
  readonly shown: Shown[] = [];
  /** Where the window was told to begin. */
  opening: Shown | undefined;
  readonly statuses: Status[] = [];
  /** Where the person lets a file go that they are asked about; undefined: nowhere. */
  saveAs: (name: string) => string | undefined = () => undefined;
  readonly #options: Partial<CoreOptions> & Pick<Host, 'systemProxy'>;
  readonly #listeners = new Set<() => void>();
  #hasChanged = false;
  #core: Core | undefined;
  #wake = (): void => {};
  #absent = (_reason: Absence | undefined): void => {};
  #act = (_act: NoticeAct): void => {};
  seq = 0;

  private constructor(options: Partial<CoreOptions> & Pick<Host, 'systemProxy'>) {
    this.#options = options;
  }

  static async start(options: Partial<CoreOptions> & Pick<Host, 'systemProxy'> = {}): Promise<App> {
    const app = new App(options);
    await app.up();
    return app;
  }

  async up(): Promise<void> {
    const { systemProxy, ...options } = this.#options;
    const host: Host = {
      kind: 'browser',
      ...(systemProxy === undefined ? {} : { systemProxy }),
      openLink: (url) => {
        this.opened.push(url);
        return Promise.resolve();
      },
      saveAs: (name) => Promise.resolve(this.saveAs(name)),
      onWake: (listener) => {
        this.#wake = listener;
        return () => {};
      },
      onIdle: (listener) => {
        this.#absent = listener;
        return () => {};
      },
      notices: {
        show: (notice) => {
          this.notices.set(notice.tag, notice);
          this.noticed.push(notice);
          this.#notify();
          return Promise.resolve();
        },
        withdraw: (tag) => {
          this.notices.delete(tag);
          this.#notify();
        },
        on: (listener) => {
          this.#act = listener;
          return () => {};
        },
      },
      isLocked: () => this.isLockedInSilence,
      present: () => {},
      showStatus: (status) => {
        this.statuses.push(status);
        this.#notify();
      },
      hasTray: () => Promise.resolve(false),
      isSystemQuiet: () => Promise.resolve(undefined),
    };
    this.#core = await createCore({
      host,
      dataDir: this.folder,
      secrets: NO_SECRETS,
      log: (event, data) => this.log.push(`${event} ${JSON.stringify(data)}`),
      ...options,
    });
    const { seq, opening } = await this.ask('snapshot', null);
    this.seq = seq;
    this.opening = opening;
    this.#core.on((event, payload) => {
      if (event === 'show') this.shown.push(payload as Shown);
      if (event !== 'change' || !('change' in payload)) return;
      this.seq = payload.seq;
      this.changes.push(payload.change);
      this.#notify();
    });
  }

  #notify(): void {
    this.#hasChanged = true;
    for (const listener of this.#listeners) listener();
  }

  /** The person does something with a notification. */
  act(act: NoticeAct): void {
    this.#act(act);
  }

  /** A link was opened outside. */
  openAddress(link: string): void {
    this.#core?.openAddress(link);
  }

  /** Ends the program, keeps the profile. */
  async down(): Promise<void> {
    await this.#core?.close();
    this.#core = undefined;
  }

  async close(): Promise<void> {
    await this.down();
    rmSync(this.folder, { recursive: true, force: true });
  }

  wake(): void {
    this.#wake();
  }

  /** The host says that the person went, or with undefined that they are back. */
  absent(reason: Absence | undefined): void {
    this.#absent(reason);
  }

  invoke(command: string, request: unknown) {
    if (this.#core === undefined) throw new Error('the app is not running');
    return this.#core.invoke(command, request);
  }

  /** A command that has to succeed. */
  async ask<C extends CommandName>(command: C, request: RequestOf<C>): Promise<ResponseOf<C>> {
    const answer = await this.invoke(command, request);
    if (!answer.ok)
      throw new ImppError(answer.code, `${command}: ${answer.code}: ${answer.reason}`, { data: answer.data });
    return answer.value as ResponseOf<C>;
  }

  /** The code with which a command has to fail. */
  async refusal<C extends CommandName>(command: C, request: RequestOf<C>): Promise<ErrorCode> {
    const answer = await this.invoke(command, request);
    if (answer.ok) throw new Error(`${command} did not fail`);
    return answer.code;
  }

  snapshot(): Promise<Snapshot> {
    return this.ask('snapshot', null);
  }

  /** Waits until the snapshot is as `isSo` wants it; looks again at every change, not at times. */
  async until<T>(what: string, find: (snapshot: Snapshot) => T | undefined | false): Promise<T> {
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        this.#listeners.delete(look);
        void this.snapshot().then(({ accounts, contacts, requests, conversations }) =>
          reject(
            new Error(
              `waited in vain: ${what}\n${JSON.stringify({ accounts, contacts, requests, conversations })}\n${this.log.join('\n')}`,
            ),
          ),
        );
      };
      const timer = setTimeout(fail, PATIENCE);
      const look = (): void => {
        void this.snapshot().then((snapshot) => {
          const found = find(snapshot);
          if (found === undefined || found === false) return;
          clearTimeout(timer);
          this.#listeners.delete(look);
          resolve(found);
        }, reject);
      };
      this.#listeners.add(look);
      look();
    });
  }

  untilOnline(user: string): Promise<unknown> {
    return this.until(`${user} online`, ({ accounts }) =>
      accounts.find((account) => account.id === urlOf(user) && account.connection.phase === 'online'),
    );
  }

  untilContact(address: string, isSo: (contact: Contact) => boolean, what = 'contact'): Promise<Contact> {
    return this.until(`${what} ${address}`, ({ contacts }) =>
      contacts.find((contact) => contact.address === address && isSo(contact)),
    );
  }

  conversation(peer: string): Promise<Conversation> {
    return this.until(`conversation with ${peer}`, ({ conversations }) =>
      conversations.find((conversation) => conversation.peer === peer),
    );
  }

  async messages(user: string, peer: string): Promise<Message[]> {
    const page = await this.ask('messages.page', { account: urlOf(user), peer, limit: 200 });
    return [...page.messages];
  }

  /** Waits until the last messages of the conversation have these texts. */
  async untilTexts(user: string, peer: string, texts: readonly string[]): Promise<Message[]> {
    await this.until(`texts ${texts.join('|')}`, ({ conversations }) =>
      conversations.some(
        (conversation) =>
          conversation.account === urlOf(user) &&
          conversation.peer === peer &&
          conversation.last !== undefined,
      ),
    );
    for (;;) {
      const messages = await this.messages(user, peer);
      if (
        messages.length >= texts.length &&
        messages.slice(-texts.length).every((m, i) => m.text === texts[i])
      ) {
        return messages;
      }
      await this.nextChange(`texts ${texts.join('|')}; there are ${messages.map((m) => m.text).join('|')}`);
    }
  }

  untilOutcome(id: number, ...outcomes: Message['outcome'][]): Promise<Message> {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        reject(new Error(`waited in vain for ${id} ${outcomes.join()}\n${this.log.join('\n')}`));
      }, PATIENCE);
      const look = (): void => {
        for (const change of this.changes) {
          if (
            change.type !== 'message' ||
            change.message.id !== id ||
            !outcomes.includes(change.message.outcome)
          )
            continue;
          clearTimeout(timer);
          this.#listeners.delete(look);
          return resolve(change.message);
        }
      };
      this.#listeners.add(look);
      look();
    });
  }

  /** Resolves once something has changed since it last did: what comes between a look and the wait is not lost. */
  async nextChange(what: string): Promise<void> {
    if (!this.#hasChanged) {
      await new Promise<void>((resolve, reject) => {
        const timer = setTimeout(() => {
          this.#listeners.delete(done);
          reject(new Error(`waited in vain: ${what}\n${this.log.join('\n')}`));
        }, PATIENCE);
        const done = (): void => {
          clearTimeout(timer);
          this.#listeners.delete(done);
          resolve();
        };
        this.#listeners.add(done);
      });
    }
    this.#hasChanged = false;
  }

  /** Creates the account at the domain and is online when it resolves. */
  create(domain: Domain, user: string): Promise<string> {
    return this.ask('account.create', {
      address: `${user}@${HOST}`,
      password: PASSWORD,
      remember: false,
      server: domain.server,
    });
  }

  signIn(domain: Domain, user: string): Promise<string> {
    return this.ask('account.signIn', {
      address: `${user}@${HOST}`,
      password: PASSWORD,
      remember: false,
      server: domain.server,
    });
  }
}

/** What an account's parts are tested with, one by one: a store, a mirror, a time that stands, a server to be played. */
export interface Stage {
  readonly context: Context;
  readonly store: Store;
  readonly mirror: Mirror;
  readonly clock: FakeClock;
  /** The account's row in the store. */
  readonly key: number;
  /** For what reasons the connection was given up. */
  readonly failures: unknown[];
  readonly changes: Change[];
  /** Waits for what the store and the parts do by themselves. */
  until(isSo: () => boolean | Promise<boolean>): Promise<void>;
  close(): Promise<void>;
}

/** `server` answers what is asked; `isBulk`: on a connection of its own. */
export const setStage = async (url: string, server: (isBulk: boolean) => Requester): Promise<Stage> => {
  const folder = mkdtempSync(join(tmpdir(), 'parley-stage-'));
  const store = await Store.open(join(folder, 'store.db'));
  const { key } = await store.call('keepAccount', {
    url,
    server: undefined,
    ca: undefined,
    proxy: { kind: 'system' },
    ownState: 'available',
    ownNote: '',
    mechanism: undefined,
    secret: 'not-kept',
    secretCheck: undefined,
    isEnabled: true,
  });
  const mirror = new Mirror({ kind: 'browser', platform: 'test', version: '0' }, DEFAULTS);
  const changes: Change[] = [];
  mirror.on(({ change }) => changes.push(change));
  const clock = new FakeClock();
  const failures: unknown[] = [];
  let count = 0;
  const context: Context = {
    key,
    url,
    host: new URL(url.replace('impp:', 'http:')).host,
    clock,
    store,
    mirror,
    random: (length) => new Uint8Array(length).fill(count++),
    log: () => {},
    connection: () => server(false),
    bulk(use, signal) {
      return new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(signal.reason as ImppError), { once: true });
        use(server(true)).then(resolve, reject);
      });
    },
    fail: (error) => void failures.push(error),
  };
  return {
    context,
    store,
    mirror,
    clock,
    key,
    failures,
    changes,
    async until(isSo) {
      while (!(await isSo())) await new Promise((resolve) => setImmediate(resolve));
    },
    async close() {
      await store.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
};

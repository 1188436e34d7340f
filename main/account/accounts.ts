import { ImppError } from '../../shared/errors.ts';
import { canonicalHost, parseAddress } from '../../shared/impp/address.ts';
import type { AccountId, DomainFacts, Message, Proxy, Quiet, ServerChoice } from '../../shared/model.ts';
import { parseTarget } from '../../network/resolver.ts';
import { Deadline } from '../connection/deadline.ts';
import { attemptTime, connect, type Dialled } from '../connection/dial.ts';
import { authenticate, create, type Credentials } from '../connection/login.ts';
import { nameOfAuthority } from '../connection/transport.ts';
import type { Absence } from '../host/host.ts';
import { Passwords, type Secret } from '../secrets/passwords.ts';
import type { SecretStore } from '../secrets/secret-store.ts';
import type { StoredAccount } from '../store/accounts.ts';
import type { Surroundings } from './context.ts';
import type { Messages } from '../messages/messages.ts';
import { type Reach, Session } from './session.ts';

/** A keychain that has not answered after so many milliseconds has asked the person, who may not be there. */
const ASKED_AFTER = 2000;

/** Messages of a removed account that are deleted at a time: whatever else is asked of the store waits that long. */
const SWEEP = 100;

export interface SignIn extends ServerChoice {
  /** As it was typed. */
  readonly address: string;
  readonly password: string;
  readonly remember: boolean;
}

const choiceOf = ({ server, ca, proxy, proxyPassword }: ServerChoice): ServerChoice => ({
  ...(server === undefined ? {} : { server }),
  ...(ca === undefined ? {} : { ca }),
  ...(proxy === undefined ? {} : { proxy }),
  ...(proxyPassword === undefined ? {} : { proxyPassword }),
});

/** A change of the way to an account's servers: absent stays as it was, null is as if never set. */
export interface NetworkChange {
  readonly server?: string | null;
  readonly ca?: string | null;
  readonly proxy?: Proxy;
  readonly proxyPassword?: string;
}

const secretOf = (password: string, proxyPassword: string | undefined): Secret => ({
  password,
  ...(proxyPassword === undefined ? {} : { proxyPassword }),
});

/** The accounts of this profile, any number of them signed in at once. */
export class Accounts {
  readonly #surroundings: Surroundings;
  readonly #reach: Reach;
  readonly #passwords: Passwords;
  readonly #sessions = new Map<AccountId, Session>();
  readonly #signingIn = new Set<AccountId>();
  /** Of what is going on without a session yet. */
  readonly #deadlines = new Set<Deadline>();
  #sweeping: Promise<void> = Promise.resolve();
  #absence: Absence | undefined;
  #quiet: Quiet | undefined;
  #isClosed = false;

  constructor(surroundings: Surroundings, reach: Reach, secrets: SecretStore) {
    this.#surroundings = surroundings;
    this.#reach = reach;
    this.#passwords = new Passwords(secrets, surroundings.random, surroundings.log);
  }

  /** Shows the accounts that are kept; those that are not signed out connect by themselves. */
  async load(): Promise<void> {
    this.sweep();
    for (const account of await this.#surroundings.store.call('listAccounts')) {
      const session = this.#session(account);
      this.#sessions.set(account.url, session);
      this.#passwords.know(account.url, account);
      await session.load();
      // The keychain may ask the person first: nothing else waits for that.
      if (account.isEnabled) {
        this.#resume(session).catch((error: unknown) =>
          this.#surroundings.log('not signed in', { account: account.url, error: String(error) }),
        );
      }
    }
  }

  /**
   * Deletes what removed accounts and conversations held, step by step, and what is left of anything deleted in the
   * files; what an end of the program interrupts, the next start does.
   */
  sweep(): void {
    const step = async (): Promise<void> => {
      const { store, log } = this.#surroundings;
      try {
        while (!this.#isClosed && (await store.call('sweep', SWEEP)));
        if (!this.#isClosed) await store.forget();
      } catch (error) {
        log('what was removed is not deleted yet', { error: String(error) });
      }
    };
    this.#sweeping = this.#sweeping.then(step);
  }

  /** Throws `not-found`. */
  session(id: AccountId): Session {
    const session = this.#sessions.get(id);
    if (session === undefined) throw new ImppError('not-found', 'there is no such account here');
    return session;
  }

  /** Whether a message came after the program was there to tell of it. */
  isNews(message: Message): boolean {
    return this.#sessions.get(message.account)?.parts.messages.isNews(message) === true;
  }

  /** Shows an account that a backup has brought back; it connects when its password is given. */
  async appear(account: StoredAccount): Promise<void> {
    const session = this.#session(account);
    this.#sessions.set(account.url, session);
    await session.load();
    session.askForPassword(new ImppError('password-needed', 'the password has to be given'));
  }

  /** Of the account to which the message belongs. Throws `not-found`. */
  async messagesWith(id: number): Promise<Messages> {
    const { account } = await this.#surroundings.store.call('getMessage', id);
    return this.session(account).parts.messages;
  }

  #session(account: StoredAccount, phase?: 'authenticating'): Session {
    const session = new Session(this.#surroundings, this.#reach, account, phase);
    session.parts.self.own.absent(this.#absence);
    session.parts.self.own.hush(this.#quiet);
    return session;
  }

  /** The network came back, or the machine woke. */
  wake(): void {
    for (const session of this.#sessions.values()) session.wake();
  }

  /** The person went away from the machine, or with undefined is back. */
  absent(absence: Absence | undefined): void {
    const wasLocked = this.#absence === 'locked';
    this.#absence = absence;
    for (const session of this.#sessions.values()) {
      session.parts.self.own.absent(absence);
      if (wasLocked && absence === undefined) this.#unlocked(session);
    }
  }

  /** Who has unlocked the screen may have unlocked the keychain with it. */
  #unlocked(session: Session): void {
    const { connection } = this.#surroundings.mirror.account(session.account.url) ?? {};
    if (connection?.problem?.code !== 'secret-store-locked') return;
    this.#resume(session).catch((error: unknown) =>
      this.#surroundings.log('not signed in', { account: session.account.url, error: String(error) }),
    );
  }

  /** It has become quiet by itself, or with undefined no longer is. */
  hush(quiet: Quiet | undefined): void {
    this.#quiet = quiet;
    for (const session of this.#sessions.values()) session.parts.self.own.hush(quiet);
  }

  /** Asks a domain what it is. Throws `domain-unknown`, `unreachable`, `certificate-refused`, `invalid-address`. */
  look(text: string, choice: ServerChoice): Promise<DomainFacts> {
    const domain = canonicalHost(text);
    return this.#connect(domain, choice, async ({ connection, hello, server }) => {
      const { registration, policy } = hello;
      const { isPrivate } = connection;
      await connection.goodbye();
      return { domain, server, isPrivate, registration, policy };
    });
  }

  /**
   * Signs in, after creating the account where `registration` is given, and keeps the account; resolves when
   * online. What fails leaves nothing behind.
   */
  async signIn(wanted: SignIn, registration?: { readonly invite: string | undefined }): Promise<AccountId> {
    const { url, host, user } = parseAddress(wanted.address);
    if (user === '') throw new ImppError('invalid-address', 'the name before the @ is missing');
    if (wanted.ca !== undefined) nameOfAuthority(wanted.ca);
    if (this.#signingIn.has(url)) throw new ImppError('conflict', 'this account is signing in already');
    this.#signingIn.add(url);
    try {
      const known = this.#sessions.get(url)?.account;
      const { password } = wanted;
      const credentials = { host, user, url, password, lastMechanism: known?.mechanism };
      let isRegistered = false;
      await this.#connect(host, wanted, async (dialled) => {
        const { crypto } = this.#reach;
        const mechanism =
          registration === undefined || isRegistered
            ? await authenticate(dialled, credentials, crypto)
            : await create(dialled, credentials, registration.invite, crypto);
        isRegistered = true;
        await this.#keep(wanted, credentials, dialled, mechanism);
      });
      return url;
    } finally {
      this.#signingIn.delete(url);
    }
  }

  /** Takes the password that was asked for. Throws `authentication-failed`, and keeps nothing then. */
  async givePassword(id: AccountId, password: string, remember: boolean): Promise<void> {
    const session = this.session(id);
    const { store, mirror } = this.#surroundings;
    await session.start(secretOf(password, session.proxyPassword));
    if (!session.hasPassword)
      throw new ImppError('authentication-failed', 'address and password do not match');
    const kept = await this.#passwords.keep(id, secretOf(password, session.proxyPassword), remember);
    await store.call('changeAccount', session.account.key, { ...kept, isEnabled: true });
    mirror.patchAccount(id, { secret: kept.secret });
  }

  /** Changes the way to the account's servers and goes it at once, unless the person has signed out. */
  async changeNetwork(id: AccountId, change: NetworkChange): Promise<void> {
    const session = this.session(id);
    const { store, mirror } = this.#surroundings;
    const { account } = session;
    const proxy = change.proxy ?? account.proxy;
    const hasUser = proxy.kind === 'socks5' && proxy.user !== undefined;
    const proxyPassword = hasUser ? (change.proxyPassword ?? session.proxyPassword) : undefined;
    const server = change.server === undefined ? account.server : (change.server ?? undefined);
    const ca = change.ca === undefined ? account.ca : (change.ca ?? undefined);
    if (server !== undefined) parseTarget(server);
    if (proxy.kind === 'socks5') parseTarget(proxy.server);
    if (ca !== undefined) nameOfAuthority(ca);
    const { password } = session;
    const isRemembered = mirror.account(id)?.secret !== 'not-kept';
    const kept =
      password !== undefined && proxyPassword !== session.proxyPassword
        ? await this.#passwords.keep(id, secretOf(password, proxyPassword), isRemembered)
        : undefined;
    await store.call('changeAccount', account.key, { server, ca, proxy, ...kept });
    if (kept !== undefined) mirror.patchAccount(id, { secret: kept.secret });
    await session.reroute({ server, ca, proxy }, proxyPassword);
  }

  /** Throws `password-needed`, `secret-store-unavailable`. */
  async connectNow(id: AccountId): Promise<void> {
    const session = this.session(id);
    await this.#surroundings.store.call('changeAccount', session.account.key, { isEnabled: true });
    if (session.hasPassword) session.retry();
    else await this.#resume(session);
  }

  async disconnect(id: AccountId): Promise<void> {
    const session = this.session(id);
    await this.#surroundings.store.call('changeAccount', session.account.key, { isEnabled: false });
    await session.stop();
  }

  /** Forgets the account, its password and its history on this computer. */
  async remove(id: AccountId): Promise<void> {
    const session = this.session(id);
    await this.#passwords.forget(id);
    await this.#forget(session);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const deadline of this.#deadlines) deadline.abort(new ImppError('closed', 'the program is ending'));
    await Promise.all([...this.#sessions.values()].map((session) => session.close()));
    this.#sessions.clear();
    await this.#sweeping;
  }

  async #connect<T>(
    domain: string,
    choice: ServerChoice,
    step: (dialled: Dialled) => Promise<T>,
  ): Promise<T> {
    const deadline = new Deadline(
      this.#surroundings.clock,
      attemptTime(choice.proxy),
      new ImppError('unreachable', 'the attempt took too long', { data: { domain } }),
    );
    this.#deadlines.add(deadline);
    try {
      const wanted = { domain, ...choiceOf(choice), deadline, progress: () => {} };
      return await connect(this.#reach.network, wanted, step);
    } finally {
      this.#deadlines.delete(deadline);
      deadline.close();
    }
  }

  /** The password has proved right: the account is kept, and a session takes the connection over. */
  async #keep(
    wanted: SignIn,
    { url, password }: Credentials,
    dialled: Dialled,
    mechanism: string,
  ): Promise<void> {
    if (this.#isClosed) throw new ImppError('closed', 'the program is ending');
    const { store } = this.#surroundings;
    const former = this.#sessions.get(url);
    await former?.close();
    const secret = secretOf(password, wanted.proxyPassword);
    const kept = await this.#passwords.keep(url, secret, wanted.remember);
    const account: StoredAccount = await store.call('keepAccount', {
      url,
      server: wanted.server,
      ca: wanted.ca,
      proxy: wanted.proxy ?? { kind: 'system' },
      ownState: 'available',
      ownNote: '',
      mechanism,
      ...kept,
      isEnabled: true,
    });
    const session = this.#session(account, 'authenticating');
    this.#sessions.set(url, session);
    try {
      await session.load();
      await session.adopt(dialled, secret, mechanism);
    } catch (error) {
      if (former === undefined) {
        await this.#passwords.forget(url);
        await this.#forget(session);
      } else this.#replace(session, secret);
      throw error;
    }
  }

  /** A session that could not take its connection over gives way to one that makes its own. */
  #replace(session: Session, secret: Secret): void {
    const next = this.#session(session.account);
    this.#sessions.set(session.account.url, next);
    const begin = async (): Promise<void> => {
      await session.close();
      await next.load();
      await next.start(secret);
    };
    begin().catch((error: unknown) =>
      this.#surroundings.log('not signed in again', { error: String(error) }),
    );
  }

  async #forget(session: Session): Promise<void> {
    const { store, mirror } = this.#surroundings;
    this.#sessions.delete(session.account.url);
    await session.close();
    await store.call('removeAccount', session.account.key);
    mirror.removeAccount(session.account.url);
    this.sweep();
  }

  /**
   * Connects with the password of the keychain. Throws `password-needed` and what is the matter with the keychain;
   * shows them, too.
   */
  async #resume(session: Session): Promise<void> {
    const { url } = session.account;
    const cancel = this.#surroundings.clock.after(ASKED_AFTER, () => {
      if (!this.#isClosed && !session.hasPassword)
        session.askForPassword(new ImppError('secret-store-locked', 'the keychain waits to be unlocked'));
    });
    try {
      const secret = await this.#passwords.read(url);
      // Meanwhile the person may have typed it.
      if (!this.#isClosed && !session.hasPassword)
        await session.start(secretOf(secret.password, session.proxyPassword ?? secret.proxyPassword));
    } catch (error) {
      if (error instanceof ImppError && !session.hasPassword) session.askForPassword(error);
      throw error;
    } finally {
      cancel();
    }
  }
}

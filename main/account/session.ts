import { ImppError } from '../../shared/errors.ts';
import { Machine } from '../../shared/fsm.ts';
import { parseUrl } from '../../shared/impp/address.ts';
import type { Crypto } from '../../shared/impp/sasl/crypto.ts';
import type { Account, AccountNetwork, Connection as Shown, ConnectionPhase } from '../../shared/model.ts';
import { Backoff, isWithoutNetwork } from '../connection/backoff.ts';
import type { Connection } from '../connection/connection.ts';
import { Deadline } from '../connection/deadline.ts';
import { attemptTime, connect, type Dialled, type Network } from '../connection/dial.ts';
import { attach, authenticate, type Credentials, type Device } from '../connection/login.ts';
import { CONNECTION, type ConnectionEvent } from '../connection/states.ts';
import { nameOfAuthority } from '../connection/transport.ts';
import { problemOf } from '../problem.ts';
import type { Secret } from '../secrets/passwords.ts';
import type { StoredAccount } from '../store/accounts.ts';
import { Bulk } from './bulk.ts';
import type { Context, Surroundings } from './context.ts';
import { keepingIn } from '../connection/keeping.ts';
import { Parts } from './parts.ts';
import { Self } from './self.ts';

/** Online for this long, a connection is no longer one of a series of failures. */
const STABLE_AFTER = 60_000;
/** After waking, a connection that still works answers within this time. */
const WAKE_ANSWER = 2000;
/** Tor is slower than that on its better days. */
const PROXIED_WAKE_ANSWER = 5000;

/** What is being published when the person signs out is given this time. */
const LAST_WORDS = 1000;

/** After these nothing is tried again before the person does something. */
const FINAL = new Set([
  'authentication-failed',
  'password-needed',
  'weaker-mechanism',
  'version-not-supported',
  'account-disabled',
  'proxy-authentication',
  'proxy-needed',
]);
/** And before these nothing but a password. */
const PASSWORD_NEEDED = new Set(['authentication-failed', 'password-needed']);

const shownNetwork = ({ server, ca, proxy }: StoredAccount): AccountNetwork => ({
  proxy,
  ...(server === undefined ? {} : { server }),
  ...(ca === undefined ? {} : { authority: nameOfAuthority(ca) }),
});

/** What all sessions use to reach their servers. */
export interface Reach {
  readonly network: Network;
  readonly crypto: Crypto;
  readonly device: Device;
}

/** One account: its connection, kept up, and the parts that live on it. */
export class Session {
  readonly #surroundings: Surroundings;
  readonly #reach: Reach;
  #account: StoredAccount;
  readonly parts: Parts;
  readonly #machine: Machine<ConnectionPhase, ConnectionEvent>;
  readonly #backoff: Backoff;
  readonly #bulk: Bulk;
  readonly #host: string;
  readonly #user: string;
  #password: string | undefined;
  #proxyPassword: string | undefined;
  #mechanism: string | undefined;
  /** Where the server sent us with its BYE; for the next attempt only. */
  #elsewhere: string | undefined;
  #connection: Connection | undefined;
  #deadline: Deadline | undefined;
  #attempt: Promise<void> = Promise.resolve();
  #cancelTimer = (): void => {};
  /** There is no network, and that is what is shown. */
  #isOffline = false;
  #isClosed = false;

  /** `phase`: `authenticating` for a connection that is about to be adopted, else `signed-out`. */
  constructor(
    surroundings: Surroundings,
    reach: Reach,
    account: StoredAccount,
    phase: 'signed-out' | 'authenticating' = 'signed-out',
  ) {
    this.#surroundings = surroundings;
    this.#reach = reach;
    this.#account = account;
    this.#mechanism = account.mechanism;
    this.#machine = new Machine(CONNECTION, phase);
    this.#backoff = new Backoff(surroundings.random);
    ({ host: this.#host, user: this.#user } = parseUrl(account.url));
    this.#bulk = new Bulk(
      (deadline) => this.#openBulk(deadline),
      () => this.#newDeadline(),
    );
    const context: Context = {
      ...surroundings,
      key: account.key,
      url: account.url,
      host: this.#host,
      connection: () => this.#online(),
      bulk: (use, signal) => this.#bulk.use(use, signal),
      fail: (error) =>
        this.#connection?.close(
          error instanceof ImppError ? error : new ImppError('internal-error', String(error)),
        ),
    };
    this.parts = new Parts(context, account);
  }

  get account(): StoredAccount {
    return this.#account;
  }

  /** Shows what is known of the account without a connection. */
  async load(): Promise<void> {
    const { url, secret } = this.#account;
    this.#surroundings.mirror.setAccount({
      id: url,
      connection: { phase: this.#machine.state },
      network: shownNetwork(this.#account),
      own: Self.shown(this.#account),
      policy: [],
      secret,
    });
    await this.parts.load();
  }

  /** Keeps the connection up from now on; resolves when the first attempt has ended, however it did. */
  async start(secret: Secret): Promise<void> {
    this.#know(secret);
    this.connectNow();
    await this.#attempt;
  }

  /** Says that nothing can happen before the person gives the password. */
  askForPassword(error: ImppError): void {
    this.#show({ phase: this.#machine.state, problem: problemOf(error, this.#host), passwordNeeded: true });
  }

  /** Whether `connectNow` has what it needs. */
  get hasPassword(): boolean {
    return this.#password !== undefined;
  }

  /** What is known of them now. */
  get password(): string | undefined {
    return this.#password;
  }

  get proxyPassword(): string | undefined {
    return this.#proxyPassword;
  }

  #know({ password, proxyPassword }: Secret): void {
    this.#password = password;
    this.#proxyPassword = proxyPassword;
  }

  /** Tries at once instead of at `retryAt`. Throws `password-needed`. */
  connectNow(): void {
    if (this.#password === undefined) throw new ImppError('password-needed', 'the password has to be given');
    if (this.#isClosed || !this.#machine.can('start')) return;
    this.#cancelTimer();
    this.#attempt = this.#try(this.#password);
  }

  /** Forgets the failures so far: somebody, or the network, says that it is worth trying. */
  retry(): void {
    this.#backoff.reset();
    this.connectNow();
  }

  /** The network came back, or the machine woke. */
  wake(): void {
    this.#backoff.reset();
    if (this.#machine.state === 'waiting') this.connectNow();
    else if (this.#connection !== undefined) {
      this.#connection.check(this.#account.proxy.kind === 'socks5' ? PROXIED_WAKE_ANSWER : WAKE_ANSWER);
    }
    // What was begun on a network that is gone would only find out when its time is over.
    else this.#deadline?.abort(new ImppError('unreachable', 'the network is another one now'));
  }

  /** Goes another way from now on: what goes on the old one ends. Not while the person is signed out. */
  async reroute(
    way: Pick<StoredAccount, 'server' | 'ca' | 'proxy'>,
    proxyPassword: string | undefined,
  ): Promise<void> {
    const { mirror } = this.#surroundings;
    const { url } = this.#account;
    const problem = mirror.account(url)?.connection.problem;
    const wasOn = this.hasPassword && (this.#machine.state !== 'signed-out' || problem !== undefined);
    this.#account = { ...this.#account, ...way };
    this.#proxyPassword = proxyPassword;
    this.#elsewhere = undefined;
    mirror.patchAccount(url, { network: shownNetwork(this.#account) });
    if (!wasOn) return;
    await this.#bulk.close(new ImppError('closed', 'the way to the domain was changed'));
    await this.stop();
    this.retry();
  }

  /** Milliseconds until the server answers. Throws `unreachable`, `timeout`. */
  async check(): Promise<number> {
    const { clock } = this.#surroundings;
    const began = clock.now();
    await this.#online().request('PING');
    return clock.now() - began;
  }

  /** Says goodbye and stays signed out. */
  async stop(): Promise<void> {
    this.#cancelTimer();
    this.#deadline?.abort(new ImppError('closed', 'the attempt was given up'));
    await this.#attempt;
    this.#cancelTimer();
    const connection = this.#connection;
    if (connection === undefined) {
      if (this.#machine.can('stop')) this.#move('stop');
      return;
    }
    this.#connection = undefined;
    this.parts.offline();
    this.#move('stop');
    connection.onClosed(() => {});
    await this.parts.self.settled(LAST_WORDS);
    await connection.goodbye();
    this.#move('stopped');
  }

  /** Ends everything that was started. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.stop();
    this.parts.close();
    await this.#bulk.close(new ImppError('closed', 'the session has ended'));
  }

  /**
   * Takes over a connection that has signed in with `secret`: attaches it and puts the account's life on it.
   * The outcome of `attach` is the caller's to hear.
   */
  async adopt(dialled: Dialled, secret: Secret, mechanism: string): Promise<void> {
    const { connection, hello, server, proxy } = dialled;
    const { store, mirror, clock } = this.#surroundings;
    const { key, url } = this.#account;
    this.#know(secret);
    if (mechanism !== this.#mechanism) {
      this.#mechanism = mechanism;
      await store.call('changeAccount', key, { mechanism });
    }
    const attached = await attach(connection, this.#reach.device, 'interactive');
    const position = await this.parts.messages.attached(attached);
    this.#connection = connection;
    connection.watchIdle(hello.idleTimeout);
    this.#machine.move('authenticated');
    this.#surroundings.log('online', { account: url, server, proxy, mechanism });
    const tls = connection.tls();
    const way = {
      since: clock.now(),
      server,
      mechanism,
      ...(proxy === undefined ? {} : { proxy }),
      ...(tls === undefined ? {} : { tls }),
    };
    mirror.patchAccount(url, {
      policy: hello.policy,
      maxMessageSize: hello.maxMessageSize,
      keeping: attached.keeping,
      connection: { phase: 'online', isPrivate: connection.isPrivate, way },
    });
    connection.onClosed((error) => this.#lost(connection, error));
    if (connection.isClosed) return;
    connection.attach(url, attached.connectionId, this.parts.answerer());
    this.parts.online(hello.bulkThreshold, attached, position);
    this.#cancelTimer();
    this.#cancelTimer = this.#surroundings.clock.after(STABLE_AFTER, () => this.#backoff.reset());
  }

  /** Asks how much of what the domain keeps is used. Throws `unreachable`. */
  async askKeeping(): Promise<void> {
    // A page before the first entry: nothing but its answer comes.
    const { headers } = await this.#online().request('GET-INBOX', [
      ['Before', '1'],
      ['Limit', '1'],
    ]);
    this.#surroundings.mirror.patchAccount(this.#account.url, { keeping: keepingIn(headers) });
  }

  #online(): Connection {
    if (this.#connection === undefined) {
      throw new ImppError('unreachable', 'not connected', { data: { domain: this.#host } });
    }
    return this.#connection;
  }

  get #credentials(): Omit<Credentials, 'password'> {
    return { host: this.#host, user: this.#user, url: this.#account.url, lastMechanism: this.#mechanism };
  }

  async #try(password: string): Promise<void> {
    this.#move('start');
    const deadline = this.#newDeadline();
    this.#deadline = deadline;
    const wanted = this.#wanted();
    this.#elsewhere = undefined;
    try {
      await connect(
        this.#reach.network,
        { ...wanted, deadline, progress: (event) => this.#move(event) },
        async (dialled) => {
          const mechanism = await authenticate(
            dialled,
            { ...this.#credentials, password },
            this.#reach.crypto,
          );
          const proxyPassword = this.#proxyPassword;
          await this.adopt(
            dialled,
            proxyPassword === undefined ? { password } : { password, proxyPassword },
            mechanism,
          );
        },
      );
    } catch (error) {
      this.#failed(error);
    } finally {
      deadline.close();
      this.#deadline = undefined;
    }
  }

  #wanted() {
    const { ca, proxy } = this.#account;
    const server = this.#elsewhere ?? this.#account.server;
    const proxyPassword = this.#proxyPassword;
    return {
      domain: this.#host,
      proxy,
      ...(server === undefined ? {} : { server }),
      ...(ca === undefined ? {} : { ca }),
      ...(proxyPassword === undefined ? {} : { proxyPassword }),
    };
  }

  #newDeadline(): Deadline {
    return new Deadline(
      this.#surroundings.clock,
      attemptTime(this.#account.proxy),
      new ImppError('unreachable', 'the attempt took too long', { data: { domain: this.#host } }),
    );
  }

  #lost(connection: Connection, error: ImppError): void {
    if (this.#connection !== connection) return;
    this.#connection = undefined;
    this.parts.offline();
    this.#failed(error);
  }

  #failed(error: unknown): void {
    // The loss of the connection and the failure of the attempt on it may both tell; the first one counts.
    if (this.#isClosed || !this.#machine.can('failed')) return;
    const problem = problemOf(error, this.#host);
    this.#surroundings.log('offline', {
      account: this.#account.url,
      code: problem.code,
      reason: problem.reason,
    });
    this.#cancelTimer();
    if (FINAL.has(problem.code)) {
      const passwordNeeded = PASSWORD_NEEDED.has(problem.code);
      if (passwordNeeded) this.#password = undefined;
      this.#machine.move('refused');
      this.#show({ phase: 'signed-out', problem, ...(passwordNeeded ? { passwordNeeded } : {}) });
      return;
    }
    if (error instanceof ImppError && error.code === 'redirect') this.#elsewhere = error.data.server;
    this.#isOffline = isWithoutNetwork(error);
    const delay = this.#isOffline
      ? this.#backoff.soon()
      : this.#backoff.next((problem.retryAfter ?? 0) * 1000);
    this.#machine.move('failed');
    const retryAt = this.#surroundings.clock.now() + delay;
    this.#show({ phase: 'waiting', ...(this.#isOffline ? {} : { problem, retryAt }) });
    this.#cancelTimer = this.#surroundings.clock.after(delay, () => this.connectNow());
  }

  #move(event: ConnectionEvent): void {
    const before = this.#surroundings.mirror.account(this.#account.url)?.connection;
    const phase = this.#machine.move(event);
    // Without a network it stays at that until something answers, and does not flicker with every attempt.
    if (event !== 'start' && event !== 'resolved' && event !== 'again') this.#isOffline = false;
    if (this.#isOffline) return;
    // While it tries again, the person still wants to know what went wrong.
    const problem = event === 'stop' || event === 'stopped' ? undefined : before?.problem;
    this.#show({ phase, ...(problem === undefined ? {} : { problem }) });
  }

  #show(connection: Shown): void {
    this.#surroundings.mirror.patchAccount(this.#account.url, { connection } satisfies Partial<Account>);
  }

  /** A second connection of this device, for what is large. */
  async #openBulk(deadline: Deadline): Promise<Connection> {
    const password = this.#password;
    if (password === undefined) throw new ImppError('password-needed', 'the password has to be given');
    this.#online();
    const wanted = { ...this.#wanted(), deadline, progress: () => {} };
    return connect(this.#reach.network, wanted, async (dialled) => {
      const { connection, hello } = dialled;
      await authenticate(dialled, { ...this.#credentials, password }, this.#reach.crypto);
      const { connectionId } = await attach(connection, this.#reach.device, 'bulk');
      connection.attach(this.#account.url, connectionId, () =>
        Promise.reject(new ImppError('operation-not-supported')),
      );
      connection.carryLarge(hello.idleTimeout);
      return connection;
    });
  }
}

import { addressOf } from '../../shared/impp/address.ts';
import { EMPTY_RULES, parseAccessRules } from '../../shared/impp/access-rules.ts';
import { EMPTY_PROFILE, parseProfile } from '../../shared/impp/documents.ts';
import type { Account, Accounts } from '../domain.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Config } from '../config.ts';
import type { Storage } from '../storage/storage.ts';
import { underPolicy } from './policy.ts';

/** Accounts held in memory. A thousand take about a megabyte. */
const MOST = 50_000;

/** After so long an account is read again, because the operator may have changed it from another process. */
const FRESH = 60_000;

interface Entry {
  readonly account: Account;
  readonly readAt: number;
}

interface Reading {
  account: Promise<Account | undefined>;
}

/** The accounts of the domain as requests need them, read from storage when first asked for. */
export class AccountCache implements Accounts {
  readonly #host: string;
  readonly #storage: Storage;
  readonly #clock: Clock;
  readonly #policy: Config['policy'];
  readonly #forgotten: (user: string) => void;
  readonly #entries = new Map<string, Entry>();
  readonly #reading = new Map<string, Reading>();

  /** `forgotten` hears of every account whose rules, forward or existence have changed. */
  constructor(options: {
    host: string;
    storage: Storage;
    clock: Clock;
    policy: Config['policy'];
    forgotten: (user: string) => void;
  }) {
    this.#host = options.host;
    this.#storage = options.storage;
    this.#clock = options.clock;
    this.#policy = options.policy;
    this.#forgotten = options.forgotten;
  }

  find(user: string): Account | undefined | Promise<Account | undefined> {
    const entry = this.#entries.get(user);
    if (entry !== undefined && this.#clock.now() - entry.readAt < FRESH) return entry.account;
    const reading = this.#reading.get(user);
    if (reading !== undefined) return reading.account;
    const mark: Reading = { account: Promise.resolve(undefined) };
    this.#reading.set(user, mark);
    mark.account = this.#read(user, mark).finally(() => {
      if (this.#reading.get(user) === mark) this.#reading.delete(user);
    });
    return mark.account;
  }

  forget(user: string): void {
    this.drop(user);
    this.#forgotten(user);
  }

  /** As `forget`, when another server of the domain has told of it. */
  drop(user: string): void {
    this.#entries.delete(user);
    // What is being read may be of before the change: it is not kept, and nobody who asks from now on gets it.
    this.#reading.delete(user);
  }

  async #read(user: string, mark: Reading): Promise<Account | undefined> {
    const readAt = this.#clock.now();
    const [stored, acl, profile] = await Promise.all([
      this.#storage.getAccount(user),
      this.#storage.getDocument(user, 'acl'),
      this.#storage.getDocument(user, 'profile'),
    ]);
    const isCurrent = this.#reading.get(user) === mark;
    if (isCurrent) this.#entries.delete(user);
    // Never remembered: the operator may add it at any moment.
    if (stored === undefined) return undefined;
    const account: Account = {
      user,
      url: addressOf(this.#host, user).url,
      services: new Set(stored.services),
      rules: acl.body === undefined ? EMPTY_RULES : underPolicy(this.#policy, parseAccessRules(acl.body)),
      isDisabled: stored.disabledAt !== undefined,
      forward: (profile.body === undefined ? EMPTY_PROFILE : parseProfile(profile.body)).forward,
    };
    if (isCurrent) this.#keep({ account, readAt });
    return account;
  }

  #keep(entry: Entry): void {
    this.#entries.set(entry.account.user, entry);
    if (this.#entries.size <= MOST) return;
    for (const oldest of this.#entries.keys()) {
      this.#entries.delete(oldest);
      break;
    }
  }
}

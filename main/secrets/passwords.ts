import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { RandomBytes } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Account, AccountId } from '../../shared/model.ts';
import type { Log } from '../log.ts';
import type { SecretStore } from './secret-store.ts';

/** What the person gives and the store never holds. */
export interface Secret {
  readonly password: string;
  readonly proxyPassword?: string;
}

/** What the store knows of a secret: where it is, and by what it is known again. */
export interface Kept {
  readonly secret: Account['secret'];
  readonly secretCheck: string | undefined;
}

/** So many entries that may or may not have been written are known again. */
const MOST_CHECKS = 4;

const entry = z.object({
  token: z.string(),
  password: z.string(),
  proxyPassword: z.string().exactOptional(),
});

/** The token is random and has nothing to do with the password: the file with the check tells nothing of that. */
const checkOf = (token: string): string => createHash('sha256').update(token).digest('hex');

const parsed = (value: string): z.infer<typeof entry> | undefined => {
  try {
    return entry.safeParse(JSON.parse(value)).data;
  } catch {
    return undefined;
  }
};

/**
 * The secrets of accounts in the keychain. Beside each stands a random token whose hash the store keeps: a keychain
 * that was locked, emptied, put back to an earlier state, or is another one than that which was written to (another
 * desktop session, another backend, another profile that wrote over it) does not know the token.
 */
export class Passwords {
  readonly #secrets: SecretStore;
  readonly #random: RandomBytes;
  readonly #log: Log;
  readonly #kept = new Map<AccountId, Kept>();

  constructor(secrets: SecretStore, random: RandomBytes, log: Log) {
    this.#secrets = secrets;
    this.#random = random;
    this.#log = log;
  }

  /** What the store says of an account's secret. */
  know(id: AccountId, { secret, secretCheck }: Kept): void {
    this.#kept.set(id, { secret, secretCheck });
  }

  /**
   * The secret as it was kept. Throws `password-needed` where none was, and `secret-store-locked`,
   * `secret-store-changed`, `secret-store-unavailable`.
   */
  async read(id: AccountId): Promise<Secret> {
    const kept = this.#kept.get(id);
    if (kept?.secret !== 'kept') {
      throw new ImppError('password-needed', 'the password has to be given');
    }
    const value = await this.#secrets.get(id);
    if (value === undefined) throw await this.#whyEmpty();
    // What was kept before there were checks is the password itself.
    if (kept.secretCheck === undefined) return { password: value };
    const found = parsed(value);
    if (found === undefined || !kept.secretCheck.split(' ').includes(checkOf(found.token))) {
      throw new ImppError(
        'secret-store-changed',
        'the keychain has another entry than the one that was made',
      );
    }
    const { token: _token, ...secret } = found;
    return secret;
  }

  /** A closed keychain gives nothing, like an empty one. */
  async #whyEmpty(): Promise<ImppError> {
    switch (await this.#secrets.state()) {
      case 'open':
        return new ImppError('secret-store-changed', 'the keychain answers and has no password');
      case 'locked':
        return new ImppError('secret-store-locked', 'the keychain has to be unlocked');
      case 'absent':
        return new ImppError('secret-store-unavailable', 'the keychain gives nothing and takes nothing');
    }
  }

  /**
   * Keeps the secret where the person wants that and the keychain takes it. One that was kept before and is out of
   * reach now stays what the next start looks for: nothing of it is deleted.
   */
  async keep(id: AccountId, secret: Secret, remember: boolean): Promise<Kept> {
    const kept = remember
      ? await this.#write(id, secret)
      : { secret: 'not-kept' as const, secretCheck: undefined };
    if (!remember) await this.forget(id);
    this.#kept.set(id, kept);
    return kept;
  }

  async #write(id: AccountId, secret: Secret): Promise<Kept> {
    const token = Buffer.from(this.#random(16)).toString('base64url');
    const value = JSON.stringify({ token, ...secret });
    try {
      await this.#secrets.set(id, value);
      if ((await this.#secrets.get(id)) === value) return { secret: 'kept', secretCheck: checkOf(token) };
      this.#log('the keychain does not give back what it took', { account: id });
    } catch (error) {
      this.#log('the password was not kept', { error: String(error) });
    }
    const before = this.#kept.get(id);
    if (before?.secret !== 'kept') return { secret: 'unavailable', secretCheck: undefined };
    // Somebody may still unlock it, and what was to be written then is: either is as good.
    const checks = [...(before.secretCheck?.split(' ') ?? []), checkOf(token)];
    return { secret: 'kept', secretCheck: checks.slice(-MOST_CHECKS).join(' ') };
  }

  async forget(id: AccountId): Promise<void> {
    const isKept = this.#kept.get(id)?.secret === 'kept';
    this.#kept.delete(id);
    if (!isKept) return;
    try {
      await this.#secrets.delete(id);
    } catch (error) {
      this.#log('the password was not removed from the keychain', { error: String(error) });
    }
  }
}

import type { Crypto } from '../../shared/impp/sasl/crypto.ts';
import type { Credential } from '../../shared/impp/sasl/scram.ts';
import { formatVerifier, parseVerifier, SALT_LENGTH } from '../../shared/impp/sasl/verifier.ts';
import type { StoredAccount, Storage } from '../storage/storage.ts';
import { keptKey } from './kept-key.ts';

const encoder = new TextEncoder();

/** Changes remembered: far more than can happen while an exchange is under way, which is half a minute. */
const REMEMBERED = 10_000;

/** How far the time of the last sign-in that is kept may be behind. */
const SIGN_IN_NOTED_MS = 3_600_000;

/** A credential with the account that it is of, as it was when it was looked up. */
export interface Found extends Credential {
  readonly account: StoredAccount | undefined;
}

/** Verifiers of accounts, and look-alikes of those that do not exist [IMPP 6]. */
export class Credentials {
  readonly #storage: Storage;
  readonly #crypto: Crypto;
  readonly #key: Uint8Array;
  /** Iterations in use at the domain, with how many accounts have them. */
  readonly #inUse: Map<number, number>;
  /** Accounts whose password is another or is gone, with the count of such changes at that moment. */
  readonly #changes = new Map<string, number>();
  #changeCount = 0;

  private constructor(storage: Storage, crypto: Crypto, key: Uint8Array, inUse: Map<number, number>) {
    this.#storage = storage;
    this.#crypto = crypto;
    this.#key = key;
    this.#inUse = inUse;
  }

  /** `iterations`: the domain's own, for as long as no account has any. */
  static async open(storage: Storage, crypto: Crypto, iterations: number): Promise<Credentials> {
    // Kept, because a salt that changed over a restart would tell that there is no such account.
    const key = await keptKey(storage, 'login-key', crypto);
    const inUse = new Map<number, number>();
    for (const account of await storage.listAccounts()) count(inUse, account);
    if (inUse.size === 0) inUse.set(iterations, 1);
    return new Credentials(storage, crypto, key, inUse);
  }

  /** From storage, never from memory, and with the look-alike made for everyone: existing costs the same. */
  async lookup(user: string): Promise<Found> {
    const [account, lookAlike] = await Promise.all([this.#storage.getAccount(user), this.#lookAlike(user)]);
    const verifier = parseVerifier(account?.verifier ?? lookAlike);
    return { verifier, isReal: account !== undefined, account };
  }

  /** `account` has signed in at `now`. Written once an hour at most: nobody waits for it, and it dirties a page. */
  signedIn({ user, signedInAt = 0 }: StoredAccount, now: number): Promise<void> {
    if (now - signedInAt < SIGN_IN_NOTED_MS) return Promise.resolve();
    return this.#storage.noteSignIn(user, now);
  }

  /** A verifier with so many iterations has been stored. */
  added(iterations: number): void {
    this.#inUse.set(iterations, (this.#inUse.get(iterations) ?? 0) + 1);
  }

  /** How many changes there have been: to be given to `isCurrent`. */
  get changeCount(): number {
    return this.#changeCount;
  }

  /** The password of `user` is another, or the account has ended: exchanges that are under way lead nowhere. */
  changed(user: string): void {
    this.#changes.delete(user);
    this.#changes.set(user, ++this.#changeCount);
    if (this.#changes.size <= REMEMBERED) return;
    for (const oldest of this.#changes.keys()) {
      this.#changes.delete(oldest);
      break;
    }
  }

  /** Whether what was looked up of `user` when there had been `since` changes still holds. */
  isCurrent(user: string, since: number): boolean {
    return (this.#changes.get(user) ?? 0) <= since;
  }

  async #lookAlike(user: string): Promise<string> {
    const name = (purpose: string): Uint8Array => encoder.encode(`${purpose}\0${user}`);
    const salt = (await this.#crypto.hmac(this.#key, name('salt'))).subarray(0, SALT_LENGTH);
    // Nothing of these is ever shown: that nobody knows a password for them is all that matters.
    const [storedKey, serverKey] = [this.#key, this.#key];
    return formatVerifier({ iterations: await this.#iterationsFor(name), salt, storedKey, serverKey });
  }

  /**
   * Each of the numbers in use draws a score by the name, weighted by how many accounts have it, and the best
   * wins: names are spread as the accounts are, and one more number moves few of them.
   */
  async #iterationsFor(name: (purpose: string) => Uint8Array): Promise<number> {
    let [best = 0] = this.#inUse.keys();
    if (this.#inUse.size === 1) return best;
    let bestScore = -Infinity;
    for (const [iterations, weight] of this.#inUse) {
      const draw = await this.#crypto.hmac(this.#key, name(`iterations ${iterations}`));
      const unit = (new DataView(draw.buffer, draw.byteOffset).getUint32(0) + 1) / 2 ** 32;
      const score = Math.log(unit) / weight;
      if (score > bestScore) {
        best = iterations;
        bestScore = score;
      }
    }
    return best;
  }
}

const count = (inUse: Map<number, number>, account: StoredAccount): void => {
  const iterations = Number(/^SCRAM-SHA-256\$(\d+):/.exec(account.verifier)?.[1]);
  if (iterations > 0) inUse.set(iterations, (inUse.get(iterations) ?? 0) + 1);
};

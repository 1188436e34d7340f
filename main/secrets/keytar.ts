import type { Clock } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import type { SecretStore } from './secret-store.ts';

const SERVICE = 'Parley';
const PROBE = 'probe';
/** A desktop may ask the person to unlock the keychain; without an answer the app goes on without it. */
const ANSWER_WITHIN = 5000;
/** What is read is worth waiting for: as long as somebody may look for a password. */
const UNLOCKED_WITHIN = 120_000;

/** The words of libsecret and of macOS for a keychain that is there and closed; they have no codes. */
const LOCKED = /locked collection|prompt(er)? was dismissed|User interaction is not allowed|-25308/i;

interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

const isKeytar = (value: unknown): value is Keytar =>
  typeof value === 'object' && value !== null && 'getPassword' in value && 'setPassword' in value;

const failure = (cause: unknown): ImppError => {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new ImppError(
    LOCKED.test(reason) ? 'secret-store-locked' : 'secret-store-unavailable',
    reason === '' ? 'the keychain does not answer' : reason,
    { cause },
  );
};

/** The system's keychain: Keychain, Credential Manager or the Secret Service. */
export class KeytarStore implements SecretStore {
  readonly #clock: Clock;
  #keytar: Promise<Keytar> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async state(): Promise<'open' | 'locked' | 'absent'> {
    try {
      await this.set(PROBE, PROBE);
      const value = await this.#ask((keytar) => keytar.getPassword(SERVICE, PROBE), ANSWER_WITHIN);
      await this.delete(PROBE);
      return value === PROBE ? 'open' : 'absent';
    } catch (error) {
      return error instanceof ImppError && error.code === 'secret-store-locked' ? 'locked' : 'absent';
    }
  }

  async get(account: string): Promise<string | undefined> {
    const value = await this.#ask((keytar) => keytar.getPassword(SERVICE, account), UNLOCKED_WITHIN);
    return value ?? undefined;
  }

  async set(account: string, value: string): Promise<void> {
    await this.#ask((keytar) => keytar.setPassword(SERVICE, account, value), ANSWER_WITHIN);
  }

  async delete(account: string): Promise<void> {
    await this.#ask((keytar) => keytar.deletePassword(SERVICE, account), ANSWER_WITHIN);
  }

  /** Loaded at first use: where libsecret is missing, the import itself throws. */
  async #load(): Promise<Keytar> {
    const { default: keytar } = (await import('keytar')) as { default: unknown };
    if (!isKeytar(keytar)) throw new Error('this is not keytar');
    return keytar;
  }

  async #ask<T>(question: (keytar: Keytar) => Promise<T>, within: number): Promise<T> {
    let cancel = (): void => {};
    const late = new Promise<never>((_resolve, reject) => {
      cancel = this.#clock.after(within, () =>
        // Somebody is asked to unlock it, and has not yet.
        reject(new ImppError('secret-store-locked', 'the keychain waits to be unlocked')),
      );
    });
    try {
      this.#keytar ??= this.#load();
      return await Promise.race([this.#keytar.then(question), late]);
    } catch (error) {
      throw error instanceof ImppError ? error : failure(error);
    } finally {
      cancel();
    }
  }
}

import type { Clock } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import type { SecretStore } from './secret-store.ts';

const SERVICE = 'Parley';
const PROBE = 'probe';
/** A desktop may ask the person to unlock the keychain; without an answer the app goes on without it. */
const ANSWER_WITHIN = 5000;

interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>;
  setPassword(service: string, account: string, password: string): Promise<void>;
  deletePassword(service: string, account: string): Promise<boolean>;
}

const isKeytar = (value: unknown): value is Keytar =>
  typeof value === 'object' && value !== null && 'getPassword' in value && 'setPassword' in value;

const unavailable = (cause: unknown): ImppError =>
  new ImppError(
    'secret-store-unavailable',
    cause instanceof Error ? cause.message : 'the keychain does not answer',
    { cause },
  );

/** The system's keychain: Keychain, Credential Manager or the Secret Service. */
export class KeytarStore implements SecretStore {
  readonly #clock: Clock;
  #keytar: Promise<Keytar> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async isAvailable(): Promise<boolean> {
    try {
      // An empty answer to a read proves nothing: a locked keychain gives one, too.
      await this.set(PROBE, PROBE);
      const value = await this.get(PROBE);
      await this.delete(PROBE);
      return value === PROBE;
    } catch {
      return false;
    }
  }

  async get(account: string): Promise<string | undefined> {
    return (await this.#ask((keytar) => keytar.getPassword(SERVICE, account))) ?? undefined;
  }

  async set(account: string, password: string): Promise<void> {
    await this.#ask((keytar) => keytar.setPassword(SERVICE, account, password));
  }

  async delete(account: string): Promise<void> {
    await this.#ask((keytar) => keytar.deletePassword(SERVICE, account));
  }

  /** Loaded at first use: where libsecret is missing, the import itself throws. */
  async #load(): Promise<Keytar> {
    const { default: keytar } = (await import('keytar')) as { default: unknown };
    if (!isKeytar(keytar)) throw new Error('this is not keytar');
    return keytar;
  }

  async #ask<T>(question: (keytar: Keytar) => Promise<T>): Promise<T> {
    let cancel = (): void => {};
    const late = new Promise<never>((_resolve, reject) => {
      cancel = this.#clock.after(ANSWER_WITHIN, () => reject(unavailable(undefined)));
    });
    try {
      this.#keytar ??= this.#load();
      return await Promise.race([this.#keytar.then(question), late]);
    } catch (error) {
      throw error instanceof ImppError ? error : unavailable(error);
    } finally {
      cancel();
    }
  }
}

/** Where passwords are kept: the system's keychain, never a file of ours. Keyed by the account's URL. */
export interface SecretStore {
  /**
   * `open`: one can write and read back; `locked`: it has to be unlocked first; `absent`: there is none, or it does
   * not answer. Found by trying: a keychain that is locked answers a read like one that is empty.
   */
  state(): Promise<'open' | 'locked' | 'absent'>;
  /**
   * May ask the person to unlock the keychain, and waits for that. Throws `secret-store-locked`,
   * `secret-store-unavailable`.
   */
  get(account: string): Promise<string | undefined>;
  /** Waits for nobody. Throws the same. */
  set(account: string, value: string): Promise<void>;
  delete(account: string): Promise<void>;
}

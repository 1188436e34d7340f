/** Where passwords are kept: the system's keychain, never a file of ours. Keyed by the account's URL. */
export interface SecretStore {
  /** Whether one can write and read back; false where there is no keychain, or it is locked. */
  isAvailable(): Promise<boolean>;
  /** Throws `secret-store-unavailable`. */
  get(account: string): Promise<string | undefined>;
  set(account: string, password: string): Promise<void>;
  delete(account: string): Promise<void>;
}

/** What SASL needs of a host, with SHA-256 throughout. Shared code has no cryptography of its own. */
export interface Crypto {
  hmac(key: Uint8Array, data: Uint8Array): Promise<Uint8Array> | Uint8Array;
  hash(data: Uint8Array): Promise<Uint8Array> | Uint8Array;
  /** 32 octets, off the thread that serves connections. */
  pbkdf2(password: Uint8Array, salt: Uint8Array, iterations: number): Promise<Uint8Array>;
  random(length: number): Uint8Array;
  /** In a time that does not depend on where they differ. */
  equal(a: Uint8Array, b: Uint8Array): boolean;
}

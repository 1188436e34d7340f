// The opener's side of CALLBACK: the tokens it has given, and what it says of them when it is asked [IMPP 12].

import { timingSafeEqual } from 'node:crypto';
import type { Clock, RandomBytes } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import { CALLBACK_LIFE } from '../../shared/impp/limits.ts';

interface Given {
  readonly host: string;
  readonly token: Uint8Array;
  readonly until: number;
}

const TOKEN = /^[A-Za-z0-9_\-]{22,64}$/v;

/** Whether it can be one: 22-64 characters of base64url. Whether it is random only its maker knows. */
export const isToken = (text: string): boolean => TOKEN.test(text);

export class Callbacks {
  readonly #clock: Clock;
  readonly #random: RandomBytes;
  /** In the order in which they end. */
  #given: Given[] = [];

  constructor(clock: Clock, random: RandomBytes) {
    this.#clock = clock;
    this.#random = random;
  }

  /** A token of 192 random bits for the domain `host`. */
  give(host: string): string {
    const token = Buffer.from(this.#random(24)).toString('base64url');
    const now = this.#clock.now();
    this.#given = this.#given.filter(({ until }) => until > now);
    this.#given.push({ host, token: Buffer.from(token), until: now + CALLBACK_LIFE });
    return token;
  }

  /** The acceptor has had its answer: whoever asks later is somebody else. */
  take(token: string): void {
    const octets = Buffer.from(token);
    this.#given = this.#given.filter((given) => Buffer.compare(given.token, octets) !== 0);
  }

  /**
   * VERIFY: `host` asks whether the token is ours, for it, now. Once. Each token is compared in a time that does not
   * depend on how much of it is right.
   * @throws permission-denied
   */
  verify(host: string, token: string): void {
    const octets = Buffer.from(token);
    const now = this.#clock.now();
    let found: Given | undefined;
    for (const given of this.#given) {
      const isEqual = given.token.length === octets.length && timingSafeEqual(given.token, octets);
      if (isEqual && given.host === host && given.until > now) found = given;
    }
    if (found === undefined)
      throw new ImppError('permission-denied', 'this token is not ours, not for you, or not for now');
    const used = found;
    this.#given = this.#given.filter((given) => given !== used);
  }
}

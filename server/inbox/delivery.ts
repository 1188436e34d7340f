import type { ImppError } from '../../shared/errors.ts';
import type { Wait } from './waits.ts';

export type Outcome = 'delivered' | 'stored';

/** How far an entry has got with the devices of its inbox. */
export class Delivery implements Wait {
  readonly sequence: number;
  /** Whether some device of the inbox is known to have it. */
  isDelivered: boolean;
  /** Devices of the account itself that have been sent it and have not answered. */
  outstanding = 0;
  #answer: ((outcome: Outcome | ImppError) => void) | undefined;

  /** @param answer what waits for the outcome: OK (SEND) */
  constructor(sequence: number, isDelivered: boolean, answer?: (outcome: Outcome | ImppError) => void) {
    this.sequence = sequence;
    this.isDelivered = isDelivered;
    this.#answer = answer;
  }

  /** Nothing waits for the outcome, or it has been given. */
  get isOver(): boolean {
    return this.#answer === undefined;
  }

  /** Gives the outcome, the first time. */
  finish(outcome: Outcome | ImppError): void {
    const answer = this.#answer;
    this.#answer = undefined;
    answer?.(outcome);
  }

  runOut(): void {
    this.finish('stored');
  }
}

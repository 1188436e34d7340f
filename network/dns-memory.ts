import type { Clock } from '../shared/clock.ts';
import type { Answer } from './dns-message.ts';

/** Names that are kept: the first go when there are more. */
const MOST = 10_000;
/** Seconds: for so long at most, whatever is said. */
const LONGEST = 86_400;
/** That there is nothing is kept shorter: somebody is about to change that. */
const LONGEST_NOTHING = 300;

/** What name servers have said, for as long as they allow. */
export class AnswerMemory {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #kept = new Map<string, { readonly answer: Answer; readonly until: number }>();

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  get(key: string): Answer | undefined {
    const known = this.#kept.get(key);
    return known !== undefined && known.until > this.#clock.now() ? known.answer : undefined;
  }

  keep(key: string, answer: Answer): void {
    const isNothing = answer.addresses.length + answer.servers.length === 0;
    const ttl = Math.min(answer.ttl, isNothing ? LONGEST_NOTHING : LONGEST);
    if (ttl === 0) return;
    this.#kept.delete(key);
    this.#kept.set(key, { answer, until: this.#clock.now() + ttl * 1000 });
    if (this.#kept.size <= MOST) return;
    for (const first of this.#kept.keys()) {
      this.#kept.delete(first);
      break;
    }
  }
}

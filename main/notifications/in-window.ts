import type { Clock } from '../../shared/clock.ts';
import { ImppError } from '../../shared/errors.ts';
import type { Notice, NoticeAct, NoticeBoard, Tell } from '../host/host.ts';

/** How long a window may take to say that it shows one, in milliseconds. */
const ANSWER_TIME = 3000;

/** Notices that a window shows, for hosts that have none of their own: a page asks its browser. */
export class WindowBoard implements NoticeBoard {
  readonly #tell: Tell;
  readonly #clock: Clock;
  readonly #listeners = new Set<(act: NoticeAct) => void>();
  readonly #waiting = new Map<number, (refusal: string | undefined) => void>();
  #number = 0;

  constructor(tell: Tell, clock: Clock) {
    this.#tell = tell;
    this.#clock = clock;
  }

  show({ tag, title, body, isSilent }: Notice): Promise<void> {
    const number = ++this.#number;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const cancel = this.#clock.after(ANSWER_TIME, () => this.shown(number, 'no window has answered'));
    this.#waiting.set(number, (refusal) => {
      cancel();
      if (refusal === undefined) resolve();
      else reject(new ImppError('notification-refused', refusal));
    });
    this.#tell('notification', { type: 'show', number, tag, title, body, isSilent });
    return promise;
  }

  withdraw(tag: string): void {
    this.#tell('notification', { type: 'withdraw', tag });
  }

  on(listener: (act: NoticeAct) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** A window says what became of a notice. */
  shown(number: number, refusal: string | undefined): void {
    const waiting = this.#waiting.get(number);
    this.#waiting.delete(number);
    waiting?.(refusal);
  }

  /** A window says that the person chose one. */
  opened(tag: string): void {
    for (const listener of this.#listeners) listener({ type: 'opened', tag });
  }

  close(): void {
    for (const number of this.#waiting.keys()) this.shown(number, 'the program ends');
  }
}

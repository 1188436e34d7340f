import { DUPLICATE_WINDOW_MS } from '../storage/rules.ts';

/** Repeats of what is never stored are known for as long as there is room: about 2 MiB. */
const MAX_REMEMBERED = 8192;

/** The Message-IDs of messages with `Storage: none` that a device has taken. They are in no log. */
export class Recent {
  readonly #times = new Map<string, number>();

  add(key: string, now: number): void {
    this.#times.set(key, now);
    if (this.#times.size <= MAX_REMEMBERED) return;
    for (const oldest of this.#times.keys()) {
      this.#times.delete(oldest);
      break;
    }
  }

  has(key: string, now: number): boolean {
    if (this.#times.size === 0) return false;
    const time = this.#times.get(key);
    return time !== undefined && time > now - DUPLICATE_WINDOW_MS;
  }
}

import type { Presentity } from './presentity.ts';
import type { Watcher } from './subscriptions.ts';

/**
 * Subscriptions that are looked at in one turn of the event loop: a few milliseconds of notifications. Whoever
 * has ten thousand watchers is not to keep everybody else's messages waiting with each change.
 */
const SLICE = 250;

/** Begins a round, and gives what is done for each watcher in it. */
export type Walk = () => (watcher: Watcher) => void;

interface Round {
  done: Promise<void>;
  /** What was asked for meanwhile, and has to look at all of them once more. */
  again: { walk: Walk; readonly done: Promise<void> } | undefined;
}

/**
 * Goes round the watchers of a presentity in slices: the first at once, so that of a few nothing waits, the
 * others each in a turn of their own. A round that is asked for while one is under way follows it, and of several
 * the last only: changes that come faster than they can be told collapse, and nobody at the end is left out.
 */
export class Rounds {
  readonly #running = new Map<Presentity, Round>();
  #isClosed = false;

  /** Settles when all who watched at its beginning have been visited. What `walk` throws, it throws. */
  walk(presentity: Presentity, walk: Walk): Promise<void> {
    const running = this.#running.get(presentity);
    if (running) return this.#after(running, presentity, walk);
    const visit = walk();
    const watchers = [...presentity.watchers.values()];
    const next = visitSlice(watchers, 0, visit);
    if (next === watchers.length) return VISITED;
    const round: Round = { done: this.#rest(presentity, watchers, next, visit), again: undefined };
    this.#running.set(presentity, round);
    return round.done;
  }

  close(): void {
    this.#isClosed = true;
  }

  #after(running: Round, presentity: Presentity, walk: Walk): Promise<void> {
    if (running.again) {
      running.again.walk = walk;
      return running.again.done;
    }
    const start = (): Promise<void> => (this.#isClosed ? VISITED : this.walk(presentity, again.walk));
    // After a round that failed, too.
    const again = { walk, done: running.done.then(start, start) };
    running.again = again;
    return again.done;
  }

  async #rest(
    presentity: Presentity,
    watchers: readonly Watcher[],
    from: number,
    visit: (watcher: Watcher) => void,
  ): Promise<void> {
    try {
      for (let next = from; next < watchers.length; ) {
        await new Promise((resolve) => setImmediate(resolve));
        if (this.#isClosed) return;
        next = visitSlice(watchers, next, visit);
      }
    } finally {
      this.#running.delete(presentity);
    }
  }
}

const VISITED = Promise.resolve();

/** Visits a slice of those who still watch; gives where the next one begins. */
function visitSlice(watchers: readonly Watcher[], from: number, visit: (watcher: Watcher) => void): number {
  let next = from;
  for (let left = SLICE; left > 0 && next < watchers.length; next += 1) {
    const watcher = watchers[next];
    if (!watcher || watcher.presentity.watchers.get(watcher.url) !== watcher) continue;
    left -= Math.max(watcher.subscriptions.size, 1);
    visit(watcher);
  }
  return next;
}

import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../log.ts';
import { listCopies } from './chores/copies.ts';
import type { Store } from './store.ts';

const DAY = 24 * 3_600_000;
/** After a start there is enough to do. */
const FIRST_LOOK = 60_000;
const LOOK_EVERY = 3_600_000;
/** While something is asked of the store, a copy waits. */
const BUSY = 60_000;

/**
 * Makes a copy of the store each day, when nothing is being asked of it. What a program that did not end in order
 * left is read through at once. Gives the off.
 */
export function keepCopies(store: Store, path: string, clock: Clock, log: Log): () => void {
  const failed = (error: unknown): void =>
    log('the files of the history were not looked after', { error: String(error) });
  const later = (delay: number): void => {
    cancel = clock.after(delay, look);
  };
  let cancel = (): void => {};
  function look(): void {
    if (!store.isIdle) {
      later(BUSY);
      return;
    }
    later(LOOK_EVERY);
    // Others take back what they wrote.
    store.forget().catch(failed);
    const newest = listCopies(path)[0];
    if (newest !== undefined && clock.now() - newest.at < DAY) return;
    store.chore('copy', clock.now()).catch(failed);
  }
  later(FIRST_LOOK);
  if (store.wasLeftOpen) {
    store
      .chore('check')
      .catch((error: unknown) => log('the history was not read through', { error: String(error) }));
  }
  return () => cancel();
}

import type { Domain } from '../domain.ts';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;
/** How much of the quota one inbox may take in until it is looked at before the hour is over. */
const GROWTH = 1 / 10;
/** Inboxes that grow are looked at together. */
const SOON_MS = 1000;

export interface Retention {
  /** So much was entered in an inbox: the quota holds for what is delivered at once, too [IMPP 8]. */
  entered(user: string, octets: number): void;
  /** Settles when nothing runs any more. */
  close(): Promise<void>;
}

/** Removes, now, every hour, and when an inbox grows fast, what retention and quota no longer keep [IMPP 8]. */
export function startRetention({ storage, clock, config, log }: Domain): Retention {
  const { inboxQuota } = config.limits;
  /** By USER: octets since the last look. */
  const grown = new Map<string, number>();
  let isClosed = false;
  let isSoon = false;
  let isRunning = false;
  let cancel = (): void => {};
  let running: Promise<void> = Promise.resolve();

  const prune = async (): Promise<void> => {
    isSoon = false;
    isRunning = true;
    grown.clear();
    const now = clock.now();
    try {
      const removed = await storage.prune({
        before: now - config.inbox.retentionDays * DAY_MS,
        now,
        quota: inboxQuota,
      });
      if (removed > 0) log.info('inboxes pruned', { removed });
    } catch (error) {
      // The next hour tries again: what is kept too long harms less than a server that stops.
      log.error('inboxes not pruned', { error });
    }
    isRunning = false;
    if (!isClosed) cancel = clock.after(isSoon ? SOON_MS : HOUR_MS, run);
  };
  const run = (): void => {
    running = prune();
  };

  run();
  return {
    entered(user, octets) {
      const sum = (grown.get(user) ?? 0) + octets;
      grown.set(user, sum);
      if (isSoon || isClosed || sum <= inboxQuota * GROWTH) return;
      isSoon = true;
      if (isRunning) return;
      cancel();
      cancel = clock.after(SOON_MS, run);
    },
    close() {
      isClosed = true;
      cancel();
      return running;
    },
  };
}

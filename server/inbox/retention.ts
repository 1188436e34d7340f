import type { Domain } from '../domain.ts';

const HOUR_MS = 3600 * 1000;
const DAY_MS = 24 * HOUR_MS;

/**
 * Removes, now and every hour, what retention and quota no longer keep [IMPP 8].
 * @returns how to end it; settles when nothing runs any more
 */
export function startRetention({ storage, clock, config, log }: Domain): { close(): Promise<void> } {
  let isClosed = false;
  let cancel = (): void => {};
  let running: Promise<void> = Promise.resolve();

  const prune = async (): Promise<void> => {
    const now = clock.now();
    try {
      const removed = await storage.prune({
        before: now - config.inbox.retentionDays * DAY_MS,
        now,
        quota: config.limits.inboxQuota,
      });
      if (removed > 0) log.info('inboxes pruned', { removed });
    } catch (error) {
      // The next hour tries again: what is kept too long harms less than a server that stops.
      log.error('inboxes not pruned', { error });
    }
    if (!isClosed) cancel = clock.after(HOUR_MS, run);
  };
  const run = (): void => {
    running = prune();
  };

  run();
  return {
    close() {
      isClosed = true;
      cancel();
      return running;
    },
  };
}

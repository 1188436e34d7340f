import type { Log } from '../domain.ts';
import type { Bus } from './bus.ts';

/** The bus of a domain with one server: the next turn of this process. */
export function createLocalBus(log?: Pick<Log, 'error'>): Bus {
  const subscribers = new Map<string, Set<(message: unknown) => void>>();
  let queue: { subject: string; message: unknown; receivers: ((message: unknown) => void)[] }[] = [];
  let isClosed = false;

  // One drain for all that was published in a turn: cheap, and in the order of the calls over all subjects.
  const drain = (): void => {
    const due = queue;
    queue = [];
    for (const { subject, message, receivers } of due) {
      for (const receive of receivers) {
        // It may have gone since: nothing arrives after the end of a subscription.
        if (!subscribers.get(subject)?.has(receive)) continue;
        try {
          receive(message);
        } catch (error) {
          log?.error('bus subscriber failed', { subject, error });
        }
      }
    }
  };

  return {
    publish(subject, message) {
      const receivers = subscribers.get(subject);
      if (isClosed || !receivers) return;
      if (queue.push({ subject, message, receivers: [...receivers] }) === 1) queueMicrotask(drain);
    },
    subscribe(subject, receive) {
      if (isClosed) return () => {};
      // Of its own, so that the same function may subscribe twice and end each alone.
      const own = (message: unknown): void => receive(message);
      const known = subscribers.get(subject);
      if (known) known.add(own);
      else subscribers.set(subject, new Set([own]));
      return () => {
        const present = subscribers.get(subject);
        if (present?.delete(own) && present.size === 0) subscribers.delete(subject);
      };
    },
    close() {
      isClosed = true;
      queue = [];
      subscribers.clear();
      return Promise.resolve();
    },
  };
}

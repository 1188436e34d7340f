import type { Storage } from '../storage/storage.ts';

// Watchers are told of a change while its commit is under way. After an end in order nothing is lost by that. A
// crash may take back what they have seen, and what comes after it has to have a higher revision than that,
// which storage does not know. So a run leaves a mark when it ends in order.

const MARK = 'presence-ended-in-order';
const YES = Uint8Array.of(1);
const NO = new Uint8Array(0);

/** Whether the former run ended in order. From now on, none has. */
export async function beginRun(storage: Pick<Storage, 'getValue' | 'setValue'>): Promise<boolean> {
  const mark = await storage.getValue(MARK);
  await storage.setValue(MARK, NO);
  return mark?.length === YES.length;
}

/** All that watchers were told has been committed. */
export const endRun = (storage: Pick<Storage, 'setValue'>): Promise<void> => storage.setValue(MARK, YES);

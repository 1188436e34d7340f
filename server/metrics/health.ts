import { ImppError } from '../../shared/errors.ts';
import type { Domain } from '../domain.ts';
import type { Server } from '../server.ts';

/** A store that takes longer for a value of a few octets is of no use to anyone. */
const PATIENCE_MS = 5_000;

/** How many milliseconds the store takes to answer now; at most 5,000, which is no answer. */
export async function askStore({ storage, clock }: Pick<Domain, 'storage' | 'clock'>): Promise<number> {
  const began = clock.now();
  const late = Promise.withResolvers<number>();
  const cancel = clock.after(PATIENCE_MS, () => late.resolve(PATIENCE_MS));
  try {
    const answered = storage.getValue('health').then(() => clock.now() - began);
    return await Promise.race([answered.catch(() => PATIENCE_MS), late.promise]);
  } finally {
    cancel();
  }
}

/** Settles if people are served. @throws closed (it is going down), internal-error (its store does not answer) */
export async function checkHealth(server: Pick<Server, 'domain' | 'isClosing'>): Promise<void> {
  if (server.isClosing) throw new ImppError('closed', 'parleyd is going down');
  if ((await askStore(server.domain)) >= PATIENCE_MS)
    throw new ImppError('internal-error', 'the store does not answer');
}

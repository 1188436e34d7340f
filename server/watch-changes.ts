import { ImppError } from '../shared/errors.ts';
import { type Change, readChanges } from './admin/changes.ts';
import type { Domain } from './domain.ts';

/** How often the store is asked: as long as a removed account may still be connected. */
const EVERY_MS = 2000;

/**
 * Puts into effect what administrators' commands do to accounts while this process serves. New accounts need
 * nothing, they are read when asked for. Gives the function that ends the watch.
 */
export function watchChanges(domain: Domain, every = EVERY_MS): () => void {
  const done = new Set<string>();
  const startedAt = domain.clock.now();
  let cancel = domain.clock.after(every, look);
  let isOver = false;

  function look(): void {
    apply()
      .catch((error: unknown) => domain.log.error('changes of accounts not read', { error }))
      .finally(() => {
        if (!isOver) cancel = domain.clock.after(every, look);
      });
  }

  async function apply(): Promise<void> {
    for (const change of await readChanges(domain.storage)) {
      // What was done before the start was read with everything else. A second of grace: two clocks.
      if (done.has(change.id) || change.at < startedAt - 1000) continue;
      done.add(change.id);
      domain.log.info('account changed by an administrator', { user: change.user, what: change.what });
      await takeEffect(domain, change);
    }
  }

  return () => {
    isOver = true;
    cancel();
  };
}

async function takeEffect(domain: Domain, { what, user }: Change): Promise<void> {
  domain.accounts.forget(user);
  if (what === 'removed') {
    await Promise.all([domain.presentities.accountRemoved(user), domain.inboxes.accountRemoved(user)]);
  }
  const error =
    what === 'removed'
      ? new ImppError('target-unknown', 'the account has ended')
      : new ImppError('user-authentication-required', 'the password has changed');
  // As another server of the domain would tell it, for connections that are not attached, too.
  const { code, message: reason } = error;
  domain.bus.publish('sessions', { type: 'dismiss', from: 'administrator', user, code, reason });
}

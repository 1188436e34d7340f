import { ImppError } from '../shared/errors.ts';
import { addressOf } from '../shared/impp/address.ts';
import { switchedOff } from './accounts/switched-off.ts';
import { type Change, readChanges } from './admin/changes.ts';
import type { Domain } from './domain.ts';
import { announceDocument } from './presence/notices.ts';

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
  const { accounts, presentities, inboxes } = domain;
  accounts.forget(user);
  switch (what) {
    case 'removed':
      await Promise.all([presentities.accountRemoved(user), inboxes.accountRemoved(user)]);
      return dismiss(domain, user, new ImppError('target-unknown', 'the account has ended'));
    case 'password':
      return dismiss(domain, user, new ImppError('user-authentication-required', 'the password has changed'));
    case 'disabled':
      // First of all nobody is there who could publish anew.
      dismiss(domain, user, switchedOff());
      return presentities.signedOff(user);
    case 'enabled':
      return;
    case 'imported':
      return presentities.permanentChanged(user);
    case 'profile': {
      // A forward ends subscriptions, as when the account itself sets one [IMPP 10].
      await presentities.rulesChanged(user);
      const { revision } = await domain.storage.getDocument(user, 'profile');
      const { url } = addressOf(domain.name, user);
      announceDocument(domain, user, { url, name: 'profile', revision, exceptDevice: undefined });
    }
  }
}

/** As another server of the domain would tell it, for connections that are not attached, too. */
function dismiss(domain: Domain, user: string, { code, message: reason }: ImppError): void {
  domain.bus.publish('sessions', { type: 'dismiss', from: 'administrator', user, code, reason });
}

import { minimalClosed } from '../../shared/impp/presence.ts';
import { addressOf } from '../../shared/impp/address.ts';
import type { Account, Domain, Presentities } from '../domain.ts';
import { Background } from './background.ts';
import { Elsewhere } from './elsewhere.ts';
import { FarDomains } from './far-domains.ts';
import { Notices } from './notices.ts';
import { Presentity } from './presentity.ts';
import { Publishing } from './publishing.ts';
import { beginRun, endRun } from './run-mark.ts';
import { Watching } from './watching.ts';

/** The presence service of a domain [IMPP 7]: values, watchers, and the notices for an account's own devices. */
export function createPresentities(domain: Domain): Presentities {
  const presentities = new Map<string, Presentity>();
  const background = new Background(domain.log);
  const notices = new Notices(domain);
  const far = new FarDomains(domain);
  const elsewhere = new Elsewhere(domain, background, far);

  const make = (user: string): Presentity => {
    const { url } = addressOf(domain.name, user);
    const closed = { type: 'application/presence', body: minimalClosed(url) };
    const presentity = new Presentity(user, url, closed, domain.config.limits.maxMessageSize);
    presentities.set(user, presentity);
    return presentity;
  };

  const forget = async (user: string): Promise<void> => {
    const presentity = presentities.get(user);
    if (!presentity) return;
    presentities.delete(user);
    publishing.forget(presentity);
    await watching.forget(presentity);
  };

  /** Judges by the rules that the account has now; one without an account is no presentity any more. */
  const judgeAnew = async (presentity: Presentity): Promise<void> => {
    const account = await domain.accounts.find(presentity.user);
    if (presentities.get(presentity.user) !== presentity) return;
    if (account?.services.has('presence')) await watching.judge(presentity, account);
    else await forget(presentity.user);
  };

  const judged = async (presentity: Presentity): Promise<void> => {
    if (!presentity.isJudged) await judgeAnew(presentity);
  };

  const publishing: Publishing = new Publishing(domain, background, {
    find: (user) => presentities.get(user),
    judged,
    changed: (presentity) => watching.changed(presentity),
  });
  const watching: Watching = new Watching(domain, background, far, {
    judged,
    ruleEnded: (presentity) => background.run('judging subscriptions', judgeAnew(presentity)),
  });

  /** The presentity of an account, with its watchers judged. */
  const open = (account: Account): Presentity => {
    const presentity = presentities.get(account.user) ?? make(account.user);
    if (!presentity.isJudged) background.run('judging subscriptions', watching.judge(presentity, account));
    return presentity;
  };

  /** One after the other, so that a start with many subscriptions does not keep storage from the requests. */
  const judgeAll = async (): Promise<void> => {
    for (const presentity of presentities.values()) {
      if (isClosed) return;
      if (presentity.watchers.size > 0) await judged(presentity);
    }
    areAllJudged = true;
  };

  let areAllJudged = false;
  let isClosed = false;

  return {
    async start() {
      if (!(await beginRun(domain.storage))) watching.startAfterCrash();
      const { objects, subscriptions, watches } = await domain.storage.loadPresence();
      for (const stored of objects)
        publishing.restore(presentities.get(stored.user) ?? make(stored.user), stored);
      for (const stored of subscriptions)
        watching.restore(presentities.get(stored.user) ?? make(stored.user), stored);
      far.startWith(watching.owed);
      elsewhere.restore(watches);
      background.run('judging subscriptions', judgeAll());
    },
    attached(endpoint) {
      notices.attached(endpoint);
      watching.attached(endpoint);
      elsewhere.attached(endpoint);
    },
    detached(endpoint, how) {
      notices.detached(endpoint);
      watching.detached(endpoint, how);
      elsewhere.detached(endpoint, how);
      if (how !== 'bye') return;
      // The same installation may be attached to another inbox as well, and then it has not gone.
      for (const other of domain.endpoints.ofUser(endpoint.user))
        if (other !== endpoint && other.device === endpoint.device) return;
      background.run('end of presence leases', publishing.end(endpoint.principal, endpoint.device));
    },
    linked: (host) => far.linked(host),
    async rulesChanged(user) {
      const presentity = presentities.get(user);
      if (presentity) await judgeAnew(presentity);
    },
    async signedOff(user) {
      const presentity = presentities.get(user);
      await Promise.all([
        publishing.end(addressOf(domain.name, user).url),
        presentity && publishing.endAt(presentity),
      ]);
    },
    async permanentChanged(user) {
      const stored = await domain.storage.permanentPresence(user);
      const account = await domain.accounts.find(user);
      if (!account?.services.has('presence')) return;
      const presentity = open(account);
      for (const value of stored) publishing.restore(presentity, value);
      watching.changed(presentity);
    },
    async accountRemoved(user) {
      const { url } = addressOf(domain.name, user);
      elsewhere.forget(user);
      await Promise.all([forget(user), publishing.end(url), watching.forgetWatcher(url)]);
    },
    async close() {
      isClosed = true;
      background.run('note of what watchers were not told', watching.saveOwed(presentities.values()));
      far.close();
      elsewhere.close();
      publishing.close();
      watching.close();
      notices.close();
      await background.settled();
      // Whoever was not judged after a crash still has to be told above what it may have seen.
      if (areAllJudged) await endRun(domain.storage);
    },

    elsewhere,
    change: (account, change) => publishing.change(open(account), account, change),
    fetch: (account, asker) => watching.fetch(open(account), asker, account),
    fetchView(account, view) {
      const presentity = open(account);
      const known = presentity.views.get(view);
      const shown = presentity.shownTo({ state: 'active', view });
      return { revision: known ? presentity.ownRevision(known) : shown.changedAt, state: undefined, shown };
    },
    isShown(account, view) {
      const views = presentities.get(account.user)?.views;
      const holds = (name: string): boolean => [...(views?.get(name)?.leased ?? [])].length > 0;
      return holds(view) || !holds('default');
    },
    viewAs: (account, who) => watching.viewAs(open(account), who, account),
    subscribe: (account, asker, lease) => watching.subscribe(open(account), asker, account, lease),
    unsubscribe: (account, asker) => watching.unsubscribe(open(account), asker),
    subscription: (account, asker) => watching.subscription(open(account), asker),
    async settle(account) {
      const presentity = presentities.get(account.user);
      if (presentity && !presentity.isJudged) await watching.judge(presentity, account);
    },
    watchers: (account) => watching.watchers(open(account)),
  };
}

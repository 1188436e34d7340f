import { ImppError } from '../../shared/errors.ts';
import { decide } from '../../shared/impp/access-rules.ts';
import { Leases } from '../../shared/impp/lease.ts';
import { checkWithdrawal } from '../accounts/policy.ts';
import { switchedOff } from '../accounts/switched-off.ts';
import type { Account, Domain } from '../domain.ts';
import type { StoredPresence } from '../storage/storage.ts';
import type { Background } from './background.ts';
import type { Presentity } from './presentity.ts';
import { isAnonymous } from './principals.ts';
import type { Change, Changed } from './requests.ts';
import { PRETENCE } from './subscriptions.ts';
import { isSameObject, type LeasedValue, type View } from './values.ts';

/** Views with something in them: each is a composition in memory, and others may be allowed to publish. */
const MAX_VIEWS = 32;
/** Of those, as many as others than the presentity may begin: they cannot use up its own. */
const MAX_VIEWS_OF_OTHERS = 16;
/** Views that ever were: each keeps the revision of its end, so that none falls. */
const MAX_VIEWS_EVER = 256;
/** Leased objects of one principal at one presentity: a device that changes its name cannot fill the memory. */
const MAX_OBJECTS = 32;

const NOTHING = new Uint8Array(0);
/** In the place of a device: the record of when the view of pretence last changed. Its permanent value has a time of its own. */
const SHOWN = 'shown';

/** What users publish: leased objects and permanent values, their ends, and their place in storage [IMPP 7]. */
export class Publishing {
  readonly #domain: Domain;
  readonly #background: Background;
  readonly #find: (user: string) => Presentity | undefined;
  readonly #judged: (presentity: Presentity) => Promise<void>;
  readonly #changed: (presentity: Presentity) => void;
  readonly #leases: Leases<LeasedValue>;
  /** By the URL of the publisher: what its devices hold, at whatever presentity. */
  readonly #byPublisher = new Map<string, Set<LeasedValue>>();

  constructor(
    domain: Domain,
    background: Background,
    hooks: {
      find: (user: string) => Presentity | undefined;
      /** Settles when the presentity's subscriptions can be told of changes. */
      judged: (presentity: Presentity) => Promise<void>;
      /** Something that may be seen has changed. */
      changed: (presentity: Presentity) => void;
    },
  ) {
    this.#domain = domain;
    this.#background = background;
    this.#find = hooks.find;
    this.#judged = hooks.judged;
    this.#changed = hooks.changed;
    this.#leases = new Leases(domain.clock, (value) => this.#expired(value));
  }

  restore(presentity: Presentity, stored: StoredPresence): void {
    presentity.noteRevision(stored.changedAt);
    const view = presentity.openView(stored.view);
    if (stored.expiresAt === undefined) {
      const permanent = stored.type === '' ? undefined : { type: stored.type, body: stored.body };
      if (stored.device !== SHOWN) view.restorePermanent(permanent, stored.changedAt);
      if (stored.device === SHOWN || view.name !== PRETENCE) view.restoreChange(stored.changedAt);
      return;
    }
    const { user, publisher, device, type, body, changedAt, expiresAt } = stored;
    // A lease that ran out meanwhile ends at once, as a change like any other.
    const value = { user, publisher, device, view: view.name, type, body, changedAt, expiresAt };
    view.restoreLeased(value);
    this.#hold(value);
  }

  /** CHANGE. @throws permission-denied, conflict */
  change(presentity: Presentity, account: Account, change: Change): Changed {
    const { publisher, device, object } = change;
    const who = { url: publisher, isAnonymous: isAnonymous(publisher) };
    // Whoever publishes: nobody is there.
    if (account.isDisabled) throw switchedOff();
    if (decide(account.rules, 'change', who, account.url, this.#domain.clock.now()) !== 'allow')
      throw new ImppError('permission-denied', 'not allowed to change this presence');
    if (change.lease === 'infinity') return this.#setPermanent(presentity, change);
    if (change.lease === 0) {
      const view = presentity.views.get(change.view);
      const value = view?.find(publisher, device);
      if (value && [...(view?.leased ?? [])].length === 1)
        checkWithdrawal(this.#domain.config.policy, account.rules, change.view);
      const stored = value ? this.#withdraw(presentity, value) : Promise.resolve();
      return { lease: 0, revision: view ? presentity.ownRevision(view) : 0, stored };
    }
    if (object === undefined) throw new ImppError('bad-request', 'CHANGE needs a body');
    this.#checkRoom(presentity, change);
    const { presenceMin, presenceMax, presenceDefault } = this.#domain.config.leases;
    const lease = Math.min(Math.max(change.lease ?? presenceDefault, presenceMin), presenceMax);
    const now = this.#domain.clock.now();
    const view = presentity.openView(change.view);
    const former = view.find(publisher, device);
    const { type, body } = object;
    const value = view.put(
      {
        user: presentity.user,
        publisher,
        device,
        view: change.view,
        type,
        body,
        expiresAt: now + lease * 1000,
      },
      () => presentity.revise(now),
    );
    if (former) this.#release(former);
    this.#hold(value);
    const stored = this.#domain.storage.putPresence(value);
    this.#changed(presentity);
    return { lease, revision: presentity.ownRevision(view), stored };
  }

  /** Ends the leases of a device, at whatever presentity; without `device`, all of the publisher. */
  async end(publisher: string, device?: string): Promise<void> {
    const ended = [...(this.#byPublisher.get(publisher) ?? [])].filter(
      (value) => device === undefined || value.device === device,
    );
    await Promise.all(ended.map((value) => this.#end(value)));
  }

  /** Ends all leases at one presentity, whoever holds them. */
  async endAt(presentity: Presentity): Promise<void> {
    const ended = [...presentity.views.values()].flatMap((view) => [...view.leased]);
    await Promise.all(ended.map((value) => this.#end(value)));
  }

  /** The account has gone, and what was published under its name with it; storage has removed it already. */
  forget(presentity: Presentity): void {
    for (const view of presentity.views.values()) for (const value of view.leased) this.#release(value);
  }

  close(): void {
    this.#leases.close();
  }

  #setPermanent(presentity: Presentity, change: Change): Changed {
    const { object } = change;
    const present = presentity.views.get(change.view);
    const isSame =
      object === undefined
        ? present?.permanent === undefined
        : present?.permanent !== undefined && isSameObject(present.permanent, object);
    if (isSame) {
      const revision = present ? presentity.ownRevision(present) : 0;
      return { lease: 'infinity', revision, stored: Promise.resolve() };
    }
    if (object !== undefined) this.#checkRoom(presentity, change);
    const view = presentity.openView(change.view);
    view.setPermanent(object, presentity.revise(this.#domain.clock.now()));
    const stored = this.#storePermanent(presentity, view);
    this.#changed(presentity);
    return { lease: 'infinity', revision: presentity.ownRevision(view), stored };
  }

  #checkRoom(presentity: Presentity, { view, publisher, device, lease }: Change): void {
    const present = presentity.views.get(view);
    if (present === undefined || present.isEmpty) {
      let used = 0;
      for (const other of presentity.views.values()) if (!other.isEmpty) used += 1;
      const isFull = used >= (publisher === presentity.url ? MAX_VIEWS : MAX_VIEWS_OF_OTHERS);
      if (isFull || (present === undefined && presentity.views.size >= MAX_VIEWS_EVER))
        throw new ImppError('conflict', 'too many views');
    }
    if (lease === 'infinity' || present?.find(publisher, device)) return;
    let held = 0;
    for (const value of this.#byPublisher.get(publisher) ?? []) if (value.user === presentity.user) held += 1;
    if (held >= MAX_OBJECTS) throw new ImppError('conflict', 'too many presence objects');
  }

  #hold(value: LeasedValue): void {
    this.#leases.set(value, value.expiresAt);
    const held = this.#byPublisher.get(value.publisher);
    if (held) held.add(value);
    else this.#byPublisher.set(value.publisher, new Set([value]));
  }

  #release(value: LeasedValue): void {
    this.#leases.delete(value);
    const held = this.#byPublisher.get(value.publisher);
    if (held?.delete(value) && held.size === 0) this.#byPublisher.delete(value.publisher);
  }

  #expired(value: LeasedValue): void {
    const presentity = this.#find(value.user);
    const until = this.#isHeldUntil(value);
    if (presentity && until > value.expiresAt) {
      this.#background.run('longer presence lease', this.#prolong(presentity, value, until));
      return;
    }
    this.#background.run('end of presence lease', this.#end(value));
  }

  /** Under `no-invisible` no view of a device ends before its others: it would be there for some and not for all. */
  #isHeldUntil({ user, publisher, device }: LeasedValue): number {
    if (!this.#domain.config.policy.includes('no-invisible')) return 0;
    const held = [...(this.#byPublisher.get(publisher) ?? [])];
    return Math.max(
      ...held.filter((one) => one.user === user && one.device === device).map(({ expiresAt }) => expiresAt),
    );
  }

  #prolong(presentity: Presentity, value: LeasedValue, expiresAt: number): Promise<void> {
    const view = presentity.openView(value.view);
    if (view.find(value.publisher, value.device) !== value) return Promise.resolve();
    // The same octets are no change, and need no revision.
    const prolonged = view.put({ ...value, expiresAt }, () => value.changedAt);
    this.#release(value);
    this.#hold(prolonged);
    return this.#domain.storage.putPresence(prolonged);
  }

  async #end(value: LeasedValue): Promise<void> {
    const presentity = this.#find(value.user);
    if (!presentity) return;
    if (!presentity.isJudged) await this.#judged(presentity);
    // It may have been replaced meanwhile.
    if (presentity.views.get(value.view)?.find(value.publisher, value.device) !== value) return;
    await this.#withdraw(presentity, value);
  }

  #withdraw(presentity: Presentity, value: LeasedValue): Promise<void> {
    const view = presentity.openView(value.view);
    view.withdraw(value, presentity.revise(this.#domain.clock.now()));
    this.#release(value);
    const removed = this.#domain.storage.removePresence(value);
    const stored = Promise.all([removed, this.#storePermanent(presentity, view)]).then(() => {});
    this.#changed(presentity);
    return stored;
  }

  /**
   * The permanent value's place in storage also keeps when the view last changed, which after a withdrawal no
   * object tells: without it, revisions would fall at a restart. No type: there is no permanent value.
   */
  async #storePermanent(presentity: Presentity, view: View): Promise<void> {
    const { permanent, changedAt, permanentChangedAt } = view;
    const { type = '', body = NOTHING } = permanent ?? {};
    const place = { user: presentity.user, publisher: '', device: '', view: view.name };
    const { storage } = this.#domain;
    const isOfPretence = view.name === PRETENCE;
    await Promise.all([
      storage.putPresence({ ...place, type, body, changedAt: isOfPretence ? permanentChangedAt : changedAt }),
      isOfPretence && storage.putPresence({ ...place, device: SHOWN, type: '', body: NOTHING, changedAt }),
    ]);
  }
}

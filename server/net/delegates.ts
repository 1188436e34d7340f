import { ImppError } from '../../shared/errors.ts';
import { decide, nextChange } from '../../shared/impp/access-rules.ts';
import { Leases } from '../../shared/impp/lease.ts';
import type { Account, Domain } from '../domain.ts';
import type { Session } from './session.ts';

/** Those who read the inbox of another, as long as its access rules grant `read` [IMPP 6]. */
export class Delegates {
  readonly #domain: Domain;
  /** Each delegate's session until the owner's rules may change by themselves. */
  readonly #leases: Leases<Session>;
  readonly #byInbox = new Map<string, Set<Session>>();

  constructor(domain: Domain) {
    this.#domain = domain;
    this.#leases = new Leases(domain.clock, (session) => this.#review(session));
  }

  /** Whether `who` may attach to the inbox of `owner` now. */
  isGranted(owner: Account, who: { readonly url: string; readonly isAnonymous: boolean }): boolean {
    return decide(owner.rules, 'read', who, owner.url, this.#domain.clock.now()) === 'allow';
  }

  /** From now on `session` has BYE when `read` is withdrawn or runs out. */
  watch(session: Session): void {
    const { endpoint } = session;
    if (endpoint === undefined) return;
    const sessions = this.#byInbox.get(endpoint.inbox);
    if (sessions === undefined) this.#byInbox.set(endpoint.inbox, new Set([session]));
    else sessions.add(session);
    // At once, too: the rules may have changed while the inbox was being attached.
    this.#review(session);
  }

  forget(session: Session): void {
    const { endpoint } = session;
    if (endpoint === undefined || endpoint.inbox === endpoint.user) return;
    this.#leases.delete(session);
    const sessions = this.#byInbox.get(endpoint.inbox);
    sessions?.delete(session);
    if (sessions?.size === 0) this.#byInbox.delete(endpoint.inbox);
  }

  /** The rules of `user` are others, or the account is gone. */
  rulesChanged(user: string): void {
    for (const session of this.#byInbox.get(user) ?? []) this.#review(session);
  }

  close(): void {
    this.#leases.close();
  }

  #review(session: Session): void {
    this.#judge(session).catch((error: unknown) => {
      // Without the rules nobody can say that the grant still stands.
      this.#domain.log.error('access rules unreadable', { error });
      session.dismiss(new ImppError('internal-error', 'the access rules cannot be read'));
    });
  }

  async #judge(session: Session): Promise<void> {
    const { endpoint, who } = session;
    if (endpoint === undefined || who === undefined || session.state !== 'attached') return;
    const owner = await this.#domain.accounts.find(endpoint.inbox);
    if (owner === undefined || !this.isGranted(owner, who)) {
      session.dismiss(new ImppError('permission-denied', 'this inbox may not be read any more'));
      return;
    }
    const next = nextChange(owner.rules, this.#domain.clock.now());
    if (next === undefined) this.#leases.delete(session);
    else if (this.#byInbox.get(endpoint.inbox)?.has(session)) this.#leases.set(session, next);
  }
}

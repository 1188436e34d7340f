// What an account's own devices are told of, on whatever server of the domain they are: WATCHER-NOTIFY
// [IMPP 7] and DOCUMENT-NOTIFY [IMPP 10]. It goes over the bus as plain data.

import { ImppError } from '../../shared/errors.ts';
import type { Domain, Endpoint } from '../domain.ts';

type Parts = Pick<Domain, 'bus' | 'endpoints' | 'name'>;

interface WatcherNotice {
  readonly type: 'watcher';
  readonly url: string;
  readonly watcher: string;
  readonly state: 'active' | 'pending' | 'ended';
  readonly revision: number;
}

interface DocumentNotice {
  readonly type: 'document';
  readonly url: string;
  readonly name: string;
  readonly revision: number;
  /** The device that made the change knows already. */
  readonly exceptDevice: string | undefined;
}

/** Notices that wait for a device's answer: many strangers can cause some, and they are not to fill the memory. */
const MAX_UNANSWERED = 1000;

const subjectOf = (user: string): string => `account.${user}`;

/** Tells every attached device of the presentity that a watcher's state has changed. */
export function announceWatcher(
  domain: Pick<Domain, 'bus'>,
  user: string,
  notice: Omit<WatcherNotice, 'type'>,
): void {
  domain.bus.publish(subjectOf(user), { type: 'watcher', ...notice } satisfies WatcherNotice);
}

/** Tells the account's other devices that a document (`acl`: the access rules) has a new revision. */
export function announceDocument(
  domain: Pick<Domain, 'bus'>,
  user: string,
  notice: Omit<DocumentNotice, 'type'>,
): void {
  domain.bus.publish(subjectOf(user), { type: 'document', ...notice } satisfies DocumentNotice);
}

/** Passes the notices for the accounts that have devices here on to them. */
export class Notices {
  readonly #domain: Parts;
  /** By USER: how many of its devices are attached, and the end of the bus subscription. */
  readonly #listening = new Map<string, { devices: number; off: () => void }>();

  readonly #unanswered = new WeakMap<Endpoint, number>();

  constructor(domain: Parts) {
    this.#domain = domain;
  }

  attached({ user }: Endpoint): void {
    const known = this.#listening.get(user);
    if (known) {
      known.devices += 1;
      return;
    }
    const off = this.#domain.bus.subscribe(subjectOf(user), (message) => this.#pass(user, message));
    this.#listening.set(user, { devices: 1, off });
  }

  detached({ user }: Endpoint): void {
    const known = this.#listening.get(user);
    if (!known) return;
    known.devices -= 1;
    if (known.devices > 0) return;
    known.off();
    this.#listening.delete(user);
  }

  close(): void {
    for (const { off } of this.#listening.values()) off();
    this.#listening.clear();
  }

  #pass(user: string, message: unknown): void {
    // Other parts of the server speak on this subject too.
    const notice = message as { type?: unknown } | WatcherNotice | DocumentNotice;
    if (isWatcherNotice(notice)) {
      const headers = [
        ['Watcher', notice.watcher],
        ['Subscription-State', notice.state],
        ['Revision', String(notice.revision)],
      ] as const;
      for (const endpoint of this.#domain.endpoints.ofUser(user))
        this.#tell(endpoint, 'WATCHER-NOTIFY', notice.url, headers);
    } else if (isDocumentNotice(notice)) {
      const headers = [
        ['Name', notice.name],
        ['Revision', String(notice.revision)],
      ] as const;
      for (const endpoint of this.#domain.endpoints.ofUser(user))
        if (endpoint.device !== notice.exceptDevice)
          this.#tell(endpoint, 'DOCUMENT-NOTIFY', notice.url, headers);
    }
  }

  #tell(
    endpoint: Endpoint,
    method: string,
    target: string,
    headers: readonly (readonly [string, string])[],
  ): void {
    const unanswered = (this.#unanswered.get(endpoint) ?? 0) + 1;
    if (unanswered > MAX_UNANSWERED) {
      endpoint.dismiss(new ImppError('timeout', 'the device does not keep up with its notifications'));
      return;
    }
    this.#unanswered.set(endpoint, unanswered);
    endpoint.request(
      method,
      [['From', `impp://${this.#domain.name}/`], ['Target', target], ...headers],
      undefined,
      () => this.#unanswered.set(endpoint, (this.#unanswered.get(endpoint) ?? 1) - 1),
    );
  }
}

const isWatcherNotice = (notice: { type?: unknown }): notice is WatcherNotice => notice.type === 'watcher';
const isDocumentNotice = (notice: { type?: unknown }): notice is DocumentNotice => notice.type === 'document';

// What an account's own devices are told of, on whatever server of the domain they are: WATCHER-NOTIFY
// [IMPP 7] and DOCUMENT-NOTIFY [IMPP 10]. It goes over the bus as plain data.

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
  readonly exceptDevice: string;
}

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
      for (const endpoint of this.#domain.endpoints.ofUser(user)) {
        endpoint.request(
          'WATCHER-NOTIFY',
          [
            ['From', `impp://${this.#domain.name}/`],
            ['Target', notice.url],
            ['Watcher', notice.watcher],
            ['Subscription-State', notice.state],
            ['Revision', String(notice.revision)],
          ],
          undefined,
          () => {},
        );
      }
    } else if (isDocumentNotice(notice)) {
      for (const endpoint of this.#domain.endpoints.ofUser(user)) {
        if (endpoint.device === notice.exceptDevice) continue;
        endpoint.request(
          'DOCUMENT-NOTIFY',
          [
            ['From', `impp://${this.#domain.name}/`],
            ['Target', notice.url],
            ['Name', notice.name],
            ['Revision', String(notice.revision)],
          ],
          undefined,
          () => {},
        );
      }
    }
  }
}

const isWatcherNotice = (notice: { type?: unknown }): notice is WatcherNotice => notice.type === 'watcher';
const isDocumentNotice = (notice: { type?: unknown }): notice is DocumentNotice => notice.type === 'document';

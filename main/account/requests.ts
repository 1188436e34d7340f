import { ImppError } from '../../shared/errors.ts';
import type { Request } from '../../shared/impp/message.ts';
import type { Message, WatchRequest } from '../../shared/model.ts';
import type { Context } from './context.ts';
import type { Directory } from './directory.ts';
import type { Rules } from './rules.ts';
import { SeenRequests } from './seen-requests.ts';
import { readPending } from './watchers.ts';

/** Whoever makes hundreds ask must not make us ask the directories without end. */
const MOST_NAMES = 50;

/** Those who ask to see our presence and have no answer yet [IMPP 7, GET-WATCHERS, WATCHER-NOTIFY]. */
export class WatchRequests {
  readonly #context: Context;
  readonly #rules: Rules;
  readonly #directory: Directory;
  readonly #seen: SeenRequests;
  readonly #off: () => void;
  /** Names are looked up one after another; this many more on this connection. */
  #namesLeft = 0;
  #naming: Promise<unknown> = Promise.resolve();
  /** Notifications that came while the whole list was asked for: newer than what the list says. */
  #news: Map<string, boolean> | undefined;

  constructor(context: Context, rules: Rules, directory: Directory) {
    this.#context = context;
    this.#rules = rules;
    this.#directory = directory;
    this.#seen = new SeenRequests(context);
    this.#off = context.mirror.on(({ change }) => {
      if (change.type === 'message') this.#written(change.message);
    });
  }

  /** Has to be done before anything comes from the domain. */
  load(): Promise<void> {
    return this.#seen.load();
  }

  close(): void {
    this.#off();
  }

  /** Reads the whole list. */
  async online(): Promise<void> {
    const { mirror, url, clock } = this.#context;
    this.#news = new Map();
    this.#namesLeft = MOST_NAMES;
    try {
      const pending = new Map<string, number>();
      for (const { address, since } of await readPending(this.#context)) {
        pending.set(address, since ?? clock.now());
      }
      for (const [address, isPending] of this.#news) {
        if (!isPending) pending.delete(address);
        else if (!pending.has(address)) pending.set(address, clock.now());
      }
      for (const { address } of mirror.requestsOf(url)) {
        if (!pending.has(address)) mirror.removeRequest(url, address);
      }
      for (const [address, since] of pending) this.#add(address, since);
    } finally {
      this.#news = undefined;
    }
    mirror.tellWatchers(url);
  }

  /** WATCHER-NOTIFY. */
  notify(request: Request): void {
    const { mirror, url, clock } = this.#context;
    const address = request.headers.get('Watcher');
    if (address === undefined) throw new ImppError('bad-request', 'there is no Watcher');
    const isPending = request.headers.get('Subscription-State') === 'pending';
    if (this.#news !== undefined) this.#news.set(address, isPending);
    else if (isPending) this.#add(address, clock.now());
    if (!isPending) mirror.removeRequest(url, address);
    mirror.tellWatchers(url);
  }

  /** Writes the rule; it is in force when this resolves. */
  async answer(address: string, isAllowed: boolean): Promise<void> {
    await this.#rules.answer(address, isAllowed);
    this.#context.mirror.removeRequest(this.#context.url, address);
  }

  #add(address: string, since: number): void {
    const { mirror, url, log } = this.#context;
    if (this.#find(address) !== undefined) return;
    const isNew = this.#seen.add(address);
    const contact = mirror.contact(url, address);
    const name = contact?.name || contact?.presence.displayName;
    mirror.setRequest({ account: url, address, since, isNew, ...(name ? { name } : {}) });
    this.#complete(address, name).catch((error: unknown) =>
      log('more about a request was not found', { error: String(error) }),
    );
  }

  /** Who that is and what they wrote, as far as it can be known without their noticing. */
  async #complete(address: string, name: string | undefined): Promise<void> {
    const { store, key } = this.#context;
    const message = await store.call('firstTextFrom', key, address);
    if (message !== undefined) this.#patch(address, { message });
    if (name || this.#namesLeft === 0) return;
    this.#namesLeft--;
    const looking = this.#naming.then(() => this.#directory.nameOf(address));
    this.#naming = looking.catch(() => {});
    const listed = await looking;
    if (listed) this.#patch(address, { name: listed });
  }

  /** A message that came after its writer's request. */
  #written({ account, peer, isMine, text }: Message): void {
    if (account !== this.#context.url || isMine || text === '') return;
    if (this.#find(peer)?.message === undefined) this.#patch(peer, { message: text.slice(0, 1000) });
  }

  #find(address: string): WatchRequest | undefined {
    const { mirror, url } = this.#context;
    return mirror.requestsOf(url).find((request) => request.address === address);
  }

  #patch(address: string, patch: Pick<Partial<WatchRequest>, 'name' | 'message'>): void {
    const request = this.#find(address);
    if (request === undefined) return;
    const isChanged = Object.entries(patch).some(([name, value]) => Reflect.get(request, name) !== value);
    if (isChanged) this.#context.mirror.setRequest({ ...request, ...patch });
  }
}

import { ImppError } from '../../shared/errors.ts';
import type { Request } from '../../shared/impp/message.ts';
import { parseWatchers } from '../../shared/impp/watchers.ts';
import type { Context } from './context.ts';
import { answerWatcher } from './rules.ts';

/** Those who ask to see our presence and have no answer yet [IMPP 7, GET-WATCHERS, WATCHER-NOTIFY]. */
export class WatchRequests {
  readonly #context: Context;
  /** Notifications that came while the whole list was asked for: newer than what the list says. */
  #news: Map<string, boolean> | undefined;

  constructor(context: Context) {
    this.#context = context;
  }

  /** Reads the whole list. */
  async online(): Promise<void> {
    const { mirror, url, clock } = this.#context;
    this.#news = new Map();
    try {
      const response = await this.#context.connection().request('GET-WATCHERS', [['Target', url]]);
      const pending = new Map<string, number>();
      const watchers = response.body === undefined ? [] : parseWatchers(response.body);
      for (const watcher of watchers) {
        if (watcher.state === 'pending') pending.set(watcher.address, watcher.since ?? clock.now());
      }
      for (const [address, isPending] of this.#news) {
        if (!isPending) pending.delete(address);
        else if (!pending.has(address)) pending.set(address, clock.now());
      }
      for (const { address } of mirror.requestsOf(url)) {
        if (!pending.has(address)) mirror.removeRequest(url, address);
      }
      for (const [address, since] of pending) mirror.setRequest({ account: url, address, since });
    } finally {
      this.#news = undefined;
    }
  }

  /** WATCHER-NOTIFY. */
  notify(request: Request): void {
    const { mirror, url, clock } = this.#context;
    const address = request.headers.get('Watcher');
    if (address === undefined) throw new ImppError('bad-request', 'there is no Watcher');
    const isPending = request.headers.get('Subscription-State') === 'pending';
    this.#news?.set(address, isPending);
    if (!isPending) mirror.removeRequest(url, address);
    else if (!mirror.requestsOf(url).some((known) => known.address === address)) {
      mirror.setRequest({ account: url, address, since: clock.now() });
    }
  }

  /** Writes the rule; it is in force when this resolves. */
  async answer(address: string, isAllowed: boolean): Promise<void> {
    await answerWatcher(this.#context, address, isAllowed);
    this.#context.mirror.removeRequest(this.#context.url, address);
  }
}

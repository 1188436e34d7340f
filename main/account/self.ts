import type { OwnPresence, View } from '../../shared/model.ts';
import type { StoredAccount } from '../store/accounts.ts';
import type { Context } from './context.ts';
import type { Members } from './in-step.ts';
import { OwnSide } from './own.ts';
import { type Publication, type Publications, Publisher } from './presence.ts';
import { Profile } from './profile.ts';
import { Rules } from './rules.ts';
import { Beginnings, formatAway, formatShown, shownIn } from './shown.ts';
import { Views } from './views.ts';

/** What others get to see of the account: the person's choice, the views of it, and the rules that deal them out. */
export class Self {
  readonly own: OwnSide;
  readonly rules: Rules;
  readonly views: Views;
  readonly profile: Profile;
  readonly #context: Context;
  readonly #publisher: Publisher;
  readonly #beginnings = new Beginnings();
  /** The view that a rule is about to name; the latest is enough, since a rule is written at a time. */
  #upcoming: string | undefined;
  #cancelEnd = (): void => {};

  /** `members`: the account's contacts. */
  constructor(context: Context, account: StoredAccount, members: Members) {
    this.#context = context;
    this.#publisher = new Publisher(context, () => this.#publications());
    const { ownState: state, ownNote: note, ownActivity: activity, ownUntil: until } = account;
    this.own = new OwnSide(context, { state, note, activity, until }, () => this.#publisher.refresh());
    const changed = (): void => this.#refresh();
    this.rules = new Rules(context, members, changed, (view) => this.#prepare(view));
    this.views = new Views(context, changed);
    this.profile = new Profile(context, changed);
  }

  /** Shows what is known on this computer. The account itself has to be shown before. */
  async load(): Promise<void> {
    await this.own.load();
    await this.views.load();
    await this.rules.document.load();
    await this.profile.document.load();
  }

  online(): void {
    this.#publisher.online();
    for (const document of this.#documents) document.online();
  }

  offline(): void {
    this.#publisher.offline();
    for (const document of this.#documents) document.offline();
    this.rules.offline();
    this.#cancelEnd();
  }

  /** After `offline`: when a goodbye may be said. Resolves within the milliseconds given. */
  settled(within: number): Promise<void> {
    return this.#publisher.settled(within);
  }

  close(): void {
    this.own.close();
  }

  /** Keeps the views; resolves when they are published, too. Throws `invalid-argument`, `message-too-large`. */
  async setViews(views: readonly View[]): Promise<void> {
    await this.views.set(views);
    await this.#publisher.refresh();
  }

  /** DOCUMENT-NOTIFY. */
  documentChanged(name: string): void {
    if (name === 'acl') this.rules.document.changed();
    else if (name === 'x-views') this.views.document.changed();
    else if (name === 'profile') this.profile.document.changed();
  }

  get #documents() {
    return [this.rules.document, this.views.document, this.profile.document] as const;
  }

  /** What is shown until it is known better. */
  static shown({ ownState: state, ownNote: note }: StoredAccount): OwnPresence {
    return { state, note };
  }

  /** That it could not be published is no reason not to hide something. */
  async #prepare(view: string): Promise<void> {
    this.#upcoming = view;
    await this.#publisher
      .refresh()
      .catch((error: unknown) =>
        this.#context.log('a view was not published', { view, error: String(error) }),
      );
  }

  #refresh(): void {
    this.#publisher
      .refresh()
      .catch((error: unknown) => this.#context.log('presence was not published', { error: String(error) }));
  }

  /**
   * One for each view that watchers may be shown. Only the default is certain before the domain has told what the
   * views and rules are now: an old view could show what has been hidden since.
   */
  #publications(): Publications {
    const isComplete = this.views.document.isFresh && this.rules.document.isFresh;
    const used = new Set(['default', ...this.rules.views, ...this.views.named]);
    if (this.#upcoming !== undefined) used.add(this.#upcoming);
    const views = this.views.all.filter(({ id }) => (isComplete ? used.has(id) : id === 'default'));
    if (isComplete) this.#awaitEnd();
    const { url, clock } = this.#context;
    const { own, profile } = this;
    const { displayName } = profile;
    return {
      isComplete,
      views: views.map((view): Publication => {
        const shown = shownIn(view, own.own);
        const { away } = view;
        const isOver = away?.until !== undefined && away.until <= clock.now();
        return {
          view: view.id,
          object:
            shown === undefined
              ? undefined
              : formatShown(url, shown, this.#beginnings.sinceOf(view, shown, own.own.since), displayName),
          permanent:
            !isComplete || away === undefined || isOver ? undefined : formatAway(url, away, displayName),
          wasPermanent: isComplete && isOver,
        };
      }),
    };
  }

  /** When the value for nobody signed in is over, it is taken back. */
  #awaitEnd(): void {
    this.#cancelEnd();
    const { clock } = this.#context;
    const now = clock.now();
    const ends = this.views.all.flatMap(({ away }) =>
      away?.until !== undefined && away.until > now ? [away.until] : [],
    );
    if (ends.length > 0) {
      this.#cancelEnd = clock.after(Math.min(...ends) - now, () => this.#refresh());
    }
  }
}

import type { View } from '../../shared/model.ts';
import type { Context } from './context.ts';
import { documentNamed } from './documents.ts';
import { Followed } from './followed.ts';
import {
  BUILT_IN,
  formatViews,
  parseViews,
  type ViewList,
  VIEWS_TYPE,
  viewsIn,
  withViews,
} from './views-document.ts';

/** The views of an account, equal on all its devices through the document `x-views` [IMPP 18]. */
export class Views {
  readonly #context: Context;
  readonly #followed: Followed<ViewList>;

  /** `changed` is called when they are others. */
  constructor(context: Context, changed: () => void) {
    this.#context = context;
    this.#followed = new Followed(context, {
      name: 'x-views',
      shared: documentNamed('x-views', VIEWS_TYPE),
      parse: parseViews,
      format: formatViews,
      show: (list) => {
        context.mirror.setViews(context.url, viewsIn(list));
        changed();
      },
    });
  }

  get document(): Followed<ViewList> {
    return this.#followed;
  }

  async load(): Promise<void> {
    await this.#followed.load();
    if (this.#followed.value === undefined) this.#context.mirror.setViews(this.#context.url, BUILT_IN);
  }

  /** All views, those built in first. */
  get all(): readonly View[] {
    const list = this.#followed.value;
    return list === undefined ? BUILT_IN : viewsIn(list);
  }

  /** Those that the document itself names. */
  get named(): ReadonlySet<string> {
    return new Set(this.#followed.value?.entries.keys());
  }

  /** Resolves when the domain has them. Throws `invalid-argument`, `message-too-large`. */
  async set(views: readonly View[]): Promise<void> {
    const before = this.all;
    await this.#followed.change((list) => withViews(list, before, views));
  }
}

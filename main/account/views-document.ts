import { ImppError } from '../../shared/errors.ts';
import { oneOf, textOf, timeOf, tokenOf } from '../../shared/impp/element-values.ts';
import { formatTime } from '../../shared/impp/headers.ts';
import {
  type Element,
  formatMarkup,
  listElement,
  parseMarkup,
  sayable,
  textElement,
} from '../../shared/impp/markup.ts';
import type { View } from '../../shared/model.ts';

// The account's `x-views` document [IMPP 10, 18], application/impp-views:
// <views><view><id>TOKEN</id><title>..</title><kind>everything|state|busy|nothing|own</kind>
//   <own><state>..</state><note>..</note></own><away><note>..</note><until>TIME</until></away></view>*</views>

export const VIEWS_TYPE = 'application/impp-views';

/** The views that everybody has; what the document says of them is their value for when nobody is signed in. */
export const BUILT_IN: readonly View[] = [
  { id: 'default', title: '', kind: 'everything' },
  { id: 'state', title: '', kind: 'state' },
  { id: 'busy', title: '', kind: 'busy' },
  { id: 'closed', title: '', kind: 'nothing' },
];
/** What the server shows to those who are blocked politely [IMPP 9]: its permanent value only. */
const PRETEND: View = { id: 'pretend', title: '', kind: 'nothing' };

const KINDS = ['everything', 'state', 'busy', 'nothing', 'own'] as const;
const STATES = ['available', 'away', 'busy', 'do-not-disturb', 'offline'] as const;
const KNOWN = new Set(['id', 'title', 'kind', 'own', 'away']);

interface Entry {
  readonly view: View;
  /** What another program put beside it. */
  readonly unknown: readonly Element[];
}

/** The views by id, in the document's order, and what in it is not understood. */
export interface ViewList {
  readonly entries: ReadonlyMap<string, Entry>;
  readonly unknown: readonly Element[];
}

const childOf = (element: Element, name: string): Element | undefined =>
  element.children.find((child) => child.name === name);

const builtIn = (id: string): View | undefined => [...BUILT_IN, PRETEND].find((view) => view.id === id);

/** A view under the name of one that is built in is that one, whatever else is said of it. */
const settled = (view: View): View => {
  const known = builtIn(view.id);
  if (known === undefined) return view;
  return view.away === undefined ? known : { ...known, away: view.away };
};

const awayIn = (element: Element): NonNullable<View['away']> => {
  const note = childOf(element, 'note');
  const until = childOf(element, 'until');
  return {
    note: note === undefined ? '' : textOf(note),
    ...(until === undefined ? {} : { until: timeOf(until) }),
  };
};

const ownIn = (element: Element): NonNullable<View['own']> => {
  const state = childOf(element, 'state');
  const note = childOf(element, 'note');
  if (state === undefined) throw new ImppError('bad-request', '<own> needs <state>');
  return { state: oneOf(state, STATES), note: note === undefined ? '' : textOf(note) };
};

/** Undefined for what this version does not understand: it is kept, and nothing published in its name. */
const viewIn = (element: Element): View | undefined => {
  try {
    const [id, kind] = [childOf(element, 'id'), childOf(element, 'kind')];
    if (element.name !== 'view' || id === undefined || kind === undefined) return undefined;
    const [title, own, away] = [childOf(element, 'title'), childOf(element, 'own'), childOf(element, 'away')];
    const view: View = {
      id: tokenOf(id),
      title: title === undefined ? '' : textOf(title),
      kind: oneOf(kind, KINDS),
      ...(own === undefined ? {} : { own: ownIn(own) }),
      ...(away === undefined ? {} : { away: awayIn(away) }),
    };
    return view.kind === 'own' && view.own === undefined ? undefined : settled(view);
  } catch {
    return undefined;
  }
};

/** Throws `bad-request` for what is not such a document. No document has no views but those built in. */
export const parseViews = (bytes: Uint8Array | undefined): ViewList => {
  const entries = new Map<string, Entry>();
  const unknown: Element[] = [];
  if (bytes === undefined) return { entries, unknown };
  const root = parseMarkup(bytes);
  if (root.name !== 'views') throw new ImppError('bad-request', 'not a list of views');
  for (const element of root.children) {
    const view = viewIn(element);
    if (view === undefined || entries.has(view.id)) unknown.push(element);
    else entries.set(view.id, { view, unknown: element.children.filter(({ name }) => !KNOWN.has(name)) });
  }
  return { entries, unknown };
};

const elementOf = ({ view: { id, title, kind, own, away }, unknown }: Entry): Element => {
  const children = [textElement('id', id)];
  if (title !== '') children.push(textElement('title', sayable(title)));
  children.push(textElement('kind', kind));
  if (own !== undefined) {
    const note = textElement('note', sayable(own.note));
    children.push(listElement('own', [textElement('state', own.state), note]));
  }
  if (away !== undefined) {
    const note = textElement('note', sayable(away.note));
    const until = away.until === undefined ? [] : [textElement('until', formatTime(away.until))];
    children.push(listElement('away', [note, ...until]));
  }
  return listElement('view', [...children, ...unknown]);
};

/** Throws `message-too-large` for more than can be read back. */
export const formatViews = ({ entries, unknown }: ViewList): Uint8Array => {
  try {
    return formatMarkup(listElement('views', [...[...entries.values()].map(elementOf), ...unknown]));
  } catch (cause) {
    throw new ImppError('message-too-large', 'there are too many views', { cause });
  }
};

/** All views, those built in first. */
export const viewsIn = ({ entries }: ViewList): View[] => {
  const first = BUILT_IN.map((view) => entries.get(view.id)?.view ?? view);
  const others = [...entries.values()].filter(({ view }) => !BUILT_IN.some(({ id }) => id === view.id));
  return [...first, ...others.map(({ view }) => view)];
};

const isSame = (one: View | undefined, other: View | undefined): boolean =>
  JSON.stringify(one) === JSON.stringify(other);

const isWorthKeeping = (view: View): boolean => builtIn(view.id) === undefined || view.away !== undefined;

/**
 * `list` with the changes that lead from `before` to `after` made: what another device has changed meanwhile
 * stays, unless this changes the same view. Throws `invalid-argument`.
 */
export const withViews = (list: ViewList, before: readonly View[], after: readonly View[]): ViewList => {
  const wanted = new Map(after.map((view) => [view.id, settled(view)]));
  if (wanted.size !== after.length) throw new ImppError('invalid-argument', 'a view stands twice');
  const former = new Map(before.map((view) => [view.id, view]));
  const entries = new Map(list.entries);
  for (const id of former.keys()) if (!wanted.has(id)) entries.delete(id);
  for (const [id, view] of wanted) {
    if (view.kind === 'own' && view.own === undefined) {
      throw new ImppError('invalid-argument', 'a view of one’s own shows something of its own');
    }
    if (isSame(former.get(id), view)) continue;
    const unknown = entries.get(id)?.unknown ?? [];
    if (isWorthKeeping(view) || unknown.length > 0) entries.set(id, { view, unknown });
    else entries.delete(id);
  }
  return { entries, unknown: list.unknown };
};

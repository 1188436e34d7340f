// What each view shows of what the person chose. Pure.

import { formatPresence } from '../../shared/impp/presence.ts';
import { documentOf } from '../../shared/impp/presence-state.ts';
import type { OwnState, View } from '../../shared/model.ts';

/** What is in force on this device, automatic absence included. */
export interface Own {
  readonly state: OwnState;
  readonly note: string;
  readonly activity?: string | undefined;
  readonly until?: number | undefined;
  /** When this began. */
  readonly since: number;
  /** Away without having said so. */
  readonly isAutomatic?: boolean;
}

/** What a view shows, without when it began. */
type Shown = Omit<Own, 'since' | 'isAutomatic'> & { readonly priority?: number | undefined };

/** What somebody chose speaks louder than a device at which nobody happens to be: the other one is in use. */
const CHOSEN = 0.5;

/** Undefined: nothing is published. Who appears offline does so in every view. */
export const shownIn = (view: View, own: Own): Shown | undefined => {
  const { state, note, activity, until, isAutomatic = false } = own;
  const priority = isAutomatic ? undefined : CHOSEN;
  if (state === 'offline') return undefined;
  switch (view.kind) {
    case 'everything':
      return { state, note, activity, until, priority };
    case 'state':
      return { state, note: '', until, priority };
    case 'busy':
      // Who says to be away is not free. Who is merely not at the machine is, and when that is is nobody's business.
      return { state: state === 'available' || isAutomatic ? 'available' : 'busy', note: '' };
    case 'nothing':
      return undefined;
    case 'own':
      return view.own === undefined || view.own.state === 'offline' ? undefined : view.own;
  }
};

/** The tuple's id means nothing to others: the Device keeps objects apart. */
const TUPLE = 'parley';

/** An object for those who see `view`; `name`: the display name, empty for none. */
export const formatShown = (url: string, shown: Shown, since: number, name: string): Uint8Array =>
  formatPresence(documentOf(url, { id: TUPLE, ...shown, since, displayName: name }));

/** The object for when nobody is signed in; the same from every device, so that they do not undo each other. */
export const formatAway = (url: string, away: NonNullable<View['away']>, name: string): Uint8Array =>
  formatPresence(
    documentOf(url, { id: TUPLE, state: 'offline', note: away.note, until: away.until, displayName: name }),
  );

/**
 * When what a view shows began: what it does not show must not be seen in the time either. A note that changes
 * is no news to those who see the state alone.
 */
export class Beginnings {
  readonly #known = new Map<string, { readonly shown: string; readonly since: number }>();

  sinceOf(view: View, shown: Shown, now: number): number {
    const text = JSON.stringify([shown.state, shown.note, shown.activity, shown.until, shown.priority]);
    const known = this.#known.get(view.id);
    if (known?.shown === text) return known.since;
    this.#known.set(view.id, { shown: text, since: now });
    return now;
  }
}

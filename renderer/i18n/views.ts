// Views in words: what they are called and what they show.

import { together } from '../../shared/i18n/formats.ts';
import type { OwnPresence, OwnState, PresenceState, View } from '../../shared/model.ts';
import { ownWord } from './presence.ts';
import { hasMessage, t } from '../../shared/i18n/t.ts';

/** Views that each account has; their titles are the app's words. */
export const BUILT_IN_VIEWS = ['default', 'state', 'busy', 'closed'] as const;
export type BuiltInView = (typeof BUILT_IN_VIEWS)[number];
export const isBuiltIn = (id: string): boolean => (BUILT_IN_VIEWS as readonly string[]).includes(id);

/** What a view is called; one that no document names any more is called by its token. */
export function viewTitle(id: string, views: readonly View[]): string {
  const key = `view.${id}`;
  if (isBuiltIn(id) && hasMessage(key)) return (t as (key: string) => string)(key);
  const view = views.find((one) => one.id === id);
  if (view === undefined) return id;
  return view.title === '' ? t('view.unnamed') : view.title;
}

/** The state that those who are shown `view` see while this is chosen in the menu. */
export function stateShown(view: View, own: OwnPresence): OwnState {
  // Appearing offline withdraws what is published, whatever the view.
  if (own.state === 'offline') return 'offline';
  switch (view.kind) {
    case 'everything':
    case 'state':
      return own.state;
    case 'busy':
      // Who says to be away is not free; who is merely not at the machine is.
      return own.state === 'available' || own.automatic !== undefined ? 'available' : 'busy';
    case 'nothing':
      return 'offline';
    case 'own':
      return view.own?.state ?? 'offline';
  }
}

const stateWord = (state: PresenceState): string => t(`presence.${state}`);

/** What those who are shown `view` see: `as above`, `Busy, call if urgent`. */
export function shownWords(view: View, own: OwnPresence): string {
  if (view.kind === 'everything') return t('view.as-above');
  const state = stateWord(stateShown(view, own));
  const note = view.kind === 'own' && own.state !== 'offline' ? (view.own?.note.trim() ?? '') : '';
  return together(state, note);
}

/** What a view does, for the list of views. */
export const kindWords = (view: View): string =>
  view.kind === 'own' && view.own !== undefined
    ? together(ownWord(view.own.state), view.own.note)
    : t(`view.kind.${view.kind}`);

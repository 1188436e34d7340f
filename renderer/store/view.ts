// What this window shows at the moment: nothing here is kept by the program.

import { createStore, type StoreApi } from 'zustand/vanilla';
import type { AccountId } from '../../shared/model.ts';

export type SettingsPane =
  | 'rules'
  | 'watchers'
  | 'views'
  | 'profile'
  | 'contacts'
  | 'appearance'
  | 'accounts';

/** What the page of rules begins with. */
export interface RulesTarget {
  readonly account: AccountId;
  /** A rule, by its `who`. */
  readonly rule?: readonly string[];
  /** Whose eyes to look through: an address or `anonymous`. */
  readonly watcher?: string;
}

export type Page =
  | { readonly type: 'home' }
  | { readonly type: 'requests' }
  | { readonly type: 'conversation'; readonly account: AccountId; readonly peer: string }
  | { readonly type: 'settings'; readonly pane: SettingsPane; readonly about?: RulesTarget }
  | { readonly type: 'sign-in' };

export interface ViewState {
  readonly page: Page;
  /** Which of the two panes a narrow window shows. */
  readonly pane: 'list' | 'conversation';
  /** Where settings lead back to. */
  readonly before: Page;
  /** The window has room for the person beside the conversation; without it the person is a sheet over it. */
  readonly isWide: boolean;
  /** One pane at a time. */
  readonly isNarrow: boolean;
  readonly isPersonBeside: boolean;
  readonly isPersonOver: boolean;
  readonly isAddingContact: boolean;
  /** An address to begin the add-contact dialog with. */
  readonly addressToAdd: string;
  readonly openPresenceMenu: AccountId | undefined;
  /** Spoken once by screen readers, politely; the number lets the same words be said again. */
  readonly announcement: { readonly text: string; readonly number: number };
  readonly link: 'up' | 'stopped' | 'no-token';
  /** Holds whoever leaves the page until what is unsaved there is decided; `go` goes on. */
  readonly held: ((go: () => void) => void) | undefined;
}

export interface ViewActions {
  readonly open: (page: Page) => void;
  readonly closeSettings: () => void;
  readonly openConversation: (account: AccountId, peer: string) => void;
  readonly showList: () => void;
  readonly setWidth: (width: Pick<ViewState, 'isWide' | 'isNarrow'>) => void;
  readonly togglePerson: () => void;
  readonly addContact: (address?: string) => void;
  readonly closeAddContact: () => void;
  readonly setPresenceMenu: (account: AccountId | undefined) => void;
  readonly announce: (text: string) => void;
  readonly setLink: (link: ViewState['link']) => void;
  /** Whoever leaves the page is held by `hold`; the function returned lets them go again. */
  readonly guard: (hold: (go: () => void) => void) => () => void;
  /** Does what leaves something on this page behind, once nothing is lost by it. */
  readonly leave: (go: () => void) => void;
}

export type View = ViewState & ViewActions;

/** Whether the person is to be seen, beside the conversation or over it. */
export const isPersonShown = (view: ViewState): boolean =>
  view.isWide ? view.isPersonBeside : view.isPersonOver;

export function createView(): StoreApi<View> {
  return createStore<View>()((set, get) => ({
    page: { type: 'home' },
    pane: 'list',
    before: { type: 'home' },
    isWide: true,
    isNarrow: false,
    isPersonBeside: true,
    isPersonOver: false,
    isAddingContact: false,
    addressToAdd: '',
    openPresenceMenu: undefined,
    announcement: { text: '', number: 0 },
    link: 'up',
    held: undefined,
    open: (page) =>
      get().leave(() =>
        set((state) => ({
          page,
          // Settings take the whole window; when they close, a narrow one shows the pane that it showed before.
          pane: page.type === 'settings' || page.type === 'sign-in' ? state.pane : 'conversation',
          isPersonOver: false,
          before: state.page.type === 'settings' || state.page.type === 'sign-in' ? state.before : state.page,
        })),
      ),
    closeSettings: () => get().leave(() => set((state) => ({ page: state.before }))),
    openConversation: (account, peer) =>
      get().leave(() =>
        set({ page: { type: 'conversation', account, peer }, pane: 'conversation', isPersonOver: false }),
      ),
    showList: () => set({ pane: 'list' }),
    setWidth: (width) => set((state) => ({ ...width, isPersonOver: state.isPersonOver && !width.isWide })),
    togglePerson: () =>
      set((state) =>
        state.isWide ? { isPersonBeside: !state.isPersonBeside } : { isPersonOver: !state.isPersonOver },
      ),
    addContact: (address = '') => set({ isAddingContact: true, addressToAdd: address }),
    closeAddContact: () => set({ isAddingContact: false }),
    setPresenceMenu: (account) => set({ openPresenceMenu: account }),
    announce: (text) => set((state) => ({ announcement: { text, number: state.announcement.number + 1 } })),
    setLink: (link) => set({ link }),
    guard: (hold) => {
      set({ held: hold });
      return () => set((state) => (state.held === hold ? { held: undefined } : {}));
    },
    leave: (go) => {
      const { held } = get();
      if (held === undefined) go();
      else held(go);
    },
  }));
}

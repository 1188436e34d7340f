// What this window shows at the moment: nothing here is kept by the program.

import { createStore, type StoreApi } from 'zustand/vanilla';
import type { InvitationLink } from '../signin/read-invitation.ts';
import type { AccountId, Place, Problem, Rule } from '../../shared/model.ts';
import type { GlobalShortcut } from '../../shared/shortcuts.ts';

export type SettingsPane =
  | 'rules'
  | 'watchers'
  | 'views'
  | 'profile'
  | 'contacts'
  | 'notifications'
  | 'messages'
  | 'appearance'
  | 'shortcuts'
  | 'accounts'
  | 'network'
  | 'about';

/** What the page of rules begins with. */
export interface RulesTarget {
  readonly account: AccountId;
  /** A rule, by whom it names or by its group. */
  readonly rule?: Pick<Rule, 'who' | 'group'>;
  /** Whose eyes to look through: an address or `anonymous`. */
  readonly watcher?: string;
}

export type Page =
  | { readonly type: 'home' }
  /** To somebody with whom there is no conversation yet. Each time it is opened it is a new page. */
  | { readonly type: 'write' }
  | { readonly type: 'requests' }
  | {
      readonly type: 'conversation';
      readonly account: AccountId;
      readonly peer: string;
      /** A message to begin at, instead of the newest ones. Each time it is opened it is a new page. */
      readonly place?: Place;
    }
  | { readonly type: 'settings'; readonly pane: SettingsPane; readonly about?: RulesTarget }
  | { readonly type: 'sign-in'; readonly invitation?: InvitationLink };

export type SearchScope = 'all' | 'people' | 'messages' | 'files';

/** What has to be decided, or said, wherever it was begun: about a conversation, a contact, or the history. */
export type Question =
  | { readonly type: 'delete' | 'export' | 'remove'; readonly account: AccountId; readonly peer: string }
  | { readonly type: 'trouble'; readonly account: AccountId; readonly problem: Problem }
  | { readonly type: 'recovered'; readonly messages: number }
  | { readonly type: 'invitation'; readonly invitation: InvitationLink };

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
  /** Search is open, and began with this. */
  readonly search: { readonly text: string; readonly scope: SearchScope } | undefined;
  readonly question: Question | undefined;
  /** The open conversation asks for the day to go to. */
  readonly isChoosingDay: boolean;
  /** What the menu of the system asks for, until it is done. */
  readonly asked: GlobalShortcut | undefined;
  /** Spoken once by screen readers, politely; the number lets the same words be said again. */
  readonly announcement: { readonly text: string; readonly number: number };
  readonly link: 'up' | 'stopped' | 'no-token';
  /** Holds whoever leaves the page until what is unsaved there is decided; `go` goes on. */
  readonly held: ((go: () => void) => void) | undefined;
}

export interface ViewActions {
  readonly open: (page: Page) => void;
  readonly closeSettings: () => void;
  readonly openConversation: (account: AccountId, peer: string, place?: Place) => void;
  readonly showList: () => void;
  readonly setWidth: (width: Pick<ViewState, 'isWide' | 'isNarrow'>) => void;
  readonly togglePerson: () => void;
  /** The conversation with somebody, and who they are. */
  readonly showPerson: (account: AccountId, peer: string) => void;
  readonly addContact: (address?: string) => void;
  readonly closeAddContact: () => void;
  readonly setPresenceMenu: (account: AccountId | undefined) => void;
  readonly openSearch: (text?: string, scope?: SearchScope) => void;
  readonly closeSearch: () => void;
  readonly ask: (question: Question) => void;
  readonly closeQuestion: () => void;
  /** Only in a conversation. */
  readonly chooseDay: (isOpen: boolean) => void;
  readonly setAsked: (asked: GlobalShortcut | undefined) => void;
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
    search: undefined,
    question: undefined,
    isChoosingDay: false,
    asked: undefined,
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
          isChoosingDay: false,
          before: state.page.type === 'settings' || state.page.type === 'sign-in' ? state.before : state.page,
        })),
      ),
    closeSettings: () => get().leave(() => set((state) => ({ page: state.before }))),
    openConversation: (account, peer, place) =>
      get().leave(() =>
        set({
          page: { type: 'conversation', account, peer, ...(place === undefined ? {} : { place }) },
          pane: 'conversation',
          isPersonOver: false,
          isChoosingDay: false,
        }),
      ),
    showList: () => set({ pane: 'list' }),
    setWidth: (width) => set((state) => ({ ...width, isPersonOver: state.isPersonOver && !width.isWide })),
    togglePerson: () =>
      set((state) =>
        state.isWide ? { isPersonBeside: !state.isPersonBeside } : { isPersonOver: !state.isPersonOver },
      ),
    showPerson: (account, peer) => {
      get().openConversation(account, peer);
      if (!isPersonShown(get())) get().togglePerson();
    },
    addContact: (address = '') => set({ isAddingContact: true, addressToAdd: address }),
    closeAddContact: () => set({ isAddingContact: false }),
    setPresenceMenu: (account) => set({ openPresenceMenu: account }),
    openSearch: (text = '', scope = 'all') => set({ search: { text, scope } }),
    closeSearch: () => set({ search: undefined }),
    ask: (question) => set({ question }),
    closeQuestion: () => set({ question: undefined }),
    chooseDay: (isOpen) => set((state) => ({ isChoosingDay: isOpen && state.page.type === 'conversation' })),
    setAsked: (asked) => set({ asked }),
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

// What keys do everywhere in the window. Keys of one place are handled in that place.

import type { Conversation } from '../shared/model.ts';
import { EVERYWHERE, type GlobalShortcut, IN_CONVERSATION, shortcutOf } from '../shared/shortcuts.ts';
import { searchIn } from './search/filters.ts';
import { isMuted } from '../shared/unread.ts';
import { type Arranged, arrange } from './store/conversation-order.ts';
import type { Program } from './store/program.ts';

/** The stops of F6, in order; each is the element with this `data-ring`, entered at its first stop of Tab. */
const RING = ['sidebar', 'conversation', 'composer', 'person'] as const;

type Act = (program: Program, pressed?: KeyboardEvent) => boolean;

const isConversation = ({ view }: Program): boolean => view.getState().page.type === 'conversation';

/** What each does; whether there was anything to do. Text of another size is the host's business. */
const ACTS: Readonly<Partial<Record<GlobalShortcut, Act>>> = {
  search: does(({ view }) => view.getState().openSearch()),
  new: does(({ view }) => view.getState().addContact()),
  unread: goToUnread,
  next: (program) => goToNeighbour(program, 1),
  previous: (program) => goToNeighbour(program, -1),
  pinned: (program, pressed) => goToPinned(program, Number(pressed?.key)),
  presence: does(({ view, mirror }) =>
    view.getState().setPresenceMenu(mirror.getState().mirror?.accounts[0]?.id),
  ),
  settings: does(({ view }) => view.getState().open({ type: 'settings', pane: 'appearance' })),
  shortcuts: does(({ view }) => view.getState().open({ type: 'settings', pane: 'shortcuts' })),
  find: (program) => {
    const { page, openSearch } = program.view.getState();
    if (page.type === 'conversation') openSearch(searchIn(page.peer));
    return isConversation(program);
  },
  day: (program) => {
    if (isConversation(program)) program.view.getState().chooseDay(true);
    return isConversation(program);
  },
  person: (program) => {
    if (isConversation(program)) program.view.getState().togglePerson();
    return isConversation(program);
  },
};

function does(act: (program: Program) => void): Act {
  return (program) => {
    act(program);
    return true;
  };
}

/** A dialog or menu keeps its keys to itself. */
const isAsking = (target: Document): boolean =>
  target.querySelector('[role="dialog"], [role="alertdialog"]') !== null;

/** Does what a key everywhere in the window does, as when it was pressed; for menus and search. */
export function perform(program: Program, shortcut: GlobalShortcut): void {
  ACTS[shortcut]?.(program);
}

/** Starts listening to keys, and to the menu of the system; the function returned stops. */
export function listenToKeys(program: Program, target: Document = document): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || isAsking(target)) return;
    if (handle(event, program, target)) event.preventDefault();
  };
  target.addEventListener('keydown', onKeyDown);
  const off = program.view.subscribe(({ asked, setAsked }) => {
    if (asked === undefined) return;
    setAsked(undefined);
    if (!isAsking(target) && hasAccount(program)) perform(program, asked);
  });
  return () => {
    off();
    target.removeEventListener('keydown', onKeyDown);
  };
}

const hasAccount = ({ mirror }: Program): boolean => (mirror.getState().mirror?.accounts.length ?? 0) > 0;

function handle(event: KeyboardEvent, program: Program, target: Document): boolean {
  const view = program.view.getState();
  const shortcut = shortcutOf(EVERYWHERE, event) ?? shortcutOf(IN_CONVERSATION, event);
  if (shortcut === 'round') return goRound(target, 1);
  if (shortcut === 'round-back') return goRound(target, -1);
  if (event.key === 'Escape' && view.page.type === 'settings') {
    view.closeSettings();
    return true;
  }
  if (event.key === 'Escape' && view.page.type === 'sign-in' && hasAccount(program)) {
    view.open({ type: 'settings', pane: 'accounts' });
    return true;
  }
  if (event.key === 'Escape' && !view.isWide && view.isPersonOver) {
    view.togglePerson();
    return true;
  }
  if (shortcut === undefined || !hasAccount(program)) return false;
  return ACTS[shortcut]?.(program, event) ?? false;
}

function goRound(target: Document, step: 1 | -1): boolean {
  const stops = RING.map((name) => target.querySelector<HTMLElement>(`[data-ring="${name}"]`)).filter(
    // A pane that a narrow window hides has no box.
    (stop) => stop !== null && stop.getClientRects().length > 0,
  ) as HTMLElement[];
  const from = stops.findIndex((stop) => stop.contains(target.activeElement));
  const next =
    stops[(from < 0 ? (step > 0 ? 0 : stops.length - 1) : from + step + stops.length) % stops.length];
  if (next === undefined) return false;
  const inside = next.matches('[data-ring="conversation"]')
    ? next
    : next.querySelector<HTMLElement>(
        'textarea, [aria-current="true"], button:not([tabindex="-1"]), [tabindex="0"]',
      );
  (inside ?? next).focus();
  return true;
}

const listed = (program: Program): Arranged => {
  const { mirror } = program.mirror.getState();
  return mirror === undefined
    ? { pinned: [], open: [], archived: [] }
    : arrange(mirror.conversations.values(), mirror.contacts);
};

const isAt = (program: Program, { account, peer }: Conversation): boolean => {
  const { page } = program.view.getState();
  return page.type === 'conversation' && account === page.account && peer === page.peer;
};

function goTo(program: Program, next: Conversation | undefined): boolean {
  if (next !== undefined) program.view.getState().openConversation(next.account, next.peer);
  return true;
}

function goToNeighbour(program: Program, step: 1 | -1): boolean {
  const { pinned, open } = listed(program);
  const ordered = [...pinned, ...open];
  const from = ordered.findIndex((one) => isAt(program, one));
  return goTo(program, from < 0 ? ordered[0] : ordered[from + step]);
}

const goToPinned = (program: Program, digit: number): boolean =>
  goTo(program, listed(program).pinned[digit - 1]);

/** The next one below, then from the top again; those that are muted come last. */
function goToUnread(program: Program): boolean {
  const { pinned, open, archived } = listed(program);
  const ordered = [...pinned, ...open, ...archived];
  const from = ordered.findIndex((one) => isAt(program, one)) + 1;
  const now = Date.now();
  const unread = [...ordered.slice(from), ...ordered.slice(0, from)].filter(
    (one) => one.unread > 0 && !isAt(program, one),
  );
  return goTo(program, unread.find((one) => !isMuted(one, now)) ?? unread[0]);
}

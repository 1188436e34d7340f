// What keys do everywhere in the window. Keys of one place are handled in that place.

import type { Conversation } from '../shared/model.ts';
import { searchIn } from './search/filters.ts';
import { isMuted } from '../shared/unread.ts';
import { type Arranged, arrange } from './store/conversation-order.ts';
import type { Program } from './store/program.ts';

/** The stops of F6, in order; each is the element with this `data-ring`, entered at its first stop of Tab. */
const RING = ['sidebar', 'conversation', 'composer', 'person'] as const;

/** A key with the one that makes it a command, as this system writes it: `Ctrl K`, `⌘K`. */
export const commandKey = (platform: string, key: string): string =>
  platform === 'darwin' ? `⌘${key}` : `Ctrl ${key}`;

/** Starts listening; the function returned stops. */
export function listenToKeys(program: Program, target: Document = document): () => void {
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing) return;
    // A dialog or menu keeps its keys to itself.
    if (target.querySelector('[role="dialog"], [role="alertdialog"]') !== null) return;
    if (handle(event, program, target)) event.preventDefault();
  };
  target.addEventListener('keydown', onKeyDown);
  return () => target.removeEventListener('keydown', onKeyDown);
}

function handle(event: KeyboardEvent, program: Program, target: Document): boolean {
  const view = program.view.getState();
  const hasAccount = (program.mirror.getState().mirror?.accounts.length ?? 0) > 0;
  const { key } = event;
  const isCommand = (event.ctrlKey || event.metaKey) && !event.altKey;
  if (key === 'F6') return goRound(target, event.shiftKey ? -1 : 1);
  if (key === 'Escape' && view.page.type === 'settings') {
    view.closeSettings();
    return true;
  }
  if (key === 'Escape' && view.page.type === 'sign-in' && hasAccount) {
    view.open({ type: 'settings', pane: 'accounts' });
    return true;
  }
  if (key === 'Escape' && !view.isWide && view.isPersonOver) {
    view.togglePerson();
    return true;
  }
  if (!hasAccount) return false;
  if (event.altKey && !isCommand && (key === 'ArrowUp' || key === 'ArrowDown')) {
    return goToNeighbour(program, key === 'ArrowDown' ? 1 : -1);
  }
  if (!isCommand) return false;
  if (/^[1-9]$/.test(key) && !event.shiftKey) return goToPinned(program, Number(key));
  switch (key.toLowerCase()) {
    case 'k':
      if (event.shiftKey) return false;
      view.openSearch();
      return true;
    case 'f':
      if (view.page.type !== 'conversation' || event.shiftKey) return false;
      view.openSearch(searchIn(view.page.peer));
      return true;
    case 'g':
      if (view.page.type !== 'conversation' || event.shiftKey) return false;
      view.chooseDay(true);
      return true;
    case 'n':
      if (event.shiftKey) return false;
      view.addContact();
      return true;
    case ',':
      view.open({ type: 'settings', pane: 'appearance' });
      return true;
    case 'p':
      if (!event.shiftKey) return false;
      view.setPresenceMenu(program.mirror.getState().mirror?.accounts[0]?.id);
      return true;
    case 'a':
      return event.shiftKey && goToUnread(program);
    case 'i':
      if (view.page.type !== 'conversation' || event.shiftKey) return false;
      view.togglePerson();
      return true;
    default:
      return false;
  }
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

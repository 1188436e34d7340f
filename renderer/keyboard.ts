// What keys do everywhere in the window. Keys of one place are handled in that place.

import { sortConversations } from './store/conversation-order.ts';
import type { Program } from './store/program.ts';

/** The stops of F6, in order; each is the element with this `data-ring`, entered at its first stop of Tab. */
const RING = ['sidebar', 'conversation', 'composer', 'person'] as const;

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
  switch (key.toLowerCase()) {
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

function goToNeighbour(program: Program, step: 1 | -1): boolean {
  const { mirror } = program.mirror.getState();
  const { page, openConversation } = program.view.getState();
  const ordered = sortConversations(mirror?.conversations.values() ?? []);
  const from = ordered.findIndex(
    (one) => page.type === 'conversation' && one.account === page.account && one.peer === page.peer,
  );
  const next = from < 0 ? ordered[0] : ordered[from + step];
  if (next !== undefined) openConversation(next.account, next.peer);
  return true;
}

function goToUnread(program: Program): boolean {
  const { mirror } = program.mirror.getState();
  const next = sortConversations(mirror?.conversations.values() ?? []).find((one) => one.unread > 0);
  if (next !== undefined) program.view.getState().openConversation(next.account, next.peer);
  return true;
}

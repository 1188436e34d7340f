// Where the focus goes when what had it is gone: a button that has done its work, a row that left, a pane that a
// narrow window hid. Left alone it would be nowhere, and the next Tab would begin at the top of the window.

import type { Program } from './store/program.ts';
import type { Page } from './store/view.ts';

/** Frames after a change in which what it removes has gone and what it brings has taken the focus itself. */
const SETTLED = 2;

const isSettings = ({ type }: Page): boolean => type === 'settings' || type === 'sign-in';

/** Starts watching; the function returned stops. */
export function keepFocus(program: Program, target: Document = document): () => void {
  const { view, mirror } = program;
  let last: Element | null = null;
  /** What opened the settings or the person; it gets the focus back. */
  let opener: string | undefined;
  let frame: number | undefined;

  const onFocusIn = (): void => {
    last = target.activeElement;
  };

  const look = (left: number): void => {
    frame = undefined;
    if (left > 0) {
      frame = requestAnimationFrame(() => look(left - 1));
      return;
    }
    if (target.querySelector('[role="dialog"], [role="alertdialog"]') !== null) return;
    const { activeElement } = target;
    const back = opener === undefined ? null : target.querySelector<HTMLElement>(`[data-opens="${opener}"]`);
    opener = undefined;
    if (isShown(back)) return back.focus();
    const isLost = activeElement === null || activeElement === target.body || !isShown(activeElement);
    // Nobody has been anywhere yet, or somebody clicked on nothing: both are as they should be.
    if (!isLost || last === null || isShown(last)) return;
    placesOf(target)[0]?.focus({ preventScroll: true });
  };
  const soon = (): void => {
    frame ??= requestAnimationFrame(() => look(SETTLED));
  };

  let cameFrom: string | undefined;
  const offView = view.subscribe((now, before) => {
    const pressed = target.activeElement?.closest('[data-opens]')?.getAttribute('data-opens') ?? undefined;
    if (isSettings(now.page) && !isSettings(before.page)) cameFrom = pressed;
    if (!isSettings(now.page) && isSettings(before.page)) opener = cameFrom;
    if (before.isPersonOver && !now.isPersonOver && now.page === before.page) opener = 'person';
    soon();
  });
  const offMirror = mirror.subscribe(soon);
  target.addEventListener('focusin', onFocusIn);
  // A dialog may close without a change of either.
  target.addEventListener('keyup', soon);
  target.addEventListener('click', soon);
  return () => {
    offView();
    offMirror();
    target.removeEventListener('focusin', onFocusIn);
    target.removeEventListener('keyup', soon);
    target.removeEventListener('click', soon);
    if (frame !== undefined) cancelAnimationFrame(frame);
  };
}

const isShown = (element: Element | null): element is HTMLElement =>
  element !== null && element.isConnected && element.getClientRects().length > 0;

/** Where one goes on from, the best first: the field to write in, the page of the settings, the pane, the list alone. */
function placesOf(target: Document): HTMLElement[] {
  return [
    '[data-ring="composer"] textarea',
    'nav [aria-current="page"]',
    'main [aria-current="page"]',
    'main form input',
    'main',
    '[data-ring="sidebar"] [aria-current="true"]',
    '[data-ring="sidebar"] [data-row]',
    '[data-ring="sidebar"] button',
  ]
    .map((selector) => target.querySelector<HTMLElement>(selector))
    .filter(isShown);
}

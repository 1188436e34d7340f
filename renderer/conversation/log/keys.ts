// What keys and clicks do in the log.

import type { KeyboardEvent, MouseEvent } from 'react';
import type { Message } from '../../../shared/model.ts';
import { ON_MESSAGE, shortcutOf } from '../../../shared/shortcuts.ts';
import type { Question } from '../actions.ts';
import type { MenuAction } from '../asked/MessageMenu.tsx';
import { markedIn } from '../marked.ts';
import type { Selection } from './use-selection.ts';

/** The message of a row; NaN for none. */
export const idOf = (article: Element | null): number => Number(article?.getAttribute('data-message'));

/** The message that was clicked on, unless it was something in it that does something of its own. */
export function messageAt(event: MouseEvent): number | undefined {
  const article = (event.target as Element).closest('article');
  // Buttons and links in it do what they do.
  const isControl = (event.target as Element).closest('article a, article button') !== null;
  return article === null || isControl ? undefined : idOf(article);
}

export function focusMessage(scroller: HTMLElement | null, id: number): void {
  scroller?.querySelector<HTMLElement>(`[data-message="${id}"]`)?.focus({ preventScroll: true });
}

/**
 * What opens about a message gives the focus back to what had it. That is the message, where it was something else or
 * one of the buttons that are there only while the pointer is.
 */
export function holdFocus(scroller: HTMLElement | null, id: number): void {
  const active = document.activeElement;
  const row = scroller?.querySelector(`[data-row-key="message ${id}"]`);
  const isLasting = row?.contains(active) === true && active?.closest('[role="toolbar"]') === null;
  if (!isLasting) focusMessage(scroller, id);
}

/** Arrows move by message, with Shift they choose; Home and End go to the first and the last. */
export function moveByMessage(
  event: KeyboardEvent<HTMLDivElement>,
  scroller: HTMLElement | null,
  selection: Selection,
): boolean {
  if (scroller === null || event.ctrlKey || event.metaKey || event.altKey) return false;
  const articles = [...scroller.querySelectorAll<HTMLElement>('article')];
  const from = articles.indexOf(event.target as HTMLElement);
  const to = {
    ArrowUp: from < 0 ? lastInSight(scroller, articles) : from - 1,
    ArrowDown: from < 0 ? lastInSight(scroller, articles) : from + 1,
    Home: 0,
    End: articles.length - 1,
  }[event.key];
  if (to === undefined) return false;
  event.preventDefault();
  const article = articles[Math.max(0, Math.min(articles.length - 1, to))];
  if (article === undefined) return true;
  if (event.shiftKey) selection.extend(idOf(articles[from] ?? article), idOf(article));
  article.focus();
  article.scrollIntoView({ block: 'nearest' });
  return true;
}

function lastInSight(scroller: HTMLElement, articles: readonly HTMLElement[]): number {
  const { bottom } = scroller.getBoundingClientRect();
  const last = articles.findLastIndex((article) => article.getBoundingClientRect().top < bottom - 8);
  return last < 0 ? articles.length - 1 : last;
}

/** What keys do with the message that has the focus, or with those that are chosen. */
export function onMessageKey(
  event: KeyboardEvent,
  message: Message | undefined,
  selection: Selection,
  act: (action: MenuAction, message: Message) => void,
  ask: (question: Question) => void,
): void {
  const chosen = message ?? selection.messages[0];
  if (chosen === undefined) return;
  const shortcut = shortcutOf(ON_MESSAGE, event);
  if (shortcut === 'copy') {
    // Letters that are marked are copied by the browser.
    if (selection.ids.size === 0 && window.getSelection()?.isCollapsed === false) return;
    act('copy', chosen);
  } else if (shortcut === 'delete') act('delete', chosen);
  else if (message === undefined || shortcut === undefined || shortcut === 'extend') return;
  else if (shortcut === 'menu') ask({ type: 'menu', message, marked: markedIn(message) });
  else act(shortcut, message);
  event.preventDefault();
}

import type { Message } from '../../shared/model.ts';

/** The text of a message that is marked with the pointer; empty for none, or when more than that is marked. */
export function markedIn(message: Message): string {
  const selection = window.getSelection();
  const article = document.querySelector(`[data-message="${message.id}"]`);
  if (selection === null || article === null || selection.isCollapsed) return '';
  const isInside = article.contains(selection.anchorNode) && article.contains(selection.focusNode);
  return isInside ? selection.toString() : '';
}

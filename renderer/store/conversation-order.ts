import type { Conversation } from '../../shared/model.ts';

const timeOf = (one: Conversation): number => one.last?.receivedAt ?? 0;

/** The newest first; one with nothing in it but a draft stands before all, because it was just begun. */
export function sortConversations(conversations: Iterable<Conversation>): readonly Conversation[] {
  return [...conversations]
    .filter((one) => one.last !== undefined || one.draft !== '' || one.unread > 0)
    .sort(
      (a, b) =>
        Number(b.last === undefined) - Number(a.last === undefined) ||
        timeOf(b) - timeOf(a) ||
        (a.peer < b.peer ? -1 : 1),
    );
}

import { collator } from '../../shared/i18n/formats.ts';
import type { Contact, Conversation } from '../../shared/model.ts';
import { type PairKey, pairKey } from './mirror.ts';
import { nameFor } from './names.ts';

/** The conversations as the list shows them: those that wait in Requests are in none of the three. */
export interface Arranged {
  /** By name, so that the digit that opens one stays the same. */
  readonly pinned: readonly Conversation[];
  /** The newest first. */
  readonly open: readonly Conversation[];
  readonly archived: readonly Conversation[];
}
const timeOf = (one: Conversation): number => one.last?.receivedAt ?? 0;

/** One with nothing in it but a draft stands before all, because it was just begun. */
const newestFirst = (a: Conversation, b: Conversation): number =>
  Number(b.last === undefined) - Number(a.last === undefined) ||
  timeOf(b) - timeOf(a) ||
  (a.peer < b.peer ? -1 : 1);

export function arrange(
  conversations: Iterable<Conversation>,
  contacts: ReadonlyMap<PairKey, Contact>,
): Arranged {
  const pinned: { readonly name: string; readonly one: Conversation }[] = [];
  const open: Conversation[] = [];
  const archived: Conversation[] = [];
  for (const one of conversations) {
    if (one.isRequest) continue;
    if (one.isPinned) {
      pinned.push({ one, name: nameFor(contacts.get(pairKey(one.account, one.peer)), one.peer) });
    } else if (one.last !== undefined || one.draft !== '' || one.unread > 0) {
      (one.isArchived ? archived : open).push(one);
    }
  }
  return {
    pinned: pinned
      .sort((a, b) => collator().compare(a.name, b.name) || (a.one.peer < b.one.peer ? -1 : 1))
      .map(({ one }) => one),
    open: open.sort(newestFirst),
    archived: archived.sort(newestFirst),
  };
}

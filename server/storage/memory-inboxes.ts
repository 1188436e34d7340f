// The inboxes of memory.ts.

import { copyOf, DUPLICATE_WINDOW_MS, mailboxFull, noSuchAccount, octetsOf } from './rules.ts';
import type { Appended, EntryRange, StoredEntry, StoredMessage } from './storage.ts';

interface Inbox {
  last: number;
  /** By sequence, ascending. */
  entries: Map<number, StoredEntry>;
  /** Of entries that are not copies, kept for the whole window though the entry be pruned. */
  known: Map<string, { sequence: number; isDelivered: boolean; received: number }>;
}

type Key = Pick<StoredMessage, 'origin' | 'target' | 'messageId'>;

export interface MemoryInboxes {
  create(user: string): void;
  remove(user: string): void;
  append(message: StoredMessage, to: string, copyTo: string | undefined, quota: number): Appended;
  setDelivered(user: string, sequence: number): void;
  bounds(user: string, after: number, now?: number): { first: number; last: number; count: number };
  entries(user: string, range: EntryRange): StoredEntry[];
  entry(user: string, sequence: number): StoredEntry | undefined;
  findDuplicate(key: Key, to: string, since: number): Appended | undefined;
  prune(options: { before: number; now: number; quota: number }): number;
}

export function createMemoryInboxes(): MemoryInboxes {
  const inboxes = new Map<string, Inbox>();

  const keyOf = (key: Key): string => JSON.stringify([key.origin, key.target, key.messageId]);
  const given = (entry: StoredEntry): StoredEntry => ({ ...entry, body: copyOf(entry.body) });

  const sumOctets = (inbox: Inbox, isCounted: (entry: StoredEntry) => boolean): number => {
    let octets = 0;
    for (const entry of inbox.entries.values()) if (isCounted(entry)) octets += octetsOf(entry);
    return octets;
  };

  const enter = (inbox: Inbox, message: StoredMessage, isCopy: boolean): number => {
    inbox.last += 1;
    const { fields, body } = message;
    const kept = { ...message, fields: [...fields], body: copyOf(body) };
    inbox.entries.set(inbox.last, { ...kept, sequence: inbox.last, isCopy, isDelivered: isCopy });
    return inbox.last;
  };

  const findDuplicate = (key: Key, to: string, since: number): Appended | undefined => {
    const former = inboxes.get(to)?.known.get(keyOf(key));
    return former && former.received > since ? { isDuplicate: true, ...former } : undefined;
  };

  return {
    create: (user) => void inboxes.set(user, { last: 0, entries: new Map(), known: new Map() }),
    remove: (user) => void inboxes.delete(user),
    findDuplicate,

    append(message, to, copyTo, quota) {
      const inbox = inboxes.get(to);
      if (!inbox) throw noSuchAccount(to);
      const { received } = message;
      const former = findDuplicate(message, to, received - DUPLICATE_WINDOW_MS);
      if (former) return former;
      const undelivered = sumOctets(inbox, (entry) => !entry.isDelivered);
      if (undelivered + octetsOf(message) > quota) throw mailboxFull();
      const sequence = enter(inbox, message, false);
      inbox.known.set(keyOf(message), { sequence, isDelivered: false, received });
      const copies = copyTo === undefined || copyTo === to ? undefined : inboxes.get(copyTo);
      const appended = { isDuplicate: false, sequence, isDelivered: false, received };
      return copies ? { ...appended, copySequence: enter(copies, message, true) } : appended;
    },

    setDelivered(user, sequence) {
      const inbox = inboxes.get(user);
      const entry = inbox?.entries.get(sequence);
      if (!inbox || !entry || entry.isDelivered) return;
      inbox.entries.set(sequence, { ...entry, isDelivered: true });
      const known = inbox.known.get(keyOf(entry));
      if (known?.sequence === sequence) known.isDelivered = true;
    },

    bounds(user, after, now = 0) {
      const all = [...(inboxes.get(user)?.entries.values() ?? [])];
      const isToCome = ({ sequence, expires }: StoredEntry): boolean =>
        sequence > after && (expires === undefined || expires > now);
      return {
        first: all[0]?.sequence ?? 1,
        last: all.at(-1)?.sequence ?? 0,
        count: all.filter(isToCome).length,
      };
    },

    entries(user, range) {
      const { limit, bodyLimit = Number.POSITIVE_INFINITY } = range;
      const within = (entry: StoredEntry): StoredEntry =>
        entry.body.length > bodyLimit
          ? { ...entry, body: new Uint8Array(), omitted: entry.body.length }
          : given(entry);
      const all = [...(inboxes.get(user)?.entries.values() ?? [])];
      if ('after' in range) {
        const newer = all.filter((entry) => entry.sequence > range.after);
        return newer.slice(0, limit).map(within);
      }
      const older = all.filter((entry) => entry.sequence < range.before);
      return older.slice(Math.max(0, older.length - limit)).map(within);
    },

    entry(user, sequence) {
      const entry = inboxes.get(user)?.entries.get(sequence);
      return entry && given(entry);
    },

    prune({ before, now, quota }) {
      let removed = 0;
      for (const inbox of inboxes.values()) {
        let octets = sumOctets(inbox, () => true);
        const remove = (entry: StoredEntry): void => {
          inbox.entries.delete(entry.sequence);
          octets -= octetsOf(entry);
          removed += 1;
        };
        for (const entry of inbox.entries.values()) {
          const isOld = entry.isDelivered && entry.received < before;
          if (isOld || (entry.expires !== undefined && entry.expires <= now)) remove(entry);
        }
        for (const entry of inbox.entries.values()) {
          if (octets <= quota) break;
          if (entry.isDelivered) remove(entry);
        }
        for (const [key, { received, sequence }] of inbox.known) {
          const isOver = received <= now - DUPLICATE_WINDOW_MS;
          if (isOver && !inbox.entries.has(sequence)) inbox.known.delete(key);
        }
      }
      return removed;
    },
  };
}

// The inboxes of memory.ts.

import { bodyGone, copyOf, DUPLICATE_WINDOW_MS, mailboxFull, noSuchAccount, octetsOf } from './rules.ts';
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
  beginBody(to: string, octets: number, quota: number): number;
  addPiece(body: number, number: number, piece: Uint8Array): void;
  getPiece(body: number, number: number): Uint8Array | undefined;
  dropBody(body: number): void;
  append(message: StoredMessage, to: string | undefined, copyTo: string | undefined, quota: number): Appended;
  setDelivered(user: string, sequence: number): void;
  bounds(user: string, after: number, now?: number): { first: number; last: number; count: number };
  octets(user: string): number;
  entries(user: string, range: EntryRange): StoredEntry[];
  entry(user: string, sequence: number): StoredEntry | undefined;
  findDuplicate(key: Key, to: string, since: number): Appended | undefined;
  prune(options: { before: number; now: number; quota: number }): number;
}

export function createMemoryInboxes(): MemoryInboxes {
  const inboxes = new Map<string, Inbox>();
  /** Large ones, and how many entries have each. */
  const bodies = new Map<number, { pieces: Uint8Array[]; holders: number }>();
  let lastBody = 0;

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
    const large = message.large && bodies.get(message.large.id);
    if (large) large.holders += 1;
    return inbox.last;
  };

  const release = ({ large }: StoredEntry): void => {
    const body = large && bodies.get(large.id);
    if (body && (body.holders -= 1) === 0) bodies.delete(large.id);
  };

  const comingBody = (id: number): { pieces: Uint8Array[] } => {
    const body = bodies.get(id);
    if (!body || body.holders > 0) throw bodyGone(id);
    return body;
  };

  const undeliveredIn = (inbox: Inbox): number => sumOctets(inbox, (entry) => !entry.isDelivered);

  const findDuplicate = (key: Key, to: string, since: number): Appended | undefined => {
    const former = inboxes.get(to)?.known.get(keyOf(key));
    return former && former.received > since ? { isDuplicate: true, ...former } : undefined;
  };

  const appendCopy = (message: StoredMessage, user: string): Appended => {
    const inbox = inboxes.get(user);
    if (!inbox) throw noSuchAccount(user);
    const { received } = message;
    const former = findDuplicate(message, user, received - DUPLICATE_WINDOW_MS);
    if (former) return former;
    if (message.large) comingBody(message.large.id);
    const copySequence = enter(inbox, message, true);
    inbox.known.set(keyOf(message), { sequence: copySequence, isDelivered: true, received });
    return { isDuplicate: false, sequence: 0, copySequence, isDelivered: true, received };
  };

  return {
    create: (user) => void inboxes.set(user, { last: 0, entries: new Map(), known: new Map() }),
    remove(user) {
      for (const entry of inboxes.get(user)?.entries.values() ?? []) release(entry);
      inboxes.delete(user);
    },
    findDuplicate,

    beginBody(to, octets, quota) {
      const inbox = inboxes.get(to);
      if (!inbox) throw noSuchAccount(to);
      if (undeliveredIn(inbox) + octets > quota) throw mailboxFull();
      lastBody += 1;
      bodies.set(lastBody, { pieces: [], holders: 0 });
      return lastBody;
    },
    addPiece: (body, number, piece) => void (comingBody(body).pieces[number] = copyOf(piece)),
    getPiece(body, number) {
      const piece = bodies.get(body)?.pieces[number];
      return piece && copyOf(piece);
    },
    dropBody(body) {
      if (bodies.get(body)?.holders === 0) bodies.delete(body);
    },

    append(message, to, copyTo, quota) {
      if (to === undefined) return appendCopy(message, copyTo ?? '');
      const inbox = inboxes.get(to);
      if (!inbox) throw noSuchAccount(to);
      const { received } = message;
      const former = findDuplicate(message, to, received - DUPLICATE_WINDOW_MS);
      if (former) return former;
      if (undeliveredIn(inbox) + octetsOf(message) > quota) throw mailboxFull();
      if (message.large) comingBody(message.large.id);
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

    octets(user) {
      const inbox = inboxes.get(user);
      return inbox ? sumOctets(inbox, () => true) : 0;
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
          release(entry);
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

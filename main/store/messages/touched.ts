import type { Message } from '../../../shared/model.ts';
import {
  conversationOf,
  readConversation,
  settleLast,
  type StoredConversation,
} from '../conversations/conversations.ts';
import type { Database } from '../file/database.ts';
import { findMessage } from './message-rows.ts';

/** What many writes made. */
export interface Changes {
  /** New or changed, in the order of arrival. */
  readonly messages: readonly Message[];
  readonly conversations: readonly StoredConversation[];
  /** Messages that were there and are not any more: an effect whose envelope alone had come first. */
  readonly removed: readonly Message[];
  /** The ids of those incoming that are new and came just now, not from a gap. */
  readonly fresh: readonly number[];
}

/** What a group of writes has touched; conversations are settled once, at its end. */
export class Touched {
  readonly messages = new Set<number>();
  readonly removed: Message[] = [];
  readonly conversations = new Set<number>();
  readonly fresh: number[] = [];
  readonly #known = new Map<string, number>();
  readonly #withEffects = new Map<number, boolean>();
  readonly #db: Database;
  /** Whether anything was ever deleted, so that it has to be asked of each entry. */
  readonly hasDeletions: boolean;

  constructor(db: Database, account: number) {
    this.#db = db;
    this.hasDeletions = db.get('SELECT 1 FROM deleted WHERE account = ? LIMIT 1', account) !== undefined;
  }

  /** The row of the conversation with `peer`, looked up once. */
  conversationOf({ account, peer }: { readonly account: number; readonly peer: string }): number {
    let id = this.#known.get(peer);
    if (id === undefined) {
      id = conversationOf(this.#db, account, peer);
      this.#known.set(peer, id);
    }
    return id;
  }

  /** Whether anything in the conversation may change a message that comes now. */
  hasEffects(conversation: number): boolean {
    let hasAny = this.#withEffects.get(conversation);
    if (hasAny === undefined) {
      hasAny =
        this.#db.get('SELECT 1 FROM effects WHERE conversation = ? LIMIT 1', conversation) !== undefined;
      this.#withEffects.set(conversation, hasAny);
    }
    return hasAny;
  }

  effectAdded(conversation: number): void {
    this.#withEffects.set(conversation, true);
  }

  end(): Changes {
    const messages: Message[] = [];
    for (const id of this.messages) {
      const message = findMessage(this.#db, id);
      if (message !== undefined) messages.push(message);
    }
    for (const id of this.conversations) settleLast(this.#db, id);
    return {
      messages,
      conversations: [...this.conversations].map((id) => readConversation(this.#db, id)),
      removed: this.removed,
      fresh: this.fresh,
    };
  }
}

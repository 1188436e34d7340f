// The names under which the account's parts still ask.

import { ImppError } from '../../shared/errors.ts';
import type { Message, Outcome, Place, Problem } from '../../shared/model.ts';
import type { Database } from './database.ts';
import type { Written } from './entries.ts';
import { type Draft, outboxOperations, written } from './outbox.ts';
import { writeOutcome } from './outcomes.ts';
import { messageOperations } from './messages.ts';
import { pageOperations } from './pages.ts';

export interface FormerOutgoing {
  readonly message: Message;
  readonly target: string;
  readonly body: Uint8Array;
}

const outgoing = (db: Database, id: number): FormerOutgoing => {
  const message = messageOperations.getMessage(db, id);
  const target = db.get<{ target: string | null }>('SELECT target FROM messages WHERE id = ?', id)?.target;
  return { message, target: target ?? message.peer, body: messageOperations.messageBody(db, id).body };
};

export const formerOperations = {
  pageMessages: (
    db: Database,
    account: number,
    peer: string,
    before: Place | undefined,
    limit: number,
  ): Message[] => [...pageOperations.readPage(db, account, peer, { before, limit }).messages],

  addOutgoing(db: Database, draft: Draft): Written {
    const { message, conversation } = outboxOperations.sendMessage(db, draft);
    if (draft.target !== draft.peer)
      db.run('UPDATE messages SET target = ? WHERE id = ?', draft.target, message.id);
    return { message, conversation };
  },

  listOutgoing: (db: Database, account: number, after: number, limit: number): FormerOutgoing[] =>
    db
      .all<{ message: number }>(
        `SELECT message FROM outbox WHERE account = ? AND message > ? AND kind = 'message' ORDER BY message LIMIT ?`,
        account,
        after,
        limit,
      )
      .map(({ message }) => outgoing(db, message)),

  listStored: (db: Database, account: number, peer: string, since: number, limit: number): FormerOutgoing[] =>
    outboxOperations.listStoredThere(db, account, peer, since, limit).map(({ id }) => outgoing(db, id)),

  setOutcome(
    db: Database,
    id: number,
    outcome: Outcome,
    at: number,
    problem: Problem | undefined,
    isFinal: boolean,
  ): Written {
    writeOutcome(db, id, outcome, at, problem, undefined);
    if (isFinal) db.run(`DELETE FROM outbox WHERE message = ? AND kind = 'message'`, id);
    return written(db, id);
  },

  retryMessage(db: Database, id: number): Written & { readonly outgoing: FormerOutgoing } {
    const { message, conversation } = outboxOperations.retryOutgoing(db, id);
    return { message, conversation, outgoing: outgoing(db, id) };
  },

  redirectMessage(db: Database, id: number, target: string, body: Uint8Array): null {
    const place = outboxOperations.findOutgoing(db, id);
    return place === undefined ? null : outboxOperations.redirectOutgoing(db, place, target, body);
  },

  discardMessage(db: Database, id: number): Written {
    const message = messageOperations.getMessage(db, id);
    if (message.outcome !== 'failed') throw new ImppError('not-found', 'this message has not failed');
    return messageOperations.deleteMessage(db, id);
  },

  passEntry(db: Database, account: number, sequence: number, keep: boolean): null {
    db.run(
      'UPDATE accounts SET inbox_position = ?1 WHERE id = ?2 AND inbox_position < ?1',
      sequence,
      account,
    );
    if (keep)
      db.run(
        'INSERT INTO deferred (account, sequence) VALUES (?, ?) ON CONFLICT DO NOTHING',
        account,
        sequence,
      );
    else db.run('DELETE FROM deferred WHERE account = ? AND sequence = ?', account, sequence);
    return null;
  },

  listDeferred: (db: Database, account: number): number[] =>
    db
      .all<{ sequence: number }>('SELECT sequence FROM deferred WHERE account = ? ORDER BY sequence', account)
      .map((row) => row.sequence),
};

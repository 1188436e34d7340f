// Brings back what an opened backup holds, beside what is here: message by message, in portions, so that nothing
// else waits long.

import { ImppError } from '../../../shared/errors.ts';
import { type StoredAccount, accountOperations } from '../accounts.ts';
import { conversationOf, settleLast, settleUnread } from '../conversations/conversations.ts';
import { Database } from '../file/database.ts';
import { settleEffects } from './effects.ts';
import { index } from '../search/keeping.ts';

/** What of a message's row is brought back as it was. */
const COLUMNS = [
  'is_mine',
  'message_id',
  'target',
  'at',
  'received_at',
  'text',
  'files',
  'outcome_at',
  'problem',
  'sequence',
  'ord',
  'quote',
  'original',
  'corrected_at',
  'is_retracted',
  'is_forwarded',
  'expires',
  'read_at',
  'deferred',
  'reactions',
] as const;

const EFFECT_COLUMNS = [
  'is_mine',
  'message_id',
  'target',
  'kind',
  'payload',
  'at',
  'sequence',
  'body',
  'content_type',
];

type Row = Record<string, string | number | Uint8Array | null>;

const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ');

const INSERT = `INSERT INTO messages (account, conversation, outcome, ${COLUMNS.join(', ')})
  VALUES (?, ?, ?, ${marks(COLUMNS.length)}) ON CONFLICT DO NOTHING`;
const INSERT_EFFECT = `INSERT INTO effects (account, conversation, ${EFFECT_COLUMNS.join(', ')})
  VALUES (?, ?, ${marks(EFFECT_COLUMNS.length)}) ON CONFLICT DO NOTHING`;

/** How far a restore has come: the last message, then the last effect. */
export interface Progress {
  readonly message: number;
  readonly effect: number;
}

export interface Restored {
  readonly account: StoredAccount;
  /** It was not here before. */
  readonly isNew: boolean;
  /** The number of its last message. */
  readonly last: number;
}

const withBackup = <T>(file: string, use: (backup: Database) => T): T => {
  const backup = new Database(file, 'reader');
  try {
    return use(backup);
  } finally {
    backup.close();
  }
};

/** What only makes sense where nothing of the account was before: how far its inbox was seen, its contacts. */
const restoreWhole = (db: Database, backup: Database, key: number, url: string): void => {
  const values = backup.get<Row>('SELECT inbox_position, read_all FROM accounts WHERE url = ?', url);
  db.run(
    `UPDATE accounts SET inbox_position = ?, read_all = ? WHERE id = ?`,
    values?.['inbox_position'] ?? 0,
    values?.['read_all'] ?? 0,
    key,
  );
  const tables: Readonly<Record<string, readonly string[]>> = {
    contacts: ['address', 'name', 'groups'],
    account_values: ['name', 'value'],
    gaps: ['first', 'last'],
    losses: ['first', 'last', 'from_at', 'until_at'],
    deleted: ['hash', 'through'],
  };
  for (const [table, columns] of Object.entries(tables)) {
    for (const row of backup.all<Row>(`SELECT ${columns.join(', ')} FROM ${table}`)) {
      db.run(
        `INSERT INTO ${table} (account, ${columns.join(', ')}) VALUES (?, ${marks(columns.length)}) ON CONFLICT DO NOTHING`,
        key,
        ...columns.map((column) => row[column] ?? null),
      );
    }
  }
};

const SETTINGS = [
  'read_sequence',
  'read_moved',
  'is_pinned',
  'is_archived',
  'muted_until',
  'sends_receipts',
  'sends_typing',
  'notifies',
  'draft',
];

const restoreConversations = (db: Database, backup: Database, key: number, isNew: boolean): void => {
  for (const row of backup.all<Row>(`SELECT peer, has_own, ${SETTINGS.join(', ')} FROM conversations`)) {
    const id = conversationOf(db, key, String(row['peer']));
    db.run('UPDATE conversations SET has_own = max(has_own, ?) WHERE id = ?', row['has_own'] ?? 0, id);
    if (!isNew) continue;
    db.run(
      `UPDATE conversations SET ${SETTINGS.map((column) => `${column} = ?`).join(', ')} WHERE id = ?`,
      ...SETTINGS.map((column) => row[column] ?? null),
      id,
    );
  }
};

const restoreMessage = (db: Database, backup: Database, key: number, row: Row): number | undefined => {
  const conversation = conversationOf(db, key, String(row['peer']));
  const outcome = row['outcome'] ?? null;
  const { id, changes } = db.run(
    INSERT,
    key,
    conversation,
    // Nobody goes on sending it: whether it went is no longer known here.
    outcome === 'waiting' || outcome === 'sent' ? 'unknown' : outcome,
    ...COLUMNS.map((column) => row[column] ?? null),
  );
  if (changes === 0) return undefined;
  const body = backup.get<Row>('SELECT body, content_type FROM bodies WHERE message = ?', row['id'] ?? 0);
  if (body !== undefined) {
    db.run(
      'INSERT INTO bodies (message, body, content_type) VALUES (?, ?, ?)',
      id,
      body['body'] ?? null,
      body['content_type'] ?? null,
    );
  }
  const steps = backup.all<Row>(
    'SELECT at, step, domain, problem FROM steps WHERE message = ? ORDER BY id',
    row['id'] ?? 0,
  );
  for (const step of steps) {
    db.run(
      'INSERT INTO steps (message, at, step, domain, problem) VALUES (?, ?, ?, ?, ?)',
      id,
      step['at'] ?? 0,
      step['step'] ?? '',
      step['domain'] ?? null,
      step['problem'] ?? null,
    );
  }
  index(db, id);
  return conversation;
};

export const restoreOperations = {
  /** Makes the account of an opened backup, if it is not here, with its conversations. */
  restoreAccount: (db: Database, file: string): Restored =>
    withBackup(file, (backup) => {
      const [kept] = accountOperations.listAccounts(backup);
      if (kept === undefined) throw new ImppError('invalid-argument', 'this backup is of no account');
      const known = accountOperations.listAccounts(db).find(({ url }) => url === kept.url);
      const { key } =
        known ?? accountOperations.keepAccount(db, { ...kept, secret: 'not-kept', isEnabled: true });
      if (known === undefined) restoreWhole(db, backup, key, kept.url);
      restoreConversations(db, backup, key, known === undefined);
      const account = accountOperations.listAccounts(db).find(({ url }) => url === kept.url);
      if (account === undefined) throw new ImppError('internal-error', 'the account is not there');
      const last = backup.get<{ id: number | null }>('SELECT max(id) AS id FROM messages')?.id ?? 0;
      return { account, isNew: known === undefined, last };
    }),

  /**
   * Brings back the next `limit` messages after `done`; gives how many of them were not here, and how far it has
   * come, absent when nothing is left.
   */
  restorePortion: (
    db: Database,
    file: string,
    account: number,
    done: Progress,
    limit: number,
  ): { added: number; done?: Progress } =>
    withBackup(file, (backup) => {
      const rows = backup.all<Row>(
        `SELECT m.*, c.peer FROM messages m JOIN conversations c ON c.id = m.conversation
         WHERE m.id > ? ORDER BY m.id LIMIT ?`,
        done.message,
        limit,
      );
      const touched = new Set<number>();
      let added = 0;
      for (const row of rows) {
        const conversation = restoreMessage(db, backup, account, row);
        if (conversation === undefined) continue;
        touched.add(conversation);
        added += 1;
      }
      const effects =
        rows.length === limit
          ? []
          : backup.all<Row>(
              `SELECT e.*, c.peer FROM effects e JOIN conversations c ON c.id = e.conversation
               WHERE e.id > ? ORDER BY e.id LIMIT ?`,
              done.effect,
              limit,
            );
      for (const row of effects) {
        const conversation = conversationOf(db, account, String(row['peer']));
        db.run(INSERT_EFFECT, account, conversation, ...EFFECT_COLUMNS.map((column) => row[column] ?? null));
        settleEffects(db, conversation, String(row['target']));
        touched.add(conversation);
      }
      for (const conversation of touched) {
        settleLast(db, conversation);
        settleUnread(db, conversation);
      }
      if (rows.length < limit && effects.length < limit) return { added };
      const message = Number(rows.at(-1)?.['id'] ?? done.message);
      return { added, done: { message, effect: Number(effects.at(-1)?.['id'] ?? done.effect) } };
    }),
};

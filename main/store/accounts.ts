import type { Account, OwnState, Proxy } from '../../shared/model.ts';
import type { Database } from './file/database.ts';
import { noteDeletion, sweepConversations } from './messages/deletions.ts';

/** An account as it is kept; the password is not here but in the system's keychain. */
export interface StoredAccount {
  readonly key: number;
  readonly url: string;
  readonly server: string | undefined;
  readonly ca: string | undefined;
  readonly proxy: Proxy;
  readonly ownState: OwnState;
  readonly ownNote: string;
  readonly ownActivity?: string | undefined;
  /** When the choice ends by itself. */
  readonly ownUntil?: number | undefined;
  /** The mechanism that last worked: nothing weaker is used again [IMPP 6]. */
  readonly mechanism: string | undefined;
  readonly secret: Account['secret'];
  /** By what the keychain is known again that has the password. */
  readonly secretCheck: string | undefined;
  /** False after the person signed out. */
  readonly isEnabled: boolean;
  /** The highest Inbox-Sequence that is on disk here. */
  readonly inboxPosition: number;
}

interface Row {
  id: number;
  url: string;
  server: string | null;
  ca: string | null;
  proxy: string | null;
  own_state: OwnState;
  own_note: string;
  own_activity: string | null;
  own_until: number | null;
  mechanism: string | null;
  secret: Account['secret'];
  secret_check: string | null;
  is_enabled: number;
  inbox_position: number;
}

const read = (row: Row): StoredAccount => ({
  key: row.id,
  url: row.url,
  server: row.server ?? undefined,
  ca: row.ca ?? undefined,
  proxy: row.proxy === null ? { kind: 'system' } : (JSON.parse(row.proxy) as Proxy),
  ownState: row.own_state,
  ownNote: row.own_note,
  ownActivity: row.own_activity ?? undefined,
  ownUntil: row.own_until ?? undefined,
  mechanism: row.mechanism ?? undefined,
  secret: row.secret,
  secretCheck: row.secret_check ?? undefined,
  isEnabled: row.is_enabled === 1,
  inboxPosition: row.inbox_position,
});

type Changes = Partial<Omit<StoredAccount, 'key' | 'url' | 'inboxPosition'>>;

export const accountOperations = {
  listAccounts: (db: Database): StoredAccount[] =>
    db.all<Row>('SELECT * FROM accounts WHERE is_gone = 0 ORDER BY id').map(read),

  /** Adds the account, or takes over new ways of reaching it; history and position stay. */
  keepAccount(db: Database, account: Omit<StoredAccount, 'key' | 'inboxPosition'>): StoredAccount {
    db.run(
      `INSERT INTO accounts (url, server, ca, proxy, own_state, own_note, mechanism, secret, secret_check, is_enabled, inbox_position)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)
       ON CONFLICT (url) DO UPDATE SET server = excluded.server, ca = excluded.ca, proxy = excluded.proxy,
         mechanism = excluded.mechanism, secret = excluded.secret, secret_check = excluded.secret_check,
         is_enabled = excluded.is_enabled`,
      account.url,
      account.server ?? null,
      account.ca ?? null,
      JSON.stringify(account.proxy),
      account.ownState,
      account.ownNote,
      account.mechanism ?? null,
      account.secret,
      account.secretCheck ?? null,
      account.isEnabled ? 1 : 0,
    );
    const row = db.get<Row>('SELECT * FROM accounts WHERE url = ?', account.url);
    if (row === undefined) throw new Error('an account that was just written is not there');
    return read(row);
  },

  changeAccount(db: Database, key: number, changes: Changes): null {
    const row = db.get<Row>('SELECT * FROM accounts WHERE id = ?', key);
    if (row === undefined) return null;
    const account = { ...read(row), ...changes };
    db.run(
      `UPDATE accounts SET server = ?, ca = ?, proxy = ?, own_state = ?, own_note = ?, own_activity = ?,
         own_until = ?, mechanism = ?, secret = ?, secret_check = ?, is_enabled = ?
       WHERE id = ?`,
      account.server ?? null,
      account.ca ?? null,
      JSON.stringify(account.proxy),
      account.ownState,
      account.ownNote,
      account.ownActivity ?? null,
      account.ownUntil ?? null,
      account.mechanism ?? null,
      account.secret,
      account.secretCheck ?? null,
      account.isEnabled ? 1 : 0,
      key,
    );
    return null;
  },

  /** The account is no longer there, and its address free; `sweep` deletes what it held. */
  removeAccount(db: Database, key: number): null {
    db.run(`UPDATE accounts SET is_gone = 1, url = url || ' ' || id WHERE id = ?`, key);
    return null;
  },

  /**
   * Deletes at most `limit` messages of removed accounts and conversations, and these themselves when nothing is
   * left; gives whether there is more. In small steps, so that no message waits behind a million of them.
   */
  sweep(db: Database, limit: number): boolean {
    db.run(
      `UPDATE conversations SET is_gone = 1
       WHERE is_gone = 0 AND account IN (SELECT id FROM accounts WHERE is_gone = 1)`,
    );
    if (sweepConversations(db, limit)) return true;
    const { changes } = db.run('DELETE FROM accounts WHERE is_gone = 1');
    if (changes > 0) noteDeletion(db);
    return false;
  },
};

import type { Database } from './file/database.ts';

/** Octets that an account remembers under a name: what the domain said last, what the person has seen. */
export const accountValueOperations = {
  getAccountValue(db: Database, account: number, name: string): Uint8Array | undefined {
    return db.get<{ value: Uint8Array }>(
      'SELECT value FROM account_values WHERE account = ? AND name = ?',
      account,
      name,
    )?.value;
  },

  /** No octets: the value is forgotten. */
  setAccountValue(db: Database, account: number, name: string, value: Uint8Array | undefined): null {
    if (value === undefined) {
      db.run('DELETE FROM account_values WHERE account = ? AND name = ?', account, name);
      return null;
    }
    // The account may have been removed while this was on its way.
    db.run(
      `INSERT INTO account_values (account, name, value)
         SELECT id, ?, ? FROM accounts WHERE id = ?
       ON CONFLICT (account, name) DO UPDATE SET value = excluded.value`,
      name,
      value,
      account,
    );
    return null;
  },
};

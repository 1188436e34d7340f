import type { Database } from './file/database.ts';

/** A line of the contact list, without what is only known while connected. */
export interface StoredContact {
  readonly address: string;
  readonly name: string;
  readonly groups: readonly string[];
}

/** A change of the list that the person made here: the contact as it is to be, or gone. */
export type ContactEdit =
  | { readonly type: 'put'; readonly contact: StoredContact }
  | { readonly type: 'remove'; readonly address: string };

interface Row {
  address: string;
  name: string;
  groups: string;
}

const put = (db: Database, account: number, contact: StoredContact): void => {
  db.run(
    `INSERT INTO contacts (account, address, name, groups) VALUES (?, ?, ?, ?)
     ON CONFLICT (account, address) DO UPDATE SET name = excluded.name, groups = excluded.groups`,
    account,
    contact.address,
    contact.name,
    JSON.stringify(contact.groups),
  );
};

export const contactOperations = {
  listContacts: (db: Database, account: number): StoredContact[] =>
    db
      .all<Row>('SELECT address, name, groups FROM contacts WHERE account = ? ORDER BY address', account)
      .map((row) => ({ ...row, groups: JSON.parse(row.groups) as string[] })),

  /** Changes the list here and remembers the change until the domain has it. */
  editContacts(db: Database, account: number, edit: ContactEdit): null {
    if (edit.type === 'put') put(db, account, edit.contact);
    else db.run('DELETE FROM contacts WHERE account = ? AND address = ?', account, edit.address);
    db.run('INSERT INTO contact_edits (account, edit) VALUES (?, ?)', account, JSON.stringify(edit));
    return null;
  },

  listContactEdits: (db: Database, account: number): { id: number; edit: ContactEdit }[] =>
    db
      .all<{ id: number; edit: string }>(
        'SELECT id, edit FROM contact_edits WHERE account = ? ORDER BY id',
        account,
      )
      .map((row) => ({ id: row.id, edit: JSON.parse(row.edit) as ContactEdit })),

  /** The list as the domain has it, edits up to number `through` included; later edits stay on top. */
  replaceContacts(
    db: Database,
    account: number,
    contacts: readonly StoredContact[],
    through: number,
  ): StoredContact[] {
    db.run('DELETE FROM contact_edits WHERE account = ? AND id <= ?', account, through);
    db.run('DELETE FROM contacts WHERE account = ?', account);
    for (const contact of contacts) put(db, account, contact);
    for (const { edit } of contactOperations.listContactEdits(db, account)) {
      if (edit.type === 'put') put(db, account, edit.contact);
      else db.run('DELETE FROM contacts WHERE account = ? AND address = ?', account, edit.address);
    }
    return contactOperations.listContacts(db, account);
  },
};

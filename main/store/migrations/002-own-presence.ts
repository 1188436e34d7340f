/** What one's own presence has besides state and note, and what an account remembers under a name. */
export const OWN_PRESENCE = `
ALTER TABLE accounts ADD COLUMN own_activity TEXT;
ALTER TABLE accounts ADD COLUMN own_until INTEGER;

CREATE TABLE account_values (
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  name TEXT NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (account, name)
) STRICT, WITHOUT ROWID;
`;

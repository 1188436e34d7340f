/**
 * The first schema. `account` is in every table, so that several accounts share one file and one goes with
 * all that is its own. Never edited after a release: a change is another file.
 */
export const INITIAL = `
CREATE TABLE settings (
  name TEXT PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE accounts (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  url TEXT NOT NULL UNIQUE,
  server TEXT,
  ca TEXT,
  own_state TEXT NOT NULL,
  own_note TEXT NOT NULL,
  mechanism TEXT,
  secret TEXT NOT NULL,
  is_enabled INTEGER NOT NULL,
  inbox_position INTEGER NOT NULL,
  -- Removed by the person; what it holds is being deleted bit by bit.
  is_gone INTEGER NOT NULL DEFAULT 0
) STRICT;

CREATE TABLE conversations (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  peer TEXT NOT NULL,
  draft TEXT NOT NULL DEFAULT '',
  unread INTEGER NOT NULL DEFAULT 0,
  last_read INTEGER NOT NULL DEFAULT 0,
  last_message INTEGER,
  UNIQUE (account, peer)
) STRICT;

CREATE TABLE messages (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
  is_mine INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  -- The inbox it is sent to, where that is not the other party's own address.
  target TEXT,
  at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  text TEXT NOT NULL,
  attachments TEXT NOT NULL,
  outcome TEXT,
  outcome_at INTEGER,
  problem TEXT
) STRICT;
CREATE UNIQUE INDEX messages_once ON messages (conversation, message_id, is_mine);
CREATE INDEX messages_in_order ON messages (conversation, at, id);
CREATE INDEX messages_of_account ON messages (account);

-- The octets as they were sent or came: signatures and attachments need them, lists do not.
CREATE TABLE bodies (
  message INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
  body BLOB NOT NULL
) STRICT;

-- What has no final answer yet.
CREATE TABLE outbox (
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  message INTEGER NOT NULL UNIQUE REFERENCES messages ON DELETE CASCADE,
  PRIMARY KEY (account, message)
) STRICT, WITHOUT ROWID;

-- Entries of the inbox that were acknowledged without their body [IMPP 8].
CREATE TABLE deferred (
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  sequence INTEGER NOT NULL,
  PRIMARY KEY (account, sequence)
) STRICT, WITHOUT ROWID;

CREATE TABLE contacts (
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  address TEXT NOT NULL,
  name TEXT NOT NULL,
  groups TEXT NOT NULL,
  PRIMARY KEY (account, address)
) STRICT, WITHOUT ROWID;

-- Changes of the contact list that the domain has not taken yet.
CREATE TABLE contact_edits (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  edit TEXT NOT NULL
) STRICT;
CREATE INDEX contact_edits_of_account ON contact_edits (account, id);

CREATE VIRTUAL TABLE message_text USING fts5(
  text, content = 'messages', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER messages_text_added AFTER INSERT ON messages BEGIN
  INSERT INTO message_text (rowid, text) VALUES (new.id, new.text);
END;
CREATE TRIGGER messages_text_removed AFTER DELETE ON messages BEGIN
  INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.id, old.text);
END;
CREATE TRIGGER messages_text_changed AFTER UPDATE OF text ON messages BEGIN
  INSERT INTO message_text (message_text, rowid, text) VALUES ('delete', old.id, old.text);
  INSERT INTO message_text (rowid, text) VALUES (new.id, new.text);
END;
`;

/**
 * What a conversation is besides its messages: where each stands in the inbox, what changed it later, what was
 * read, what this device has not seen, and one index for words, names of files and filters.
 */
export const CONVERSATIONS = `
DROP TRIGGER messages_text_added;
DROP TRIGGER messages_text_removed;
DROP TRIGGER messages_text_changed;
DROP TABLE message_text;
DROP INDEX messages_in_order;
DROP INDEX messages_of_account;

ALTER TABLE messages RENAME COLUMN attachments TO files;
UPDATE messages SET files = (
  SELECT json_group_array(CASE type
    WHEN 'text' THEN json_object('index', key, 'name', value, 'type', 'application/octet-stream', 'size', 0)
    ELSE json(value) END)
  FROM json_each(messages.files)) WHERE files <> '[]';
-- The Inbox-Sequence; not known of what was sent here and has not been seen in the inbox yet.
ALTER TABLE messages ADD COLUMN sequence INTEGER;
-- The order among messages of one time: the sequence; until that is known, just behind what was here then.
ALTER TABLE messages ADD COLUMN ord REAL NOT NULL DEFAULT 0;
UPDATE messages SET ord = id / 1024.0;
-- The Message-ID that it answers.
ALTER TABLE messages ADD COLUMN quote TEXT;
-- The first version, where there is another.
ALTER TABLE messages ADD COLUMN original TEXT;
ALTER TABLE messages ADD COLUMN corrected_at INTEGER;
ALTER TABLE messages ADD COLUMN is_retracted INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN is_forwarded INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN expires INTEGER;
ALTER TABLE messages ADD COLUMN read_at INTEGER;
-- 1: its sender asks for a receipt, and got none yet.
ALTER TABLE messages ADD COLUMN wants_receipt INTEGER NOT NULL DEFAULT 0;
-- 1: came without a place in the inbox, for now only, and was not read yet: no mark says so of it.
ALTER TABLE messages ADD COLUMN is_new INTEGER NOT NULL DEFAULT 0;
-- Octets that are still at the domain.
ALTER TABLE messages ADD COLUMN deferred INTEGER;
-- What the effects of all make of it: JSON, or null where there are none.
ALTER TABLE messages ADD COLUMN reactions TEXT;
CREATE INDEX messages_in_order ON messages (conversation, at, ord);
CREATE INDEX messages_of_account ON messages (account, sequence);
CREATE INDEX messages_incoming ON messages (conversation, sequence) WHERE is_mine = 0 AND is_retracted = 0;
CREATE INDEX messages_deferred ON messages (account, sequence) WHERE deferred IS NOT NULL;
CREATE INDEX messages_new ON messages (conversation) WHERE is_new = 1;
CREATE INDEX messages_asking ON messages (conversation, sequence) WHERE wants_receipt = 1;

ALTER TABLE bodies ADD COLUMN content_type TEXT;

ALTER TABLE accounts ADD COLUMN read_all INTEGER NOT NULL DEFAULT 0;

ALTER TABLE conversations DROP COLUMN last_read;
ALTER TABLE conversations ADD COLUMN read_sequence INTEGER NOT NULL DEFAULT 0;
-- When its mark was last moved, for the choice of which marks are dropped.
ALTER TABLE conversations ADD COLUMN read_moved INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN has_own INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN is_pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN is_archived INTEGER NOT NULL DEFAULT 0;
-- -1: until changed.
ALTER TABLE conversations ADD COLUMN muted_until INTEGER;
ALTER TABLE conversations ADD COLUMN sends_receipts INTEGER;
ALTER TABLE conversations ADD COLUMN sends_typing INTEGER;
-- Deleted by the person; what it holds is being deleted bit by bit.
ALTER TABLE conversations ADD COLUMN is_gone INTEGER NOT NULL DEFAULT 0;
CREATE INDEX conversations_gone ON conversations (id) WHERE is_gone = 1;
UPDATE conversations SET unread = 0,
  has_own = EXISTS (SELECT 1 FROM messages WHERE conversation = conversations.id AND is_mine = 1);

-- Messages that change another one: known and applied for ever, so that any order of arrival ends the same.
CREATE TABLE effects (
  id INTEGER PRIMARY KEY,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  conversation INTEGER NOT NULL REFERENCES conversations ON DELETE CASCADE,
  is_mine INTEGER NOT NULL,
  message_id TEXT NOT NULL,
  -- The Message-ID that it names, or the first version of what it names.
  target TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- The emoji, or the text of the new version.
  payload TEXT NOT NULL,
  at INTEGER NOT NULL,
  sequence INTEGER,
  body BLOB,
  content_type TEXT
) STRICT;
CREATE UNIQUE INDEX effects_once ON effects (conversation, message_id, is_mine);
CREATE INDEX effects_of_target ON effects (conversation, target);
CREATE INDEX effects_of_account ON effects (account, sequence);

CREATE TABLE steps (
  id INTEGER PRIMARY KEY,
  message INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
  at INTEGER NOT NULL,
  step TEXT NOT NULL,
  domain TEXT,
  problem TEXT
) STRICT;
CREATE INDEX steps_of_message ON steps (message);

-- What has no final answer yet, in the order in which it was written.
ALTER TABLE outbox RENAME TO former_outbox;
CREATE TABLE outbox (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  peer TEXT NOT NULL,
  -- The inbox it goes to.
  target TEXT NOT NULL,
  message_id TEXT NOT NULL,
  kind TEXT NOT NULL,
  -- The message itself, or the one that it changes; null where that is not here.
  message INTEGER REFERENCES messages ON DELETE CASCADE,
  -- Null: that of the message.
  body BLOB,
  is_only_now INTEGER NOT NULL DEFAULT 0,
  expires INTEGER
) STRICT;
CREATE INDEX outbox_of_account ON outbox (account, id);
CREATE INDEX outbox_of_message ON outbox (message);
INSERT INTO outbox (account, peer, target, message_id, kind, message)
  SELECT o.account, c.peer, coalesce(m.target, c.peer), m.message_id, 'message', m.id
  FROM former_outbox o JOIN messages m ON m.id = o.message JOIN conversations c ON c.id = m.conversation
  ORDER BY m.id;
DROP TABLE former_outbox;

-- Parts of the inbox that this device has not seen, and those that the domain keeps no longer.
CREATE TABLE gaps (
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  PRIMARY KEY (account, first)
) STRICT, WITHOUT ROWID;
-- What was acknowledged without its octets has not been seen.
INSERT INTO gaps SELECT account, sequence, sequence FROM deferred;
DROP TABLE deferred;
CREATE TABLE losses (
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  first INTEGER NOT NULL,
  last INTEGER NOT NULL,
  from_at INTEGER NOT NULL,
  until_at INTEGER NOT NULL,
  PRIMARY KEY (account, first)
) STRICT, WITHOUT ROWID;

-- What the person deleted here, by hash: it does not come back from a gap. through: up to that sequence.
CREATE TABLE deleted (
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  hash INTEGER NOT NULL,
  through INTEGER NOT NULL,
  PRIMARY KEY (account, hash)
) STRICT, WITHOUT ROWID;

-- Changes of conversations' own settings that the domain has not taken yet.
CREATE TABLE conversation_edits (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  account INTEGER NOT NULL REFERENCES accounts ON DELETE CASCADE,
  edit TEXT NOT NULL
) STRICT;
CREATE INDEX conversation_edits_of_account ON conversation_edits (account, id);

-- Prepared by main/store/search: the tokenizer only parts at spaces. A prefix of one to three characters, the
-- first that a person types, has a list of its own.
CREATE VIRTUAL TABLE search_index USING fts5(
  words, names, filters, content = '', tokenize = 'ascii', prefix = '1 2 3', columnsize = 0
);
-- What is deleted leaves no trace in the index either.
INSERT INTO search_index (search_index, rank) VALUES ('secure-delete', 1);
-- Fewer and larger merges: half of the work of taking over a history.
INSERT INTO search_index (search_index, rank) VALUES ('automerge', 8);
`;

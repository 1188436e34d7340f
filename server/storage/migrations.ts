// The schema of the SQLite file, step by step: entry n brings version n to n + 1. A step that has been released
// is never edited again.

/** "PRLY": tells a domain's file from any other SQLite file. */
export const APPLICATION_ID = 0x50524c59;

export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE value (name TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;
  -- Keys the hashes by which repeated messages are found, so that nobody outside can make them collide.
  INSERT INTO value VALUES ('storage.hash-key', randomblob(8));
  -- The tables "duplicate" and "entry" have what belongs to messages up to these ids; of later ones they may.
  CREATE TABLE merged (duplicates INTEGER NOT NULL, entries INTEGER NOT NULL);
  INSERT INTO merged VALUES (0, 0);

  -- AUTOINCREMENT: entries are keyed by the account, and those of a removed one must never be found again.
  CREATE TABLE account (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    user TEXT NOT NULL UNIQUE,
    services TEXT NOT NULL,
    verifier TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revision_floor INTEGER NOT NULL DEFAULT 0
  );
  CREATE TABLE reservation (user TEXT PRIMARY KEY, until INTEGER NOT NULL) WITHOUT ROWID;
  CREATE TABLE invite (
    hash BLOB PRIMARY KEY,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    uses INTEGER NOT NULL
  ) WITHOUT ROWID;

  -- A row without a body remembers the last revision of a removed document.
  CREATE TABLE document (
    account INTEGER NOT NULL,
    name TEXT NOT NULL,
    revision INTEGER NOT NULL,
    type TEXT,
    body BLOB,
    UNIQUE (account, name)
  );

  CREATE TABLE presence (
    user TEXT NOT NULL,
    publisher TEXT NOT NULL,
    device TEXT NOT NULL,
    view TEXT NOT NULL,
    type TEXT NOT NULL,
    body BLOB NOT NULL,
    changed_at INTEGER NOT NULL,
    expires_at INTEGER,
    UNIQUE (user, publisher, device, view)
  );
  CREATE TABLE subscription (
    user TEXT NOT NULL,
    watcher TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    state TEXT NOT NULL,
    since INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    PRIMARY KEY (user, watcher, connection_id)
  ) WITHOUT ROWID;

  -- One row for an account, apart from it because it is written with almost every commit.
  CREATE TABLE inbox (
    account INTEGER PRIMARY KEY,
    last_sequence INTEGER NOT NULL,
    undelivered_octets INTEGER NOT NULL,
    octets INTEGER NOT NULL
  );
  -- A body stands here once, for both inboxes. When the entry of entry_key goes, was_delivered says how far it
  -- got; when that of copy_key goes, copy_key is emptied. Without both and the body the row only remembers, for
  -- 7 days, that the message was here.
  CREATE TABLE message (
    id INTEGER PRIMARY KEY,
    hash INTEGER NOT NULL,
    origin TEXT NOT NULL,
    target TEXT NOT NULL,
    message_id TEXT NOT NULL,
    fields TEXT,
    type TEXT NOT NULL,
    received INTEGER NOT NULL,
    expires INTEGER,
    entry_key INTEGER NOT NULL,
    copy_key INTEGER,
    octets INTEGER NOT NULL,
    was_delivered INTEGER,
    body BLOB
  );
  CREATE INDEX message_received ON message (received);
  CREATE INDEX message_expires ON message (expires) WHERE expires IS NOT NULL AND body IS NOT NULL;
  CREATE INDEX message_bare ON message (received) WHERE body IS NULL;
  -- Finds messages by the hash of origin, target and Message-ID. A table of its own rather than an index,
  -- because rows come in late and in order: see sqlite-duplicates.ts.
  CREATE TABLE duplicate (
    hash INTEGER NOT NULL,
    message INTEGER NOT NULL,
    PRIMARY KEY (hash, message)
  ) WITHOUT ROWID;
  -- key = account << 31 | sequence; state: 0 no device has it, 1 delivered, 2 the sender's copy.
  CREATE TABLE entry (
    key INTEGER PRIMARY KEY,
    message INTEGER NOT NULL,
    octets INTEGER NOT NULL,
    state INTEGER NOT NULL,
    expires INTEGER
  );
  -- Entries delivered since they came, in that order: see sqlite-entries.ts.
  CREATE TABLE delivered (id INTEGER PRIMARY KEY, account INTEGER NOT NULL, sequence INTEGER NOT NULL);
  `,
  `
  -- Under which keys an account is found in the directory, and what it is called there: see listing.ts. The
  -- audience (0 the domain, 1 everyone) comes first, so that nobody pays for looking over entries not meant for them.
  CREATE TABLE listing (
    audience INTEGER NOT NULL,
    key TEXT NOT NULL,
    user TEXT NOT NULL,
    PRIMARY KEY (audience, key, user)
  ) WITHOUT ROWID;
  CREATE INDEX listing_user ON listing (user);
  CREATE TABLE listed (user TEXT PRIMARY KEY, display_name TEXT) WITHOUT ROWID;
  `,
  `
  -- Large bodies, in pieces: see sqlite-bodies.ts. state: 0 it is coming, 1 a message has it, 2 none has it any
  -- more. AUTOINCREMENT: who still reads a body that has gone must never get another.
  CREATE TABLE body (id INTEGER PRIMARY KEY AUTOINCREMENT, octets INTEGER NOT NULL, state INTEGER NOT NULL);
  CREATE INDEX body_not_kept ON body (state) WHERE state <> 1;
  -- key = body << 20 | number of the piece
  CREATE TABLE piece (key INTEGER PRIMARY KEY, octets BLOB NOT NULL);
  -- "body" is empty then, not null.
  ALTER TABLE message ADD COLUMN body_id INTEGER;
  INSERT INTO body SELECT id, length(body), 1 FROM message WHERE length(body) > 65536;
  WITH RECURSIVE cut (id, number, octets) AS (
    SELECT id, 0, octets FROM body
    UNION ALL SELECT id, number + 1, octets FROM cut WHERE (number + 1) * 131072 < octets
  )
  INSERT INTO piece
    SELECT cut.id << 20 | number, substr(message.body, number * 131072 + 1, 131072)
    FROM cut JOIN message ON message.id = cut.id;
  UPDATE message SET body_id = id, body = x'' WHERE id IN (SELECT id FROM body);
  `,
  `
  -- 1: a watcher of another domain had not been told the latest when the run ended.
  ALTER TABLE subscription ADD COLUMN owed INTEGER NOT NULL DEFAULT 0;
  -- What devices of this domain watch in others.
  CREATE TABLE watch (
    user TEXT NOT NULL,
    connection_id TEXT NOT NULL,
    target TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (user, connection_id, target)
  ) WITHOUT ROWID;
  `,
  `
  ALTER TABLE account ADD COLUMN disabled_at INTEGER;
  ALTER TABLE account ADD COLUMN signed_in_at INTEGER;
  `,
];

/** A file of an earlier version has profiles that are in no directory yet. */
export const DIRECTORY_SINCE = 2;

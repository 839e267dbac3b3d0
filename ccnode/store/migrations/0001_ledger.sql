-- The record: chains, their entries and signed runs. Nothing here is ever made again from something else.

CREATE TABLE chains (
    id       INTEGER PRIMARY KEY,
    node     BLOB NOT NULL,              -- 32 bytes, the node's public key
    epoch    BLOB NOT NULL,              -- 16 bytes
    audience INTEGER NOT NULL,           -- 0 core, 1 shared, 2 public
    length   INTEGER NOT NULL,           -- entries stored, a prefix without gaps
    head     BLOB NOT NULL,              -- digest of the newest of them
    UNIQUE (node, epoch, audience)
);

CREATE TABLE entries (
    id     INTEGER PRIMARY KEY,          -- order of arrival here
    chain  INTEGER NOT NULL REFERENCES chains (id),
    seq    INTEGER NOT NULL,
    kind   INTEGER NOT NULL,
    time   INTEGER NOT NULL,             -- hybrid logical clock, as in the header
    digest BLOB NOT NULL,
    header BLOB NOT NULL,                -- 200 bytes
    meta   BLOB NOT NULL,
    sealed BLOB                          -- salt and content; x'' for none, NULL where missing (erased or withheld)
);
CREATE UNIQUE INDEX entries_position ON entries (chain, seq);
CREATE UNIQUE INDEX entries_digest ON entries (digest);
CREATE INDEX entries_receipts ON entries (chain) WHERE kind = 22;  -- erasure-done

-- The node keys that this directory has written with: one, unless a copy was told apart or a backup was restored.
CREATE TABLE own_keys (
    node BLOB PRIMARY KEY
) WITHOUT ROWID;

-- A run is what one transaction appended to one chain; its signature vouches for all entries up to last_seq. Runs beyond
-- the position "published" are the outbox: what is committed and has not yet been offered to anyone.
CREATE TABLE runs (
    id        INTEGER PRIMARY KEY,
    chain     INTEGER NOT NULL REFERENCES chains (id),
    first_seq INTEGER NOT NULL,
    last_seq  INTEGER NOT NULL,
    signature BLOB NOT NULL
);
CREATE UNIQUE INDEX runs_position ON runs (chain, last_seq);

-- Scratch: how far something that follows the record has come.
CREATE TABLE positions (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;
INSERT INTO positions VALUES ('published', 0);

CREATE VIEW outbox AS
    SELECT * FROM runs WHERE id > (SELECT value FROM positions WHERE name = 'published');

-- Projections: made from entries alone, in whatever order these arrive; `ccnode db rebuild` makes them again.

CREATE TABLE messages (
    id        INTEGER PRIMARY KEY,       -- entries.id
    session   BLOB NOT NULL,
    parent_id INTEGER,                   -- messages.id; NULL at the root, or while the parent has not arrived
    depth     INTEGER,                   -- the sequence number in its branch, from 1; NULL while an ancestor is missing
    role      INTEGER NOT NULL,          -- 0 user, 1 assistant, 2 system
    time      INTEGER NOT NULL,
    key       BLOB,                      -- idempotency key
    replaces  INTEGER,                   -- messages.id of the reply that this one was regenerated in place of
    awaits    BLOB,                      -- digest of the parent while that has not arrived
    awaits_replaced BLOB                 -- digest of the replaced reply while that has not arrived
);
CREATE INDEX messages_session ON messages (session, time);
CREATE INDEX messages_parent ON messages (parent_id) WHERE parent_id IS NOT NULL;
CREATE INDEX messages_key ON messages (session, key) WHERE key IS NOT NULL;
CREATE INDEX messages_replaces ON messages (replaces) WHERE replaces IS NOT NULL;
CREATE INDEX messages_awaits ON messages (awaits) WHERE awaits IS NOT NULL;
CREATE INDEX messages_awaits_replaced ON messages (awaits_replaced) WHERE awaits_replaced IS NOT NULL;

CREATE TABLE session_events (
    id      INTEGER PRIMARY KEY,         -- entries.id
    session BLOB NOT NULL,
    kind    INTEGER NOT NULL,
    time    INTEGER NOT NULL,
    parent  BLOB,                        -- of an opening: digest of the message it branches from
    due_ms  INTEGER                      -- of a forget order: when it is due, in milliseconds since 1970
);
CREATE INDEX session_events_session ON session_events (session);
CREATE INDEX session_events_orders ON session_events (due_ms) WHERE kind = 20;  -- forget-ordered

CREATE TABLE cancellations (
    id           INTEGER PRIMARY KEY,    -- entries.id
    forget_order BLOB NOT NULL,          -- digest of the order that is taken back
    time         INTEGER NOT NULL
);
CREATE INDEX cancellations_order ON cancellations (forget_order);

CREATE TABLE sessions (
    session BLOB PRIMARY KEY,            -- 16 bytes, a UUID
    opened  INTEGER NOT NULL,            -- entries.id of its opening
    time    INTEGER NOT NULL,            -- of its opening
    parent  BLOB,                        -- digest of the message it branches from
    titled  INTEGER,                     -- entries.id of the newest title
    ended   INTEGER,                     -- time of its end
    forget  INTEGER,                     -- entries.id of the order to erase its contents, if there is one in force
    due_ms  INTEGER                      -- when that is due
) WITHOUT ROWID;

-- Scratch: messages whose index row is to be made again (a late ancestor, an erasure).
CREATE TABLE reindex (
    id INTEGER PRIMARY KEY
);

-- Other nodes: who they are to us, what was agreed with them, and what of theirs is kept apart.

-- What the owner decided about each peer, and what it said of itself. No projection: made from no entry, never made again.
CREATE TABLE peers (
    node      BLOB PRIMARY KEY,          -- 32 bytes, the peer's node key
    standing  TEXT NOT NULL,             -- pending, known or removed
    tier      INTEGER NOT NULL,          -- 0 unknown, 1 external, 2 sandbox-in, 3 sandbox-out, 4 core; 0 unless known
    name      TEXT NOT NULL,             -- for people, cleaned
    addresses TEXT NOT NULL,             -- one a line
    how       TEXT NOT NULL,             -- how it was met
    wished    INTEGER,                   -- the tier that was wished for while it is pending
    added_ms  INTEGER NOT NULL,
    seen_ms   INTEGER,                   -- when a link was last up
    manifest  BLOB,                      -- the last one, as it was signed
    signature BLOB,
    day       INTEGER NOT NULL,          -- what was taken from it: on this day (UTC, days since 1970), and in all
    day_bytes INTEGER NOT NULL,
    all_bytes INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX peers_standing ON peers (standing);

CREATE TABLE invitations (
    id         BLOB PRIMARY KEY,         -- 16 bytes, made of the secret
    secret     BLOB NOT NULL,            -- 16 bytes; none once it is spent or withdrawn
    tier       INTEGER NOT NULL,         -- what the joiner gets
    made_ms    INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    spent_ms   INTEGER,                  -- when it was spent or withdrawn; NULL while it is open
    spent_by   BLOB                      -- the joiner's node key; NULL where it was withdrawn
) WITHOUT ROWID;

CREATE TABLE fork_proofs (
    node     BLOB NOT NULL,
    epoch    BLOB NOT NULL,
    audience INTEGER NOT NULL,
    seq      INTEGER NOT NULL,           -- the first position that was written twice
    before   BLOB NOT NULL,              -- digest of the entry before it
    proof    BLOB NOT NULL,              -- canonical bytes of the frame that carries it
    PRIMARY KEY (node, epoch, audience)
) WITHOUT ROWID;

-- Chains that came from sandbox peers: kept and proven, but nothing is made of them beyond the two tables below.
CREATE TABLE quarantine (
    chain    INTEGER PRIMARY KEY,        -- chains.id
    since_ms INTEGER NOT NULL
);

-- Made of entries in quarantine alone: what it takes to carry out their writer's orders on what that writer said.
CREATE TABLE apart (
    id      INTEGER PRIMARY KEY,         -- entries.id of an opening, message or title whose content is here
    session BLOB NOT NULL                -- as voices.session_of names it
);
CREATE INDEX apart_session ON apart (session);

CREATE TABLE apart_orders (
    id     INTEGER PRIMARY KEY,          -- entries.id of a forget-ordered or forget-cancelled entry
    voice  BLOB NOT NULL,                -- whose it is: the writer's node key
    what   BLOB NOT NULL,                -- the session (as above), the digest of a message, or that of the order taken back
    kind   INTEGER NOT NULL,
    time   INTEGER NOT NULL,
    due_ms INTEGER NOT NULL              -- 0 where it takes back
);
CREATE INDEX apart_orders_what ON apart_orders (voice, what);
CREATE INDEX apart_orders_due ON apart_orders (due_ms) WHERE kind = 20;  -- forget-ordered

CREATE INDEX entries_missing ON entries (chain, seq) WHERE sealed IS NULL;  -- what peers may have
CREATE INDEX entries_orders ON entries (chain, seq) WHERE kind = 20;
CREATE INDEX entries_revoked ON entries (id) WHERE kind = 3;  -- node-revoked

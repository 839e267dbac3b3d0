-- Which instances of the model there are, and what entered the prompts of their replies. Scratch: no projections, made
-- from no entry. What must be proven of a reply (plate, model, sources) its own entry says; these rows help to
-- understand it, hold no words, and are deleted after the days that raw samples are kept.

CREATE TABLE instances (
    id           BLOB PRIMARY KEY,       -- 16 bytes, of chance
    session      BLOB NOT NULL,
    plate        BLOB,                   -- digest of the plate's text; NULL without a plate
    model        TEXT NOT NULL,
    spawned_ms   INTEGER NOT NULL,
    heartbeat_ms INTEGER NOT NULL,       -- when it last did something
    replies      INTEGER NOT NULL,
    ended_ms     INTEGER,                -- NULL while it lives
    why          TEXT,                   -- why it ended: see instances.py
    correct      INTEGER,                -- of the six questions, the last time; NULL where they were not asked
    attempts     INTEGER,
    passed       INTEGER
) WITHOUT ROWID;
CREATE INDEX instances_living ON instances (session) WHERE ended_ms IS NULL;
CREATE INDEX instances_spawned ON instances (spawned_ms);

CREATE TABLE prompts (
    reply    BLOB PRIMARY KEY,           -- digest of the message
    instance BLOB,
    time_ms  INTEGER NOT NULL,
    account  BLOB NOT NULL               -- canonical bytes: see prompts.py
) WITHOUT ROWID;
CREATE INDEX prompts_time ON prompts (time_ms);

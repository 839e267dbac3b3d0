-- What was measured of replies, and the baselines that owners set. Projections, made from entries alone.

CREATE TABLE baselines (
    id        INTEGER PRIMARY KEY,       -- entries.id of a baseline-set entry whose statement verifies
    spec      BLOB NOT NULL,             -- what its vector was measured by
    owner     BLOB NOT NULL,             -- the owner key that stated it; whether it is ours, those who read must ask
    issued_ms INTEGER NOT NULL           -- when, by the owner's clock
);

CREATE TABLE measurements (
    id       INTEGER PRIMARY KEY,        -- entries.id of a measured entry
    reply    BLOB NOT NULL,              -- digest of the reply
    spec     BLOB NOT NULL,
    words    INTEGER NOT NULL,           -- those of the reply
    own      BLOB,                       -- its own vector: 4 bytes for each dimension; NULL without one
    closes   INTEGER NOT NULL,           -- whether it completes a window
    phi      INTEGER NOT NULL,           -- whether phi was measured
    baseline BLOB                        -- digest of the baseline that it was compared with
);
CREATE INDEX measurements_reply ON measurements (reply);
CREATE INDEX measurements_closing ON measurements (id) WHERE closes = 1;
CREATE INDEX measurements_phi ON measurements (id) WHERE phi = 1;

-- What models and peers did well and badly, faded by half in thirty days: mind/trust.py. Scratch: no projection, made from
-- no entry. A peer's stays when it is removed.
CREATE TABLE reputations (
    kind  TEXT NOT NULL,                 -- "model" or "peer"
    name  TEXT NOT NULL,                 -- as the adapter names its model; the node's key in hex
    good  INTEGER NOT NULL,              -- outcomes with what was left of each at `at_ms`, in units of 10^-12
    bad   INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,              -- milliseconds since 1970
    PRIMARY KEY (kind, name)
) WITHOUT ROWID;

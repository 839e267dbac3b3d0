-- What nodes say of their characters: the newest report of each, this node's own among them. No projection: made from
-- no entry, never made again, and of no worth once it has expired.
CREATE TABLE reports (
    node      BLOB PRIMARY KEY,          -- 32 bytes, the node key that signed it
    apart     INTEGER NOT NULL,          -- 1 where it is a sandbox peer's, which counts for nothing
    body      BLOB NOT NULL,             -- as it was signed
    signature BLOB NOT NULL
) WITHOUT ROWID;

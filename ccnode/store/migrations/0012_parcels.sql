-- Bundles for carrying between nodes (ccnode peer bundle). No projection: made from no entry, never made again.

CREATE TABLE parcels (
    peer       BLOB PRIMARY KEY,         -- 32 bytes, the peer's node key
    made       INTEGER NOT NULL,         -- number of the last one made for it; 0: none
    made_ms    INTEGER NOT NULL,
    applied    INTEGER NOT NULL,         -- greatest number of those of its that were applied here; 0: none
    applied_ms INTEGER NOT NULL
) WITHOUT ROWID;

-- How far a peer's copies go of the chains that it may follow here, by its last word.
CREATE TABLE peer_heads (
    peer     BLOB NOT NULL,
    node     BLOB NOT NULL,
    epoch    BLOB NOT NULL,
    audience INTEGER NOT NULL,
    length   INTEGER NOT NULL,
    PRIMARY KEY (peer, node, epoch, audience)
) WITHOUT ROWID;

-- When was there last a link with a node whose chains are taken here? Until then all that it took back was heard of. No
-- projection: made from no entry. It stays when the node is followed no more, and when it is removed.
CREATE TABLE followed (
    node     BLOB PRIMARY KEY,           -- 32 bytes
    heard_ms INTEGER NOT NULL            -- milliseconds since 1970
) WITHOUT ROWID;

-- Knowledge packets: claims that were offered, promoted or rejected. Made from entries alone.

CREATE TABLE packets (
    id       INTEGER PRIMARY KEY,        -- entries.id of a packet-kept or packet-rejected entry; whose it is, and of which
                                         -- chain, those who read must ask. What it was made from: note_sources
    packet   BLOB NOT NULL,              -- 32 bytes: the identifier that it names
    rejected INTEGER NOT NULL,           -- 0 kept, 1 rejected
    time     INTEGER NOT NULL            -- of its header
);
CREATE INDEX packets_packet ON packets (packet);

-- Made of entries in quarantine alone, as far as their contents are here: what sandbox peers offer, and the owner may
-- promote.
CREATE TABLE apart_packets (
    id     INTEGER PRIMARY KEY,          -- entries.id of a packet-kept entry
    packet BLOB NOT NULL
);
CREATE INDEX apart_packets_packet ON apart_packets (packet);

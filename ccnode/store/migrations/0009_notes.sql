-- Notes: what is to be remembered of a message in other words. Projections, made from entries alone.

CREATE TABLE notes (
    id   INTEGER PRIMARY KEY,            -- entries.id of a note-kept entry; whose it is, those who read must ask
    note BLOB NOT NULL,                  -- 16 bytes: what its versions have in common
    time INTEGER NOT NULL                -- of its header
);
CREATE INDEX notes_note ON notes (note);
CREATE INDEX notes_time ON notes (time);

CREATE TABLE note_sources (
    id     INTEGER PRIMARY KEY,          -- notes.id << 5 | the place among its sources, of which there are at most 32
    source BLOB NOT NULL                 -- digest of a message that it was made from
);
CREATE INDEX note_sources_source ON note_sources (source);

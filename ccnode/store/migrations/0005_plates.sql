-- Plates: who the assistant is, as its owner stated it. A projection, made from entries alone.

CREATE TABLE plates (
    id        INTEGER PRIMARY KEY,       -- entries.id of a plate-kept entry whose statement verifies
    plate     BLOB NOT NULL,             -- SHA-256 of the text
    previous  BLOB,                      -- the same of the text before
    owner     BLOB NOT NULL,             -- the owner key that stated it; whether it is ours, those who read must ask
    issued_ms INTEGER NOT NULL           -- when, by the owner's clock
);
CREATE INDEX plates_issued ON plates (issued_ms);

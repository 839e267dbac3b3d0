-- Memory that can be corrected, and whose word counts.

-- Projections: made from entries alone, in whatever order these arrive.

CREATE TABLE certified (
    id    INTEGER PRIMARY KEY,           -- entries.id of a node-certified entry whose certificate verifies
    node  BLOB NOT NULL,                 -- the node key that it vouches for
    owner BLOB NOT NULL                  -- the owner that signed it
);

CREATE TABLE message_events (
    id      INTEGER PRIMARY KEY,         -- entries.id
    message BLOB NOT NULL,               -- digest of the message it is about
    target  INTEGER,                     -- messages.id of that; NULL while it has not arrived
    kind    INTEGER NOT NULL,            -- 20 forget-ordered, 23 memory-marked
    time    INTEGER NOT NULL,
    value   INTEGER NOT NULL             -- of an order: when it is due; of a mark: 0 none, 1 pinned, 2 disabled
);
CREATE INDEX message_events_target ON message_events (target) WHERE target IS NOT NULL;
CREATE INDEX message_events_awaits ON message_events (message) WHERE target IS NULL;
CREATE INDEX message_events_orders ON message_events (value) WHERE kind = 20;  -- forget-ordered

CREATE TABLE marks (
    id     INTEGER PRIMARY KEY,          -- messages.id
    time   INTEGER NOT NULL,             -- of the message
    mark   INTEGER NOT NULL,             -- the newest one
    forget INTEGER,                      -- entries.id of the order to erase its content, if there is one in force
    due_ms INTEGER                       -- when that is due
);
CREATE INDEX marks_mark ON marks (mark, time);
CREATE INDEX marks_due ON marks (time) WHERE due_ms IS NOT NULL;

ALTER TABLE sessions ADD COLUMN voice BLOB;  -- the stranger's node key; NULL where it is ours

CREATE INDEX messages_said ON messages (time) WHERE role = 0;  -- what people said, to be paged through

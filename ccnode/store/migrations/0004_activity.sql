-- How much was said in each session, and when, so that lists and counts need not look at every message. A projection,
-- made from messages alone: also of sessions whose opening has not arrived.

CREATE TABLE activity (
    session  BLOB PRIMARY KEY,
    messages INTEGER NOT NULL,
    users    INTEGER NOT NULL,           -- those of role 0
    first    INTEGER NOT NULL,           -- the earliest and the latest time of them
    last     INTEGER NOT NULL
) WITHOUT ROWID;

INSERT INTO activity SELECT session, count(*), sum(role = 0), min(time), max(time) FROM messages GROUP BY session;

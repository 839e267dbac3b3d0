-- The last validation of the plate: what the model answered to the six questions. Scratch: made from no entry, one row,
-- deletable. What was answered from memory is left out of it: it may quote what is forgotten later.

CREATE TABLE validations (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    time_ms INTEGER NOT NULL,
    form    TEXT NOT NULL               -- JSON: see validations.py
);

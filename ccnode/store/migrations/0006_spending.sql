-- What calls of models used and cost, added up for each day and model. Scratch: no projection, made from no entry.

CREATE TABLE spending (
    day         TEXT NOT NULL,           -- in UTC, "2026-11-21"
    model       TEXT NOT NULL,           -- as the service names it
    calls       INTEGER NOT NULL,
    input       INTEGER NOT NULL,        -- tokens, as far as they were told; without those of the cache
    output      INTEGER NOT NULL,
    cache_write INTEGER NOT NULL,
    cache_read  INTEGER NOT NULL,
    cost        INTEGER NOT NULL,        -- micro-dollars, of the calls whose cost is known
    unpriced    INTEGER NOT NULL,        -- calls whose cost is not known
    estimated   INTEGER NOT NULL,        -- calls that broke off before their output was counted
    PRIMARY KEY (day, model)
) WITHOUT ROWID;

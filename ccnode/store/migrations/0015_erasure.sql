-- By whose word is something to be forgotten? Made from orders to forget alone, of those that say more than what and when.

CREATE TABLE order_terms (
    id        INTEGER PRIMARY KEY,       -- entries.id of a forget-ordered entry
    owner     BLOB,                      -- whose statement it bears, verified; NULL where it names contents instead
    issued_ms INTEGER                    -- when that owner stated it
);

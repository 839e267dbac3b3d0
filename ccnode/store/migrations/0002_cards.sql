-- Character cards are few among very many entries, and are found by their kind alone.

CREATE INDEX entries_cards ON entries (id) WHERE kind = 24;  -- card-kept

-- What this node's owner decided about nodes of ours stands in entries of our own: read from there, and few.
CREATE INDEX entries_trusted ON entries (id) WHERE kind = 5;  -- node-trusted

"""What is kept, and what can be found in it? The ledger (the only writer), views, search, backup and repair."""

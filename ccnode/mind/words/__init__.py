"""Which everyday words belong together? Hand-written tables, plain literals, parsed on first use by `ccnode.mind.lexicon`."""

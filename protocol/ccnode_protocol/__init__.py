"""What every node must do alike: the kinds of entries, the clock, and later frames, links and consensus."""

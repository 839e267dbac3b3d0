"""What does this node do next? Events in, effects out: turns, pairing, healing. Pure."""

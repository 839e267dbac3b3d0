"""What does this node do next? Events in, effects out: turns, healing. Pure."""

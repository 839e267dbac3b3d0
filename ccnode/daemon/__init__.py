"""How do the rooms become one running node? The only place that wires them together."""

"""The commands, one module per group; each holds a click command named `command`."""

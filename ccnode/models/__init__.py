"""Which model answers? Adapters behind one interface: the embedded offline model and Anthropic's."""

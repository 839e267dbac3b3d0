"""How do nodes reach each other? Links over TLS and WebSocket, run by the pure machines of ccnode_protocol."""

"""How do people and programs speak to a node? HTTP, WebSocket and pages, over loopback and a local socket."""

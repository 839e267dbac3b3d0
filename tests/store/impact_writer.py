"""Indexes a ledger, in small blocks, until it is killed; then it begins where it was. Started by test_impact.py."""

from __future__ import annotations

import sys
from pathlib import Path

from ccnode.store import impact, impact_form
from ccnode.store.home import Home
from ccnode.store.index import Index

for module in (impact, impact_form):
    for name, value in {"BLOCK_BITS": 3, "BLOCK_SIZE": 8, "SEGMENT_BITS": 5, "SEGMENT_MASK": 31}.items():
        if hasattr(module, name):
            setattr(module, name, value)

home = Home(Path(sys.argv[1]))
index = Index(home.index, home.ledger, lambda _: None)
sys.stdout.write("begun\n")
sys.stdout.flush()
while index.catch_up(messages_max=5):
    pass

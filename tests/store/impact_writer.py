"""Indexes a ledger, in small blocks, until it is killed; then it begins where it was. Started by test_impact.py."""

from __future__ import annotations

import sys
from pathlib import Path

from ccnode.store.home import Home
from ccnode.store.index import Index

sys.path.append(str(Path(__file__).parents[2]))

from tests.store.small_index import make_small  # it is found there

make_small(setattr)
home = Home(Path(sys.argv[1]))
index = Index(home.index, home.ledger, lambda _: None)
sys.stdout.write("begun\n")
sys.stdout.flush()
while index.catch_up(messages_max=5):
    pass

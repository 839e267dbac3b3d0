"""What can a node of ours still do to us, once its owner's people let it into the sandbox only? Nothing in our name."""

from __future__ import annotations

from operator import methodcaller
from typing import TYPE_CHECKING

import pytest

from ccnode.store import erase
from ccnode_protocol import records
from ccnode_protocol.records import MessageMeta, Role
from ccnode_protocol.tiers import Tier
from tests.store.linked import Side, sync
from tests.store.support import saying, session_id

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def two(tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    sides = Side(tmp_path, "one", 1), Side(tmp_path, "stolen", 2)
    sides[0].trust(sides[1])
    sides[1].trust(sides[0])
    yield sides
    for side in sides:
        side.stop()


def test_a_certified_node_that_was_let_down_to_the_sandbox_neither_erases_nor_speaks_for_us(
    two: tuple[Side, Side],
) -> None:
    """Its certificate still makes what it writes our own word: that is not to come by way of quarantine."""
    one, stolen = two
    said = one.ledger.append_sync(saying(1, "where the spare key is"))
    one.follow()
    sync(one, stolen)
    order = records.message_forget_ordered(said.digest, 1)
    lie = records.message(MessageMeta(session_id(1), Role.USER, said.digest), "throw it away")
    for record in (lie, order):
        stolen.ledger.append_sync(methodcaller("append", record, audience=1))
    stolen.follow()
    sync(one, stolen, Tier.SANDBOX_IN, Tier.SANDBOX_OUT)
    one.ledger.append_sync(erase.erase_due(one.node.clock.ms))
    assert one.texts() == {"user spare key"}
    assert one.rows("SELECT count(*) FROM quarantine") == [(0,)]

    sync(one, stolen)
    one.ledger.append_sync(erase.erase_due(one.node.clock.ms))
    assert one.texts() == {"user throw away"}

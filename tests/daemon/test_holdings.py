"""What does a sandbox peer set in motion here? Little, whatever it orders: a real ledger, and who is told counts."""

from __future__ import annotations

import asyncio
from operator import methodcaller
from typing import TYPE_CHECKING

from ccnode.daemon import holdings
from ccnode.daemon.holdings import Holdings
from ccnode.store import chains
from ccnode_protocol import records
from ccnode_protocol.sync_effects import Load, Store
from ccnode_protocol.sync_values import SentRun, Want
from ccnode_protocol.tiers import Tier
from tests.net.nodes import until
from tests.store.linked import Side

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import pytest

    from ccnode_crypto.entry import ChainId

ORDERS = 50


class Told:
    """Counts."""

    def __init__(self) -> None:
        self.stood_count = self.turns = self.new = 0

    def grew(self, grown: Iterable[tuple[ChainId, SentRun | None]]) -> None:
        self.new += len(list(grown))

    def froze(self, chain: ChainId) -> None:
        raise AssertionError(chain)

    def stood(self) -> None:
        self.stood_count += 1

    def received(self, kinds: frozenset[int], *, turns: bool) -> None:
        assert kinds or turns
        self.turns += turns

    def was_restored(self, chain: ChainId, length: int) -> None:
        raise AssertionError(chain, length)


async def test_orders_of_a_sandbox_peer_are_heeded_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each was a look at all orders and all that is missing here, and a question to every peer what it has."""
    monkeypatch.setattr(holdings, "APART_S", 0.5)
    one, guest = Side(tmp_path, "one", 1), Side(tmp_path, "guest", 2, is_ours=False)
    for number in range(ORDERS):
        order = records.forget_ordered(number.to_bytes(16, "big"), 1)
        guest.ledger.append_sync(methodcaller("append", order, audience=1))
    guest.follow()
    (chain,) = guest.index.chains_of(guest.key)
    told = Told()
    held = Holdings(one.ledger, one.ledger.append, told, lambda _: Tier.SANDBOX_IN)
    await held.open(lambda _connection: None)
    running = asyncio.create_task(held.run())
    at = 0
    while at < guest.index.length(chain):
        load = Load(Want(chain, at, at + 1), is_own=False, bytes_max=0)
        for item in chains.load(guest.connection, load):
            assert isinstance(item, SentRun)
            assert await held.store(guest.key, Store(item, is_quarantined=True), lambda: True) == ""
            at = item.end
    assert told.new >= ORDERS
    await until(lambda: told.turns)
    assert told.turns <= told.stood_count < ORDERS // 2
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await held.close()
    for side in (one, guest):
        side.stop()

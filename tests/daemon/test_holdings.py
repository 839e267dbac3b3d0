"""What does a sandbox peer set in motion here? Little, whatever it orders: a real ledger, and who is told counts."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from operator import methodcaller
from typing import TYPE_CHECKING, Any

from ccnode import clock
from ccnode.daemon import holdings
from ccnode.daemon.holdings import Holdings
from ccnode.mind.measured import FINE
from ccnode.store import chains, peers, reputations, views
from ccnode_crypto.entry import AUDIENCE_CORE
from ccnode_protocol import records
from ccnode_protocol.sync_effects import Load, Store
from ccnode_protocol.sync_values import SentRun, Want
from ccnode_protocol.tiers import Tier
from tests.net.nodes import until
from tests.store.linked import Side
from tests.store.support import saying, talk

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path
    from sqlite3 import Connection

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


async def test_what_links_stored_is_not_read_again_and_our_own_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(holdings, "FOLLOW_S", 0.1)
    one, other = Side(tmp_path, "one", 1), Side(tmp_path, "other", 2)
    one.trust(other)
    read: list[tuple[int, ...]] = []

    def counted(connection: Connection, last_run: int, *rest: Any, **more: Any) -> chains.Growth:
        growth = chains_read_growth(connection, last_run, *rest, **more)
        read.append((last_run, growth.last_run))
        return growth

    chains_read_growth = chains.read_growth
    monkeypatch.setattr(chains, "read_growth", counted)
    talk(other.ledger, 1, 12)
    chain = other.ledger.chains.of(AUDIENCE_CORE).state.chain
    sent: list[SentRun] = []
    while not sent or sent[-1].end < other.ledger.chains.of(AUDIENCE_CORE).state.length:
        at = sent[-1].end if sent else 0
        (run,) = chains.load(other.connection, Load(Want(chain, at, at + 1), is_own=False, bytes_max=0))
        assert isinstance(run, SentRun)
        sent.append(run)
    told = Told()
    held = Holdings(one.ledger, one.ledger.append, told, lambda _: Tier.CORE)
    await held.open(lambda _connection: None)
    running = asyncio.create_task(held.run())
    stores = [Store(run, is_quarantined=False) for run in sent]
    first = [held.store(other.key, store, lambda: True) for store in stores[:-5]]
    assert await asyncio.gather(*first) == [""] * len(first)
    await asyncio.sleep(1.5 * holdings.FOLLOW_S)
    turning = len(read)  # there was a certificate, after which all is read
    assert turning <= 2
    for store in stores[-5:]:
        assert await held.store(other.key, store, lambda: True) == ""
        await asyncio.sleep(1.5 * holdings.FOLLOW_S)
    assert len(read) == turning
    assert held.index.length(chain) == sent[-1].end
    assert told.new == len(sent)
    mine = one.ledger.chains.of(AUDIENCE_CORE).state
    for number in range(3):
        before = mine.length
        await one.ledger.append(saying(7, f"number {number}", None))
        await until(lambda before=before: held.index.length(mine.chain) > before)  # type: ignore[misc]
    assert len(read) == turning + 3
    assert [last - first for first, last in read[turning:]] == [1, 1, 1]
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await held.close()
    for side in (one, other):
        side.stop()


async def test_what_a_peer_brought_is_held_for_or_against_it(tmp_path: Path) -> None:
    one, other = Side(tmp_path, "one", 1), Side(tmp_path, "other", 2)
    one.trust(other)
    talk(other.ledger, 1, 3)
    chain = other.ledger.chains.of(AUDIENCE_CORE).state.chain
    (run,) = chains.load(other.connection, Load(Want(chain, 0, 1), is_own=False, bytes_max=0))
    assert isinstance(run, SentRun)
    held = Holdings(one.ledger, one.ledger.append, Told(), lambda _: Tier.CORE)
    await held.open(lambda _connection: None)

    def outcomes() -> tuple[int, int]:
        (known,) = views.run(one.connection, reputations.of("peer", clock.now_ms()))
        return round(known.reputation.good / FINE), round(known.reputation.bad / FINE)

    one.ledger.append_sync(peers.keep_peer(peers.Peer(other.key, "known", Tier.CORE, "other")))
    forged = replace(run, signature=bytes(64))
    assert await held.store(other.key, Store(forged, is_quarantined=False), lambda: True)
    assert outcomes() == (0, 1)
    await held.link_disproved(other.key)  # the link ends over that: it is no second one
    assert outcomes() == (0, 1)
    await held.link_disproved(other.key)  # and this one over a report
    assert outcomes() == (0, 2)
    await held.link_disproved(other.key)
    assert outcomes() == (0, 3)
    assert await held.store(other.key, Store(run, is_quarantined=False), lambda: True) == ""
    assert outcomes() == (1, 3)
    await held.close()
    for side in (one, other):
        side.stop()

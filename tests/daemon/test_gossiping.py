"""Does a node say what was measured of it, when it should, and keep what others say, for as long as they count?"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock
from ccnode.daemon.gossiping import APART_MS, RENEW_MS, Gossiping
from ccnode.mind.charvec import NAMES
from ccnode.reference import charvec1
from ccnode.store import measurements, reports
from ccnode.store.errors import StoreFull
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode_crypto.entry import ChainId
from ccnode_crypto.keys import SigningKey, node_id
from ccnode_protocol import frames
from ccnode_protocol.gossip_frames import Hold, Tell
from ccnode_protocol.records import Measurement
from ccnode_protocol.sync_index import Index
from ccnode_protocol.tiers import Tier
from tests.protocol.gossiping import key_of, report_of

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from ccnode.store.ledger import Job
    from ccnode_protocol.effects import Reason
    from ccnode_protocol.gossip_frames import Message
    from ccnode_protocol.reports import Report, SignedReport

WAIT_S = 20.0
FLAT = (500_000,) * len(NAMES)


@dataclasses.dataclass
class Row:
    """What the book knows of a peer, as far as gossip asks."""

    standing: str
    tier: Tier
    name: str = ""


class Book:
    """The peers of a node."""

    def __init__(self, key: SigningKey) -> None:
        self.key = key
        self.own = key.public.raw
        self.rows: dict[bytes, Row] = {}

    def tier_of(self, node: bytes) -> Tier:
        row = self.rows.get(node)
        return row.tier if row is not None and row.standing == "known" else Tier.UNKNOWN


class Wall:
    """Clocks that the test moves, beside the time that passes."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.ahead_ms = 0
        real, elapsed = clock.now_ms, clock.elapsed_s
        patch.setattr(clock, "now_ms", lambda: real() + self.ahead_ms)
        patch.setattr(clock, "elapsed_s", lambda: elapsed() + self.ahead_ms / 1000)


class Lab:
    """One node: a real ledger, gossip, and in the place of links a list of what was said, or another node's ear."""

    def __init__(self, folder: Path, name: str) -> None:
        self.key = key_of(name)
        self.book = Book(self.key)
        self.id = self.book.own
        self.path = folder / f"{name}.sqlite"
        self.ledger = Ledger(self.path, self.key, Ports(clock.now_ms, clock.chance))
        self.index = Index(self.id, self.ledger.chains.epoch)
        self.told: list[tuple[bytes, Message]] = []
        self.asked: list[bytes] = []
        self.left: list[bytes] = []
        self.others: dict[bytes, Lab] = {}
        self.changed: list[str] = []
        self.measured = 0
        self.task: asyncio.Task[None] | None = None
        self.begin()

    def begin(self) -> None:
        """What a start does."""

        async def append(job: Job[Any]) -> Any:
            return await self.ledger.append(job)

        book: Any = self.book
        self.it = Gossiping(f"{self.path.stem} here", self.ledger, append, book, self.index, self.tell_page)
        self.it.links = self
        with contextlib.closing(connect(self.path, writable=False)) as connection:
            self.it.fill(connection)
        self.it.open()

    def tell_page(self, *what: str) -> None:
        self.changed += what

    def start(self) -> None:
        self.task = asyncio.create_task(self.it.run())

    async def stop(self) -> None:
        if self.task is not None:
            self.task.cancel()
            await asyncio.gather(self.task, return_exceptions=True)
        self.task = None

    def knows(self, other: Lab, tier: Tier) -> None:
        self.book.rows[other.id] = Row("known", tier, other.path.stem)
        if tier is Tier.CORE:
            self.index.certified |= {self.id, other.id}
        self.it.stand()

    def meet(self, other: Lab) -> None:
        for one, two in ((self, other), (other, self)):
            one.others[two.id] = two
        for one, two in ((self, other), (other, self)):
            one.it.met(two.id, one.book.tier_of(two.id))

    async def measure(self, vector: tuple[int, ...] | None = FLAT, **more: Any) -> bytes:
        """Record a measurement as a daemon does."""
        self.measured += 1
        reply = self.measured.to_bytes(32, "big")
        spec = charvec1().spec
        found = Measurement(reply, spec, words=10, window=2_000, own=FLAT, vector=vector, **more)
        digest = await self.ledger.append(measurements.record(found))
        assert digest is not None
        self.it.grew(self.chain)
        return digest

    @property
    def chain(self) -> ChainId:
        return ChainId(self.id, self.ledger.chains.epoch, 0)

    @property
    def said(self) -> SignedReport | None:
        return self.it.gossip.rumours.held.get(self.id)

    @property
    def report(self) -> Report:
        return _of(self.said)

    def table(self) -> dict[bytes, bool]:
        with contextlib.closing(connect(self.path, writable=False)) as connection:
            return {each.report.report.node: each.is_apart for each in reports.load(connection)}

    # --- links ---

    def tell(self, node: bytes, message: Message) -> None:
        self.told.append((node, message))
        frame = frames.decode(frames.encode(message.kind, message.body()))
        if node in self.others:
            asyncio.get_running_loop().call_soon(self.others[node].it.heard, self.id, frame)

    def ask_fork(self, node: bytes, chain: ChainId) -> None:
        assert chain.node == node
        self.asked.append(node)

    def leave(self, node: bytes, reason: Reason, text: str) -> None:
        assert reason
        assert text
        self.left.append(node)


def _of(signed: SignedReport | None) -> Report:
    assert signed is not None
    return signed.report


async def until(what: Callable[[], object]) -> None:
    async with asyncio.timeout(WAIT_S):
        while not what():  # noqa: ASYNC110  # of many kinds, most of which tell nobody
            await asyncio.sleep(0.01)


@pytest.fixture
def wall(monkeypatch: pytest.MonkeyPatch) -> Wall:
    return Wall(monkeypatch)


@pytest.fixture
async def labs(tmp_path: Path, wall: Wall) -> AsyncIterator[Callable[..., list[Lab]]]:
    made: list[Lab] = []

    def make(*names: str) -> list[Lab]:
        made.extend(Lab(tmp_path, name) for name in names)
        return made

    assert wall.ahead_ms == 0
    yield make
    for lab in made:
        await lab.stop()
        lab.ledger.close()


Make = Any  # Callable[..., list[Lab]], as the fixture gives it


async def test_it_says_what_was_measured_last_and_where_that_stands(labs: Make) -> None:
    (a,) = labs("a")
    await a.measure(None)
    a.start()
    await asyncio.sleep(0.1)
    assert not a.table(), "too little text"
    digest = await a.measure(figures={"ccc": 900_000}, baseline=bytes(32))
    await a.measure(None)
    await until(lambda: a.said)
    said = a.report
    assert (said.vector, said.words, said.ccc, said.baseline) == (FLAT, 2_000, 900_000, bytes(32))
    assert said.spec == charvec1().spec
    assert (said.at.epoch, said.at.digest) == (a.ledger.chains.epoch, digest)
    assert a.said is not None
    a.said.verify()
    await until(lambda: a.table() == {a.id: False})
    assert "peers" in a.changed


async def test_what_came_from_another_node_is_not_said_as_ours(labs: Make) -> None:
    a, b = labs("a", "b")
    await b.measure()
    b.start()
    a.start()
    await until(lambda: b.said)
    assert a.said is None


async def test_a_new_measurement_is_said_but_not_more_than_once_a_minute(labs: Make, wall: Wall) -> None:
    (a,) = labs("a")
    await a.measure()
    a.start()
    await until(lambda: a.said)
    first = a.said
    for value in range(5):
        await a.measure((value,) * len(NAMES))
    await asyncio.sleep(0.2)
    assert a.said == first
    wall.ahead_ms += APART_MS
    a.it.grew(a.chain)
    await until(lambda: a.said != first)
    assert a.report.vector == (4,) * len(NAMES)
    assert a.report.counter > _of(first).counter


async def test_nothing_is_said_that_could_not_be_kept(labs: Make, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a crash the counter of what was said, and not kept, would be given to another report."""
    a, b = labs("a", "b")
    a.knows(b, Tier.CORE)
    b.knows(a, Tier.CORE)
    a.meet(b)
    await a.measure()
    tried: list[bool] = []

    async def full(_: Job[Any]) -> Any:
        tried.append(True)
        raise StoreFull("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(a.it, "_append", full)
        a.start()
        await until(lambda: tried)
        await asyncio.sleep(0.1)
        assert a.said is None
        assert not [message for _, message in a.told if isinstance(message, Tell) and message.reports]
    wall.ahead_ms += APART_MS
    a.it.grew(a.chain)
    await until(lambda: a.said)
    assert a.table() == {a.id: False}


async def test_with_nothing_new_it_is_said_again_after_a_day(labs: Make, wall: Wall) -> None:
    (a,) = labs("a")
    await a.measure()
    a.start()
    await until(lambda: a.said)
    first = a.said
    wall.ahead_ms += APART_MS
    a.it.grew(a.chain)
    await asyncio.sleep(0.2)
    assert a.said == first
    wall.ahead_ms += RENEW_MS
    a.it.grew(a.chain)
    await until(lambda: a.said != first)
    assert a.report.at == _of(first).at
    assert a.report.expires_ms > _of(first).expires_ms


async def test_two_nodes_of_one_owner_hear_of_each_other_and_still_know_after_a_start(labs: Make) -> None:
    a, b = labs("a", "b")
    a.knows(b, Tier.CORE)
    b.knows(a, Tier.CORE)
    a.meet(b)
    for lab in (a, b):
        await lab.measure((len(lab.path.stem) * 100_000 + (0 if lab is a else 50_000),) * len(NAMES))
        lab.start()
    await until(lambda: a.table() == b.table() == {a.id: False, b.id: False})
    mine, theirs = a.it.form()
    assert (mine["is_own"], mine["name"], mine["drift"], mine["apart"]) == (True, "a here", 0.0, False)
    assert (theirs["is_own"], theirs["name"], theirs["drift"]) == (False, "b", 0.05)
    assert theirs["node_id"] == node_id(b.id)
    await a.stop()
    a.begin()
    assert a.it.gossip.rumours.held.keys() == {a.id, b.id}
    await a.measure()
    a.start()
    await until(lambda: a.report.vector == FLAT)


async def test_what_a_sandbox_peer_says_is_marked_and_passed_to_nobody(labs: Make) -> None:
    a, b, guest = labs("a", "b", "guest")
    a.knows(b, Tier.CORE)
    b.knows(a, Tier.CORE)
    a.knows(guest, Tier.SANDBOX_IN)
    guest.knows(a, Tier.SANDBOX_OUT)
    a.meet(b)
    a.meet(guest)
    for lab in (a, b, guest):
        await lab.measure()
        lab.start()
    await until(lambda: a.table() == {a.id: False, b.id: False, guest.id: True})
    assert [one["apart"] for one in a.it.form()] == [False, False, True]
    await until(lambda: b.table().keys() == {a.id, b.id})
    await until(lambda: guest.table() == {guest.id: False})
    assert all(isinstance(message, Hold) for node, message in a.told if node == guest.id)
    told_b = [message for node, message in a.told if node == b.id and isinstance(message, Tell)]
    assert all(guest.id not in body for message in told_b for body, _ in message.reports)


@pytest.mark.parametrize(
    ("standing", "tier", "stays"),
    [
        ("removed", Tier.UNKNOWN, False),
        ("known", Tier.EXTERNAL, False),
        ("known", Tier.SANDBOX_OUT, False),
        ("pending", Tier.UNKNOWN, True),
    ],
)
async def test_who_is_removed_or_let_down_is_forgotten_at_once_and_brought_back_by_nobody(
    labs: Make, standing: str, tier: Tier, stays: bool
) -> None:
    a, b, c = labs("a", "b", "c")
    for one in (a, b, c):
        for other in (a, b, c):
            if one is not other:
                one.knows(other, Tier.CORE)
    a.meet(c)
    b.meet(c)
    await b.measure()
    for lab in (a, b, c):
        lab.start()
    await until(lambda: b.id in a.table())
    a.book.rows[b.id] = Row(standing, tier)
    a.it.decided(b.id)
    assert (b.id in a.it.gossip.rumours.held) is stays
    await until(lambda: (b.id in a.table()) is stays)
    a.it.met(c.id, Tier.CORE)
    c.it.met(a.id, Tier.CORE)
    await asyncio.sleep(0.5)
    assert (b.id in a.table()) is stays
    await a.stop()
    a.begin()
    assert (b.id in a.it.gossip.rumours.held) is stays


async def test_what_is_decided_about_strangers_changes_nothing(labs: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    a, b, c = labs("a", "b", "c")
    a.knows(b, Tier.CORE)
    a.knows(c, Tier.SANDBOX_IN)
    monkeypatch.setattr(a.it, "stand", lambda: pytest.fail("all are looked at"))
    for number in range(50):
        node = number.to_bytes(32, "big")
        for row in (Row("pending", Tier.UNKNOWN), Row("known", Tier.EXTERNAL), Row("removed", Tier.UNKNOWN)):
            a.book.rows[node] = row
            a.it.decided(node)
    for node in (a.id, b.id, c.id):
        a.it.decided(node)


async def test_an_old_copy_of_a_directory_says_anew_what_others_have_heard_later_of_it(labs: Make, wall: Wall) -> None:
    a, b = labs("a", "b")
    a.knows(b, Tier.CORE)
    b.knows(a, Tier.CORE)
    await a.measure()
    later = report_of(a.key, clock.now_ms() + 500_000, time_ms=clock.now_ms(), expires_ms=clock.now_ms() + 9_999_999)
    b.it.gossip.load([later], clock.now_ms())
    a.start()
    b.start()
    await until(lambda: a.said)
    a.meet(b)
    await until(lambda: a.report.counter == later.report.counter)
    wall.ahead_ms += APART_MS
    a.it.grew(a.chain)
    await until(lambda: a.report.counter == later.report.counter + 1)
    assert a.report.vector == FLAT


async def test_a_table_that_was_altered_says_nothing(labs: Make) -> None:
    (a,) = labs("a")
    await a.measure()
    a.start()
    await until(a.table)
    await a.stop()
    a.ledger.append_sync(lambda tx: tx.execute("UPDATE reports SET signature = zeroblob(64)", ()))
    a.begin()
    assert a.said is None
    assert a.it.form() == []
    a.ledger.append_sync(lambda tx: tx.execute("UPDATE reports SET body = x'00', signature = 7", ()))
    a.begin()
    assert a.table() == {}


async def test_rumours_of_forks_and_lies_reach_the_links(labs: Make) -> None:
    a, b = labs("a", "b")
    a.knows(b, Tier.CORE)
    a.it.met(b.id, Tier.CORE)
    chain = b.chain
    a.it.heard(b.id, frames.decode(frames.encode(80, Tell(forks=((chain, 3),)).body())))
    assert a.asked == [b.id]
    forged = report_of(b.key, time_ms=clock.now_ms(), expires_ms=clock.now_ms() + 9_999)
    a.it.heard(b.id, frames.decode(frames.encode(80, Tell(((forged.body, bytes(64)),)).body())))
    assert a.left == [b.id]

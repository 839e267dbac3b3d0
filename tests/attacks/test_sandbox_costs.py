"""What does a sandbox peer cost, whatever it offers? As much with each frame as if it had offered little."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from ccnode_crypto.entry import ChainId
from ccnode_protocol import frames, limits
from ccnode_protocol import sync_values as values
from ccnode_protocol.sync import Sync
from ccnode_protocol.sync_effects import Say, Store
from ccnode_protocol.sync_index import Index
from ccnode_protocol.sync_values import Row
from ccnode_protocol.tiers import Tier
from tests.protocol.syncing import Party

if TYPE_CHECKING:
    from ccnode_protocol.sync_effects import Effect
    from ccnode_protocol.sync_values import Message

FEW = 200


class Counting(Index):
    """Counts how often it is asked how long a chain is."""

    asked = 0

    def length(self, chain: ChainId) -> int:
        Counting.asked += 1
        return super().length(chain)


class Ranges(tuple[tuple[int, int], ...]):
    """Counts which of it are looked at."""

    __slots__ = ()

    asked = 0

    def __getitem__(self, at: int) -> tuple[int, int]:  # type: ignore[override]  # of one
        Ranges.asked += 1
        return super().__getitem__(at)

    def __iter__(self):  # type: ignore[no-untyped-def]  # noqa: ANN204
        for one in super().__iter__():
            Ranges.asked += 1
            yield one


class Guest:
    """A sandbox peer, and the open link with it."""

    def __init__(self) -> None:
        self.party = Party("guest")
        self.index = Counting(os.urandom(32), os.urandom(16))
        self.sync = Sync(self.index, self.party.node, Tier.SANDBOX_IN)
        self.sync.start(0)
        self.says(values.Known((), 0, bytes(32), bytes(32)))

    def says(self, message: Message) -> list[Effect]:
        """What comes of it."""
        return self.sync.receive(frames.Frame(message.kind, message.body()), 0)

    def chain(self) -> ChainId:
        """Another of its."""
        return ChainId(self.party.node, os.urandom(16), 1)


@pytest.fixture
def guest() -> Guest:
    return Guest()


def test_chains_without_end_are_not_taken(guest: Guest) -> None:
    """Each is a run of 200 bytes, and within a day's quota 300,000 of them made each look take seconds."""
    old = guest.party.chain(0, 1)
    run = guest.party.write(old, 1)
    more = guest.party.write(old, 1)
    guest.index.grow(old, 1, run.head)
    for _ in range(limits.SANDBOX_CHAINS_MAX - 2):
        guest.index.grow(guest.chain(), 1, os.urandom(32))
    last, one_more = (guest.party.write(guest.party.chain(number, 1), 1) for number in (1, 2))
    assert [type(effect) for effect in guest.says(last)] == [Store]
    guest.index.grow(last.chain, 1, last.head)
    assert not [effect for effect in guest.says(one_more) if isinstance(effect, Store)]
    offered = guest.says(values.Heads((Row(one_more.chain, 1, one_more.head),)))
    assert not [effect for effect in offered if isinstance(effect, Say) and isinstance(effect.message, values.Want)]
    assert [type(effect) for effect in guest.says(more)] == [Store], "what goes on is taken as before"


def test_thousands_of_offers_are_not_looked_at_with_every_frame(guest: Guest) -> None:
    for _ in range(limits.OFFERED_MAX // limits.ROWS_MAX):
        rows = tuple(Row(guest.chain(), 9, os.urandom(32), 5) for _ in range(limits.ROWS_MAX))
        guest.says(values.Heads(rows))
    Counting.asked = 0
    guest.says(values.End(guest.chain(), 1))
    assert Counting.asked < FEW


def test_a_chain_that_lacks_every_other_content_is_not_looked_through_with_every_frame(guest: Guest) -> None:
    chain = guest.chain()
    guest.index.grow(chain, 100_000, os.urandom(32))
    guest.index.missing[chain] = Ranges((2 * at, 1) for at in range(50_000))
    wants = [effect.message for effect in guest.says(values.End(guest.chain(), 1)) if isinstance(effect, Say)]
    while wants:
        (want,) = wants
        assert isinstance(want, values.WantContents)
        assert len(want.ranges) == limits.RANGES_MAX or want.ranges[-1] == (99_998, 1)
        Ranges.asked = 0
        wants = [effect.message for effect in guest.says(values.End(chain, 0)) if isinstance(effect, Say)]
        assert Ranges.asked < FEW
    Ranges.asked = 0
    guest.says(values.End(guest.chain(), 1))
    assert not Ranges.asked

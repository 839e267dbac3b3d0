"""Is what the peer knows of our chains read and proven before anything of ours is offered (law 5)?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccnode_protocol import frames, sync_frames
from ccnode_protocol import sync_values as values
from ccnode_protocol.effects import Close
from ccnode_protocol.frames import Frame
from ccnode_protocol.sync_effects import Load, Restored
from tests.protocol.bodies import body_of
from tests.protocol.syncing import Pair, Party

if TYPE_CHECKING:
    from ccnode_crypto.entry import ChainId
    from tests.simulation.federation.store import Shelf


@pytest.mark.parametrize("kind", sorted(set(sync_frames.FORMS) - {values.KNOWN}), ids=frames.name_of)
@settings(max_examples=5, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much], deadline=None)
@given(st.data())
def test_nothing_is_heard_before_what_the_peer_knows(kind: int, data: st.DataObject) -> None:
    pair = Pair()
    pair.meet()
    effects = pair.a.sync.receive(Frame(kind, data.draw(body_of(sync_frames.FORMS[kind]))), 0)
    assert [type(effect) for effect in effects] == [Close]


def test_nothing_of_ours_is_offered_before_the_peers_knowledge_of_it_is_read() -> None:
    pair = Pair()
    pair.a.write(pair.a.chain(), 5)
    pair.meet()
    pair.a.grow(pair.a.chain(), 1)
    assert pair.a.names() == ["Known"]


def restored(chain_number: int | None) -> Pair:
    """A was put back to before its last run; b knows of that. None: in the live epoch, as a virtual machine is."""
    pair = Pair()
    chain = pair.a.chain(chain_number or 0)
    pair.a.write(chain, 3)
    backup = pair.a.shelf.copied()
    pair.a.write(chain, 2)
    pair.meet()
    pair.run()
    fresh = Party("a")
    fresh.shelf = backup
    fresh.shelf.fill(fresh.index)
    if chain_number is None:
        fresh.index.epoch = chain.epoch
    pair.a = fresh
    pair.meet()
    return pair


def test_a_higher_head_of_ours_is_proven_before_anything_is_offered() -> None:
    pair = restored(None)
    chain = pair.a.chain()
    pair.a.grow(pair.a.chain(5), 1)
    while not any(isinstance(effect, Restored) for effect in pair.a.effects):
        assert set(pair.a.names()) <= {"Known", "WantPath"}
        assert pair.cross()
    assert Restored(chain, 5, is_live=True) in pair.a.effects
    assert pair.a.index.epoch != chain.epoch
    pair.run()
    assert pair.a.rows() == pair.b.rows()
    assert pair.a.index.length(chain) == 5, "what was lost comes back from who has it"


@pytest.mark.parametrize("way", ["heads", "listed"])
def test_what_a_peer_offers_may_tell_more_of_ours_than_it_first_knew(way: str) -> None:
    pair = Pair()
    chain, other = pair.a.chain(), pair.a.chain(1)
    pair.a.write(chain, 3)
    backup = pair.a.shelf.copied()
    run = pair.a.write(chain, 2)
    pair.a.shelf = backup
    pair.a.index.grow(chain, 3, backup.chains[chain].state.head)
    pair.a.index.epoch = chain.epoch
    pair.meet()
    pair.run()
    row = values.Row(chain, 5, run.head)
    pair.a.said.clear()
    if way == "heads":
        pair.a.tell(values.Heads((row,)))
    else:
        pair.a.tell(values.Heads((), (values.Rest(pair.a.node, 2, bytes(32)),)))
        pair.a.tell(values.Listed(pair.a.node, (row,), more=False))
    assert pair.a.sync.state == "reading"
    pair.a.grow(other, 1)
    assert not set(pair.a.names()) & {"SentRun", "Heads"}
    full = Party("a")
    full.shelf.receive(values.SentRun(chain, 0, *columns(backup, chain)))
    full.shelf.receive(run)
    pair.a.tell(values.Path(chain, 4, full.shelf.side(chain, 4)))
    assert pair.a.index.epoch != chain.epoch
    assert str(pair.a.sync.state) == "open", "it goes on"


def columns(shelf: Shelf, chain: ChainId) -> tuple[Any, ...]:
    """What a chain of one run holds, for a SentRun."""
    stored = shelf.chains[chain]
    return tuple(stored.headers), tuple(stored.metas), tuple(stored.sealed), stored.heads[0][1]


def test_what_was_lost_of_an_older_epoch_comes_back() -> None:
    pair = restored(3)
    pair.run()
    assert Restored(pair.a.chain(3), 5, is_live=False) in pair.a.effects
    assert pair.a.rows() == pair.b.rows()


def test_an_epoch_that_was_lost_whole_is_found_in_the_list() -> None:
    pair = Pair()
    for number in range(4):
        pair.a.write(pair.a.chain(number), 2)
    backup = pair.a.shelf.copied()
    pair.a.write(pair.a.chain(9), 4)
    pair.a.write(pair.a.chain(3), 1)  # so that the lost one is not the newest
    pair.meet()
    pair.run()
    fresh = Party("a")
    fresh.shelf = backup
    fresh.shelf.fill(fresh.index)
    pair.a = fresh
    pair.meet()
    pair.run()
    assert {effect.chain for effect in pair.a.effects if isinstance(effect, Restored)} == {
        pair.a.chain(9), pair.a.chain(3),
    }  # fmt: skip
    assert pair.a.rows() == pair.b.rows()


@pytest.mark.parametrize("shown", ["nothing", "another", "less"])
def test_who_only_claims_to_know_more_is_left(shown: str) -> None:
    pair = Pair()
    chain = pair.a.chain()
    pair.a.write(chain, 5)
    pair.meet()
    row = values.Row(chain, 9, bytes(32))
    pair.a.tell(values.Known((row,), 0, bytes(32), bytes(32)))
    assert pair.a.names() == ["Known", "WantPath"]
    side = pair.a.shelf.side(chain, 4)
    assert side is not None
    if shown == "another":
        side = pair.b.shelf.side(chain, 4) or Party("c").shelf.side(chain, 4)
    pair.a.tell(values.Path(chain, 8 if shown != "less" else 4, side if shown == "less" else None))
    if shown == "less":
        assert not [effect for effect in pair.a.effects if isinstance(effect, Restored)]
    else:
        assert "cannot show" in pair.a.closed


def test_rows_of_others_are_no_knowledge_of_ours() -> None:
    pair = Pair()
    pair.meet()
    pair.a.tell(values.Known((values.Row(pair.b.chain(), 1, bytes(32)),), 0, bytes(32), bytes(32)))
    assert "known.rows" in pair.a.closed


def test_nothing_is_offered_before_all_is_heeded_that_the_peer_has_proven() -> None:
    """A peer may show first that we lost entries of an old epoch, and at once that we lost some of the live one."""
    pair = Pair()
    old, live = pair.a.chain(1), pair.a.chain(0)
    for chain in (old, live):
        pair.a.write(chain, 3)
    backup = pair.a.shelf.copied()
    for chain in (old, live):
        pair.a.write(chain, 2)
    pair.meet()
    pair.run()
    fresh = Party("a")
    fresh.shelf = backup
    fresh.shelf.fill(fresh.index)
    fresh.index.epoch = live.epoch
    fresh.meet(pair.b.node)
    fresh.sync.start(0)
    rows = tuple(pair.b.index.rows((old, live)))
    fresh.sync.receive(Frame(values.KNOWN, values.Known(rows, 0, bytes(32), bytes(32)).body()), 0)
    proven = []
    for chain in (old, live):
        (path,) = pair.b.shelf.load(Load(values.WantPath(chain, 4), is_own=False, bytes_max=0))
        proven += fresh.sync.receive(Frame(path.kind, path.body()), 0)
    assert proven == [Restored(old, 5, is_live=False), Restored(live, 5, is_live=True)]
    assert fresh.sync.guarded(0) == []
    assert fresh.sync.grew(live, None, 0) == []
    assert str(fresh.sync.state) == "guarded"
    fresh.index.epoch = bytes(16)
    assert fresh.sync.guarded(0)
    assert str(fresh.sync.state) == "open"


def test_what_the_peer_has_is_known_by_its_own_word_alone() -> None:
    pair = Pair()
    old, own, other = pair.a.chain(0), pair.a.chain(1), pair.b.chain(0)
    pair.a.write(old, 3)
    pair.a.write(own, 4)
    pair.b.write(other, 2)
    pair.meet()
    pair.run()
    assert pair.a.sync.acknowledged.get(own, 0) == 0, "it was sent, and nobody has said that it was stored"
    pair.meet()
    pair.run()
    assert pair.a.sync.acknowledged == {old: 3, own: 4, other: 2}
    pair.b.grow(other, 1)
    pair.a.write(own, 1)
    pair.meet()  # something is new, so the older chains are told in one hash
    pair.run()
    assert pair.a.sync.acknowledged[old] == 3
    assert pair.a.sync.acknowledged[other] == 3

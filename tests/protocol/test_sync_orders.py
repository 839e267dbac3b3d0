"""Do orders to forget come before bodies, and contents that are missing in the end?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccnode_crypto.chain import EntryDraft
from ccnode_protocol import records
from ccnode_protocol import sync_values as values
from ccnode_protocol.sync_effects import Load
from ccnode_protocol.tiers import Tier
from tests.protocol.syncing import Pair, Party, caught_up

if TYPE_CHECKING:
    from ccnode_crypto.entry import ChainId


def order(party: Party, chain: ChainId, digest: bytes) -> None:
    record = records.message_forget_ordered(digest, 0)
    party.shelf.append(chain, [EntryDraft(record.kind, 1 << 32, record.meta, b"", b"")], party.key)
    party.shelf.tell(party.index, chain)


@pytest.mark.parametrize("is_newest", [True, False])
def test_orders_come_before_bodies_and_their_chain_without_any(is_newest: bool) -> None:
    pair = Pair()
    bodies, orders = sorted((pair.a.chain(0), pair.a.chain(1)))
    pair.a.shelf.erases = False  # it still has what is to be gone
    pair.a.write(bodies, 6)
    pair.a.write(orders, 4)
    order(pair.a, orders, pair.a.shelf.chains[bodies].digests[3])
    pair.a.write(orders, 3)
    if not is_newest:
        pair.a.index.grow(bodies, 6, pair.a.index.head(bodies))  # so that orders are only in what is summed up
    pair.meet()
    pair.run()
    wants = [message for message in pair.b.said if isinstance(message, values.Want)]
    asked = [(want.chain, want.first, want.upto, want.bare) for want in wants]
    assert asked == [(orders, 0, 5, True), (bodies, 0, 6, False), (orders, 5, 8, False)]
    assert pair.b.shelf.chains[bodies].sealed[3] is None
    assert pair.b.shelf.chains[bodies].sealed[2] is not None
    assert not any(pair.b.index.missing.values()), "the contents of the chain of orders were asked for in the end"
    assert pair.a.rows() == pair.b.rows()


def test_contents_that_the_peer_lacks_do_not_hide_those_it_has() -> None:
    pair = Pair()
    chain = pair.a.chain()
    pair.a.write(chain, *[1000] * 3)
    pair.meet()
    pair.run()
    for party, gone in ((pair.b, range(1, 3000)), (pair.a, range(1, 2500))):
        for seq in gone:
            party.shelf.chains[chain].sealed[seq] = None
        party.shelf.tell(party.index, chain)
        ranges = ((gone.start, gone.stop - gone.start),)
        party.index.missing[chain] = ranges
    tell = pair.b.shelf.tell_missing
    pair.meet()
    pair.run()
    tell(pair.b.index)
    assert pair.b.index.missing[chain][-1] == (2499, 1)
    assert pair.b.names().count("WantContents") == 3


def test_contents_that_were_not_asked_for_are_refused() -> None:
    pair = caught_up()
    pair.b.sync._fetch._contents[pair.a.chain()] = frozenset({1})
    pair.b.tell(values.Contents(pair.a.chain(), ((2, b"x" * 40),)))
    assert "was not asked for" in pair.b.closed


def test_orders_come_first_also_in_what_a_node_had_lost() -> None:
    pair = Pair()
    chain, other = pair.a.chain(0), pair.a.chain(0, 1)
    pair.a.write(chain, 3)
    pair.a.write(other, 3)
    backup = pair.a.shelf.copied()
    order(pair.a, chain, pair.a.shelf.chains[other].digests[2])
    pair.a.write(other, 2)
    pair.meet()
    pair.run()
    fresh = Party("a")
    fresh.shelf = backup
    fresh.shelf.fill(fresh.index)
    fresh.index.epoch = chain.epoch
    pair.a = fresh
    pair.meet()
    pair.run()
    wants = [(want.chain, want.bare) for want in pair.a.said if isinstance(want, values.Want)]
    assert wants == [(chain, True), (other, False)]
    assert pair.a.shelf.chains[other].sealed[2] is None
    assert pair.a.rows() == pair.b.rows()


def test_contents_of_another_history_are_no_reason_to_leave() -> None:
    pair, twin = Pair(), Party("a")
    chain = pair.a.chain()
    base = twin.write(chain, 3)
    for party, text in ((pair.a, b"a"), (pair.b, b"b")):
        copy = Party("a")
        copy.shelf.receive(base)
        party.shelf.receive(base)
        party.shelf.receive(copy.write(chain, 2, words=b"\x81\xa4text\xa1" + text))
        party.shelf.chains[chain].sealed[4] = None if party is pair.b else party.shelf.chains[chain].sealed[4]
        party.shelf.tell(party.index, chain)
    pair.meet()
    pair.run()
    pair.pull()
    assert not pair.a.closed
    assert not pair.b.closed
    assert pair.b.index.frozen[chain].seq == 3
    assert pair.b.shelf.chains[chain].sealed[4] is None


def test_a_refused_question_for_contents_is_answered() -> None:
    pair = caught_up()
    pair.a.do(pair.a.sync.retier(Tier.SANDBOX_IN, 0))
    pair.a.said.clear()
    pair.b.sync._fetch._contents[pair.a.chain()] = frozenset({1})
    pair.a.tell(values.WantContents(pair.a.chain(), ((1, 1),)))
    assert pair.a.said == [values.End(pair.a.chain(), 0)]
    pair.cross()
    assert not pair.b.sync._fetch._contents


def test_an_order_that_came_unasked_is_stored_before_bodies_are_asked_for() -> None:
    """The run does not say that there is an order in it; the row that does comes while it waits to be stored."""
    pair = caught_up()
    chain, bodies = pair.a.chain(), pair.a.chain(1)
    pair.b.holds = True
    before = pair.a.index.length(chain)
    order(pair.a, chain, pair.a.shelf.chains[chain].digests[1])
    (run,) = pair.a.shelf.load(Load(values.Want(chain, before, before + 1), is_own=True, bytes_max=10**6))
    pair.b.tell(run)
    assert [store.item for store in pair.b.waiting] == [run]
    pair.a.write(bodies, 3)
    pair.b.tell(values.Heads(tuple(pair.a.index.rows((chain, bodies)))))
    assert not [said for said in pair.b.said if isinstance(said, values.Want) and said.chain == bodies]
    pair.b.holds = False
    for store in pair.b.waiting:
        pair.b.store(store)
    assert [said for said in pair.b.said if isinstance(said, values.Want) and said.chain == bodies]

"""Does only what a tier allows flow, in bounds, and is whoever writes a position twice found out?"""

from __future__ import annotations

from ccnode_crypto.chain import EntryDraft
from ccnode_crypto.entry import ChainId, header_digest
from ccnode_protocol import limits
from ccnode_protocol import sync_values as values
from ccnode_protocol.effects import Close
from ccnode_protocol.quota import DAY_MS, Quota
from ccnode_protocol.sync_effects import Forked, Store
from ccnode_protocol.sync_index import Flow
from ccnode_protocol.tiers import Tier
from tests.crypto.chains import draft
from tests.protocol.syncing import Pair, Party


def test_a_sandbox_gets_shared_and_public_and_gives_nothing() -> None:
    pair = Pair(Tier.SANDBOX_OUT, Tier.SANDBOX_IN)
    for audience in range(3):
        pair.a.write(pair.a.chain(audience, audience), 3)
        pair.b.write(pair.b.chain(audience, audience), 3)
    pair.meet()
    pair.run()
    assert {chain for chain in pair.b.rows() if chain.node == pair.a.node} == {pair.a.chain(1, 1), pair.a.chain(2, 2)}
    assert not [chain for chain in pair.a.rows() if chain.node == pair.b.node]
    stores = [effect for effect in pair.b.effects if isinstance(effect, Store)]
    assert stores
    assert all(store.is_quarantined for store in stores)
    pair.meet()
    pair.run()
    assert pair.trips == 1, "and then there is nothing new"


def test_what_is_not_taken_from_a_tier_is_passed_over() -> None:
    for tier, audience in ((Tier.SANDBOX_OUT, 1), (Tier.SANDBOX_IN, 0), (Tier.EXTERNAL, 2)):
        pair = Pair(Tier.SANDBOX_OUT, tier)
        run = pair.a.write(pair.a.chain(0, audience), 2)
        pair.meet()
        pair.b.tell(values.Known((), 0, bytes(32), bytes(32)))
        pair.b.tell(run)
        assert not [effect for effect in pair.b.effects if isinstance(effect, Store | Close)]


def test_others_come_by_way_of_core_only_where_certified() -> None:
    pair, other = Pair(), Party("c")
    run = other.write(other.chain(), 3)
    pair.a.shelf.receive(run)
    pair.a.shelf.tell(pair.a.index, run.chain)
    pair.a.index.certified.add(other.node)
    pair.meet()
    pair.run()
    assert run.chain not in pair.b.rows()
    pair.b.index.certified.add(other.node)
    pair.pull()
    assert run.chain in pair.b.rows()


def test_a_demoted_peer_gets_and_gives_nothing_more() -> None:
    pair = Pair()
    pair.a.write(pair.a.chain(), *[100] * 40, words=bytes(2000))
    pair.meet()
    while not pair.b.index.length(pair.a.chain()):
        pair.cross()
    pair.b.do(pair.b.sync.retier(Tier.EXTERNAL, pair.b.now_ms))
    pair.a.do(pair.a.sync.retier(Tier.EXTERNAL, pair.a.now_ms))
    had = pair.b.index.length(pair.a.chain())
    pair.a.outbox.clear()
    pair.a.said.clear()
    pair.run()
    assert "SentRun" not in pair.a.names()
    assert pair.b.index.length(pair.a.chain()) == had
    assert not pair.b.index.claimed


def test_a_quota_bounds_what_a_sandbox_brings_in_a_day() -> None:
    quota = Quota(day_max=3 * limits.MIB, all_max=100 * limits.MIB)
    pair = Pair(Tier.SANDBOX_OUT, Tier.SANDBOX_IN, quota)
    chain = pair.a.chain(0, 1)
    pair.a.write(chain, *[100] * 30, words=bytes(2000))
    pair.meet()
    pair.run()
    first = pair.b.index.length(chain)
    assert 0 < first < 3000
    assert quota.day_bytes <= quota.day_max
    for party in (pair.a, pair.b):
        party.now_ms += DAY_MS
    pair.pull()
    assert pair.b.index.length(chain) > first
    assert quota.room(pair.b.now_ms) == quota.day_max - quota.day_bytes


def test_two_histories_give_a_proof_on_both_sides_and_the_prefix_stays() -> None:
    pair, twin = Pair(), Party("a")
    chain = pair.a.chain()
    base = twin.write(chain, 7)
    for party in (pair.a, pair.b):
        party.shelf.receive(base)
        party.shelf.tell(party.index, chain)
    run = twin.write(chain, 5, words=b"\x81\xa4text\xa1x")
    pair.b.shelf.receive(run)
    pair.b.shelf.tell(pair.b.index, chain)
    pair.a.write(chain, 40)
    pair.meet()
    pair.run()
    for party in (pair.a, pair.b):
        assert party.index.frozen[chain].seq == 7
        assert party.index.frozen[chain].before == header_digest(base.headers[-1])
        assert party.rows()[chain] == (7, header_digest(base.headers[-1]))
    pair.a.grow(chain, 1)
    pair.run()
    pair.meet()
    pair.run()
    assert pair.trips == 1, "frozen alike is nothing new"
    assert pair.b.index.length(chain) == 12


def test_a_proof_reaches_who_has_nothing_of_the_chain() -> None:
    pair, twin, third = Pair(), Party("a"), Pair(name="c")
    chain = pair.a.chain()
    base = twin.write(chain, 3)
    pair.b.shelf.receive(base)
    pair.b.shelf.receive(twin.write(chain, 2, words=b"\x81\xa4text\xa1x"))
    pair.b.shelf.tell(pair.b.index, chain)
    pair.a.shelf.receive(base)
    pair.a.write(chain, 2)
    pair.meet()
    pair.run()
    assert [effect.chain for effect in pair.b.effects if isinstance(effect, Forked)] == [chain]
    third.a = pair.b
    third.b.index.certified.add(chain.node)
    third.meet()
    third.run()
    assert third.b.index.frozen[chain].seq == 3
    assert third.b.rows()[chain] == (3, header_digest(base.headers[-1]))


def test_a_chain_forked_from_its_beginning_is_the_same_to_who_has_nothing_of_it() -> None:
    pair, twin, third = Pair(), Party("a"), Pair(name="c")
    chain = pair.a.chain()
    for party, time in ((pair.a, 1), (pair.b, 2)):
        opened = Party("a").shelf.append(chain, [EntryDraft(*draft(0)[:1], time, *draft(0)[2:])], twin.key)
        party.shelf.receive(opened)
        party.shelf.tell(party.index, chain)
    pair.meet()
    pair.run()
    assert pair.a.index.frozen[chain].seq == pair.b.index.frozen[chain].seq == 0
    third.a = pair.b
    third.b.index.certified.add(chain.node)
    third.meet()
    third.run()
    assert third.b.rows() == third.a.rows() == {chain: (0, bytes(32))}
    third.meet()
    third.run()
    assert third.trips == 1


def test_of_messages_that_waited_a_peer_has_only_what_its_tier_gives_now() -> None:
    pair = Pair(Tier.CORE, Tier.CORE)
    core, shared = pair.a.chain(0, 0), pair.a.chain(0, 1)
    runs = {chain: pair.a.write(chain, 2) for chain in (core, shared)}
    flow = Flow(pair.a.index, pair.b.node, Tier.CORE)
    rows = tuple(pair.a.index.rows((core, shared)))
    heads, listed = values.Heads(rows), values.Listed(pair.a.node, rows, more=True)
    of_chain: dict[ChainId, list[values.Message]] = {
        chain: [
            runs[chain],
            values.Contents(chain, ((1, None),)),
            values.Path(chain, 1, None),
            values.Digests(chain, ()),
        ]
        for chain in (core, shared)
    }
    assert all(flow.still(message) is message for message in (*of_chain[core], *of_chain[shared], heads, listed))
    flow.set_tier(Tier.SANDBOX_OUT)
    assert [flow.still(message) for message in of_chain[core]] == [None] * 4
    assert [flow.still(message) for message in of_chain[shared]] == of_chain[shared]
    assert flow.still(heads) == values.Heads(rows[1:])
    assert flow.still(listed) == values.Listed(pair.a.node, rows[1:], more=False)
    assert flow.still(values.Known((), 0, bytes(32), bytes(32))) is not None


def test_whom_this_owner_let_down_says_nothing_more_by_way_of_others() -> None:
    """It is core to who brings it, and certified by our owner. What was taken before stays, and goes on to others."""
    pair, other = Pair(), Party("c")
    chain = other.chain()
    for party in (pair.a, pair.b):
        party.index.certified.add(other.node)
    pair.a.shelf.receive(other.write(chain, 3))
    pair.a.shelf.tell(pair.a.index, chain)
    pair.meet()
    pair.run()
    assert pair.b.index.length(chain) == 3

    pair.b.index.unheard.add(other.node)
    pair.b.do(pair.b.sync.look(pair.b.now_ms))
    for each in (chain, other.chain(1)):
        pair.a.shelf.receive(other.write(each, 2))
        pair.a.shelf.tell(pair.a.index, each)
        pair.a.do(pair.a.sync.grew(each, None, pair.a.now_ms))
    pair.pull()
    pair.run()
    assert pair.b.index.length(chain) == 3
    assert other.chain(1) not in pair.b.rows()
    assert not pair.b.closed
    assert pair.b.names()[-1] != "List", "it is not asked about what is not taken"
    assert pair.b.sync.flow.gives(chain)
    pair.b.tell(other.write(other.chain(2), 2))  # unasked
    assert other.chain(2) not in pair.b.rows()

    pair.b.index.unheard.clear()
    pair.b.do(pair.b.sync.look(pair.b.now_ms))
    pair.run()
    assert pair.b.index.length(chain) == 5
    assert pair.b.index.length(other.chain(1)) == 2

"""Do two nodes come to hold what each may have, at no more cost than allowed, in the order that the laws ask for?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccnode_crypto import canonical
from ccnode_crypto.chain import EntryDraft
from ccnode_crypto.entry import header_digest
from ccnode_protocol import frames, limits, records, sync, sync_fetch, sync_frames
from ccnode_protocol import sync_values as values
from ccnode_protocol.effects import Close
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.frames import Frame
from ccnode_protocol.sync_effects import Forked, Load, Restored, Store
from ccnode_protocol.sync_fetch import Quota
from ccnode_protocol.tiers import Tier
from tests.crypto.chains import draft
from tests.protocol.bodies import body_of
from tests.protocol.syncing import Pair, Party

if TYPE_CHECKING:
    from ccnode_crypto.entry import ChainId
    from tests.simulation.federation.store import Shelf


def caught_up() -> Pair:
    pair = Pair()
    pair.a.write(pair.a.chain(), 3, 2)
    pair.b.write(pair.b.chain(), 4)
    pair.meet()
    pair.run()
    return pair


def test_both_come_to_hold_everything() -> None:
    pair = Pair()
    for number in range(7):
        pair.a.write(pair.a.chain(number, number % 3), 1, 20, 3)
        pair.b.write(pair.b.chain(number), 40)
    pair.meet()
    pair.run()
    assert pair.a.rows() == pair.b.rows()
    assert len(pair.a.rows()) == 14
    assert not any(pair.a.index.missing.values())
    assert pair.a.sync.entries_left == pair.b.sync.entries_left == 0
    assert not pair.a.index.claimed


@pytest.mark.parametrize("nodes", [1, 25])
def test_nothing_new_with_fifty_chains_is_one_round_trip_and_eight_kibibytes(nodes: int) -> None:
    pair = Pair()
    for number in range(50):
        writer = Party(f"writer {number % nodes}")
        pair.a.index.certified.add(writer.node)
        pair.b.index.certified.add(writer.node)
        sent = writer.write(writer.chain(number), 2)
        for party in (pair.a, pair.b):
            party.shelf.receive(sent)
            party.shelf.tell(party.index, sent.chain)
    pair.meet()
    pair.run()
    assert pair.trips == 1, "each said one thing, at the same time"
    assert pair.bytes <= 8 * limits.KIB
    assert pair.a.names() == pair.b.names() == ["Known"]
    assert pair.a.sync.state == pair.b.sync.state == "open"


def test_closed_epochs_are_told_in_one_hash_and_listed_where_it_differs() -> None:
    pair = Pair()
    for number in range(300):
        pair.a.write(pair.a.chain(number), 1)
    pair.meet()
    pair.run()
    assert pair.a.rows() == pair.b.rows()
    assert "List" in pair.b.names()
    pair.a.write(pair.a.chain(7), 1)
    pair.a.write(pair.a.chain(299), 1)
    pair.meet()
    pair.run()
    assert pair.a.rows() == pair.b.rows()
    assert pair.b.names().count("Want") == 2


def test_what_is_appended_goes_at_once_to_who_has_all_before() -> None:
    pair = caught_up()
    pair.a.said.clear()
    pair.a.grow(pair.a.chain(), 1, 1, 5)
    assert pair.a.names() == ["SentRun"] * 3
    pair.cross()
    assert pair.a.rows() == pair.b.rows()


def test_who_lacks_something_before_is_told_and_asks() -> None:
    pair = caught_up()
    pair.a.write(pair.a.chain(), 2)  # a run that was not told of
    pair.a.grow(pair.a.chain(), 1)
    pair.run()
    assert pair.a.rows() == pair.b.rows()
    assert "Want" in pair.b.names()


def test_what_others_wrote_is_passed_on_to_who_did_not_hear_it_from_them() -> None:
    pair, writer = caught_up(), Party("c")
    for party in (pair.a, pair.b):
        party.index.certified.add(writer.node)
    run = writer.write(writer.chain(), 3)
    pair.a.store(Store(run, is_quarantined=False))
    due = pair.a.sync.timer()
    assert due == pair.a.now_ms + limits.RELAY_MS
    pair.b.shelf.receive(run)
    pair.b.shelf.tell(pair.b.index, run.chain)
    pair.a.tell(values.Heads((values.Row(run.chain, 3, run.head),)))
    pair.a.said.clear()
    pair.a.now_ms = due
    pair.a.do(pair.a.sync.tick(due))
    assert not pair.a.said, "the peer has said meanwhile that it has it"
    pair.a.store(Store(writer.write(writer.chain(), 1), is_quarantined=False))
    pair.a.now_ms += limits.RELAY_MS
    pair.a.do(pair.a.sync.tick(pair.a.now_ms))
    assert pair.a.names() == ["Heads"]
    pair.run()
    assert pair.a.rows() == pair.b.rows()


def test_the_periodic_look_finds_what_was_not_told() -> None:
    pair = caught_up()
    pair.a.write(pair.a.chain(1), 9)
    pair.run()
    assert pair.a.rows() != pair.b.rows()
    pair.pull()
    assert pair.a.rows() == pair.b.rows()


def test_a_catch_up_that_was_cut_goes_on_where_it_was() -> None:
    pair = Pair()
    pair.a.write(pair.a.chain(), *[100] * 30, words=bytes(2000))
    pair.meet()
    while pair.b.index.length(pair.a.chain()) == 0:
        pair.cross()
    pair.a.sync.stop()
    pair.b.sync.stop()
    had = pair.b.index.length(pair.a.chain())
    assert 0 < had < 3000
    pair.meet()
    pair.run()
    assert pair.a.rows() == pair.b.rows()
    firsts = [message.first for message in pair.a.said if isinstance(message, values.SentRun)]
    assert min(firsts) == had


def test_no_more_is_on_its_way_than_there_is_credit_for() -> None:
    pair = Pair()
    pair.a.write(pair.a.chain(), *[100] * 60, words=bytes(2000))
    pair.meet()
    pair.b.holds = True
    for _ in range(50):
        pair.cross()
    weight = sum(store.item.weight for store in pair.b.waiting)
    assert 2 * limits.MIB < weight <= limits.WINDOW_BYTES
    assert not pair.b.closed
    pair.b.holds = False
    for store in pair.b.waiting:
        pair.b.store(store)
    pair.run()
    assert pair.a.rows() == pair.b.rows()


def test_who_sends_more_than_its_credit_is_left() -> None:
    pair = caught_up()
    pair.b.holds = True
    run = pair.a.write(pair.a.chain(), 1, words=bytes(2**20 - 64))
    while not pair.b.closed and len(pair.b.waiting) < 9:
        pair.b.tell(run)
        run = pair.a.write(pair.a.chain(), 1, words=bytes(2**20 - 64))
    assert "credit" in pair.b.closed
    assert len(pair.b.waiting) == limits.WINDOW_BYTES // run.weight


def test_who_grants_more_credit_than_there_is_is_left() -> None:
    pair = caught_up()
    pair.a.tell(values.Credit(limits.WINDOW_BYTES))
    assert "credit.bytes" in pair.a.closed


# --- law 5 ---


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


# --- orders and contents ---


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


# --- tiers and quotas ---


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
        party.now_ms += sync_fetch.DAY_MS
    pair.pull()
    assert pair.b.index.length(chain) > first
    assert quota.room(pair.b.now_ms) == quota.day_max - quota.day_bytes


# --- forks ---


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


# --- time, and anything ---


def test_a_peer_that_says_nothing_is_left() -> None:
    pair = Pair()
    pair.meet()
    due = pair.a.sync.timer()
    assert due == limits.SYNC_ANSWER_MS
    pair.a.do(pair.a.sync.tick(due - 1))
    assert not pair.a.closed
    pair.a.do(pair.a.sync.tick(due))
    assert "no answer" in pair.a.closed
    assert pair.a.sync.timer() is None


def test_a_peer_that_does_not_send_what_it_offered_is_left_and_others_may() -> None:
    pair = Pair()
    pair.a.write(pair.a.chain(), 3)
    pair.meet()
    pair.cross()
    pair.cross()
    assert pair.b.names()[-1] == "Want"
    assert pair.b.index.claimed
    due = pair.b.sync.timer()
    assert due is not None
    pair.b.do(pair.b.sync.tick(due))
    assert "no answer" in pair.b.closed
    assert not pair.b.index.claimed


def test_what_a_liar_offers_is_kept_in_mind_up_to_a_bound() -> None:
    pair = caught_up()
    for number in range(40):
        chains = (pair.a.chain(1000 * number + at) for at in range(limits.ROWS_MAX))
        pair.b.sync.receive(
            Frame(values.HEADS, values.Heads(tuple(values.Row(each, 9, bytes(32)) for each in chains)).body()), 0
        )
    assert len(pair.b.sync._fetch._chains) == limits.OFFERED_MAX
    assert len(pair.b.sync._serve._reached) <= limits.OFFERED_MAX


def test_lists_are_answered_while_something_is_loaded() -> None:
    pair = caught_up()
    pair.a.sync._serve._loading = Load(values.Want(pair.a.chain(), 0, 5), is_own=False, bytes_max=0)
    pair.a.said.clear()
    pair.a.tell(values.Want(pair.a.chain(), 0, 5))
    pair.a.tell(values.List(pair.a.node))
    assert pair.a.names() == ["Listed"]


def test_too_many_questions_are_refused() -> None:
    pair = caught_up()
    pair.a.sync._serve._credit = 0
    pair.a.shelf.chains[pair.a.chain()].sealed[1] = None
    for _ in range(limits.JOBS_MAX + 1):
        pair.a.tell(values.Want(pair.a.chain(), 0, 5))
    assert "questions" in pair.a.closed


def test_the_tables_hold_every_state() -> None:
    assert {state for state, _ in sync.STATES} | set(sync.STATES.values()) == set(get_args(sync.State))
    states = {state for state, _ in sync_fetch.STATES} | set(sync_fetch.STATES.values())
    assert states == set(get_args(sync_fetch.State))


@settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.data())
def test_whatever_is_said_gives_effects_and_no_error(data: st.DataObject) -> None:
    """Frames of any type with parts of what is really there, in any order: the store alone may refuse them."""
    pair = caught_up()
    a, b = pair.a, pair.b
    chain = data.draw(st.sampled_from((a.chain(), b.chain(), a.chain(1), b.chain(1), Party("c").chain())))
    real = [message.body() for message in (*a.said, *b.said)]
    for _ in range(data.draw(st.integers(1, 6))):
        kind = data.draw(st.sampled_from(sorted(sync_frames.FORMS)))
        body = data.draw(body_of(sync_frames.FORMS[kind]))
        for name in set(body) & {"chain", "first", "rows", "node", "seq", "all"}:
            if name == "chain" and data.draw(st.booleans()):
                body[name] = [chain.node, chain.epoch, chain.audience]
            elif data.draw(st.booleans()):
                body[name] = data.draw(st.sampled_from([each[name] for each in real if name in each] or [body[name]]))
        try:
            data_ = canonical.encode([kind, body])
            frame = frames.decode(data_)
        except RemoteError:
            continue
        effects = a.sync.receive(frame, a.now_ms)
        a.do([effect for effect in effects if not isinstance(effect, Store)])
        a.do(a.sync.tick(a.now_ms + 100))

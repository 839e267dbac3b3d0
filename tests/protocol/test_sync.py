"""Do two nodes come to hold the same, at no more cost than allowed, and end with a peer that does not answer?"""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccnode_crypto import canonical
from ccnode_protocol import frames, limits, sync, sync_fetch, sync_frames
from ccnode_protocol import sync_values as values
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.forks import Hunts
from ccnode_protocol.frames import Frame
from ccnode_protocol.sync_effects import Load, Say, Store
from ccnode_protocol.sync_index import Flow
from ccnode_protocol.tiers import Tier
from tests.protocol.bodies import body_of
from tests.protocol.syncing import Pair, Party, caught_up


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


def test_who_needs_what_is_passed_on_gets_it_sooner_and_who_does_not_later() -> None:
    pair, writer = caught_up(), Party("c")
    for party in (pair.a, pair.b):
        party.index.certified.add(writer.node)

    def passed_on(*, is_asked: bool) -> int:
        """How long the first waits before it passes on a run of a third; whether the second asks for it then."""
        run = writer.write(writer.chain(), 1)
        pair.a.store(Store(run, is_quarantined=False))
        due = pair.a.sync.timer()
        assert due is not None
        waited = due - pair.a.now_ms
        pair.a.now_ms = due
        if not is_asked:  # it has it from elsewhere, and has not said so yet
            pair.b.shelf.receive(run)
            pair.b.shelf.tell(pair.b.index, run.chain)
        pair.a.do(pair.a.sync.tick(due))
        pair.run()
        assert pair.a.rows() == pair.b.rows()
        return waited

    assert [passed_on(is_asked=False) for _ in range(6)] == [200, 200, 400, 800, 1600, 1600]
    assert limits.RELAY_MOST_MS == 1600
    assert [passed_on(is_asked=True) for _ in range(3)] == [1600, 20, 20]
    assert [passed_on(is_asked=False) for _ in range(3)] == [20, 20, 40]


def test_the_end_of_runs_says_nothing_of_contents_that_are_asked_for_too() -> None:
    """Found by a simulated federation: the contents came after it, and seemed to be none that were asked for."""
    party, peer = Party("a"), Party("b")
    party.index.certified |= {party.node, peer.node}
    chain = peer.chain()
    sent = peer.write(chain, 5, words=b"w")
    party.index.grow(chain, 4, sent.head)
    party.index.missing[chain] = ((1, 2),)
    flow = Flow(party.index, peer.node, Tier.CORE)
    fetch = sync_fetch.Fetch(flow, Hunts(flow), None)
    asked = [effect.message for effect in fetch.step(0) if isinstance(effect, Say)]
    assert asked == [values.WantContents(chain, ((1, 2),))]
    fetch.offer([values.Row(chain, 9, bytes(32))], 0)  # news of the chain while its contents are on their way
    assert [effect.message.kind for effect in fetch.step(0) if isinstance(effect, Say)] == [values.WANT]
    fetch.end(values.End(chain, 9))
    fetch.end(values.End(chain, 9))  # of a question that was dropped
    (store,) = fetch.contents(values.Contents(chain, ((1, b"x"), (2, b"y"))), 0)
    assert isinstance(store, Store)
    fetch.settled(store.item, 0)
    party.index.missing[chain] = ((3, 1),)
    party.index.grow(chain, 9, bytes(32))
    again = [effect.message for effect in fetch.step(0) if isinstance(effect, Say)]
    assert again == [values.WantContents(chain, ((3, 1),))]
    fetch.end(values.End(chain, 0))
    assert fetch.contents(values.Contents(chain, ((3, b"z"),)), 0) == [], (
        "of contents alone, it says that there are none"
    )

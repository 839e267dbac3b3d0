"""Does a packet wait until the owner promotes it, on all nodes alike, and go with what it was made from?"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock
from ccnode.mind import knowledge as mind
from ccnode.store import (
    audit,
    erase,
    knowledge,
    knowledge_acts,
    knowledge_forms,
    memory,
    memory_search,
    notes,
    peers,
    rebuild,
    views,
)
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.forgetting import OwnerNeeded
from ccnode.store.peers import Peer
from ccnode.store.search import Searcher
from ccnode_crypto import canonical
from ccnode_crypto.certificate import certify
from ccnode_crypto.entry import AUDIENCE_PUBLIC, AUDIENCE_SHARED
from ccnode_crypto.erasure import RULE_MS
from ccnode_protocol import records
from ccnode_protocol.records import Packet, Record, Role, Said
from ccnode_protocol.tiers import Tier
from tests.store.linked import Side, link, run
from tests.store.support import DAY_MS, OWNER, START_MS, reader, say, session_id
from tests.store.test_rebuild import rows

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.store.knowledge import Known
    from ccnode.store.transaction import Transaction

HARBOUR = "The harbour master of Elmsworth is called Ottilie Brandt."
OTHERWISE = "The harbour master of Elmsworth is called Hannes Vogt."
SUBJECT = "harbour master of Elmsworth"
SALT = b"0123456789abcdef"


class Three:
    """A stranger, and two nodes of ours that follow what it shares."""

    def __init__(self, root: Path, clock_ms: int) -> None:
        self.stranger = Side(root, "stranger", 7, is_ours=False, clock_ms=clock_ms)
        self.here, self.there = (
            Side(root, name, seed, clock_ms=clock_ms) for name, seed in (("here", 1), ("there", 2))
        )
        self.here.trust(self.there)
        self.there.trust(self.here)
        self.every = (self.stranger, self.here, self.there)

    def meet(self, *, both: bool = False) -> None:
        """Everybody hears of everything: ours of each other, and of what the stranger shares (`both`, or only one)."""
        for side in self.every:
            side.follow()
        for side in (self.here, self.there) if both else (self.here,):
            self._met(link(side, self.stranger, Tier.SANDBOX_IN, Tier.SANDBOX_OUT))
        self._met(link(self.here, self.there))
        for side in self.every:
            assert side.closed == []

    def carry_out(self, *, both: bool = False) -> None:
        """Orders travel and become due, whichever clock is ahead of the others."""
        for _ in range(3):
            for side in self.every:
                side.node.clock.ms += 60_000
                side.ledger.append_sync(erase.erase_due(side.node.clock.ms))
            self.meet(both=both)

    @staticmethod
    def _met(ends: tuple[Any, Any]) -> None:
        run(ends)
        ends[0].cut()


@pytest.fixture(params=[START_MS, RULE_MS + DAY_MS], ids=["before", "since"])
def three(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Three]:
    """Before the rule on who may erase what, and since."""
    made = Three(tmp_path, request.param)
    yield made
    for side in made.every:
        side.stop()


def told(side: Side, text: str, number: int = 1) -> bytes:
    """Say something in a conversation of its own; its digest."""

    def job(tx: Transaction) -> bytes:
        tx.append(records.session_opened(session_id(number), "a secret title"))
        return say(tx, number, text).digest

    return side.ledger.append_sync(job)


def share(side: Side, said: bytes, subject: str = SUBJECT, **more: Any) -> bytes:
    given = {"audience": AUDIENCE_SHARED, "after": (), "salt": SALT, **more}
    return side.ledger.append_sync(knowledge_acts.share(said, subject, **given))


def known(side: Side, packet: bytes) -> Known:
    with contextlib.closing(reader(side.node.path)) as connection:
        return views.run(connection, knowledge.one(packet))


def states(side: Side) -> dict[bytes, str]:
    with contextlib.closing(reader(side.node.path)) as connection:
        return {one.packet: one.state for one in views.run(connection, knowledge.held())}


def summary(side: Side) -> dict[str, int]:
    with contextlib.closing(reader(side.node.path)) as connection:
        return views.run(connection, knowledge.summary())


def form(side: Side, packet: bytes) -> dict[str, Any]:
    with contextlib.closing(reader(side.node.path)) as connection:
        return views.run(connection, knowledge_forms.shown(packet))


def recalled(side: Side, question: str = "What is the harbour master of Elmsworth called?") -> list[Any]:
    searcher = Searcher(side.node.path.with_suffix(".index"), side.node.path)
    try:
        return searcher.recall(question, [])
    finally:
        searcher.close()


def found(side: Side, words: str = "harbour") -> tuple[list[str], list[str]]:
    """What a search of memory finds: what was said here, and what is known by others."""
    searcher = Searcher(side.node.path.with_suffix(".index"), side.node.path)
    try:
        with contextlib.closing(reader(side.node.path)) as connection:
            page = memory_search.search(searcher, connection, words, 20)
        return [one.message.text or "" for one in page.memories], [one.words for one in page.knowledge]
    finally:
        searcher.close()


def make(side: Side, packet: Packet, made_from: list[bytes] | None = None, **changed: Any) -> bytes:
    """Put a packet on a chain of a side as no program of ours would."""
    fields = canonical.decode_map(records.pack_packet(packet), size_max=10**6) | changed
    content = canonical.encode(fields)
    meta = {"packet": records.packet_id(content), "sources": made_from or [one.entry for one in packet.sources]}
    record = Record(records.Kind.PACKET_KEPT, canonical.encode(meta), content)
    audience = packet.audience
    side.ledger.append_sync(lambda tx: tx.append(record, audience=audience))
    return records.packet_id(content)


def packet_of(side: Side, text: str = HARBOUR, number: int = 0, subject: str = SUBJECT) -> Packet:
    said = Said(number.to_bytes(32, "big"), Role.USER, START_MS)
    return Packet(side.key, AUDIENCE_SHARED, SALT, text, (said,), subject)


def assert_whole(*sides: Side) -> None:
    """Every table is what the entries say, and is made so again."""
    for side in sides:
        with contextlib.closing(reader(side.node.path)) as connection:
            report = audit.verify(connection, now_ms=side.node.clock.ms)
            before = rows(connection)
        assert report.ok, report.problems
        side.ledger.append_sync(rebuild.rebuild())
        with contextlib.closing(reader(side.node.path)) as connection:
            assert rows(connection) == before


def test_what_a_peer_shares_is_known_once_it_is_promoted(three: Three) -> None:
    said = told(three.stranger, HARBOUR)
    packet = share(three.stranger, said)
    three.meet()
    assert states(three.stranger) == {packet: "shared"}
    assert states(three.here) == {packet: "waiting"}
    assert states(three.there) == {}
    assert recalled(three.here) == []
    assert found(three.here) == ([], [])
    assert summary(three.here) == {"waiting": 1, "promoted": 0}
    one = form(three.here, packet)
    assert (one["text"], one["subject"], one["state"]) == (HARBOUR, SUBJECT, "waiting")
    assert [(each["entry"], each["role"]) for each in one["sources"]] == [(said.hex(), "user")]
    assert "secret" not in str(one)  # nothing but what was chosen came along

    three.here.ledger.append_sync(knowledge_acts.promote(packet))
    three.here.ledger.append_sync(knowledge_acts.promote(packet))  # once is enough
    three.meet()
    assert three.here.rows("SELECT count(*) FROM packets") == [(1,)]
    for side in (three.here, three.there):
        assert states(side) == {packet: "promoted"}
        assert summary(side) == {"waiting": 0, "promoted": 1}
        (hit,) = recalled(side)
        assert (hit.content, hit.role) == (HARBOUR, "tool")
        assert packet.hex()[:12] in hit.told_by
        assert "its owner" in hit.told_by
        assert found(side) == ([], [HARBOUR])
    assert_whole(*three.every)


def test_a_rejection_holds_on_all_nodes_until_it_is_taken_back(three: Three) -> None:
    packet = share(three.stranger, told(three.stranger, HARBOUR))
    three.meet()
    three.here.ledger.append_sync(knowledge_acts.promote(packet))
    three.meet()
    three.there.ledger.append_sync(knowledge_acts.reject(packet))
    three.there.ledger.append_sync(knowledge_acts.reject(packet))
    assert recalled(three.there) == []
    three.meet()
    assert states(three.here) == states(three.there) == {packet: "rejected"}
    assert recalled(three.here) == found(three.here)[1] == []
    assert summary(three.here) == {"waiting": 0, "promoted": 0}
    # The other node has the words by the promotion alone, and can promote it again with these.
    three.there.ledger.append_sync(knowledge_acts.promote(packet))
    three.meet()
    assert [hit.content for hit in recalled(three.here)] == [HARBOUR]
    assert three.here.rows("SELECT count(*) FROM packets") == [(3,)]
    assert_whole(three.here, three.there)


def test_who_withdraws_takes_it_from_whoever_promoted_it(three: Three) -> None:
    said = told(three.stranger, HARBOUR)
    packet = share(three.stranger, said)
    three.meet()
    three.here.ledger.append_sync(knowledge_acts.promote(packet))
    three.meet()
    assert [hit.content for hit in recalled(three.there)] == [HARBOUR]

    with pytest.raises(Conflict, match="another's"):
        three.here.ledger.append_sync(knowledge_acts.withdraw(packet, three.here.node.clock.ms))
    three.stranger.ledger.append_sync(knowledge_acts.withdraw(packet, three.stranger.node.clock.ms))
    three.meet()
    assert states(three.stranger) == {packet: "withdrawn"}
    assert recalled(three.here) == []  # at once, before anything is erased
    assert states(three.here) == {packet: "withdrawn"}
    three.carry_out()
    for side in three.every:
        with_words = "SELECT count(*) FROM entries WHERE kind = 48 AND sealed IS NOT NULL"
        assert side.rows(with_words) == [(0,)], side.name
    assert states(three.there) == {packet: "withdrawn"}
    with pytest.raises(Conflict, match="gone"):
        three.here.ledger.append_sync(knowledge_acts.promote(packet))
    assert "ottilie" in str(three.stranger.texts())  # the message stays as it was said
    assert_whole(*three.every)


def test_what_was_promoted_long_ago_goes_as_well(three: Three) -> None:
    packet = share(three.stranger, told(three.stranger, HARBOUR))
    three.meet()
    three.here.ledger.append_sync(knowledge_acts.promote(packet))
    three.meet()
    for side in three.every:
        side.node.clock.ms += 100 * DAY_MS
    offer, due_ms = known(three.stranger, packet).digest, three.stranger.node.clock.ms
    with pytest.raises(OwnerNeeded):
        three.stranger.ledger.append_sync(knowledge_acts.withdraw(packet, due_ms))
    order = records.message_forget_ordered(offer, due_ms)  # as a cascade gives it
    three.stranger.ledger.append_sync(methodcaller("append", order, audience=AUDIENCE_SHARED))
    three.meet()
    three.carry_out()
    for side in three.every:
        assert side.rows("SELECT count(*) FROM entries WHERE kind = 48 AND sealed IS NOT NULL") == [(0,)], side.name
        assert states(side) == {packet: "withdrawn"}
    assert_whole(*three.every)


def test_what_is_forgotten_takes_the_packets_made_of_it_along(three: Three) -> None:
    said = told(three.stranger, HARBOUR)
    packet = share(three.stranger, said)
    three.meet(both=True)
    three.here.ledger.append_sync(knowledge_acts.promote(packet))
    three.meet(both=True)

    clock = three.stranger.node.clock
    three.stranger.ledger.append_sync(memory.forget(said, clock.ms))
    for side in three.every:
        side.node.clock.ms += 2 * DAY_MS
    three.carry_out(both=True)
    for side in three.every:
        assert side.rows("SELECT count(*) FROM entries WHERE kind IN (17, 48) AND sealed IS NOT NULL") == [(0,)], (
            side.name
        )
        assert states(side) == {packet: "withdrawn"}
    assert_whole(*three.every)


def test_replies_that_cite_what_is_no_longer_known_are_left_out(three: Three) -> None:
    packet = share(three.stranger, told(three.stranger, HARBOUR))
    three.meet()
    three.here.ledger.append_sync(knowledge_acts.promote(packet))
    promoted = known(three.here, packet).digest

    def job(tx: Transaction) -> bytes:
        tx.append(records.session_opened(session_id(5), "asked"))
        asked = say(tx, 5, "Who is the harbour master?").digest
        return say(tx, 5, "She is called Ottilie Brandt.", asked, Role.ASSISTANT, sources=(promoted,)).digest

    reply = three.here.ledger.append_sync(job)

    def left_out() -> set[bytes]:
        with contextlib.closing(reader(three.here.node.path)) as connection:
            return views.run(connection, memory.left_out([reply]))

    assert left_out() == set()
    # What rests on a packet says so when it is shared in its turn.
    again = share(three.here, reply, "")
    assert [one["packet_id"] for one in form(three.here, again)["after"]] == [packet.hex()]
    three.here.ledger.append_sync(knowledge_acts.reject(packet))
    assert left_out() == {reply}
    three.here.ledger.append_sync(knowledge_acts.promote(packet))
    assert left_out() == set()


def test_what_says_otherwise_is_shown_beside_it(three: Three) -> None:
    first = share(three.stranger, told(three.stranger, HARBOUR))
    second = share(three.stranger, told(three.stranger, OTHERWISE, 2), "Harbour-master of  ELMSWORTH!")
    apart = share(three.stranger, told(three.stranger, "It is blue.", 3), "the boat")
    mine = told(three.here, "I met the harbour master today.", 4)
    three.here.ledger.append_sync(notes.keep(mine, "The harbour master of Elmsworth is Klara Wiese."))
    three.meet()
    one = form(three.here, first)["conflicts_with"]
    assert [(other["state"], other["text"]) for other in one] == [
        ("waiting", OTHERWISE),
        ("note", "The harbour master of Elmsworth is Klara Wiese."),
    ]
    for packet in (first, second):
        three.here.ledger.append_sync(knowledge_acts.promote(packet))
    assert {other["packet_id"] for other in form(three.here, second)["conflicts_with"]} == {first.hex(), None}
    assert form(three.here, apart)["conflicts_with"] == []
    assert {hit.content for hit in recalled(three.here) if hit.told_by} == {HARBOUR, OTHERWISE}
    with contextlib.closing(reader(three.here.node.path)) as connection:
        page = views.run(connection, knowledge_forms.listed(1))
        rest = views.run(connection, knowledge_forms.listed(5, before=bytes.fromhex(page["next"])))
        only = views.run(connection, knowledge_forms.listed(5, state="waiting"))
    assert [one["packet_id"] for one in page["packets"] + rest["packets"]] == [
        packet.hex() for packet in (second, first, apart)
    ]
    assert [one["packet_id"] for one in only["packets"]] == [apart.hex()]


def test_what_comes_from_one_message_needs_no_subject_to_be_held_against_each_other(three: Three) -> None:
    said = told(three.stranger, HARBOUR)
    first = share(three.stranger, said, "")
    three.stranger.ledger.append_sync(notes.keep(said, OTHERWISE))
    note = three.stranger.rows("SELECT digest FROM entries WHERE kind = 29")[0][0]
    assert isinstance(note, bytes)
    second = share(three.stranger, note, "")
    apart = share(three.stranger, told(three.stranger, "It is blue.", 3), "")
    three.meet()
    for one, other, text in ((first, second, OTHERWISE), (second, first, HARBOUR)):
        (found,) = form(three.here, one)["conflicts_with"]
        assert (found["packet_id"], found["text"]) == (other.hex(), text)
    assert form(three.here, apart)["conflicts_with"] == []


def test_of_whom_nothing_was_heard_for_long_it_is_said_with_what_it_told(
    three: Three, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may have taken the packet back since: nobody here would know."""
    packet = share(three.stranger, told(three.stranger, HARBOUR))
    three.meet()
    three.here.ledger.append_sync(knowledge_acts.promote(packet))
    assert (form(three.here, packet)["last_heard"], form(three.here, packet)["stale"]) == (None, False)
    peer = Peer(three.stranger.key, "known", Tier.SANDBOX_IN, seen_ms=START_MS)
    three.here.ledger.append_sync(peers.keep_peer(peer))
    three.here.ledger.append_sync(peers.keep_peer(replace(peer, tier=Tier.EXTERNAL, seen_ms=START_MS + 40 * DAY_MS)))
    for days, stale in ((29, False), (31, True)):
        monkeypatch.setattr(clock, "now_ms", lambda days=days: START_MS + days * DAY_MS)
        one = form(three.here, packet)
        assert (one["last_heard"], one["stale"]) == (clock.iso(START_MS), stale)
        (hit,) = recalled(three.here)
        assert ("last heard of 2026-02-02" in hit.told_by) is stale
    assert form(three.stranger, packet)["stale"] is False, "it is its own"


def test_a_packet_that_does_not_hold_is_none(three: Three) -> None:
    good = packet_of(three.stranger)
    bad = [
        make(three.stranger, good, node=three.here.key),  # it speaks for us
        make(three.stranger, good, sources=[[b"x" * 32, 0, 1]]),  # other sources than the entry has
        make(three.stranger, good, [b"y" * 32]),
        make(three.stranger, good, audience=AUDIENCE_PUBLIC),  # another chain's
        make(three.stranger, good, text=""),
        make(three.stranger, good, text="x" * 16_385),
        make(three.stranger, good, subject="x" * 201),
        make(three.stranger, good, after=[b"z" * 32] * 2),
        make(three.stranger, good, salt=b"short"),
    ]
    content = records.pack_packet(good)
    meta = canonical.encode({"packet": b"w" * 32, "sources": [good.sources[0].entry]})  # another name than its bytes
    wrong = Record(records.Kind.PACKET_KEPT, meta, content)
    three.stranger.ledger.append_sync(lambda tx: tx.append(wrong, audience=AUDIENCE_SHARED))
    three.meet()
    assert len(set(bad)) >= 8
    assert states(three.here) == {}
    for packet in (*bad, b"w" * 32):
        with pytest.raises(NotFound):
            three.here.ledger.append_sync(knowledge_acts.promote(packet))
    right = make(three.stranger, good)
    three.meet()
    assert states(three.here) == {right: "waiting"}
    assert_whole(three.here)


def test_what_strangers_promote_or_reject_counts_for_nothing(three: Three) -> None:
    packet = share(three.stranger, told(three.stranger, HARBOUR))
    content = records.pack_packet(packet_of(three.stranger))
    for audience in (0, 1, 2):
        for record in (records.packet_kept(content, [b"s" * 32]), records.packet_rejected(packet)):
            three.stranger.ledger.append_sync(methodcaller("append", record, audience=audience))
    three.meet()
    assert set(states(three.here).values()) == {"waiting"}
    three.here.ledger.append_sync(knowledge_acts.promote(packet))
    three.stranger.ledger.append_sync(lambda tx: tx.append(records.packet_rejected(packet), audience=1))
    three.meet()
    assert states(three.here)[packet] == "promoted"
    assert_whole(three.here)


def test_a_flood_of_packets_keeps_nobody_elses_out(tmp_path: Path) -> None:
    loud, quiet = Side(tmp_path, "loud", 8, is_ours=False), Side(tmp_path, "quiet", 9, is_ours=False)
    here = Side(tmp_path, "here", 1)

    def flood(tx: Transaction) -> None:
        for number in range(10_000):
            content = records.pack_packet(packet_of(loud, f"Claim {number}.", number, ""))
            tx.append(records.packet_kept(content, [number.to_bytes(32, "big")]), audience=AUDIENCE_SHARED)

    loud.ledger.append_sync(flood)
    packet = share(quiet, told(quiet, HARBOUR))
    for side in (loud, quiet):
        side.follow()
        ends = link(here, side, Tier.SANDBOX_IN, Tier.SANDBOX_OUT)
        run(ends)
        ends[0].cut()
    assert here.rows("SELECT count(*) FROM apart_packets") == [(10_001,)]
    listed = states(here)
    assert len(listed) == knowledge.WAITING_MAX + 1
    assert listed[packet] == "waiting"
    # Judged ones make room for those that came later.
    judged = [one for one in listed if one != packet][:3]
    for one in judged:
        here.ledger.append_sync(knowledge_acts.reject(one))
    assert sum(state == "waiting" for state in states(here).values()) == knowledge.WAITING_MAX + 1
    for side in (loud, quiet, here):
        side.stop()


def test_what_a_peer_of_another_tier_shares_does_not_come(tmp_path: Path) -> None:
    stranger, here = Side(tmp_path, "stranger", 8, is_ours=False), Side(tmp_path, "here", 1)
    share(stranger, told(stranger, HARBOUR))
    stranger.follow()
    for tier, back in (
        (Tier.SANDBOX_OUT, Tier.SANDBOX_OUT),
        (Tier.EXTERNAL, Tier.CORE),
        (Tier.SANDBOX_IN, Tier.EXTERNAL),
    ):
        ends = link(here, stranger, tier, back)
        run(ends)
        ends[0].cut()
        assert states(here) == {}
        assert here.rows("SELECT count(*) FROM apart_packets") == [(0,)]
    for side in (stranger, here):
        side.stop()


def test_the_same_packet_offered_twice_is_one(three: Three) -> None:
    said = told(three.stranger, HARBOUR)
    packet = share(three.stranger, said)
    assert share(three.stranger, said, salt=b"another salt 16b") == packet  # it is shared already
    record = records.packet_kept(
        records.pack_packet(known(three.stranger, packet).said or packet_of(three.here)), [said]
    )
    three.stranger.ledger.append_sync(lambda tx: tx.append(record, audience=AUDIENCE_SHARED))
    three.meet()
    assert states(three.here) == {packet: "waiting"}
    three.stranger.ledger.append_sync(knowledge_acts.withdraw(packet, three.stranger.node.clock.ms))
    three.meet()
    assert states(three.here) == {packet: "withdrawn"}
    three.carry_out()
    assert states(three.here) == {}
    assert share(three.stranger, said, salt=b"another salt 16b") != packet  # what was withdrawn can be shared anew
    assert_whole(three.here, three.stranger)


def test_a_stranger_that_becomes_ours_has_shared_what_is_ours(three: Three) -> None:
    packet = share(three.stranger, told(three.stranger, HARBOUR))
    three.meet()
    three.here.ledger.append_sync(knowledge_acts.promote(packet))
    paper = certify(OWNER, three.stranger.key, START_MS)
    three.here.ledger.append_sync(lambda tx: tx.append(records.node_certified(paper.body, paper.signature)))
    assert states(three.here) == {packet: "shared"}
    assert three.here.rows("SELECT count(*) FROM apart_packets") == [(0,)]
    assert [hit for hit in recalled(three.here) if hit.told_by] == []
    with pytest.raises(Conflict, match="your own"):
        three.here.ledger.append_sync(knowledge_acts.reject(packet))
    assert_whole(three.here)


def test_what_cannot_be_shared_is_said(three: Three) -> None:
    here = three.here
    long, said = told(here, "x" * 20_000), told(here, HARBOUR, 2)
    with pytest.raises(Conflict, match="bytes"):
        share(here, long)
    with pytest.raises(NotFound):
        share(here, b"n" * 32)
    with pytest.raises(Conflict, match="no packet"):
        share(here, said, after=(b"n" * 32,))
    note = here.ledger.append_sync(notes.keep(said, OTHERWISE))
    packet = share(here, note)
    one = form(here, packet)
    assert (one["text"], [each["entry"] for each in one["sources"]]) == (OTHERWISE, [note.hex(), said.hex()])
    here.ledger.append_sync(memory.forget(said, here.node.clock.ms))
    with pytest.raises(Conflict, match="forgotten"):
        share(here, said)
    with pytest.raises(Conflict, match="your own"):
        here.ledger.append_sync(knowledge_acts.promote(packet))
    # A node of ours that did not offer it cannot withdraw it with strangers.
    three.meet()
    with pytest.raises(Conflict, match="another node of yours"):
        three.there.ledger.append_sync(knowledge_acts.withdraw(packet, three.there.node.clock.ms))
    assert states(three.there) == {packet: "shared"}


def test_the_claim_names_its_subject() -> None:
    assert mind.claim("harbour master of Elmsworth", HARBOUR) == HARBOUR
    assert mind.claim("the boat", "It is blue.") == "the boat: It is blue."
    assert mind.claim("!", "It is blue.") == "It is blue."

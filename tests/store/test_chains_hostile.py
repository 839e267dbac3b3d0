"""What does a peer gain by sending something else than it should? A refusal, or nothing at all."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from operator import methodcaller
from typing import TYPE_CHECKING

import pytest

from ccnode.store import audit, bundles, chains, erase, peers, rebuild, views
from ccnode.store.project import TABLES
from ccnode_crypto.certificate import LastGood, certify, revoke
from ccnode_crypto.chain import ChainState, EntryDraft, Run, append_run
from ccnode_crypto.entry import ChainId
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.proof import ForkProof
from ccnode_protocol import limits, records
from ccnode_protocol.forks import proven
from ccnode_protocol.quota import Quota
from ccnode_protocol.records import Mark, MessageMeta, Role
from ccnode_protocol.sync_effects import Load
from ccnode_protocol.sync_values import Contents, Digests, Path, SentRun, Want, WantContents, WantDigests, WantPath
from ccnode_protocol.tiers import Tier
from tests.store.linked import End, Side, link, run, sync
from tests.store.support import OWNER, START_MS, Clock, introduce, reader, say, saying, session_id, stored_runs, talk
from tests.store.test_voices import Forger, Ours, attack, make

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path as FilePath

OTHER_OWNER = SigningKey(b"somebody else" + bytes(19))
HUGE = 2**64 - 1


@pytest.fixture
def two(tmp_path: FilePath) -> Iterator[tuple[Side, Side]]:
    sides = Side(tmp_path, "one", 1), Side(tmp_path, "other", 2)
    sides[0].trust(sides[1])
    sides[1].trust(sides[0])
    yield sides
    for side in sides:
        side.stop()


def runs_of(side: Side, chain: ChainId | None = None) -> list[SentRun]:
    """All of a chain of a side, in runs as a peer would send them."""
    wanted = chain or max(side.index.chains_of(side.key), key=side.index.length)
    found: list[SentRun] = []
    while not found or found[-1].end < side.index.length(wanted):
        at = found[-1].end if found else 0
        want = Want(wanted, at, at + 1)
        found += chains.load(side.connection, Load(want, is_own=False, bytes_max=0))  # type: ignore[arg-type]  # runs
    return found


def everything(side: Side) -> list[list[tuple[object, ...]]]:
    tables = (*TABLES, "entries", "chains", "runs", "quarantine", "apart", "apart_orders", "reindex")
    return [side.rows(f"SELECT * FROM {table}") for table in tables]


def receive(side: Side, item: SentRun | Contents, *, quarantined: bool = False) -> chains.Received:
    received = side.ledger.append_sync(chains.receive(item, side.node.clock.ms, quarantined=quarantined))
    chains.heed_received(side.index, received)
    return received


def as_sent(chain: ChainId, made: Run) -> SentRun:
    return SentRun(chain, made.first_seq, tuple(made.headers), tuple(made.metas), tuple(made.sealed), made.signature)


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]


def test_no_altered_byte_is_taken(two: tuple[Side, Side]) -> None:
    one, other = two
    one.ledger.append_sync(lambda tx: [say(tx, 1, f"word {number}") for number in range(3)])
    one.follow()
    before = everything(other)
    for sent in runs_of(one):
        altered = [replace(sent, signature=flipped(sent.signature, at)) for at in range(0, 64, 5)]
        for at in range(len(sent.headers)):
            for name, step in (("headers", 7), ("metas", 3), ("sealed", 9)):
                column: tuple[bytes, ...] = getattr(sent, name)
                for place in range(0, len(column[at] or b""), step):
                    part = (*column[:at], flipped(column[at], place), *column[at + 1 :])
                    altered.append(replace(sent, **{name: part}))  # type: ignore[arg-type]  # one of three columns
        if not all(sent.sealed):
            altered.append(replace(sent, sealed=tuple(body or b"x" * 33 for body in sent.sealed)))
        altered.append(replace(sent, headers=sent.headers[::-1]) if len(sent.headers) > 1 else altered[0])
        for each in altered:
            try:
                received = receive(other, each)
            except CryptoError:
                continue
            assert not received.new, "it does not follow"
        assert everything(other) == before
        assert receive(other, sent).new == len(sent.headers)
        before = everything(other)


def test_runs_that_do_not_follow_are_passed_over(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 3)
    one.follow()
    sent = runs_of(one)
    receive(other, sent[0])
    before = everything(other)
    assert not receive(other, sent[0]).new, "it is here"
    assert not receive(other, sent[2]).new, "there is a gap before it"
    assert everything(other) == before
    assert receive(other, sent[1]).new


def test_a_run_of_the_chain_that_is_written_now_is_passed_over(two: tuple[Side, Side]) -> None:
    """A copy of this node's disk writes on in its epoch."""
    one, other = two
    state = other.ledger.chains.of(0).state.copy()
    drafts = [other_draft("from a copy")]
    made, _ = append_run(state, drafts, other.node.key)
    before = everything(other)
    sent = SentRun(
        state.chain, made.first_seq, tuple(made.headers), tuple(made.metas), tuple(made.sealed), made.signature
    )
    assert not receive(other, sent).new
    assert everything(other) == before
    assert one.closed == []


def other_draft(text: str) -> EntryDraft:
    said = records.message(MessageMeta(session_id(1), Role.USER), text)
    return EntryDraft(said.kind, (START_MS + 10**6) << 16, said.meta, said.content, bytes(32))


def test_another_key_cannot_write_a_chain(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 1)
    one.follow()
    sent = runs_of(one)
    receive(other, sent[0])
    state = ChainState(sent[0].chain)
    chain = sent[0].chain
    state.length, state.head = sent[0].end, sent[0].head
    state.block_starts = [row[0] for row in one.rows("SELECT digest FROM entries WHERE seq % 16 = 0 AND chain = 1")]  # type: ignore[misc]
    made, _ = append_run(state, [other_draft("forged")], SigningKey(b"\7" * 32))
    forged = as_sent(chain, made)
    with pytest.raises(CryptoError):
        receive(other, forged)


def test_contents_are_held_against_their_headers(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 5)
    one.follow()
    for sent in runs_of(one):
        receive(other, replace(sent, sealed=tuple(None if body else body for body in sent.sealed)))
    ((chain, missing),) = other.index.missing.items()
    asked = [seq for first, count in missing for seq in range(first, first + count)]
    (said,) = chains.load(one.connection, Load(WantContents(chain, missing), is_own=False, bytes_max=10**6))
    assert isinstance(said, Contents)
    before = everything(other)
    swapped = tuple((seq, said.items[at - 1][1]) for at, (seq, _) in enumerate(said.items))
    beyond = ((HUGE, b"x" * 40), (10**6, b"x" * 40), (0, b"x" * 40), (asked[0], b"x" * 40), (asked[1], b""))
    for items in (swapped, beyond, ()):
        assert receive(other, Contents(chain, items)).filled in ((), (0,))
        assert everything(other) == before
    stranger = ChainId(bytes(32), bytes(16), 0)
    assert receive(other, Contents(stranger, said.items)) == chains.Received(stranger)
    assert sorted(receive(other, said).filled) == asked
    assert other.index.missing == {}
    assert not receive(other, said).kinds, "they are here"


def test_erased_contents_do_not_come_back(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 5, text="secret")
    one.follow()
    sent = runs_of(one)
    sync(one, other)
    chain = sent[0].chain
    ranges = ((0, other.index.length(chain)),)
    (kept,) = chains.load(one.connection, Load(WantContents(chain, ranges), is_own=False, bytes_max=10**6))
    assert isinstance(kept, Contents)
    other.ledger.append_sync(lambda tx: tx.append(records.forget_ordered(session_id(1), 1)))
    other.ledger.append_sync(erase.erase_due(other.node.clock.ms))
    assert receive(other, kept).kinds == frozenset()
    assert not other.rows("SELECT 1 FROM entries WHERE kind = 17 AND sealed IS NOT NULL")
    third = Side(other.node.path.parent, "third", 3)
    third.trust(one, other)
    other.follow()
    sync(third, other)  # the orders; of the chain, what is left
    for each in sent:
        receive(third, each)  # a liar sends all of it
    assert not third.rows("SELECT 1 FROM entries WHERE kind = 17 AND sealed IS NOT NULL")
    third.stop()


def test_a_fork_is_kept_and_nothing_after_it_is_taken(two: tuple[Side, Side], tmp_path: FilePath) -> None:
    one, other = two
    talk(one.ledger, 1, 3)
    one.follow()
    sync(one, other)
    chain = runs_of(one)[0].chain
    state = one.ledger.chains.of(0).state
    histories = []
    for text in ("one history", "another"):
        mine = state.copy()
        made, _ = append_run(mine, [other_draft(text)], one.node.key)
        histories.append(as_sent(chain, made))
    third = Side(tmp_path, "third", 3)
    third.trust(one, other)
    other.trust(third)
    sync(third, other)
    receive(other, histories[0])
    receive(third, histories[1])
    for side in (other, third):
        side.follow()
    sync(third, other)
    assert [len(side.proofs) for side in (other, third)] == [1, 1]
    for side in (other, third):
        assert side.index.frozen[chain].seq == histories[0].first
        assert not receive(side, replace(histories[0], first=histories[0].first)).new
        with contextlib.closing(reader(side.node.path)) as connection:
            assert peers.load_forks(connection) == side.index.frozen
        side.start()
        row = side.index.row(chain)
        assert row is not None
        assert (row.frozen, row.length) == (True, histories[0].first)
    fourth = Side(tmp_path, "fourth", 4)
    fourth.trust(one, other, third)
    third.trust(fourth)
    sync(fourth, third)
    assert fourth.index.frozen.keys() == {chain}
    assert fourth.index.length(chain) <= histories[0].first + 1
    side_of = chains.load(other.connection, Load(WantPath(chain, 2), is_own=False, bytes_max=0))[0]
    assert isinstance(side_of, Path)
    assert side_of.side is not None
    with pytest.raises(Exception, match="no fork"):
        proven(chain, ForkProof(side_of.side, side_of.side))
    for each in (third, fourth):
        each.stop()


def test_a_revoked_key_is_taken_up_to_its_last_good_head(two: tuple[Side, Side]) -> None:
    one, other = two
    talk(one.ledger, 1, 2)
    one.follow()
    sent = runs_of(one)
    good = sent[2]
    for owner, is_heeded in ((OTHER_OWNER, False), (OWNER, True)):
        paper = revoke(owner, one.key, START_MS, (LastGood(good.chain.epoch, 0, good.end - 1, good.head),))
        record = records.node_revoked(paper.body, paper.signature)
        other.ledger.append_sync(methodcaller("append", record))
        taken = [bool(receive(other, each).new) for each in sent]
        assert taken == ([True] * 3 + [False] * (len(sent) - 3) if is_heeded else [True] * len(sent))
        if not is_heeded:  # begin anew
            other.stop()
            other.node.path.unlink()
            other.ledger = other.node.open()
            other.start()
            introduce(other.node, other.ledger)
            other.trust(one)


def test_what_can_be_asked_is_answered_whatever_it_is(two: tuple[Side, Side]) -> None:
    one, _ = two
    talk(one.ledger, 1, 2)
    one.follow()
    chain = runs_of(one)[0].chain
    for where in (chain, ChainId(bytes(32), bytes(16), 0)):
        for question in (
            Want(where, HUGE - 1, HUGE),
            WantContents(where, ((HUGE - 5, 5),)),
            WantContents(where, ((10**6, 1024),)),
            WantDigests(where, (HUGE, 10**9)),
            WantPath(where, HUGE),
        ):
            (*answers,) = chains.load(one.connection, Load(question, is_own=False, bytes_max=limits.RUN_WEIGHT_MAX))
            for answer in answers:
                assert answer in (Contents(where, ()), Digests(where, ()), Path(where, HUGE, None))
    large = Want(chain, 0, HUGE)
    (joined,) = chains.load(one.connection, Load(large, is_own=False, bytes_max=limits.RUN_WEIGHT_MAX))
    assert isinstance(joined, SentRun)
    assert joined.end == one.index.length(chain), "all runs in one"


def test_a_run_is_never_larger_than_its_frame(two: tuple[Side, Side]) -> None:
    one, other = two
    for size in (1_000_000, 10, 500_000, 500_000, 600_000, 10):
        one.ledger.append_sync(saying(1, "x" * size))
    one.follow()
    chain, at = runs_of(one)[0].chain, 0
    while at < one.index.length(chain):
        load = Load(Want(chain, at, HUGE), is_own=False, bytes_max=limits.RUN_WEIGHT_MAX)
        (sent,) = chains.load(one.connection, load)
        assert isinstance(sent, SentRun)
        assert sent.weight <= limits.RUN_WEIGHT_MAX
        at = sent.end
    sync(one, other)
    assert other.index.length(chain) == at


# --- quarantine ---


def test_quarantine_changes_nothing_of_ours(tmp_path: FilePath) -> None:
    """Everything that a stranger can say, from one who is let in: it is kept, and nothing is made of it."""
    ours: Ours = make(tmp_path / "ours", Clock())
    shown, tables = ours.shown(), rows_of(ours)
    enemy = attack(ours, Clock(START_MS + 10**9))
    for record in (
        records.note_kept(tuple(ours.said.values())[:3], "no cat at all"),
        records.node_revoked(*revoked(ours.node.key.public.raw)),
        records.node_named("Evil"),
        records.Record(99, b"\x80"),
        records.Record(int(records.Kind.MEASURED), b"not a map"),
    ):
        enemy.append(record)
    for each in enemy.runs:
        sent = SentRun(
            enemy.chain, each.first_seq, tuple(each.headers), tuple(each.metas), tuple(each.sealed), each.signature
        )
        assert ours.ledger.append_sync(chains.receive(sent, ours.node.clock.ms, quarantined=True)).new
    ours.node.clock.ms += 10_000
    assert rows_of(ours) == tables, "no table but those of quarantine knows of it"
    assert ours.shown() == shown
    own = heads_of(ours)
    ours.ledger.append_sync(erase.erase_due(ours.node.clock.ms))
    assert heads_of(ours) == own, "and no receipt is given to a stranger"
    ours.ledger.append_sync(rebuild.rebuild())
    assert rows_of(ours) == tables
    with contextlib.closing(reader(ours.home.ledger)) as connection:
        report = audit.verify(connection, now_ms=ours.node.clock.ms)
        assert report.ok, report.problems
        kept = connection.execute("SELECT length FROM chains WHERE node = ?", (enemy.key.public.raw,)).fetchall()
        assert kept == [(sum(len(each.headers) for each in enemy.runs),)]
        ours.home.profile.write_text("{}")
        exported = "".join(line.decode() for line in bundles.everything(connection, ours.home))
        assert ours.node.key.public.raw.hex() in exported
        assert enemy.key.public.raw.hex() not in exported
        listed = views.run(connection, views.chains())
        assert enemy.chain not in [each.chain for each in listed]
        assert all(each.chain.node == ours.node.key.public.raw for each in views.run(connection, views.entries(10**4)))
    ours.ledger.close()


def revoked(node: bytes) -> tuple[bytes, bytes]:
    paper = revoke(OWNER, node, START_MS, ())
    return paper.body, paper.signature


def rows_of(ours: Ours) -> dict[str, list[tuple[object, ...]]]:
    with contextlib.closing(reader(ours.home.ledger)) as connection:
        counted = views.run(connection, views.statistics())
        tables = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in (*TABLES, "reindex")}
    return {**tables, "counted": [(counted,)]}


def heads_of(ours: Ours) -> list[tuple[object, ...]]:
    with contextlib.closing(reader(ours.home.ledger)) as connection:
        sql = "SELECT epoch, length, head FROM chains WHERE node = ? ORDER BY 1"
        return connection.execute(sql, (ours.node.key.public.raw,)).fetchall()


def shared(side: Side, count: int, text: str = "his") -> None:
    said = [records.message(MessageMeta(session_id(7), Role.USER), f"{text} {number}") for number in range(count)]
    opened = records.session_opened(session_id(7), f"{text} title")
    side.ledger.append_sync(lambda tx: [tx.append(each, audience=1) for each in (opened, *said)])
    side.follow()


@pytest.fixture
def guest(tmp_path: FilePath) -> Iterator[Side]:
    side = Side(tmp_path, "guest", 9, is_ours=False)
    yield side
    side.stop()


def test_what_a_sandbox_peer_shares_is_kept_apart_and_erased_at_its_word(two: tuple[Side, Side], guest: Side) -> None:
    one, _ = two
    shared(guest, 5)
    guest.ledger.append_sync(saying(1, "not shared"))
    guest.follow()
    ends = link(one, guest, Tier.SANDBOX_IN, Tier.SANDBOX_OUT)
    run(ends)
    held = "SELECT sealed FROM entries e JOIN chains c ON c.id = e.chain WHERE c.node = ? AND e.kind IN (16, 17)"
    bodies = [row[0] for row in one.connection.execute(held, (guest.key,))]
    assert len(bodies) == 6
    assert one.texts() == set()
    assert guest.index.chains_of(one.key) == set(), "nothing of ours went there"
    for order in (
        records.message_forget_ordered(guest.rows("SELECT digest FROM entries WHERE kind = 17 LIMIT 1")[0][0], 1),  # type: ignore[arg-type]
        records.forget_ordered(session_id(7), 1),
    ):
        guest.ledger.append_sync(methodcaller("append", order, audience=1))
        guest.follow()
        run(ends)
        one.ledger.append_sync(erase.erase_due(one.node.clock.ms))
    assert [row[0] for row in one.connection.execute(held, (guest.key,))] == [None] * 6
    assert one.index.missing == {}
    one.start()
    assert one.index.missing == {}, "nobody asks for what its writer had erased"
    shared(guest, 3, "after the order")
    assert_quarantine_is_what_entries_say(one)


def assert_quarantine_is_what_entries_say(side: Side) -> None:
    before = [side.rows(f"SELECT * FROM {table} ORDER BY 1") for table in ("quarantine", "apart", "apart_orders")]
    side.ledger.append_sync(rebuild.rebuild())
    assert [
        side.rows(f"SELECT * FROM {table} ORDER BY 1") for table in ("quarantine", "apart", "apart_orders")
    ] == before


def test_an_order_in_quarantine_waits_until_it_is_due(two: tuple[Side, Side], guest: Side) -> None:
    one, _ = two
    shared(guest, 3)
    for number, is_taken_back in ((1, True), (2, False)):
        digest = guest.rows(f"SELECT digest FROM entries WHERE kind = 17 LIMIT 1 OFFSET {number - 1}")[0][0]
        assert isinstance(digest, bytes)
        order = guest.ledger.append_sync(
            methodcaller("append", records.message_forget_ordered(digest, START_MS + 10**7), audience=1)
        )
        if is_taken_back:
            guest.ledger.append_sync(methodcaller("append", records.forget_cancelled(order.digest), audience=1))
    guest.follow()
    sync(one, guest, Tier.SANDBOX_IN, Tier.SANDBOX_OUT)
    missing = "SELECT count(*) FROM entries WHERE sealed IS NULL"
    one.ledger.append_sync(erase.erase_due(one.node.clock.ms))
    assert one.rows(missing) == [(0,)]
    one.node.clock.ms += 2 * 10**7
    one.ledger.append_sync(erase.erase_due(one.node.clock.ms))
    assert one.rows(missing) == [(1,)]
    assert one.ledger.append_sync(erase.erase_due(one.node.clock.ms)) == []


def test_a_stranger_whom_our_owner_certifies_leaves_quarantine(two: tuple[Side, Side], guest: Side) -> None:
    """As if all of it had come from one of ours."""
    one, other = two
    shared(guest, 5)
    sync(one, guest, Tier.SANDBOX_IN, Tier.SANDBOX_OUT)
    assert one.rows("SELECT count(*) FROM messages") == [(0,)]
    one.trust(guest)
    assert one.rows("SELECT count(*) FROM quarantine UNION ALL SELECT count(*) FROM apart") == [(0,), (0,)]
    assert len(one.texts()) == 5
    other.trust(guest)
    sync(other, guest, Tier.CORE, Tier.CORE)
    kept = "SELECT e.digest, m.session, m.depth FROM messages m JOIN entries e ON e.id = m.id ORDER BY 1"
    assert one.rows(kept) == other.rows(kept)
    tables = [one.rows(f"SELECT * FROM {table}") for table in TABLES]
    one.ledger.append_sync(rebuild.rebuild())
    assert [one.rows(f"SELECT * FROM {table}") for table in TABLES] == tables


def test_papers_in_quarantine_make_nobody_ours(two: tuple[Side, Side], guest: Side) -> None:
    one, _ = two
    genuine = certify(OWNER, guest.key, START_MS)  # got hold of somehow
    for _ in range(3):
        guest.ledger.append_sync(
            lambda tx: tx.append(records.node_certified(genuine.body, genuine.signature), audience=1)
        )
    shared(guest, 1)
    sync(one, guest, Tier.SANDBOX_IN, Tier.SANDBOX_OUT)
    assert guest.key not in one.index.certified
    assert one.rows("SELECT count(*) FROM messages") == [(0,)]
    one.ledger.append_sync(rebuild.rebuild())
    assert one.rows("SELECT count(*) FROM messages") == [(0,)]


def test_a_quota_ends_what_a_sandbox_peer_can_send(two: tuple[Side, Side], guest: Side) -> None:
    one, _ = two
    for number in range(20):
        shared(guest, 10, "x" * 20_000 + str(number))
    ends = link(one, guest, Tier.SANDBOX_IN, Tier.SANDBOX_OUT)
    ends[0].cut()
    quota = Quota(day_max=2_500_000)
    again = End(one, guest.key, Tier.SANDBOX_IN, quota), End(guest, one.key, Tier.SANDBOX_OUT)
    again[0].other, again[1].other = again[1], again[0]
    for end in again:
        end.perform(end.sync.start(end.now_ms))
    run(again)
    taken = one.rows("SELECT sum(length(sealed)) FROM entries e JOIN quarantine q ON q.chain = e.chain")[0][0]
    assert isinstance(taken, int)
    assert 1_000_000 < taken <= 2_500_000
    one.ledger.append_sync(peers.keep_peer(peers.Peer(guest.key, "known", Tier.SANDBOX_IN)))
    one.ledger.append_sync(peers.keep_used(guest.key, quota))
    (kept,) = peers.load_peers(one.connection)
    assert kept.used.quota().all_bytes == quota.all_bytes > 0


def test_what_was_brought_in_by_hand_is_no_quarantine(two: tuple[Side, Side]) -> None:
    """It is a stranger's all the same."""
    one, _ = two
    said = one.ledger.append_sync(saying(1, "ours"))
    forger = Forger(5, Clock())
    forger.append(records.memory_marked(said.digest, Mark.DISABLED))
    one.ledger.append_sync(lambda tx: tx.receive(forger.chain, forger.runs))
    assert one.rows("SELECT count(*) FROM marks") == [(0,)]
    assert set(stored_runs(one.connection)) >= {forger.chain}

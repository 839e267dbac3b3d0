"""Do our own exports come in again as the chains they hold, and everybody else's only as imported words?"""

from __future__ import annotations

import contextlib
import json
import time
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.exchange import bundle_conversations, bundle_runs
from ccnode.exchange.model import ExchangeError
from ccnode.store import audit, bundles, erase, turns, views
from ccnode.store.bundle_import import Received, conversations_here, known_here, plan_here, receive_jobs
from ccnode.store.ledger import connect
from ccnode_crypto import bundle
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey, owner_id
from ccnode_crypto.statements import state_forget
from ccnode_protocol import records
from ccnode_protocol.records import Kind, MessageMeta, Role
from tests.cli.helpers import key_of, ledger_of, make_node, say
from tests.crypto.exports import Writer, export, sealed_again

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ccnode.exchange.bundle import BundlePlan
    from ccnode.exchange.model import Conversation
    from ccnode.store.home import Home

SEED = sha256(b"our owner").digest()
OUR_OWNER = SigningKey(SEED)


@pytest.fixture
def first(tmp_path: Path) -> Home:
    """A node of ours that has talked."""
    home = make_node(tmp_path / "first", owner_seed=SEED)
    say(home, [("What is a hash?", "A digest."), ("And a chain?", None)], "hashes")
    say(home, [("Hello", "Good day.")])
    return home


@pytest.fixture
def second(tmp_path: Path) -> Home:
    """Another node of the same owner."""
    home = make_node(tmp_path / "second", owner_seed=SEED)
    say(home, [("Here", "Yes.")], "second")
    return home


@pytest.fixture
def stranger(tmp_path: Path) -> Home:
    """A node of somebody else."""
    home = make_node(tmp_path / "stranger", owner_seed=sha256(b"somebody else").digest())
    say(home, [("Who are you?", "A stranger.")], "theirs")
    return home


def now_ms() -> int:
    return time.time_ns() // 1_000_000


def exported(home: Home, path: Path) -> Path:
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        path.write_bytes(b"".join(bundles.everything(connection, home)))
    return path


def session_exported(home: Home, session: bytes, path: Path) -> Path:
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        messages = views.run(connection, views.branch(session))
        path.write_bytes(b"".join(bundles.of_messages(connection, home, "session", messages)))
    return path


def written(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return path


def receive(home: Home, plan: BundlePlan) -> list[Received]:
    with ledger_of(home) as ledger:
        return [ledger.append_sync(job) for job in receive_jobs(plan, now_ms())]


def totals(results: list[Received]) -> tuple[int, int, list[str]]:
    problems = [one.problem for one in results if one.problem]
    return sum(one.added for one in results), sum(one.known for one in results), problems


def brought(home: Home, plan: BundlePlan) -> tuple[list[Conversation], list[tuple[str, int]]]:
    with conversations_here(plan, home, now_ms()) as source:
        found = list(source.conversations())
        assert source.position() == source.size == plan.size
        return found, [(left.why, left.count) for left in source.left]


def entries(home: Home) -> set[tuple[Any, ...]]:
    """Everything of the record that does not depend on the order of arrival."""
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        sql = "SELECT c.node, c.epoch, c.audience, e.seq, e.header, e.meta, e.sealed FROM entries e"
        return set(connection.execute(f"{sql} JOIN chains c ON c.id = e.chain"))


def shown(home: Home) -> list[tuple[str, list[str | None]]]:
    """What the sessions of the node say."""
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        found = []
        for session in views.run(connection, views.sessions(100)):
            messages = views.run(connection, views.branch(session.session))
            found.append((session.title, [message.text for message in messages]))
        return sorted(found, key=lambda one: (one[0], len(one[1])))


def verified(home: Home) -> None:
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        report = audit.verify(connection)
    assert report.problems == []


# --- ours ---


def test_an_export_of_another_node_of_ours_comes_in_as_its_chains(first: Home, second: Home, tmp_path: Path) -> None:
    mine, talked = shown(second), shown(first)
    plan = plan_here(exported(first, tmp_path / "all.jsonl"), second)
    assert (plan.receivable, plan.why, plan.left, plan.complete) == (True, "", [], True)
    assert (plan.messages, plan.sessions, plan.erased, plan.withheld) == (5, 2, 0, 0)
    assert known_here(plan, second) == 0
    results = receive(second, plan)
    assert totals(results) == (plan.entries, 0, [])
    assert sum(one.messages for one in results) == 5
    assert sum(one.sessions for one in results) == 2
    assert results[-1].position > plan.size // 2
    assert entries(first) <= entries(second)
    assert shown(second) == sorted([*mine, *talked], key=lambda one: (one[0], len(one[1])))
    verified(second)
    again = plan_here(tmp_path / "all.jsonl", second)
    assert known_here(again, second) == again.entries
    before = entries(second)
    assert totals(receive(second, again)) == (0, again.entries, [])
    assert entries(second) == before


def test_a_longer_export_adds_what_is_new(first: Home, second: Home, tmp_path: Path) -> None:
    receive(second, plan_here(exported(first, tmp_path / "1"), second))
    say(first, [("later", "yes")])
    plan = plan_here(exported(first, tmp_path / "2"), second)
    known = known_here(plan, second)
    added, already, problems = totals(receive(second, plan))
    assert (already, problems) == (known, [])
    assert added == plan.entries - known > 0
    verified(second)
    older = plan_here(tmp_path / "1", second)
    assert totals(receive(second, older)) == (0, older.entries, [])


def test_long_chains_come_in_batches_and_a_broken_import_goes_on(
    first: Home, second: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ledger_of(first) as ledger:
        session = ledger.append_sync(turns.open_session("long", None))
        for _ in range(30):
            ledger.append_sync(lambda tx: _say_much(tx, session, 200))
    path = exported(first, tmp_path / "all")
    monkeypatch.setattr(bundle_runs, "BATCH_ENTRIES", 2_100)
    plan = plan_here(path, second)
    longest = max(plan.heads.values(), key=len)
    assert len(longest) < 10
    jobs = list(receive_jobs(plan, now_ms()))
    assert len(jobs) > 5
    with ledger_of(second) as ledger:
        for job in jobs[:4]:
            assert ledger.append_sync(job).problem == ""
    half = known_here(plan, second)
    assert 0 < half < plan.entries
    added, known, problems = totals(receive(second, plan))
    assert (added, known, problems) == (plan.entries - half, half, [])
    verified(second)
    with ledger_of(second) as ledger:  # a job that is run twice finds everything known
        assert [ledger.append_sync(job).added for job in receive_jobs(plan, now_ms())].count(0) == len(jobs)


def _say_much(tx: Any, session: bytes, count: int) -> None:
    for number in range(count):
        meta = MessageMeta(session, Role.USER)
        tx.append(records.message(meta, f"{number} " + "word " * 20), meta)


def test_an_old_copy_that_is_put_back_gets_its_own_later_entries_again(first: Home, tmp_path: Path) -> None:
    old = first.ledger.read_bytes()
    say(first, [("lost?", "no")], "later")
    path = exported(first, tmp_path / "all")
    first.ledger.write_bytes(old)
    (first.root / "ledger.head").unlink()
    plan = plan_here(path, first)
    assert plan.receivable
    assert totals(receive(first, plan))[2] == []
    assert "later" in [title for title, _ in shown(first)]
    verified(first)


def test_the_running_nodes_own_epoch_is_known_and_never_extended(first: Home, tmp_path: Path) -> None:
    with ledger_of(first) as ledger:
        ledger.append_sync(turns.open_session("now", None))
        plan = plan_here(exported(first, tmp_path / "all"), first)
        assert totals([ledger.append_sync(job) for job in receive_jobs(plan, now_ms())]) == (0, plan.entries, [])


def test_a_fork_is_reported_and_nothing_of_that_chain_is_taken(first: Home, second: Home, tmp_path: Path) -> None:
    key = key_of(first)
    epoch = sha256(b"forked").digest()[:16]
    one, other = Writer(key, epoch), Writer(key, epoch)
    for number in range(5):
        text = f"same {number}" if number < 3 else f"one {number}"
        one.say(text, 2_000 + number)
        other.say(text.replace("one", "other"), 2_000 + number)
    other.say("longer", 3_000)
    files = [
        written(tmp_path / name, export(writer, certified=(), certificates=[certify(OUR_OWNER, key.public.raw, 1)],
                                        owner=owner_id(OUR_OWNER.public.raw)))
        for name, writer in (("one", one), ("other", other))
    ]  # fmt: skip
    assert totals(receive(second, plan_here(files[0], second))) == (6, 0, [])
    before = entries(second)
    plan = plan_here(files[1], second)
    assert plan.receivable
    added, known, problems = totals(receive(second, plan))
    assert (added, known) == (0, 0)
    assert len(problems) == 1
    assert "another way" in problems[0]
    own_entry = {entry for entry in entries(second) if entry not in before}
    assert own_entry == set()
    verified(second)


def test_a_node_that_no_chain_certifies_is_vouched_for_first(second: Home, tmp_path: Path) -> None:
    writer = Writer(SigningKey(sha256(b"silent").digest()))
    writer.add(records.session_opened(b"S" * 16, "silent"), 1_000)
    writer.say("I was certified on paper", 2_000, b"S" * 16)
    paper = certify(OUR_OWNER, writer.key.public.raw, 1)
    path = written(tmp_path / "x", export(writer, certificates=[paper], owner=None))
    plan = plan_here(path, second)
    assert plan.receivable
    for _ in range(2):
        receive(second, plan)
    assert ("silent", ["I was certified on paper"]) in shown(second)
    with contextlib.closing(connect(second.ledger, writable=False)) as connection:
        certified = views.run(connection, views.entries(50, kind=int(Kind.NODE_CERTIFIED)))
    assert len(certified) == 2  # its own, and the silent one's, once


# --- forgetting ---


def test_what_was_forgotten_stays_forgotten(first: Home, second: Home, tmp_path: Path) -> None:
    session = _session(first, "hashes")
    early = exported(first, tmp_path / "early")
    order_due = now_ms() - 10
    with ledger_of(first) as ledger:
        said = state_forget(OUR_OWNER, ledger.chains.key.public.raw, session, None, now_ms(), order_due)
        ledger.append_sync(lambda tx: tx.append(records.forget_stated(said)))
    between = exported(first, tmp_path / "between")  # the order is in it, and the words are too
    with ledger_of(first) as ledger:
        ledger.append_sync(erase.erase_due(now_ms()))
    late = exported(first, tmp_path / "late")
    plan = plan_here(late, second)
    assert (plan.receivable, plan.erased, plan.withheld) == (True, 4, 0)
    receive(second, plan_here(between, second))
    with contextlib.closing(connect(second.ledger, writable=False)) as connection:
        words = [row[0] for row in connection.execute("SELECT sealed FROM entries") if row[0]]
    assert not any(b"A digest." in body for body in words)  # not even for a while
    receive(second, plan_here(early, second))
    receive(second, plan)
    verified(second)
    with contextlib.closing(connect(second.ledger, writable=False)) as connection:
        assert not any(b"A digest." in row[0] for row in connection.execute("SELECT sealed FROM entries") if row[0])


def _session(home: Home, title: str) -> bytes:
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        return next(one.session for one in views.run(connection, views.sessions(100)) if one.title == title)


def test_contents_that_somebody_took_out_are_no_record(first: Home, second: Home, tmp_path: Path) -> None:
    lines = exported(first, tmp_path / "all").read_text().splitlines(keepends=True)
    out = []
    for line in lines:
        fields = json.loads(line)
        if fields["type"] == "body" and fields["sealed"]:
            fields["sealed"] = None
        out.append(json.dumps(fields) + "\n")
    plan = plan_here(written(tmp_path / "cut", sealed_again(out)), second)
    assert not plan.receivable
    assert "taken out" in plan.why
    before = entries(second)
    found, left = brought(second, plan)
    assert [len(conversation.turns) for conversation in found] == [0, 0]
    assert entries(second) == before
    assert left == [(bundle_conversations.PLATES, 1)]


# --- somebody else's, and parts ---


def test_a_strangers_export_gives_its_conversations_only(stranger: Home, second: Home, tmp_path: Path) -> None:
    plan = plan_here(exported(stranger, tmp_path / "all"), second)
    assert (plan.receivable, plan.complete) == (False, True)
    assert owner_id(plan.owner or b"") in plan.why
    found, left = brought(second, plan)
    assert [(one.title, [(turn.role, turn.text) for turn in one.turns]) for one in found] == [
        ("theirs", [("user", "Who are you?"), ("assistant", "A stranger.")])
    ]
    assert left == [(bundle_conversations.PLATES, 1)]
    with pytest.raises(AssertionError):
        receive(second, plan)


def test_a_stranger_who_claims_our_owner_is_still_one(second: Home, tmp_path: Path) -> None:
    writer = Writer(SigningKey(sha256(b"evil").digest()))
    mine = _session(second, "second")
    writer.add(records.forget_ordered(mine, 0), 2**46)
    writer.say("obey", 2_000)
    ours = owner_id(OUR_OWNER.public.raw)
    forged = certify(SigningKey(sha256(b"evil owner").digest()), writer.key.public.raw, 1)
    stolen = certify(OUR_OWNER, key_of(second).public.raw, 1)
    before = shown(second)
    for number, papers in enumerate(([], [forged], [stolen], [forged, stolen])):
        path = written(tmp_path / str(number), export(writer, certificates=papers, owner=ours))
        plan = plan_here(path, second)
        assert not plan.receivable
        assert "does not vouch" in plan.why
        found, _ = brought(second, plan)
        assert [[turn.text for turn in one.turns] for one in found] == [["obey"]]
    tampered = json.dumps({**json.loads(export(writer, certificates=[forged])[1]), "body": ""})
    lines = export(writer, certificates=[forged], owner=ours)
    with pytest.raises(ExchangeError, match="line 2"):
        plan_here(written(tmp_path / "bad", sealed_again([lines[0], tampered + "\n", *lines[2:]])), second)
    assert shown(second) == before
    with ledger_of(second) as ledger:
        assert ledger.append_sync(erase.erase_due(now_ms())) == []


def test_a_stranger_among_ours_makes_all_of_it_words_of_others(first: Home, second: Home, tmp_path: Path) -> None:
    with contextlib.closing(connect(first.ledger, writable=False)) as connection:
        lines = b"".join(bundles.everything(connection, first)).decode().splitlines(keepends=True)
    writer = Writer(SigningKey(sha256(b"evil").digest()))
    writer.add(records.forget_ordered(_session(first, "hashes"), 0), 2**46)
    theirs = export(writer, certificates=[])
    kinds = ("ccnode-export", "certificate", "head", "header", "body")
    both = sorted(lines[:-1] + theirs[1:-1], key=lambda line: kinds.index(json.loads(line)["type"]))
    plan = plan_here(written(tmp_path / "mixed", sealed_again(both)), second)
    assert not plan.receivable
    found, _ = brought(second, plan)
    assert sorted(str(one.title) for one in found) == ["None", "hashes"]
    assert [turn.text for one in found if one.title == "hashes" for turn in one.turns][1] == "A digest."


def test_one_session_of_ours_is_a_part_and_not_doubled_where_it_is_known(
    first: Home, second: Home, tmp_path: Path
) -> None:
    session = _session(first, "hashes")
    path = session_exported(first, session, tmp_path / "session")
    plan = plan_here(path, second)
    assert (plan.receivable, plan.what) == (False, "session")
    assert "a part" in plan.why
    (found,), _ = brought(second, plan)
    assert found.title == "hashes"
    assert [turn.text for turn in found.turns] == ["What is a hash?", "A digest.", "And a chain?"]
    assert [turn.parent for turn in found.turns] == [None, found.turns[0].id, found.turns[1].id]
    assert found.current == found.turns[-1].id
    nothing, left = brought(first, plan_here(path, first))
    assert (nothing, left) == ([], [("is here already, in its own chain", 3)])


def test_old_exports_without_enough_heads_come_in_as_words(first: Home, second: Home, tmp_path: Path) -> None:
    with ledger_of(first) as ledger:
        session = ledger.append_sync(turns.open_session("long", None))
        for _ in range(6):
            ledger.append_sync(lambda tx: _say_much(tx, session, 200))
    lines = exported(first, tmp_path / "all").read_text().splitlines(keepends=True)
    newest: dict[str, int] = {}
    for line in lines:
        fields = json.loads(line)
        if fields["type"] == "head":
            newest[fields["epoch"]] = max(fields["seq"], newest.get(fields["epoch"], 0))
    kept = [
        line
        for line in lines
        if (fields := json.loads(line))["type"] != "head" or fields["seq"] == newest[fields["epoch"]]
    ]
    plan = plan_here(written(tmp_path / "old", sealed_again(kept)), second)
    assert not plan.receivable
    assert "older version" in plan.why
    assert sum(len(one.turns) for one in brought(second, plan)[0]) == plan.messages


# --- files that do not hold ---


def test_a_file_that_is_cut_or_changed_is_refused_whole(first: Home, second: Home, tmp_path: Path) -> None:
    data = exported(first, tmp_path / "all").read_bytes()
    before = entries(second)
    for end in range(0, len(data), len(data) // 40):
        (tmp_path / "cut").write_bytes(data[:end])
        with pytest.raises(ExchangeError) as caught:
            plan_here(tmp_path / "cut", second)
        assert caught.value.remedy
    for at in range(7, len(data), len(data) // 40):
        (tmp_path / "flipped").write_bytes(data[:at] + bytes([data[at] ^ 4]) + data[at + 1 :])
        with pytest.raises(ExchangeError):
            plan_here(tmp_path / "flipped", second)
    (tmp_path / "huge line").write_bytes(data[:-1] + b" " * 2_000_000)
    with pytest.raises(ExchangeError, match="longer than"):
        plan_here(tmp_path / "huge line", second)
    with pytest.raises(ExchangeError, match="cannot be read"):
        plan_here(tmp_path / "missing", second)
    assert entries(second) == before


def test_a_file_that_changes_after_it_was_verified_is_not_taken(
    first: Home, second: Home, stranger: Home, tmp_path: Path
) -> None:
    plan = plan_here(exported(first, tmp_path / "all"), second)
    exported(stranger, tmp_path / "all")
    before = entries(second)
    with ledger_of(second) as ledger, contextlib.suppress(ExchangeError):
        for job in receive_jobs(plan, now_ms()):
            ledger.append_sync(job)
    assert entries(second) == before
    theirs = plan_here(exported(stranger, tmp_path / "theirs"), second)
    with conversations_here(theirs, second, now_ms()) as source:
        running = source.conversations()
        exported(first, tmp_path / "theirs")
        with pytest.raises(ExchangeError, match="changed while"):
            list(running)


def test_the_heads_of_an_export_leave_no_more_than_a_run_between_two(first: Home, tmp_path: Path) -> None:
    with ledger_of(first) as ledger:
        session = ledger.append_sync(turns.open_session("big", None))
        for size in (400_000, 400_000, 400_000, 1_000_000, 10, 10, 10):
            text = "x" * size
            ledger.append_sync(lambda tx, text=text: tx.append(records.message(MessageMeta(session, Role.USER), text)))  # type: ignore[misc]
    path = exported(first, tmp_path / "all")
    with path.open(encoding="utf-8", newline="\n") as file:
        found = bundle.read(file)
    plan = plan_here(path, first)
    spans = []
    for chain, heads in plan.heads.items():
        rows = [entry for entry in found.entries if entry.header.chain == chain]
        last = -1
        for seq in sorted(heads):
            part = rows[last + 1 : seq + 1]
            spans.append((len(part), sum(200 + len(one.meta) + len(one.sealed or b"") for one in part)))
            last = seq
        assert last == len(rows) - 1
    assert all(size <= 1024 * 1024 or count == 1 for count, size in spans)
    assert max(count for count, _ in spans) > 3


def test_an_export_from_before_brings_nothing_back_to_the_node_that_made_it(first: Home, tmp_path: Path) -> None:
    session = _session(first, "hashes")
    whole, part = exported(first, tmp_path / "whole"), session_exported(first, session, tmp_path / "part")
    with ledger_of(first) as ledger:
        ledger.append_sync(turns.forget(session, now_ms(), at_once=True))
        ledger.append_sync(erase.erase_due(now_ms()))
    before = entries(first)
    receive(first, plan_here(whole, first))
    assert brought(first, plan_here(part, first)) == ([], [("is here already, in its own chain", 3)])
    with contextlib.closing(connect(first.ledger, writable=False)) as connection:
        assert not any(b"A digest." in row[0] for row in connection.execute("SELECT sealed FROM entries") if row[0])
    assert entries(first) == before

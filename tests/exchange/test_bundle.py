"""Which conversations are read from an export of somebody else, and what can a hostile one do? Be refused, no more."""

from __future__ import annotations

import contextlib
import resource
from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.exchange import bundle as exchange
from ccnode.exchange import bundle_conversations as reading
from ccnode.exchange.bundle import plan_bundle
from ccnode.exchange.bundle_conversations import BundleSource
from ccnode.exchange.model import ExchangeError, Left
from ccnode_crypto import canonical
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey, owner_id
from ccnode_protocol import records
from ccnode_protocol.records import MessageMeta, Record, Role
from tests.crypto.chains import EPOCH, KEY, OTHER, OWNER
from tests.crypto.exports import CREATED_MS, Writer, export, sealed_again

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from ccnode.exchange.model import Conversation

A, B, C = (bytes([number]) * 16 for number in (1, 2, 3))
IDS = {A: "01010101-0101-0101-0101-010101010101", B: "02020202-0202-0202-0202-020202020202"}
NOW_MS = CREATED_MS * 2


def written(path: Path, lines: Iterable[str]) -> Path:
    path.write_text("".join(lines), encoding="utf-8", newline="\n")
    return path


def brought(path: Path, lines: Iterable[str], **more: Any) -> tuple[list[Conversation], list[Left]]:
    plan = plan_bundle(written(path, lines), None, ())
    assert not plan.receivable
    source = BundleSource(plan, NOW_MS, **more)
    found = list(source.conversations())
    again = list(source.conversations())
    assert found == again
    assert source.position() == source.size == path.stat().st_size
    source.close()
    return found, source.left


def message(writer: Writer, session: bytes, text: str, parent: bytes | None, ms: int, **more: Any) -> bytes:
    role = more.pop("role", Role.USER)
    return writer.add(records.message(MessageMeta(session, role, parent, **more), text), ms)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "export.jsonl"


@pytest.fixture(params=["in order", "held"])
def order(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def lines_of(order: str, *writers: Writer, **changes: Any) -> list[str]:
    """An export as this program writes it, or one whose bodies stand the wrong way round."""
    if order == "held":
        changes["bodies"] = [body for writer in reversed(writers) for body in reversed(writer.bodies())]
    return export(*writers, **changes)


def test_a_conversation_is_a_tree_over_all_its_sessions(path: Path, order: str) -> None:
    writer = Writer()
    writer.add(records.session_opened(A, "first title"), 10)
    root = message(writer, A, "q1", None, 11)
    answer = message(writer, A, "a1", root, 12, role=Role.ASSISTANT, model="m/1")
    better = message(writer, A, "a1 again", root, 13, role=Role.ASSISTANT, over=answer)
    writer.add(records.session_opened(B, "branch", answer), 14)
    aside = message(writer, B, "q2 aside", answer, 15)
    end = message(writer, A, "q2", better, 16)
    writer.add(records.session_titled(A, "newest title"), 17)
    writer.add(records.session_opened(C), 18)
    (found,), left = brought(path, lines_of(order, writer))
    assert (found.id, found.title, found.said_ms, found.current) == (IDS[A], "newest title", 10, end.hex())
    turns = {turn.id: turn for turn in found.turns}
    assert [turn.text for turn in found.turns] == ["q1", "a1", "q2 aside", "a1 again", "q2"]
    assert {turns[one.hex()].parent for one in (answer, better)} == {root.hex()}
    assert turns[aside.hex()].parent == answer.hex()
    assert (turns[answer.hex()].role, turns[answer.hex()].model) == ("assistant", "m/1")
    assert turns[end.hex()].said_ms == 16
    assert found.left == [Left(IDS[A], reading.BRANCH_TITLES, 1, "part")]
    assert [(one.why, one.count) for one in left] == [(reading.NO_MESSAGES, 1)]


def test_conversations_come_in_the_order_in_which_they_begin(path: Path, order: str) -> None:
    first, second = Writer(), Writer(OTHER)
    roots = {}
    for number, session in enumerate((B, A, C)):
        roots[session] = message(first if number % 2 else second, session, f"root {number}", None, 10 + number)
    message(first, C, "C goes on elsewhere", roots[C], 20)
    found, left = brought(path, lines_of(order, first, second))
    assert left == []
    assert sorted((one.id[:2], len(one.turns)) for one in found) == [("01", 1), ("02", 1), ("03", 2)]
    if order == "in order":
        assert [one.id[:2] for one in found] == ["01", "03", "02"]


def test_words_that_were_imported_once_keep_their_time_and_role(path: Path) -> None:
    writer = Writer()
    writer.add(records.session_opened(A, None, None, 5, "chatgpt"), 1_000)
    message(writer, A, "old", None, 1_001, said_ms=7, origin="chatgpt", role=Role.TOOL)
    (found,), _ = brought(path, export(writer))
    assert (found.said_ms, found.title) == (5, None)
    assert [(turn.said_ms, turn.role) for turn in found.turns] == [(7, "tool")]


def test_what_has_no_text_is_left_and_what_follows_it_stays(path: Path, order: str) -> None:
    writer = Writer()
    root = message(writer, A, "kept", None, 10)
    blank = message(writer, A, " \n", root, 11)
    odd = writer.add(Record(17, canonical.encode({"session": A, "parent": blank}), b"\xff"), 12)
    last = message(writer, A, "last", odd, 13)
    withheld = message(writer, A, "withheld", last, 14)
    writer.sealed[-1] = None
    writer.add(Record(17, b"\xff", b"x"), 15)
    writer.add(Record(99, b"anything", b"x"), 16)
    writer.add(records.card_kept(A, "v2", "Ada", "{}"), 17)
    (found,), left = brought(path, lines_of(order, writer))
    assert [(turn.text, turn.parent) for turn in found.turns] == [("kept", None), ("last", root.hex())]
    assert found.current == last.hex() != withheld.hex()
    assert {(one.where, one.why, one.count) for one in found.left} == {
        (IDS[A], reading.EMPTY, 1),
        (IDS[A], reading.UNREADABLE, 1),
        (IDS[A], reading.WITHHELD, 1),
    }
    assert {(one.why, one.count, one.unit) for one in left} == {
        (reading.CARDS, 1, "part"),
        (reading.UNREADABLE, 1, "message"),
    }


def test_what_was_ordered_to_be_forgotten_is_left_when_that_is_due(path: Path, order: str) -> None:
    writer, other = Writer(), Writer(OTHER)
    writer.add(records.session_opened(A, "secret title"), 9)
    message(writer, A, "secret", None, 10)
    message(writer, B, "kept", None, 11)
    message(writer, C, "not yet", None, 12)
    writer.add(records.forget_ordered(A, 20), 13)
    writer.add(records.forget_ordered(C, NOW_MS + 1), 14)
    other.add(records.forget_ordered(B, 20), 15)  # another's order, of no owner that the file names
    found, _ = brought(path, lines_of(order, writer, other, certified=()))
    assert [(one.title, [turn.text for turn in one.turns]) for one in sorted(found, key=lambda one: one.id)] == [
        (None, []),
        (None, ["kept"]),
        (None, ["not yet"]),
    ]
    assert [left.why for one in found for left in one.left] == [reading.ERASED]


def test_known_conversations_are_left_and_half_known_ones_are_not(path: Path) -> None:
    writer = Writer()
    known = {message(writer, A, f"a{number}", None, 10 + number) for number in range(3)}
    known.add(message(writer, B, "b", None, 20))
    message(writer, B, "b2", None, 21)
    found, left = brought(path, export(writer), known=known.__contains__)
    assert [one.id for one in found] == [IDS[B]]
    assert [(one.where, one.why, one.count) for one in left] == [(IDS[A], reading.KNOWN, 3)]


def test_lines_of_another_version_are_counted(path: Path) -> None:
    writer = Writer()
    message(writer, A, "a", None, 10)
    lines = export(writer)
    lines.insert(3, '{"type":"later"}\n')
    _, left = brought(path, sealed_again(lines))
    assert [(one.count, one.unit) for one in left] == [(1, "part")]


# --- whose it is ---


@pytest.mark.parametrize("order", ["in order", "held"])
def test_ours_is_what_our_owner_vouches_for(path: Path, order: str) -> None:
    writer = Writer()
    writer.say("hello", 10)
    ours, elsewhere = owner_id(OWNER.public.raw), owner_id(SigningKey(sha256(b"x").digest()).public.raw)
    written(path, lines_of(order, writer, owner=elsewhere))
    assert plan_bundle(path, ours, ()).receivable  # the certificate counts, not what the first line claims
    assert plan_bundle(path, elsewhere, (KEY.public.raw,)).receivable
    for owner, nodes in ((elsewhere, ()), (None, ()), (None, (OTHER.public.raw,))):
        plan = plan_bundle(path, owner, nodes)
        assert not plan.receivable
        assert "does not vouch" in plan.why
        assert elsewhere in plan.why
    with pytest.raises(ExchangeError, match="owner"):
        plan_bundle(path, "nonsense", ())
    nobody = plan_bundle(written(path, lines_of(order, writer, certified=(), owner=None)), ours, ())
    assert "names no owner" in nobody.why


def test_many_strangers_are_named_shortly(path: Path) -> None:
    writers = [Writer(SigningKey(bytes([number]) * 32)) for number in range(1, 30)]
    plan = plan_bundle(written(path, export(*writers, certified=())), None, ())
    assert "and 26 more" in plan.why
    assert len(plan.why) < 500


# --- attacks ---


def test_what_is_no_complete_export_in_order_is_held_only_up_to_a_limit(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = Writer()
    writer.say("hello", 10)
    written(path, lines_of("held", writer))
    monkeypatch.setattr(exchange, "HELD_LINES_MAX", 3)
    with pytest.raises(ExchangeError, match="more than 3 lines"):
        plan_bundle(path, None, ())
    monkeypatch.setattr(exchange, "HELD_BYTES_MAX", 100)
    with pytest.raises(ExchangeError, match="do not stand in the order"):
        plan_bundle(path, None, ())


def test_one_huge_conversation_is_left(path: Path, order: str, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer()
    for number in range(20):
        message(writer, A, "x" * 100, None, 10 + number)
    message(writer, B, "small", None, 50)
    monkeypatch.setattr(reading, "CONVERSATION_BYTES_MAX", 1_000)
    found, left = brought(path, lines_of(order, writer))
    assert [one.id for one in found] == [IDS[B]]
    assert [(one.where, one.why, one.count) for one in left] == [(IDS[A], reading.TOO_LARGE, 20)]


def test_too_many_branches_stand_alone(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = Writer()
    root = message(writer, A, "root", None, 10)
    for number in range(10):
        message(writer, bytes([100 + number]) * 16, f"branch {number}", root, 20 + number)
    monkeypatch.setattr(reading, "LINKS_MAX", 4)
    found, left = brought(path, export(writer))
    assert sum(len(one.turns) for one in found) == 11
    assert len(found) == 7
    assert [(one.why, one.count) for one in left] == [(reading.TOO_MANY, 6)]


def test_a_branch_of_thousands_is_no_deep_recursion(path: Path) -> None:
    writer = Writer(epoch=EPOCH)
    parent = None
    for number in range(250):
        parent = message(writer, A, str(number), parent, 10 + number)
    (found,), _ = brought(path, export(writer))
    assert [turn.text for turn in found.turns] == [str(number) for number in range(250)]


@pytest.mark.parametrize("content", [b"", b"\n", b"{}\n", b"\xff\xfe", b'{"type":"ccnode-export"}\n', b"[" * 100_000])
def test_what_is_no_export_is_refused(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(ExchangeError) as caught:
        plan_bundle(path, None, ())
    assert caught.value.remedy
    assert path.name in str(caught.value)


def test_whoever_watches_may_stop_it(path: Path) -> None:
    writer = Writer()
    writer.say("hello", 10)
    written(path, export(writer))

    class Enough(Exception):
        pass

    def watch(_at: int) -> None:
        raise Enough

    with pytest.raises(Enough):
        plan_bundle(path, None, (), watch)


def test_much_takes_little_memory(path: Path) -> None:
    """20 MB of messages, verified and read: nothing near that stays."""
    writers = []
    for number in range(80):
        writer = Writer(KEY, sha256(b"%d" % number).digest()[:16])
        for at in range(200):
            message(writer, sha256(b"%d %d" % (number, at // 20)).digest()[:16], "word " * 150, None, 10 + at)
        writers.append(writer)
    with contextlib.ExitStack() as stack:
        file = stack.enter_context(path.open("w", encoding="utf-8", newline="\n"))
        paper = certify(OWNER, KEY.public.raw, 1)
        file.writelines(export(*writers, certificates=[paper]))
    assert path.stat().st_size > 20_000_000
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    plan = plan_bundle(path, None, ())
    found = sum(len(one.turns) for one in BundleSource(plan, NOW_MS).conversations())
    assert (found, plan.messages) == (16_000, 16_000)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 10_000  # kB

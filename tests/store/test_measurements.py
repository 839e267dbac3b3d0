"""Are measurements and baselines rows of their entries alone, and whose count?"""

from __future__ import annotations

import contextlib
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.mind import charvec
from ccnode.store import audit, baselines, measure_shapes, measurements, rebuild, shapes, views
from ccnode.store.errors import Conflict
from ccnode.store.home import Home
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.statements import state_baseline
from ccnode_protocol import records
from ccnode_protocol.records import Lack, Measurement, Role
from tests.store.support import OWNER, START_MS, Node, introduce, reader, say, session_id, stored_runs, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.store.ledger import Ledger
    from ccnode_crypto.statements import BaselineStatement
    from ccnode_protocol.records import Figure

STRANGER = SigningKey(b"stranger" + bytes(24))
SPEC = b"s" * 32
FLAT = (500_000,) * 16
FAR = (700_000,) * 16


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


@pytest.fixture
def node(home: Home) -> Node:
    return Node(home.ledger)


@pytest.fixture
def ledger(node: Node) -> Iterator[Ledger]:
    with contextlib.closing(node.open()) as opened:
        introduce(node, opened)
        yield opened


def state(values: tuple[int, ...] = FLAT, issued_ms: int = START_MS, owner: SigningKey = OWNER) -> BaselineStatement:
    return state_baseline(owner, SPEC, values, 20_000, issued_ms)


def ask(node: Node, view: views.View[Any]) -> Any:
    with contextlib.closing(reader(node.path)) as connection:
        return views.run(connection, view)


def in_force(node: Node, spec: bytes = SPEC) -> tuple[int, ...] | None:
    found = ask(node, baselines.in_force(spec))
    return found.said.values if found else None


def found(reply: bytes, **more: Any) -> Measurement:
    return Measurement(reply, SPEC, **{"words": 10, "own": FLAT, **more})


def kept(node: Node) -> dict[str, list[Any]]:
    with contextlib.closing(reader(node.path)) as connection:
        tables = ("baselines", "measurements")
        return {table: connection.execute(f"SELECT * FROM {table} ORDER BY id").fetchall() for table in tables}


def test_the_dimensions_are_those_of_the_specification() -> None:
    assert len(charvec.NAMES) == measurements.DIMENSIONS


# --- baselines ---


def test_the_owners_newest_statement_is_in_force(node: Node, ledger: Ledger) -> None:
    assert in_force(node) is None
    assert ask(node, baselines.last_issued()) is None
    first = ledger.append_sync(baselines.keep(state()))
    assert first.said == state()
    ledger.append_sync(baselines.keep(state(FAR, START_MS + 1)))
    assert in_force(node) == FAR
    assert in_force(node, b"o" * 32) is None  # by another specification
    assert ask(node, baselines.last_issued()) == START_MS + 1


def test_an_old_statement_is_no_newer_for_being_recorded_again(node: Node, ledger: Ledger) -> None:
    ledger.append_sync(baselines.keep(state(FAR, START_MS + 1)))
    with pytest.raises(Conflict, match="later"):
        ledger.append_sync(baselines.keep(state()))
    ledger.append_sync(lambda tx: tx.append(records.baseline_set(state())))  # said past our own rule
    assert in_force(node) == FAR


def test_only_our_owners_word_counts(node: Node, ledger: Ledger) -> None:
    with pytest.raises(Conflict, match="not signed by this node's owner"):
        ledger.append_sync(baselines.keep(state(owner=STRANGER)))
    ledger.append_sync(lambda tx: tx.append(records.baseline_set(state(owner=STRANGER))))
    assert in_force(node) is None
    forged = state_baseline(STRANGER, SPEC, FAR, 20_000, START_MS)
    meta = records.baseline_set(forged).meta.replace(forged.owner, OWNER.public.raw)
    ledger.append_sync(lambda tx: tx.append(records.Record(26, meta)))
    assert in_force(node) is None
    assert len(kept(node)["baselines"]) == 1  # the stranger's own, which verifies; the forged one means nothing


@pytest.mark.parametrize("count", [1, 15, 17, 64])
def test_a_baseline_of_other_dimensions_is_not_taken_and_never_in_force(node: Node, ledger: Ledger, count: int) -> None:
    """Signed by the owner, it is well formed; compared with sixteen dimensions it used to break every view of them."""
    ledger.append_sync(baselines.keep(state()))
    odd = state((500_000,) * count, START_MS + 1)
    with pytest.raises(Conflict, match="16 are expected"):
        ledger.append_sync(baselines.keep(odd))
    ledger.append_sync(lambda tx: tx.append(records.baseline_set(odd)))  # as another program of ours may
    assert in_force(node) == FLAT
    reply = talk(ledger, 1, 1)
    ledger.append_sync(measurements.record(found(reply, vector=FLAT, window=1000)))
    assert ask(node, measure_shapes.now(SPEC))["character"]["dimensions"][15]["difference"] == 0


@pytest.mark.parametrize("values", [(1,), (1,) * 15, (1,) * 64])
@pytest.mark.parametrize("field", ["own", "vector", "closed"])
def test_a_measurement_of_other_dimensions_is_passed_over(
    node: Node, ledger: Ledger, field: str, values: tuple[int, ...]
) -> None:
    """Forged figures by a key of ours, as long as a record allows: views stay whole, huge numbers are only numbers."""
    good, odd, huge = (talk(ledger, number, 1) for number in range(3))
    ledger.append_sync(measurements.record(found(good, vector=FLAT, window=1000)))
    ledger.append_sync(measurements.record(found(odd, **{field: values, "closes": 2**53, "window": 2**53})))
    assert ask(node, measure_shapes.now(SPEC))["measured"]["message_id"] == good.hex()
    assert [one.reply for one in ask(node, measurements.known(10))] == [good]
    for bad in (2**53, -(2**53), "<b>\x1b[2J\u202e", Lack(2**53, 0, "<b>")):
        figures = dict.fromkeys(("drift", "ccc", "phi", "phi_part", "trust", "alarm", "emergence_psi", "<i>"), bad)
        record = records.measured(found(huge, vector=(1_000_000,) * 16, closed=FLAT, closes=1, figures=figures))
        ledger.append_sync(methodcaller("append", record))
        assert ask(node, measure_shapes.now(SPEC))["character"]["value"] is not None
        assert ask(node, measure_shapes.baselines_now(SPEC))
        assert measure_shapes.page(ask(node, measurements.history(10)), 10)["measurements"]


def test_a_date_after_which_there_is_none_is_refused(node: Node, ledger: Ledger) -> None:
    """Dated with the last millisecond that can be stated, a baseline could never be replaced by another."""
    with pytest.raises(Conflict, match="year 9999"):
        ledger.append_sync(baselines.keep(state(FAR, 2**53)))
    ledger.append_sync(baselines.keep(state()))
    assert in_force(node) == FLAT


def test_a_strangers_chain_says_nothing(node: Node, ledger: Ledger, tmp_path: Path) -> None:
    head = talk(ledger, 1, 1)
    other = Node(tmp_path / "other.sqlite", seed=7)
    with contextlib.closing(other.open()) as theirs:
        theirs.append_sync(lambda tx: tx.append(records.baseline_set(state())))
        theirs.append_sync(measurements.record(found(head)))
    with contextlib.closing(reader(other.path)) as connection:
        for chain, runs in stored_runs(connection).items():
            ledger.append_sync(methodcaller("receive", chain, runs))
    assert in_force(node) is None
    assert ask(node, measurements.history(10)) == []
    assert ask(node, measurements.count()) == 0
    assert ledger.append_sync(measurements.record(found(head))) is not None  # theirs does not stand in the way
    assert len(ask(node, measurements.history(10))) == 1


def test_our_other_node_speaks_for_us(node: Node, ledger: Ledger, tmp_path: Path) -> None:
    other = Node(tmp_path / "other.sqlite", seed=7)
    with contextlib.closing(other.open()) as theirs:
        introduce(other, theirs)
        head = talk(theirs, 1, 1)
        theirs.append_sync(baselines.keep(state()))
        theirs.append_sync(measurements.record(found(head)))
    with contextlib.closing(reader(other.path)) as connection:
        for chain, runs in stored_runs(connection).items():
            ledger.append_sync(methodcaller("receive", chain, runs))
    assert in_force(node) == FLAT
    assert [each.found.reply for each in ask(node, measurements.history(10))] == [head]
    assert ask(node, measurements.known(10))[0].counts
    assert ask(node, measurements.pending(0))[0] == []
    assert ledger.append_sync(measurements.record(found(head))) is None
    assert ask(node, measurements.newest_measured()) == 0  # none of our own


# --- measurements ---


def test_a_reply_is_measured_once(node: Node, ledger: Ledger) -> None:
    head = talk(ledger, 1, 1)
    first = ledger.append_sync(measurements.record(found(head)))
    assert first is not None
    assert ledger.append_sync(measurements.record(found(head, words=11))) is None
    (one,) = ask(node, measurements.history(10))
    assert (one.digest, one.found, one.session) == (first, found(head), session_id(1))
    assert ask(node, measurements.of_reply(head)) == one
    assert ask(node, measurements.last_in(session_id(1))) == one
    assert ask(node, measurements.last_in(session_id(1), one)) == one
    elsewhere = talk(ledger, 2, 1)
    ledger.append_sync(measurements.record(found(elsewhere)))
    (newest,) = ask(node, measurements.history(1))
    assert newest.found.reply == elsewhere
    assert ask(node, measurements.last_in(session_id(1), newest)) == one
    assert ask(node, measurements.history(10, before=one.id)) == []
    assert ask(node, measurements.history(10, session=session_id(3))) == []
    assert ask(node, measurements.pending(0))[0] == []


def test_only_what_this_node_recorded_itself_is_to_be_measured(node: Node, ledger: Ledger, tmp_path: Path) -> None:
    head = talk(ledger, 1, 2)
    ledger.append_sync(lambda tx: say(tx, 2, "from elsewhere", None, Role.ASSISTANT, said_ms=5, origin="claude"))
    other = Node(tmp_path / "other.sqlite", seed=7)
    with contextlib.closing(other.open()) as theirs:
        talk(theirs, 3, 1)
    with contextlib.closing(reader(other.path)) as connection:
        for chain, runs in stored_runs(connection).items():
            ledger.append_sync(methodcaller("receive", chain, runs))
    waiting, until = ask(node, measurements.pending(0))
    assert len(waiting) == 2
    assert waiting[-1].digest == head
    assert until == ask(node, measurements.newest_entry())
    assert ask(node, measurements.pending(waiting[0].id))[0] == waiting[1:]
    ledger.append_sync(measurements.record(found(head)))
    assert ask(node, measurements.newest_measured()) == waiting[-1].id


def test_windows_and_phi_are_found_again(node: Node, ledger: Ledger) -> None:
    talk(ledger, 1, 6)
    replies = [each.digest for each in ask(node, measurements.pending(0))[0]]
    closing = {"closes": 2000, "closed": FAR, "baseline": b"b" * 32}
    lack = Lack(3, 256, "vectors")
    told: list[dict[str, Any]] = [{}, {"closes": 2000}, closing, {"figures": {"phi": 5}}, {"figures": {"phi": lack}}]
    for reply, more in zip(replies, [*told, closing], strict=True):
        ledger.append_sync(measurements.record(found(reply, **more)))
    assert [each.found.reply for each in ask(node, measurements.windows(9))] == [replies[2], replies[5]]
    assert [each.found.reply for each in ask(node, measurements.windows(1, b"b" * 32, newest=True))] == [replies[5]]
    assert ask(node, measurements.windows(9, b"c" * 32)) == []
    # One that has no vector, in another language for instance, takes no other's place.
    assert [each.found.reply for each in ask(node, measurements.windows(1))] == [replies[2]]
    assert [ask(node, measurements.windows_compared(each * 32)) for each in (b"b", b"c")] == [2, 0]
    assert ask(node, measurements.last_phi()).found.reply == replies[3]
    known = ask(node, measurements.known(9))
    assert [(each.closes, each.phi, each.counts) for each in known] == [
        (True, False, True), (False, False, True), (False, True, True), (True, False, True), (True, False, True),
        (False, False, True),
    ]  # fmt: skip
    assert known[0].own == FLAT


def test_words_that_are_to_go_or_were_replaced_do_not_count(node: Node, ledger: Ledger) -> None:
    head = talk(ledger, 1, 2)
    second = talk(ledger, 2, 1)
    for reply in (head, second):
        ledger.append_sync(measurements.record(found(reply)))

    def counts() -> list[bool]:
        return [each.counts for each in ask(node, measurements.known(9))]

    before = ask(node, measurements.orders())
    assert counts() == [True, True]
    assert ask(node, measurements.counting(head)) == "word 1 says 1"
    ledger.append_sync(lambda tx: tx.append(records.message_forget_ordered(head, START_MS + 10**9)))
    assert counts() == [True, False]
    assert ask(node, measurements.counting(head)) is None
    assert ask(node, measurements.orders()) != before
    ledger.append_sync(lambda tx: tx.append(records.forget_ordered(session_id(2), START_MS + 10**9)))
    assert counts() == [False, False]
    third = talk(ledger, 3, 1)
    ledger.append_sync(measurements.record(found(third)))
    parent = ask(node, views.message(third)).parent
    ledger.append_sync(lambda tx: say(tx, 3, "better", parent, Role.ASSISTANT, over=third))
    assert counts()[0] is False


def test_no_question_reads_every_entry_of_a_chain(node: Node, ledger: Ledger) -> None:
    head = talk(ledger, 1, 1)
    ledger.append_sync(measurements.record(found(head)))
    reply = ask(node, views.message(head)).id
    asked: list[views.View[Any]] = [
        measurements.known(9), measurements.history(9), measurements.history(9, 5, session_id(1)),
        measurements.windows(9), measurements.windows(9, b"b" * 32, newest=True), measurements.last_phi(),
        measurements.windows_compared(b"b" * 32), measurements.last_with("alarm", 9), measurements.latest(9),
        measurements.pending(0), measurements.newest_measured(), measurements.of_reply(head),
        measurements.counting(head), measurements.conversation(reply, 9), measurements.count(), measurements.orders(),
        baselines.in_force(SPEC), baselines.last_issued(),
    ]  # fmt: skip
    with contextlib.closing(reader(node.path)) as connection:
        for view in asked:
            rows: list[views.Row] | None = None
            while True:
                try:
                    sql, parameters = view.send(rows) if rows is not None else next(view)
                except StopIteration:
                    break
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
                assert not any("entries_position" in line or line == "SCAN e" for line in plan), (sql, plan)
                rows = connection.execute(sql, parameters).fetchall()


# --- rows ---


def test_a_rebuild_makes_the_same_rows(home: Home, node: Node) -> None:
    with contextlib.closing(node.open()) as ledger:
        introduce(node, ledger)
        head = talk(ledger, 1, 1)
        ledger.append_sync(baselines.keep(state()))
        more = {"closes": 2000, "closed": FAR, "figures": {"phi": 5}, "baseline": b"b" * 32}
        ledger.append_sync(measurements.record(found(head, **more)))
        ledger.append_sync(lambda tx: tx.append(records.Record(27, b"\x80")))  # it means nothing
        ledger.append_sync(lambda tx: tx.append(records.measured(found(b"?" * 32))))  # of a reply that is not here
    before = kept(node)
    assert [len(rows) for rows in before.values()] == [1, 2]
    rebuild.rebuild_file(home)
    assert kept(node) == before
    with contextlib.closing(node.open()) as ledger:
        ledger.append_sync(methodcaller("execute", "DELETE FROM baselines"))
        ledger.append_sync(methodcaller("execute", "DELETE FROM measurements"))
        ledger.append_sync(methodcaller("rebuild", measurements.fill))  # as the migration does
    assert kept(node) == before
    with contextlib.closing(reader(node.path)) as connection:
        assert audit.verify(connection, home=home).problems == []


# --- shapes ---


def test_every_figure_is_a_number_or_says_why_not() -> None:
    figures: dict[str, Figure] = {"ccc": -250_000, "emergent": 1, "step": Lack(312, 1000, "words"),
                                  "lsm": "not English", "phi": "the past tells nothing"}  # fmt: skip
    told = {name: measure_shapes.figure(name, value) for name, value in figures.items()}
    assert (told["ccc"]["value"], told["emergent"]["value"]) == (-0.25, 1)
    assert told["step"]["text"] == "not enough text yet (have 312, need 1,000 words)"
    assert (told["step"]["have"], told["step"]["need"], told["step"]["unit"]) == (312, 1000, "words")
    assert [told[name]["status"] for name in ("lsm", "phi")] == ["unsupported", "undefined"]
    assert measure_shapes.figure("drift", None, compared=False)["status"] == "no_baseline"
    assert measure_shapes.figure("drift", None)["status"] == "pending"


def test_an_empty_node_has_a_whole_form(node: Node, ledger: Ledger) -> None:
    form = ask(node, measure_shapes.now(SPEC))
    assert form["measured"]["replies"] == 0
    assert form["character"]["status"] == "too_little"
    assert len(form["character"]["dimensions"]) == 16
    assert form["baseline"] is None
    assert (form["proposed"]["have"], form["proposed"]["need"], form["proposed"]["unit"]) == (0, 10, "windows")
    assert form["phi"]["goal"]["met"] is None
    assert form["drift"]["ccc"]["status"] == "no_baseline"


def test_the_form_tells_what_was_recorded(node: Node, ledger: Ledger) -> None:
    talk(ledger, 1, 11)
    replies = [each.digest for each in ask(node, measurements.pending(0))[0]]
    for reply in replies[:10]:
        ledger.append_sync(measurements.record(found(reply, closes=2000, closed=FAR, vector=FAR, window=2000)))
    signed = ledger.append_sync(baselines.keep(state()))
    form = ask(node, measure_shapes.now(SPEC))
    assert form["proposed"]["values"] == [0.7] * 16
    assert form["drift"]["drift"]["status"] == "pending"  # it was measured before there was a baseline
    figures = {"drift": 200_000, "ccc": 0, "alarm": 1, "threshold": 100_000, "phi": 41_000, "phi_p": 430_000,
               "phi_part": 3, "phi_left_out": 4, "phi_exact": 1, "emergent": 0, "emergence_psi": -5, "lsm": 800_000,
               "trust": 500_000}  # fmt: skip
    last = found(replies[10], closes=2000, closed=FAR, vector=FAR, window=2000, baseline=signed.digest, figures=figures)
    ledger.append_sync(measurements.record(last))
    form = ask(node, measure_shapes.now(SPEC))
    assert form["measured"]["message_id"] == replies[10].hex()
    assert {row["difference"] for row in form["character"]["dimensions"]} == {0.2}
    assert form["drift"]["drift"]["value"] == 0.2
    assert form["alarm"] == {"ringing": True, "sudden": True, "slow": False, "windows": 1}
    assert ask(node, measure_shapes.alarm_text(SPEC)).startswith("the character has moved away")
    assert form["phi"]["goal"]["text"] == "phi > 0.80: not met (phi 0.041 nats, p = 0.430)"
    assert form["phi"]["part"] == ["analytic", "complexity"]
    assert "diversity" not in form["phi"]["rest"]
    assert len(form["phi"]["rest"]) == 13
    assert form["emergence"]["text"] == "no evidence of emergence"
    assert form["relations"]["figures"]["lsm"]["value"] == 0.8
    assert form["relations"]["session_id"].startswith("00000000")
    metrics = ask(node, measure_shapes.session_metrics(session_id(1)))
    assert (metrics["ccc"], metrics["phi"], metrics["trust"]["trust"]["value"]) == (0, 0.041, 0.5)
    live = measure_shapes.live_form("x", last)
    assert (live["type"], live["ccc"], live["phi"], live["alarm"], live["step"]) == ("metrics", 0, 0.041, True, None)


def test_all_windows_that_were_compared_are_counted(node: Node, ledger: Ledger) -> None:
    signed = ledger.append_sync(baselines.keep(state()))
    talk(ledger, 1, 45)
    for reply in ask(node, measurements.pending(0))[0]:
        one = found(reply.digest, closes=2000, closed=FAR, baseline=signed.digest, figures={"alarm": 0})
        ledger.append_sync(measurements.record(one))
    assert ask(node, measure_shapes.alarm(SPEC))["windows"] == 45


def test_what_held_before_a_measurement(node: Node, ledger: Ledger) -> None:
    talk(ledger, 1, 6)
    replies = [each.digest for each in ask(node, measurements.pending(0))[0]]
    quiet, window = {"alarm": 0, "threshold": 150_000}, {"closes": 2000, "closed": FAR, "baseline": b"b" * 32}
    told: list[dict[str, Any]] = [
        {},
        {**window, "figures": {**quiet, "mewma_alarm": 1}},
        {"baseline": b"b" * 32, "figures": {"drift": 5}},
        {**window, "figures": {**quiet, "alarm": 1}},
        {"baseline": b"c" * 32},
    ]
    for reply, more in zip(replies, told, strict=False):
        ledger.append_sync(measurements.record(found(reply, **more)))
    # Another node measured what was measured here: that counts nowhere, late as it is.
    ledger.append_sync(lambda tx: tx.append(records.measured(found(replies[0], baseline=b"d" * 32))))
    ledger.append_sync(measurements.record(found(replies[5])))
    made = ask(node, measurements.history(9))[::-1]
    before = [ask(node, measure_shapes.before(each.id)) for each in made]
    assert before[0] is None
    names = ("baseline", "alarm", "mewma_alarm", "threshold")
    b, c = (b"b" * 32).hex(), (b"c" * 32).hex()
    assert [[each[name] for name in names] for each in before[1:]] == [
        [None, None, None, None], [b, 0, 1, 0.15], [b, 0, 1, 0.15], [b, 1, 1, 0.15], [c, 1, 1, 0.15],
    ]  # fmt: skip
    assert [each["time"] for each in before[1:]] == [shapes.time(each.time) for each in made[:-1]]


EVIDENCE = "evidence of emergence in these figures"


@pytest.mark.parametrize(
    ("emergent", "by_shifting", "beyond", "said"),
    [
        (1, 100_000, True, EVIDENCE),
        (1, 300_000, False, EVIDENCE + ", but no more than figures give that each remember only themselves"),
        (0, 300_000, False, "no evidence of emergence"),
        (0, None, None, "no evidence of emergence"),
    ],
)
def test_emergence_is_told_apart_from_memory(
    node: Node, ledger: Ledger, emergent: int, by_shifting: int | None, beyond: bool | None, said: str
) -> None:
    talk(ledger, 1, 1)
    reply = ask(node, measurements.pending(0))[0][0].digest
    figures = {"emergent": emergent, "emergence_psi": 200_000, "emergence_by_shuffling": 50_000}
    if by_shifting is not None:
        figures["emergence_by_shifting"] = by_shifting
    ledger.append_sync(measurements.record(found(reply, figures=figures)))
    told = ask(node, measure_shapes.now(SPEC))["emergence"]
    assert (told["emergent"], told["beyond_memory"], told["text"]) == (bool(emergent), beyond, said)

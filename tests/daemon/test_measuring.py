"""Is every reply measured once, whatever comes between, and never before the one who asked has it?"""

from __future__ import annotations

import asyncio
import contextlib
import random
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock
from ccnode.api.events import Replied
from ccnode.core.turns import Answer, Reply
from ccnode.daemon import measurer
from ccnode.daemon.measurer import Measurer
from ccnode.daemon.measuring import Measuring
from ccnode.mind import measuring
from ccnode.reference import charvec1
from ccnode.store import baselines, erase, measurements, views
from ccnode.store import turns as jobs
from ccnode.store.errors import StoreFull
from ccnode.store.ledger import Ledger, Ports
from ccnode_crypto.certificate import certify
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.statements import state_baseline
from ccnode_protocol import records
from ccnode_protocol.records import Lack, Measurement, State

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccnode.store.ledger import Job
    from ccnode.store.measurements import Measured
    from tests.daemon.conftest import Rig

OWNER = SigningKey(b"owner" + bytes(27))
WORDS = (
    "the a of in to that it is was we you could think because however good bad very really please river mountain garden"
    " paper stone window reading plan result answer number time so but and or not never"
).split()
GERMAN = "Das ist ein Satz, der nichts mit der anderen Sprache gemein hat und lang genug ist, damit man das merkt. "


def english(words: int, seed: int) -> str:
    chance, text = random.Random(seed), ""
    for at in range(words):
        text += chance.choice(WORDS) + (". " if at % 11 == 10 else " ")
    return text


class Talker:
    """A ledger, and what is said in it."""

    def __init__(self, path: Path, seed: int = 1) -> None:
        self.path = path
        key = SigningKey(bytes([seed]) * 32)
        self.ledger = Ledger(path, key, Ports(clock.now_ms, clock.chance))
        paper = certify(OWNER, key.public.raw, 5)
        self.ledger.append_sync(lambda tx: tx.append(records.node_certified(paper.body, paper.signature)))
        self.session = self.ledger.append_sync(jobs.open_session("talk", None))
        self.said = 0

    def reply(self, text: str, question: str = "", over: bytes | None = None) -> bytes:
        """One turn; return the reply's digest."""
        self.said += 1
        asked = self.ledger.append_sync(jobs.ask(self.session, question or english(12, -self.said), None))
        answer = Answer(asked.question, over)
        return self.ledger.append_sync(jobs.close(Reply(self.session, answer, "m", pieces=[text]), (), State.COMPLETE))

    def replies(self, count: int, words: int) -> list[bytes]:
        """Several, each of its own words."""
        return [self.reply(english(words, self.said)) for _ in range(count)]

    def ask(self, view: views.View[Any]) -> Any:
        with contextlib.closing(measure_connection(self.path)) as connection:
            return views.run(connection, view)

    def history(self) -> list[Measured]:
        """What was measured, oldest first."""
        found: list[Measured] = self.ask(measurements.history(1000))
        return found[::-1]

    def set_baseline(self, values: tuple[int, ...]) -> bytes:
        said = state_baseline(OWNER, charvec1().spec, values, 2000, clock.now_ms())
        return self.ledger.append_sync(baselines.keep(said)).digest


def measure_connection(path: Path) -> Any:
    from ccnode.store.ledger import connect

    return connect(path, writable=False)


@pytest.fixture
def talker(tmp_path: Path) -> Any:
    made = Talker(tmp_path / "ledger.sqlite")
    yield made
    made.ledger.close()


@contextlib.asynccontextmanager
async def running(talker: Talker, **more: Any) -> AsyncIterator[Measuring]:
    made = Measuring(talker.path, more.get("append", talker.ledger.append))
    task = asyncio.create_task(made.run())
    try:
        yield made
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def measured(talker: Talker) -> list[Measured]:
    """Start measuring, wait until all is done, stop."""
    async with asyncio.timeout(60), running(talker) as made:
        await made.settled()
    return talker.history()


def facts(found: Measurement) -> Measurement:
    """Without what names one ledger's entries."""
    return replace(found, reply=b"", baseline=None)


async def test_what_a_crash_left_is_measured_at_the_next_start_once(talker: Talker) -> None:
    replies = talker.replies(3, 50)
    found = await measured(talker)
    assert [each.found.reply for each in found] == replies
    assert found[0].found.figures["character"] == Lack(50, 1000, "words")
    assert found[2].found.window == 150
    assert await measured(talker) == found
    replies += talker.replies(1, 50)
    assert [each.found.reply for each in await measured(talker)] == replies


async def test_what_comes_is_measured_and_told(talker: Talker) -> None:
    told: list[tuple[str, dict[str, Any]]] = []
    async with asyncio.timeout(60), running(talker) as made:
        made.listen(lambda session, form: told.append((session, form)))
        await made.settled()
        digest = talker.reply(english(1200, 1))
        made.changed("sessions")  # not what it waits for
        made.changed("messages")
        await made.settled()
    ((session, form),) = told
    assert session.replace("-", "") == talker.session.hex()
    assert (form["type"], form["message_id"], form["ccc"], form["phi"]) == ("metrics", digest.hex(), None, None)


async def test_measuring_never_holds_up_a_turn(rig: Rig, tmp_path: Path) -> None:
    let_go, begun = asyncio.Event(), asyncio.Event()

    async def held(job: Job[Any]) -> Any:
        begun.set()
        await let_go.wait()
        return await rig.ledger.append(job)

    session = await rig.open_session()
    made = Measuring(tmp_path / "ledger.sqlite", held)
    task = asyncio.create_task(made.run())
    try:
        async with asyncio.timeout(60):
            for turn in range(3):
                events = [event async for event in rig.turns.say(session, f"question {turn}", None)]
                assert isinstance(events[-1], Replied)
                assert (events[-1].metrics["ccc"], events[-1].metrics["phi"]) == (None, None)
                made.changed("messages")
                await begun.wait()
            assert await rig.readers.run(measurements.count()) == 0
            let_go.set()
            await made.settled()
        assert await rig.readers.run(measurements.count()) == 3
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def test_windows_close_and_are_compared_with_the_owners_baseline(talker: Talker) -> None:
    talker.replies(9, 700)
    found = [each.found for each in await measured(talker)]
    assert [each.closes for each in found] == [0, 0, 2100, 0, 0, 2100, 0, 0, 2100]
    assert [each.window for each in found] == [700, 1400, *[2100] * 7]
    assert found[2].closed == found[2].vector
    assert all("drift" not in each.figures for each in found)
    values = found[-1].vector
    assert values is not None
    digest = talker.set_baseline(values)
    talker.replies(6, 700)
    later = [each.found for each in (await measured(talker))[9:]]
    assert {each.baseline for each in later} == {digest}
    assert all(isinstance(each.figures["drift"], int) for each in later)
    assert later[2].figures["alarm"] == 0
    assert later[5].figures["mewma"] == Lack(1, 40, "windows")


async def test_short_replies_make_windows_too(talker: Talker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each bound on how many replies are looked at is a twelfth of what it is, for replies of 20 words."""
    monkeypatch.setattr(measurer, "KNOWN_MAX", 43)
    monkeypatch.setattr(measuring, "STEP_REPLIES", 21)
    talker.replies(105, 20)
    found = [each.found for each in await measured(talker)]
    assert [each.window for each in found] == [min(20 * at, 2000) for at in range(1, 106)]
    assert [at for at, each in enumerate(found) if each.closes] == [99]
    assert found[99].closes == 2000
    assert (found[48].vector, found[48].figures["character"]) == (None, Lack(980, 1000, "words"))
    assert isinstance(found[49].vector, tuple)
    assert found[49].figures["step"] == Lack(980, 1000, "words before it")
    assert all(isinstance(each.figures["step"], int) for each in found[50:])


async def test_figures_are_integers_and_the_same_without_what_is_kept(talker: Talker, tmp_path: Path) -> None:
    talker.replies(14, 400)
    kept = [facts(each.found) for each in await measured(talker)]
    for each in kept:
        assert all(type(value) in {int, Lack, str} for value in each.figures.values())
    other = Talker(tmp_path / "other.sqlite", seed=2)
    try:
        found = []
        for at in range(14):
            other.said = at
            other.reply(english(400, at))
            (waiting,) = other.ask(measurements.pending(other.ask(measurements.newest_measured())))[0]
            one = Measurer(other.path).measure(waiting)
            assert one is not None
            other.ledger.append_sync(measurements.record(one))
            found.append(facts(one))
    finally:
        other.ledger.close()
    assert [each.own for each in found] == [each.own for each in kept]
    assert [each.vector for each in found] == [each.vector for each in kept]
    names = {"trust", "trust_gate"}  # they fade with time, which is another
    for left, right in zip(found, kept, strict=True):
        assert {k: v for k, v in left.figures.items() if k not in names} == {
            k: v for k, v in right.figures.items() if k not in names
        }


async def test_another_language_is_recorded_as_such(talker: Talker) -> None:
    talker.reply(GERMAN * 120)
    (one,) = await measured(talker)
    assert one.found.vector is one.found.own is None
    assert one.found.words > 2000
    assert one.found.closes == one.found.words
    assert {one.found.figures[name] for name in ("character", "own", "step", "closed", "lsm")} == {"not English"}


async def test_words_that_are_forgotten_no_longer_count(talker: Talker) -> None:
    first, second = talker.replies(2, 600)
    async with asyncio.timeout(60), running(talker) as made:
        await made.settled()
        pairs = talker.history()[-1].found.figures["repair_free"]
        assert pairs == Lack(1, 5, "turn pairs")
        order = records.message_forget_ordered(first, clock.now_ms() + 10**6)
        talker.ledger.append_sync(lambda tx: tx.append(order))
        talker.replies(1, 600)
        made.changed("messages")
        await made.settled()
    found = talker.history()
    assert [each.found.reply for each in found][:2] == [first, second]  # what was found stays
    assert found[-1].found.window == 1200
    assert found[-1].found.figures["repair_free"] == Lack(1, 5, "turn pairs")
    assert (await measured(talker)) == found


async def test_a_reply_that_is_made_anew_counts_once(talker: Talker) -> None:
    first = talker.reply(english(600, 1))
    parent = talker.ask(views.message(first)).parent
    again = Reply(talker.session, Answer(parent, over=first), "m", pieces=[english(500, 2)])
    talker.ledger.append_sync(jobs.close(again, (), State.COMPLETE))
    found = await measured(talker)
    assert len(found) == 1  # of the one that was replaced before, nothing is left to be measured
    assert found[-1].found.window == 500


async def test_a_defect_in_one_reply_keeps_no_other_from_being_measured(
    talker: Talker, monkeypatch: pytest.MonkeyPatch
) -> None:
    replies = talker.replies(3, 50)
    sound = Measurer.measure

    def broken(self: Measurer, reply: measurements.Pending) -> Measurement | None:
        if reply.digest == replies[1]:
            raise ZeroDivisionError
        return sound(self, reply)

    monkeypatch.setattr(Measurer, "measure", broken)
    assert [each.found.reply for each in await measured(talker)] == [replies[0], replies[2]]


async def test_a_full_disk_is_a_problem_until_it_is_not(talker: Talker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccnode.daemon.measuring.RETRY_S", 0.01)
    full = True
    failed = asyncio.Event()

    async def append(job: Job[Any]) -> Any:
        if full:
            failed.set()
            raise StoreFull("the disk is full", remedy="make room")
        return await talker.ledger.append(job)

    talker.replies(2, 50)
    async with asyncio.timeout(60), running(talker, append=append) as made:
        await failed.wait()
        await asyncio.sleep(0)
        assert "the disk is full" in made.problem
        full = False
        await made.settled()
        assert made.problem == ""
    assert len(talker.history()) == 2


async def test_an_alarm_is_shown_until_the_owner_sets_another_baseline(talker: Talker) -> None:
    talker.set_baseline((0,) * 16)
    talker.replies(3, 1000)
    async with asyncio.timeout(60), running(talker) as made:
        await made.settled()
        assert made.alarm == ""  # one window is no alarm
        talker.replies(1, 1000)
        made.changed("messages")
        await made.settled()
        assert "moved away from its baseline" in made.alarm
        values = talker.history()[-1].found.vector
        assert values is not None
        talker.set_baseline(values)
        made.changed("character")
        await made.settled()
        assert made.alarm == ""
    assert [each.found.figures.get("alarm") for each in talker.history()] == [None, 0, None, 1]


async def test_erased_words_are_nowhere_and_what_was_measured_stays(talker: Talker, tmp_path: Path) -> None:
    digest = talker.reply("zygomorphic " * 30)
    talker.replies(1, 50)
    before = await measured(talker)
    talker.ledger.append_sync(lambda tx: tx.append(records.message_forget_ordered(digest, clock.now_ms() + 1)))
    later = clock.now_ms() + 1000
    assert talker.ledger.append_sync(erase.erase_due(later))
    assert talker.history() == before
    with contextlib.closing(measure_connection(talker.path)) as connection:
        for entry, meta, sealed in connection.execute("SELECT id, meta, sealed FROM entries"):
            assert b"zygomorphic" not in meta + (sealed or b""), entry
    talker.replies(1, 50)
    assert (await measured(talker))[-1].found.window == 100


async def test_phi_is_measured_every_sixteenth_reply(talker: Talker) -> None:
    chance = random.Random(7)
    for digest in talker.replies(250, 20):
        own = tuple(chance.randrange(400_000, 600_000) for _ in range(16))
        talker.ledger.append_sync(measurements.record(Measurement(digest, charvec1().spec, words=20, own=own)))
    talker.replies(24, 20)
    found = [each.found for each in await measured(talker)]
    assert found[254].figures["phi"] == Lack(255, 256, "vectors")
    with_phi = [at for at, each in enumerate(found) if isinstance(each.figures.get("phi"), int)]
    assert with_phi == [255, 271]
    assert found[271].figures["phi_vectors"] == 272
    assert "phi" not in found[256].figures

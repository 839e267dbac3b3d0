"""What happens when ...? The accidents that everybody asks about, each as a short script on the simulated stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccnode.store import memory, views
from ccnode.store import turns as jobs
from ccnode.store.errors import Conflict, StoreReadOnly
from ccnode.store.forgetting import Word
from ccnode_protocol import records
from ccnode_protocol.records import Mark, MessageMeta
from tests.simulation.disk import LOG, MARKER, Stop, Stopped
from tests.simulation.machine import STRANGER
from tests.simulation.world import DAY_MS, HOUR_MS, SECOND_MS, YEAR_MS, World

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode.store.transaction import Transaction
    from tests.simulation.machine import Machine

KEY = bytes(range(16))


@pytest.fixture
def world() -> Iterator[World]:
    with World() as stage:
        yield stage


def epochs(machine: Machine) -> list[bytes]:
    return [epoch for (epoch,) in machine.connection.plain("SELECT epoch FROM chains ORDER BY id")]


def waiting(machine: Machine) -> list[str | None]:
    return [message.text for message in machine.ask_view(views.unanswered())]


def reported(machine: Machine) -> list[str]:
    """What the last start said of a lost end: how that line closes, if there was one."""
    return [" ".join(machine.lost_end.split()[-2:])] if machine.lost_end else []


def tell(source: Machine, target: Machine) -> None:
    source.publish()
    source.world.exchange(source, target)


def test_an_old_backup_is_put_back_and_goes_on(world: World) -> None:
    a, b = world.add(), world.add()
    session = a.open_session()
    a.ask(session, "one?")
    backup = a.copy()
    a.answer(session, "one.")
    tell(a, b)

    a.put_back(backup)
    a.start()
    assert waiting(a) == ["one?"], "the copy is older than the answer"
    world.sleep(SECOND_MS)
    a.answer(session, "one, I think.")
    assert len(set(epochs(a))) == 2, "the copy goes on in an epoch of its own"

    world.settle()
    replies = [message.text for message in a.ask_view(views.tree(session)) if message.role == "assistant"]
    assert replies == ["one.", "one, I think."], "b still had the answer that the copy had not"


def test_a_copied_stick_goes_on_beside_its_original(world: World) -> None:
    a = world.add()
    session = a.open_session()
    a.ask(session, "one?")
    world.sleep(SECOND_MS)
    b = world.add(a.copy())
    assert a.presence.node == b.presence.node

    a.answer(session, "says a")
    b.answer(session, "says b")
    tell(a, b)
    assert a.presence.node != b.presence.node, "the one that started later has taken a new key"
    b.ask(session, "two?")
    world.settle()
    assert {message.text for message in a.ask_view(views.tree(session))} == {"one?", "says a", "says b", "two?"}


def test_a_crash_between_question_and_answer(world: World) -> None:
    a = world.add()
    session = a.open_session()
    asked = a.ask(session, "one?", KEY)
    a.begin(session).add("half a rep")
    a.kill()

    a.start()
    assert waiting(a) == ["one?"]
    assert a.ask(session, "one?", KEY) == jobs.Asked(asked.question, fresh=False, answer=None)
    answer = a.answer(session, "one.")
    assert a.ask(session, "one?", KEY) == jobs.Asked(asked.question, fresh=False, answer=answer)
    assert a.texts(session) == ["one?", "one."]
    assert waiting(a) == []


@pytest.mark.parametrize("seed", range(20))
def test_the_power_goes_within_a_commit(seed: int) -> None:
    with World(seed) as world:
        a = world.add()
        session = a.open_session()
        a.ask(session, "one?")
        a.answer(session, "one.")
        a.disk.faults.stop = Stop("within commit", power=True)
        with pytest.raises(Stopped):
            a.ask(session, "two?", KEY)

        a.start()
        assert a.texts(session)[:2] == ["one?", "one."], "what was acknowledged is there"
        assert a.texts(session)[2:] in ([], ["two?"]), "what was not is there whole, or not at all"
        a.ask(session, "two?", KEY)
        assert a.texts(session) == ["one?", "one.", "two?"], "and asking again does no harm"
        world.settle()


@pytest.mark.parametrize("point", ["statement", "before commit", "after commit", "after marker"])
def test_a_process_is_killed_while_it_records_a_question(world: World, point: str) -> None:
    a = world.add()
    session = a.open_session()
    a.disk.faults.stop = Stop(point, number=5)  # type: ignore[arg-type]  # the values are those of its type
    with pytest.raises(Stopped):
        a.ask(session, "one?", KEY)
    a.start()
    recorded = a.texts(session) == ["one?"]
    assert recorded == point.startswith("after")
    assert a.ask(session, "one?", KEY).fresh != recorded
    assert a.texts(session) == ["one?"]


@pytest.mark.parametrize("step_ms", [-YEAR_MS, 10 * YEAR_MS, -HOUR_MS, -30 * SECOND_MS])
def test_the_clock_is_set(world: World, step_ms: int) -> None:
    a = world.add()
    session = a.open_session()
    a.ask(session, "one?")
    a.clock.offset_ms += step_ms
    a.answer(session, "one.")
    a.ask(session, "two?")
    a.clock.offset_ms -= step_ms
    a.answer(session, "two.")
    assert a.texts(session) == ["one?", "one.", "two?", "two."], "parents order messages, whatever the clock says"
    jumped = len(set(epochs(a))) > 1
    b = world.add()
    world.settle()
    assert b.texts(session) == a.texts(session)
    assert jumped == (abs(step_ms) >= HOUR_MS), "a clock that was set back is not dragged along"


def test_two_machines_answer_apart_and_leave_two_branches(world: World) -> None:
    a, b = world.add(), world.add()
    session = a.open_session()
    a.ask(session, "one?")
    tell(a, b)
    a.answer(session, "says a")
    world.sleep(SECOND_MS)
    b.answer(session, "says b")
    world.settle()
    for machine in (a, b):
        assert machine.texts(session) == ["one?", "says b"], "the newer one is the way on, everywhere"
        assert {message.text for message in machine.ask_view(views.tree(session))} == {"one?", "says a", "says b"}


def test_an_answer_arrives_before_its_question(world: World) -> None:
    a, b, c = world.add(), world.add(), world.add()
    session = a.open_session()
    a.ask(session, "one?")
    tell(a, b)
    b.answer(session, "one.")
    # Only b's own chain goes to c, as if the link had ended then.
    b.publish()
    for chain, runs in world.offers(b, c):
        if chain.node == b.presence.node:
            c.write(world.receiving(chain, runs))
    assert [row[0] for row in c.connection.plain("SELECT depth FROM messages")] == [None], "it waits for its question"
    tell(a, c)
    assert c.texts(session) == ["one?", "one."]
    world.settle()


def test_a_commit_fails_and_yet_reaches_the_disk() -> None:
    kept = set()
    for seed in range(8):
        with World(seed) as world:
            a = world.add()
            session = a.open_session()
            epoch = a.presence.epoch
            a.disk.faults.fail_commit = True
            with pytest.raises(StoreReadOnly):
                a.ask(session, "one?", KEY)
            assert a.presence.epoch != epoch, "nobody knows what became of those positions: they are not used again"
            a.kill(power=True)
            a.start()
            kept.add(not a.ask(session, "one?", KEY).fresh)
            assert a.texts(session) == ["one?"], "there or not, asking again leaves one question"
            world.settle()
    assert kept == {False, True}


def test_the_disk_answers_nothing_but_errors_for_a_while(world: World) -> None:
    a = world.add()
    session = a.open_session()
    a.ask(session, "one?")
    a.disk.faults.dead = True
    for _ in range(3):
        with pytest.raises(StoreReadOnly):
            a.ask(session, "two?", KEY)
    a.disk.faults.dead = False
    a.answer(session, "one.")
    a.ask(session, "two?", KEY)
    assert a.texts(session) == ["one?", "one.", "two?"]
    world.settle()


def test_the_marker_cannot_be_written(world: World) -> None:
    a = world.add()
    session = a.open_session()
    a.disk.faults.fail_marker = True
    a.ask(session, "one?", KEY)
    a.kill()
    a.start()
    assert a.texts(session) == ["one?"]
    assert reported(a) == [], "a marker that stayed behind accuses nobody"


def test_a_disk_that_lied_loses_the_end_which_is_reported_and_comes_back(world: World) -> None:
    a, b = world.add(), world.add()
    session = a.open_session()
    written = len(a.picture()[LOG])
    a.ask(session, "one?", KEY)
    tell(a, b)
    a.damage(lambda picture: {**picture, LOG: picture[LOG][:written]})
    a.start()
    assert reported(a) == ["was committed"]
    assert a.texts(session) == []
    tell(b, a)
    assert not a.ask(session, "one?", KEY).fresh, "the other had it"
    world.settle()


def test_only_the_database_of_an_old_backup_is_put_back(world: World) -> None:
    a = world.add()
    session = a.open_session()
    old = a.copy().picture
    a.ask(session, "one?")
    a.damage(lambda picture: {**old, MARKER: picture[MARKER]})
    a.start()
    assert reported(a) == ["was committed"], "the marker beside it knows of more"
    a.ask(session, "one again?")
    a.restart()
    assert reported(a) == [], "it was said once; from then on this is the record"
    world.settle()


def test_forgetting_is_taken_back_in_time_or_not_at_all(world: World) -> None:
    a = world.add()
    session = a.open_session()
    a.ask(session, "a secret")
    a.forget(session)
    a.clock.offset_ms += DAY_MS // 2
    a.undo_forget(session)
    a.answer(session, "kept")
    order = a.forget(session)
    a.clock.offset_ms += DAY_MS
    assert [erased.order for erased in a.erase()] == [order]
    assert a.texts(session) == [None, None]
    with pytest.raises(Conflict, match="24 hours are over"):
        a.undo_forget(session)
    world.settle()


def test_two_machines_ordered_the_same_session_to_be_forgotten_and_one_takes_it_back(world: World) -> None:
    a, b = world.add(), world.add()
    session = a.open_session()
    a.ask(session, "kept after all")
    tell(a, b)
    a.forget(session)
    world.sleep(SECOND_MS)
    b.forget(session)
    tell(b, a)
    a.undo_forget(session)
    assert a.ask_view(views.session(session)).due_ms is None
    world.sleep(2 * DAY_MS)
    assert a.erase() == []
    assert a.texts(session) == ["kept after all"]
    world.settle()


def test_taking_back_an_order_is_refused_where_the_chain_would_record_it_too_late(world: World) -> None:
    a = world.add()
    session = a.open_session()
    a.forget(session)
    world.sleep(DAY_MS + 5 * SECOND_MS)
    a.open_session()
    a.clock.offset_ms -= 10 * SECOND_MS  # too little for a new epoch: the chain's time goes on from where it was
    with pytest.raises(Conflict, match="24 hours are over"):
        a.undo_forget(session)
    assert a.ask_view(views.session(session)).due_ms is not None, "what is said is what is recorded"


def test_a_message_is_disabled_here_and_forgotten_there(world: World) -> None:
    a, b = world.add(), world.add()
    session = a.open_session()
    said = a.ask(session, "the safe opens with 77").question
    a.answer(session, "noted")
    tell(a, b)
    a.write(memory.mark(said, Mark.DISABLED))
    world.sleep(SECOND_MS)
    b.write(memory.mark(said, Mark.PINNED))
    b.write(memory.forget(said, b.clock(), word=Word(b.owner)))
    world.settle()
    for machine in (a, b):
        assert machine.ask_view(views.message(said)).mark == "pinned", "the later mark counts, everywhere"
        assert machine.ask_view(memory.left_out([said])) == {said}
    a.kill()
    world.sleep(DAY_MS)
    a.start()
    for machine in (a, b):
        machine.erase()
        assert machine.texts(session) == [None, "noted"]
    world.settle()


def test_a_stranger_learns_everything_and_says_things_of_it(world: World) -> None:
    a, b, stranger = world.add(), world.add(), world.add(owner=STRANGER)
    session, other = a.open_session("cats"), b.open_session("dogs")
    fact = a.ask(session, "my cat is called Mia").question
    a.answer(session, "noted")
    a.ask(session, "what is it called?")
    b.ask(other, "will it rain?")
    order = b.forget(other)
    for one, another in ((a, b), (b, a), (a, stranger)):
        tell(one, another)
    rows, said = a.rows()["messages"], [a.texts(session), b.texts(session), waiting(a)]

    def attack(tx: Transaction) -> None:
        tx.append(records.session_opened(session, "owned"))
        tx.append(records.session_ended(session))
        tx.append(records.forget_ordered(session, 0))
        tx.append(records.message_forget_ordered(fact, 0))
        tx.append(records.memory_marked(fact, Mark.DISABLED))
        tx.append(records.forget_cancelled(order))
        for role in records.Role:
            tx.append(records.message(MessageMeta(session, role, fact, over=fact), "it is called Evil"))

    stranger.clock.offset_ms += YEAR_MS
    stranger.write(attack)
    for machine in (a, b):
        tell(stranger, machine)
        world.judge.whole(machine)
    tell(a, b)
    assert [a.texts(session), b.texts(session), waiting(a)] == said
    assert set(rows) <= set(a.rows()["messages"])
    assert a.erase() != [], "what he had himself forgotten"
    assert a.texts(session) == said[0]
    world.sleep(DAY_MS)
    assert order in [erased.order for erased in b.erase()], "he took back nothing"
    assert b.texts(other) == [None]
    for machine in (a, b):
        world.judge.whole(machine)
        world.judge.audited(machine)

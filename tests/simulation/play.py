"""What does a seed choose? The people, the accidents and the order of things in one world."""

from __future__ import annotations

import traceback
from random import Random
from typing import TYPE_CHECKING, Any, Final

from ccnode.core import turns
from ccnode.store import erase, memory, rebuild, views
from ccnode.store import turns as jobs
from ccnode.store.errors import Conflict, NotFound, StoreError
from ccnode.store.forgetting import Word
from ccnode_protocol.records import MARKS, Mark, State
from tests.simulation.checks import Violation, told
from tests.simulation.disk import KEY, POINTS, Stop, Stopped, cut_log
from tests.simulation.machine import MODEL, Copy, Machine, Told
from tests.simulation.world import CHECKPOINT_PAGES, DAY_MS, HOUR_MS, SECOND_MS, YEAR_MS, Profile, World

if TYPE_CHECKING:
    from collections.abc import Callable

    from ccnode.store.ledger import Job

MACHINES_MAX: Final = 4
STEPS: Final = (40, 90)
STATEMENTS_MAX: Final = 25  # of most transactions
REPLAY: Final = "python3 scripts/try.py test tests/simulation/test_seeds.py --seed {seed}"

CLOCK_STEPS_MS: Final = (-YEAR_MS, 10 * YEAR_MS, -HOUR_MS, DAY_MS, -30 * SECOND_MS, -1, 2 * DAY_MS)
# How often what happens; each world makes some of these rarer or more frequent, or leaves them out.
WEIGHTS: Final = {
    "open": 6, "ask": 20, "begin": 12, "finish": 16, "regenerate": 4, "retry": 6, "rename": 2, "end": 1,
    "forget": 3, "undo": 2, "mark": 3, "forget one": 2, "keep one": 1, "erase": 3, "batch": 6, "publish": 10,
    "exchange": 12, "clock": 4, "kill": 3, "power": 3, "stop": 1, "copy": 3, "put back": 2, "clone": 1, "fill": 2,
    "fail": 3, "damage": 4, "dead": 1, "rebuild": 2,
}  # fmt: skip
ALWAYS: Final = frozenset({"open", "ask", "begin", "finish"})
REFUSED: Final = (Conflict, NotFound)


def play(seed: int, machine_class: type[Machine] = Machine) -> World:
    """Let the seed's world run to its end; return it, for its trace.

    Raises:
        Violation: with the last steps, and the command that plays this seed again.
    """
    random = Random(seed)
    profile = Profile(random.choice((CHECKPOINT_PAGES, CHECKPOINT_PAGES, 20)), random.choice((0, 0, 8)))
    with World(seed, profile, machine_class) as world:
        try:
            Player(world).run()
        except Violation as violation:
            raise told(violation, world.seed, world.trace, REPLAY) from violation.__cause__
        except (Exception, Stopped) as error:  # whatever the product raises where it must not is a finding
            where = "".join(traceback.format_exception(error)[-4:])
            wrong = Violation("unexpected", f"{error!r}\n{where}")
            raise told(wrong, world.seed, world.trace, REPLAY) from error
        return world


class Player:
    """Chooses and does."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.random = world.random
        self.copies: list[Copy] = []
        self.words = 0
        self.excused = False  # the disk is to blame for whatever error this step ends with
        self.weights = {
            name: weight if name in ALWAYS else weight * self.random.choice((0, 1, 1, 3))
            for name, weight in WEIGHTS.items()
        }
        if world.profile.checkpoint_pages < CHECKPOINT_PAGES or self.weights["fail"]:
            # A log cut below what was moved to the database leaves what SQLite cannot mend; and the simulated failing
            # commit leaves in the log what a real one would write over.
            self.weights["damage"] = 0

    def run(self) -> None:
        for _ in range(self.random.randint(1, 3)):
            self.world.add()
        names, weights = list(self.weights), list(self.weights.values())
        for step in range(self.random.randint(*STEPS)):
            self.world.sleep(self.random.choice((0, 1, 700, 60_000)))
            machine = self.random.choice(self.world.machines)
            name = self.random.choices(names, weights)[0]
            self.world.note(f"{step}: {name} on {machine.name}")
            if machine.ledger is None:
                machine.start()
            if self.random.random() < 0.3:
                machine.disk.faults.dead = False
            self.excused = self.broken(machine)
            try:
                self.plan_fault(machine)
                getattr(self, "do_" + name.replace(" ", "_"))(machine)
            except Stopped:
                self.world.note("  stopped")
            except REFUSED as refused:
                self.world.note(f"  refused: {refused}")
            except StoreError as error:
                if not self.excused:
                    raise
                self.world.note(f"  failed: {error}")
            if machine.ledger is not None:
                machine.disk.at_rest()
        for machine in self.world.machines:
            self.heal(machine)
        self.world.note("settle")
        self.world.settle()

    # --- accidents ---

    def plan_fault(self, machine: Machine) -> None:
        """Now and then, the next transaction does not end as it should."""
        chance = self.random.random()
        if chance < self.weights["kill"] * 0.02:
            point = self.random.choice(POINTS)
            power = self.random.random() < 0.5
            stop = Stop(point, self.random.randint(1, STATEMENTS_MAX), power or point == "within commit")
            machine.disk.faults.stop = stop
            self.world.note(f"  planned: {stop}")
        elif chance > 1 - self.weights["fail"] * 0.01:
            which = self.random.choice(("statement", "commit", "marker"))
            self.world.note(f"  planned: failing {which}")
            if which == "statement":
                machine.disk.faults.fail_statement = self.random.randint(1, STATEMENTS_MAX)
            self.excused = True
            machine.disk.faults.fail_commit = which == "commit"
            machine.disk.faults.fail_marker = which == "marker"

    def heal(self, machine: Machine) -> None:
        """The disk is as it should be again."""
        if machine.ledger is not None:
            machine.disk.faults.dead = False
            machine.connection.plain("PRAGMA max_page_count = 1073741823")

    def attempt(self, machine: Machine, *work: Job[Any]) -> list[Any]:
        """Run jobs together; a refusal, or an error that the disk is to blame for, is an outcome like any other."""
        outcomes = machine.write_all(*work)
        for outcome in outcomes:
            if isinstance(outcome, REFUSED):
                self.world.note(f"  refused: {outcome}")
            elif isinstance(outcome, StoreError) and self.excused:
                self.world.note(f"  failed: {outcome}")
            elif isinstance(outcome, BaseException):
                raise outcome
        return outcomes

    def broken(self, machine: Machine) -> bool:
        """Whether errors of this machine's disk are to be expected."""
        return machine.disk.faults.dead or self.is_full(machine)

    def is_full(self, machine: Machine) -> bool:
        limit: int = machine.connection.plain("PRAGMA max_page_count").fetchone()[0]
        return limit < 1_000_000

    def do_fill(self, machine: Machine) -> None:
        """The disk is full, or has room again."""
        if self.is_full(machine):
            self.heal(machine)
            return
        pages = machine.connection.plain("PRAGMA page_count").fetchone()[0] + self.random.randint(0, 3)
        machine.connection.plain(f"PRAGMA max_page_count = {pages}")
        self.excused = True
        self.do_batch(machine)

    def do_dead(self, machine: Machine) -> None:
        """The disk answers nothing but errors for some steps."""
        machine.disk.faults.dead = True

    def do_fail(self, machine: Machine) -> None:
        machine.disk.faults.fail_commit = self.excused = True
        self.do_ask(machine)

    def do_kill(self, machine: Machine) -> None:
        machine.kill()

    def do_power(self, machine: Machine) -> None:
        machine.kill(power=True)

    def do_stop(self, machine: Machine) -> None:
        machine.stop()

    def do_clock(self, machine: Machine) -> None:
        step = self.random.choice(CLOCK_STEPS_MS)
        machine.clock.offset_ms += step
        machine.clock.drift_ms = self.random.choice((-2, 0, 0, 1))
        self.world.note(f"  by {step} ms")

    def do_copy(self, machine: Machine) -> None:
        self.copies.append(machine.copy())

    def do_put_back(self, machine: Machine) -> None:
        """An older copy of a data directory is put back."""
        mine = [copy for copy in self.copies if copy.picture[KEY] == machine.picture()[KEY]]
        if not mine:
            return
        copy = self.random.choice(mine)
        machine.put_back(copy)
        machine.start()

    def do_clone(self, machine: Machine) -> None:
        """A data directory is copied to another machine, and both go on."""
        if len(self.world.machines) < MACHINES_MAX:
            copy = self.world.add(machine.copy())
            copy.clock.offset_ms = self.random.choice((0, -HOUR_MS, 5 * SECOND_MS))

    def do_damage(self, machine: Machine) -> None:
        """The end of the log is lost, although it was synced."""
        machine.damage(lambda picture: cut_log(picture, self.random))
        machine.start()
        self.world.note(f"  {machine.lost_end}")

    # --- people ---

    def sessions(self, machine: Machine) -> list[bytes]:
        return [row[0] for row in machine.connection.plain("SELECT session FROM sessions ORDER BY session")]

    def session(self, machine: Machine) -> bytes:
        """One of the sessions, mostly one that goes on; a new one where there is none."""
        known = self.sessions(machine)
        usable = "SELECT session FROM sessions WHERE ended IS NULL AND due_ms IS NULL ORDER BY session"
        if self.random.random() < 0.85:
            known = [row[0] for row in machine.connection.plain(usable)]
        if not known:
            opened = self.random.randbytes(16)
            self.attempt(machine, jobs.open_session(None, None, opened))
            return opened
        return self.random.choice(known)

    def message(self, machine: Machine) -> bytes | None:
        rows = machine.connection.plain(
            "SELECT e.digest FROM messages m JOIN entries e ON e.id = m.id WHERE m.depth IS NOT NULL ORDER BY e.digest"
        ).fetchall()
        return self.random.choice(rows)[0] if rows else None

    def text(self) -> str:
        self.words += 1
        return f"word {self.words} " + "x" * self.random.choice((0, 0, 10, 3000, 60_000 if self.words % 7 == 0 else 0))

    def question(self, machine: Machine) -> Job[jobs.Asked]:
        session, text = self.session(machine), self.text()
        key = self.random.randbytes(16) if self.random.random() < 0.7 else None
        if key is not None:
            machine.memory.told.append(Told(session, text, key))
        return jobs.ask(session, text, key)

    def do_open(self, machine: Machine) -> None:
        parent = self.message(machine) if self.random.random() < 0.4 else None
        title = self.text()[:20] if self.random.random() < 0.5 else None
        self.attempt(machine, jobs.open_session(title, parent, self.random.randbytes(16)))

    def do_ask(self, machine: Machine) -> None:
        self.attempt(machine, self.question(machine))

    def begin(self, machine: Machine, decide: Callable[[turns.Facts], turns.Answer | turns.Refused]) -> None:
        session = self.session(machine)
        (answer,) = self.attempt(machine, jobs.to_answer(session, decide))
        if isinstance(answer, turns.Answer):
            reply = turns.Reply(session, answer, MODEL)
            reply.add(self.text())
            machine.live.append(reply)

    def do_begin(self, machine: Machine) -> None:
        self.begin(machine, turns.resume)

    def do_regenerate(self, machine: Machine) -> None:
        self.begin(machine, turns.regenerate)

    def closing(self, machine: Machine) -> Job[bytes] | None:
        if not machine.live:
            return None
        reply = machine.live.pop(self.random.randrange(len(machine.live)))
        source = self.message(machine)
        sources = (source, self.random.randbytes(32)) if source and self.random.random() < 0.3 else ()
        return jobs.close(reply, sources, self.random.choice((State.COMPLETE, State.INTERRUPTED)))

    def do_finish(self, machine: Machine) -> None:
        if (job := self.closing(machine)) is not None:
            self.attempt(machine, job)

    def do_retry(self, machine: Machine) -> None:
        """Someone who got no answer says the same again, with the same key; sometimes not quite the same."""
        if not machine.memory.told:
            return
        told = self.random.choice(machine.memory.told)
        changed = self.random.random() < 0.1
        sql = "SELECT count(*) FROM messages WHERE session = ? AND key = ? AND depth IS NOT NULL"
        before = machine.connection.plain(sql, (told.session, told.key)).fetchone()[0]
        (asked,) = self.attempt(machine, jobs.ask(told.session, told.text + "!" * changed, told.key))
        if machine.ledger is None or not isinstance(asked, jobs.Asked) or not before:
            return
        after = machine.connection.plain(sql, (told.session, told.key)).fetchone()[0]
        if asked.fresh or after != before or changed:
            raise Violation("doubled", f"a retry on {machine.name} was recorded as a new question")

    def do_rename(self, machine: Machine) -> None:
        self.attempt(machine, jobs.rename(self.session(machine), self.text()[:20]))

    def do_end(self, machine: Machine) -> None:
        self.attempt(machine, jobs.end(self.session(machine)))

    def do_forget(self, machine: Machine) -> None:
        session = self.session(machine)
        rows = machine.connection.plain(
            "SELECT e.digest FROM messages m JOIN entries e ON e.id = m.id WHERE m.session = ?", (session,)
        ).fetchall()
        (done,) = self.attempt(machine, jobs.forget(session, machine.clock(), word=Word(machine.owner)))
        if isinstance(done, tuple):
            machine.memory.orders.setdefault(done[0], frozenset(digest for (digest,) in rows))

    def do_undo(self, machine: Machine) -> None:
        """Someone takes an order back; who is not refused has their session again."""
        ask = machine.connection.plain
        ordered = [row[0] for row in ask("SELECT session FROM sessions WHERE due_ms IS NOT NULL ORDER BY session")]
        if not ordered:
            return
        session = self.random.choice(ordered)
        (done,) = self.attempt(machine, jobs.undo_forget(session, machine.clock()))
        if done is None and machine.ask_view(views.session(session)).due_ms is not None:
            raise Violation("undone in vain", f"on {machine.name} the order to forget is still in force")

    def do_mark(self, machine: Machine) -> None:
        """Someone pins or disables a message; who is not refused finds it so."""
        message, mark = self.message(machine), self.random.choice(list(Mark))
        if message is not None:
            (done,) = self.attempt(machine, memory.mark(message, mark))
            if done is None and MARKS[machine.ask_view(views.message(message)).mark] != mark:
                raise Violation("marked in vain", f"on {machine.name} another mark counts")

    def do_forget_one(self, machine: Machine) -> None:
        message = self.message(machine)
        if message is not None:
            (done,) = self.attempt(machine, memory.forget(message, machine.clock(), word=Word(machine.owner)))
            if isinstance(done, tuple):
                machine.memory.orders.setdefault(done[0], frozenset({message}))

    def do_keep_one(self, machine: Machine) -> None:
        """Someone takes an order for a message back; who is not refused has it again."""
        ask = machine.connection.plain
        sql = "SELECT e.digest FROM marks k JOIN entries e ON e.id = k.id WHERE k.due_ms IS NOT NULL ORDER BY e.digest"
        ordered = [row[0] for row in ask(sql)]
        if not ordered:
            return
        message = self.random.choice(ordered)
        (done,) = self.attempt(machine, memory.undo_forget(message, machine.clock()))
        if done is None and machine.ask_view(views.message(message)).due_ms is not None:
            raise Violation("undone in vain", f"on {machine.name} the order to forget a message is still in force")

    def do_erase(self, machine: Machine) -> None:
        (done,) = self.attempt(machine, erase.erase_due(machine.clock()))
        if isinstance(done, list):
            self.world.judge.erased(machine)

    def do_batch(self, machine: Machine) -> None:
        """Several people at once: their jobs share a transaction, and one of them may fail."""
        work: list[Job[Any]] = [self.question(machine) for _ in range(self.random.randint(1, 4))]
        if machine.live:
            work += [job for job in (self.closing(machine),) if job]
        work.append(jobs.rename(self.random.choice([*self.sessions(machine), bytes(16)]), self.text()[:20]))
        self.random.shuffle(work)
        self.attempt(machine, *work)

    def do_rebuild(self, machine: Machine) -> None:
        """Someone has the projections made again: every row is as it was."""
        before = machine.rows()
        (done,) = self.attempt(machine, rebuild.rebuild())
        if isinstance(done, rebuild.Rebuilt) and machine.rows() != before:
            raise Violation("projection", f"rebuilding changed rows on {machine.name}")

    # --- between machines ---

    def do_publish(self, machine: Machine) -> None:
        machine.publish()

    def do_exchange(self, machine: Machine) -> None:
        others = [other for other in self.world.machines if other is not machine and other.ledger is not None]
        if others:
            self.world.exchange(self.random.choice(others), machine, self.random.choice((1.0, 1.0, 0.6)))

"""What does one machine of the simulated world do? A data directory, a clock, and the real ledger and turns on them.

The methods are what a daemon does on behalf of people: each is one transaction of the real ledger. A machine remembers,
beside its database, what it acknowledged and what it sent, for that is what it must never contradict.
"""

from __future__ import annotations

import functools
import shutil
import sqlite3
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, TypeVar
from unittest import mock

from ccnode.core import turns
from ccnode.core.identity import Presence
from ccnode.store import erase, views, voices
from ccnode.store import turns as jobs
from ccnode.store.forgetting import Word
from ccnode.store.ledger import Job, Ledger, Ports, _Pending, lost_end, marker_path
from ccnode.store.marker import Marker, read_marker
from ccnode.store.project import TABLES
from ccnode_crypto.certificate import certify
from ccnode_crypto.entry import EPOCH_BYTES
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records
from ccnode_protocol.records import State
from tests.simulation.checks import Violation
from tests.simulation.disk import KEY, Disk, Picture, SimConnection, Stopped, install

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccnode.store.transaction import Transaction
    from tests.simulation.world import World

T = TypeVar("T")
MODEL: Final = "simulated"
OWNER: Final = SigningKey(b"the owner of all these machines!")
STRANGER: Final = SigningKey(b"somebody whom nobody here knows.")
Outcome = object | BaseException


@dataclass(frozen=True, slots=True)
class Told:
    """A question that someone asked with an idempotency key, and may ask again."""

    session: bytes
    text: str
    key: bytes


@dataclass(slots=True)
class Memory:
    """What a machine must never contradict: the entries it acknowledged or sent, and the questions it was asked."""

    acknowledged: set[bytes] = field(default_factory=set)
    sent: set[bytes] = field(default_factory=set)
    told: list[Told] = field(default_factory=list)
    orders: dict[bytes, frozenset[bytes]] = field(default_factory=dict)  # order to forget -> messages there were
    lost_ends: set[bytes] = field(default_factory=set)  # entries that a marker may name, though lost

    def copy(self) -> Memory:
        """A memory that can go its own way."""
        return Memory(set(self.acknowledged), set(self.sent), list(self.told), dict(self.orders), set(self.lost_ends))


@dataclass(frozen=True, slots=True)
class Copy:
    """A data directory copied away, with what its machine remembered then."""

    picture: Picture
    memory: Memory


@dataclass(slots=True)
class Clock:
    """A machine's wall clock: the world's time, wrong by `offset_ms`, and by more with each reading."""

    world: World
    offset_ms: int = 0
    drift_ms: int = 0

    def __call__(self) -> int:
        self.offset_ms += self.drift_ms
        return max(0, self.world.time_ms + self.offset_ms)


class SimMarker(Marker):
    """The ledger's marker, written when the disk lets it."""

    def __init__(self, path: Path, disk: Disk) -> None:
        super().__init__(path)
        self._disk = disk

    def write(self, entry: int, digest: bytes) -> None:
        self._disk.marked(lambda: Marker.write(self, entry, digest))


class Machine:
    """One data directory and whoever runs on it; `ledger` is None while nobody does."""

    def __init__(self, world: World, name: str, copy: Copy | None = None) -> None:
        self.world = world
        self.name = name
        self.clock = Clock(world)
        self.memory = Memory()
        self.lineage = world.new_lineage()
        self.owner = OWNER
        self.ledger: Ledger | None = None
        self.live: list[turns.Reply] = []
        self.disk: Disk
        self.may_have_lost_end = self.must_tell = False
        self.lost_end: str | None = None  # what the last start said to be missing
        self.started_ms = 0
        self._folder = world.folder / name / "0"
        self._generation = 0
        if copy is None:
            self._put({KEY: world.random.randbytes(32)})
        else:
            self.memory = copy.memory.copy()
            self._put(copy.picture)

    # --- starting and ending ---

    @property
    def path(self) -> Path:
        return self._folder / "ledger.sqlite"

    @property
    def connection(self) -> SimConnection:
        """The ledger's own connection, to look at what is committed."""
        assert self.ledger is not None, f"{self.name} is not running"
        connection = self.ledger._connection
        assert isinstance(connection, SimConnection)
        return connection

    def _put(self, picture: Picture) -> None:
        """Let these be the machine's files, and nothing else."""
        assert self.ledger is None
        shutil.rmtree(self._folder, ignore_errors=True)
        self._generation += 1
        self._folder = self.world.folder / self.name / str(self._generation)
        install(picture, self._folder)

    def start(self) -> None:
        """Start the daemon: open the ledger in a new epoch, and check that all it must remember is there."""
        self.disk = Disk(self._folder, self.world.random)
        key = SigningKey((self._folder / KEY).read_bytes())
        with mock.patch("sqlite3.connect", functools.partial(sqlite3.connect, factory=SimConnection)):
            self.ledger = Ledger(self.path, key, Ports(self.clock, self._chance))
        self.ledger._marker.close()
        self.ledger._marker = SimMarker(marker_path(self.path), self.disk)
        self.disk.about_to_commit = self.about_to_commit
        self.connection.execute(f"PRAGMA wal_autocheckpoint = {self.world.profile.checkpoint_pages}")
        if self.world.profile.cache_pages:
            self.connection.execute(f"PRAGMA cache_size = {self.world.profile.cache_pages}")
        self.disk.attach(self.connection)
        self.started_ms = self.clock()
        self.lost_end = lost_end(self.path, self.connection)
        self.world.judge.started(self)
        self._introduce(key)

    def _introduce(self, key: SigningKey) -> None:
        """Record the owner's certificate, where this directory does not know of one."""
        metas = self.connection.plain("SELECT meta FROM entries WHERE kind = 2")
        if not any(paper.node == key.public.raw for (meta,) in metas if (paper := voices.read(meta))):
            paper = certify(self.owner, key.public.raw, self.started_ms)
            self.write(lambda tx: tx.append(records.node_certified(paper.body, paper.signature)))

    def _chance(self, count: int) -> bytes:
        data = self.world.random.randbytes(count)
        if count == EPOCH_BYTES:
            self.world.judge.epochs[data] = self.lineage
        return data

    def about_to_commit(self, connection: SimConnection) -> None:
        """Everything is written and nothing is committed; a sound machine does nothing here."""

    def stop(self) -> None:
        """End the daemon as it should be ended."""
        self._close()

    def _close(self) -> None:
        if self.ledger is not None:
            self.connection.disk = None
            self.ledger.close()
            self.ledger = None
            self.live.clear()

    def kill(self, *, power: bool = False) -> None:
        """End the daemon, or (`power`) the whole machine, between two transactions."""
        if self.ledger is not None:
            self.disk.left = self.disk.remains(power=power)
            self._die()

    def _die(self) -> None:
        left = self.disk.left
        assert left is not None
        self._close()
        self._put(left)

    def restart(self) -> None:
        """End the daemon as it should be ended, and start it."""
        self.stop()
        self.start()

    def close(self) -> None:
        """Leave the world: nothing is checked any more."""
        self._close()

    def picture(self) -> Picture:
        """The machine's files as they are."""
        return self.disk.picture() if self.ledger else Disk(self._folder, self.world.random).picture()

    def copy(self) -> Copy:
        """Copy the data directory away, as it is at this moment."""
        return Copy(self.picture(), self.memory.copy())

    def put_back(self, copy: Copy) -> None:
        """Replace the data directory by an older copy of it."""
        self.stop()
        self._put(copy.picture)
        self.memory = copy.memory.copy()
        self.lineage = self.world.new_lineage()
        self.world.judge.losses += 1

    def damage(self, change: Callable[[Picture], Picture]) -> None:
        """Let the disk keep less than it said it had: only what is found at the next start can still be asked for."""
        newest = self.connection.plain("SELECT id, digest FROM entries ORDER BY id DESC LIMIT 1").fetchone()
        had = self.connection.plain("SELECT digest FROM entries").fetchall()
        mark = read_marker(marker_path(self.path))
        self.kill()
        self._put(change(self.picture()))
        # A marker that is itself behind, because its last writing failed or was lost with the power, may say nothing.
        self.may_have_lost_end = True
        self.world.judge.losses += 1
        self.must_tell = mark is not None and newest == (mark.entry, mark.digest)
        self.memory.lost_ends.update(digest for (digest,) in had)
        self.lineage = self.world.new_lineage()

    def take_new_key(self) -> None:
        """What a copy does that has met its original."""
        self.stop()
        (self._folder / KEY).write_bytes(self.world.random.randbytes(32))
        self.start()

    @property
    def presence(self) -> Presence:
        """What the machine says of itself to others."""
        assert self.ledger is not None
        chains = self.ledger.chains
        return Presence(chains.key.public.raw, chains.epoch, self.started_ms)

    # --- writing ---

    def write_all(self, *work: Job[Any]) -> list[Outcome]:
        """Run jobs in one transaction, as the ledger does with those that wait together; results or errors, in order.

        Raises:
            Stopped: a stop was planned for this transaction; the machine is down.
        """
        ledger = self.ledger
        assert ledger is not None, f"{self.name} is not running"
        others: list[_Pending[Any]] = [_Pending(job) for job in work[1:]]
        ledger._jobs.extend(others)
        first: Outcome
        try:
            first = ledger.append_sync(work[0])
        except Stopped:
            self._die()
            raise
        except Exception as error:  # noqa: BLE001  # each job's error is its caller's, who looks at it
            first = error
        if self.disk.left is not None:
            self._die()
            raise Stopped
        self.disk.at_rest()
        outcomes = [first, *(pending.error or pending.result for pending in others)]
        new = self.world.judge.committed(self)
        if new and all(isinstance(outcome, BaseException) for outcome in outcomes):
            raise Violation("half written", f"{self.name} says {first!r}, and has {new} new entries all the same")
        return outcomes

    def write(self, job: Job[T]) -> T:
        """Run one job. Raises what it raises, and Stopped."""
        (outcome,) = self.write_all(job)
        if isinstance(outcome, BaseException):
            raise outcome
        return outcome  # type: ignore[return-value]  # the job's own

    def ask_view(self, view: views.View[T]) -> T:
        """Answer a view from what is committed."""
        return views.run(self.connection, view)

    # --- what people do ---

    def open_session(self, title: str | None = None, parent: bytes | None = None) -> bytes:
        return self.write(jobs.open_session(title, parent, self.world.random.randbytes(16)))

    def ask(self, session: bytes, text: str, key: bytes | None = None) -> jobs.Asked:
        """Say something; with a key, it can be said again."""
        if key is not None:
            self.memory.told.append(Told(session, text, key))
        return self.write(jobs.ask(session, text, key))

    def begin(
        self, session: bytes, decide: Callable[[turns.Facts], turns.Answer | turns.Refused] = turns.resume
    ) -> turns.Reply:
        """Let the model begin to answer; what it says is kept in memory."""
        reply = turns.Reply(session, self.write(jobs.to_answer(session, decide)), MODEL)
        self.live.append(reply)
        return reply

    def finish(self, reply: turns.Reply, state: State = State.COMPLETE, sources: tuple[bytes, ...] = ()) -> bytes:
        """The model has come to its end."""
        self.live.remove(reply)
        return self.write(jobs.close(reply, sources, state))

    def answer(self, session: bytes, text: str) -> bytes:
        """Answer the question that waits."""
        reply = self.begin(session)
        reply.add(text)
        return self.finish(reply)

    def forget(self, session: bytes) -> bytes:
        """Order the session's contents to be forgotten; what it has by now must be gone when that is due."""
        have = frozenset(
            digest
            for (digest,) in self.connection.plain(
                "SELECT e.digest FROM messages m JOIN entries e ON e.id = m.id WHERE m.session = ?", (session,)
            )
        )
        order, _ = self.write(jobs.forget(session, self.clock(), word=Word(self.owner)))
        self.memory.orders.setdefault(order, have)
        return order

    def undo_forget(self, session: bytes) -> None:
        self.write(jobs.undo_forget(session, self.clock()))

    def erase(self) -> list[erase.Erased]:
        """Erase what is due by this machine's clock."""
        return self.write(erase.erase_due(self.clock()))

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of the projections, with this machine's own numbers."""
        return {table: self.connection.plain(f"SELECT * FROM {table} ORDER BY 1").fetchall() for table in TABLES}

    def branch(self, session: bytes) -> list[views.Message]:
        return self.ask_view(views.branch(session))

    def texts(self, session: bytes) -> list[str | None]:
        """What the session's branch says, from its root."""
        return [message.text for message in self.branch(session)]

    # --- what the machine does by itself ---

    def publish(self) -> None:
        """Send what the outbox holds, then take it out. Others may see what is sent from here on."""
        rows = self.connection.plain("SELECT chain, first_seq, last_seq, id FROM outbox ORDER BY id").fetchall()
        if rows:
            self.send(self.connection, rows)
            self.write(taken_out(rows[-1][3]))

    def send(self, connection: SimConnection, rows: list[tuple[int, int, int, int]]) -> None:
        """Let others see these runs (chain, first and last position, number)."""
        for chain, first, last, _ in rows:
            found = connection.plain(
                "SELECT c.node, c.epoch, c.audience, e.seq, e.digest FROM entries e JOIN chains c ON c.id = e.chain"
                " WHERE e.chain = ? AND e.seq BETWEEN ? AND ?",
                (chain, first, last),
            )
            for node, epoch, audience, seq, digest in found.fetchall():
                self.world.judge.saw((node, epoch, audience, seq), digest, f"sent by {self.name}")
                self.memory.sent.add(digest)


def taken_out(last: int) -> Job[int]:
    """A job that moves the outbox's position."""

    def job(tx: Transaction) -> int:
        return tx.execute("UPDATE positions SET value = ? WHERE name = 'published'", (last,))

    return job

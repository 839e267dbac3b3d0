"""What happens in one simulated world? Machines, their clocks and disks, what they exchange; a seed decides it all.

`World` alone is a stage for scripts. `play` lets a seed choose: which machines there are, what people ask of them, and
what goes wrong. Nothing but the seed is read, so a seed replays its world step by step.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Final, Self

from ccnode.core.identity import meet
from ccnode_crypto.chain import Run
from ccnode_crypto.entry import ChainId
from tests.simulation.checks import Judge, Violation
from tests.simulation.machine import OWNER, Copy, Machine

if TYPE_CHECKING:
    from types import TracebackType

    from ccnode.store.ledger import Job
    from ccnode_crypto.keys import SigningKey

START_MS: Final = 1_770_000_000_000
SECOND_MS: Final = 1000
HOUR_MS: Final = 3600 * SECOND_MS
DAY_MS: Final = 24 * HOUR_MS
YEAR_MS: Final = 365 * DAY_MS
EVERYTHING: Final = 1.0
ROUNDS_MAX: Final = 6
CHECKPOINT_PAGES: Final = 1000  # of SQLite by default

Offer = tuple[ChainId, list[Run]]


@dataclass(frozen=True, slots=True)
class Profile:
    """What the disks of a world are like. Small caches make SQLite write what is not committed yet into its log."""

    checkpoint_pages: int = CHECKPOINT_PAGES
    cache_pages: int = 0


@dataclass
class World:
    """A stage: machines, time, chance, and a judge. Leaving it (`with`) stops the machines and removes their files."""

    seed: int = 0
    profile: Profile = field(default_factory=Profile)
    machine_class: type[Machine] = Machine

    def __post_init__(self) -> None:
        shared = Path("/dev/shm")  # memory, where there is such a place: no seed waits for a disk
        self._temporary = tempfile.TemporaryDirectory(prefix="ccsim-", dir=shared if shared.is_dir() else None)
        self.folder = Path(self._temporary.name)
        self.random = Random(self.seed)
        self.time_ms = START_MS
        self.judge = Judge()
        self.machines: list[Machine] = []
        self.trace: list[str] = []
        self._lineages = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for machine in self.machines:
            machine.close()
        self._temporary.cleanup()

    def new_lineage(self) -> int:
        """A number for a data directory that knows all that was written in it; a copy put back knows less."""
        self._lineages += 1
        return self._lineages

    def add(self, copy: Copy | None = None, owner: SigningKey = OWNER) -> Machine:
        """Another machine, running; with `copy`, on a copy of another's data directory."""
        machine = self.machine_class(self, "abcdefgh"[len(self.machines)], copy)
        machine.owner = owner
        self.machines.append(machine)
        machine.start()
        return machine

    def sleep(self, ms: int) -> None:
        """Let time pass."""
        self.time_ms += ms

    def note(self, text: str) -> None:
        """A line for whoever replays the seed."""
        self.trace.append(text)

    # --- machines that talk to each other ---

    def meet(self, one: Machine, other: Machine) -> None:
        """Two machines connect: first it is settled whose key is whose."""
        verdicts = (meet(one.presence, other.presence), meet(other.presence, one.presence))
        if "strangers" in verdicts:
            return
        if sorted(verdicts) != ["keep_key", "take_new_key"]:
            raise Violation("identity", f"{one.name} and {other.name} have one key and decide {verdicts}")
        copy = one if verdicts[0] == "take_new_key" else other
        self.note(f"  {copy.name} is a copy and takes a new key")
        copy.take_new_key()

    def exchange(self, source: Machine, target: Machine, share: float = EVERYTHING) -> int:
        """Let `target` learn from `source` what that has published, or (`share`) the beginnings of it.

        Return how many entries were new. Raises Stopped where the target was stopped meanwhile.
        """
        self.meet(source, target)
        offers = self.offers(source, target)
        self.random.shuffle(offers)
        new = 0
        for chain, runs in offers:
            count = len(runs) if share == EVERYTHING else self.random.randint(0, round(len(runs) * share))
            if count:
                new += target.write(self.receiving(chain, runs[:count]))
        return new

    def offers(self, source: Machine, target: Machine) -> list[Offer]:
        """The published runs of `source` that continue what `target` has, by chain."""
        return _offers(source, target)

    def receiving(self, chain: ChainId, runs: list[Run]) -> Job[int]:
        """A job that takes in another's runs."""
        return lambda tx: tx.receive(chain, runs)

    def settle(self) -> None:
        """All faults are over, and everybody tells everybody everything; then all must agree."""
        for machine in self.machines:
            if machine.ledger is None:
                machine.start()
        for _ in range(ROUNDS_MAX):
            for machine in self.machines:
                machine.publish()
            pairs = [(one, other) for one in self.machines for other in self.machines if one is not other]
            news = sum([self.exchange(one, other) for one, other in pairs])
            # A copy that took a new key has said so in its chain since.
            waiting = [row for machine in self.machines for row in machine.connection.plain("SELECT id FROM outbox")]
            if not news and not waiting:
                break
        else:
            raise Violation("not converged", f"machines still tell each other news after {ROUNDS_MAX} rounds")
        for machine in self.machines:
            self.judge.whole(machine)
            self.judge.audited(machine)
        self.judge.agreed(self.machines)


def _offers(source: Machine, target: Machine) -> list[Offer]:
    ask = source.connection.plain
    published = ask("SELECT value FROM positions WHERE name = 'published'").fetchone()[0]
    offers = []
    for row, node, epoch, audience, length in ask("SELECT id, node, epoch, audience, length FROM chains").fetchall():
        known = target.connection.plain(
            "SELECT length FROM chains WHERE node = ? AND epoch = ? AND audience = ?", (node, epoch, audience)
        ).fetchone()
        have = known[0] if known else 0
        if epoch == target.presence.epoch:
            if length > have:
                raise Violation("fork", f"{source.name} has entries of {target.name}'s own epoch that it does not have")
            continue
        runs = [
            Run(first, *_entries(source, row, first, last), signature)
            for first, last, signature in ask(
                "SELECT first_seq, last_seq, signature FROM runs WHERE chain = ? AND last_seq >= ? AND id <= ?"
                " ORDER BY last_seq",
                (row, have, published),
            )
        ]
        if runs:
            offers.append((ChainId(node, epoch, audience), runs))
    return offers


def _entries(source: Machine, row: int, first: int, last: int) -> tuple[list[bytes], list[bytes], list[bytes | None]]:
    rows = source.connection.plain(
        "SELECT header, meta, sealed FROM entries WHERE chain = ? AND seq BETWEEN ? AND ? ORDER BY seq",
        (row, first, last),
    ).fetchall()
    return [each[0] for each in rows], [each[1] for each in rows], [each[2] for each in rows]

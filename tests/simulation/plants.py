"""Would the simulation notice? Bugs planted into the real code, each with the violations that it must lead to."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any
from unittest import mock

from ccnode.store.receiving import load_state
from ccnode.store.transaction import OwnChains, _OwnChain
from ccnode_crypto.entry import EPOCH_BYTES, ChainId
from ccnode_protocol import hlc
from tests.simulation.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Generator

    from tests.simulation.disk import SimConnection


class Hasty(Machine):
    """Sends what its outbox holds as soon as it is written, and commits then."""

    def about_to_commit(self, connection: SimConnection) -> None:
        self.send(connection, connection.plain("SELECT chain, first_seq, last_seq, id FROM outbox").fetchall())


class Boastful(Machine):
    """Tells people that their words are recorded, and commits then."""

    def about_to_commit(self, connection: SimConnection) -> None:
        self.memory.acknowledged |= {digest for (digest,) in connection.plain("SELECT digest FROM entries")}


class Unsynced(Machine):
    """Leaves it to SQLite's checkpoints to sync the disk."""

    def start(self) -> None:
        super().start()
        self.connection.plain("PRAGMA synchronous = NORMAL")


class ContinuedEpoch(OwnChains):
    """After a start, goes on in the epoch before."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        node = self.key.public.raw
        for epoch, audience in self._connection.execute(
            "SELECT epoch, audience FROM chains WHERE node = ? ORDER BY id DESC LIMIT 1", (node,)
        ).fetchall():
            row, state = load_state(self._connection, ChainId(node, epoch, audience))
            self.epoch, self._chains[audience] = epoch, _OwnChain(state, row)
            sql = "SELECT max(time) FROM entries WHERE chain = ?"
            self.time = self._connection.execute(sql, (row,)).fetchone()[0]


class CountedEpoch(OwnChains):
    """Numbers its epochs by those it finds, so that an older copy of the directory counts from fewer."""

    def new_epoch(self) -> None:
        super().new_epoch()
        node = self.key.public.raw
        count = self._connection.execute("SELECT count(*) FROM chains WHERE node = ?", (node,)).fetchone()[0]
        self.epoch = sha256(node + bytes([count])).digest()[:EPOCH_BYTES]


def _no_question(_session: bytes, _key: bytes) -> Generator[Any, Any, None]:
    """A view of a question by its key that finds none."""
    yield from ()


def _wall_clock(_last: int, wall_ms: int) -> int:
    return hlc.from_ms(wall_ms)


@dataclass(frozen=True, slots=True)
class Plant:
    """A planted bug: a careless machine, or a name in the product that is replaced; `kinds`: how it shows."""

    kinds: frozenset[str]
    machine_class: type[Machine] = Machine
    target: str = ""
    replacement: Any = None

    def planted(self) -> contextlib.AbstractContextManager[Any]:
        """While this is entered, the bug is there."""
        return mock.patch(self.target, self.replacement) if self.target else contextlib.nullcontext()


def _nothing(*_: Any) -> None:
    """Do nothing."""


PLANTS = {
    "send before commit": Plant(frozenset({"sent and lost", "fork"}), Hasty),
    "acknowledge before commit": Plant(frozenset({"acknowledged and lost"}), Boastful),
    "commit without sync": Plant(frozenset({"acknowledged and lost", "sent and lost"}), Unsynced),
    "continue the epoch after a start": Plant(
        frozenset({"fork", "identity"}), target="ccnode.store.ledger.OwnChains", replacement=ContinuedEpoch
    ),
    "the same epoch after a restore": Plant(
        frozenset({"fork", "identity"}), target="ccnode.store.ledger.OwnChains", replacement=CountedEpoch
    ),
    "idempotency keys are not looked up": Plant(
        frozenset({"doubled"}), target="ccnode.store.views.by_key", replacement=_no_question
    ),
    "a reply is recorded without looking for another": Plant(
        frozenset({"doubled"}), target="ccnode.core.turns.answered_meanwhile", replacement=lambda *_: False
    ),
    "parents are taken to arrive before children": Plant(
        frozenset({"projection", "not converged"}),
        target="ccnode.store.project.Projector._arrived",
        replacement=_nothing,
    ),
    "a rollback leaves the chain where it was": Plant(
        frozenset({"chain", "unexpected"}), target="ccnode_crypto.chain.RunBuilder.undo", replacement=_nothing
    ),
    "times follow the wall clock": Plant(
        frozenset({"time"}), target="ccnode_protocol.hlc.tick", replacement=_wall_clock
    ),
}

"""What did this node's owner decide about nodes of ours, and may some of it be lost? What our chain says, in memory."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from ccnode.core import pairing
from ccnode.store import trusting
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterator

    from ccnode.core.pairing import Row
    from ccnode.store.ledger import Job
    from ccnode_crypto.certificate import Certificate

T = TypeVar("T")


class Decisions:
    """`restored_ms`: when a backup was put back here last, or a peer proved that this directory is an old copy."""

    def __init__(self) -> None:
        self.restored_ms = 0
        self._said: dict[bytes, Tier] = {}

    def fill(self, connection: sqlite3.Connection) -> None:
        """Read what is recorded. Raises sqlite3.Error."""
        self._said = trusting.load(connection)
        self.restored_ms = trusting.restored_ms(connection)

    def recording(self, node: bytes, row: Row, job: Job[T]) -> Job[T]:
        """The job that keeps a row of a node of ours, and records what was decided where that is something new."""
        tier = pairing.decided(row)
        if tier is None or self._said.get(node, Tier.CORE) is tier:
            return job
        return trusting.recorded(node, tier, job)

    def keep(self, node: bytes, row: Row) -> None:
        """Such a job is done."""
        tier = pairing.decided(row)
        if tier is not None and self._said.get(node, Tier.CORE) is not tier:
            self._said[node] = tier

    def came_back(self, said: dict[bytes, Tier]) -> Iterator[tuple[bytes, Tier]]:
        """Our chain has these decisions now: each, to be held against what holds."""
        self._said = said
        yield from said.items()

    def introduces(self, paper: Certificate | None) -> bool:
        """Whether a core peer's word for a node with this certificate counts.

        Where a backup was put back since the owner gave it, the owner may have decided anything about the node
        meanwhile, and only whoever was told then knows. So it waits for the owner.
        """
        return paper is not None and paper.issued_ms > self.restored_ms

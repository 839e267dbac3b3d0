"""What is known here of other nodes' characters and of forks, and what of it is news? The part of gossip without peers.

Reports of our owner's nodes are held, and passed on among them. What a sandbox peer says of itself is kept apart, and
passed on to nobody. Of anybody else nothing is kept (law 8). A fork is told of once its proof is kept here.
"""

from __future__ import annotations

from enum import Enum
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ccnode_crypto.entry import ChainId
from ccnode_protocol import limits
from ccnode_protocol.reports import read_report

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ccnode_protocol.gossip_frames import Packed
    from ccnode_protocol.reports import SignedReport, Version

Key = bytes | ChainId  # what a rumour is about: a node's report, or a fork of a chain
NOTHING: Final = (-limits.SEQUENCE_MAX - 1, b"")  # less than any version
PUBLIC: Final = frozenset({1, 2})  # the audiences that sandbox peers may know of: shared and public


class Verdict(Enum):
    """What becomes of a report that came."""

    NEWS = "news"  # kept
    KNOWN = "known"  # it, or a newer one, is here
    OWN = "own"  # of this node, and newer than what it knows to have said
    REFUSED = "refused"  # nothing that is taken from this peer, or not now


class Rumours:
    """What is here. `own`: our node key; `members`: our owner's nodes, it among them; `followed`: sandbox-in peers."""

    def __init__(self, own: bytes) -> None:
        self.own = own
        self.members: frozenset[bytes] = frozenset({own})
        self.followed: frozenset[bytes] = frozenset()
        self.held: dict[bytes, SignedReport] = {}
        self.apart: dict[bytes, SignedReport] = {}
        self.forks: dict[ChainId, int] = {}
        self.hot: dict[Key, int] = {}  # what is told without being asked: in so many more rounds
        self.refused = 0  # reports that were not taken: of others, of another time, too many
        self._sum: bytes | None = None
        self._looked: dict[bytes, tuple[int, int]] = {}  # by node: since when, how many new ones were looked at

    # --- who counts ---

    def stand(self, members: Iterable[bytes], followed: Iterable[bytes]) -> list[bytes]:
        """Who counts from now on; what others said is gone at once. Whose report that was is returned."""
        self.members = frozenset(members) | {self.own}
        self.followed = frozenset(followed) - self.members
        gone = [node for node in self.held if node not in self.members]
        gone += [node for node in self.apart if node not in self.followed]
        self._forget(gone)
        for chain in [key for key in self.hot if isinstance(key, ChainId) and key.node not in self.members]:
            del self.hot[chain]
        return gone

    def expire(self, wall_ms: int) -> list[bytes]:
        """Forget what has expired; return whose report that was."""
        both = (*self.held.values(), *self.apart.values())
        gone = [each.report.node for each in both if each.report.expires_ms <= wall_ms]
        self._forget(gone)
        self._looked = {node: seen for node, seen in self._looked.items() if wall_ms - seen[0] < limits.WINDOW_MS}
        return gone

    def _forget(self, nodes: Iterable[bytes]) -> None:
        for node in nodes:
            self.held.pop(node, None)
            self.apart.pop(node, None)
            self.hot.pop(node, None)
            self._looked.pop(node, None)
        self._sum = None

    # --- reports ---

    def take(self, packed: Packed, peer: bytes, wall_ms: int, *, is_core: bool) -> tuple[Verdict, SignedReport]:
        """Judge a report that a peer told, and keep it where it is news.

        What costs little is asked first: the signature is looked at only where the report would be kept.

        Raises:
            RemoteError: it is no report, or not signed by its node: an honest peer passes on no such thing.
        """
        found = read_report(*packed)
        said = found.report
        if said.node not in self.members if is_core else (said.node != peer or peer not in self.followed):
            return self._refuse(found)
        if found.version <= self.version(said.node):
            return Verdict.KNOWN, found
        is_late, is_early = said.expires_ms <= wall_ms, said.time_ms > wall_ms + limits.REPORT_AHEAD_MS
        since, count = self._looked.get(said.node, (wall_ms, 0))
        if not 0 <= wall_ms - since < limits.WINDOW_MS:
            since, count = wall_ms, 0
        if is_late or is_early or count >= limits.REPORT_NODE_MINUTE:
            return self._refuse(found)
        found.verify()
        self._looked[said.node] = (since, count + 1)  # only now: what is forged must not keep its node from being heard
        if not self.keep(found):
            return self._refuse(found)
        return Verdict.OWN if said.node == self.own else Verdict.NEWS, found

    def keep(self, found: SignedReport) -> bool:
        """Hold a report that verifies: of ours, or apart. False where there is no room, or its node does not count."""
        node = found.report.node
        shelf = self.held if node in self.members else self.apart
        if (shelf is self.apart and node not in self.followed) or (
            node not in shelf and len(shelf) >= limits.REPORTS_MAX
        ):
            return False
        shelf[node] = found
        self._sum = None
        return True

    def _refuse(self, found: SignedReport) -> tuple[Verdict, SignedReport]:
        self.refused += 1
        return Verdict.REFUSED, found

    def version(self, node: bytes) -> Version:
        """Of the report that is here; less than any where there is none."""
        found = self.held.get(node) or self.apart.get(node)
        return found.version if found is not None else NOTHING

    def sum(self) -> bytes:
        """One hash over the reports of our owner's nodes: SHA-256 of node, counter (8 bytes) and mark, ascending."""
        if self._sum is None:
            hashed = sha256()
            for node, found in sorted(self.held.items()):
                counter, mark = found.version
                hashed.update(node + counter.to_bytes(8, "big") + mark)
            self._sum = hashed.digest()
        return self._sum

    def rows(self, first: bytes, last: bytes) -> list[tuple[bytes, Version]]:
        """Of our owner's nodes from one key to another: whose reports are here, in which version."""
        return [(node, found.version) for node, found in sorted(self.held.items()) if first <= node <= last]

    # --- forks ---

    def lacks(self, chain: ChainId, seq: int) -> bool:
        """Whether no fork at that position or before it is known here."""
        return chain not in self.forks or seq < self.forks[chain]

    def forked(self, chain: ChainId, seq: int) -> bool:
        """A proof is kept here; whether that is news."""
        seq = min(seq, limits.SEQUENCE_MAX)
        if not self.lacks(chain, seq) or (chain not in self.forks and len(self.forks) >= limits.REPORTS_MAX):
            return False
        self.forks[chain] = seq
        return True

    # --- both ---

    def latest(self, key: Key) -> Version:
        """The version of what is here about a node or a chain; the greater one is newer."""
        if isinstance(key, bytes):
            return self.version(key)
        return (-self.forks[key], b"") if key in self.forks else NOTHING

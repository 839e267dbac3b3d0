"""Would the simulation of federations notice? Bugs planted into the real machines, each with how it must show."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from ccnode_crypto.entry import read_header
from ccnode_protocol.reports import read_report
from ccnode_protocol.rumours import Verdict
from ccnode_protocol.sync import Sync
from ccnode_protocol.sync_effects import Effect, Say
from ccnode_protocol.sync_index import Flow, Frozen, Index
from ccnode_protocol.tiers import Tier
from tests.simulation.federation import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode_crypto.proof import ForkProof
    from ccnode_protocol import gossip
    from ccnode_protocol.gossip import Gossip
    from ccnode_protocol.reports import SignedReport
    from ccnode_protocol.rumours import Rumours

_start = Sync.start
_gives = Flow.gives


def _offer_at_once(self: Sync, now_ms: int) -> list[Effect]:
    return [*_start(self, now_ms), Say(self.flow.offer())]


def _read_nothing(*_: object) -> list[Effect]:
    return []


def _anything(*_: object) -> bool:
    return True


def _never(*_: object) -> bool:
    return False


def _whatever_core_gets(self: Flow, chain: Any) -> bool:
    return _gives(self, chain) or (self.tier is not Tier.CORE and chain.node in self.index.certified)


def _certified(self: Index, node: bytes) -> bool:
    return node in self.certified


def _nothing(*_: object) -> None:
    return None


def _whoever(self: Rumours, packed: Any, *_: object, **__: object) -> tuple[Verdict, SignedReport]:
    found = read_report(*packed)
    if found.version <= self.version(found.report.node):
        return Verdict.KNOWN, found
    self.keep(found)
    return Verdict.NEWS, found


def _kept(self: Rumours, found: SignedReport) -> bool:
    self.held[found.report.node] = found
    self._sum = None
    return True


def _told_all(self: Gossip, peer: Any) -> list[gossip.Effect]:
    return [self._tell(peer, asks=True)]


def _believed(_: object, proof: ForkProof) -> Frozen:
    header = read_header(proof.one.headers[-1])
    return Frozen(header.seq, header.previous, proof)


@dataclass(frozen=True, slots=True)
class Plant:
    """A planted bug: the names that are replaced; `kinds`: the violations that it may lead to."""

    kinds: frozenset[str]
    replaced: dict[str, Any]

    @contextmanager
    def planted(self) -> Iterator[None]:
        """While this is entered, the bug is there."""
        with ExitStack() as stack:
            for target, replacement in self.replaced.items():
                stack.enter_context(mock.patch(target, replacement))
            yield


PROTOCOL = "ccnode_protocol."
SHELF = "tests.simulation.federation.store."
PLANTS = {
    "offer before reading": Plant(frozenset({"law 5"}), {PROTOCOL + "sync.Sync.start": _offer_at_once}),
    "what the peer knows of ours is not looked into": Plant(
        frozenset({"self-fork", "accused", "not converged", "lost"}), {PROTOCOL + "sync.Sync._read": _read_nothing}
    ),
    "a run that does not link is accepted": Plant(
        frozenset({"chain", "accused", "quarrel", "not converged"}),
        {
            PROTOCOL + "sync_fetch.follows": _anything,
            SHELF + "follows": _anything,
            SHELF + "verify": store.unlinked,
        },
    ),
    "any peer's entries are taken": Plant(
        frozenset({"tier", "leak", "let down"}),  # whoever brings a chain may know of its forks, too
        {PROTOCOL + "sync_index.Flow.takes": _anything},
    ),
    "who was let down speaks by way of others": Plant(
        frozenset({"let down"}), {PROTOCOL + "sync_index.Index.hears": _certified}
    ),
    "a guest is told of all our chains": Plant(
        frozenset({"leak"}), {PROTOCOL + "sync_index.Flow.gives": _whatever_core_gets}
    ),
    "orders to forget are not asked for first": Plant(
        frozenset({"orders"}), {PROTOCOL + "sync_fetch.Fetch._lacks_orders": _never}
    ),
    "anybody's reports are taken": Plant(
        frozenset({"tier"}), {PROTOCOL + "gossip.Rumours.take": _whoever, PROTOCOL + "gossip.Rumours.keep": _kept}
    ),
    "reports are believed unsigned": Plant(frozenset({"forged"}), {PROTOCOL + "reports.SignedReport.verify": _nothing}),
    "a guest is told what core nodes are": Plant(
        frozenset({"leak"}), {PROTOCOL + "gossip.Gossip._tell_guest": _told_all}
    ),
    "fork proofs are believed": Plant(frozenset({"accused"}), {PROTOCOL + "sync.proven": _believed}),
}

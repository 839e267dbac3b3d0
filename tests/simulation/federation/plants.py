"""Would the simulation of federations notice? Bugs planted into the real machines, each with how it must show."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from unittest import mock

from ccnode_crypto.entry import read_header
from ccnode_protocol.sync import Sync
from ccnode_protocol.sync_effects import Effect, Say
from ccnode_protocol.sync_index import Flow, Frozen
from ccnode_protocol.tiers import Tier
from tests.simulation.federation import store

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode_crypto.proof import ForkProof

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
    "any peer's entries are taken": Plant(frozenset({"tier"}), {PROTOCOL + "sync_index.Flow.takes": _anything}),
    "a guest is told of all our chains": Plant(
        frozenset({"leak"}), {PROTOCOL + "sync_index.Flow.gives": _whatever_core_gets}
    ),
    "orders to forget are not asked for first": Plant(
        frozenset({"orders"}), {PROTOCOL + "sync_fetch.Fetch._lacks_orders": _never}
    ),
    "fork proofs are believed": Plant(frozenset({"accused"}), {PROTOCOL + "sync.proven": _believed}),
}

"""What does the API speak to about other nodes in these tests? Peers in memory, by the protocol `Peers`; no links."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.api.events import Download
from ccnode.store.errors import NotFound, StoreError
from ccnode_crypto.keys import SigningKey, node_id

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Sequence

    from ccnode.api.peer_ports import OwnersWord, Question, TierName, Wish
    from ccnode_crypto.certificate import Revocation
    from tests.api.fake_node import FakeNode

WHEN = "2026-03-02T10:11:12.345Z"
CODE = "ahju7sqsjec7vrdx7tufb7ryvmkq5bx7"
WORDS = ["amber", "bottle", "canyon", "dwarf"]


def identifier(number: int) -> str:
    """A node's identifier."""
    return node_id(SigningKey(bytes([number]) * 32).public.raw)


def link(**more: Any) -> dict[str, Any]:
    """An open link."""
    return {"state": "open", "address": "192.0.2.7:8101", "is_ours": True, "since": WHEN, "words": WORDS,
            "round_trip_ms": 4, "bytes_in": 2048, "bytes_out": 1024, "frames_in": 9, "frames_out": 8,
            "entries_left": 0, "entries_owed": 0, "dropped": 0, **more}  # fmt: skip


def peer(number: int, **more: Any) -> dict[str, Any]:
    """A peer that is known as core, without a link."""
    return {"node_id": identifier(number), "name": f"node {number}", "standing": "known", "tier": "core",
            "in_force": "core", "wished": None, "offered": "core", "certified": True, "how": "invited",
            "addresses": ["192.0.2.7:8101"], "added": WHEN, "seen": WHEN, "link": None, "problem": "",
            **more}  # fmt: skip


def made_pending(wished: str) -> dict[str, Any]:
    """One that waits."""
    return peer(9, standing="pending", tier=None, in_force=None, wished=wished, certified=False)


def bundle(kind: str, **more: Any) -> dict[str, Any]:
    """A bundle for carrying."""
    return {"bundle_id": "c0ffee", "kind": kind, "state": "running", "peer": None, "number": None, "made": None,
            "entries": 0, "entries_done": 0, "bytes": 0, "dry_run": False, "older": False, "result": None,
            "error": None, **more}  # fmt: skip


class FakeBundles:
    """Implements `Bundles`, with one bundle."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node

    def get(self, bundle_id: str) -> dict[str, Any]:
        """The one."""
        if bundle_id != "c0ffee":
            raise NotFound("there is no such bundle", remedy="begin anew")
        return bundle("create", state="done")

    async def take_in(self, pieces: AsyncIterator[bytes], size: int | None) -> dict[str, Any]:
        """Read it all."""
        data = b"".join([piece async for piece in pieces])
        self.node.calls.append(("bundles.take_in", data, size))
        return bundle("apply", state="waiting", bytes=len(data))

    async def apply(self, bundle_id: str, identity: str | None, *, dry_run: bool) -> dict[str, Any]:
        """Note it."""
        self.node.calls.append(("bundles.apply", bundle_id, identity, dry_run))
        return {**self.get(bundle_id), "kind": "apply", "dry_run": dry_run}

    async def file(self, bundle_id: str) -> Download:
        """Some bytes."""

        async def pieces() -> AsyncGenerator[bytes]:
            yield b"abc"

        self.get(bundle_id)
        return Download("c0ffee.bundle", "application/octet-stream", pieces())

    async def forget(self, bundle_id: str) -> None:
        """Note it."""
        self.get(bundle_id)
        self.node.calls.append(("bundles.forget", bundle_id))


class FakePeers:
    """Implements `Peers`."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.revocations: list[Revocation | None] = []
        self.kept: list[dict[str, Any]] = []
        self.open: list[dict[str, Any]] = []
        self.state = "on"
        self.sweeping: dict[str, Any] | None = None
        self.nearby: list[dict[str, Any]] = []
        self.needs_consent: StoreError | None = None

    @property
    def bundles(self) -> FakeBundles:
        """What is carried."""
        return FakeBundles(self.node)

    async def make_bundle(
        self, peer: str, since_ms: int | None, *, full: bool, recipient: str | None
    ) -> dict[str, Any]:
        """One that is being made."""
        self.node.calls.append(("peers.make_bundle", peer, since_ms, full, recipient))
        return bundle("create", peer=self._find(peer)["node_id"])

    def _find(self, wanted: str) -> dict[str, Any]:
        for one in self.kept:
            if one["node_id"].startswith(wanted):
                return one
        raise NotFound("there is no such peer", remedy="see: ccnode peer list --all")

    def _put(self, one: dict[str, Any], **more: Any) -> dict[str, Any]:
        one.update(more)
        self.node.changed("peers")
        return one

    async def listed(self) -> list[dict[str, Any]]:
        self.node._check("peers.listed")
        return self.kept

    async def one(self, peer: str) -> dict[str, Any]:
        return self._find(peer)

    async def add(self, peer: str, wish: Wish, addresses: Sequence[str]) -> dict[str, Any]:
        self.node._check("peers.add", peer, wish, tuple(addresses))
        self.kept.append(made_pending(wish.tier))
        return self._put(self.kept[-1])

    async def accept(self, peer: str, wish: Wish) -> dict[str, Any]:
        self.node._check("peers.accept", peer, wish)
        return self._put(self._find(peer), standing="known", tier=wish.tier, in_force=wish.tier)

    async def retier(self, peer: str, tier: TierName, word: OwnersWord) -> dict[str, Any]:
        self.node._check("peers.retier", peer, tier, word)
        return self._put(self._find(peer), tier=tier, in_force=tier)

    async def remove(self, peer: str, revocation: Revocation | None = None) -> dict[str, Any]:
        self.node._check("peers.remove", peer)
        self.revocations.append(revocation)
        return self._put(self._find(peer), standing="removed", tier=None, in_force=None, link=None)

    async def ask(self, peer: str, what: Question) -> dict[str, Any]:
        """Nothing is published."""
        self.node.calls.append(("peers.ask", self._find(peer)["node_id"], what))
        return {"what": what, "consensus": None}

    async def ping(self, peer: str) -> dict[str, Any]:
        self.node._check("peers.ping", peer)
        return self._put(self._find(peer), link=link())

    async def invitations(self) -> list[dict[str, Any]]:
        return self.open

    async def invite(self, tier: TierName, lasts_s: int, address: str | None, word: OwnersWord) -> dict[str, Any]:
        self.node._check("peers.invite", tier, lasts_s, address, word)
        made = {"id": f"{len(self.open):032x}", "tier": tier, "expires": WHEN}
        self.open.append(made)
        return {**made, "code": CODE, "address": address or "192.0.2.1:8101"}

    async def withdraw(self, invitation: str) -> None:
        self.node._check("peers.withdraw", invitation)
        if not any(one["id"] == invitation for one in self.open):
            raise NotFound("there is no such open invitation")
        self.open = [one for one in self.open if one["id"] != invitation]

    async def join(self, code: str, tier: TierName | None = None) -> dict[str, Any]:
        self.node._check("peers.join", code, tier)
        if self.needs_consent is not None and tier != "core":
            raise self.needs_consent
        made = peer(5, how="joined")
        self.kept.append(made)
        return self._put(made)

    def federation(self) -> dict[str, Any]:
        standings = [one["standing"] for one in self.kept]
        return {"state": self.state, "node_id": identifier(1), "addresses": ["192.0.2.1:8101"], "port": 8101,
                "known": standings.count("known"), "pending": standings.count("pending"), "links": [],
                "discovered": self.discovered(), "sweep": self.sweeping, "problems": []}  # fmt: skip

    async def start(self) -> None:
        self.node._check("peers.start")
        self.state = "on"

    async def stop(self) -> None:
        self.state = "off"

    def discovered(self) -> list[dict[str, Any]]:
        return self.nearby

    async def sweep(self, subnet: str) -> dict[str, Any]:
        self.node._check("peers.sweep", subnet)
        self.sweeping = {"subnet": subnet, "state": "running", "done": 0, "total": 254, "found": []}
        return self.federation()

    async def stop_sweep(self) -> None:
        self.sweeping = {**(self.sweeping or {}), "state": "cancelled"}

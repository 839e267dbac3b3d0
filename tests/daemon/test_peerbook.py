"""Who becomes what to this node, by which path? The book of peers over a real ledger; its links only listen."""

from __future__ import annotations

from dataclasses import replace
from operator import methodcaller
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock, config
from ccnode.core import pairing
from ccnode.daemon.federation import Federating
from ccnode.daemon.peerbook import PeerBook
from ccnode.net.errors import RefusedError
from ccnode.net.ports import Meeting
from ccnode.store import chains
from ccnode.store.errors import StoreBusy
from ccnode.store.home import Home
from ccnode.store.peers import Peer
from ccnode_crypto.certificate import certify, revoke
from ccnode_crypto.keys import SigningKey, owner_id
from ccnode_protocol import records
from ccnode_protocol.handshake import Established, Role, Transcript
from ccnode_protocol.invitation import Invitation, invitation_id, join_with
from ccnode_protocol.manifest import Manifest, sign_manifest
from ccnode_protocol.sync_index import Index
from ccnode_protocol.tiers import Tier
from tests.store.support import OWNER, Node, introduce, reader, stored_runs

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

    from ccnode.store.ledger import Job
    from ccnode_crypto.certificate import Certificate


class Rig:
    """A book, and what it told the links."""

    def __init__(self, root: Path) -> None:
        home = Home(root)
        self.node = Node(home.ledger)
        self.ledger = self.node.open()
        introduce(self.node, self.ledger)
        own = self.node.key.public.raw
        paper = certify(OWNER, own, 1)
        profile: dict[str, Any] = {
            "name": "here",
            "owner_id": owner_id(OWNER.public.raw),
            "certificate": {"body": paper.body.hex(), "signature": paper.signature.hex()},
        }
        self.index = Index(own, self.ledger.chains.epoch)
        self.book = PeerBook(home, profile, self.ledger, self.append, self.index, self)
        self.tiers: dict[bytes, Tier] = {}
        self.fails = 0
        self.connection = reader(home.ledger)
        self.last_run = chains.fill(self.connection, self.index, clock.now_ms())
        self.book.papers.refresh = self.follow
        self.book.fill(self.connection)
        self.book.stood()

    async def append(self, job: Job[Any]) -> Any:
        """Write, unless the disk fails."""
        if self.fails > 0:
            self.fails -= 1
            if not self.fails:
                raise StoreBusy("the disk is full", remedy="make room")
        return await self.ledger.append(job)

    async def follow(self) -> None:
        """What a commit wakes, where it is about certificates."""
        growth = chains.read_growth(self.connection, self.last_run, self.index.own, clock.now_ms(), standing=True)
        self.last_run = growth.last_run
        chains.heed(self.index, growth)
        self.book.stood()

    # --- what the book asks of links ---

    def heed(self, peer: Peer, tier: Tier, *, consents: bool) -> None:
        assert not (consents and tier is Tier.CORE)
        self.tiers[peer.node] = tier

    def enrol(self, node: bytes, certificate: Certificate) -> None:
        assert certificate.node == node

    def hint(self, node: bytes, address: str) -> None:
        assert node
        assert address

    def own_changed(self) -> None:
        """Nobody hears."""

    def addresses(self) -> tuple[str, ...]:
        return ("192.0.2.1:8101",)

    # --- what others do ---

    async def meets(self, other: SigningKey, secret: bytes | None = None) -> Tier:
        """It has called, and proven its key; with the secret of an invitation of ours."""
        said = Transcript(other.public.raw, self.index.own, bytes(32), bytes(32), (1,), (1,), 1, bytes(32))
        join = join_with(secret, said.binding) if secret is not None else None
        return await self.book.met(Meeting(Established(other.public.raw, Role.SERVER, said, join), "192.0.2.9:4000"))

    async def hears(self, other: SigningKey, tier: Tier = Tier.CORE, **said: Any) -> None:
        """It says what it is."""
        manifest = Manifest(other.public.raw, self.index.own, clock.now_ms(), "there", tier=tier, **said)
        await self.book.manifested(manifest, sign_manifest(other, manifest))

    async def core(self, other: SigningKey) -> None:
        """The owner has it as core."""
        await self.book.certify(other.public.raw, certify(OWNER, other.public.raw, 1), None)
        await self.book.decide(
            other.public.raw, lambda row: pairing.accept(row, Tier.CORE, "identifier", certified=True)
        )
        assert self.tiers[other.public.raw] is Tier.CORE


@pytest.fixture
async def rig(tmp_path: Path) -> AsyncIterator[Rig]:
    made = Rig(tmp_path)
    yield made
    made.connection.close()
    made.ledger.close()


async def test_who_counts_is_not_asked_anew_for_each_of_a_thousand_peers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was, and with 1,024 rejected strangers the loop stood still for two seconds each minute."""
    node = Node(Home(tmp_path).ledger)
    ledger = node.open()
    settings = config.Federation(enabled=False)
    made = Federating(Home(tmp_path), settings, ledger, {}, ledger.append, lambda *_: None, lambda: None)
    await made.open()
    asked = []
    monkeypatch.setattr(made.gossiping, "stand", lambda: asked.append(1))
    for number in range(pairing.PENDING_MAX):
        key = number.to_bytes(32, "big")
        made.book.rows[key] = Peer(key, "removed")
    made.stood()
    assert len(asked) == 1
    key = BOB.public.raw
    await made.book.decide(key, lambda row: pairing.accept(row, Tier.SANDBOX_IN, "identifier", certified=False))
    assert len(asked) == 2, "it is followed from now on"
    await made.close()
    ledger.close()


BOB = SigningKey(b"bob" + bytes(29))
EVE = SigningKey(b"eve" + bytes(29))
SECRET = bytes(range(16))


async def test_whom_the_owner_removes_while_its_code_is_redeemed_stays_removed(rig: Rig) -> None:
    node = BOB.public.raw
    await rig.book.decide(node, lambda row: pairing.accept(row, Tier.SANDBOX_IN, "identifier", certified=False))
    before = rig.book.rows[node]
    await rig.book.decide(node, lambda row: pairing.join(row, Tier.CORE))
    await rig.book.remove(node)
    await rig.book.forget_join(node, before)
    assert rig.book.rows[node].standing == "removed"
    assert rig.tiers[node] is Tier.UNKNOWN


async def test_a_code_that_came_to_nothing_leaves_nothing_on_the_open_link(rig: Rig) -> None:
    node = BOB.public.raw
    assert await rig.meets(BOB) is Tier.UNKNOWN
    before = rig.book.rows[node]
    await rig.book.decide(node, lambda row: pairing.join(row, Tier.CORE))
    assert rig.tiers[node] is Tier.EXTERNAL
    await rig.book.forget_join(node, before)
    assert rig.book.rows[node].standing == "pending"
    assert rig.tiers[node] is rig.book.tier_of(node) is Tier.UNKNOWN


@pytest.mark.parametrize("at", [1, 2])
async def test_an_invitation_is_spent_before_anything_is_granted(rig: Rig, at: int) -> None:
    """The disk fails as it is spent, or as the peer is kept: in neither case is there a peer, nor a second try here."""
    one = Invitation(SECRET, Tier.SANDBOX_OUT, clock.now_ms() + 60_000)
    await rig.book.codes.invite(one, None)
    rig.fails = at
    with pytest.raises(RefusedError):
        await rig.meets(BOB, SECRET)
    assert rig.book.tier_of(BOB.public.raw) is Tier.UNKNOWN
    for other in (EVE, BOB):
        with pytest.raises(RefusedError):
            await rig.meets(other, SECRET)
        assert rig.book.tier_of(other.public.raw) is Tier.UNKNOWN


async def test_a_peer_that_is_core_no_more_introduces_nobody(rig: Rig) -> None:
    """Its introductions from when it was core hold no longer than it is."""
    await rig.core(BOB)
    await rig.hears(BOB, introduces=((EVE.public.raw, "192.0.2.7:8101"),))
    await rig.book.decide(BOB.public.raw, lambda row: pairing.trust(row, Tier.EXTERNAL, certified=True))
    paper = certify(OWNER, EVE.public.raw, 1)
    await rig.book.papers.record(paper)
    await rig.hears(BOB, introduces=((EVE.public.raw, "192.0.2.7:8101"),))
    assert rig.book.tier_of(EVE.public.raw) is Tier.UNKNOWN
    assert EVE.public.raw not in rig.book.rows


async def test_an_old_bundle_of_a_core_peer_introduces_nobody_that_it_has_let_go_since(rig: Rig) -> None:
    """Whoever holds the stick can have it applied again; on a link nothing can be said twice."""
    await rig.core(BOB)
    said = Manifest(
        BOB.public.raw, rig.index.own, 1_000, "old", tier=Tier.CORE, introduces=((EVE.public.raw, "192.0.2.66:8101"),)
    )
    await rig.hears(BOB)
    await rig.book.papers.record(certify(OWNER, EVE.public.raw, 1))
    await rig.book.carried(said, sign_manifest(BOB, said))
    assert rig.book.tier_of(EVE.public.raw) is Tier.UNKNOWN
    assert rig.book.rows[BOB.public.raw].name == "there"
    newer = replace(said, sequence=clock.now_ms() + 1)
    await rig.book.carried(newer, sign_manifest(BOB, newer))
    assert rig.book.tier_of(EVE.public.raw) is Tier.CORE, "a new one does"


async def test_the_owner_key_is_held_no_longer_than_a_code_for_core_is_open(rig: Rig) -> None:
    one = Invitation(SECRET, Tier.CORE, clock.now_ms() + 60_000)
    rig.book.codes.invitations.add(SECRET, Tier.CORE, one.expires_ms, clock.now_ms())
    rig.book.codes._signers[invitation_id(SECRET)] = OWNER
    rig.book.stood()
    assert rig.book.codes._signers
    rig.book.codes.invitations.expire(one.expires_ms)
    rig.book.stood()
    assert not rig.book.codes._signers


async def test_a_revoked_key_is_core_no_more_and_neither_introduces_nor_is_introduced(rig: Rig) -> None:
    await rig.core(BOB)
    await rig.core(EVE)
    revoked = revoke(OWNER, BOB.public.raw, 2, ())
    await rig.ledger.append(lambda tx: tx.append(records.node_revoked(revoked.body, revoked.signature)))
    await rig.follow()
    assert rig.book.tier_of(BOB.public.raw) is not Tier.CORE
    assert rig.tiers[BOB.public.raw] is not Tier.CORE
    third = SigningKey(b"third" + bytes(27))
    await rig.book.papers.record(certify(OWNER, third.public.raw, 1))
    before = rig.connection.execute("SELECT count(*) FROM entries").fetchone()
    await rig.hears(BOB, introduces=((third.public.raw, ""),), certificate=certify(OWNER, BOB.public.raw, 1))
    assert rig.book.tier_of(third.public.raw) is Tier.UNKNOWN
    assert rig.connection.execute("SELECT count(*) FROM entries").fetchone() == before, "its certificate says no more"
    await rig.hears(EVE, introduces=((BOB.public.raw, ""), (third.public.raw, "")))
    assert rig.book.tier_of(BOB.public.raw) is not Tier.CORE
    assert rig.book.tier_of(third.public.raw) is Tier.CORE
    with pytest.raises(Exception, match="revoked"):
        await rig.book.certify(BOB.public.raw, certify(OWNER, BOB.public.raw, 3), None)


# --- decisions that were lost, and come back ---


def recorded(rig: Rig) -> list[tuple[bytes, int]]:
    rows = rig.connection.execute("SELECT meta FROM entries WHERE kind = 5 ORDER BY id")
    return [records.read_node_trusted(meta) for (meta,) in rows]


async def test_what_is_decided_about_a_node_of_ours_is_recorded_once(rig: Rig) -> None:
    node = BOB.public.raw
    await rig.core(BOB)
    await rig.hears(BOB)
    await rig.meets(BOB)
    assert recorded(rig) == [], "that it is core its certificate says"
    await rig.book.decide(node, lambda row: pairing.trust(row, Tier.SANDBOX_IN, certified=True))
    await rig.meets(BOB)
    await rig.book.decide(node, lambda row: pairing.trust(row, Tier.SANDBOX_IN, certified=True))
    assert node in rig.index.unheard
    await rig.book.remove(node)
    await rig.book.remove(node)
    await rig.book.decide(node, lambda row: pairing.accept(row, Tier.CORE, "identifier", certified=True))
    assert recorded(rig) == [(node, Tier.SANDBOX_IN), (node, Tier.UNKNOWN), (node, Tier.CORE)]
    assert node not in rig.index.unheard
    await rig.book.decide(
        EVE.public.raw, lambda row: pairing.accept(row, Tier.SANDBOX_IN, "identifier", certified=False)
    )
    await rig.book.remove(EVE.public.raw)
    assert len(recorded(rig)) == 3, "strangers are nobody's but this node's affair, and there may be any number"


async def test_a_decision_that_was_lost_holds_again_when_it_comes_back(rig: Rig) -> None:
    """As after a backup was put back: the table is of before, and the entries come from a core peer."""
    await rig.core(BOB)
    await rig.core(EVE)
    third = SigningKey(b"third" + bytes(27))
    await rig.book.papers.record(certify(OWNER, third.public.raw, 1))
    for key, tier in ((BOB, Tier.UNKNOWN), (EVE, Tier.EXTERNAL), (third, Tier.UNKNOWN)):
        await rig.ledger.append(methodcaller("append", records.node_trusted(key.public.raw, int(tier))))
    await rig.book.recall()
    assert (rig.book.rows[BOB.public.raw].standing, rig.tiers[BOB.public.raw]) == ("removed", Tier.UNKNOWN)
    assert rig.tiers[EVE.public.raw] is Tier.EXTERNAL
    assert rig.book.rows[third.public.raw].standing == "removed", "also where it was met after the backup"
    assert rig.index.unheard == {BOB.public.raw, EVE.public.raw, third.public.raw}
    assert len(recorded(rig)) == 3
    await rig.book.decide(BOB.public.raw, lambda row: pairing.accept(row, Tier.CORE, "identifier", certified=True))
    await rig.book.recall()
    assert rig.book.tier_of(BOB.public.raw) is Tier.CORE, "the owner's last word counts"


async def test_what_another_node_decided_about_a_third_counts_for_that_one_alone(rig: Rig, tmp_path: Path) -> None:
    await rig.core(BOB)
    await rig.core(EVE)
    other = Node(tmp_path / "bob.sqlite")
    other.key = BOB
    ledger = other.open()
    ledger.append_sync(lambda tx: tx.append(records.node_trusted(EVE.public.raw, 0)))
    connection = reader(other.path)
    for chain, runs in stored_runs(connection).items():
        await rig.ledger.append(methodcaller("receive", chain, runs))
    connection.close()
    ledger.close()
    assert recorded(rig) == [(EVE.public.raw, 0)]
    await rig.book.recall()
    assert rig.book.tier_of(EVE.public.raw) is Tier.CORE


async def test_after_a_backup_was_put_back_nobody_is_introduced_who_was_certified_before(rig: Rig) -> None:
    await rig.core(BOB)
    rig.book.decisions.restored_ms = 1_000
    await rig.book.papers.record(certify(OWNER, EVE.public.raw, 1_000))
    await rig.hears(BOB, introduces=((EVE.public.raw, "192.0.2.7:8101"),))
    assert rig.book.tier_of(EVE.public.raw) is Tier.UNKNOWN
    await rig.book.papers.record(certify(OWNER, EVE.public.raw, 1_001))
    await rig.hears(BOB, introduces=((EVE.public.raw, "192.0.2.7:8101"),))
    assert rig.book.tier_of(EVE.public.raw) is Tier.CORE, "the owner said so since"

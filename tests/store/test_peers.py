"""Is what the owner decided about other nodes kept, through starts, rebuilds and backups, and nothing beyond it?"""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING

import pyrage
import pytest

from ccnode.store import backup, peers, rebuild
from ccnode.store.errors import Conflict, NotFound
from ccnode.store.home import Home
from ccnode.store.peers import Peer, Used
from ccnode_protocol import limits
from ccnode_protocol.invitation import Invitation, Invitations, invitation_id, join_with
from ccnode_protocol.manifest import Signed
from ccnode_protocol.quota import Quota
from ccnode_protocol.tiers import Tier
from tests.store.support import START_MS, Node, introduce, reader

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ccnode.store.ledger import Ledger
    from ccnode.store.transaction import Transaction

NODE = bytes(range(32))
SECRET = b"sixteen secrets!"
PEER = Peer(
    NODE,
    "known",
    Tier.CORE,
    "laptop",
    ("192.0.2.1:8101", "[2001:db8::1]:8101"),
    "invitation",
    None,
    START_MS,
    START_MS + 5,
    Signed(b"body", b"signature"),
)


@pytest.fixture
def node(tmp_path: Path) -> Node:
    return Node(tmp_path / "ledger.sqlite")


@pytest.fixture
def ledger(node: Node) -> Iterator[Ledger]:
    opened = node.open()
    yield opened
    opened.close()


def kept(node: Node) -> list[Peer]:
    with contextlib.closing(reader(node.path)) as connection:
        return peers.load_peers(connection)


def test_a_peer_is_kept_as_it_is_given(node: Node, ledger: Ledger) -> None:
    ledger.append_sync(peers.keep_peer(PEER))
    assert kept(node) == [PEER]
    waiting = Peer(NODE[::-1], "pending", name="who", how="discovered", wished=Tier.CORE, added_ms=1)
    ledger.append_sync(peers.keep_peer(waiting))
    assert kept(node) == [waiting, PEER]
    ledger.append_sync(rebuild.rebuild())
    ledger.close()
    node.open().close()
    assert kept(node) == [waiting, PEER]


def test_only_a_known_peer_has_a_tier(node: Node, ledger: Ledger) -> None:
    ledger.append_sync(peers.keep_peer(Peer(NODE, "pending", Tier.CORE)))
    assert kept(node)[0].tier is Tier.UNKNOWN
    ledger.append_sync(lambda tx: tx.execute("UPDATE peers SET tier = 4"))
    assert kept(node)[0].tier is Tier.UNKNOWN
    ledger.append_sync(lambda tx: tx.execute("UPDATE peers SET tier = 77, standing = 'known'"))
    assert kept(node)[0].tier is Tier.UNKNOWN


def test_strangers_cannot_crowd_anybody_out(node: Node, ledger: Ledger) -> None:
    ledger.append_sync(peers.keep_peer(PEER))

    def crowd(tx: Transaction) -> None:
        for number in range(peers.PENDING_MAX):
            peers.keep_peer(Peer(number.to_bytes(32, "big"), "pending"))(tx)

    ledger.append_sync(crowd)
    before = kept(node)
    with pytest.raises(Conflict, match="wait to be accepted"):
        ledger.append_sync(peers.keep_peer(Peer(b"\xff" * 32, "pending")))
    assert kept(node) == before
    ledger.append_sync(peers.keep_peer(Peer(bytes(32), "pending", name="said more")))  # it waits already
    ledger.append_sync(peers.keep_peer(Peer(bytes(32), "known", Tier.EXTERNAL)))
    ledger.append_sync(peers.keep_peer(Peer(b"\xff" * 32, "pending")))


def test_a_removed_peer_is_nothing_any_more(node: Node, ledger: Ledger) -> None:
    ledger.append_sync(peers.keep_peer(PEER))
    ledger.append_sync(peers.keep_used(NODE, Quota(day=3, day_bytes=10, all_bytes=99)))
    assert ledger.append_sync(peers.remove_peer(NODE, START_MS))
    assert not ledger.append_sync(peers.remove_peer(NODE, START_MS))
    (row,) = kept(node)
    assert (row.standing, row.tier, row.addresses, row.manifest) == ("removed", Tier.UNKNOWN, (), None)
    assert row.used.all_bytes == 99, "who comes back begins where it was"
    ledger.append_sync(peers.remove_peer(NODE[::-1], START_MS))  # one that was only rejected
    assert [each.standing for each in kept(node)] == ["removed", "removed"]


def test_what_was_taken_only_grows(node: Node, ledger: Ledger) -> None:
    ledger.append_sync(peers.keep_peer(PEER))
    for quota in (Quota(day=3, day_bytes=10, all_bytes=99), Quota(day=3, day_bytes=4, all_bytes=4)):
        ledger.append_sync(peers.keep_used(NODE, quota))
    assert kept(node)[0].used == Used(3, 10, 99)
    ledger.append_sync(peers.keep_peer(PEER))  # read before that
    assert kept(node)[0].used == Used(3, 10, 99)
    ledger.append_sync(peers.keep_used(NODE, Quota(day=4, day_bytes=1, all_bytes=100)))
    assert kept(node)[0].used == Used(4, 1, 100)
    ledger.append_sync(peers.keep_seen(NODE, START_MS + 77))
    ledger.append_sync(peers.keep_seen(NODE, START_MS))
    assert kept(node)[0].seen_ms == START_MS + 77
    assert kept(node)[0].used.quota().room(0) == Quota(day=4, day_bytes=1, all_bytes=100).room(0)


def heard(node: Node) -> list[tuple[int]]:
    with contextlib.closing(reader(node.path)) as connection:
        return connection.execute("SELECT heard_ms FROM followed").fetchall()


def test_whoever_is_followed_no_more_was_heard_when_it_still_was(node: Node, ledger: Ledger) -> None:
    follows = Peer(NODE, "known", Tier.SANDBOX_IN)
    ledger.append_sync(peers.keep_peer(follows))
    assert heard(node) == []
    ledger.append_sync(peers.keep_seen(NODE, START_MS + 5))
    ledger.append_sync(peers.keep_seen(NODE, START_MS))
    assert heard(node) == [(START_MS + 5,)]
    for tier in (Tier.SANDBOX_OUT, Tier.EXTERNAL):
        ledger.append_sync(peers.keep_peer(replace(follows, tier=tier, seen_ms=START_MS + 5)))
        ledger.append_sync(peers.keep_seen(NODE, START_MS + 77))
        assert heard(node) == [(START_MS + 5,)], "it is there, but what it takes back does not come"
    ledger.append_sync(peers.remove_peer(NODE, START_MS + 99))
    assert heard(node) == [(START_MS + 5,)]
    ledger.append_sync(peers.keep_peer(follows))
    ledger.append_sync(peers.keep_seen(NODE, START_MS + 100))
    assert heard(node) == [(START_MS + 100,)]


def opened(node: Node, now_ms: int = START_MS) -> tuple[Invitation, ...]:
    with contextlib.closing(reader(node.path)) as connection:
        return peers.open_invitations(connection, now_ms)


def test_an_invitation_is_spent_once(node: Node, ledger: Ledger) -> None:
    one = Invitation(SECRET, Tier.CORE, START_MS + 1000)
    name = ledger.append_sync(peers.keep_invitation(one, START_MS))
    assert name == invitation_id(SECRET)
    assert opened(node) == (one,)
    assert opened(node, one.expires_ms) == ()
    machine = Invitations(opened(node))
    assert machine.redeem(join_with(SECRET, b"binding"), b"binding", START_MS) == one
    assert ledger.append_sync(peers.spend_invitation(name, NODE, START_MS)) is Tier.CORE
    with pytest.raises(Conflict):
        ledger.append_sync(peers.spend_invitation(name, NODE, START_MS))
    assert opened(node) == ()
    with contextlib.closing(reader(node.path)) as connection:
        (listed,) = peers.list_invitations(connection)
    assert (listed.spent_ms, listed.spent_by) == (START_MS, NODE)
    ledger.close()
    assert SECRET not in node.path.read_bytes(), "a secret that is spent is gone"


def test_an_invitation_ends(node: Node, ledger: Ledger) -> None:
    one = Invitation(SECRET, Tier.SANDBOX_IN, START_MS + 1000)
    name = ledger.append_sync(peers.keep_invitation(one, START_MS))
    with pytest.raises(Conflict):
        ledger.append_sync(peers.keep_invitation(one, START_MS))
    with pytest.raises(Conflict):
        ledger.append_sync(peers.spend_invitation(name, NODE, START_MS + 1000))
    ledger.append_sync(peers.withdraw_invitation(name, START_MS))
    for again in (peers.withdraw_invitation(name, START_MS), peers.withdraw_invitation(bytes(16), START_MS)):
        with pytest.raises(NotFound):
            ledger.append_sync(again)
    with pytest.raises(Conflict):
        ledger.append_sync(peers.spend_invitation(name, NODE, START_MS))
    for number in range(limits.INVITATIONS_MAX):
        more = Invitation(number.to_bytes(16, "big"), Tier.CORE, START_MS + 1000)
        ledger.append_sync(peers.keep_invitation(more, START_MS))
    with pytest.raises(Conflict, match="are open"):
        ledger.append_sync(peers.keep_invitation(Invitation(b"x" * 16, Tier.CORE, START_MS + 1000), START_MS))
    later = START_MS + peers.SPENT_KEPT_MS + 2000
    ledger.append_sync(peers.keep_invitation(Invitation(b"x" * 16, Tier.CORE, later + 1), later))
    with contextlib.closing(reader(node.path)) as connection:
        assert len(peers.list_invitations(connection)) == 1


def test_a_backup_that_is_put_back_brings_no_peer_back(tmp_path: Path) -> None:
    home = Home(tmp_path / "data")
    home.make()
    identity = str(pyrage.x25519.Identity.generate())
    home.backup_key.write_text(identity + "\n")
    home.backup_key.chmod(0o600)
    node = Node(home.ledger)
    ledger = node.open()
    introduce(node, ledger)
    ledger.append_sync(peers.keep_peer(PEER))
    name = ledger.append_sync(peers.keep_invitation(Invitation(SECRET, Tier.CORE, START_MS + 10**6), START_MS))
    ledger.close()
    made = backup.create(home)
    ledger = node.open()
    ledger.append_sync(peers.remove_peer(NODE, START_MS))
    ledger.append_sync(peers.spend_invitation(name, NODE, START_MS))
    ledger.close()
    restored = backup.restore(made.path, identity, home, replace=True, now_ms=START_MS)
    assert restored.report.ok
    (row,) = kept(node)
    assert (row.standing, row.tier, row.wished) == ("pending", Tier.UNKNOWN, Tier.CORE)
    assert opened(node) == ()
    ledger = node.open()
    with pytest.raises(Conflict):
        ledger.append_sync(peers.spend_invitation(name, NODE, START_MS))
    ledger.close()

"""Which other nodes does this one know, and what was agreed with them? Peers, invitations, proofs of forks.

These are decisions, not record: plain tables that no entry makes and no rebuild touches. A backup holds them, but what
it holds may be old: a peer may have been removed since, an invitation spent. So where a backup is put back, no peer has
its tier any more, each waits to be accepted again, and no invitation is open (`doubt`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ccnode.later import later
from ccnode.store import trusting
from ccnode.store.errors import Conflict, NotFound
from ccnode_crypto import canonical
from ccnode_crypto.entry import ChainId
from ccnode_crypto.errors import CryptoError
from ccnode_protocol import forms, limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.invitation import Invitation, invitation_id
from ccnode_protocol.manifest import Signed
from ccnode_protocol.quota import DAY_MS, Quota
from ccnode_protocol.sync_values import FORK, Fork
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Sequence
    from typing import Any

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode_protocol import forks, sync_frames
    from ccnode_protocol.sync_index import Frozen
else:
    forks = later("ccnode_protocol.forks")
    sync_frames = later("ccnode_protocol.sync_frames")

Standing = Literal["pending", "known", "removed"]

PENDING_MAX: Final = 1_024
FORKS_MAX: Final = 256  # proofs against one stranger: it can fork as many of its chains as it likes
INTEGER_MAX: Final = 2**63 - 1  # what an SQLite integer holds
SPENT_KEPT_MS: Final = 30 * DAY_MS  # for people to see what became of an invitation
_PEER: Final = (
    "node, standing, tier, name, addresses, how, wished, added_ms, seen_ms, manifest, signature, day, day_bytes,"
    " all_bytes"
)
_HEARD: Final = (
    "INSERT INTO followed SELECT node, seen_ms FROM peers WHERE node = ? AND standing = 'known' AND tier IN (2, 4)"
    " AND seen_ms IS NOT NULL ON CONFLICT (node) DO UPDATE SET heard_ms = max(heard_ms, excluded.heard_ms)"
)
_KEEP: Final = f"INSERT OR REPLACE INTO peers ({_PEER}) VALUES ({', '.join('?' * 14)})"


@dataclass(frozen=True, slots=True)
class Used:
    """What was taken from a peer in bytes: on `day` (UTC, days since 1970), and in all."""

    day: int = 0
    day_bytes: int = 0
    all_bytes: int = 0

    def quota(self) -> Quota:
        """The machine that counts on from here."""
        return Quota(day=self.day, day_bytes=self.day_bytes, all_bytes=self.all_bytes)


@dataclass(frozen=True, slots=True)
class Peer:
    """Another node, and what it is to us.

    `standing`: "pending" waits for the owner, "known" has its `tier`, "removed" is not to come back by itself.
    `name`: for people, cleaned by whoever read it. `how` it was met: a word. `wished`: the tier that was wished for.
    `seen_ms`: when a link was last up. `manifest`: the last one, signed. Times in milliseconds since 1970.
    """

    node: bytes
    standing: Standing
    tier: Tier = Tier.UNKNOWN
    name: str = ""
    addresses: tuple[str, ...] = ()
    how: str = ""
    wished: Tier | None = None
    added_ms: int = 0
    seen_ms: int | None = None
    manifest: Signed | None = None
    used: Used = Used()


def load_peers(connection: sqlite3.Connection) -> list[Peer]:
    """Every peer of whatever standing, by when it was added. Raises sqlite3.Error."""
    rows = connection.execute(f"SELECT {_PEER} FROM peers ORDER BY added_ms, node")
    return [_peer(row) for row in rows]


def _peer(row: Sequence[Any]) -> Peer:
    node, standing, tier, name, addresses, how, wished, added_ms, seen_ms, body, signature, *used = row
    return Peer(
        node,
        standing,
        _tier(tier) if standing == "known" else Tier.UNKNOWN,
        name,
        tuple(addresses.split("\n")) if addresses else (),
        how,
        None if wished is None else _tier(wished),
        added_ms,
        seen_ms,
        Signed(body, signature) if body is not None and signature is not None else None,
        Used(*used),
    )


def _tier(number: int) -> Tier:
    return Tier(number) if number in set(Tier) else Tier.UNKNOWN


def keep_peer(peer: Peer) -> Job[None]:
    """A ledger job: keep this row, in place of what was kept of the peer. What was taken from it (`used`) only grows.

    Raises:
        Conflict: it is new and pending, and as many are pending as may be; nobody is forgotten for it.
    """
    row = (
        peer.node,
        peer.standing,
        int(peer.tier) if peer.standing == "known" else 0,
        peer.name,
        "\n".join(peer.addresses),
        peer.how,
        None if peer.wished is None else int(peer.wished),
        peer.added_ms,
        peer.seen_ms,
        peer.manifest.body if peer.manifest else None,
        peer.manifest.signature if peer.manifest else None,
    )

    def job(tx: Transaction) -> None:
        kept = tx.query("SELECT standing, day, day_bytes, all_bytes FROM peers WHERE node = ?", (peer.node,))
        if peer.standing == "pending" and not (kept and kept[0][0] == "pending"):
            waiting = tx.query("SELECT count(*) FROM peers WHERE standing = 'pending'")[0][0]
            if waiting >= PENDING_MAX:
                raise Conflict(
                    f"{PENDING_MAX:,} peers wait to be accepted or rejected",
                    remedy="reject those that you do not know: ccnode peer pending, ccnode peer reject ID",
                )
        before = Used(*kept[0][1:]) if kept else Used()
        tx.execute(_KEEP, (*row, *_more(before, peer.used)))
        tx.execute(_HEARD, (peer.node,))

    return job


def _more(one: Used, other: Used) -> tuple[int, int, int]:
    """What both say was taken, so that a row that was read earlier gives nothing back."""
    if one.day == other.day:
        return one.day, max(one.day_bytes, other.day_bytes), max(one.all_bytes, other.all_bytes)
    newer = max(one, other, key=lambda used: used.day)
    return newer.day, newer.day_bytes, max(one.all_bytes, other.all_bytes)


def remove_peer(node: bytes, now_ms: int) -> Job[bool]:
    """A ledger job: the peer is nothing to us any more, and stays so until the owner adds it; whether it was anything.

    The row stays, so that nobody can bring it back, and what was taken from it still counts.
    """

    def job(tx: Transaction) -> bool:
        set_ = "standing = 'removed', tier = 0, wished = NULL, addresses = '', manifest = NULL, signature = NULL"
        changed = tx.execute(f"UPDATE peers SET {set_} WHERE node = ? AND standing != 'removed'", (node,))
        if not changed:
            row = (node, "removed", 0, "", "", "removed", None, now_ms, None, None, None, 0, 0, 0)
            tx.execute(_KEEP.replace("REPLACE", "IGNORE"), row)
        for table in ("parcels", "peer_heads"):
            tx.execute(f"DELETE FROM {table} WHERE peer = ?", (node,))
        return bool(changed)

    return job


def keep_seen(node: bytes, now_ms: int) -> Job[None]:
    """A ledger job: a link with the peer is, or was, up; and where it is followed, that is when it was heard."""

    def job(tx: Transaction) -> None:
        tx.execute("UPDATE peers SET seen_ms = max(coalesce(seen_ms, 0), ?) WHERE node = ?", (now_ms, node))
        tx.execute(_HEARD, (node,))

    return job


def keep_used(node: bytes, quota: Quota) -> Job[None]:
    """A ledger job: keep how much was taken from a peer, so that a new start begins from there."""
    said = Used(quota.day, quota.day_bytes, quota.all_bytes)

    def job(tx: Transaction) -> None:
        kept = tx.query("SELECT day, day_bytes, all_bytes FROM peers WHERE node = ?", (node,))
        if kept:
            more = _more(Used(*kept[0]), said)
            tx.execute("UPDATE peers SET day = ?, day_bytes = ?, all_bytes = ? WHERE node = ?", (*more, node))

    return job


# --- invitations ---


@dataclass(frozen=True, slots=True)
class KeptInvitation:
    """An invitation as it is listed. `spent_ms`: when it was spent by `spent_by`, or (None) withdrawn; None: open."""

    id: bytes
    tier: Tier
    made_ms: int
    expires_ms: int
    spent_ms: int | None
    spent_by: bytes | None


def open_invitations(connection: sqlite3.Connection, now_ms: int) -> tuple[Invitation, ...]:
    """Those that can still be redeemed, for `invitation.Invitations`. Raises sqlite3.Error."""
    sql = "SELECT secret, tier, expires_ms FROM invitations WHERE spent_ms IS NULL AND expires_ms > ? ORDER BY id"
    rows = connection.execute(sql, (now_ms,))
    return tuple(Invitation(secret, _tier(tier), expires_ms) for secret, tier, expires_ms in rows)


def list_invitations(connection: sqlite3.Connection) -> list[KeptInvitation]:
    """Open, spent, withdrawn and expired ones of the last month, oldest first. Raises sqlite3.Error."""
    sql = "SELECT id, tier, made_ms, expires_ms, spent_ms, spent_by FROM invitations ORDER BY made_ms, id"
    return [KeptInvitation(name, _tier(tier), *rest) for name, tier, *rest in connection.execute(sql)]


def keep_invitation(one: Invitation, now_ms: int) -> Job[bytes]:
    """A ledger job: keep an open invitation; return what names it.

    Raises:
        Conflict: as many are open as may be, or there was one with this secret before.
    """
    name = invitation_id(one.secret)

    def job(tx: Transaction) -> bytes:
        tx.execute(
            "DELETE FROM invitations WHERE coalesce(spent_ms, expires_ms) < ? AND expires_ms < ?",
            (now_ms - SPENT_KEPT_MS, now_ms),
        )
        opened = tx.query("SELECT count(*) FROM invitations WHERE spent_ms IS NULL AND expires_ms > ?", (now_ms,))
        if opened[0][0] >= limits.INVITATIONS_MAX:
            raise Conflict(f"{limits.INVITATIONS_MAX} invitations are open", remedy="withdraw one, or wait")
        if tx.query("SELECT 1 FROM invitations WHERE id = ?", (name,)):
            raise Conflict("an invitation with this secret was made before", remedy="make one with another secret")
        row = (name, one.secret, int(one.tier), now_ms, one.expires_ms)
        tx.execute("INSERT INTO invitations VALUES (?, ?, ?, ?, ?, NULL, NULL)", row)
        return name

    return job


def spend_invitation(name: bytes, node: bytes, now_ms: int) -> Job[Tier]:
    """A ledger job: the invitation is spent by this joiner; return the tier that it gives.

    Grant nothing before this job is committed. After a crash in between, the joiner asks for a new invitation.

    Raises:
        Conflict: it was spent or withdrawn before, expired, or never made.
    """

    def job(tx: Transaction) -> Tier:
        rows = tx.query(
            "SELECT tier FROM invitations WHERE id = ? AND spent_ms IS NULL AND expires_ms > ?", (name, now_ms)
        )
        if not rows:
            raise Conflict("the invitation is spent, withdrawn, expired or unknown", remedy="ask for a new one")
        tx.execute("UPDATE invitations SET spent_ms = ?, spent_by = ?, secret = x'' WHERE id = ?", (now_ms, node, name))
        return _tier(rows[0][0])

    return job


def withdraw_invitation(name: bytes, now_ms: int) -> Job[None]:
    """A ledger job: close an open invitation. Raises NotFound where there is none of that name that is open."""

    def job(tx: Transaction) -> None:
        sql = "UPDATE invitations SET spent_ms = ?, secret = x'' WHERE id = ? AND spent_ms IS NULL AND expires_ms > ?"
        if not tx.execute(sql, (now_ms, name, now_ms)):
            raise NotFound("there is no such open invitation", remedy="see them: ccnode peer invite --list")

    return job


def doubt(connection: sqlite3.Connection, now_ms: int) -> int:
    """Where a backup is put back: let no peer have its tier, and no invitation be open; return how many wait anew.

    Within the caller's transaction. Raises sqlite3.Error.
    """
    trusting.mark_restored(connection, now_ms)
    if not connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'peers'").fetchone():
        return 0  # made by a program that knew no peers
    connection.execute("UPDATE invitations SET secret = x'', spent_ms = expires_ms WHERE spent_ms IS NULL")
    if connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'parcels'").fetchone():
        for table in ("parcels", "peer_heads"):
            connection.execute(f"DELETE FROM {table}")
    doubted = "UPDATE peers SET standing = 'pending', wished = tier, tier = 0 WHERE standing = 'known'"
    return connection.execute(doubted).rowcount


# --- forks ---


def keep_fork(chain: ChainId, found: Frozen, *, is_ours: bool = True) -> Job[bool]:
    """A ledger job: keep the proof that a chain is forked, if it says more than the one that is kept; whether it does.

    Where it does not, or (`is_ours` false) too many are kept against that stranger, freeze nothing.
    """
    proof = canonical.encode(Fork(chain, found.proof).body())
    seq = min(found.seq, INTEGER_MAX)  # the proof itself has the position whole

    def job(tx: Transaction) -> bool:
        place = (chain.node, chain.epoch, chain.audience)
        kept = tx.query("SELECT seq FROM fork_proofs WHERE node = ? AND epoch = ? AND audience = ?", place)
        if kept and kept[0][0] <= seq:
            return False
        if not is_ours and not kept:
            count = tx.query("SELECT count(*) FROM fork_proofs WHERE node = ?", (chain.node,))[0][0]
            if count >= FORKS_MAX:
                return False
        row = (*place, seq, found.before, proof)
        tx.execute("INSERT OR REPLACE INTO fork_proofs VALUES (?, ?, ?, ?, ?, ?)", row)
        return True

    return job


def load_forks(connection: sqlite3.Connection) -> dict[ChainId, Frozen]:
    """Where chains are forked, each proof verified again; one that no longer holds accuses nobody and is left out.

    Raises:
        sqlite3.Error: they cannot be read.
    """
    found: dict[ChainId, Frozen] = {}
    for node, epoch, audience, proof in connection.execute("SELECT node, epoch, audience, proof FROM fork_proofs"):
        try:
            chain = ChainId(node, epoch, audience)
            fields = canonical.decode_map(proof, size_max=limits.FORK.bytes_max)
            forms.check(sync_frames.FORMS[FORK], fields)
            found[chain] = forks.proven(chain, Fork.read(fields).proof)
        except (CryptoError, RemoteError, TypeError):
            continue  # altered in the table
    return found

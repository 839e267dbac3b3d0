"""What does the owner still vouch for of a node key that is taken back? Its chains up to the heads that are here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.store.errors import Conflict
from ccnode.store.plates import is_our_owner
from ccnode.store.transaction import view
from ccnode_crypto.certificate import LastGood, Revocation, revoke
from ccnode_protocol import records

if TYPE_CHECKING:
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import View
    from ccnode_crypto.keys import SigningKey

NAMED_MAX: Final = 55  # heads that a revocation of 4,096 bytes has room for
_HEADS: Final = (
    "SELECT epoch, audience, length - 1, head FROM chains WHERE node = ? AND length > 0 ORDER BY id DESC LIMIT ?"
)


def last_good(node: bytes) -> View[tuple[LastGood, ...]]:
    """The newest heads of its chains here, the newest chains first, as many as a revocation can name."""
    rows = yield _HEADS, (node, NAMED_MAX)
    return tuple(LastGood(*row) for row in rows)


def revoked(key: SigningKey, node: bytes, heads: tuple[LastGood, ...], now_ms: int) -> Revocation:
    """The owner's word that a node key is no more theirs, after these heads."""
    return revoke(key, node, now_ms, heads)


def record(paper: Revocation) -> Job[None]:
    """Put a revocation on our own chain, from where every node of ours has it. The job raises Conflict."""

    def job(tx: Transaction) -> None:
        if not view(tx, is_our_owner(paper.owner)):
            raise Conflict("that revocation is another owner's", remedy="sign it with the owner key of this node")
        if paper.node == tx.node:
            raise Conflict("a node does not revoke its own key", remedy="do it on another node of yours")
        tx.append(records.node_revoked(paper.body, paper.signature))

    return job

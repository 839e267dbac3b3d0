"""Which invitation codes of this node are open, and what does one take that is spent? For core, the owner key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from ccnode import clock
from ccnode.core import pairing
from ccnode.net.errors import RefusedError
from ccnode.store import owner, peers
from ccnode.store.errors import Conflict, NotFound, StoreError
from ccnode_crypto.keys import node_id
from ccnode_protocol import limits
from ccnode_protocol.effects import Reason
from ccnode_protocol.errors import ProtocolError
from ccnode_protocol.invitation import Invitations, invitation_id
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    import sqlite3

    from ccnode.core.pairing import Row
    from ccnode.daemon.papers import Papers
    from ccnode.daemon.peerbook import Append
    from ccnode.store.home import Home
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol.invitation import Invitation, Join

log = structlog.get_logger()


class OpenCodes:
    """`invitations`: those that can still be redeemed."""

    def __init__(self, home: Home, papers: Papers, append: Append) -> None:
        self.invitations = Invitations()
        self._home = home
        self._papers = papers
        self._append = append
        self._signers: dict[bytes, SigningKey] = {}  # for invitations to core that are open, as long as this runs

    def fill(self, connection: sqlite3.Connection) -> None:
        """Read what is kept. Raises sqlite3.Error."""
        self.invitations = Invitations(peers.open_invitations(connection, clock.now_ms()))

    def open_ids(self) -> list[bytes]:
        """What names the invitations that are open."""
        self.invitations.expire(clock.now_ms())
        found = [invitation_id(one.secret) for one in self.invitations.open_ones]
        self._signers = {name: self._signers[name] for name in found if name in self._signers}  # no longer than needed
        return found

    async def invite(self, one: Invitation, passphrase: str | None) -> None:
        """Keep an invitation open. One to core takes the owner key, held until it is spent. Raises StoreError."""
        signer = None
        if one.tier is Tier.CORE:
            signer = await asyncio.to_thread(owner.key, self._home, passphrase)
            self._papers.check(signer)
        name = await self._append(peers.keep_invitation(one, clock.now_ms()))
        self.invitations = Invitations((*self.invitations.open_ones, one))
        if signer is not None and owner.guard(self._home) == "passphrase":
            self._signers[name] = signer

    async def withdraw(self, wanted: str) -> None:
        """Close an invitation. Raises NotFound, Conflict."""
        found = [name for name in self.open_ids() if name.hex().startswith(wanted.lower())]
        if len(found) != 1:
            error = Conflict if found else NotFound
            raise error("there is no such open invitation", remedy="see them: ccnode peer invite --list")
        await self._append(peers.withdraw_invitation(found[0], clock.now_ms()))
        self.invitations.withdraw(found[0])
        self._signers.pop(found[0], None)

    async def redeem(
        self, node: bytes, row: Row | None, join: Join, binding: bytes, *, is_certified: bool, is_revoked: bool
    ) -> Row:
        """Spend the invitation that a peer shows, then give it what that was made for. Raises RefusedError."""
        now_ms = clock.now_ms()
        signer = None if is_certified else await self._signer_for(join, node, is_revoked=is_revoked)
        try:
            one = self.invitations.redeem(join, binding, now_ms)
            await self._append(peers.spend_invitation(join.invitation, node, now_ms))
        except (ProtocolError, Conflict) as error:
            raise RefusedError(Reason.UNWANTED, str(error)[: limits.REASON_CHARS_MAX]) from error
        made = pairing.redeemed(row, one.tier)
        if isinstance(made, pairing.Refused):
            raise RefusedError(Reason.UNWANTED, made.message)
        self._signers.pop(join.invitation, None)
        if signer is not None:
            await self._papers.sign(node, signer)
        return made

    async def _signer_for(self, join: Join, node: bytes, *, is_revoked: bool) -> SigningKey | None:
        """The owner key that an invitation to core takes. Raises RefusedError, before anything is spent."""
        tier = next(
            (one.tier for one in self.invitations.open_ones if invitation_id(one.secret) == join.invitation), None
        )
        if tier is not Tier.CORE:
            return None
        if is_revoked:
            raise RefusedError(Reason.UNWANTED, "the owner has revoked this node's key")
        try:
            signer = self._signers.get(join.invitation)
            if signer is None:
                signer = await asyncio.to_thread(owner.key, self._home, None)
            self._papers.check(signer)
        except StoreError as error:  # this node was started anew since, and nobody is here to give the passphrase
            log.warning("not_certified", peer=node_id(node), error=str(error))
            raise RefusedError(Reason.UNWANTED, "the owner key is locked since; ask for a new code") from error
        return signer

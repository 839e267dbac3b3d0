"""How far do peers' copies go, by what each said last, and what went to and fro with it on sticks?

Kept apart from what makes and applies parcels (parcels.py): that loads much, and most nodes never make one.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING

import structlog

from ccnode.later import later
from ccnode.store import copies
from ccnode.store.copies import Carried
from ccnode.store.errors import StoreError
from ccnode_crypto.keys import node_id
from ccnode_protocol.sync_index import Flow

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Mapping

    from ccnode.daemon.holdings import Holdings
    from ccnode.daemon.peerbook import Append, PeerBook
    from ccnode.store import parcels
    from ccnode.store.home import Home
    from ccnode_crypto.entry import ChainId
else:
    parcels = later("ccnode.store.parcels")  # with it comes a library of 1.5 MiB

log = structlog.get_logger()


class Copies:
    """What is known of the copies of a node's peers. Lives on one event loop. `folder`: for parcels at work."""

    def __init__(self, home: Home, book: PeerBook, holdings: Holdings, append: Append) -> None:
        self.carried: dict[bytes, Carried] = {}
        self.folder = home.root / "bundles"
        self._home = home
        self._book = book
        self._holdings = holdings
        self._append = append
        self._keeping: set[asyncio.Task[None]] = set()

    def fill(self, connection: sqlite3.Connection) -> None:
        """Read what is kept, and remove what a last start left. Raises sqlite3.Error."""
        self.carried = copies.load(connection)
        shutil.rmtree(self.folder, ignore_errors=True)

    async def close(self) -> None:
        """Wait for what is being kept."""
        await asyncio.gather(*self._keeping, return_exceptions=True)

    @cached_property
    def recipient(self) -> str | None:
        """To whom parcels for this node are encrypted; asked for when something is first said to a peer."""
        try:
            return parcels.recipient(self._home)
        except StoreError as error:
            log.warning("no_key_for_bundles", error=str(error))
            return None

    def forget_peer(self, node: bytes) -> None:
        """It was removed: what it said holds no more."""
        self.carried.pop(node, None)

    def heard(self, node: bytes, heads: Mapping[ChainId, int]) -> None:
        """A link with a peer has ended, on which it said how far its copies go."""
        carried = self.carried.get(node, Carried())
        merged = {**(carried.heads or {}), **heads}
        if merged != carried.heads:
            self.carried[node] = replace(carried, heads=merged)
            task = asyncio.create_task(self._keep_heard(node))
            self._keeping.add(task)
            task.add_done_callback(self._keeping.discard)

    async def _keep_heard(self, node: bytes) -> None:
        try:
            await self._append(copies.keep(node, self.carried[node]))
        except (StoreError, KeyError) as error:  # it may have been removed meanwhile
            log.warning("heads_not_kept", peer=node_id(node), error=str(error))

    def owed(self, node: bytes) -> int | None:
        """How many entries a peer may have and, by its last word, has not; None where it has said nothing."""
        carried = self.carried.get(node)
        if carried is None or carried.heads is None:
            return None
        index, flow = self._holdings.index, Flow(self._holdings.index, node, self._book.tier_of(node))
        rows = index.rows(chain for chain in index.all() if flow.gives(chain))
        return sum(max(0, row.length - carried.heads.get(row.chain, 0)) for row in rows)

    async def keep(self, node: bytes, carried: Carried) -> None:
        """A parcel was made for a peer, or one of its was applied. Raises StoreError."""
        await self._append(copies.keep(node, carried))
        self.carried[node] = carried
        self._book.tell("peers")

"""What is carried between nodes on a stick? Parcels made for a peer and parcels of a peer applied, one at a time.

A parcel goes through the doors that a link has: the index says what flows, `Holdings` loads and stores, the book takes
the manifest. It is read whole before anything of it is stored, so what is damaged or forged stores nothing; where the
daemon is killed in the middle, whole runs are stored, and the same parcel applied again goes on from there.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sqlite3
import traceback
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final, Literal

import structlog

from ccnode import clock
from ccnode.api.events import Download
from ccnode.daemon.applying import Applying, NotAllowed
from ccnode.daemon.parcel_forms import bundle_form
from ccnode.store import parcels
from ccnode.store.copies import Carried
from ccnode.store.errors import (
    Conflict,
    NotFound,
    StoreBusy,
    StoreCorrupt,
    StoreError,
    StoreFull,
    disk_error,
    translated,
)
from ccnode.store.ledger import connect
from ccnode.store.parcels import Damaged, Stopped
from ccnode_crypto.entry import HEADER_BYTES
from ccnode_crypto.keys import node_id
from ccnode_protocol import sync_frames
from ccnode_protocol.carrying import plan
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.link_frames import MANIFEST
from ccnode_protocol.manifest import read_manifest
from ccnode_protocol.parcel import Header
from ccnode_protocol.sync_index import Flow
from ccnode_protocol.tiers import Tier
from ccnode_protocol.unpacking import StaleError, Tally

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Coroutine, Mapping
    from pathlib import Path

    from ccnode.daemon.copies import Copies
    from ccnode.daemon.holdings import Holdings
    from ccnode.daemon.peerbook import PeerBook
    from ccnode.store.home import Home
    from ccnode_crypto.entry import ChainId
    from ccnode_protocol.frames import Frame

log = structlog.get_logger()

ID_BYTES: Final = 6
KEPT_MAX: Final = 4  # with their files, until they are fetched or forgotten
ROOM_BYTES: Final = 256 * 1024 * 1024  # what must stay free
PIECE_BYTES: Final = 256 * 1024
WRITE_BYTES: Final = 1024 * 1024
PASSES_MAX: Final = 3  # over one parcel, where certificates in it let in more of it
_FULL: Final = "have it made with --full, or send a bundle back first: it tells what is here"

State = Literal["waiting", "running", "done", "failed"]


class Forged(StoreCorrupt):
    """A parcel that its sender signed holds what nobody wrote."""

    code = "forged_bundle"


@dataclass(slots=True)
class Bundle:
    """One parcel that is made or applied. `total`, `done`: entries; `size`: bytes of its file."""

    id: str
    kind: Literal["create", "apply"]
    path: Path
    state: State = "waiting"
    peer: bytes | None = None
    header: Header | None = None
    dry_run: bool = False
    total: int = 0
    done: int = 0
    size: int = 0
    is_older: bool = False
    tally: Tally | None = None
    error: dict[str, str] | None = None
    stop: bool = False
    task: asyncio.Task[None] | None = field(default=None, repr=False)


class Parcels:
    """The parcels of a node. Lives on one event loop."""

    def __init__(self, home: Home, book: PeerBook, holdings: Holdings, copies: Copies) -> None:
        self._home = home
        self._book = book
        self._holdings = holdings
        self._copies = copies
        self._folder = copies.folder
        self._all: dict[str, Bundle] = {}
        self._uploading = False

    async def close(self) -> None:
        """Leave off; what was stored stays."""
        for one in self._all.values():
            await self._end(one)
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    # --- asking ---

    def get(self, bundle_id: str) -> dict[str, Any]:
        """One of them. Raises NotFound."""
        return bundle_form(self._named(bundle_id))

    def _named(self, bundle_id: str) -> Bundle:
        if bundle_id not in self._all:
            raise NotFound("there is no such bundle", remedy="it was fetched or forgotten; begin anew")
        return self._all[bundle_id]

    async def file(self, bundle_id: str) -> Download:
        """The file of one that was made. Raises NotFound, Conflict."""
        one = self._named(bundle_id)
        if one.kind != "create" or one.state != "done":
            raise Conflict("there is no file yet", remedy="wait until it is made")
        return Download(f"{one.id}.bundle", "application/octet-stream", _pieces_of(one.path))

    async def forget(self, bundle_id: str) -> None:
        """Stop it and remove its file. Raises NotFound."""
        one = self._named(bundle_id)
        await self._end(one)
        self._all.pop(bundle_id, None)
        await asyncio.to_thread(one.path.unlink, missing_ok=True)

    async def erased(self) -> None:
        """Contents are gone from the store: bundles made before that may hold them still, and are not given out."""
        for name in [name for name, one in self._all.items() if one.kind == "create"]:
            with contextlib.suppress(NotFound):
                await self.forget(name)

    async def _end(self, one: Bundle) -> None:
        one.stop = True
        if one.task is not None:
            await asyncio.gather(one.task, return_exceptions=True)

    async def _new(self, kind: Literal["create", "apply"]) -> Bundle:
        """Room for another. Raises StoreBusy."""
        if self._uploading or any(one.state == "running" for one in self._all.values()):
            raise StoreBusy("a bundle is being made or applied", remedy="wait until that is done")
        while len(self._all) >= KEPT_MAX:
            await self.forget(next(iter(self._all)))
        try:
            self._folder.mkdir(mode=0o700, exist_ok=True)
        except OSError as error:
            raise disk_error(error, "bundles cannot be kept") from error
        name = clock.chance(ID_BYTES).hex()
        one = Bundle(name, kind, self._folder / name)
        self._all[name] = one
        return one

    def _begin(self, one: Bundle, work: Coroutine[None, None, None]) -> dict[str, Any]:
        one.state = "running"
        one.task = asyncio.create_task(self._guarded(one, work), name="bundle")
        return bundle_form(one)

    async def _guarded(self, one: Bundle, work: Coroutine[None, None, None]) -> None:
        try:
            await work
            one.state = "done"
        except Stopped:
            one.state, one.error = "failed", _told("stopped", "it was stopped", "begin anew")
        except StoreError as error:
            one.state, one.error = "failed", _told(error.code, str(error), error.remedy)
        except Exception as error:  # noqa: BLE001  # a bug: it ends this bundle alone, and is told
            one.state, one.error = "failed", _told("failed", f"a bug of this program: {error!r}", "see the log")
            # With its frames, which this program's log leaves out of exc_info.
            log.error("bundle_failed", error="".join(traceback.format_exception(error)))  # noqa: TRY400

    def _tier_for(self, node: bytes) -> Tier:
        """What a peer is, if that lets anything be carried. Raises NotAllowed."""
        known, tier = self._book.rows.get(node), self._book.tier_of(node)
        name = f"node {node_id(node)[:12]}"
        if known is None:
            raise NotAllowed(f"{name} was never added here", remedy=f"add it: ccnode peer add {node_id(node)}")
        if known.standing != "known":
            verb, how = ("waits to be accepted", "accept") if known.standing == "pending" else ("was removed", "add")
            raise NotAllowed(f"{name} {verb} here", remedy=f"ccnode peer {how} {node_id(node)}")
        if tier is Tier.UNKNOWN:
            raise NotAllowed(f"{name} waits for the owner's certificate", remedy="see: ccnode peer list")
        if not Flow(self._holdings.index, node, tier).is_open:
            raise NotAllowed(
                f"{name} is external: it may ask questions, and nothing else", remedy="see: ccnode peer trust"
            )
        return tier

    # --- making ---

    async def create(self, node: bytes, since_ms: int | None, *, full: bool, recipient: str | None) -> dict[str, Any]:
        """Make one for a peer: what it has not by its last word, or all, or all since a time; how far that is.

        `recipient`: encrypt it to this instead of what the peer named. Raises NotAllowed, Conflict, StoreBusy.
        """
        tier = self._tier_for(node)
        to = recipient or self._book.sayings.recipient_of(self._book.rows.get(node))
        if to is None:
            raise Conflict(
                "this node has not met that one yet, so it has no key of it to encrypt the bundle to",
                remedy="make it with --passphrase; the bundle that comes back brings the key",
            )
        one = await self._new("create")
        one.peer = node
        return self._begin(one, self._create(one, node, tier, to, since_ms, full=full))

    async def _create(self, one: Bundle, node: bytes, tier: Tier, to: str, since_ms: int | None, *, full: bool) -> None:
        flow, carried = Flow(self._holdings.index, node, tier), self._copies.carried.get(node, Carried())
        known: Mapping[ChainId, int] | None = {} if full else carried.heads
        if since_ms is not None:
            known = await self._since(flow, known, since_ms)
        made, now_ms = plan(flow, known), clock.now_ms()
        header = Header(self._book.own, node, max(carried.made + 1, now_ms), now_ms, made.entries)
        one.header, one.total = header, made.entries
        manifest = self._book.manifest_for(node)

        def moved(done: int) -> None:
            one.done = done
            if one.stop:
                raise Stopped

        def write() -> int:
            with contextlib.closing(connect(self._home.ledger, writable=False)) as connection:
                try:
                    return parcels.write(connection, one.path, made, header, manifest, self._book.key, to, moved)
                except sqlite3.Error as error:
                    raise translated(error) from error

        one.size = await asyncio.to_thread(write)
        if self._book.tier_of(node) is not tier:
            await asyncio.to_thread(one.path.unlink, missing_ok=True)
            raise NotAllowed("the peer's tier was changed meanwhile", remedy="make it again")
        await self._copies.keep(node, replace(carried, made=header.number, made_ms=now_ms))

    async def _since(self, flow: Flow, known: Mapping[ChainId, int] | None, ms: int) -> dict[ChainId, int]:
        """As `known`, but without what was written before a time, which the peer is said to have."""
        first = await self._holdings.read(lambda connection: parcels.since(connection, ms))
        index = flow.index
        if known is None:
            known = {chain: index.length(chain) for chain in index.chains_of(flow.peer)}
        return {chain: max(known.get(chain, 0), first.get(chain, 0)) for chain in index.all()}

    # --- applying ---

    async def take_in(self, pieces: AsyncIterator[bytes], size: int | None) -> dict[str, Any]:
        """Keep the file of one that is to be applied. Raises StoreBusy, StoreFull, StoreReadOnly."""
        one = await self._new("apply")
        self._uploading = True
        try:
            await self._receive(one, pieces, size or 0)
        except BaseException:
            self._all.pop(one.id, None)
            with contextlib.suppress(OSError):
                one.path.unlink(missing_ok=True)
            raise
        finally:
            self._uploading = False
        return bundle_form(one)

    async def _receive(self, one: Bundle, pieces: AsyncIterator[bytes], size: int) -> None:
        try:
            _check_free(self._folder, size)
            descriptor = os.open(one.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                gathered = bytearray()
                async for piece in pieces:
                    gathered += piece
                    one.size += len(piece)
                    if len(gathered) >= WRITE_BYTES:
                        _check_free(self._folder, len(gathered))
                        await asyncio.to_thread(file.write, bytes(gathered))
                        gathered.clear()
                await asyncio.to_thread(file.write, bytes(gathered))
        except OSError as error:
            if isinstance(error, ConnectionError):
                raise
            raise disk_error(error, "the bundle cannot be kept") from error

    async def apply(self, bundle_id: str, identity: str | None, *, dry_run: bool) -> dict[str, Any]:
        """Apply one that was taken in, or only say what that would do. `identity`: what opens it, if not our key.

        Raises:
            NotFound, Conflict: there is none that could be applied. StoreBusy.
        """
        one = self._named(bundle_id)
        if one.kind != "apply" or one.state == "running":
            raise Conflict("that is not a bundle to be applied now", remedy="begin anew")
        if any(other.state == "running" for other in self._all.values()):
            raise StoreBusy("a bundle is being made or applied", remedy="wait until that is done")
        line = identity if identity is not None else await asyncio.to_thread(parcels.identity, self._home)
        one.dry_run, one.error, one.tally, one.done = dry_run, None, None, 0
        return self._begin(one, self._apply(one, line))

    async def _apply(self, one: Bundle, line: str) -> None:
        header = await asyncio.to_thread(self._check, one, line)
        tier = self._tier_for(header.sender)
        one.total, one.header = header.entries, header
        carried = self._copies.carried.get(header.sender, Carried())
        one.is_older = header.number < carried.applied
        applying = Applying(self._book, self._holdings, header.sender, tier, is_dry=one.dry_run)
        for _ in range(PASSES_MAX):
            certified = set(applying.index.certified)
            await self._pass(one, line, applying)
            if not applying.machine.tally.strangers or certified == applying.index.certified:
                break
            applying.again()
        has = applying.machine.has
        if one.dry_run or one.is_older:
            return
        carried = self._copies.carried.get(header.sender, Carried())
        await self._copies.keep(
            header.sender, replace(carried, applied=header.number, applied_ms=clock.now_ms(), heads=dict(has))
        )

    def _check(self, one: Bundle, line: str) -> Header:
        """Read it whole: that it is what its sender signed, and of its form. On a thread of its own."""

        def begun(header: Header) -> None:
            one.peer = header.sender
            self._tier_for(header.sender)

        def take(frame: Frame) -> None:
            if one.stop:
                raise Stopped
            if frame.type == MANIFEST:
                read_manifest(frame.body, one.peer or b"", self._book.own)
            else:
                sync_frames.read(frame.type, frame.body)

        return parcels.read(one.path, line, self._book.own, begun, take)

    async def _pass(self, one: Bundle, line: str, applying: Applying) -> None:
        loop = asyncio.get_running_loop()
        one.tally = applying.machine.tally

        def take(frame: Frame) -> None:
            if one.stop:
                raise Stopped
            asyncio.run_coroutine_threadsafe(applying.take(frame), loop).result()
            headers = frame.body.get("headers")
            one.done += len(headers) // HEADER_BYTES if isinstance(headers, bytes) else 0

        one.done = 0
        try:
            await asyncio.to_thread(parcels.read, one.path, line, self._book.own, lambda _header: None, take)
            applying.machine.finish()
        except StaleError as error:
            raise Conflict(str(error), remedy=_FULL) from error
        except (RemoteError, Damaged) as error:
            # Its outside was found whole before: so its sender signed what is wrong inside.
            raise Forged(f"what its sender signed does not hold: {error}", remedy="see: ccnode peer list") from error


def _told(code: str, message: str, remedy: str) -> dict[str, str]:
    return {"code": code, "message": message, "remedy": remedy}


def _check_free(folder: Path, size: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < size + ROOM_BYTES:
        raise StoreFull(
            f"there is no room for {size} bytes: {free} are free, and {ROOM_BYTES} must stay so",
            remedy="free some space, then try again",
        )


async def _pieces_of(path: Path) -> AsyncGenerator[bytes]:
    try:
        file = await asyncio.to_thread(path.open, "rb")
    except OSError as error:
        raise NotFound("the bundle's file is gone", remedy="make it again") from error
    with file:
        while piece := await asyncio.to_thread(file.read, PIECE_BYTES):
            yield piece

"""How does a parcel become a file, and a file a parcel again? Encrypted with age, as a stream.

The key that parcels for this node are encrypted to is made once and stays on this machine, outside of backups; what
opens a parcel is worth no more than that, since who wrote it is proven inside (protocol/README.md, Parcels).
"""

from __future__ import annotations

import contextlib
import os
from typing import IO, TYPE_CHECKING, Any, Final

import pyrage

from ccnode.store import chain_loads, views
from ccnode.store.errors import Conflict, StoreCorrupt, StoreError, disk_error
from ccnode.store.home import read_private, write_private
from ccnode_crypto.entry import ChainId
from ccnode_protocol import hlc
from ccnode_protocol.carrying import steps
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.link_frames import MANIFEST
from ccnode_protocol.parcel import AnotherError, Reader, VersionError, Writer
from ccnode_protocol.sync_effects import Load

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from ccnode.store.home import Home
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol.carrying import Plan
    from ccnode_protocol.frames import Frame
    from ccnode_protocol.manifest import Signed
    from ccnode_protocol.parcel import Header

KEY_FILE: Final = "bundle.key"
_ANEW: Final = "make the bundle anew, and copy it whole"
_SINCE: Final = (
    "SELECT c.node, c.epoch, c.audience,"
    " coalesce((SELECT min(e.seq) FROM entries e WHERE e.chain = c.id AND e.time >= ?), c.length) FROM chains c"
)


class NotForUs(Conflict):
    """A parcel that this node cannot open, because it is for another."""

    code = "another_node"


class Damaged(StoreCorrupt):
    """A parcel that is not as its sender made it."""

    code = "damaged_bundle"


class Stopped(Exception):
    """Whoever asked for it wants it no more."""


def since(connection: sqlite3.Connection, ms: int) -> dict[ChainId, int]:
    """Of each chain, the first position that was written at or after a time; its length where none was."""
    rows = connection.execute(_SINCE, (views.hlc_limit(hlc.from_ms(ms)),))
    return {ChainId(node, epoch, audience): seq for node, epoch, audience, seq in rows}


# --- the key ---


def identity(home: Home) -> str:
    """The line AGE-SECRET-KEY-1... of this node, made where it is missing. Raises StoreError."""
    path = home.root / KEY_FILE
    if not path.exists():
        write_private(path, str(pyrage.x25519.Identity.generate()).encode() + b"\n")
    return read_private(path).decode("ascii", "replace").strip()


def recipient(home: Home) -> str:
    """What others encrypt parcels for this node to. Raises StoreError."""
    return str(_opened(identity(home)).to_public())


def _opened(line: str) -> Any:  # noqa: ANN401  # pyrage has no types
    try:
        return pyrage.x25519.Identity.from_str(line)
    except pyrage.IdentityError as error:
        remedy = f"remove {KEY_FILE}; another is made, and others hear of it when they are met"
        raise StoreError(f"{KEY_FILE} is no key for bundles: {error}", remedy=remedy) from None


# --- writing ---


class _Source:
    """A file to read from, over an iterator of bytes. It remembers the error that pyrage would reduce to text."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._held = memoryview(b"")
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._held:
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                self._held = memoryview(piece)
        except Exception as error:
            self.error = error
            raise
        taken = self._held[:size] if size >= 0 else self._held
        self._held = self._held[len(taken) :]
        return bytes(taken)


def write(
    connection: sqlite3.Connection,
    path: Path,
    plan: Plan,
    header: Header,
    manifest: Signed,
    key: SigningKey,
    to: str,
    moved: Callable[[int], None],
) -> int:
    """Make a parcel in a new file, encrypted to the age recipient `to`; return its size. It blocks.

    `moved(entries)` is called as it goes on, and may raise Stopped.

    Raises:
        StoreError: `to` is no recipient, or the file cannot be written; then there is none. sqlite3.Error, Stopped.
    """
    try:
        public = pyrage.x25519.Recipient.from_str(to)
    except pyrage.RecipientError as error:
        raise Conflict(
            f"the peer has named no key for bundles that can be used: {error}", remedy="make it with --passphrase"
        ) from None
    source = _Source(_pieces(connection, plan, header, manifest, key, moved))
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            _encrypt(source, file, public)
        return path.stat().st_size
    except BaseException as error:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise disk_error(error, "the bundle cannot be written") from error
        raise


def _encrypt(source: _Source, file: IO[bytes], public: object) -> None:
    try:
        pyrage.encrypt_io(source, file, [public])
    except (pyrage.EncryptError, OSError):
        if source.error is not None:
            raise source.error from None
        raise


def _pieces(
    connection: sqlite3.Connection,
    plan: Plan,
    header: Header,
    manifest: Signed,
    key: SigningKey,
    moved: Callable[[int], None],
) -> Iterator[bytes]:
    writer, done = Writer(), 0
    yield writer.begin(header)
    yield writer.add(MANIFEST, manifest.fields())
    made = steps(plan)
    try:
        step = next(made)
        while True:
            if isinstance(step, Load):
                step = made.send(chain_loads.load(connection, step))
                continue
            yield writer.add(step.kind, step.body())
            done += len(getattr(step, "headers", ()))
            moved(done)
            step = made.send(())
    except StopIteration:
        yield writer.end(key)


# --- reading ---


class _Sink:
    """A file to write a parcel to, which hands out its frames."""

    def __init__(self, reader: Reader, begun: Callable[[Header], None], take: Callable[[Frame], None]) -> None:
        self._reader = reader
        self._begun = begun
        self._take = take
        self._has_begun = False
        self.error: BaseException | None = None

    def write(self, data: bytes) -> int:
        if self.error is not None:  # pyrage writes what it has buffered also after an error
            raise self.error
        try:
            for frame in self._reader.feed(data):
                if not self._has_begun and self._reader.header is not None:
                    self._has_begun = True
                    self._begun(self._reader.header)
                self._take(frame)
        except BaseException as error:
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""


def read(
    path: Path,
    line: str,
    receiver: bytes,
    begun: Callable[[Header], None],
    take: Callable[[Frame], None],
) -> Header:
    """Take a parcel apart, frame by frame, and return its header when it is proven whole. It blocks.

    `line`: the age identity that opens it. `begun` is told the header before any frame, which is not proven then; what
    `begun` and `take` raise is raised here.

    Raises:
        Damaged: it is cut short, altered, or none. NotForUs: it is for another node. Conflict: of a later version.
    """
    reader = Reader(receiver)
    sink = _Sink(reader, begun, take)
    try:
        with path.open("rb") as file:
            try:
                pyrage.decrypt_io(file, sink, [_opened(line)])
            except (pyrage.DecryptError, OSError, RemoteError):
                if sink.error is not None:
                    raise sink.error from None
                raise
        return reader.finish()
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            remedy = "apply it on the node that it was made for; or, if it was made with --passphrase, give that"
            raise NotForUs("the bundle was not made for this node", remedy=remedy) from None
        raise Damaged(f"this is no bundle, or its beginning is damaged: {error}", remedy=_ANEW) from None
    except VersionError as error:
        raise Conflict(f"the bundle is of a later version: {error}", remedy="update ccnode here") from None
    except AnotherError:
        raise NotForUs("the bundle is for another node", remedy="apply it on the node that it was made for") from None
    except RemoteError as error:
        raise Damaged(f"the bundle is not as its sender made it: {error}", remedy=_ANEW) from None
    except OSError as error:
        if error.errno is None:  # the cipher's own verdict
            raise Damaged("the bundle is damaged or cut short", remedy=_ANEW) from None
        raise disk_error(error, "the bundle cannot be read") from error

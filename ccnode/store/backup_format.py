"""How does a backup look inside? A tar archive, encrypted with age, written and read as a stream.

First comes MANIFEST.json, then the files that it names, each with its length and SHA-256. Nothing of it is ever held in
memory as a whole; what comes out of a file from outside is checked name by name before anything is written.
"""

from __future__ import annotations

import contextlib
import json
import os
import tarfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import IO, TYPE_CHECKING, Any, Final

import pyrage

from ccnode.store.errors import StoreCorrupt, StoreError, disk_error

if TYPE_CHECKING:
    from pathlib import Path

FORMAT: Final = "ccnode-backup/1"
MANIFEST: Final = "MANIFEST.json"
LEDGER: Final = "ledger.sqlite"
PROFILE: Final = "node.json"
CONFIG: Final = "config.toml"
SMALL_BYTES_MAX: Final = 4 * 1024 * 1024  # of every member but the ledger
CHUNK: Final = 1 << 20
_BLOCK: Final = tarfile.BLOCKSIZE
_END: Final = bytes(2 * _BLOCK)
_SECRET_MODE: Final = 0o600
_REMEDY: Final = "use another backup"


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive: its name there, where its bytes are, how many they are."""

    name: str
    source: Path | bytes
    size: int


def digest_of(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        digest = sha256()
        while chunk := file.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def sync_folder(folder: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


# --- writing ---


def _archive(members: Iterable[Member], mtime: int) -> Iterator[bytes]:
    for member in members:
        info = tarfile.TarInfo(member.name)
        info.size, info.mtime, info.mode = member.size, mtime, _SECRET_MODE
        yield info.tobuf(tarfile.GNU_FORMAT)
        given = 0
        if isinstance(member.source, bytes):
            yield member.source
            given = len(member.source)
        else:
            with member.source.open("rb") as file:
                while chunk := file.read(CHUNK):
                    given += len(chunk)
                    yield chunk
        if given != member.size:
            raise StoreError(f"{member.name} changed while it was written to the backup", remedy="try again")
        yield bytes(-given % _BLOCK)
    yield _END


class _Source:
    """A file to read from, over an iterator of bytes. It remembers the error that pyrage would reduce to text."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._held = memoryview(b"")
        self.error: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._held:
                chunk = next(self._chunks, None)
                if chunk is None:
                    return b""
                self._held = memoryview(chunk)
        except (OSError, StoreError) as error:
            self.error = error
            raise
        taken = self._held[:size] if size >= 0 else self._held
        self._held = self._held[len(taken) :]
        return bytes(taken)


class _HashingWriter:
    """A file to write to that hashes and counts what goes through, and remembers its error."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = sha256()
        self.size = 0
        self.error: Exception | None = None

    def write(self, data: bytes) -> int:
        try:
            self._file.write(data)
        except OSError as error:
            self.error = error
            raise
        self.digest.update(data)
        self.size += len(data)
        return len(data)

    def flush(self) -> None:
        self._file.flush()


def write_archive(file: IO[bytes], members: Sequence[Member], recipients: Sequence[Any], mtime: int) -> tuple[int, str]:
    """Encrypt the members to `file`; return how many bytes that took and their SHA-256 in hex.

    Raises:
        OSError, StoreError: a member cannot be read, or the file cannot be written.
    """
    source, target = _Source(_archive(members, mtime)), _HashingWriter(file)
    try:
        pyrage.encrypt_io(source, target, list(recipients))
    except (pyrage.EncryptError, OSError) as error:
        raise source.error or target.error or StoreError(f"the backup cannot be encrypted: {error}") from error
    return target.size, target.digest.hexdigest()


# --- reading ---


class Unpacker:
    """A file to write an archive to, which it takes apart into the files of a folder as it comes."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held = bytearray()
        self._file: IO[bytes] | None = None
        self._name = ""
        self._left = 0
        self._padding = 0
        self._ended = False
        self.digests: dict[str, Any] = {}
        self.sizes: dict[str, int] = {}

    def write(self, data: bytes) -> int:
        """Take the next bytes. Raises StoreCorrupt where they are not such an archive, OSError from the disk."""
        self._held += data
        while self._step():
            pass
        return len(data)

    def _step(self) -> bool:
        """Handle what is at the front of the held bytes; False when more must come first."""
        if self._left and self._held:
            taken = bytes(self._held[: self._left])
            del self._held[: len(taken)]
            self._left -= len(taken)
            self.digests[self._name].update(taken)
            if self._file:
                self._file.write(taken)
            return True
        if self._left or self._ended:
            return False
        self.close()
        if len(self._held) < self._padding + _BLOCK:
            return False
        del self._held[: self._padding]
        block = bytes(self._held[:_BLOCK])
        del self._held[:_BLOCK]
        self._begin(block)
        return True

    def _begin(self, block: bytes) -> None:
        if not any(block):
            self._ended = True
            return
        try:
            info = tarfile.TarInfo.frombuf(block, "utf-8", "strict")
        except (tarfile.HeaderError, ValueError) as error:
            raise StoreCorrupt(f"the backup is not an archive inside: {error}", remedy=_REMEDY) from error
        name, allowed = info.name, (LEDGER, PROFILE, CONFIG) if self.sizes else (MANIFEST,)
        if not info.isreg() or name not in allowed or name in self.sizes:
            raise StoreCorrupt(f"the backup holds {name[:100]!r}, which does not belong there", remedy=_REMEDY)
        if info.size < 0 or (name != LEDGER and info.size > SMALL_BYTES_MAX):
            raise StoreCorrupt(f"{name} in the backup has {info.size} bytes", remedy=_REMEDY)
        self._name, self._left, self._padding = name, info.size, -info.size % _BLOCK
        self.sizes[name], self.digests[name] = info.size, sha256()
        self._file = os.fdopen(os.open(self._folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _SECRET_MODE), "wb")

    def flush(self) -> None:
        """Nothing is held back that could be written."""

    def close(self) -> None:
        """Close the file that is being written. Idempotent."""
        file, self._file = self._file, None
        if file:
            file.close()

    @property
    def is_complete(self) -> bool:
        """Whether the archive came to its end."""
        return self._ended


def read_identity(text: str) -> Any:  # noqa: ANN401  # pyrage has no types
    """The age identity of a line "AGE-SECRET-KEY-1...". Raises StoreError."""
    try:
        return pyrage.x25519.Identity.from_str(text.strip())
    except pyrage.IdentityError as error:
        raise StoreError(
            f"this is not a backup key: {error}", remedy="give the line AGE-SECRET-KEY-1... of the recovery kit"
        ) from None


def unpack(path: Path, identity: str, folder: Path) -> dict[str, Any]:
    """Decrypt a backup into an empty folder, check every digest, and return its manifest.

    Raises:
        StoreError: the key is not the one it was encrypted to (said before anything is read), or the folder or file
            cannot be used.
        StoreCorrupt: the file is damaged or cut short.
        StoreFull: there is no room for it.
    """
    key, unpacker = read_identity(identity), Unpacker(folder)
    try:
        with path.open("rb") as file:
            pyrage.decrypt_io(file, unpacker, [key])
        unpacker.close()
    except pyrage.DecryptError as error:
        if "No matching keys" in str(error):
            raise StoreError(
                f"{path.name} was not encrypted to this key", remedy="use the backup key of the node that made it"
            ) from None
        what = f"{path.name} is not a backup, or its beginning is damaged: {error}"
        raise StoreCorrupt(what, remedy=_REMEDY) from None
    except FileNotFoundError:
        raise StoreError(f"there is no file {path}") from None
    except OSError as error:
        if error.errno is None:  # the cipher's own verdict
            raise StoreCorrupt(f"{path.name} is damaged or cut short", remedy=_REMEDY) from None
        raise disk_error(error, f"{path.name} cannot be unpacked") from error
    finally:
        with contextlib.suppress(OSError):  # after an error: what could not be written is thrown away in any case
            unpacker.close()
    if not unpacker.is_complete or LEDGER not in unpacker.sizes:
        raise StoreCorrupt(f"{path.name} is cut short", remedy=_REMEDY)
    manifest = _read_manifest(folder / MANIFEST, path.name)
    found = {name: {"bytes": size, "sha256": unpacker.digests[name].hexdigest()}
             for name, size in unpacker.sizes.items() if name != MANIFEST}  # fmt: skip
    if manifest["files"] != found:
        raise StoreCorrupt(f"{path.name} does not hold the files that its manifest names", remedy=_REMEDY)
    return manifest


def _read_manifest(path: Path, backup: str) -> dict[str, Any]:
    try:
        manifest = json.loads(path.read_bytes())
    except (ValueError, RecursionError) as error:
        raise StoreCorrupt(f"the manifest of {backup} is not JSON", remedy=_REMEDY) from error
    if not isinstance(manifest, Mapping) or manifest.get("format") != FORMAT:
        raise StoreCorrupt(f"{backup} is not a backup of this format ({FORMAT})", remedy="use the version that made it")
    wanted = {"files": dict, "entries": int, "heads": list, "created": str, "name": str, "version": str}
    for name, kind in wanted.items():
        if type(manifest.get(name)) is not kind:
            raise StoreCorrupt(f"the manifest of {backup} has no valid field {name!r}", remedy=_REMEDY)
    return dict(manifest)

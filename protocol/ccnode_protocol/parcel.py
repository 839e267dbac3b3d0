"""How does a link fit in a file? A parcel: frames that one node would have sent another, in order, signed as a whole.

    header, then a manifest, then frames of sync: listed, path, fork, run, contents; then the sender's signature

It is what `ccnode peer bundle` makes; the file around it is encrypted. `Writer` and `Reader` hold one frame at a time,
so a parcel may be of any size. What the reader hands out before `finish` is not proven yet: whoever acts on it reads
the whole parcel once before.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, Literal

from ccnode_crypto import canonical
from ccnode_crypto.errors import CryptoError
from ccnode_crypto.keys import SIGNATURE_BYTES, PublicKey
from ccnode_protocol import forms, frames, limits, packing
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.forms import Form, exactly, integer
from ccnode_protocol.link_frames import MANIFEST, PACKED
from ccnode_protocol.sync_values import CONTENTS, FORK, LISTED, PATH, RUN

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode_crypto.canonical import Value
    from ccnode_crypto.keys import SigningKey
    from ccnode_protocol.frames import Frame

VERSION: Final = 1
MAGIC: Final = b"ccnode-parcel/1\n"
_NAME: Final = b"ccnode-parcel/"
_LENGTH_BYTES: Final = 4
_KEY: Final = exactly(32)

FORM: Final = Form(
    "parcel",
    limits.PARCEL,
    {
        "version": integer(VERSION, VERSION),
        "sender": _KEY,
        "receiver": _KEY,
        "number": integer(limits.SEQUENCE_MAX),
        "made_ms": integer(),
        "entries": integer(),
    },
)

State = Literal["magic", "header", "manifest", "rows", "paths", "forks", "runs", "contents", "signature", "ended"]
END: Final = -1  # the length 0 after the last frame
# In this state a frame of this type leads there; anything else is no parcel. Orders before bodies: see carrying.py.
STATES: Final[dict[tuple[State, int], State]] = {
    ("manifest", MANIFEST): "rows",
    ("rows", LISTED): "rows",
    ("rows", PATH): "paths",
    ("paths", PATH): "paths",
    ("rows", FORK): "forks",
    ("paths", FORK): "forks",
    ("forks", FORK): "forks",
    ("rows", RUN): "runs",
    ("paths", RUN): "runs",
    ("forks", RUN): "runs",
    ("runs", RUN): "runs",
    ("rows", CONTENTS): "contents",
    ("paths", CONTENTS): "contents",
    ("forks", CONTENTS): "contents",
    ("runs", CONTENTS): "contents",
    ("contents", CONTENTS): "contents",
    ("rows", END): "signature",
    ("paths", END): "signature",
    ("forks", END): "signature",
    ("runs", END): "signature",
    ("contents", END): "signature",
}


class VersionError(RemoteError):
    """A parcel of a version that this one does not read."""


class AnotherError(RemoteError):
    """A parcel for another node."""


@dataclass(frozen=True, slots=True)
class Header:
    """Who carries what to whom. `number` counts up with each parcel of the sender; `entries`: how many the runs hold.

    `made_ms`: by the sender's clock. Nothing depends on it.
    """

    sender: bytes
    receiver: bytes
    number: int
    made_ms: int
    entries: int

    def body(self) -> dict[str, Value]:
        """The fields as they are written."""
        return {
            "version": VERSION,
            "sender": self.sender,
            "receiver": self.receiver,
            "number": self.number,
            "made_ms": self.made_ms,
            "entries": self.entries,
        }

    @classmethod
    def read(cls, data: bytes) -> Header:
        """The header of which `data` is the encoding. Raises RemoteError; VersionError where it is of a later one."""
        try:
            fields: Mapping[str, Any] = canonical.decode_map(data, size_max=limits.PARCEL.bytes_max)
        except CryptoError as error:
            raise RemoteError(f"parcel: {error}") from error
        version = fields.get("version")
        if type(version) is int and version != VERSION:
            raise VersionError(f"parcel.version: {version} where {VERSION} is read")
        forms.check(FORM, fields)
        return cls(fields["sender"], fields["receiver"], fields["number"], fields["made_ms"], fields["entries"])


class Writer:
    """Makes the bytes of a parcel. Call `begin`, then `add` for each frame in the order of `STATES`, then `end`."""

    def __init__(self) -> None:
        self._hash = sha256()
        self._state: State = "header"

    def begin(self, header: Header) -> bytes:
        """The first bytes."""
        self._state = "manifest"
        return self._hashed(MAGIC + _framed(canonical.encode(header.body())))

    def add(self, kind: int, body: dict[str, Value]) -> bytes:
        """The bytes of a frame. Raises LocalError where it does not belong there, or would be refused."""
        self._step(kind)
        return self._hashed(_framed(packing.pack(frames.encode(kind, body))))

    def end(self, key: SigningKey) -> bytes:
        """The last bytes."""
        self._step(END)
        mark = self._hashed(bytes(_LENGTH_BYTES))
        return mark + key.sign("parcel", self._hash.digest())

    def _step(self, kind: int) -> None:
        following = STATES.get((self._state, kind))
        if following is None:
            raise LocalError(f"about to write {frames.name_of(kind)} into a parcel after its {self._state}")
        self._state = following

    def _hashed(self, data: bytes) -> bytes:
        self._hash.update(data)
        return data


def _framed(data: bytes) -> bytes:
    return len(data).to_bytes(_LENGTH_BYTES, "big") + data


class Reader:
    """Takes a parcel apart as it comes. `receiver`: the node that reads it; `header`: once it is read.

    Whatever is wrong is a RemoteError, and nothing more is to be fed then.
    """

    def __init__(self, receiver: bytes) -> None:
        self.header: Header | None = None
        self._receiver = receiver
        self._hash = sha256()
        self._held = bytearray()
        self._state: State = "magic"

    def feed(self, data: bytes) -> list[Frame]:
        """The frames that are whole by now: a manifest first, and of sync all others; packed ones are unpacked."""
        self._held += data
        found: list[Frame] = []
        while (frame := self._step()) is not None:
            if frame is not True:
                found.append(frame)  # a frame, if it is not True
        return found

    def finish(self) -> Header:
        """The end of the data: the header, proven. Raises RemoteError where the parcel is cut short."""
        if self._state != "ended" or self.header is None:
            raise RemoteError("parcel: it is cut short")
        return self.header

    def _step(self) -> Frame | Literal[True] | None:
        """Take what is at the front; None when more must come first."""
        if self._state == "magic":
            return self._magic()
        if self._state == "signature":
            return self._signature()
        if self._state == "ended":
            if self._held:
                raise RemoteError("parcel: nothing is expected after its signature")
            return None
        record = self._record()
        if record is None:
            return None
        if self._state == "header":
            self._begin(record)
            return True
        return self._frame(record) if record else self._end()

    def _magic(self) -> Literal[True] | None:
        begun = self._held[: len(MAGIC)]
        if not MAGIC.startswith(begun):
            if begun.startswith(_NAME) and len(begun) == len(MAGIC):
                raise VersionError("parcel: it is of a later version than this program reads")
            raise RemoteError("parcel: it does not begin like one")
        return self._take(len(MAGIC), "header")

    def _take(self, count: int, following: State) -> Literal[True] | None:
        if len(self._held) < count:
            return None
        self._hash.update(self._held[:count])
        del self._held[:count]
        self._state = following
        return True

    def _record(self) -> bytes | None:
        """The next record; b"" for the end."""
        if len(self._held) < _LENGTH_BYTES:
            return None
        length = int.from_bytes(self._held[:_LENGTH_BYTES], "big")
        most = limits.PARCEL.bytes_max if self._state == "header" else limits.FRAME_BYTES_MAX
        if length > most:
            raise RemoteError(f"parcel: a record of {length:,} bytes where at most {most:,} are allowed")
        end = _LENGTH_BYTES + length
        if len(self._held) < end:
            return None
        self._hash.update(self._held[:end])
        record = bytes(self._held[_LENGTH_BYTES:end])
        del self._held[:end]
        return record

    def _begin(self, record: bytes) -> None:
        self.header = header = Header.read(record)
        if header.receiver != self._receiver:
            raise AnotherError("parcel.receiver: it is for another node")
        if header.sender == self._receiver:
            raise RemoteError("parcel.sender: it is this node itself")
        self._state = "manifest"

    def _frame(self, record: bytes) -> Frame:
        data = record
        if frames.type_of(data) == PACKED:
            data = packing.unpack(frames.decode(data))
        frame = frames.decode(data)
        following = STATES.get((self._state, frame.type))
        if following is None:
            raise RemoteError(f"parcel: {frame.name} after its {self._state}")
        self._state = following
        return frame

    def _end(self) -> Literal[True]:
        following = STATES.get((self._state, END))
        if following is None:
            raise RemoteError(f"parcel: its end after its {self._state}")
        self._state = following
        return True

    def _signature(self) -> Literal[True] | None:
        if len(self._held) < SIGNATURE_BYTES or self.header is None:
            return None
        signature, digest = bytes(self._held[:SIGNATURE_BYTES]), self._hash.digest()
        try:
            PublicKey(self.header.sender).verify("parcel", digest, signature)
        except CryptoError as error:
            raise RemoteError(f"parcel: {error}") from error
        return self._take(SIGNATURE_BYTES, "ended")

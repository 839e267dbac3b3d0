"""What do the frames that bring chains up to date say? Their fields as values (types 32 to 63).

A frame's body has been held to its form (forms.check) before it is read here; what a form cannot say, such as as many
metas as headers, is checked here. Any body of the form gives a value or a RemoteError.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ccnode_crypto.entry import HEADER_BYTES, ChainId
from ccnode_crypto.proof import ForkProof, ForkSide, SignedHead
from ccnode_protocol import limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.sync_rows import HEADS, KNOWN, LIST, LISTED, Heads, Known, List, Listed, Rest, Row, packed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode_crypto.canonical import Value

__all__ = [
    "CONTENTS",
    "CREDIT",
    "DIGESTS",
    "END",
    "FORK",
    "HEADS",
    "KNOWN",
    "LIST",
    "LISTED",
    "PATH",
    "RUN",
    "WANT",
    "WANT_CONTENTS",
    "WANT_DIGESTS",
    "WANT_FORK",
    "WANT_PATH",
    "Contents",
    "Credit",
    "Digests",
    "End",
    "Fork",
    "Heads",
    "Known",
    "List",
    "Listed",
    "Message",
    "Path",
    "Rest",
    "Row",
    "SentRun",
    "Want",
    "WantContents",
    "WantDigests",
    "WantFork",
    "WantPath",
]

WANT: Final = 36
RUN: Final = 37
END: Final = 38
WANT_CONTENTS: Final = 39
CONTENTS: Final = 40
CREDIT: Final = 41
WANT_DIGESTS: Final = 42
DIGESTS: Final = 43
WANT_PATH: Final = 44
PATH: Final = 45
WANT_FORK: Final = 46
FORK: Final = 47


@dataclass(frozen=True, slots=True)
class Want:
    """Asks for runs from a position on, up to the one that holds `upto` - 1; `bare`: without their contents."""

    kind: ClassVar[int] = WANT
    chain: ChainId
    first: int
    upto: int
    bare: bool = False

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"chain": packed(self.chain), "first": self.first, "upto": self.upto, "bare": self.bare}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Want:
        """The value of a body."""
        if body["upto"] <= body["first"]:
            raise RemoteError("want.upto: a position after `first` is expected")
        return cls(ChainId(*body["chain"]), body["first"], body["upto"], body["bare"])


@dataclass(frozen=True, slots=True)
class SentRun:
    """Consecutive entries of a chain that end in a signed head. A content that is not there is None."""

    kind: ClassVar[int] = RUN
    chain: ChainId
    first: int
    headers: tuple[bytes, ...]
    metas: tuple[bytes, ...]
    sealed: tuple[bytes | None, ...]
    signature: bytes

    @property
    def end(self) -> int:
        """The position after the last."""
        return self.first + len(self.headers)

    @property
    def head(self) -> bytes:
        """The digest of the last header."""
        return sha256(self.headers[-1]).digest()

    @property
    def previous(self) -> bytes:
        """The digest that the first header names as the one before it."""
        return self.headers[0][50:82]

    @property
    def weight(self) -> int:
        """How many bytes of credit and quota it takes: headers, metas and contents with their salts."""
        bodies = sum(len(body) for body in self.sealed if body)
        return len(self.headers) * HEADER_BYTES + sum(map(len, self.metas)) + bodies

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {
            "chain": packed(self.chain),
            "first": self.first,
            "headers": b"".join(self.headers),
            "metas": list(self.metas),
            "sealed": list(self.sealed),
            "signature": self.signature,
        }

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> SentRun:
        """The value of a body."""
        headers = _read_headers(body["headers"], "run")
        if not len(headers) == len(body["metas"]) == len(body["sealed"]):
            raise RemoteError("run: as many metas and contents as headers are expected")
        chain, first = ChainId(*body["chain"]), body["first"]
        if headers[0][:50] != chain.prefix or int.from_bytes(headers[0][178:186], "big") != first:
            raise RemoteError("run.headers: the first is not of that chain and position")
        run = cls(chain, first, headers, tuple(body["metas"]), tuple(body["sealed"]), body["signature"])
        if run.weight > limits.RUN_WEIGHT_MAX:
            raise RemoteError(f"run: {run.weight:,} bytes where at most {limits.RUN_WEIGHT_MAX:,} are allowed")
        return run


@dataclass(frozen=True, slots=True)
class End:
    """All has been sent that was asked for and is there; `next`: the position after what was sent."""

    kind: ClassVar[int] = END
    chain: ChainId
    next: int

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"chain": packed(self.chain), "next": self.next}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> End:
        """The value of a body."""
        return cls(ChainId(*body["chain"]), body["next"])


@dataclass(frozen=True, slots=True)
class WantContents:
    """Asks for contents by ranges (first, count), ascending and apart, at most 1,024 contents in all."""

    kind: ClassVar[int] = WANT_CONTENTS
    chain: ChainId
    ranges: tuple[tuple[int, int], ...]

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"chain": packed(self.chain), "ranges": [list(each) for each in self.ranges]}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> WantContents:
        """The value of a body."""
        ranges = tuple((first, count) for first, count in body["ranges"])
        ends = [0, *(first + count for first, count in ranges)]
        if sum(count for _, count in ranges) > limits.CONTENTS_MAX:
            raise RemoteError(f"want-contents.ranges: at most {limits.CONTENTS_MAX} contents are expected")
        if any(first < end for (first, _), end in zip(ranges, ends, strict=False)):
            raise RemoteError("want-contents.ranges: they are expected ascending and apart")
        return cls(ChainId(*body["chain"]), ranges)


@dataclass(frozen=True, slots=True)
class Contents:
    """Salts and contents by position; None where the sender has none. What it leaves out can be asked for again."""

    kind: ClassVar[int] = CONTENTS
    chain: ChainId
    items: tuple[tuple[int, bytes | None], ...]

    @property
    def weight(self) -> int:
        """How many bytes of credit and quota it takes."""
        return sum(len(sealed) for _, sealed in self.items if sealed)

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"chain": packed(self.chain), "items": [list(each) for each in self.items]}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Contents:
        """The value of a body."""
        items = tuple((seq, sealed) for seq, sealed in body["items"])
        if len({seq for seq, _ in items}) != len(items):
            raise RemoteError("contents.items: each position once is expected")
        found = cls(ChainId(*body["chain"]), items)
        if found.weight > limits.RUN_WEIGHT_MAX:
            raise RemoteError(f"contents: {found.weight:,} bytes where {limits.RUN_WEIGHT_MAX:,} are allowed")
        return found


@dataclass(frozen=True, slots=True)
class Credit:
    """So many bytes that the receiver of this frame sent have been stored; it may send as many more."""

    kind: ClassVar[int] = CREDIT
    bytes: int

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"bytes": self.bytes}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Credit:
        """The value of a body."""
        return cls(body["bytes"])


@dataclass(frozen=True, slots=True)
class WantDigests:
    """Asks for the digests of headers at positions."""

    kind: ClassVar[int] = WANT_DIGESTS
    chain: ChainId
    at: tuple[int, ...]

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"chain": packed(self.chain), "at": list(self.at)}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> WantDigests:
        """The value of a body."""
        return cls(ChainId(*body["chain"]), tuple(body["at"]))


@dataclass(frozen=True, slots=True)
class Digests:
    """The digests of headers at those positions that the sender has."""

    kind: ClassVar[int] = DIGESTS
    chain: ChainId
    found: tuple[tuple[int, bytes], ...]

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"chain": packed(self.chain), "found": [list(each) for each in self.found]}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Digests:
        """The value of a body."""
        return cls(ChainId(*body["chain"]), tuple((seq, digest) for seq, digest in body["found"]))


@dataclass(frozen=True, slots=True)
class WantPath:
    """Asks for a signed head and the headers from it down to a position (crypto, section 11)."""

    kind: ClassVar[int] = WANT_PATH
    chain: ChainId
    seq: int

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"chain": packed(self.chain), "seq": self.seq}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> WantPath:
        """The value of a body."""
        return cls(ChainId(*body["chain"]), body["seq"])


@dataclass(frozen=True, slots=True)
class Path:
    """A signed head and the headers from it down to the position `seq` that was asked for; None: it is not here."""

    kind: ClassVar[int] = PATH
    chain: ChainId
    seq: int
    side: ForkSide | None

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"chain": packed(self.chain), "seq": self.seq, "side": _side(self.side) if self.side else None}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Path:
        """The value of a body."""
        chain, raw = ChainId(*body["chain"]), body["side"]
        return cls(chain, body["seq"], None if raw is None else _read_side(chain, raw))


@dataclass(frozen=True, slots=True)
class WantFork:
    """Asks for the proof that a chain is forked."""

    kind: ClassVar[int] = WANT_FORK
    chain: ChainId

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"chain": packed(self.chain)}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> WantFork:
        """The value of a body."""
        return cls(ChainId(*body["chain"]))


@dataclass(frozen=True, slots=True)
class Fork:
    """The proof that one position of a chain was written twice."""

    kind: ClassVar[int] = FORK
    chain: ChainId
    proof: ForkProof

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"chain": packed(self.chain), "sides": [_side(self.proof.one), _side(self.proof.other)]}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Fork:
        """The value of a body."""
        chain = ChainId(*body["chain"])
        one, other = (_read_side(chain, raw) for raw in body["sides"])
        return cls(chain, ForkProof(one, other))


Message = (
    Known
    | Heads
    | List
    | Listed
    | Want
    | SentRun
    | End
    | WantContents
    | Contents
    | Credit
    | WantDigests
    | Digests
    | WantPath
    | Path
    | WantFork
    | Fork
)


def _read_headers(blob: bytes, name: str) -> tuple[bytes, ...]:
    if len(blob) % HEADER_BYTES:
        raise RemoteError(f"{name}.headers: whole headers of {HEADER_BYTES} bytes are expected")
    return tuple(blob[at : at + HEADER_BYTES] for at in range(0, len(blob), HEADER_BYTES))


def _side(side: ForkSide) -> list[Value]:
    return [side.head.seq, side.head.digest, side.head.signature, b"".join(side.headers)]


def _read_side(chain: ChainId, raw: Any) -> ForkSide:  # noqa: ANN401  # held to its form
    seq, digest, signature, blob = raw
    return ForkSide(SignedHead(chain, seq, digest, signature), _read_headers(blob, "path"))

"""How do nodes tell each other how far chains go? Rows, alone and many in one hash (types 32 to 35).

A frame's body has been held to its form (forms.check) before it is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ccnode_crypto.entry import ChainId
from ccnode_protocol.errors import RemoteError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode_crypto.canonical import Value

KNOWN: Final = 32
HEADS: Final = 33
LIST: Final = 34
LISTED: Final = 35


def packed(chain: ChainId) -> list[Value]:
    """A chain's name as it is sent."""
    return [chain.node, chain.epoch, chain.audience]


@dataclass(frozen=True, slots=True)
class Row:
    """How far a chain goes: its length, the digest of its last header, and where it is forked.

    `orders`: the position after its last order to forget, 0 where it has none. A chain that is `frozen` goes as far as
    the position that was written twice.
    """

    chain: ChainId
    length: int
    head: bytes
    orders: int = 0
    frozen: bool = False

    @property
    def packed(self) -> bytes:
        """What is hashed where rows are told in one hash: prefix, length in 8 bytes, digest, 1 where it is frozen."""
        return self.chain.prefix + self.length.to_bytes(8, "big") + self.head + bytes((self.frozen,))

    def pack(self) -> list[Value]:
        """The row as it is sent."""
        return [*packed(self.chain), self.length, self.head, self.orders, self.frozen]

    @classmethod
    def read(cls, raw: Any) -> Row:  # noqa: ANN401  # held to its form
        """The row of a body."""
        node, epoch, audience, length, head, orders, frozen = raw
        if orders > length:
            raise RemoteError("heads: an order after the end of its chain")
        return cls(ChainId(node, epoch, audience), length, head, orders, frozen)


@dataclass(frozen=True, slots=True)
class Rest:
    """All the chains of a node that are not named one by one, in one hash: SHA-256 of their rows, sorted."""

    node: bytes
    count: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Known:
    """What the sender knows of the receiver's own chains, and one hash over all that both may hold."""

    kind: ClassVar[int] = KNOWN
    rows: tuple[Row, ...]
    count: int  # of the receiver's other chains
    rest: bytes  # their hash
    all: bytes

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"rows": _rows(self.rows), "rest": [self.count, self.rest], "all": self.all}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Known:
        """The value of a body."""
        count, rest = body["rest"]
        return cls(_read_rows(body["rows"]), count, rest, body["all"])


@dataclass(frozen=True, slots=True)
class Heads:
    """What the sender offers: chains one by one, and of each node the others in one hash."""

    kind: ClassVar[int] = HEADS
    rows: tuple[Row, ...]
    rests: tuple[Rest, ...] = ()

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"rows": _rows(self.rows), "rests": [[rest.node, rest.count, rest.digest] for rest in self.rests]}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Heads:
        """The value of a body."""
        return cls(_read_rows(body["rows"]), tuple(Rest(*raw) for raw in body["rests"]))


@dataclass(frozen=True, slots=True)
class List:
    """Asks for the rows of a node's chains, those after a place in the order of (epoch, audience)."""

    kind: ClassVar[int] = LIST
    node: bytes
    epoch: bytes = bytes(16)
    audience: int = 0

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"node": self.node, "after": [self.epoch, self.audience]}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> List:
        """The value of a body."""
        epoch, audience = body["after"]
        return cls(body["node"], epoch, audience)


@dataclass(frozen=True, slots=True)
class Listed:
    """Rows of one node's chains in the order of (epoch, audience); `more` says that others follow."""

    kind: ClassVar[int] = LISTED
    node: bytes
    rows: tuple[Row, ...]
    more: bool

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        return {"node": self.node, "rows": _rows(self.rows), "more": self.more}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Listed:
        """The value of a body."""
        rows = _read_rows(body["rows"])
        if any(each.chain.node != body["node"] for each in rows) or (body["more"] and not rows):
            raise RemoteError("listed.rows: chains of that node are expected, and some where more follow")
        return cls(body["node"], rows, body["more"])


def _rows(rows: tuple[Row, ...]) -> list[Value]:
    return [each.pack() for each in rows]


def _read_rows(raw: Any) -> tuple[Row, ...]:  # noqa: ANN401  # held to its form
    rows = tuple(Row.read(each) for each in raw)
    if len({each.chain for each in rows}) != len(rows):
        raise RemoteError("heads: each chain once is expected")
    return rows

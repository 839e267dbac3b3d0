"""Which frames ask a node something, and answer? Types 64 to 71: their forms, and their fields as values.

A frame's body has been held to its form (forms.check) before it is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Final

from ccnode_crypto.entry import ChainId
from ccnode_crypto.proof import SignedHead
from ccnode_protocol import limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.forms import Form, exactly, flag, integer, listed, nullable, octets, optional, row

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode_crypto.canonical import Value

ASK: Final = 64
ANSWER: Final = 65
PUBLIC: Final = 2  # the audience

_KEY: Final = exactly(32)
_SIGNATURE: Final = exactly(64)
_CHAIN: Final = row(_KEY, exactly(16), integer(PUBLIC, PUBLIC))
_HEAD: Final = row(_KEY, exactly(16), integer(PUBLIC, PUBLIC), integer(), exactly(32), _SIGNATURE)


class What(IntEnum):
    """What is asked for."""

    MANIFEST = 0
    PUBLIC_HEADS = 1
    CONSENSUS = 2


@dataclass(frozen=True, slots=True)
class Ask:
    """A question. `number`: of the asker's choice, to know the answer by. `after`: public heads after that chain."""

    kind: ClassVar[int] = ASK
    number: int
    what: int
    after: ChainId | None = None

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        fields: dict[str, Value] = {"number": self.number, "what": self.what}
        if self.after is not None:
            fields["after"] = [self.after.node, self.after.epoch, self.after.audience]
        return fields

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Ask:
        """The value of a body."""
        after = body.get("after")
        return cls(body["number"], body["what"], ChainId(*after) if after is not None else None)


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer to the question of that number. What it holds is by what was asked.

    `manifest`: its body and signature, as in a frame of that type. `heads`: signed heads of public chains in ascending
    order, and `more` where others follow. `consensus`: of the last round that was published; None: there is none.
    """

    kind: ClassVar[int] = ANSWER
    number: int
    manifest: tuple[bytes, bytes] | None = None
    heads: tuple[SignedHead, ...] | None = None
    more: bool = False
    has_consensus: bool = False
    consensus: bytes | None = None

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        fields: dict[str, Value] = {"number": self.number}
        if self.manifest is not None:
            fields["manifest"] = list(self.manifest)
        if self.heads is not None:
            fields["heads"] = [
                [one.chain.node, one.chain.epoch, one.chain.audience, one.seq, one.digest, one.signature]
                for one in self.heads
            ]
        if self.more:
            fields["more"] = True
        if self.has_consensus:
            fields["consensus"] = self.consensus
        return fields

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Answer:
        """The value of a body."""
        manifest, raw = body.get("manifest"), body.get("heads")
        heads = None
        if raw is not None:
            heads = tuple(SignedHead(ChainId(*one[:3]), *one[3:]) for one in raw)
            if any(one.chain >= other.chain for one, other in pairwise(heads)):
                raise RemoteError("answer.heads: they are expected in ascending order")
        more = body.get("more") is True
        if more and not heads:
            raise RemoteError("answer.heads: some are expected where more follow")
        return cls(
            body["number"],
            (manifest[0], manifest[1]) if manifest is not None else None,
            heads,
            more,
            "consensus" in body,
            body.get("consensus"),
        )


Message = Ask | Answer

FORMS: Final[dict[int, Form]] = {
    ASK: Form("ask", limits.QUERY, {"number": integer(), "what": integer(255), "after": optional(_CHAIN)}),
    ANSWER: Form(
        "answer",
        limits.ANSWER,
        {
            "number": integer(),
            "manifest": optional(row(octets(limits.MANIFEST_BYTES_MAX, 1), _SIGNATURE)),
            "heads": optional(listed(_HEAD, limits.ASKED_HEADS_MAX)),
            "more": optional(flag()),
            "consensus": optional(nullable(octets(limits.CONSENSUS_BYTES_MAX, 1))),
        },
    ),
}


def read(kind: int, body: Mapping[str, Any]) -> Message:
    """The value of a body that is of the type's form. Raises RemoteError where it is none that can be."""
    return Ask.read(body) if kind == ASK else Answer.read(body)

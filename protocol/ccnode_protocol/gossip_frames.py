"""Which frames carry gossip? Types 80 to 87: their forms, and their fields as values.

A frame's body has been held to its form (forms.check) before it is read here.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Any, ClassVar, Final, get_args

from ccnode_crypto.entry import ChainId
from ccnode_protocol import limits
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.forms import Form, exactly, flag, integer, listed, octets, optional, row
from ccnode_protocol.reports import MARK_BYTES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode_crypto.canonical import Value
    from ccnode_protocol.reports import Version

TELL: Final = 80
HOLD: Final = 81

_KEY: Final = exactly(32)

Packed = tuple[bytes, bytes]  # the body of a report, and its signature


@dataclass(frozen=True, slots=True)
class Tell:
    """Rumours. `reports`: each whole; `forks`: chains of which the sender holds a proof, with the first position.

    `sum`: one hash over the reports that the sender holds once it has taken in what it heard, where both are core.
    `asks`: the receiver is to answer with what it has to tell.
    """

    kind: ClassVar[int] = TELL
    reports: tuple[Packed, ...] = ()
    forks: tuple[tuple[ChainId, int], ...] = ()
    sum: bytes | None = None
    asks: bool = False

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        fields: dict[str, Value] = {}
        if self.reports:
            fields["reports"] = [[body, signature] for body, signature in self.reports]
        if self.forks:
            fields["forks"] = [[chain.node, chain.epoch, chain.audience, seq] for chain, seq in self.forks]
        if self.sum is not None:
            fields["sum"] = self.sum
        if self.asks:
            fields["asks"] = True
        return fields

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Tell:
        """The value of a body."""
        forks = tuple((ChainId(node, epoch, audience), seq) for node, epoch, audience, seq in body.get("forks", ()))
        reports = tuple((said, signature) for said, signature in body.get("reports", ()))
        return cls(reports, forks, body.get("sum"), body.get("asks", False))


@dataclass(frozen=True, slots=True)
class Hold:
    """Which reports the sender holds, by node and version; the receiver tells those that it has newer.

    `whole`: these are all that it holds of the nodes whose keys are from `whole[0]` to `whole[1]`; None: it asks for
    newer ones of these nodes alone.
    """

    kind: ClassVar[int] = HOLD
    rows: tuple[tuple[bytes, Version], ...]
    whole: tuple[bytes, bytes] | None = None

    def body(self) -> dict[str, Value]:
        """The fields as they are sent."""
        rows: list[Value] = [[node, counter, mark] for node, (counter, mark) in self.rows]
        return {"rows": rows} if self.whole is None else {"rows": rows, "whole": list(self.whole)}

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Hold:
        """The value of a body. Raises RemoteError."""
        rows = tuple((node, (counter, mark)) for node, counter, mark in body["rows"])
        nodes = [node for node, _ in rows]
        if any(one >= other for one, other in pairwise(nodes)):
            raise RemoteError("hold.rows: each node once, in ascending order, is expected")
        whole = tuple(body["whole"]) if "whole" in body else None
        if whole is not None and nodes and not whole[0] <= nodes[0] <= nodes[-1] <= whole[1]:
            raise RemoteError("hold.whole: it does not span the rows")
        return cls(rows, whole)


Message = Tell | Hold
MESSAGES: Final[dict[int, type[Message]]] = {each.kind: each for each in get_args(Message)}

FORMS: Final[dict[int, Form]] = {
    TELL: Form(
        "tell",
        limits.TELL,
        {
            "reports": optional(listed(row(octets(limits.REPORT_BYTES_MAX, 1), exactly(64)), limits.TOLD_MAX)),
            "forks": optional(listed(row(_KEY, exactly(16), integer(2), integer()), limits.TOLD_FORKS_MAX)),
            "sum": optional(exactly(32)),
            "asks": optional(flag()),
        },
    ),
    HOLD: Form(
        "hold",
        limits.HOLD,
        {
            "rows": listed(row(_KEY, integer(), exactly(MARK_BYTES)), limits.ROWS_MAX),
            "whole": optional(row(_KEY, _KEY)),
        },
    ),
}


def read(kind: int, body: Mapping[str, Any]) -> Message:
    """The value of a body that is of the type's form. Raises RemoteError where it is none that can be."""
    return MESSAGES[kind].read(body)

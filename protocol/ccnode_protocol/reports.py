"""What does a node say of its character? A report, signed by its node key, which others may pass on as it is.

It rests on one measurement, and names the entry of the node's own core chain in which that stands, so that whoever
holds the chain can look. Nothing in it is believed but that this node said so; what is made of many is for others to
say. Of two reports of a node the one with the greater counter counts; where a node signed two with one counter, as no
honest one does, the one with the greater mark, so that all keep the same.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ccnode_crypto import canonical
from ccnode_crypto.errors import CryptoError, EncodingError
from ccnode_crypto.keys import PublicKey
from ccnode_protocol import forms, limits
from ccnode_protocol.errors import LocalError, RemoteError
from ccnode_protocol.forms import Form, exactly, integer, listed, optional, row

if TYPE_CHECKING:
    from ccnode_crypto.canonical import Value
    from ccnode_crypto.keys import SigningKey

VERSION: Final = 1
MARK_BYTES: Final = 8
VALUE_MAX: Final = 1_000_000  # millionths
CORE: Final = 0  # the audience of a core chain

_DIGEST: Final = exactly(32)

FORM: Final = Form(
    "report",
    limits.REPORT,
    {
        "version": integer(VERSION, VERSION),
        "node": exactly(32),
        "counter": integer(),
        "time_ms": integer(),
        "expires_ms": integer(),
        "spec": _DIGEST,
        "vector": listed(integer(VALUE_MAX), limits.DIMENSIONS_MAX, 1),
        "words": integer(),
        "ccc": optional(integer(VALUE_MAX, -VALUE_MAX)),
        "baseline": optional(_DIGEST),
        "at": row(exactly(16), integer(CORE), integer(), _DIGEST),
    },
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where the measurement stands: the epoch of the node's core chain, the position in it, and the entry's digest."""

    epoch: bytes
    seq: int
    digest: bytes


@dataclass(frozen=True, slots=True)
class Report:
    """What `node` says of its character.

    `counter`: greater than in all its reports before. `time_ms`, `expires_ms`: milliseconds since 1970 by its clock.
    `spec`: SHA-256 of the specification measured by. `vector`: millionths, over `words` words. `ccc`: millionths,
    compared with the baseline-set entry of digest `baseline`; both None where there is no baseline.
    """

    node: bytes
    counter: int
    time_ms: int
    expires_ms: int
    spec: bytes
    vector: tuple[int, ...]
    words: int
    at: Place
    ccc: int | None = None
    baseline: bytes | None = None


Version = tuple[int, bytes]  # counter and mark: the greater one is kept


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A report as it travels: the canonical bytes of its fields, the signature over them, and what they say."""

    body: bytes
    signature: bytes
    report: Report

    @property
    def version(self) -> Version:
        """Which of two is newer, and the same everywhere: the counter, and the first 8 bytes of SHA-256 of the body."""
        return self.report.counter, sha256(self.body).digest()[:MARK_BYTES]

    def verify(self) -> None:
        """Raises RemoteError unless its node signed it."""
        try:
            PublicKey(self.report.node).verify("character-report", self.body, self.signature)
        except CryptoError as error:
            raise RemoteError(f"report.signature: {error}") from error


def sign_report(key: SigningKey, report: Report) -> SignedReport:
    """Say it. `report.node` must be the key's.

    Raises:
        LocalError: a field is out of its bounds, or the node is another.
    """
    if report.node != key.public.raw:
        raise LocalError("report: a node speaks of itself alone")
    fields: dict[str, Value] = {
        "version": VERSION,
        "node": report.node,
        "counter": report.counter,
        "time_ms": report.time_ms,
        "expires_ms": report.expires_ms,
        "spec": report.spec,
        "vector": list(report.vector),
        "words": report.words,
        "at": [report.at.epoch, CORE, report.at.seq, report.at.digest],
    }
    if report.ccc is not None and report.baseline is not None:
        fields |= {"ccc": report.ccc, "baseline": report.baseline}
    try:
        body = canonical.encode(fields)
        signed = read_report(body, key.sign("character-report", body))
    except (EncodingError, RemoteError) as error:
        raise LocalError(f"about to send: {error}") from error
    if signed.report != report:
        raise LocalError("report: a figure compared with a baseline goes with that baseline's digest")
    return signed


def read_report(body: bytes, signature: bytes) -> SignedReport:
    """What a report says; whether its node signed it, `SignedReport.verify` answers, which costs a hundred times more.

    Raises:
        RemoteError: not canonical, not of its form, or it expires before it was made or too long after.
    """
    try:
        fields: dict[str, Any] = canonical.decode_map(body, size_max=limits.REPORT_BYTES_MAX)
    except CryptoError as error:
        raise RemoteError(f"report: {error}") from error
    forms.check(FORM, fields)
    if not 0 < fields["expires_ms"] - fields["time_ms"] <= limits.REPORT_LIFE_MS:
        raise RemoteError("report.expires_ms: after time_ms, and at most seven days after it, is expected")
    if ("ccc" in fields) != ("baseline" in fields):
        raise RemoteError("report: ccc and baseline belong together")
    epoch, _, seq, digest = fields["at"]
    said = Report(
        fields["node"],
        fields["counter"],
        fields["time_ms"],
        fields["expires_ms"],
        fields["spec"],
        tuple(fields["vector"]),
        fields["words"],
        Place(epoch, seq, digest),
        fields.get("ccc"),
        fields.get("baseline"),
    )
    return SignedReport(body, signature, said)

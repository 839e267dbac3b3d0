"""Does a complete export hold, however large it is? Verified from its lines alone, keeping next to nothing.

Where no header is missing, a header is proven by being the next one of its chain: it links to the one before and to
the start of its block, and the signed heads are met on the way. That takes one digest in sixteen. Where the bodies
stand in the order of their headers, as our writer puts them, the headers' lines are simply read a second time beside
the bodies. What `bundle.read` refuses is refused here too; what this cannot judge, it says so (NotInOrderError).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final

from ccnode_crypto.bundle import LINE_BYTES_MAX, Entry, Reader
from ccnode_crypto.entry import (
    DIGEST_BYTES,
    KIND_EPOCH_OPENED,
    SKIP_BLOCK,
    ZERO_DIGEST,
    ChainId,
    check_bodies,
    read_header,
    skip_position,
)
from ccnode_crypto.erasure import KIND_FORGET_CANCELLED, KIND_FORGET_ORDERED, KIND_MESSAGE, Orders
from ccnode_crypto.errors import CryptoError, ProofError
from ccnode_crypto.jsonline import Line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from ccnode_crypto.certificate import Certificate
    from ccnode_crypto.entry import Header

HELD_MAX: Final = 200_000  # certificates, heads and orders together: at most about 100 MB


class NotInOrderError(ProofError):
    """The export is not complete, or its bodies do not follow its headers: `bundle.read` judges it, in more memory."""


@dataclass(slots=True)
class Whole:
    """What a verified complete export holds, apart from its entries. `what`, `created_ms` and `owner` are claimed."""

    what: str = ""
    created_ms: int = 0
    owner: bytes | None = None
    certificates: list[Certificate] = field(default_factory=list)
    heads: dict[ChainId, dict[int, bytes]] = field(default_factory=dict)
    """The signatures of each chain's heads, by position."""
    chains: dict[ChainId, int] = field(default_factory=dict)
    """How many entries each chain has."""
    missing: int = 0
    """How many contents are missing."""
    orders: Orders = field(default_factory=Orders)
    ignored: int = 0
    """Lines of a type that this program does not know."""


@dataclass(slots=True)
class _Links:
    """What must be known of a chain to verify its next header: its heads' digests, length, head and block starts."""

    heads: dict[int, bytes] = field(default_factory=dict)
    length: int = 0
    last: bytes = ZERO_DIGEST
    starts: bytearray = field(default_factory=bytearray)

    def take(self, header: Header, digest: bytes) -> None:
        """Verify a header against what came before. Raises ProofError."""
        if header.seq < self.length:
            raise ProofError(f"position {header.seq} of chain {header.chain} is not after the one before in the file")
        if header.seq > self.length:
            raise ProofError(f"the export says it is complete, but header {self.length} of {header.chain} is missing")
        if header.seq > max(self.heads):
            raise ProofError(f"nothing that is signed leads to this header at position {header.seq}")
        at = skip_position(header.seq) // SKIP_BLOCK * DIGEST_BYTES
        skip = bytes(self.starts[at : at + DIGEST_BYTES]) if header.seq else ZERO_DIGEST
        if (header.previous, header.skip) != (self.last, skip):
            raise ProofError(f"the links of position {header.seq} do not lead to the headers before it")
        if self.heads.get(header.seq, digest) != digest:
            raise ProofError(f"a signed head names another entry at position {header.seq}")
        if header.seq % SKIP_BLOCK == 0:
            self.starts += digest
        self.last, self.length = digest, header.seq + 1


class _WholeReader(Reader):
    """Takes the lines of a complete export one by one; `again` gives the same lines a second time."""

    def __init__(
        self,
        again: Iterable[str],
        visit: Callable[[Entry], None],
        begin: Callable[[Whole], None] | None,
        line_bytes_max: int,
    ) -> None:
        super().__init__(line_bytes_max, visit)
        self.whole = Whole()
        self._begin = begin
        self._again = self._headers(again)
        self._links: dict[ChainId, _Links] = {}
        self._count = 0
        self._with_bodies = 0
        self._held = 0
        self._first = sha256()  # over the headers as they were verified, and as they were read again
        self._second = sha256()

    def _hold(self) -> None:
        self._held += 1
        if self._held > HELD_MAX:
            raise NotInOrderError(f"more than {HELD_MAX} certificates, heads and orders")

    def _start(self, line: Line) -> None:
        super()._start(line)
        if not self.bundle.complete:
            raise NotInOrderError("the export is not complete")

    def _take_known(self, line: Line, kind: str) -> None:
        if kind == "certificate":
            self._hold()
        super()._take_known(line, kind)

    def _head(self, line: Line) -> None:
        self._hold()
        super()._head(line)
        head = self.bundle.heads.pop()
        self._chains.clear()
        links = self._links.setdefault(head.chain, _Links())
        if links.heads.setdefault(head.seq, head.digest) != head.digest:
            raise ProofError(f"two heads name two entries at position {head.seq}: the chain forks")
        self.whole.heads.setdefault(head.chain, {})[head.seq] = head.signature

    def _header(self, line: Line) -> None:
        data = line.base64("bytes")
        header = read_header(data)
        if (header.kind == KIND_EPOCH_OPENED) != (header.seq == 0):
            raise ProofError("the first entry of a chain, and only it, opens the epoch")
        links = self._links.get(header.chain)
        if links is None:
            raise ProofError(f"nothing that is signed leads to this header at position {header.seq}")
        links.take(header, sha256(data).digest())
        self._first.update(data)
        self._count += 1

    def _prove(self) -> None:
        """After the last header: every chain must have come to its highest head."""
        for name, links in self._links.items():
            if links.length <= max(links.heads):
                raise ProofError(f"the header that a head of chain {name} names is not here")
            self.whole.chains[name] = links.length
        self._links.clear()
        self._tell()
        if self._begin is not None:
            self._begin(self.whole)

    def _headers(self, again: Iterable[str]) -> Iterator[bytes]:
        for text in again:
            line = Line(text)
            kind = line.text("type")
            if kind == "header":
                yield line.base64("bytes")
            elif kind in ("body", "end"):
                return

    def _body(self, line: Line) -> None:
        digest = line.hex("entry", DIGEST_BYTES)
        data = next(self._again, None)
        if data is None or sha256(data).digest() != digest:
            raise NotInOrderError("the bodies do not stand in the order of their headers")
        meta = line.base64("meta")
        sealed = None if line.is_null("sealed") else line.base64("sealed")
        header = read_header(data)
        check_bodies(header, meta, sealed)
        self._second.update(data)
        self._with_bodies += 1
        if header.kind in (KIND_FORGET_ORDERED, KIND_FORGET_CANCELLED):
            self._hold()
            self.whole.orders.take(digest, header, meta)
        self._messages += header.kind == KIND_MESSAGE
        self.whole.missing += sealed is None
        self._visit(Entry(digest, data, meta, sealed))

    def finish(self) -> Whole:
        """After the last line. Raises ProofError."""
        self.bundle.complete = False  # what that asks for is checked here, without what was not kept
        self.close()
        if self._with_bodies != self._count:
            raise ProofError(
                f"the export says it is complete, but {self._count - self._with_bodies} bodies are missing"
            )
        if self._first.digest() != self._second.digest():
            raise ProofError("the file was changed while it was read")
        self._tell()
        return self.whole

    def _tell(self) -> None:
        bundle, whole = self.bundle, self.whole
        whole.what, whole.created_ms, whole.owner = bundle.what, bundle.created_ms, bundle.owner
        whole.certificates, whole.ignored = bundle.certificates, bundle.ignored


def read(
    lines: Iterable[str],
    again: Iterable[str],
    visit: Callable[[Entry], None],
    *,
    begin: Callable[[Whole], None] | None = None,
    line_bytes_max: int = LINE_BYTES_MAX,
) -> Whole:
    r"""Verify a complete export, and give each entry to `visit`, in the order of the file: within a chain, ascending.

    `lines` and `again`: the lines of one file, as it gives them when it is opened twice with newline="\n". `begin`:
    gets what is known before the first body: chains, heads and certificates. What it and `visit` got is proven, but
    whether the file ends well is known only when this returns. Memory: 2 bytes an entry, some hundred for each chain,
    head, certificate and order.

    Raises:
        ProofError: the first thing that does not hold, with the number of its line.
        NotInOrderError: this way of reading cannot judge it.
    """
    reader = _WholeReader(again, visit, begin, line_bytes_max)
    number = 0
    try:
        for number, line in enumerate(lines, 1):  # noqa: B007  # told to whoever reads the error
            reader.take(line)
        return reader.finish()
    except NotInOrderError:
        raise
    except CryptoError as error:
        raise ProofError(f"line {getattr(error, 'line', number)}: {error}") from error

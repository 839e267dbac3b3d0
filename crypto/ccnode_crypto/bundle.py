"""How does what was said leave the node so that others can check it? One format: a pool of headers under signed heads.

A whole export, one session and the proof of one message are the same JSON Lines. A header is proven when a signed head
names it, or a proven header names it as its previous or its skip link; a body belongs to a proven header. The lines
stand in this order: export, certificates, heads, headers, bodies, end. The room's README has every field and rule.
"""

from __future__ import annotations

import json
from array import array
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode_crypto.certificate import Certificate, read_certificate
from ccnode_crypto.entry import (
    DIGEST_BYTES,
    EPOCH_BYTES,
    KIND_EPOCH_OPENED,
    NODE_BYTES,
    ZERO_DIGEST,
    ChainId,
    Header,
    check_bodies,
    read_header,
)
from ccnode_crypto.erasure import KIND_MESSAGE, Missing, Orders, missing_predecessor
from ccnode_crypto.errors import CryptoError, ProofError
from ccnode_crypto.jsonline import Line, to_base64
from ccnode_crypto.keys import from_text
from ccnode_crypto.proof import SignedHead, named_by

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

VERSION: Final = 1
LINE_BYTES_MAX: Final = 1_500_000  # the largest body is 1,409,068 characters of base64 and some names
WHAT_CHARS_MAX: Final = 32

Body = tuple[bytes, bytes, bytes | None]
_ORDER: Final = ("ccnode-export", "certificate", "head", "header", "body", "end")


# --- writing ---


def _plain_lines(
    start: dict[str, object],
    certificates: Iterable[Certificate],
    heads: Iterable[SignedHead],
    headers: Iterable[bytes],
    bodies: Iterable[Body],
) -> Iterator[str]:
    yield json.dumps(start, separators=(",", ":"))
    for paper in certificates:
        yield f'{{"type":"certificate","body":"{to_base64(paper.body)}","signature":"{to_base64(paper.signature)}"}}'
    for head in heads:
        chain = head.chain
        yield (
            f'{{"type":"head","node":"{chain.node.hex()}","epoch":"{chain.epoch.hex()}","audience":{chain.audience},'
            f'"seq":{head.seq},"digest":"{head.digest.hex()}","signature":"{to_base64(head.signature)}"}}'
        )
    for header in headers:
        yield f'{{"type":"header","bytes":"{to_base64(header)}"}}'
    for digest, meta, sealed in bodies:
        content = "null" if sealed is None else f'"{to_base64(sealed)}"'
        yield f'{{"type":"body","entry":"{digest.hex()}","meta":"{to_base64(meta)}","sealed":{content}}}'


def lines(
    what: str,
    *,
    created_ms: int,
    complete: bool,
    owner: str | None,
    certificates: Iterable[Certificate],
    heads: Iterable[SignedHead],
    headers: Iterable[bytes],
    bodies: Iterable[Body],
) -> Iterator[str]:
    r"""Yield the lines of an export, each with its "\n". Nothing is held back, so any number of entries can pass.

    `what`: "all", "session", "message" or another short word. `complete`: every position of each chain is here, with
    its body. `owner`: the owner's identifier as text. `headers`: 200 bytes each, ascending within a chain; chains may
    alternate. `bodies`: header digest, meta and sealed content (None: missing; b"": the entry has none).
    """
    start: dict[str, object] = {
        "type": "ccnode-export",
        "version": VERSION,
        "what": what,
        "created_ms": created_ms,
        "complete": complete,
        "owner": owner,
    }
    seen, count = sha256(), 0
    for plain in _plain_lines(start, certificates, heads, headers, bodies):
        line = plain + "\n"
        seen.update(line.encode("utf-8"))
        count += 1
        yield line
    yield f'{{"type":"end","lines":{count},"sha256":"{seen.hexdigest()}"}}\n'


# --- reading: a file from anywhere ---


class Entry(NamedTuple):
    """A proven entry with its body. `sealed`: salt and content, b"" where there is none, None where it is missing."""

    digest: bytes
    data: bytes
    meta: bytes
    sealed: bytes | None

    @property
    def header(self) -> Header:
        """The fields of the 200 header bytes in `data`."""
        return read_header(self.data)


@dataclass(slots=True)
class Bundle:
    """What a verified export holds. Everything in it is proven; what is only claimed is named so."""

    what: str = ""  # claimed
    created_ms: int = 0  # claimed
    complete: bool = False  # checked, as far as a file can show it: not that its heads are the newest
    owner: bytes | None = None  # claimed: compare it with the identifier you know
    certificates: list[Certificate] = field(default_factory=list)
    heads: list[SignedHead] = field(default_factory=list)
    headers: dict[bytes, bytes] = field(default_factory=dict)
    """The 200 bytes of every header, by digest."""
    chains: dict[ChainId, int] = field(default_factory=dict)
    """How many headers of each chain are here."""
    bodies: int = 0
    entries: list[Entry] = field(default_factory=list)
    """The entries whose bodies are here; empty where `read` was given `visit`."""
    erased: set[bytes] = field(default_factory=set)
    """Digests of the entries whose content is missing by an order to forget."""
    withheld: set[bytes] = field(default_factory=set)
    """Digests of the entries whose content is missing without such an order."""
    missing_predecessors: set[bytes] = field(default_factory=set)
    """Digests of heads that an epoch here names as the one before it, and that are not here."""
    ignored: int = 0
    """Lines of a type that this program does not know."""

    def is_certified(self, node: bytes) -> bool:
        """Whether a certificate of the owner named by the export vouches for this node key."""
        return self.owner is not None and any(
            paper.node == node and paper.owner == self.owner for paper in self.certificates
        )

    @property
    def uncertified(self) -> list[bytes]:
        """The node keys that wrote here and for which no certificate of the export's owner is here."""
        return sorted(node for node in {chain.node for chain in self.chains} if not self.is_certified(node))


def read(
    lines: Iterable[str], *, line_bytes_max: int = LINE_BYTES_MAX, visit: Callable[[Entry], None] | None = None
) -> Bundle:
    r"""Verify an export and return what it proves.

    `lines`: as a file opened with newline="\n" gives them; the caller bounds what it reads at once. `visit`: gets each
    entry that has a body, and then none is kept: 10^6 entries take about 500 MB, and with their bodies
    800.
    What `visit` got is proven, but whether the file ends well is known only when this returns.

    Raises:
        ProofError: the first thing that does not hold, with the number of its line.
    """
    reader = Reader(line_bytes_max, visit)
    number = 0
    try:
        for number, line in enumerate(lines, 1):  # noqa: B007  # told to whoever reads the error
            reader.take(line)
        return reader.close()
    except CryptoError as error:
        raise ProofError(f"line {getattr(error, 'line', number)}: {error}") from error


class LaterError(ProofError):
    """What is found only after its line was read."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


@dataclass(slots=True)
class _Chain:
    """What the lines say of one chain until it is proven: heads, and digests of headers, with the numbers of lines."""

    heads: list[tuple[SignedHead, int]] = field(default_factory=list)
    digests: list[bytes] = field(default_factory=list)
    lines: array[int] = field(default_factory=lambda: array("Q"))
    last_seq: int = -1


class Reader:
    """Takes the lines of an export one by one. `whole.py` has one that keeps nothing."""

    def __init__(self, line_bytes_max: int, visit: Callable[[Entry], None] | None) -> None:
        self.bundle = Bundle()
        self._line_bytes_max = line_bytes_max
        self._visit = visit or self.bundle.entries.append
        self._seen = sha256()
        self._number = 0
        self._stage = 0
        self._chains: dict[ChainId, _Chain] = {}
        self._with_body: set[bytes] = set()
        self._orders = Orders()
        self._missing: list[Missing] = []
        self._messages = 0

    def take(self, text: str) -> None:
        """Check one line. Raises CryptoError."""
        self._number += 1
        if len(text) > self._line_bytes_max:
            raise ProofError(f"longer than {self._line_bytes_max} bytes")
        try:
            data = text.encode("utf-8")
        except UnicodeEncodeError as error:
            raise ProofError("not UTF-8") from error
        if len(data) > self._line_bytes_max:
            raise ProofError(f"longer than {self._line_bytes_max} bytes")
        if self._stage == len(_ORDER):
            raise ProofError("nothing may follow the line of type end")
        line = Line(text)
        kind = line.text("type")
        if kind not in _ORDER:
            if not self._stage:
                raise ProofError("an export begins with a line of type ccnode-export")
            self.bundle.ignored += 1
        else:
            self._take_known(line, kind)
        if kind != "end" and not text.endswith("\n"):
            raise ProofError("the file is cut short: the line has no end")
        self._seen.update(data)

    def _take_known(self, line: Line, kind: str) -> None:
        stage = _ORDER.index(kind)
        if not self._stage and stage:
            raise ProofError("an export begins with a line of type ccnode-export")
        if stage < max(self._stage - 1, 0) or (self._stage and not stage):
            raise ProofError(f"a line of type {kind} stands too late; the order is {', '.join(_ORDER)}")
        if self._stage - 1 <= _ORDER.index("header") < stage:
            self._prove()
        self._stage = stage + 1
        match kind:
            case "ccnode-export":
                self._start(line)
            case "certificate":
                self.bundle.certificates.append(read_certificate(line.base64("body"), line.base64("signature")))
            case "head":
                self._head(line)
            case "header":
                self._header(line)
            case "body":
                self._body(line)
            case _:
                self._end(line)

    def _start(self, line: Line) -> None:
        if (version := line.integer("version")) != VERSION:
            raise ProofError(f"export version {version}; this program reads version {VERSION}")
        self.bundle.what = line.text("what")
        if len(self.bundle.what) > WHAT_CHARS_MAX:
            raise ProofError(f"what: at most {WHAT_CHARS_MAX} characters are expected")
        self.bundle.created_ms = line.integer("created_ms")
        self.bundle.complete = line.boolean("complete")
        if not line.is_null("owner"):
            self.bundle.owner = from_text("owner", line.text("owner"))

    def _head(self, line: Line) -> None:
        chain = ChainId(line.hex("node", NODE_BYTES), line.hex("epoch", EPOCH_BYTES), line.integer("audience", 2))
        head = SignedHead(chain, line.integer("seq"), line.hex("digest", DIGEST_BYTES), line.base64("signature"))
        head.verify()
        self.bundle.heads.append(head)
        self._chains.setdefault(chain, _Chain()).heads.append((head, self._number))

    def _header(self, line: Line) -> None:
        data = line.base64("bytes")
        header = read_header(data)
        chain = self._chains.setdefault(header.chain, _Chain())
        if header.seq <= chain.last_seq:
            raise ProofError(f"position {header.seq} of chain {header.chain} is not after the one before in the file")
        if (header.kind == KIND_EPOCH_OPENED) != (header.seq == 0):
            raise ProofError("the first entry of a chain, and only it, opens the epoch")
        if header.seq == 0 and (header.previous, header.skip) != (ZERO_DIGEST, ZERO_DIGEST):
            raise ProofError("the first header of a chain has zeros for its links")
        digest = sha256(data).digest()
        self.bundle.headers[digest] = data
        chain.digests.append(digest)
        chain.lines.append(self._number)
        chain.last_seq = header.seq

    def _prove(self) -> None:
        """After the last header: every one must be named by a signed head, or by a proven one above it."""
        for name, chain in self._chains.items():
            self._prove_chain(chain)
            self.bundle.chains[name] = len(chain.digests)
        for name, chain in self._chains.items():
            missing = max((head.seq for head, _ in chain.heads), default=-1) + 1 - len(chain.digests)
            if self.bundle.complete and missing:
                raise ProofError(f"the export says it is complete, but {missing} headers of chain {name} are missing")
        self._chains.clear()

    def _prove_chain(self, chain: _Chain) -> None:
        """Links lead to lower positions only, so one pass from the top meets each header after all that name it."""
        named: dict[int, bytes] = {}
        for head, number in chain.heads:
            data = self.bundle.headers.get(head.digest)
            if data is None:
                raise LaterError(number, "the header that this head names is not here")
            header = read_header(data)
            if (header.chain, header.seq) != (head.chain, head.seq):
                raise LaterError(number, "the header that this head names stands elsewhere")
            if named.setdefault(head.seq, head.digest) != head.digest:
                raise LaterError(number, f"two heads name two entries at position {head.seq}: the chain forks")
        for digest, number in zip(reversed(chain.digests), reversed(chain.lines), strict=True):
            header = read_header(self.bundle.headers[digest])
            if named.pop(header.seq, None) != digest:
                raise LaterError(number, f"nothing that is signed leads to this header at position {header.seq}")
            for at, link in named_by(header):
                if named.setdefault(at, link) != link:
                    raise LaterError(number, f"links name two entries at position {at}: the chain forks")

    def _body(self, line: Line) -> None:
        digest = line.hex("entry", DIGEST_BYTES)
        data = self.bundle.headers.get(digest)
        if data is None:
            raise ProofError("entry: the header of this body is not here")
        if digest in self._with_body:
            raise ProofError("entry: a second body for one entry")
        meta = line.base64("meta")
        sealed = None if line.is_null("sealed") else line.base64("sealed")
        header = read_header(data)
        check_bodies(header, meta, sealed)
        self._with_body.add(digest)
        self._orders.take(digest, header, meta)
        self._messages += header.kind == KIND_MESSAGE
        if sealed is None:
            self._missing.append(Missing(digest, header, meta))
        if header.kind == KIND_EPOCH_OPENED and (before := missing_predecessor(meta, self.bundle.headers)):
            self.bundle.missing_predecessors.add(before)
        self._visit(Entry(digest, data, meta, sealed))

    def _end(self, line: Line) -> None:
        if line.integer("lines") != self._number - 1:
            raise ProofError(f"lines: {self._number - 1} lines stand before this one")
        if line.hex("sha256", DIGEST_BYTES) != self._seen.digest():
            raise ProofError("sha256: the lines before are not the ones that were written")

    def close(self) -> Bundle:
        """After the last line. Raises ProofError."""
        bundle = self.bundle
        if self._stage != len(_ORDER):
            raise ProofError("the file is cut short: the line of type end is missing")
        bundle.bodies = len(self._with_body)
        if bundle.complete and bundle.bodies != len(bundle.headers):
            missing = len(bundle.headers) - bundle.bodies
            raise ProofError(f"the export says it is complete, but {missing} bodies are missing")
        if bundle.what == "message" and self._messages != 1:
            raise ProofError(f"the export says it is about one message, but holds {self._messages}")
        certified = {paper.node for paper in bundle.certificates if paper.owner == bundle.owner}
        coverage = self._orders.coverage(bundle.created_ms, certified, bundle.owner)
        for entry in self._missing:
            (bundle.erased if coverage.covers(entry) else bundle.withheld).add(entry.digest)
        return bundle

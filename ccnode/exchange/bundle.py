"""What is in an export of this program, is it true, and whose is it? The whole file is verified before anything of it.

    plan_bundle(path, owner, nodes)   a BundlePlan: what it is; `receivable`, or `why` not
    batches(plan, now_ms)             the runs of its chains, for who takes them in (bundle_runs.py; store)
    BundleSource(plan, now_ms)        else its conversations (bundle_conversations.py)

A complete export in the order in which this program writes is verified in little memory, whatever its size (2 bytes an
entry, and some hundred for each chain, head and order). Any other is held while it is judged, up to 64 MiB.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO, Final

from ccnode.exchange.files import open_regular
from ccnode.exchange.model import ExchangeError, Left
from ccnode_crypto import bundle, whole
from ccnode_crypto.chain import RUN_ENTRIES_MAX
from ccnode_crypto.entry import check_bodies, header_digest, read_header
from ccnode_crypto.erasure import Missing, Orders
from ccnode_crypto.errors import CryptoError, ProofError
from ccnode_crypto.jsonline import Line
from ccnode_crypto.keys import from_text, node_id, owner_id
from ccnode_protocol import records
from ccnode_protocol.errors import RemoteError
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator
    from pathlib import Path

    from ccnode_crypto.bundle import Entry
    from ccnode_crypto.certificate import Certificate
    from ccnode_crypto.entry import ChainId
    from ccnode_crypto.erasure import Coverage

LINE_BYTES_MAX: Final = bundle.LINE_BYTES_MAX
HELD_BYTES_MAX: Final = 64 * 1024 * 1024
HELD_LINES_MAX: Final = 400_000
RUN_BYTES_MAX: Final = 64 * 1024 * 1024  # far more than writers put into one; what lies between two heads is held
NAMED_MAX: Final = 3
_DAMAGED: Final = "get the file again; 'python3 scripts/verify_export.py FILE' says the same without this program"


@dataclass(slots=True)
class BundlePlan:
    """A verified export. `what`, `created_ms` and `owner` are claimed; counts are of entries with their bodies.

    `receivable`: it is complete and every chain was written by one of our nodes; else `why` says why not, and whose
    it is. `left`: what is in neither case brought in. `held`: the entries, of an export that is kept in memory.
    """

    path: Path
    size: int
    stamp: tuple[int, int] = (0, 0)
    """Which file it was, and when it was changed last."""
    what: str = ""
    created_ms: int = 0
    complete: bool = False
    owner: bytes | None = None
    receivable: bool = False
    why: str = ""
    chains: dict[ChainId, int] = field(default_factory=dict)
    heads: dict[ChainId, dict[int, bytes]] = field(default_factory=dict)
    voice: frozenset[bytes] = frozenset()
    """The node keys that may order each other's words forgotten: ours, or those of the owner that the file names."""
    word: bytes | None = None
    """The owner whose statements count: ours, or the one that the file names."""
    certificates: list[Certificate] = field(default_factory=list)
    """Those of our owner, for nodes that wrote here."""
    recorded: set[bytes] = field(default_factory=set)
    """The nodes whose certificate stands in a chain of the file, too."""
    orders: Orders = field(default_factory=Orders)
    kinds: Counter[int] = field(default_factory=Counter)
    erased: int = 0
    withheld: int = 0
    left: list[Left] = field(default_factory=list)
    held: list[Entry] | None = None

    @property
    def entries(self) -> int:
        """How many entries have their bodies here."""
        return self.kinds.total()

    @property
    def messages(self) -> int:
        """How many of them are messages."""
        return self.kinds[Kind.MESSAGE]

    @property
    def sessions(self) -> int:
        """How many are openings of sessions."""
        return self.kinds[Kind.SESSION_OPENED]

    def coverage(self, now_ms: int) -> Coverage:
        """What the orders in the file cover at a moment."""
        return self.orders.coverage(now_ms, self.voice, self.word)


def plan_bundle(
    path: Path,
    owner: str | None,
    own_nodes: Collection[bytes],
    progress: Callable[[int], None] | None = None,
) -> BundlePlan:
    """Verify the whole file and say what is to be done with it; blocks for as long as reading it twice takes.

    `owner`: this node's owner, as text; None: it has none. `own_nodes`: the node keys that its directory has written
    with. `progress(bytes)`: how far it is; it may raise to stop.

    Raises:
        ExchangeError: the file cannot be read, is not what its lines prove, or is too large for its kind.
    """
    try:
        judge = _Judge(from_text("owner", owner) if owner is not None else None, frozenset(own_nodes))
    except CryptoError as error:
        raise ExchangeError(f"this node's owner cannot be read: {error}", "run: ccnode doctor") from error
    try:
        plan = _new_plan(path)
        try:
            _survey_whole(plan, judge, progress)
        except whole.NotInOrderError as error:
            plan = _new_plan(path)
            _survey_held(plan, str(error), judge, progress)
        if plan.withheld and plan.receivable:
            plan.receivable = False
            plan.why = f"{plan.withheld} of its contents were taken out, and nobody of ours ordered that"
    except ProofError as error:
        raise ExchangeError(f"{path.name}: {error}", _DAMAGED) from error
    except OSError as error:
        raise ExchangeError(f"{path} cannot be read: {error.strerror or error}", "check the path") from error
    return plan


def _new_plan(path: Path) -> BundlePlan:
    found = path.stat()
    return BundlePlan(path, found.st_size, (found.st_ino, found.st_mtime_ns))


# --- lines ---


def _lines(file: BinaryIO, progress: Callable[[int], None] | None = None, most: int | None = None) -> Iterator[str]:
    """The lines of an open file, each bounded; bytes that are no UTF-8 are refused by who takes them."""
    at = number = 0
    while raw := file.readline(LINE_BYTES_MAX + 1):
        at += len(raw)
        number += 1
        if most is not None and number > most:
            raise ExchangeError(f"it has more than {most} lines and is not a complete export in order", _DAMAGED)
        if progress is not None:
            progress(at)
        yield raw.decode("utf-8", "surrogateescape")


def _survey_whole(plan: BundlePlan, judge: _Judge, progress: Callable[[int], None] | None) -> None:
    """Verify a complete export. Raises ProofError, NotInOrderError."""
    spans: dict[ChainId, int] = {}

    def begin(found: whole.Whole) -> None:
        plan.heads, plan.chains, plan.complete = found.heads, found.chains, True
        judge.judge(plan, found.owner, found.certificates)

    def visit(entry: Entry) -> None:
        _count(plan, entry)
        header = entry.header
        held = spans.get(header.chain, 0) + len(entry.meta) + len(entry.sealed or b"")
        spans[header.chain] = 0 if header.seq in plan.heads[header.chain] else held
        if held > RUN_BYTES_MAX and plan.receivable:
            plan.receivable, plan.why = False, "more than 64 MiB lie between two of its signed heads"

    with open_regular(plan.path) as file, open_regular(plan.path) as again:
        found = whole.read(_lines(file, progress), _lines(again), visit, begin=begin)
    _note(plan, found.what, found.created_ms, found.ignored)
    plan.orders = found.orders
    if found.missing:
        coverage = plan.coverage(plan.created_ms)
        for _, _, entry in pairs(plan):
            if entry.sealed is None:
                covered = coverage.covers(Missing(entry.digest, entry.header, entry.meta))
                plan.erased, plan.withheld = plan.erased + covered, plan.withheld + (not covered)


def _survey_held(plan: BundlePlan, problem: str, judge: _Judge, progress: Callable[[int], None] | None) -> None:
    """Verify any export, keeping all of it. Raises ProofError, ExchangeError."""
    if plan.size > HELD_BYTES_MAX:
        raise ExchangeError(
            f"{plan.path.name}: {problem}, and {plan.size} bytes are more than the {HELD_BYTES_MAX} that are held then",
            "write it with 'ccnode export all', or export single sessions",
        )
    with open_regular(plan.path) as file:
        found = bundle.read(_lines(file, progress, HELD_LINES_MAX))
    plan.held = found.entries
    plan.chains, plan.complete = found.chains, found.complete
    for head in found.heads:
        plan.heads.setdefault(head.chain, {})[head.seq] = head.signature
    judge.judge(plan, found.owner, found.certificates)
    for entry in found.entries:
        _count(plan, entry)
        plan.orders.take(entry.digest, entry.header, entry.meta)
    _note(plan, found.what, found.created_ms, found.ignored)
    plan.erased, plan.withheld = len(found.erased), len(found.withheld)
    if plan.receivable:
        plan.held.sort(key=lambda entry: (entry.header.chain.prefix, entry.header.seq))


def _count(plan: BundlePlan, entry: Entry) -> None:
    header = entry.header
    plan.kinds[header.kind] += 1
    if header.kind == Kind.NODE_CERTIFIED:
        with suppress(RemoteError):
            said = records.read_signed(entry.meta, "certificate")
            plan.recorded.update(paper.node for paper in plan.certificates if said == (paper.body, paper.signature))


def _note(plan: BundlePlan, what: str, created_ms: int, ignored: int) -> None:
    plan.what, plan.created_ms = what, created_ms
    if ignored:
        plan.left.append(Left(plan.path.name, "lines of a kind that this version does not know", ignored, "part"))


@dataclass(frozen=True, slots=True)
class _Judge:
    """Whose chains may be taken in as they are: those of our owner's nodes, and of the keys we have written with."""

    owner: bytes | None
    own_nodes: frozenset[bytes]

    def judge(self, plan: BundlePlan, claimed: bytes | None, certificates: list[Certificate]) -> None:
        """Say whether the plan's chains may. Whose the file claims to be counts for nothing."""
        writers = {chain.node for chain in plan.chains}
        plan.owner = claimed
        plan.certificates = [paper for paper in certificates if paper.owner == self.owner and paper.node in writers]
        ours = self.own_nodes | {paper.node for paper in plan.certificates}
        strangers = sorted(writers - ours)
        plan.voice, plan.word = ours, self.owner
        if strangers:
            plan.word = claimed
            plan.voice = frozenset(paper.node for paper in certificates if paper.owner == claimed)
            names = ", ".join(node_id(node) for node in strangers[:NAMED_MAX])
            more = f" and {len(strangers) - NAMED_MAX} more" if len(strangers) > NAMED_MAX else ""
            says = f"it says that its owner is {owner_id(claimed)}" if claimed is not None else "it names no owner"
            plan.why = f"it was written by nodes that our owner key does not vouch for ({names}{more}); {says}"
        elif not plan.complete:
            plan.why = "it holds a part of our chains, from which they cannot be continued"
        elif any(_gap(plan.heads[chain]) > RUN_ENTRIES_MAX for chain in plan.chains):
            plan.why = "an older version wrote it, without heads that are needed; export it again where it is from"
        else:
            plan.receivable = True


def _gap(heads: dict[int, bytes]) -> int:
    """The most entries that lie between two heads of a chain."""
    positions = sorted(heads)
    return max(after - before for before, after in zip([-1, *positions], positions, strict=False))


# --- the entries, a second time ---


def pairs(plan: BundlePlan) -> Iterator[tuple[int, int, Entry]]:
    """The entries of a verified export with the places of their two lines (in an export that is held: their number).

    Raises:
        ExchangeError: the file is not the one that was verified.
    """
    if plan.held is not None:
        yield from ((number, 0, entry) for number, entry in enumerate(plan.held))
        return
    try:
        with open_regular(plan.path) as file, open_regular(plan.path) as again:
            _check_same(plan)
            headers = _placed(again, "header")
            for body_at, body in _placed(file, "body"):
                header_at, header = next(headers, (0, None))
                yield header_at, body_at, _entry(plan, header, body)
            _check_same(plan)
    except OSError as error:
        raise _changed(plan, str(error.strerror or error)) from error


def entry_at(plan: BundlePlan, files: tuple[BinaryIO, BinaryIO] | None, header_at: int, body_at: int) -> Entry:
    """One entry again, by its places. `files`: the file, opened twice; None for an export that is held."""
    if plan.held is not None:
        return plan.held[header_at]
    if files is None:
        raise AssertionError("an export that is not held is read from its file")
    lines = []
    for file, at in zip(files, (header_at, body_at), strict=True):
        file.seek(at)
        lines.append(_line(file.readline(LINE_BYTES_MAX + 1)))
    return _entry(plan, lines[0], lines[1])


def _line(raw: bytes) -> Line | None:
    try:
        return Line(raw.decode("utf-8"))
    except (ProofError, UnicodeDecodeError):
        return None


def _placed(file: BinaryIO, kind: str) -> Iterator[tuple[int, Line]]:
    at = 0
    while raw := file.readline(LINE_BYTES_MAX + 1):
        line = _line(raw)
        if line is not None and line.fields.get("type") == kind:
            yield at, line
        at += len(raw)


def _check_same(plan: BundlePlan) -> None:
    now = _new_plan(plan.path)
    if (now.size, now.stamp) != (plan.size, plan.stamp):
        raise _changed(plan, "its size or time is another")


def _changed(plan: BundlePlan, how: str) -> ExchangeError:
    what = f"{plan.path.name} was changed while it was read: {how}"
    return ExchangeError(what, "leave the file alone, and import it again")


def _entry(plan: BundlePlan, header: Line | None, body: Line | None) -> Entry:
    try:
        if header is None or body is None:
            raise ProofError("a line is missing")
        data, meta = header.base64("bytes"), body.base64("meta")
        sealed = None if body.is_null("sealed") else body.base64("sealed")
        fields = read_header(data)
        check_bodies(fields, meta, sealed)
        if fields.chain not in plan.chains:
            raise ProofError("it has another chain")
        digest = header_digest(data)
        if digest.hex() != body.text("entry"):
            raise ProofError("a body has another header")
    except CryptoError as error:
        raise _changed(plan, str(error)) from error
    return bundle.Entry(digest, data, meta, sealed)

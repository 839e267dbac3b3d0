"""Is this chain whole and unaltered? Verifies one stored chain, and goes on after each problem to name the next.

Batches of runs are verified at once, the fast way. Only a batch that fails is taken apart entry by entry: where an
entry is damaged, the digest stored beside it, or else the link of the entry after it, is the anchor to go on from.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from ccnode.store.audit_meaning import check_meaning
from ccnode.store.findings import UNREADABLE
from ccnode.store.receiving import TIME_STORED_MAX
from ccnode_crypto.chain import RUN_ENTRIES_MAX, ChainState, Run, head_message, verify_runs
from ccnode_crypto.entry import (
    SKIP_BLOCK,
    TAIL,
    TAIL_OFFSET,
    ZERO_DIGEST,
    ChainId,
    check_bodies,
    header_digest,
    read_header,
    skip_position,
)
from ccnode_crypto.errors import CryptoError, EntryError
from ccnode_crypto.keys import PublicKey
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterator

    from ccnode.store.findings import Findings
    from ccnode.store.orders import Coverage

BATCH_ENTRIES: Final = 1_000
BATCH_BYTES: Final = 4 * 1024 * 1024
_COLUMNS: Final = "SELECT id, seq, kind, time, digest, header, meta, sealed FROM entries WHERE "
_ROWS: Final = _COLUMNS + "chain = ? AND seq >= ? ORDER BY seq"
_ROW: Final = _COLUMNS + "id = ?"
_RUNS: Final = "SELECT first_seq, last_seq, signature FROM runs WHERE chain = ? AND last_seq > ? ORDER BY last_seq"


class Row(NamedTuple):
    """An entry as it is stored; columns that have the wrong type are replaced by empty ones."""

    id: int
    seq: int
    kind: int
    time: int
    digest: bytes
    header: bytes
    meta: bytes
    sealed: bytes | None


class RunRow(NamedTuple):
    """A run as it is stored."""

    first: int
    last: int
    signature: bytes


class Segment(NamedTuple):
    """The entries of one run, or some that no run covers (`run` None)."""

    run: RunRow | None
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Context:
    """What the audit of every chain has in common."""

    connection: sqlite3.Connection
    findings: Findings
    coverage: Coverage
    own_keys: frozenset[bytes]
    progress: Callable[[int], None]


class ChainAudit:
    """The audit of one chain."""

    def __init__(self, context: Context, row: int, chain: ChainId, length: int, head: bytes) -> None:
        self._context = context
        self._row = row
        self._chain = chain
        self._length = length
        self._head = head
        self.name = str(chain)
        self._prefix = chain.prefix
        self._anchor = ZERO_DIGEST
        self._next = 0
        self._starts: list[bytes] = []
        self._key: PublicKey | None = None

    def _problem(self, seq: int | None, part: str, message: str) -> None:
        self._context.findings.add(self.name, seq, part, message)

    def run(self) -> bool:
        """Verify the chain; return whether nothing was found."""
        before = self._context.findings.count
        self._know_chain()
        batch: list[Segment] = []
        entries = size = 0
        for segment in self._segments():
            batch.append(segment)
            entries += len(segment.rows)
            size += sum(len(row.sealed or b"") + len(row.meta) for row in segment.rows)
            if entries >= BATCH_ENTRIES or size >= BATCH_BYTES:
                self._verify(batch)
                batch, entries, size = [], 0, 0
        if batch:
            self._verify(batch)
        if self._next != self._length:
            self._problem(None, "length", f"the chain should have {self._length} entries, it has {self._next}")
        elif self._anchor != self._head:
            self._problem(None, "head", "the stored head is not the digest of the newest entry")
        return self._context.findings.count == before

    def _know_chain(self) -> None:
        """Take the chain's identity from its first header, should the row that names it be the damaged one."""
        try:
            found = self._context.connection.execute(
                "SELECT header, digest FROM entries WHERE chain = ? AND seq = 0", (self._row,)
            ).fetchone()
        except UNREADABLE:
            found = None  # named when the entries are read
        if found and isinstance(found[0], bytes) and header_digest(found[0]) == found[1]:
            try:
                chain = read_header(found[0]).chain
            except EntryError:
                chain = self._chain
            if chain != self._chain:
                self._problem(None, "chain", f"its entries belong to chain {chain}")
                self._chain, self._prefix = chain, chain.prefix
        try:
            self._key = PublicKey(self._chain.node)
        except CryptoError as error:
            self._problem(None, "chain", str(error))

    # --- reading ---

    def _rows(self) -> Iterator[Row]:
        """The entries in their order; where a page cannot be read, say so and go on behind it."""
        position: int | None = 0
        while position is not None:
            try:
                for raw in self._context.connection.execute(_ROWS, (self._row, position)):
                    if type(raw[1]) is not int:
                        self._problem(None, "seq", f"entry {raw[0]} has {raw[1]!r} for its position")
                        continue
                    position = raw[1] + 1
                    yield self._typed(raw)
            except UNREADABLE as error:
                position = self._behind_damage(position, error)
            else:
                return

    def _behind_damage(self, position: int, error: Exception) -> int | None:
        """Report what cannot be read from `position` on; return the next position that can, if any."""
        run = self._context.connection.execute
        try:
            for entry, seq in run(
                "SELECT id, seq FROM entries WHERE chain = ? AND seq >= ? ORDER BY seq", (self._row, position)
            ):
                try:
                    run(_ROW, (entry,)).fetchone()
                except UNREADABLE:
                    continue
                if type(seq) is not int or seq <= position:
                    break  # it can be read alone, but not in the row: there is nothing to go on behind
                self._problem(position, "page", f"positions {position} to {seq - 1} cannot be read: {error}")
                return seq
        except UNREADABLE:
            pass  # the index is damaged too: said in the line below
        self._problem(position, "page", f"position {position} and those after it cannot be read: {error}")
        return None

    def _typed(self, raw: tuple[Any, ...]) -> Row:
        entry, seq, kind, time, digest, header, meta, sealed = raw
        values = {"kind": (kind, int), "time": (time, int), "digest": (digest, bytes), "header": (header, bytes),
                  "meta": (meta, bytes)}  # fmt: skip
        wrong = [name for name, (value, wanted) in values.items() if type(value) is not wanted]
        if sealed is not None and type(sealed) is not bytes:
            wrong.append("content")
        if not wrong:
            return Row(*raw)
        for name in wrong:
            self._problem(seq, name, "the column holds a value of the wrong type")
        kept: list[Any] = [value if type(value) is wanted else wanted() for value, wanted in values.values()]
        return Row(entry, seq, kept[0], kept[1], kept[2], kept[3], kept[4], sealed if type(sealed) is bytes else b"")

    def _runs(self) -> Iterator[RunRow]:
        position = -1
        while True:
            try:
                for first, last, signature in self._context.connection.execute(_RUNS, (self._row, position)):
                    if type(first) is not int or type(last) is not int or type(signature) is not bytes:
                        self._problem(None, "runs", f"the run that ends at {last!r} has a column of the wrong type")
                        continue
                    position = last
                    yield RunRow(first, last, signature)
            except UNREADABLE as error:
                self._problem(None, "runs", f"the runs behind position {position} cannot be read: {error}")
            return

    def _segments(self) -> Iterator[Segment]:
        """The entries by runs; a run that does not fit is named, and what it should have covered comes without one."""
        rows = _Peekable(self._rows())
        expected = 0
        for stored in self._runs():
            run = stored
            if run.last < expected or not run.first <= run.last or run.last - run.first >= RUN_ENTRIES_MAX:
                self._problem(run.last, "runs", f"the run from {run.first} to {run.last} does not fit in")
                continue
            if run.first > expected:
                yield from self._uncovered(rows, expected, run.first - 1)
            elif run.first < expected:
                self._problem(run.last, "runs", f"the run should begin at {expected}, it says {run.first}")
                run = RunRow(expected, run.last, run.signature)
            yield Segment(run, rows.take_through(run.last))
            expected = run.last + 1
        if (row := rows.peek()) is not None:
            yield from self._uncovered(rows, row.seq, None)

    def _uncovered(self, rows: _Peekable, first: int, last: int | None) -> Iterator[Segment]:
        end = "the end" if last is None else str(last)
        self._problem(first, "runs", f"no signed run covers the positions from {first} to {end}")
        while taken := rows.take_through(last, most=BATCH_ENTRIES // 10):
            yield Segment(None, taken)

    # --- verifying ---

    def _verify(self, batch: list[Segment]) -> None:
        rows = [row for segment in batch for row in segment.rows]
        if not self._verify_fast(batch, rows):
            self._verify_slowly(batch, rows)
        for row in rows:
            if row.sealed is None or row.seq == 0 or row.kind == Kind.NODE_CERTIFIED:
                check_meaning(self._context, self._chain, row, self._problem)
        self._context.findings.entries += len(rows)
        self._context.progress(len(rows))

    def _verify_fast(self, batch: list[Segment], rows: list[Row]) -> bool:
        """Verify whole runs at once; False where anything at all is wrong, and then nothing has changed."""
        known = len(self._starts)
        state = ChainState(self._chain, self._next, self._anchor, self._starts)
        runs = []
        for segment in batch:
            if segment.run is None or not segment.rows:
                return False
            _, _, _, _, _, headers, metas, sealed = zip(*segment.rows, strict=True)
            runs.append(Run(segment.run.first, headers, metas, sealed, segment.run.signature))
        try:
            digests = verify_runs(state, runs)
        except (CryptoError, AssertionError):
            return False
        for row, digest in zip(rows, digests, strict=True):
            seq, time, _, kind = TAIL.unpack_from(row.header, TAIL_OFFSET)
            if (row.digest, row.seq, row.kind, row.time) != (digest, seq, kind, min(time, TIME_STORED_MAX)):
                del self._starts[known:]
                return False
        self._anchor, self._next = state.head, state.length
        return True

    def _verify_slowly(self, batch: list[Segment], rows: list[Row]) -> None:
        """Take each entry on its own, then the signature of each run over what its last entry should be."""
        anchors: dict[int, bytes] = {}
        for row, after in zip_longest(rows, rows[1:]):
            if row.seq != self._next:
                self._skip_gap(row)
            following = after.header if after and after.seq == row.seq + 1 else self._header_at(row.seq + 1)
            anchor = self._check_row(row, following[50:82] if following else None)
            anchors[row.seq] = anchor
            if row.seq % SKIP_BLOCK == 0:
                self._starts.append(anchor)
            self._anchor, self._next = anchor, row.seq + 1
        for run, _ in batch:
            if run is None or self._key is None:
                continue
            if run.last not in anchors:
                self._problem(run.last, "runs", "the last entry of a signed run is missing")
            elif not self._key.verifier("head")(head_message(self._chain, run.last, anchors[run.last]), run.signature):
                self._problem(run.last, "signature", "the head's signature does not verify")

    def _skip_gap(self, row: Row) -> None:
        """Go on behind missing positions: what the next header says of them is all there is to go by."""
        self._problem(self._next, "sequence", f"positions {self._next} to {row.seq - 1} are missing")
        blocks = -(-row.seq // SKIP_BLOCK)
        self._starts.extend(ZERO_DIGEST for _ in range(blocks - len(self._starts)))
        self._anchor = row.header[50:82]

    def _header_at(self, seq: int) -> bytes | None:
        try:
            found = self._context.connection.execute(
                "SELECT header FROM entries WHERE chain = ? AND seq = ?", (self._row, seq)
            ).fetchone()
        except UNREADABLE:
            return None
        if found is None and seq == self._length:
            return bytes(50) + self._head
        return found[0] if found and type(found[0]) is bytes else None

    def _check_row(self, row: Row, following: bytes | None) -> bytes:
        """Name what is wrong with one entry; return the digest that the chain goes on from."""
        computed = header_digest(row.header)
        if computed not in (row.digest, following):
            self._problem(row.seq, "header", self._header_fault(row) or "the header is not the one that was recorded")
            return row.digest or following or computed
        if computed != row.digest:
            self._problem(row.seq, "digest", "the column does not hold the digest of the header")
        fault = self._header_fault(row)
        if fault:
            self._problem(row.seq, *fault.split(": ", 1))
            return computed
        fields = read_header(row.header)
        try:
            check_bodies(fields, row.meta, row.sealed)
        except EntryError as error:
            self._problem(row.seq, "meta" if "meta" in str(error) else "content", str(error))
        if (fields.kind, min(fields.time, TIME_STORED_MAX)) != (row.kind, row.time):
            self._problem(row.seq, "columns", "kind or time is not what the header says")
        return computed

    def _header_fault(self, row: Row) -> str | None:
        """Which field of a header is not what its place in the chain asks for, as "field: message"."""
        try:
            fields = read_header(row.header)
        except EntryError as error:
            return f"header: {error}"
        if fields.chain != self._chain:
            return "chain: the header belongs to another chain"
        if fields.seq != row.seq:
            return f"sequence: the header says position {fields.seq}"
        if fields.previous != self._anchor:
            return "previous: the link to the header before does not match it"
        skip = self._skip_digest(row.seq)
        if skip is not None and fields.skip != skip:
            return f"skip: the link to position {skip_position(row.seq)} does not match it"
        if (fields.kind == Kind.EPOCH_OPENED) != (row.seq == 0):
            return "kind: the first entry of a chain, and only it, opens the epoch"
        return None

    def _skip_digest(self, seq: int) -> bytes | None:
        """The skip link that a position must carry; None where the entry that it names is missing."""
        if seq == 0:
            return ZERO_DIGEST
        digest = self._starts[skip_position(seq) // SKIP_BLOCK]
        return None if digest == ZERO_DIGEST else digest


class _Peekable:
    """Entries that can be looked at before they are taken."""

    def __init__(self, rows: Iterator[Row]) -> None:
        self._rows = rows
        self._ahead = next(rows, None)

    def peek(self) -> Row | None:
        """The next entry, left where it is."""
        return self._ahead

    def take_through(self, last: int | None, most: int = RUN_ENTRIES_MAX) -> list[Row]:
        """The entries up to position `last` (None: any), at most `most` of them."""
        taken: list[Row] = []
        while self._ahead is not None and (last is None or self._ahead.seq <= last) and len(taken) < most:
            taken.append(self._ahead)
            self._ahead = next(self._rows, None)
        return taken

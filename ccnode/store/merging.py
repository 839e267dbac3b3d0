"""How do many parts of the impact index become few? The postings of a term move together, some terms at a time.

A search looks for each word in each segment that is not merged, and in each part. Parts are of several segments; once
some are full, they are merged, and parts before them with them, as long as these are not much larger (`next_part`).
At each moment a posting is in just one place: a step takes terms out of where they were and puts them into the part
that is filled, in one transaction, and the step after it begins with what is still there. So nothing is to be mended
after a crash, and what is amended meanwhile is found where it is.
"""

from __future__ import annotations

from heapq import merge
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ccnode.store import impact_form
from ccnode.store.directory import CHUNK, INLINE_MAX, check, raised, split
from ccnode.store.impact import check_sizes
from ccnode.store.impact_form import Part, next_part, packed_parts, parts_of, unmerged

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

ROWS_AT_ONCE: Final = 20_000
# What is not read here moves without having been read.
_POSTINGS: Final = (
    "SELECT term, segment, id, length(counts), CASE WHEN length(counts) <= {most} THEN docs END,"
    " CASE WHEN length(counts) <= {most} THEN counts END, CASE WHEN length(counts) <= {most} THEN more END"
    " FROM postings WHERE segment = ? ORDER BY term"
)
_TERMS: Final = "SELECT term, docs, counts, more, chunks FROM terms WHERE part = ? ORDER BY term"
_TERMS_WIDTH: Final = 5  # columns of a row that is none of `postings`
_MOVE: Final = "INSERT INTO chunks SELECT ?, docs, counts, more FROM postings WHERE id = ?"


def step(connection: sqlite3.Connection) -> int:
    """Merge some terms, within the caller's transaction; return how many rows that were, 0 where nothing is due.

    Raises:
        Damaged: what is stored cannot be merged.
        sqlite3.Error: it cannot be read or written.
    """
    sealed, packed = connection.execute("SELECT sealed, parts FROM state").fetchone()
    parts = parts_of(packed)
    target = next_part(parts, sealed)
    if target is None:
        return 0
    if target not in parts:
        parts = (*parts, target)
        _save(connection, parts)
    sources = sorted(
        (part for part in parts if not part.filling and target.first <= part.first < target.after),
        key=lambda part: part.first,
    )
    segments = range(max(target.first, unmerged(parts)), target.after)
    moved = _Moved(connection, target)
    rows = 0
    last = None
    for term, group in groupby(_rows(connection, sources, segments), key=itemgetter(0)):
        some = list(group)
        moved.add(term, some)
        rows, last = rows + len(some), term
        if rows >= ROWS_AT_ONCE:
            break
    if last is None:
        rest = tuple(part for part in parts if part not in sources and part != target)
        _save(connection, (*rest, target._replace(filling=False)))
        return 1
    moved.write()
    connection.executemany(
        "DELETE FROM postings WHERE segment = ? AND term <= ?", [(segment, last) for segment in segments]
    )
    connection.executemany("DELETE FROM terms WHERE part = ? AND term <= ?", [(part.number, last) for part in sources])
    return rows


def _save(connection: sqlite3.Connection, parts: tuple[Part, ...]) -> None:
    connection.execute("UPDATE state SET parts = ?", (packed_parts(parts),))


def _rows(connection: sqlite3.Connection, sources: Iterable[Part], segments: Iterable[int]) -> Iterator[Sequence[Any]]:
    """The rows of all sources in the order of their terms, those of a term in the order of their messages.

    (term, segment, id, size, docs, counts, more) of `postings`; (term, docs, counts, more, chunks) of `terms`.
    """
    run = connection.execute
    short = _POSTINGS.format(most=INLINE_MAX)
    return merge(
        *(run(_TERMS, (part.number,)) for part in sources),
        *(run(short, (segment,)) for segment in segments),
        key=itemgetter(0),
    )


class _Moved:
    """What a step writes into the part that is filled."""

    def __init__(self, connection: sqlite3.Connection, target: Part) -> None:
        self._connection = connection
        self._part = target.number
        self._next = connection.execute("SELECT coalesce(max(id), 0) + 1 FROM chunks").fetchone()[0]
        self._moves: list[tuple[int, int]] = []
        self._chunks: list[tuple[int, bytes, bytes, bytes]] = []
        self._entries: list[tuple[int, str, bytes, bytes, bytes, bytes]] = []
        # Postings of terms that have few, to be changed all at once: segments, sizes, docs; and the rows they make.
        self._segments: list[int] = []
        self._docs: list[bytes] = []
        self._few: list[tuple[str, list[bytes | int], bytes, bytes]] = []

    def add(self, term: str, rows: list[Sequence[Any]]) -> None:
        """Add a term with all its rows."""
        total = 0
        for row in rows:
            if len(row) == _TERMS_WIDTH:
                check(row[1:])
                total += len(row[2]) if not row[4] else INLINE_MAX + 1
            else:
                total += row[3]
        if total <= INLINE_MAX:
            self._add_few(term, rows)
        else:
            chunks = [chunk for row in rows for chunk in self._in_chunks(row)]
            self._entries.append((self._part, term, b"", b"", b"", b"".join(chunks)))

    def _add_few(self, term: str, rows: list[Sequence[Any]]) -> None:
        docs: list[bytes | int] = []  # a number: the place among those to be changed
        counts, more = [], []
        for row in rows:
            if len(row) == _TERMS_WIDTH:
                docs.append(row[1])
                counts.append(row[2])
                more.append(row[3])
            else:
                check_sizes(row[4:])
                docs.append(len(self._docs))
                self._docs.append(row[4])
                self._segments.append(row[1])
                counts.append(row[5])
                if row[6]:
                    more.append(raised(row[6], row[1]))
        self._few.append((term, docs, b"".join(counts), b"".join(more)))

    def _in_chunks(self, row: Sequence[Any]) -> Iterator[bytes]:
        if len(row) != _TERMS_WIDTH:
            self._moves.append((self._next, row[2]))
            yield self._named(row[1], row[3])
        elif row[4]:
            yield row[4]
        else:
            for segment, posting in split(*row[1:4]):
                self._chunks.append((self._next, *posting))
                yield self._named(segment, len(posting[1]))

    def _named(self, segment: int, size: int) -> bytes:
        self._next += 1
        return CHUNK.pack(segment, size, self._next - 1)

    def write(self) -> None:
        """Write what was added."""
        sizes = [len(docs) // 2 for docs in self._docs]
        firsts = np.array(self._segments, np.uint32) << impact_form.SEGMENT_BITS
        numbers = np.frombuffer(b"".join(self._docs), "<u2") | np.repeat(firsts, sizes)
        whole, at = numbers.astype("<u4").tobytes(), 0
        pieces = []
        for size in sizes:
            pieces.append(whole[4 * at : 4 * (at + size)])
            at += size
        for term, docs, counts, more in self._few:
            joined = b"".join([pieces[one] if isinstance(one, int) else one for one in docs])
            self._entries.append((self._part, term, joined, counts, more, b""))
        self._entries.sort(key=itemgetter(1))
        self._connection.executemany(_MOVE, self._moves)
        self._connection.executemany("INSERT INTO chunks VALUES (?, ?, ?, ?)", self._chunks)
        self._connection.executemany("INSERT INTO terms VALUES (?, ?, ?, ?, ?, ?)", self._entries)

"""Where are the postings of a term, once the segments that they are in have been merged? In one row for all of them.

terms      for each term and part: the postings themselves, where there are few (`docs`, the entry numbers of the
           messages, `counts` and `more` as in impact.py); else `chunks`: (segment, how many messages, the
           chunk's id) for each segment
chunks     the postings of a term in a segment, as in impact.py
"""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import numpy as np

from ccnode.store import impact_form
from ccnode.store.impact_form import Damaged, Part

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Callable, Iterable, Iterator, Sequence

    Posting = Sequence[bytes]
    Chunk = tuple[int, int, int]  # segment, how many messages, the chunk's id
    Change = Callable[[Posting | None], Posting | None]

KNOWN_MAX: Final = 2_000  # terms whose directory is remembered, some 2 kB each,
KNOWN_BYTES: Final = 4_096  # where it has no more bytes of postings
INLINE_MAX: Final = 180  # postings of a term that are in its row, which then fits into a page with others
CHUNK: Final = struct.Struct("<III")
_ENTRY: Final = "SELECT docs, counts, more, chunks FROM terms WHERE part = ? AND term = ?"
_PUT: Final = "INSERT OR REPLACE INTO terms (part, term, docs, counts, more, chunks) VALUES (?, ?, ?, ?, ?, ?)"


class Entry(NamedTuple):
    """A row of `terms`."""

    docs: bytes
    counts: bytes
    more: bytes
    chunks: bytes


class Known(NamedTuple):
    """What the directory says of a term: in how many messages it is, its short postings, and where the others are."""

    size: int
    inline: tuple[Posting, ...]  # with whole numbers
    held: tuple[tuple[int, Posting], ...]  # by segment
    late: dict[int, Chunk]


class Layout(tuple[Part, ...]):  # noqa: SLOT001 -- a tuple may have no slots of its own, and this has attributes
    """The parts of an index, and what it was found to say of terms; for as long as it says just that.

    That is until its state tells of other changes, another end, or other parts; where a part is being filled, nothing
    is remembered, as terms move then without another word. `fresh`: the segments that are in no part.
    """

    fresh: range
    numbers: tuple[int, ...]
    _known: dict[str, Known] | None

    def __new__(cls, parts: Iterable[Part], sealed: int) -> Self:
        """Of an index that holds the messages before `sealed`."""
        made = super().__new__(cls, parts)
        made.fresh = range(impact_form.unmerged(made), (sealed - 1 >> impact_form.SEGMENT_BITS) + 1)
        made.numbers = tuple([part.number for part in made])
        made._known = None if any(part.filling for part in made) else {}
        return made

    def known(self, term: str) -> Known | None:
        """What was remembered of a term."""
        return self._known.get(term) if self._known else None

    def remember(self, term: str, known: Known) -> None:
        """Remember what the index says of a term, if that is little; of many, the latest."""
        if self._known is None:
            return
        size = sum([len(each) for posting in known.inline for each in posting])
        if size + sum([len(each) for _, posting in known.held for each in posting]) > KNOWN_BYTES:
            return
        if len(self._known) >= KNOWN_MAX:
            del self._known[next(iter(self._known))]
        self._known[term] = known


def check(entry: Sequence[Any]) -> None:
    """Raises Damaged where this cannot be a row of `terms`."""
    docs, counts, more, chunks = entry
    if not (type(docs) is type(counts) is type(more) is type(chunks) is bytes):
        raise Damaged("the postings of a term are no bytes")
    if chunks:
        if len(chunks) % CHUNK.size or docs or counts or more:
            raise Damaged("the list of a term's postings is cut")
    elif not counts or len(docs) != 4 * len(counts) or len(more) % CHUNK.size:
        raise Damaged("the postings of a term have parts of different lengths")


def unpack_chunks(packed: bytes) -> list[Chunk]:
    """The chunks of a term that has many postings, by segment."""
    return list(CHUNK.iter_unpack(packed))


def pack_chunks(chunks: Iterable[Chunk]) -> bytes:
    """The same as it is stored."""
    return b"".join(CHUNK.pack(*chunk) for chunk in chunks)


def split(docs: bytes, counts: bytes, more: bytes) -> list[tuple[int, Posting]]:
    """The postings of a term that has few, by segment."""
    numbers = np.frombuffer(docs, "<u4")
    segments = numbers >> impact_form.SEGMENT_BITS
    cuts = (np.flatnonzero(segments[1:] != segments[:-1]) + 1).tolist()
    low = (numbers & impact_form.SEGMENT_MASK).astype("<u2").tobytes()
    found: list[tuple[int, Posting]] = []
    for start, end in zip([0, *cuts], [*cuts, len(counts)], strict=True):
        segment = int(segments[start])
        found.append((segment, (low[2 * start : 2 * end], counts[start:end], _lowered(more, segment) if more else b"")))
    return found


def _lowered(more: bytes, segment: int) -> bytes:
    rows = np.frombuffer(more, "<u4").reshape(-1, 3)
    rows = rows[rows[:, 0] >> impact_form.SEGMENT_BITS == segment].copy()
    rows[:, 0] &= impact_form.SEGMENT_MASK
    lowered: bytes = rows.tobytes()
    return lowered


def raised(more: bytes, segment: int) -> bytes:
    """Counts that a byte cannot say, with the messages' whole numbers."""
    rows = np.frombuffer(more, "<u4").reshape(-1, 3).copy()
    rows[:, 0] |= segment << impact_form.SEGMENT_BITS
    return rows.tobytes()


def joined(postings: Iterable[tuple[int, Posting]]) -> Entry:
    """The row of a term that has few postings, from these by segment."""
    docs, counts, more = [], [], []
    for segment, posting in postings:
        numbers = np.frombuffer(posting[0], "<u2").astype("<u4") | np.uint32(segment << impact_form.SEGMENT_BITS)
        docs.append(numbers.tobytes())
        counts.append(posting[1])
        more.append(raised(posting[2], segment) if posting[2] else b"")
    return Entry(b"".join(docs), b"".join(counts), b"".join(more), b"")


# --- writing, within the caller's transaction ---


def holds(connection: sqlite3.Connection, part: Part, term: str) -> bool:
    """Whether a part has a row of a term. Raises sqlite3.Error."""
    return connection.execute(_ENTRY, (part.number, term)).fetchone() is not None


def amend(connection: sqlite3.Connection, part: Part, term: str, segment: int, change: Change) -> None:
    """Change the postings of a term in one segment of a part.

    `change` is given what is stored, or None, and gives what is to be stored, or None.

    Raises:
        Damaged: the row, or a chunk, is not what it must be.
        sqlite3.Error: it cannot be read or written.
    """
    row = connection.execute(_ENTRY, (part.number, term)).fetchone()
    if row is not None:
        check(row)
    if row is not None and row[3]:
        chunks = _changed_chunks(connection, unpack_chunks(row[3]), segment, change)
        entry = Entry(b"", b"", b"", pack_chunks(chunks))
    else:
        postings = dict(split(*row[:3])) if row is not None else {}
        new = change(postings.pop(segment, None))
        if new is not None:
            postings[segment] = new
        entry = joined(sorted(postings.items()))
    if entry.counts or entry.chunks:
        connection.execute(_PUT, (part.number, term, *entry))
    else:
        connection.execute("DELETE FROM terms WHERE part = ? AND term = ?", (part.number, term))


def _changed_chunks(connection: sqlite3.Connection, chunks: list[Chunk], segment: int, change: Change) -> list[Chunk]:
    run = connection.execute
    of = {chunk[0]: chunk for chunk in chunks}
    chunk = of.pop(segment, None)
    new = change(chunk_of(connection, chunk) if chunk else None)
    if new is None:
        if chunk:
            run("DELETE FROM chunks WHERE id = ?", (chunk[2],))
    elif chunk:
        run("UPDATE chunks SET docs = ?, counts = ?, more = ? WHERE id = ?", (*new, chunk[2]))
        of[segment] = (segment, len(new[1]), chunk[2])
    else:
        made = run("INSERT INTO chunks (docs, counts, more) VALUES (?, ?, ?)", tuple(new)).lastrowid
        of[segment] = (segment, len(new[1]), made or 0)
    return sorted(of.values())


def chunk_of(connection: sqlite3.Connection, chunk: Chunk) -> Posting:
    """The postings in a chunk. Raises Damaged where it is missing, or of another size than its term's row says."""
    posting: Posting | None = connection.execute(
        "SELECT docs, counts, more FROM chunks WHERE id = ?", (chunk[2],)
    ).fetchone()
    if posting is None or type(posting[1]) is not bytes or len(posting[1]) != chunk[1]:
        raise Damaged("a chunk of the impact index is missing, or of another size")
    return posting


# --- checking ---


def stored(connection: sqlite3.Connection, part: Part, segment: int, found: list[str]) -> Iterator[tuple[str, Posting]]:
    """What a part has of one segment, by term; what is wrong with its rows is put into `found`."""
    first, after = segment << impact_form.SEGMENT_BITS, (segment + 1) << impact_form.SEGMENT_BITS
    rows = connection.execute("SELECT term, docs, counts, more, chunks FROM terms WHERE part = ?", (part.number,))
    for term, *entry in rows:
        try:
            check(entry)
            if segment == part.first:
                _check_numbers(entry, part)
            if entry[3]:
                for chunk in unpack_chunks(entry[3]):
                    if chunk[0] == segment:
                        yield term, chunk_of(connection, chunk)
                continue
            numbers = np.frombuffer(entry[0], "<u4")
            if numbers[0] < after and numbers[-1] >= first:
                for its_segment, posting in split(*entry[:3]):
                    if its_segment == segment:
                        yield term, posting
        except Damaged as error:
            found.append(f"the impact index is wrong about a term in its part {segment}: {error}")


def _check_numbers(entry: Sequence[bytes], part: Part) -> None:
    """Raises Damaged where a row tells of messages that are not in its part, or not in order."""
    if entry[3]:
        segments = [chunk[0] for chunk in unpack_chunks(entry[3])]
    else:
        numbers = np.frombuffer(entry[0], "<u4")
        if not (numbers[1:] > numbers[:-1]).all():
            raise Damaged("its messages are not in order")
        segments = [int(number) >> impact_form.SEGMENT_BITS for number in (numbers[0], numbers[-1])]
    if segments != sorted(segments) or segments[0] < part.first or segments[-1] >= part.after:
        raise Damaged("it tells of messages elsewhere")
    if entry[3] and len(set(segments)) != len(segments):
        raise Damaged("it tells of a segment twice")


def strays(connection: sqlite3.Connection, parts: Sequence[Part]) -> Iterator[str]:
    """What is in the tables and belongs to nothing, in words. Raises sqlite3.Error."""
    numbers = ",".join(str(part.number) for part in parts)
    if connection.execute(f"SELECT 1 FROM terms WHERE part NOT IN ({numbers}) LIMIT 1").fetchone():
        yield "the impact index holds terms of a part that there is not"
    if not chunks_fit(connection):
        yield "the impact index has not just the chunks that it says"


def chunks_fit(connection: sqlite3.Connection) -> bool:
    """Whether there are as many chunks as the rows of terms name. Raises sqlite3.Error."""
    named, there = connection.execute(
        "SELECT (SELECT coalesce(sum(length(chunks)), 0) FROM terms), (SELECT count(*) FROM chunks)"
    ).fetchone()
    return bool(named == there * CHUNK.size)

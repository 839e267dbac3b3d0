"""Which messages hold a term, and how often? Read from the impact index: parts first, then what is not merged yet."""

from __future__ import annotations

import struct
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from ccnode.store.directory import CHUNK, Known, Layout, check, split, unpack_chunks
from ccnode.store.impact import check_sizes
from ccnode.store.impact_form import CONTEXT_WEIGHT, FULL, SEGMENT_BITS, TEXT_WEIGHT, Damaged
from ccnode.store.ranking import Counts, Wanted, weighed

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from ccnode.store.directory import Chunk
    from ccnode.store.impact import Posting
    from ccnode.store.impact_form import Part
    from ccnode.store.ranking import Adding

    Floats = NDArray[np.float64]

PREFIX_TERMS_MAX: Final = 1_000  # in a segment
TERMS_AT_ONCE: Final = 8  # looked up by one statement,
LOOKUPS_MAX: Final = 400  # in so many places at most: SQLite takes 500
LATE_MIN: Final = 1_000  # messages of a posting that is not read before it is needed; from there on it fills pages
RUN_MIN: Final = 3  # chunks that follow each other, on average, for which each run of them is asked for by itself
RARE_MAX: Final = 20_000  # messages that hold a term, to be looked at all together
_ENTRY: Final = "SELECT term, -1, 0, 0, docs, counts, more, chunks FROM terms WHERE part = {} AND term = ?{}"
_POSTING: Final = (
    "SELECT term, segment, id, length(counts), CASE WHEN length(counts) < {2} THEN docs END,"
    " CASE WHEN length(counts) < {2} THEN counts END, CASE WHEN length(counts) < {2} THEN more END, x''"
    " FROM postings WHERE segment = {0} AND term = ?{1}"
)
_ALL: Final = "docs, counts, more"
_PART_PREFIX: Final = "SELECT docs, counts, more, chunks FROM terms WHERE part = ? AND term >= ? AND term < ? LIMIT ?"
_PREFIX: Final = "SELECT docs, counts, more FROM postings WHERE segment = ? AND term >= ? AND term < ? LIMIT ?"
_BYTES: Final = np.arange(256)
# For each byte of counts: how much the term weighs in a message.
WEIGHED: Final[NDArray[np.float64]] = TEXT_WEIGHT * (_BYTES >> 4) + CONTEXT_WEIGHT * (_BYTES & FULL)
_COUNTS: Final = tuple(weighed(byte >> 4, byte & FULL) for byte in range(256))
_WEIGHTS: Final = tuple(counts.weight for counts in _COUNTS)
_BEYOND: Final = "a posting is beyond the blocks of the impact index"


@lru_cache(maxsize=64)
def _lookup(parts: tuple[int, ...], segments: range, terms: int, late: int) -> str:
    """SQL that looks up so many terms everywhere; each where it stands, which is faster than with IN.

    Postings as long as `late` are not read.
    """
    return " UNION ALL ".join(
        [_ENTRY.format(part, at) for at in range(1, terms + 1) for part in parts]
        + [_POSTING.format(segment, at, late) for at in range(1, terms + 1) for segment in segments]
    )


class Held:
    """The postings of some terms, read within one transaction."""

    def __init__(self, connection: sqlite3.Connection, sealed: int, parts: Sequence[Part]) -> None:
        self.sizes: dict[Wanted, int] = {}  # how many messages hold each
        self._run = connection.execute
        self._sealed = sealed
        self._layout = parts if isinstance(parts, Layout) else Layout(parts, sealed)
        self._inline: dict[Wanted, list[Posting]] = {}  # with whole numbers
        self._unsplit: dict[Wanted, list[Posting]] = {}  # of them those that are to be asked for by segment
        self._held: dict[Wanted, dict[int, list[Posting]]] = {}  # by segment
        self._late: dict[Wanted, dict[int, Chunk]] = {}  # not read yet; with a number below 0 it is in `postings`
        self._docs: dict[tuple[Wanted, int], bytes] = {}
        self._single: dict[Wanted, Mapping[int, Counts]] = {}

    def read(self, wanted: Iterable[Wanted]) -> dict[Wanted, int]:
        """Look these terms up; tell how many messages hold each. Raises sqlite3.Error, Damaged.

        Long postings are read when they are needed: often the others tell that these cannot matter.
        """
        found = dict.fromkeys(wanted, 0)
        new: list[Wanted] = []
        for one in found:
            self._held[one] = {}
            if not one.prefix:
                known = self._layout.known(one.term)
                if known is None:
                    new.append(one)
                else:
                    found[one] = self._recall(one, known)
        if new:
            self._look_up(new, found)
        for one in found:
            if one.prefix:
                found[one] = self._read_prefix(one)
        self.sizes |= found
        return found

    def _look_up(self, wanted: Sequence[Wanted], found: dict[Wanted, int]) -> None:
        """Read what the directory has of terms, and the postings unless they are long."""
        layout = self._layout
        at_once = max(1, min(TERMS_AT_ONCE, LOOKUPS_MAX // (len(layout) + len(layout.fresh) or 1)))
        exact = {one.term: one for one in wanted}
        for at in range(0, len(wanted), at_once):
            some = [one.term for one in wanted[at : at + at_once]]
            sql = _lookup(layout.numbers, layout.fresh, len(some), LATE_MIN)
            for row in self._run(sql, some).fetchall():
                one = exact[row[0]]
                found[one] += self._take(one, row)
        for one in wanted:
            held = tuple([(segment, postings[0]) for segment, postings in self._held[one].items()])
            known = Known(found[one], tuple(self._inline.get(one, ())), held, dict(self._late.get(one, {})))
            layout.remember(one.term, known)

    def _recall(self, one: Wanted, known: Known) -> int:
        """Take in what is known of a term; return how many messages hold it."""
        if known.inline:
            self._inline[one] = list(known.inline)
        for segment, posting in known.held:
            self._held[one][segment] = [posting]
        if known.late:
            self._late[one] = known.late.copy()  # what is read of it is taken out
        return known.size

    def _take(self, one: Wanted, row: Sequence[Any]) -> int:
        """Take in a row of a term; return how many messages it tells of."""
        _, segment, place, size, docs, counts, more, packed = row
        posting = (docs, counts, more)
        if segment >= 0:
            if counts is None:
                self._late.setdefault(one, {})[segment] = (segment, size, -place)
                return int(size)
            check_sizes(posting)
            self._held[one][segment] = [posting]
            return len(counts)
        check((docs, counts, more, packed))
        if not packed:
            self._inline.setdefault(one, []).append(posting)
            return len(counts)
        chunks = unpack_chunks(packed)
        self._late.setdefault(one, {}).update([(chunk[0], chunk) for chunk in chunks])
        return sum([chunk[1] for chunk in chunks])

    def _read_chunks(self, chunks: Sequence[Chunk]) -> Iterator[tuple[int, Posting]]:
        """The postings in these chunks, by segment."""
        rows = self._rows(_ALL, chunks)
        for segment, size, place in chunks:
            posting = rows.get(place)
            if posting is None:
                raise Damaged("a posting is missing")
            check_sizes(posting)
            if len(posting[1]) != size:
                raise Damaged("a posting is of another size")
            yield segment, posting

    def _read_prefix(self, wanted: Wanted) -> int:
        """Read the postings of all terms that begin so, and count the messages that hold any of them."""
        held = self._held[wanted]
        bounds = (wanted.term, wanted.term + "\U0010ffff")
        for part in self._layout:
            most = PREFIX_TERMS_MAX * (part.after - part.first)
            for entry in self._run(_PART_PREFIX, (part.number, *bounds, most)).fetchall():
                check(entry)
                for segment, posting in self._read_chunks(unpack_chunks(entry[3])) if entry[3] else split(*entry[:3]):
                    held.setdefault(segment, []).append(posting)
        for segment in self._layout.fresh:
            postings = self._run(_PREFIX, (segment, *bounds, PREFIX_TERMS_MAX)).fetchall()
            for posting in postings:
                check_sizes(posting)
            if postings:
                held.setdefault(segment, []).extend(postings)
        return sum(
            len(postings[0][1])
            if len(postings) == 1
            else int(np.count_nonzero(marked(np.frombuffer(b"".join([posting[0] for posting in postings]), "<u2"))))
            for postings in held.values()
        )

    def spread(self) -> None:
        """Put what came without segments beside the rest, for those who rank segment by segment."""
        for wanted, entries in self._inline.items():
            self._unsplit.setdefault(wanted, []).extend(entries)
        self._inline.clear()

    def _by_segment(self, wanted: Wanted) -> dict[int, list[Posting]]:
        """The postings of a term that have been read, by segment; split only now, as some are never asked for."""
        held = self._held[wanted]
        for entry in self._unsplit.pop(wanted, ()):
            for segment, posting in split(*entry):
                held.setdefault(segment, []).append(posting)
        return held

    def postings(self, wanted: Wanted, segment: int) -> Sequence[Posting]:
        """The postings of a term in a segment: several where it is a prefix. After `spread`. Raises Damaged."""
        if segment in self._late.get(wanted, ()):
            self.load([wanted], [segment])
        return self._by_segment(wanted).get(segment, ())

    def load_whole(self, wanted: Iterable[Wanted]) -> None:
        """Read what was not read yet of terms. Raises Damaged."""
        for one in wanted:
            if late := self._late.get(one):
                self.load([one], list(late))

    def load(self, wanted: Iterable[Wanted], segments: Collection[int]) -> None:
        """Read what was not read yet of terms in segments. Raises Damaged."""
        late = [
            (one, chunk)
            for one in wanted
            if (chunks := self._late.get(one))
            for segment in segments
            if (chunk := chunks.get(segment)) is not None
        ]
        if not late:
            return
        known = [(one, chunk, self._docs.get((one, chunk[0]))) for one, chunk in late]
        rest = self._rows("counts, more", [chunk for _, chunk, docs in known if docs is not None])
        whole = self._read_chunks([chunk for _, chunk, docs in known if docs is None])
        for one, chunk, docs in known:
            segment, posting = next(whole) if docs is None else (chunk[0], (docs, *rest.get(chunk[2], (None, None))))
            check_sizes(posting)
            self._held[one][segment] = [posting]
            del self._late[one][segment]

    def docs(self, wanted: Wanted, segments: Sequence[int]) -> list[bytes]:
        """The messages that hold a term that is no prefix, for each of these segments, in all of which some do.

        Raises:
            Damaged: what is stored is missing, or of another size.
        """
        held, late, read = self._by_segment(wanted), self._late.get(wanted, {}), self._docs
        unread = [late[segment] for segment in segments if segment in late and (wanted, segment) not in read]
        if unread:
            rows = self._rows("docs", unread)
            for segment, size, place in unread:
                (docs,) = rows.get(place, (None,))
                if type(docs) is not bytes or len(docs) != 2 * size:
                    raise Damaged("a posting is missing, or of another size")
                read[wanted, segment] = docs
        return [read[wanted, segment] if segment in late else held[segment][0][0] for segment in segments]

    def _rows(self, columns: str, chunks: Iterable[Chunk]) -> dict[int, Sequence[bytes]]:
        """Columns of chunks (and of `postings`), by their numbers."""
        found: dict[int, Sequence[bytes]] = {}
        places = [chunk[2] for chunk in chunks]
        for table, sign, some in (
            ("chunks", 1, [place for place in places if place > 0]),
            ("postings", -1, [-place for place in places if place < 0]),
        ):
            runs = _runs_of(some)
            asked: list[tuple[str, Sequence[int]]]
            if len(runs) * RUN_MIN <= len(some):  # most are written one after the other: it takes half as long
                asked = [(f"SELECT id, {columns} FROM {table} WHERE id BETWEEN ? AND ?", run) for run in runs]
            else:
                asked = [(f"SELECT id, {columns} FROM {table} WHERE id IN ({','.join('?' * len(some))})", some)]
            for sql, which in asked:
                found |= {sign * row[0]: row[1:] for row in self._run(sql, which).fetchall()}
        return found

    def whole(self, wanted: Wanted) -> NDArray[np.uint32]:
        """All messages that hold a term that is no prefix, in order. Raises Damaged."""
        parts = [np.frombuffer(entry[0], "<u4") for entry in self._inline.get(wanted, ())]
        segments = self.segments(wanted)
        if segments:
            docs = self.docs(wanted, segments)
            firsts = np.repeat(np.array(segments, np.uint32) << SEGMENT_BITS, [len(one) // 2 for one in docs])
            parts.append(np.frombuffer(b"".join(docs), "<u2") | firsts)
        if len(parts) == 1:
            return parts[0]
        together = np.concatenate(parts) if parts else np.zeros(0, np.uint32)
        together.sort(kind="stable")  # while segments are merged, what comes first may be read last
        return together

    def holds(self, wanted: Wanted, segment: int) -> bool:
        """Whether any message of a segment holds a term. After `spread`."""
        return segment in self._by_segment(wanted) or segment in self._late.get(wanted, ())

    def segments(self, wanted: Wanted) -> list[int]:
        """The segments where any message holds a term, in order. After `spread`."""
        return sorted({*self._by_segment(wanted), *self._late.get(wanted, ())})

    def singly(self, wanted: Wanted) -> Mapping[int, Counts]:
        """The messages that hold a term, and how often, one by one. Raises Damaged."""
        found = self._single.get(wanted)
        if found is None:
            found = self._single[wanted] = self._singly(wanted)
        return found

    def added(self, wanted: Wanted, adding: Adding) -> dict[int, float]:
        """What a term adds to the messages that hold it. Raises Damaged."""
        self.load_whole([wanted])
        runs = self._runs(wanted)
        if runs is None:
            return adding.to(self.singly(wanted))
        factor, base, each, length = adding
        found: dict[int, float] = {}
        for numbers, counts in runs:
            if numbers[-1] >= self._sealed:
                raise Damaged(_BEYOND)
            found |= {
                number: factor * ((weight := _WEIGHTS[byte]) / (weight + base + each * length(number)))
                for number, byte in zip(numbers, counts, strict=True)
            }
        return found

    def _runs(self, wanted: Wanted) -> list[tuple[Sequence[int], bytes]] | None:
        """The postings of a term as numbers and counts; None where it takes more to tell how often they hold it."""
        if wanted.prefix or wanted in self._single:
            return None
        runs: list[tuple[Sequence[int], bytes]] = []
        for docs, counts, more in self._inline.get(wanted, ()):
            if more:
                return None
            runs.append((struct.unpack(f"<{len(counts)}I", docs), counts))
        for segment, ((docs, counts, more),) in self._by_segment(wanted).items():
            if more:
                return None
            first = segment << SEGMENT_BITS
            runs.append(([first | low for low in struct.unpack(f"<{len(counts)}H", docs)], counts))
        return runs

    def _singly(self, wanted: Wanted) -> dict[int, Counts]:
        found: dict[int, Counts] = {}
        for entry in self._inline.get(wanted, ()):
            _add(found, zip(*_one_by_one(entry, "I"), strict=True))
        if found and max(found) >= self._sealed:
            raise Damaged(_BEYOND)
        _add(found, self._segmented(wanted).items())
        return found

    def _segmented(self, wanted: Wanted) -> dict[int, Counts]:
        found: dict[int, Counts] = {}
        self.load_whole([wanted])
        for segment, postings in self._by_segment(wanted).items():
            first = segment << SEGMENT_BITS
            for posting in postings:
                docs, counts = _one_by_one(posting, "H")
                _add(found, zip([first | low for low in docs], counts, strict=True))
        if found and max(found) >= self._sealed:
            raise Damaged(_BEYOND)
        return found


def marked(docs: NDArray[np.uint16]) -> NDArray[np.bool_]:
    """For each message of a segment whether it is among these: faster than to sort many."""
    there = np.zeros(1 << 16, np.bool_)
    there[docs] = True
    return there


def _runs_of(numbers: Sequence[int]) -> list[tuple[int, int]]:
    """The first and the last of those that follow each other."""
    runs: list[tuple[int, int]] = []
    for number in numbers:
        if runs and runs[-1][1] == number - 1:
            runs[-1] = (runs[-1][0], number)
        else:
            runs.append((number, number))
    return runs


def _add(found: dict[int, Counts], counted: Iterable[tuple[int, Counts]]) -> None:
    for number, counts in counted:
        before = found.get(number)
        # Several terms may begin so.
        found[number] = (
            counts if before is None else weighed(before.text + counts.text, before.context + counts.context)
        )


def _one_by_one(posting: Posting, kind: str) -> tuple[Sequence[int], Iterable[Counts]]:
    """The messages of a short posting, and how often each holds the term. Raises Damaged."""
    docs = struct.unpack(f"<{len(posting[1])}{kind}", posting[0])
    counts: Iterable[Counts] = map(_COUNTS.__getitem__, posting[1])
    if posting[2]:
        large = {row[0]: weighed(*row[1:]) for row in CHUNK.iter_unpack(posting[2])}
        if not large.keys() <= set(docs):
            raise Damaged("a posting counts messages that it does not hold")
        counts = [large.get(low, small) for low, small in zip(docs, counts, strict=True)]
    return docs, counts

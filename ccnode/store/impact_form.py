"""How is the impact index laid out, and how does FTS5 rank? What its writer and its readers share, without numpy."""

from __future__ import annotations

import math
import sqlite3
import struct
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode.mind.indexing import CONTEXT_WEIGHT

if TYPE_CHECKING:
    from collections.abc import Iterable

BLOCK_BITS: Final = 12
BLOCK_SIZE: Final = 1 << BLOCK_BITS
SEGMENT_BITS: Final = 16
SEGMENT_MASK: Final = (1 << SEGMENT_BITS) - 1
FULL: Final = 15  # four bits hold no larger count

MERGE_AT: Final = 2  # segments that are full and not merged yet: so many are merged
ABSORBED_MAX: Final = 3  # a part is merged again with what came after it, where it is at most so many times as large
PART_MAX: Final = 64  # segments of a part: what tells where they are has to fit into a page

MERGED_SCHEMA: Final = """
    CREATE TABLE terms (
        part INTEGER NOT NULL, term TEXT NOT NULL, docs BLOB NOT NULL, counts BLOB NOT NULL, more BLOB NOT NULL,
        chunks BLOB NOT NULL, PRIMARY KEY (part, term)
    ) WITHOUT ROWID;
    CREATE TABLE chunks (id INTEGER PRIMARY KEY, docs BLOB NOT NULL, counts BLOB NOT NULL, more BLOB NOT NULL);
"""
SCHEMA: Final = f"""
    CREATE TABLE blocks (block INTEGER PRIMARY KEY, lengths BLOB NOT NULL, roles BLOB NOT NULL, times BLOB NOT NULL);
    CREATE TABLE postings (
        id INTEGER PRIMARY KEY, segment INTEGER NOT NULL, term TEXT NOT NULL,
        docs BLOB NOT NULL, counts BLOB NOT NULL, more BLOB NOT NULL
    );
    CREATE UNIQUE INDEX postings_term ON postings (segment, term);
    {MERGED_SCHEMA}
"""
# `postings` is not WITHOUT ROWID: to find its place, SQLite reads rows of such a table as a whole, and ours are up to
# 200 kB. Those of `terms` fit into a page.

# bm25 as FTS5 computes it, its constants included.
TEXT_WEIGHT: Final = 1.0
K1: Final = 1.2
B: Final = 0.75
IDF_MIN: Final = 1e-6

__all__ = ["CONTEXT_WEIGHT", "Damaged", "Part", "idf"]


class Damaged(sqlite3.DatabaseError):
    """What is stored cannot have been written so. The index is made anew, as for any damage that SQLite finds."""


def idf(messages: int, holding: int) -> float:
    """How much a term tells that `holding` of so many messages hold."""
    found = math.log((messages - holding + 0.5) / (holding + 0.5)) if messages > holding else 0.0
    return found if found > 0 else IDF_MIN


class Part(NamedTuple):
    """Segments whose postings are in `terms` and `chunks`, under this number; `after`: the first that is not in it.

    `filling`: they are being merged into it; what is not in it yet is where it was before.
    """

    number: int
    first: int
    after: int
    filling: bool = False


_PART: Final = struct.Struct("<IIII")


def parts_of(packed: bytes) -> tuple[Part, ...]:
    """The parts, as `state` has them. Raises Damaged."""
    if type(packed) is not bytes or len(packed) % _PART.size:
        raise Damaged("the parts of the impact index are cut")
    return tuple(
        Part(number, first, after, bool(filling)) for number, first, after, filling in _PART.iter_unpack(packed)
    )


def packed_parts(parts: tuple[Part, ...]) -> bytes:
    """The same as it is stored."""
    return b"".join(_PART.pack(*part) for part in parts)


def unmerged(parts: Iterable[Part]) -> int:
    """The first segment whose postings are not, or not all, in a part."""
    return max((part.after for part in parts if not part.filling), default=0)


def next_part(parts: tuple[Part, ...], sealed: int) -> Part | None:
    """The part that is to be filled: one that was begun, or a new one; None where nothing is to be merged."""
    for part in parts:
        if part.filling:
            return part
    first = unmerged(parts)
    after = min(sealed >> SEGMENT_BITS, first + PART_MAX)
    if after - first < MERGE_AT:
        return None
    for part in sorted(parts, key=lambda part: part.first, reverse=True):
        if part.after - part.first > ABSORBED_MAX * (after - first) or after - part.first > PART_MAX:
            break
        first = part.first
    return Part(max((part.number for part in parts), default=0) + 1, first, after, filling=True)

"""How is the impact index laid out, and how does FTS5 rank? What its writer and its readers share, without numpy."""

from __future__ import annotations

import math
import sqlite3
from typing import Final

from ccnode.mind.indexing import CONTEXT_WEIGHT

BLOCK_BITS: Final = 12
BLOCK_SIZE: Final = 1 << BLOCK_BITS
SEGMENT_BITS: Final = 16
SEGMENT_MASK: Final = (1 << SEGMENT_BITS) - 1
FULL: Final = 15  # four bits hold no larger count

SCHEMA: Final = """
    CREATE TABLE blocks (block INTEGER PRIMARY KEY, lengths BLOB NOT NULL, roles BLOB NOT NULL, times BLOB NOT NULL);
    CREATE TABLE postings (
        id INTEGER PRIMARY KEY, segment INTEGER NOT NULL, term TEXT NOT NULL,
        docs BLOB NOT NULL, counts BLOB NOT NULL, more BLOB NOT NULL
    );
    CREATE UNIQUE INDEX postings_term ON postings (segment, term);
"""
# Not WITHOUT ROWID: to find its place, SQLite reads rows of such a table as a whole, and ours are up to 200 kB.

# bm25 as FTS5 computes it, its constants included.
TEXT_WEIGHT: Final = 1.0
K1: Final = 1.2
B: Final = 0.75
IDF_MIN: Final = 1e-6

__all__ = ["CONTEXT_WEIGHT", "Damaged", "idf"]


class Damaged(sqlite3.DatabaseError):
    """What is stored cannot have been written so. The index is made anew, as for any damage that SQLite finds."""


def idf(messages: int, holding: int) -> float:
    """How much a term tells that `holding` of so many messages hold."""
    found = math.log((messages - holding + 0.5) / (holding + 0.5)) if messages > holding else 0.0
    return found if found > 0 else IDF_MIN

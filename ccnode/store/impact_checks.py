"""Does the impact index say the same as FTS5's table, from which it was made?"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

from ccnode.store import directory
from ccnode.store.impact import block_of
from ccnode.store.impact_form import BLOCK_BITS, SEGMENT_BITS, Damaged, parts_of, unmerged

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Sequence

    from ccnode.store.impact import Posting
    from ccnode.store.impact_form import Part
    from ccnode.store.terms import Tokenizer


def differences(connection: sqlite3.Connection, tokenizer: Tokenizer, limit: int) -> Iterator[str]:
    """What is not as the full-text table has it, in words, at most `limit`. Raises sqlite3.Error."""
    sealed, messages, tokens, packed = connection.execute(
        "SELECT sealed, messages, tokens, parts FROM state"
    ).fetchone()
    try:
        parts = parts_of(packed)
    except Damaged as error:
        yield str(error)
        return
    found: list[str] = list(directory.strays(connection, parts))
    seen = [0, 0]
    held = {row[0] for row in connection.execute("SELECT block FROM blocks")}
    blocks = range(sealed >> BLOCK_BITS)
    if held != set(blocks):
        found.append("the impact index has not just the blocks that it says")
    per_segment = 1 << (SEGMENT_BITS - BLOCK_BITS)
    for first in range(0, len(blocks), per_segment):
        segment = first // per_segment
        wanted = _segment(connection, blocks[first : first + per_segment], tokenizer, found, seen)
        found += _posting_differences(connection, segment, wanted, parts, limit)
        if len(found) >= limit:
            break
    between = (unmerged(parts), (sealed - 1) >> SEGMENT_BITS)
    if connection.execute("SELECT 1 FROM postings WHERE segment < ? OR segment > ? LIMIT 1", between).fetchone():
        found.append("the impact index holds terms beyond its end, or where all are merged")
    if len(found) < limit and seen != [messages, tokens]:
        found.append("the impact index miscounts its messages or terms")
    yield from found[:limit]


def _segment(
    connection: sqlite3.Connection, blocks: Iterable[int], tokenizer: Tokenizer, found: list[str], seen: list[int]
) -> dict[str, list[Posting]]:
    """What the postings of a segment are to be, in pieces; wrong blocks are put into `found`."""
    wanted: dict[str, list[Posting]] = {}
    for block in blocks:
        lengths, roles, times, postings = block_of(connection, block, tokenizer)
        seen[0] += int(np.count_nonzero(lengths))
        seen[1] += int(lengths.sum())
        row = connection.execute("SELECT lengths, roles, times FROM blocks WHERE block = ?", (block,)).fetchone()
        if row != (lengths.astype("<u4").tobytes(), roles.tobytes(), times.astype("<i8").tobytes()):
            found.append(f"block {block} of the impact index is not what the ledger says")
        for term, posting in postings.items():
            wanted.setdefault(term, []).append(posting)
    return wanted


def _posting_differences(
    connection: sqlite3.Connection, segment: int, wanted: dict[str, list[Posting]], parts: Sequence[Part], limit: int
) -> list[str]:
    found: list[str] = []
    rows = connection.execute("SELECT term, docs, counts, more FROM postings WHERE segment = ?", (segment,))
    inside = [part for part in parts if part.first <= segment < part.after]
    merged = (directory.stored(connection, part, segment, found) for part in inside)
    for term, stored in chain(((row[0], row[1:]) for row in rows), *merged):
        expected = tuple(b"".join(pieces) for pieces in zip(*wanted.pop(term, ()), strict=True))
        if tuple(stored) != expected:
            found.append(f"the impact index is wrong about a term in its part {segment}")
        if len(found) >= limit:
            return found
    if wanted:
        found.append(f"the impact index lacks {len(wanted)} terms in its part {segment}")
    return found

"""What does the impact index hold, and how is it written? For each term, which messages hold it and how often.

FTS5 finds, but to rank it visits every match one by one, and counts each word's matches anew. Beside it stands, in the
same file and written in the same transactions, what a ranking needs, in the form in which numpy reads it at once:

    blocks     for each 4,096 entry numbers: how many terms each message has, its role and its time
    postings   for each term and 65,536 entry numbers: which messages (`docs`, the low 16 bits of their numbers, in
               order), how often in text and context (`counts`, four bits each), and counts of 15 and more (`more`)

A block is added once the full-text index is beyond it; what is newer is ranked by live.py. Importing this module loads
numpy, so it is imported on first use.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

import numpy as np

from ccnode.store import directory
from ccnode.store.impact_form import BLOCK_BITS, BLOCK_SIZE, FULL, SEGMENT_BITS, SEGMENT_MASK, Damaged, parts_of

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Iterator, Mapping

    from numpy.typing import NDArray

    from ccnode.store.impact_form import Part
    from ccnode.store.terms import Tokenizer

Posting = Sequence[bytes]  # docs, counts, more
PORTION_CHARS: Final = 1024 * 1024
LARGE_BYTES: Final = 12  # of a count that a byte cannot say: message, in the text, in the context
_ADD: Final = (
    "INSERT INTO postings (segment, term, docs, counts, more) VALUES (?, ?, ?, ?, ?)"
    " ON CONFLICT (segment, term) DO UPDATE SET"
    # SQLite calls what `||` gives a text, whatever it was made of.
    " docs = CAST(docs || excluded.docs AS BLOB), counts = CAST(counts || excluded.counts AS BLOB),"
    " more = CAST(more || excluded.more AS BLOB)"
)
_PUT: Final = "INSERT OR REPLACE INTO postings (segment, term, docs, counts, more) VALUES (?, ?, ?, ?, ?)"


@dataclass(frozen=True, slots=True)
class Counted:
    """How often each term occurs in some messages: the term's posting, and each message's number of terms."""

    postings: dict[str, Posting]
    lengths: dict[int, int]


def count(rows: Iterable[tuple[int, str, str]], tokenizer: Tokenizer) -> Counted:
    """Count the terms of messages (number, text, context) of one segment, in the order of their numbers."""
    numbers = _Numbers()
    said: list[int] = []
    sizes: list[int] = []
    places: list[int] = []
    for number, text, context in rows:
        low = (number & SEGMENT_MASK) << 1
        for place, column in ((low, text), (low | 1, context)):
            before = len(said)
            said += [numbers[word] for word in column.split()]
            sizes.append(len(said) - before)
            places.append(place)
    where = np.repeat(np.array(places, np.int64), np.array(sizes, np.int64))
    keys, terms = _keys(np.array(said, np.int64), where, numbers, tokenizer)
    lengths = np.bincount(keys >> 1 & SEGMENT_MASK, minlength=1)
    return Counted(_grouped(keys, terms), {low: int(lengths[low]) for low in np.flatnonzero(lengths).tolist()})


def _count_all(rows: Iterable[tuple[int, str, str]], tokenizer: Tokenizer) -> Counted:
    """The same for messages of any size, a few at a time: counting takes forty times the room of their texts."""
    postings: dict[str, Posting] = {}
    lengths: dict[int, int] = {}
    for some in _portions(rows):
        counted = count(some, tokenizer)
        lengths.update(counted.lengths)
        for term, posting in counted.postings.items():
            held = postings.get(term)
            postings[term] = posting if held is None else tuple(map(bytes.__add__, held, posting))
    return Counted(postings, lengths)


def _portions(rows: Iterable[tuple[int, str, str]]) -> Iterator[list[tuple[int, str, str]]]:
    some: list[tuple[int, str, str]] = []
    size = 0
    for row in rows:
        some.append(row)
        size += len(row[1]) + len(row[2])
        if size > PORTION_CHARS:
            yield some
            some, size = [], 0
    if some:
        yield some


def _keys(
    said: NDArray[np.int64], where: NDArray[np.int64], words: Iterable[str], tokenizer: Tokenizer
) -> tuple[NDArray[np.int64], list[str]]:
    """(term number, place) in one number for each occurrence, and the terms; from the numbers of words and places."""
    words = list(words)
    known = tokenizer.of(words)
    terms: dict[str, int] = {}
    made = [[terms.setdefault(term, len(terms)) for term in known[word]] for word in words]
    each = np.array([len(one) for one in made], np.int64)
    flat = np.array([number for one in made for number in one], np.int64)
    first = (np.cumsum(each) - each)[said]
    if not (each == 1).all():  # some word gives several terms, or none
        repeats = each[said]
        first, where = np.repeat(first, repeats) + _steps(repeats), np.repeat(where, repeats)
    return flat[first] << (SEGMENT_BITS + 1) | where, list(terms)


class _Numbers(dict[str, int]):
    """Numbers words in the order in which they first come."""

    def __missing__(self, word: str) -> int:
        number = self[word] = len(self)
        return number


def _steps(repeats: NDArray[np.int64]) -> NDArray[np.int64]:
    """0, 1, ... for each of these counts, one after the other."""
    ends = np.cumsum(repeats)
    return np.arange(ends[-1] if len(ends) else 0) - np.repeat(ends - repeats, repeats)


def _grouped(keys: NDArray[np.int64], terms: list[str]) -> dict[str, Posting]:
    """Postings from one key (term number, 16 bits of message number, column) for each occurrence."""
    if not len(keys):
        return {}
    keys, occurrences = np.unique(keys, return_counts=True)
    pairs = keys >> 1
    first = np.concatenate(([True], pairs[1:] != pairs[:-1]))
    at = np.cumsum(first) - 1
    pairs = pairs[first]
    in_context = (keys & 1).astype(bool)
    counts = np.zeros((2, len(pairs)), np.uint32)
    counts[0, at[~in_context]] = occurrences[~in_context]
    counts[1, at[in_context]] = occurrences[in_context]
    docs = (pairs & SEGMENT_MASK).astype(np.uint16)
    which = pairs >> SEGMENT_BITS
    starts = np.flatnonzero(np.concatenate(([True], which[1:] != which[:-1])))
    ends = np.append(starts[1:], len(which))
    packed, large = _packed(counts)
    more: dict[str, bytes] = {}
    for one in large:
        term = terms[which[one]]
        row = np.array((docs[one], counts[0, one], counts[1, one]), "<u4")
        more[term] = more.get(term, b"") + row.tobytes()
    doc_bytes, count_bytes = docs.astype("<u2").tobytes(), packed.tobytes()
    return {
        (term := terms[number]): (doc_bytes[2 * start : 2 * end], count_bytes[start:end], more.get(term, b""))
        for number, start, end in zip(which[starts].tolist(), starts.tolist(), ends.tolist(), strict=True)
    }


def _packed(counts: NDArray[np.uint32]) -> tuple[NDArray[np.uint8], list[int]]:
    """Both counts of each message in a byte, and the places where one does not fit."""
    small = np.minimum(counts, FULL).astype(np.uint8)
    return small[0] << 4 | small[1], np.flatnonzero((small == FULL).any(axis=0)).tolist()


def unpacked(posting: Posting) -> tuple[NDArray[np.uint16], NDArray[np.uint32]]:
    """The messages of a posting (low 16 bits, in order), and how often each holds the term: text, context.

    Raises:
        Damaged: it is no posting.
    """
    docs, packed = check(posting)
    counts = np.stack((packed >> 4, packed & FULL)).astype(np.uint32)
    if posting[2]:
        rows = np.frombuffer(posting[2], "<u4").reshape(-1, 3)
        at = np.searchsorted(docs, rows[:, 0])
        if at.max() >= len(docs):
            raise Damaged("a posting counts messages that it does not hold")
        counts[:, at] = rows[:, 1:].T
    return docs, counts


def check(posting: Posting) -> tuple[NDArray[np.uint16], NDArray[np.uint8]]:
    """The arrays of a posting as they are stored. Raises Damaged where their sizes do not fit each other."""
    check_sizes(posting)
    return np.frombuffer(posting[0], "<u2"), np.frombuffer(posting[1], np.uint8)


def check_sizes(posting: Posting) -> None:
    """Raises Damaged where the parts of a posting cannot belong to each other."""
    docs, counts, more = posting
    if not (type(docs) is type(counts) is type(more) is bytes):
        raise Damaged("a posting is no bytes")
    if len(docs) != 2 * len(counts) or not counts or len(more) % LARGE_BYTES:
        raise Damaged("a posting has parts of different lengths")


def _packed_posting(docs: NDArray[np.uint16], counts: NDArray[np.uint32]) -> Posting:
    packed, large = _packed(counts)
    rows = np.stack((docs[large].astype(np.uint32), counts[0, large], counts[1, large]), axis=1) if large else None
    more = rows.astype("<u4").tobytes() if rows is not None else b""
    return docs.astype("<u2").tobytes(), packed.tobytes(), more


# --- writing, within the caller's transaction ---


def add_block(connection: sqlite3.Connection, block: int, tokenizer: Tokenizer) -> None:
    """Add the messages of the next block from the full-text table. Raises sqlite3.Error."""
    run = connection.execute
    lengths, roles, times, postings = block_of(connection, block, tokenizer)
    segment = block << BLOCK_BITS >> SEGMENT_BITS
    connection.executemany(_ADD, [(segment, term, *postings[term]) for term in sorted(postings)])
    parts = (lengths.astype("<u4").tobytes(), roles.tobytes(), times.astype("<i8").tobytes())
    run("INSERT INTO blocks VALUES (?, ?, ?, ?)", (block, *parts))
    totals = (int(np.count_nonzero(lengths)), int(lengths.sum()), (block + 1) << BLOCK_BITS)
    run("UPDATE state SET messages = messages + ?, tokens = tokens + ?, sealed = ?", totals)


def block_of(
    connection: sqlite3.Connection, block: int, tokenizer: Tokenizer
) -> tuple[NDArray[np.uint32], NDArray[np.uint8], NDArray[np.int64], dict[str, Posting]]:
    """What a block is to hold: lengths, roles, times, postings."""
    first, after = block << BLOCK_BITS, (block + 1) << BLOCK_BITS
    texts = "SELECT rowid, text, context FROM message_index WHERE rowid >= ? AND rowid < ? ORDER BY rowid"
    counted = _count_all(connection.execute(texts, (first, after)), tokenizer)
    lengths = np.zeros(BLOCK_SIZE, np.uint32)
    roles, times = np.zeros(BLOCK_SIZE, np.uint8), np.zeros(BLOCK_SIZE, np.int64)
    for low, length in counted.lengths.items():
        lengths[low & (BLOCK_SIZE - 1)] = length
    facts = "SELECT id, role, time FROM ledger.messages WHERE id >= ? AND id < ?"
    for number, role, time in connection.execute(facts, (first, after)):
        roles[number - first], times[number - first] = role, time
    return lengths, roles, times, counted.postings


def amend(
    connection: sqlite3.Connection,
    before: Sequence[tuple[int, str, str]],
    after: Sequence[tuple[int, str, str]],
    tokenizer: Tokenizer,
) -> None:
    """Put messages of finished blocks right: `before` as the full-text table held them, `after` as it is to hold them.

    Both are (number, text, context) in the order of the numbers; a message that is only in one of them comes or goes.

    Raises:
        Damaged: what is stored is not what was counted.
        sqlite3.Error: it cannot be read or written.
    """
    numbers = {row[0] for row in (*before, *after)}
    parts = parts_of(connection.execute("SELECT parts FROM state").fetchone()[0])
    for segment in sorted({number >> SEGMENT_BITS for number in numbers}):
        old, new = (
            count([row for row in rows if row[0] >> SEGMENT_BITS == segment], tokenizer) for rows in (before, after)
        )
        touched = np.array(sorted(n & SEGMENT_MASK for n in numbers if n >> SEGMENT_BITS == segment), np.uint16)
        covering = sorted((one for one in parts if one.first <= segment < one.after), key=lambda one: not one.filling)
        for term in sorted(old.postings.keys() | new.postings.keys()):
            change = partial(_changed, touched=touched, new=new.postings.get(term))
            _amend_term(connection, term, segment, covering, change)
        _amend_lengths(connection, segment << SEGMENT_BITS, touched, new.lengths)


def _amend_term(
    connection: sqlite3.Connection, term: str, segment: int, parts: Sequence[Part], change: directory.Change
) -> None:
    """Change the postings of a term in a segment where they are: while segments are merged, in one place or another."""
    for part in parts:
        if not part.filling or directory.holds(connection, part, term):
            directory.amend(connection, part, term, segment, change)
            return
    key = (segment, term)
    stored = connection.execute(
        "SELECT docs, counts, more FROM postings WHERE segment = ? AND term = ?", key
    ).fetchone()
    new = change(stored)
    if new is not None:
        connection.execute(_PUT, (*key, *new))
    elif stored:
        connection.execute("DELETE FROM postings WHERE segment = ? AND term = ?", key)


def _changed(stored: Posting | None, touched: NDArray[np.uint16], new: Posting | None) -> Posting | None:
    """A posting without the messages that are touched, and with these as they are now."""
    parts = [unpacked(new)] if new else []
    if stored:
        docs, counts = unpacked(stored)
        keep = ~np.isin(docs, touched)
        parts.append((docs[keep], counts[:, keep]))
    docs = np.concatenate([part[0] for part in parts]) if parts else np.zeros(0, np.uint16)
    if not len(docs):
        return None
    order = np.argsort(docs, kind="stable")
    counts = np.concatenate([part[1] for part in parts], axis=1)[:, order]
    return _packed_posting(docs[order], counts)


def _amend_lengths(
    connection: sqlite3.Connection, first: int, touched: NDArray[np.uint16], lengths: Mapping[int, int]
) -> None:
    run = connection.execute
    for block in sorted({(first | low) >> BLOCK_BITS for low in touched.tolist()}):
        row = run("SELECT lengths FROM blocks WHERE block = ?", (block,)).fetchone()
        if row is None or len(row[0]) != 4 * BLOCK_SIZE:
            raise Damaged(f"block {block} is missing or cut")
        stored = np.frombuffer(row[0], "<u4").copy()
        messages, tokens = np.count_nonzero(stored), int(stored.sum())
        for low in touched.tolist():
            if (first | low) >> BLOCK_BITS == block:
                stored[low & (BLOCK_SIZE - 1)] = lengths.get(low, 0)
        run("UPDATE blocks SET lengths = ? WHERE block = ?", (stored.tobytes(), block))
        change = (int(np.count_nonzero(stored) - messages), int(stored.sum()) - tokens)
        run("UPDATE state SET messages = messages + ?, tokens = tokens + ?", change)

"""Does search survive what may happen to it: hostile words, an index that changes under it, is damaged or gone?"""

from __future__ import annotations

import sqlite3
import threading
from typing import TYPE_CHECKING

import pytest

from ccnode.store import memory
from ccnode.store.index import Index
from ccnode_protocol.records import Mark
from tests.store.small_index import make_small
from tests.store.support import saying
from tests.store.test_impact import wrong
from tests.store.test_search import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MIB = 1 << 20
COUNT = 120


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 8 and segments of 32 entry numbers, and few messages that are read without the index."""
    make_small(monkeypatch.setattr)
    monkeypatch.setattr("ccnode.store.corpus.TAIL_MAX", 10)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def index(place: Place) -> Iterator[Index]:
    """The index of COUNT messages, held open by its writer as in the daemon."""
    place.tell(*[f"the sea {at}" for at in range(COUNT)])
    made = Index(place.home.index, place.home.ledger, place.reindexed, place.searcher.found_damage)
    while made.catch_up():
        pass
    yield made
    made.close()


# --- hostile words ---

HUGE = {
    "one word": "x" * MIB,
    "many words": "boat sea " * (MIB // 9),
    "quotes": '"' * MIB,
    "quoted words": '"boat" ' * (MIB // 7),
    "AND": "AND " * (MIB // 4),
    "words and AND": "boat AND " * (MIB // 9),
    "denied": "-boat " * (MIB // 6),
    "minus": "-" * MIB,
    "blanks": " \n\t" * (MIB // 3),
    "NUL": "\x00" * MIB,
    "NUL between": "boat\x00" * (MIB // 5),
    "lone surrogates": "\ud800boat\udfff " * (MIB // 8),
    "combining": "b" + "\u0301" * MIB,
    "unspaced": "\u6d77" * MIB,
    "folding to more": "\ufdfa" * MIB,
    "astral": "\U0001f389" * (MIB // 4),
}
ODD = ("\x00", "boat\x00", "\x00AND\x00", "\ud800", "\udfff AND boat", '"\ud800 boat"', '-"\udc00"', "boat -\ud800",
       "AND AND", 'AND "', '"" AND ""', "- AND -", '-"" AND', "OR", "NOT", "NEAR(", "*", "^", ":", "{}", "()", "+",
       "boat*", "text:boat", "rowid:1", "'", "''", ";", "--", "/*", "%", "_", "\\", "?", "?1", ":a", "@a",
       "$a")  # fmt: skip


@pytest.mark.parametrize("name", HUGE)
def test_a_mebibyte_of_anything_is_a_query(place: Place, index: Index, name: str) -> None:
    told = place.tell("a boat at sea", "Noted.")
    for hit in place.find(HUGE[name]):
        assert all(0 <= start < end <= len(hit.snippet) for start, end in hit.highlights)
    assert isinstance(place.searcher.search(HUGE[name], after=told[0]), list)
    assert isinstance(place.searcher.recall(HUGE[name], []), list)


@pytest.mark.parametrize("text", ODD, ids=ascii)
def test_odd_characters_and_operators_are_only_words(place: Place, index: Index, text: str) -> None:
    told = place.tell("a boat at sea", "Noted.")
    found = {hit.message.digest for hit in place.find(text, 200)}
    assert place.find(f"boat {text}") or "-" in text or "AND" in text
    if "boat" in text and "AND" not in text and "-" not in text and '"' not in text:
        assert told[0] in found
    assert isinstance(place.searcher.recall(text, []), list)
    assert {hit.message.digest for hit in place.find("boat", 200)} == set(told)


# --- at the same time ---


def test_searches_beside_an_index_that_is_written_marked_erased_and_made_anew(
    place: Place, index: Index, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccnode.store.corpus.TAIL_MAX", 2_000)
    hidden = place.tell("a zwetschge by the sea", "Noted.", "And so on")
    place.ledger.append_sync(memory.mark(hidden[0], Mark.DISABLED))
    ended = threading.Event()
    wrongs: list[object] = []

    def look() -> None:
        try:
            while not ended.is_set():
                if len(found := place.find("sea", 200, remembered=True)) < COUNT:
                    wrongs.append(len(found))
                wrongs.extend(hit.message.text for hit in place.find("zwetschge", remembered=True))
                place.searcher.recall("What is at the sea?", [])
        except Exception as error:  # noqa: BLE001  # a thread's errors would be lost
            wrongs.append(error)

    threads = [threading.Thread(target=look) for _ in range(3)]
    for thread in threads:
        thread.start()
    try:
        for number in range(25):
            place.ledger.append_sync(saying(1001, f"more sea {number}"))
            if number % 5 == 1:
                place.ledger.append_sync(lambda tx: tx.execute("INSERT OR IGNORE INTO reindex SELECT id FROM messages"))
            if number % 8 == 3:
                index.make_anew()
            while index.catch_up(messages_max=40):
                pass
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert wrongs == []
    assert wrong(place.home) == []
    assert len(place.find("sea", 200)) == COUNT + 25 + 3


# --- damaged, or gone ---


def overwritten(path: Path) -> None:
    """Every page but the first."""
    data = bytearray(path.read_bytes())
    data[4096:] = b"\xa5" * (len(data) - 4096)
    with path.open("r+b") as file:
        file.write(data)


def garbled(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"no database at all" * 300)


def cut(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(5_000)


def emptied(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(0)


def deleted(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)


def deleted_alone(path: Path) -> None:
    path.unlink()


def replaced(path: Path) -> None:
    deleted(path)
    path.write_bytes(b"something else" * 1_000)


def dropped(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("DROP TABLE postings")
    connection.close()


DAMAGES = (overwritten, garbled, cut, emptied, deleted, deleted_alone, replaced, dropped)


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.__name__)
def test_what_befalls_the_index_while_the_node_runs_is_survived_and_mended(
    place: Place, index: Index, damage: Callable[[Path], None]
) -> None:
    assert len(place.find("sea", 200)) == COUNT
    for number in range(2):  # and once more
        index._connection.execute("PRAGMA main.wal_checkpoint(TRUNCATE)")
        damage(place.home.index)
        assert 10 <= len(place.find("sea", 200)) <= COUNT + number  # the newest, which it reads from the ledger
        assert isinstance(place.searcher.recall("What is at the sea?", []), list)
        place.ledger.append_sync(saying(1001, f"a wave {number} of the sea"))
        for _ in range(5):  # after each commit the daemon has it follow; a search tells it what it met
            while index.catch_up():
                pass
            place.find("sea", 200)
        assert index.progress().behind == 0
        assert len(place.find("sea", 200)) == COUNT + number + 1
        assert wrong(place.home) == []

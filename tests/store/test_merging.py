"""Does a merge of the impact index change nothing that is found, whenever it is looked at, broken off or amended?"""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.store import directory, impact_form, index, index_checks
from ccnode.store.corpus import Corpus
from ccnode.store.directory import Known, Layout
from ccnode.store.impact_form import Part, next_part, packed_parts, parts_of, unmerged
from ccnode.store.index import Index
from ccnode.store.ranking import Allowed, Request, Wanted
from ccnode.store.search import Searcher
from tests.store.small_index import make_rules_small
from tests.store.support import Node
from tests.store.test_impact import (
    EVERYTHING,
    SETTINGS,
    by_fts5,
    catch_up,
    drop,
    file_bytes,
    home,
    ranked,
    reindexed,
    spoil,
    tell,
    wrong,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ccnode.store.home import Home
    from ccnode.store.ledger import Ledger

__all__ = ["home"]
COMMON = ["boat", "sea", "sun", "sand", "wind", "gull", "tide", "dune", "reef", "cove"]
WANTED = {Wanted("sea"): 1.0, Wanted("sun"): 2.0, Wanted("cove"): 1.0, Wanted("w", prefix=True): 1.0}


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    make_rules_small(monkeypatch.setattr)


@contextlib.contextmanager
def indexing(home: Home, ledger: Ledger) -> Iterator[Index]:
    made = Index(home.index, home.ledger, lambda numbers: reindexed(ledger, numbers))
    try:
        yield made
    finally:
        made.close()


def unmerged_index(home: Home, ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Index all that there is, and merge nothing."""
    with monkeypatch.context() as patch:
        patch.setattr(impact_form, "MERGE_AT", 1 << 30)
        catch_up(home, ledger)


def parts(home: Home) -> tuple[Part, ...]:
    with contextlib.closing(sqlite3.connect(home.index)) as connection:
        return parts_of(connection.execute("SELECT parts FROM state").fetchone()[0])


def texts(chance: random.Random, count: int) -> list[str]:
    shares = [2.0**-at for at in range(len(COMMON))]
    found = [" ".join(chance.choices(COMMON, shares, k=chance.randrange(12))) for _ in range(count)]
    for at in range(0, count, 37):
        found[at] += f" rare{at} {'sun ' * (at % 30)}"
    return found


def told(home: Home, count: int = 200, seed: int = 1) -> tuple[Ledger, list[tuple[int, bytes]]]:
    ledger = Node(home.ledger).open()
    return ledger, tell(ledger, texts(random.Random(seed), count))


def answers(home: Home, kept: Corpus | None = None) -> list[object]:
    """What is found, in each of the ways in which it is looked for; by a corpus that was asked before, or a new one."""
    corpus = kept or Corpus(home.index, home.ledger)
    found: list[object] = []
    with corpus.moment() as moment:
        for words, required, excluded in (
            (["sea", "sun", "cove"], [], []),
            (["rare37"], [], []),
            (["rare37", "rare74"], [], ["sand"]),
            (["sea", "reef"], ["sea", "reef"], []),
            (["cove", "boat", "tide"], ["cove", "tide"], ["dune"]),
            (["rare0", "sea"], ["rare0"], []),
            (["rare0", "rare37"], ["rare0", "rare37"], []),
        ):
            wanted = {Wanted(word): 1.0 for word in words} | ({Wanted("ra", prefix=True): 0.5} if excluded else {})
            request = Request(
                wanted, ((EVERYTHING, Allowed()), (3, Allowed(role=0))), frozenset(required), frozenset(excluded)
            )
            lists = moment.rank(request)
            found.append(lists)
            found.extend(moment.parts(one.number, request) for one in lists[0][:5])
    if kept is None:
        corpus.close()
    return found


# --- what is merged, and when ---


def test_parts_are_few_and_hold_each_segment_once() -> None:
    held_parts: tuple[Part, ...] = ()
    written = 0
    for full in range(400):
        while part := next_part(held_parts, full << impact_form.SEGMENT_BITS):
            sources = [one for one in held_parts if part.first <= one.first < part.after]
            written += part.after - part.first
            held_parts = (*(one for one in held_parts if one not in sources), part._replace(filling=False))
        assert full - unmerged(held_parts) < impact_form.MERGE_AT
        ordered = sorted(held_parts, key=lambda part: part.first)
        assert [part.after for part in ordered[:-1]] == [part.first for part in ordered[1:]]
        assert all(part.after - part.first <= impact_form.PART_MAX for part in ordered)
        assert len(ordered) <= 4 + full // impact_form.PART_MAX * 2
        assert len({part.number for part in ordered}) == len(ordered)
        assert parts_of(packed_parts(held_parts)) == held_parts
    assert written < 400 * 10


def test_a_part_that_is_begun_is_filled_first() -> None:
    begun = Part(3, 0, 2, filling=True)
    assert next_part((begun,), 9 << impact_form.SEGMENT_BITS) == begun


def test_while_very_many_messages_are_indexed_some_are_merged(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(impact_form, "PART_MAX", 3)
    ledger, _ = told(home, 400)
    most = 0
    with indexing(home, ledger) as made:
        while made.catch_up(messages_max=20):
            sealed = made._connection.execute("SELECT sealed FROM state").fetchone()[0]
            most = max(most, (sealed >> impact_form.SEGMENT_BITS) - unmerged(parts(home)))
    assert most == 3
    assert [part[1:] for part in parts(home)] == [(0, 3, False), (3, 6, False), (6, 9, False), (9, 12, False)]
    assert wrong(home) == []
    assert ranked(home, WANTED) == pytest.approx(by_fts5(home, WANTED), rel=1e-9)
    ledger.close()


# --- the same before, between and after ---


def test_nothing_changes_at_any_step(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, _ = told(home)
    unmerged_index(home, ledger, monkeypatch)
    assert parts(home) == ()
    before, scores = answers(home), ranked(home, WANTED)
    assert scores == pytest.approx(by_fts5(home, WANTED), rel=1e-9)
    steps = 0
    with indexing(home, ledger) as made:
        while made.catch_up():
            steps += 1
            assert answers(home) == before
            assert ranked(home, WANTED) == scores
            assert wrong(home) == []
    assert steps > 5
    assert parts(home) == (Part(1, 0, 6),)
    ledger.close()


@given(data=st.data())
@SETTINGS
def test_scores_are_those_of_fts5_whatever_is_merged_and_erased(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    from ccnode.store.home import Home

    home = Home(tmp_path_factory.mktemp("home"))
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    ledger = Node(home.ledger).open()
    known: list[int] = []
    kept: dict[int, bytes] = {}
    gone: set[int] = set()
    terms = st.builds(Wanted, st.sampled_from([*COMMON, "rare0", "user", "s", "rar"]), st.booleans())
    for session in range(data.draw(st.integers(1, 4))):
        known += [number for number, _ in tell(ledger, texts(chance, chance.randrange(80)), session)]
        with contextlib.closing(sqlite3.connect(home.ledger)) as connection:
            kept |= dict(connection.execute("SELECT id, sealed FROM entries WHERE sealed IS NOT NULL"))
        with indexing(home, ledger) as made:
            for _ in range(chance.choice([3, 12, 1000])):
                if not made.catch_up(messages_max=chance.choice([9, 500])):
                    break
        some = chance.sample(known, min(len(known), chance.randrange(12)))
        drop(ledger, [number for number in some if number not in gone])
        bring(ledger, {number: kept[number] for number in some if number in gone})
        gone ^= set(some)
        with indexing(home, ledger) as made:
            for _ in range(chance.choice([2, 5, 1000])):
                if not made.catch_up():
                    break
            while made._reindex(500):
                pass
        wanted = dict(Counter(data.draw(st.lists(terms, min_size=1, max_size=5))))
        weights = {one: float(times) for one, times in wanted.items()}
        with contextlib.closing(sqlite3.connect(home.index)) as connection:
            position = connection.execute("SELECT position FROM state").fetchone()[0]
        if position >= max(known, default=0):  # else some are not in FTS5's table yet
            assert ranked(home, weights) == pytest.approx(by_fts5(home, weights), rel=1e-9)
        assert wrong(home) == []
    ledger.close()


def bring(ledger: Ledger, contents: dict[int, bytes]) -> None:
    def job(tx: object) -> None:
        for number, content in contents.items():
            tx.execute("UPDATE entries SET sealed = ? WHERE id = ?", (content, number))  # type: ignore[attr-defined]
            tx.execute("INSERT OR IGNORE INTO reindex VALUES (?)", (number,))  # type: ignore[attr-defined]

    ledger.append_sync(job)


def test_counts_that_a_byte_cannot_say_are_merged(home: Home) -> None:
    ledger = Node(home.ledger).open()
    tell(ledger, ["boat " * 300, "sun", *["sea " * (at % 40) for at in range(150)], "boat " * 20])
    catch_up(home, ledger)
    assert parts(home) != ()
    for word in ("boat", "sea", "sun"):
        wanted = {Wanted(word): 1.0}
        assert ranked(home, wanted) == pytest.approx(by_fts5(home, wanted), rel=1e-12)
    assert wrong(home) == []
    ledger.close()


# --- erased meanwhile ---


@pytest.mark.parametrize("steps", range(0, 60, 4))
def test_what_is_erased_in_the_middle_of_a_merge_leaves_the_files(
    home: Home, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """Of words that come early and late among the terms, so that some have moved already and some not."""
    secrets = [f"{letter}zwetschge{letter}" for letter in "0amz"]
    ledger = Node(home.ledger).open()
    said = texts(random.Random(3), 200)
    for at in (5, 40, 85, 150):
        said[at] += " " + " ".join(secrets)
    numbers = [number for number, _ in tell(ledger, said)]
    unmerged_index(home, ledger, monkeypatch)
    with indexing(home, ledger) as made:
        for _ in range(steps):
            made.catch_up()
        drop(ledger, [numbers[at] for at in (5, 40, 85, 150)])
        assert made.catch_up()
        assert made.catch_up()  # the log is cut
        assert b"zwetschge" not in file_bytes(home)
        assert wrong(home) == []
        while made.catch_up():
            assert wrong(home) == []
    assert b"zwetschge" not in file_bytes(home)
    assert ranked(home, {Wanted(secret): 1.0 for secret in secrets}) == {}
    assert ranked(home, WANTED) == pytest.approx(by_fts5(home, WANTED), rel=1e-9)
    ledger.close()


def test_what_comes_back_is_found_where_it_belongs(home: Home) -> None:
    ledger, messages = told(home)
    numbers = [number for number, _ in messages]
    catch_up(home, ledger)
    before = answers(home)
    with contextlib.closing(sqlite3.connect(home.ledger)) as connection:
        kept = dict(connection.execute("SELECT id, sealed FROM entries WHERE sealed IS NOT NULL"))
    drop(ledger, numbers)
    catch_up(home, ledger)
    assert ranked(home, WANTED) == {}
    with contextlib.closing(sqlite3.connect(home.index)) as connection:
        assert connection.execute("SELECT (SELECT count(*) FROM terms), (SELECT count(*) FROM chunks)").fetchone() == (
            0,
            0,
        )
    bring(ledger, {number: kept[number] for number in numbers})
    catch_up(home, ledger)
    assert answers(home) == before
    assert wrong(home) == []
    ledger.close()


def test_what_is_remembered_of_terms_is_what_the_index_says(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """At each step of a merge, and with what is added, erased and brought back."""
    ledger, messages = told(home)
    unmerged_index(home, ledger, monkeypatch)
    kept = Corpus(home.index, home.ledger)

    def same() -> list[object]:
        found = answers(home)
        assert answers(home, kept) == answers(home, kept) == found
        return found

    before = same()
    with indexing(home, ledger) as made:
        while made.catch_up():
            same()
        numbers = [messages[at][0] for at in (0, 37, 74, 100)]
        with contextlib.closing(sqlite3.connect(home.ledger)) as connection:
            sealed_texts = dict(connection.execute("SELECT id, sealed FROM entries WHERE sealed IS NOT NULL"))
        drop(ledger, numbers)
        while made.catch_up():
            assert same() != before
        bring(ledger, {number: sealed_texts[number] for number in numbers})
        while made.catch_up():
            same()
        assert same() == before
        tell(ledger, texts(random.Random(2), 80), session=2)
        while made.catch_up():
            assert same() != before
    kept.close()
    ledger.close()


def test_little_is_remembered_of_terms_and_nothing_while_they_move(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(directory, "KNOWN_MAX", 2)
    known = Known(1, ((b"1234", b"1", b""),), (), {})
    layout = Layout([Part(1, 0, 2)], 3 << impact_form.SEGMENT_BITS)
    assert list(layout.fresh) == [2]
    for term in ("one", "two", "three"):
        layout.remember(term, known)
    assert [layout.known(term) for term in ("one", "two", "three")] == [None, known, known]
    layout.remember("much", known._replace(held=((2, (b"12" * 3_000, b"1" * 3_000, b"")),)))
    assert layout.known("much") is None
    moving = Layout([Part(1, 0, 2, filling=True)], 3 << impact_form.SEGMENT_BITS)
    moving.remember("one", known)
    assert moving.known("one") is None


# --- crash ---


def test_a_kill_in_the_middle_of_a_merge_leaves_it_right(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger = Node(home.ledger).open()
    chance = random.Random(11)
    for session in range(5):
        tell(ledger, [f"{text} word{chance.randrange(3000)}" for text in texts(chance, 250)], session)
    unmerged_index(home, ledger, monkeypatch)
    before, scores = answers(home), ranked(home, WANTED)
    writer = Path(__file__).with_name("impact_writer.py")
    killed = 0
    for _ in range(25):
        process = subprocess.Popen([sys.executable, str(writer), str(home.root)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()  # it has begun
        time.sleep(chance.random() * 0.1)
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
        killed += any(part.filling for part in parts(home))
        assert answers(home) == before
    assert killed
    assert wrong(home) == []
    catch_up(home, ledger)
    ledger.close()
    assert not any(part.filling for part in parts(home))
    assert wrong(home) == []
    assert answers(home) == before
    assert ranked(home, WANTED) == scores


# --- an index from before there were parts ---


def as_before(home: Home) -> None:
    """Make of an index that has merged nothing one of the version before."""
    for statement in (
        "DROP TABLE terms",
        "DROP TABLE chunks",
        "ALTER TABLE state DROP COLUMN parts",
        f"UPDATE state SET version = {index.UNMERGED}",
    ):
        spoil(home, statement)


def test_an_index_without_parts_is_upgraded_and_nothing_is_indexed_anew(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    ledger, _ = told(home)
    unmerged_index(home, ledger, monkeypatch)
    before = answers(home)
    as_before(home)
    inode = home.index.stat().st_ino
    searcher = Searcher(home.index, home.ledger)
    assert searcher.search("sea", 5)  # of what is newest: the writer has not been here yet
    assert not searcher.found_damage()
    with indexing(home, ledger) as made:
        assert made.progress().behind == 0
        assert answers(home) == before
        while made.catch_up():
            assert answers(home) == before
            assert len(searcher.search("sea", 200)) > 100
    assert home.index.stat().st_ino == inode
    assert parts(home) == (Part(1, 0, 6),)
    assert wrong(home) == []
    searcher.close()
    ledger.close()


def test_searches_go_on_while_it_is_merged(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger, _ = told(home)
    unmerged_index(home, ledger, monkeypatch)
    corpus = Corpus(home.index, home.ledger)
    before = ranked(home, WANTED)
    with corpus.moment() as moment, indexing(home, ledger) as made:
        moment.rank(Request({Wanted("tide"): 1.0}, ((3, Allowed()),)))
        while made.catch_up():
            pass
        (found,) = moment.rank(Request(WANTED, ((EVERYTHING, Allowed()),)))  # of the moment that it began with
        assert {number: score for score, number in found} == before
    assert ranked(home, WANTED) == before
    corpus.close()
    ledger.close()


# --- damage ---

ROWS = "chunks = x'' AND length(counts) > 1"
DAMAGES = {
    "an entry cut": f"UPDATE terms SET docs = x'00' WHERE {ROWS}",
    "an entry of text": f"UPDATE terms SET docs = 'text' WHERE {ROWS}",
    "an entry emptied": "UPDATE terms SET docs = x'', counts = x'', chunks = x''",
    "an entry beyond the end": "UPDATE terms SET docs = x'ffffff00', counts = x'11', more = x'', chunks = x''",
    "an entry of both": "UPDATE terms SET docs = x'01000000', counts = x'11' WHERE chunks <> x''",
    "a list of chunks cut": "UPDATE terms SET chunks = x'0000' WHERE chunks <> x''",
    "a chunk cut": "UPDATE chunks SET docs = x'00'",
    "a chunk of another size": "UPDATE chunks SET docs = x'0000', counts = x'11' WHERE length(counts) > 1",
    "chunks missing": "DELETE FROM chunks WHERE id % 3 = 0",
    "all chunks missing": "DELETE FROM chunks",
    "parts cut": "UPDATE state SET parts = x'00'",
    "chunks' table missing": "DROP TABLE chunks",
}
LIES = {
    "an entry missing": "DELETE FROM terms WHERE term = 'sea'",
    "counts altered": f"UPDATE terms SET counts = zeroblob(length(counts)) WHERE {ROWS}",
    "an entry more": "INSERT INTO terms VALUES (1, 'zzz', x'05000000', x'11', x'', x'')",
    "a part more": "INSERT INTO terms VALUES (9, 'zzz', x'05000000', x'11', x'', x'')",
    "a chunk more": "INSERT INTO chunks VALUES (NULL, x'0100', x'11', x'')",
    "a posting where all are merged": "INSERT INTO postings VALUES (NULL, 0, 'sea', x'0100', x'11', x'')",
    "no part": "UPDATE state SET parts = x''",
    "a part elsewhere": "UPDATE state SET parts = x'01000000010000000600000000000000'",
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_survived_and_mended(home: Home, damage: str) -> None:
    ledger, _ = told(home)
    catch_up(home, ledger)
    before = answers(home)
    searcher = Searcher(home.index, home.ledger)
    count = len(searcher.search("sea sun boat", 200))
    spoil(home, DAMAGES[damage])
    searcher.close()
    searcher = Searcher(home.index, home.ledger)
    assert searcher.search("sea sun boat", 200)  # from the ledger, where it is needed
    for query in ("sea AND sun", "sea AND tide", "rare37 rare74", "cove", "dune reef"):
        searcher.search(query, 200)
    made = Index(home.index, home.ledger, lambda _: None, searcher.found_damage)
    while made.catch_up():
        pass
    made.close()
    ledger.close()
    assert wrong(home) == []
    assert answers(home) == before
    assert len(searcher.search("sea sun boat", 200)) == count
    searcher.close()


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_that_is_found_again_is_seen_by_a_look_at_the_file(home: Home, damage: str) -> None:
    ledger, _ = told(home)
    catch_up(home, ledger)
    ledger.close()
    assert not index_checks.is_wrong(home.index, home.ledger)
    spoil(home, DAMAGES[damage])
    unseen = {"a chunk of another size"}  # but where all is compared with the texts
    assert index_checks.is_wrong(home.index, home.ledger) != (damage in unseen)


@pytest.mark.parametrize("lie", [*LIES, *DAMAGES])
def test_whatever_is_wrong_is_told(home: Home, lie: str) -> None:
    ledger, _ = told(home)
    catch_up(home, ledger)
    ledger.close()
    assert parts(home) == (Part(1, 0, 6),)
    assert wrong(home) == []
    spoil(home, (LIES | DAMAGES)[lie])
    if "table missing" in lie:
        with pytest.raises(sqlite3.Error):
            wrong(home)
    else:
        assert wrong(home) != []


@pytest.mark.parametrize("statement", [DAMAGES["an entry cut"], DAMAGES["a list of chunks cut"]])
def test_a_merge_that_meets_damage_makes_the_index_anew(home: Home, statement: str) -> None:
    ledger, _ = told(home)
    catch_up(home, ledger)
    tell(ledger, texts(random.Random(5), 200), session=2)
    spoil(home, statement)
    catch_up(home, ledger)
    ledger.close()
    assert wrong(home) == []
    assert ranked(home, WANTED) == pytest.approx(by_fts5(home, WANTED), rel=1e-9)


# --- the form ---


@given(rows=st.dictionaries(st.integers(0, 300), st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1))
@SETTINGS
def test_what_is_split_is_joined_again(rows: dict[int, Sequence[int]]) -> None:
    numbers = sorted(rows)
    docs = b"".join(number.to_bytes(4, "little") for number in numbers)
    more = b"".join(
        value.to_bytes(4, "little") for number in numbers if number % 3 == 0 for value in (number, *rows[number])
    )
    entry = directory.Entry(docs, bytes(len(numbers)), more, b"")
    directory.check(entry)
    segments = directory.split(docs, bytes(len(numbers)), more)
    assert [segment for segment, _ in segments] == sorted({number >> 5 for number in numbers})
    assert directory.joined(segments) == entry

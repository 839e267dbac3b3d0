"""Does the impact index rank as FTS5 does, and does it follow every change, erasure, crash and damage?"""

from __future__ import annotations

import contextlib
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from operator import methodcaller
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccnode.mind import indexing
from ccnode.mind.stemming import words
from ccnode.store import best_first, sealed
from ccnode.store.corpus import Corpus
from ccnode.store.home import Home
from ccnode.store.index import Index, differences, open_index
from ccnode.store.ranking import Allowed, Request, Wanted
from ccnode.store.search import Searcher
from ccnode.store.terms import TOKENIZER, Tokenizer
from ccnode_protocol import records
from ccnode_protocol.records import Role
from tests.store.small_index import make_rules_small
from tests.store.support import Node, reader, say, saying, session_id, stored_runs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.store.ledger import Ledger
    from ccnode.store.transaction import Transaction

EVERYTHING = 100_000
WORDS = ("lisbon", "boat", "boats", "running", "caf\u00e9", "cafe", "it's", "o'clock", "42", "x", "\u65e5\u672c\u8a9e",
         "\u0e01\u0e33\u0e25", "stra\u00dfe", "na\u00efve", "the", "a", "allergy", "allergic", "user", "\U0001f389",
         "\u0130stanbul", "\ufb01sh")  # fmt: skip
SETTINGS = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    make_rules_small(monkeypatch.setattr)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "home")
    made.make()
    return made


def reindexed(ledger: Ledger, numbers: Sequence[int]) -> None:
    ledger.append_sync(lambda tx: [tx.execute("DELETE FROM reindex WHERE id = ?", (number,)) for number in numbers])


def catch_up(home: Home, ledger: Ledger, **more: int) -> None:
    index = Index(home.index, home.ledger, lambda numbers: reindexed(ledger, numbers))
    while index.catch_up(**more):
        pass
    index.close()


def wrong(home: Home) -> list[str]:
    with contextlib.closing(open_index(home.index, home.ledger, writable=True)) as connection:
        return differences(connection)


def tell(ledger: Ledger, texts: Sequence[str], session: int = 1) -> list[tuple[int, bytes]]:
    """One conversation in one commit; the entry number and digest of each message."""

    def job(tx: Transaction) -> list[tuple[int, bytes]]:
        tx.append(records.session_opened(session_id(session), None, None))
        told: list[tuple[int, bytes]] = []
        for at, text in enumerate(texts):
            made = say(tx, session, text, told[-1][1] if told else None, Role(at % 2))
            told.append((made.entry, made.digest))
        return told

    return ledger.append_sync(job)


def ranked(home: Home, wanted: dict[Wanted, float], allowed: Allowed | None = None) -> dict[int, float]:
    """Every message that holds any of these, with its score."""
    corpus = Corpus(home.index, home.ledger)
    with corpus.moment() as moment:
        (found,) = moment.rank(Request(wanted, ((EVERYTHING, allowed or Allowed()),)))
    corpus.close()
    assert found == sorted(found, reverse=True)
    return {number: score for score, number in found}


def by_fts5(home: Home, wanted: dict[Wanted, float]) -> dict[int, float]:
    """The same by FTS5's own bm25."""
    phrases = [f'"{one.term}"' + "*" * one.prefix for one, times in wanted.items() for _ in range(int(times))]
    with contextlib.closing(sqlite3.connect(home.index)) as connection:
        return {
            number: -score
            for number, score in connection.execute(
                "SELECT rowid, bm25(message_index, 1.0, ?) FROM message_index WHERE message_index MATCH ?",
                (indexing.CONTEXT_WEIGHT, " OR ".join(phrases)),
            )
        }


TEXTS = st.lists(st.lists(st.sampled_from(WORDS), max_size=40).map(" ".join), min_size=1, max_size=90)
WANTED = st.dictionaries(
    st.tuples(st.sampled_from(WORDS), st.booleans()), st.integers(1, 3), min_size=1, max_size=8
)  # word, prefix -> times


@given(texts=TEXTS, asked=st.lists(WANTED, min_size=1, max_size=4), chance=st.integers(0, 2**32))
@SETTINGS
def test_scores_are_those_of_fts5(
    texts: list[str], asked: list[dict[tuple[str, bool], int]], chance: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    ledger = Node(home.ledger, seed=chance % 200 + 1).open()
    tell(ledger, texts)
    catch_up(home, ledger, messages_max=chance % 7 + 1)
    ledger.close()
    tokenizer = Tokenizer()
    for one in asked:
        wanted: Counter[Wanted] = Counter()
        for (word, prefix), times in one.items():
            for folded in words(word):
                for term in tokenizer.terms([folded]):
                    wanted[Wanted(term, prefix)] += times
        if wanted:
            weights = {term: float(times) for term, times in wanted.items()}
            # FTS5 stems what it is asked for, so it is asked only for what stemming leaves as it is.
            weights = {each: times for each, times in weights.items() if tokenizer.terms([each.term]) == [each.term]}
            assert ranked(home, weights) == pytest.approx(by_fts5(home, weights) if weights else {}, rel=1e-9)
    tokenizer.close()
    assert wrong(home) == []


@given(texts=st.lists(st.text(max_size=60), max_size=8))
@SETTINGS
def test_terms_are_those_of_fts5(texts: list[str]) -> None:
    indexed = [indexing.index_text("user", text) for text in texts]
    with contextlib.closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(f"CREATE VIRTUAL TABLE t USING fts5(text, tokenize = '{TOKENIZER}')")
        connection.execute("CREATE VIRTUAL TABLE v USING fts5vocab(t, 'instance')")
        connection.executemany("INSERT INTO t (rowid, text) VALUES (?, ?)", enumerate(indexed))
        found: dict[int, list[str]] = {}
        for doc, term in connection.execute("SELECT doc, term FROM v ORDER BY doc, offset"):
            found.setdefault(doc, []).append(term)
    tokenizer = Tokenizer()
    assert [tokenizer.terms(text.split()) for text in indexed] == [found.get(at, []) for at in range(len(indexed))]
    tokenizer.close()


def test_what_is_remembered_of_words_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccnode.store.terms.KNOWN_MAX", 10)
    tokenizer = Tokenizer()
    for number in range(50):
        assert tokenizer.terms([f"boats{number}", "boats"]) == [f"boats{number}", "boat"]
        assert len(tokenizer.of(())) <= 11
    tokenizer.close()


@pytest.mark.parametrize("times", [14, 15, 16, 255, 300, 70_000])
def test_large_counts_are_exact(home: Home, times: int) -> None:
    ledger = Node(home.ledger).open()
    tell(ledger, ["boat " * times, "a boat", "no", "car " * 20, *["filler"] * 30])
    catch_up(home, ledger)
    ledger.close()
    for word in ("boat", "car", "filler"):
        wanted = {Wanted(word): 1.0}
        assert ranked(home, wanted) == pytest.approx(by_fts5(home, wanted), rel=1e-12)
    assert wrong(home) == []


def test_new_messages_rank_among_the_old_ones_before_and_after_they_are_indexed(home: Home) -> None:
    ledger = Node(home.ledger).open()
    texts = [f"boat {'sea ' * (at % 5)}" for at in range(60)]
    tell(ledger, texts[:37])
    catch_up(home, ledger)
    tell(ledger, texts[37:], session=2)
    before = ranked(home, {Wanted("boat"): 1.0, Wanted("sea"): 1.0})
    catch_up(home, ledger)
    ledger.close()
    assert before == pytest.approx(ranked(home, {Wanted("boat"): 1.0, Wanted("sea"): 1.0}), rel=1e-12)
    assert len(before) == 60


@given(data=st.data())
@SETTINGS
def test_lists_take_what_they_allow(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    home = Home(tmp_path_factory.mktemp("home"))
    ledger = Node(home.ledger).open()
    for session in range(3):
        tell(ledger, ["boat"] * data.draw(st.integers(1, 40)), session)
    catch_up(home, ledger)
    with contextlib.closing(sqlite3.connect(home.ledger)) as connection:
        rows = connection.execute("SELECT id, role, time FROM messages").fetchall()
    ledger.close()
    times = st.none() | st.sampled_from([time for _, _, time in rows])
    numbers = st.none() | st.frozensets(st.sampled_from([number for number, _, _ in rows]), max_size=20)
    allowed = Allowed(data.draw(st.none() | st.integers(0, 2)), data.draw(times), data.draw(times), data.draw(numbers))
    expected = {
        number
        for number, role, time in rows
        if (allowed.role is None or role == allowed.role)
        and (allowed.since is None or time >= allowed.since)
        and (allowed.until is None or time < allowed.until)
        and (allowed.numbers is None or number in allowed.numbers)
    }
    assert ranked(home, {Wanted("boat"): 1.0}, allowed).keys() == expected


def test_the_best_come_out_of_every_length_of_list(home: Home) -> None:
    ledger = Node(home.ledger).open()
    chance = random.Random(4)
    tell(ledger, [" ".join(chance.choices(["boat", "sea", "sun", "sand", "wind"], k=6)) for _ in range(150)])
    catch_up(home, ledger)
    ledger.close()
    corpus = Corpus(home.index, home.ledger)
    wanted = {Wanted("boat"): 1.0, Wanted("sea"): 1.0}
    with corpus.moment() as moment:
        (everything,) = moment.rank(Request(wanted, ((EVERYTHING, Allowed()),)))
        for count in (1, 2, 3, 7, 30, 149):
            assert moment.rank(Request(wanted, ((count, Allowed()),)))[0] == everything[:count]
        some = Request(wanted, ((5, Allowed(role=0)), (9, Allowed())), skip={number for _, number in everything[:3]})
        first, second = moment.rank(some)
    corpus.close()
    assert second == everything[3:12]
    assert len(first) == 5


RARE = [f"island{number}" for number in range(12)]
COMMON = ["boat", "sea", "sun", "sand", "wind", "gull"]


@given(data=st.data())
@SETTINGS
def test_the_likely_are_what_the_rarest_words_put_first(
    data: st.DataObject, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """As many as are wanted where there are; each holds a word that is asked for, and its score is at most the whole.

    Where the rare words find too few, or all words are rare, the lists are the exact ones.
    """
    home = Home(tmp_path_factory.mktemp("home"))
    ledger = Node(home.ledger).open()
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    said = [" ".join(chance.choices(COMMON, k=3) + chance.choices(RARE, k=chance.randint(0, 2))) for _ in range(150)]
    tell(ledger, said)
    catch_up(home, ledger)
    ledger.close()
    words = data.draw(st.lists(st.sampled_from(COMMON + RARE), min_size=1, max_size=6, unique=True))
    wanted = {Wanted(word): 1.0 for word in words}
    numbers = frozenset(data.draw(st.sets(st.integers(1, 160), max_size=30)))
    count, skip = data.draw(st.integers(1, 30)), frozenset(data.draw(st.sets(st.integers(1, 160), max_size=20)))
    exact = Request(
        wanted, ((count, Allowed(role=0)), (count, Allowed()), (count, Allowed(numbers=numbers))), skip=skip
    )
    corpus = Corpus(home.index, home.ledger)
    with pytest.MonkeyPatch.context() as patch, corpus.moment() as moment:
        patch.setattr(sealed, "FEW_MAX", data.draw(st.sampled_from([0, 400])))
        postings = data.draw(st.sampled_from([0, 20, 60, 10_000]))
        patch.setattr(best_first, "LIKELY_MIN", postings)
        lists = moment.rank(exact)
        likely = moment.rank(replace(exact, likely=True))
        whole = {one.number: one.score for one in moment.rank(Request(wanted, ((EVERYTHING, Allowed()),)))[0]}
    corpus.close()
    assert [len(found) for found in likely] == [len(found) for found in lists]
    for found, best in zip(likely, lists, strict=True):
        assert found == sorted(found, reverse=True)
        assert not skip.intersection(one.number for one in found)
        assert all(one.score <= whole[one.number] * (1 + 1e-9) for one in found)
        if postings == 10_000:  # of all words
            assert [one.number for one in found] == [one.number for one in best]
    assert {one.number for one in likely[2]} <= numbers


@given(data=st.data())
@SETTINGS
def test_short_lists_begin_as_long_ones(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What cannot come into a list is passed over, and that must not be seen."""
    home = Home(tmp_path_factory.mktemp("home"))
    ledger = Node(home.ledger).open()
    chance = random.Random(data.draw(st.integers(0, 2**32)))
    shares = [2.0 ** -data.draw(st.integers(0, 6)) for _ in COMMON]
    tell(ledger, [" ".join(chance.choices(COMMON, shares, k=chance.randrange(12))) for _ in range(120)])
    catch_up(home, ledger)
    ledger.close()
    term = st.builds(Wanted, st.sampled_from(COMMON), st.booleans())
    wanted = data.draw(st.dictionaries(term, st.floats(0.5, 3), min_size=1))
    required = frozenset(data.draw(st.sets(st.sampled_from([one.term for one in wanted if not one.prefix] or [""]))))
    excluded = frozenset(data.draw(st.sets(st.sampled_from(COMMON), max_size=2)))
    count = data.draw(st.integers(1, 40))
    roles = data.draw(st.lists(st.none() | st.integers(0, 1), min_size=1, max_size=3))
    skip = data.draw(st.sets(st.integers(1, 130), max_size=20))
    lists = tuple((count, Allowed(role)) for role in roles)
    longer = tuple((EVERYTHING, allowed) for _, allowed in lists)
    more = {"required": required - {""}, "excluded": excluded, "skip": skip}
    corpus = Corpus(home.index, home.ledger)
    with pytest.MonkeyPatch.context() as patch, corpus.moment() as moment:
        patch.setattr(best_first, "EARLY_MAX", data.draw(st.sampled_from([0, 12, 60, 200, 1_000])))
        patch.setattr(best_first, "SINGLY_MAX", data.draw(st.sampled_from([0, 4, 60])))
        patch.setattr(best_first, "MANY", data.draw(st.sampled_from([0, 6, 1_000])))
        short = moment.rank(Request(wanted, lists, **more))  # type: ignore[arg-type]
        whole = moment.rank(Request(wanted, longer, **more))  # type: ignore[arg-type]
        rows = moment.connection.execute("SELECT rowid, text, context FROM message_index").fetchall()
        for found, everything in zip(short, whole, strict=True):
            assert [number for _, number in found] == [number for _, number in everything[:count]]
            assert [score for score, _ in found] == pytest.approx([score for score, _ in everything[:count]])
        scores = {number: score for score, number in moment.rank(Request(wanted, ((EVERYTHING, Allowed()),)))[0]}
        for score, number in short[0]:
            assert scores[number] == pytest.approx(score)
            parts = moment.parts(number, Request(wanted, lists))
            assert sum(part.score for part in parts) == pytest.approx(score)
    corpus.close()
    held = {number: {*text.split(), *context.split()} for number, text, context in rows}
    users = {number for number, text, _ in rows if text.startswith("user")}
    allowed = {n for n in scores if more["required"] <= held[n] and held[n].isdisjoint(excluded)} - skip
    for (_, taken), everything in zip(longer, whole, strict=True):
        expected = {n for n in allowed if taken.role is None or (n in users) == (taken.role == 0)}
        assert {number for _, number in everything} == expected


# --- what changes ---


def mutable_ledger(home: Home, count: int = 60) -> tuple[Ledger, list[tuple[int, bytes]]]:
    ledger = Node(home.ledger).open()
    told = tell(ledger, [f"boat{at} sea {'sun ' * (at % 20)}" for at in range(count)])
    catch_up(home, ledger)
    return ledger, told


def drop(ledger: Ledger, numbers: Sequence[int]) -> None:
    """Take contents away as an erasure does."""

    def job(tx: Transaction) -> None:
        for number in numbers:
            tx.execute("UPDATE entries SET sealed = NULL WHERE id = ?", (number,))
            tx.execute("INSERT OR IGNORE INTO reindex VALUES (?)", (number,))

    ledger.append_sync(job)


def file_bytes(home: Home) -> bytes:
    return b"".join(path.read_bytes() for path in home.root.glob("index.sqlite*"))


def test_erased_terms_leave_the_files(home: Home) -> None:
    ledger = Node(home.ledger).open()
    secret = "zyzzyvaquark"
    texts = ["sea and sun"] * 90
    for at in (5, 40, 85):
        texts[at] = f"the {secret}{at} at sea"
    told = tell(ledger, texts)
    catch_up(home, ledger)
    assert secret.encode() in file_bytes(home)
    assert len(ranked(home, {Wanted(secret, prefix=True): 1.0})) == 9  # three, and the two turns after each
    drop(ledger, [told[at][0] for at in (5, 40, 85)])
    assert ranked(home, {Wanted("sea"): 1.0}).keys().isdisjoint(told[at][0] for at in (5, 40, 85))
    catch_up(home, ledger)
    ledger.close()
    assert secret.encode() not in file_bytes(home)
    assert ranked(home, {Wanted(secret, prefix=True): 1.0}) == {}
    assert wrong(home) == []


def number_word(number: int) -> str:
    """A word that shares no beginning with others: FTS5 stores what neighbours share once."""
    return f"{number:02}zyzzyvaquark"


def test_what_was_erased_is_purged_once_for_all_and_after_a_crash_too(home: Home) -> None:
    ledger = Node(home.ledger).open()
    told = tell(ledger, [f"{number_word(at)} boat" for at in range(60)])
    catch_up(home, ledger)
    drop(ledger, [number for number, _ in told[:40]])
    index = Index(home.index, home.ledger, lambda numbers: reindexed(ledger, numbers))
    statements: list[str] = []
    index._connection.set_trace_callback(statements.append)
    for _ in range(4):
        assert index.catch_up(messages_max=10) == 10
    index.close()  # as if it crashed between the two
    assert not any("optimize" in statement for statement in statements)
    with contextlib.closing(open_index(home.index, home.ledger, writable=False)) as reader_of_index:
        reader_of_index.execute("BEGIN")
        reader_of_index.execute("SELECT * FROM state").fetchone()
        index = Index(home.index, home.ledger, lambda numbers: reindexed(ledger, numbers))
        index._connection.execute("PRAGMA busy_timeout = 50")
        assert index.catch_up() == 0  # a reader is in the way: the log may not be cut
        index.close()
        assert reader_of_index.execute("SELECT purge FROM state").fetchone() == (1,)  # as it began
        reader_of_index.rollback()
        assert reader_of_index.execute("SELECT purge FROM state").fetchone() == (2,)
    catch_up(home, ledger)
    data = file_bytes(home)
    assert [at for at in range(60) if number_word(at).encode() in data] == list(range(40, 60))
    with contextlib.closing(open_index(home.index, home.ledger, writable=False)) as connection:
        assert connection.execute("SELECT purge FROM state").fetchone() == (0,)
    assert wrong(home) == []
    ledger.close()


@pytest.mark.parametrize("seed", range(12))
def test_contents_that_go_and_come_leave_it_as_if_made_anew(home: Home, seed: int) -> None:
    ledger, told = mutable_ledger(home)
    chance = random.Random(seed)
    with contextlib.closing(sqlite3.connect(home.ledger)) as connection:
        kept = dict(connection.execute("SELECT id, sealed FROM entries"))
    gone: set[int] = set()
    for _ in range(6):
        some = [number for number, _ in chance.sample(told, chance.randrange(1, 25))]
        drop(ledger, [number for number in some if number not in gone])
        back = [number for number in some if number in gone]

        def bring(tx: Transaction, back: list[int] = back) -> None:
            for number in back:
                tx.execute("UPDATE entries SET sealed = ? WHERE id = ?", (kept[number], number))
                tx.execute("INSERT OR IGNORE INTO reindex VALUES (?)", (number,))

        ledger.append_sync(bring)
        gone = (gone | set(some)) - set(back)
        catch_up(home, ledger, messages_max=chance.choice([3, 500]))
        assert wrong(home) == []
        wanted = {Wanted("sea"): 1.0, Wanted("sun"): 1.0}
        assert ranked(home, wanted) == pytest.approx(by_fts5(home, wanted), rel=1e-9)
    ledger.close()


def test_late_ancestors_become_context(home: Home, tmp_path: Path) -> None:
    first = Node(tmp_path / "first.sqlite", seed=2).open()
    told = tell(first, [f"boat{at} sea" for at in range(30)])
    first.close()
    with contextlib.closing(reader(tmp_path / "first.sqlite")) as connection:
        ancestors = stored_runs(connection)
    second = Node(tmp_path / "second.sqlite", seed=3).open()
    for chain, runs in ancestors.items():
        second.append_sync(methodcaller("receive", chain, runs))
    parent = told[-1][1]
    for at in range(30):
        parent = second.append_sync(saying(1, f"car{at} road", parent)).digest
    second.close()
    with contextlib.closing(reader(tmp_path / "second.sqlite")) as connection:
        descendants = {chain: runs for chain, runs in stored_runs(connection).items() if chain not in ancestors}
    ledger = Node(home.ledger).open()
    catch_up(home, ledger)
    for chains in (descendants, ancestors):
        for chain, runs in chains.items():
            ledger.append_sync(methodcaller("receive", chain, runs))
        beforehand = ranked(home, {Wanted("boat29"): 1.0})
        catch_up(home, ledger)
        assert ranked(home, {Wanted("boat29"): 1.0}).keys() == beforehand.keys()
        assert wrong(home) == []
    ledger.close()
    assert len(ranked(home, {Wanted("boat29"): 1.0})) == 3  # itself, and the two after it, which came before it


# --- crash and damage ---


def test_a_kill_at_any_time_leaves_it_right(home: Home) -> None:
    ledger = Node(home.ledger).open()
    for session in range(6):
        tell(ledger, [f"boat{at} sea sun sand" for at in range(250)], session)
    ledger.close()
    chance = random.Random(7)
    writer = Path(__file__).with_name("impact_writer.py")
    killed = 0
    for _ in range(12):
        process = subprocess.Popen([sys.executable, str(writer), str(home.root)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        process.stdout.readline()  # it has begun
        time.sleep(chance.random() * 0.15)
        process.send_signal(signal.SIGKILL)
        killed += process.wait() == -signal.SIGKILL
        process.stdout.close()
        assert wrong(home) == []
    assert killed
    index = Index(home.index, home.ledger, lambda _: None)
    while index.catch_up():
        pass
    index.close()
    assert wrong(home) == []
    assert len(ranked(home, {Wanted("sea"): 1.0})) == 1500


DAMAGES = {
    "a posting cut": "UPDATE postings SET docs = x'00' WHERE term = 'sea'",
    "a posting of text": "UPDATE postings SET docs = 'text' WHERE term = 'sea'",
    "a posting emptied": "UPDATE postings SET docs = x'', counts = x'' WHERE term = 'sea'",
    "more of nothing": "UPDATE postings SET more = x'ff0000000100000001000000' WHERE term = 'sea'",
    "more cut": "UPDATE postings SET more = x'ff' WHERE term = 'sea'",
    "a posting beyond the end": "UPDATE postings SET docs = x'ffff', counts = x'11', more = x'' WHERE term = 'sea'",
    "a block missing": "DELETE FROM blocks WHERE block = 2",
    "a block cut": "UPDATE blocks SET lengths = x'00'",
    "a table missing": "DROP TABLE postings",
}
LIES = {
    "postings missing": "DELETE FROM postings WHERE term = 'sea'",
    "counts altered": "UPDATE postings SET counts = zeroblob(length(counts)) WHERE term = 'sea'",
    "a posting more": "INSERT INTO postings VALUES (NULL, 0, 'zzz', x'0100', x'11', x'')",
    "a segment more": "INSERT INTO postings VALUES (NULL, 999, 'zzz', x'0100', x'11', x'')",
    "totals altered": "UPDATE state SET tokens = tokens + 1",
    "lengths altered": "UPDATE blocks SET lengths = zeroblob(32) WHERE block = 1",
    "roles altered": "UPDATE blocks SET roles = zeroblob(8) WHERE block = 1",
    "times altered": "UPDATE blocks SET times = zeroblob(64) WHERE block = 1",
}


def spoil(home: Home, statement: str) -> None:
    with contextlib.closing(sqlite3.connect(home.index)) as connection:
        connection.execute(statement)
        connection.commit()


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_survived_and_mended(home: Home, damage: str) -> None:
    ledger, _ = mutable_ledger(home)
    searcher = Searcher(home.index, home.ledger)
    assert len(searcher.search("sea", 100)) == 60
    spoil(home, DAMAGES[damage])
    searcher.close()
    searcher = Searcher(home.index, home.ledger)
    assert len(searcher.search("sea", 100)) == 60  # from the ledger
    index = Index(home.index, home.ledger, lambda _: None, searcher.found_damage)  # a missing table is seen here
    while index.catch_up():
        pass
    index.close()
    ledger.close()
    assert wrong(home) == []
    assert len(searcher.search("sea", 100)) == 60
    searcher.close()


@pytest.mark.parametrize("lie", [*LIES, *DAMAGES])
def test_whatever_is_wrong_is_told(home: Home, lie: str) -> None:
    ledger, _ = mutable_ledger(home)
    ledger.close()
    assert wrong(home) == []
    spoil(home, (LIES | DAMAGES)[lie])
    if lie == "a table missing":
        with pytest.raises(sqlite3.Error):
            wrong(home)
    else:
        assert wrong(home) != []


def test_a_change_that_meets_damage_makes_the_index_anew(home: Home) -> None:
    ledger, told = mutable_ledger(home)
    spoil(home, DAMAGES["a posting cut"])
    drop(ledger, [told[3][0]])
    catch_up(home, ledger)
    ledger.close()
    assert wrong(home) == []
    assert told[3][0] not in ranked(home, {Wanted("sea"): 1.0})


def test_a_reader_follows_an_index_that_is_made_anew(home: Home) -> None:
    ledger, _ = mutable_ledger(home)
    searcher = Searcher(home.index, home.ledger)
    assert len(searcher.search("sea", 100)) == 60
    index = Index(home.index, home.ledger, lambda _: None)
    index.make_anew()
    assert len(searcher.search("sea", 100)) == 60
    while index.catch_up():
        assert len(searcher.search("sea", 100)) == 60
    index.close()
    ledger.append_sync(lambda tx: say(tx, 1, "more of the sea"))
    assert len(searcher.search("sea", 100)) == 61
    searcher.close()
    ledger.close()


def test_an_index_of_the_version_before_is_made_anew(home: Home) -> None:
    ledger, _ = mutable_ledger(home)
    spoil(home, "UPDATE state SET version = 1")
    catch_up(home, ledger)
    ledger.close()
    assert wrong(home) == []
    assert len(ranked(home, {Wanted("sea"): 1.0})) == 60


def test_a_young_node_loads_no_numpy(tmp_path: Path) -> None:
    program = (
        "import sys; sys.path[:0] = sys.argv[2:]; import pathlib;"
        "from tests.store.test_impact import tell, catch_up, Home, Node;"
        "[sys.modules.pop(name) for name in list(sys.modules) if name.startswith(('numpy', 'ccnode.store.impact',"
        " 'ccnode.store.s')) and name != 'ccnode.store.impact_form'];"
        "home = Home(pathlib.Path(sys.argv[1])); home.make(); ledger = Node(home.ledger).open();"
        "tell(ledger, ['the sea', 'a boat']); catch_up(home, ledger);"
        "from ccnode.store.search import Searcher; found = Searcher(home.index, home.ledger).search('sea');"
        "assert len(found) == 2, found; assert 'numpy' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path), *sys.path], check=True)

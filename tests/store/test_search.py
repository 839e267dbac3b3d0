"""What does a search find, in which order, why, and what of it is shown? With and without an index."""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccnode.mind.prompt_types import PromptMessage
from ccnode.store import query, shown
from ccnode.store.errors import StoreError
from ccnode.store.home import Home
from ccnode.store.index import Index, differences, open_index
from ccnode.store.query import Query, parse
from ccnode.store.search import Filters, Searcher
from ccnode.store.snippets import CHARS, snippet
from ccnode.store.terms import Tokenizer
from ccnode_protocol import hlc, records
from ccnode_protocol.records import MessageMeta, Role
from tests.store.support import DAY_MS, START_MS, Node, session_id

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ccnode.store.search import Hit
    from ccnode.store.transaction import Transaction

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


class Place:
    """A node's ledger and index, and a searcher of them."""

    def __init__(self, root: Path) -> None:
        self.home = Home(root)
        self.home.make()
        self.node = Node(self.home.ledger)
        self.ledger = self.node.open()
        self.searcher = Searcher(self.home.index, self.home.ledger)
        self.sessions = 0

    def close(self) -> None:
        self.searcher.close()
        self.ledger.close()

    def tell(self, *texts: str, session: int | None = None, said_ms: int | None = None) -> list[bytes]:
        """A conversation, the user first; `said_ms`: when its first message was said elsewhere, the others later."""
        self.sessions += 1
        identifier = session_id(session or 1000 + self.sessions)

        def job(tx: Transaction) -> list[bytes]:
            tx.append(records.session_opened(identifier, None, None))
            told: list[bytes] = []
            for at, text in enumerate(texts):
                said = None if said_ms is None else said_ms + at
                meta = MessageMeta(identifier, Role(at % 2), told[-1] if told else None, said_ms=said)
                told.append(tx.append(records.message(meta, text), meta).digest)
            return told

        return self.ledger.append_sync(job)

    def catch_up(self) -> None:
        index = Index(self.home.index, self.home.ledger, self.reindexed)
        while index.catch_up():
            pass
        index.close()

    def reindexed(self, numbers: Sequence[int]) -> None:
        self.ledger.append_sync(lambda tx: [tx.execute("DELETE FROM reindex WHERE id = ?", (one,)) for one in numbers])

    def find(self, text: str, limit: int = 20, **filters: object) -> list[Hit]:
        return self.searcher.search(text, limit, Filters(**filters))  # type: ignore[arg-type]

    def texts(self, text: str, limit: int = 20, **filters: object) -> list[str]:
        """What those found say that say a word themselves."""
        hits = self.find(text, limit, **filters)
        return [hit.message.text or "" for hit in hits if any(why.where == "text" for why in hit.why)]


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture(params=["indexed", "not indexed", "half indexed"])
def three(request: pytest.FixtureRequest, place: Place) -> Place:
    """Three conversations, all in the index, none, or one."""
    tell = [
        ("My sister Nora moved to Lisbon", "Noted.", "She loves the boats there", "Boats are fine."),
        ("The hotel in Lisbon was loud", "Sorry to hear that.", "The boat trip to the island was lovely", "Lovely."),
        ("My passport number is 4711", "I keep it.", "Boats, boats and boats", "Indeed."),
    ]
    for texts in tell[:1]:
        place.tell(*texts)
    if request.param == "half indexed":
        place.catch_up()
    for texts in tell[1:]:
        place.tell(*texts)
    if request.param == "indexed":
        place.catch_up()
    return place


def test_words_are_found_in_all_their_forms_best_first(three: Place) -> None:
    assert three.texts("boat")[0] == "Boats, boats and boats"
    assert set(three.texts("BOATS")) == {
        "Boats, boats and boats", "She loves the boats there", "Boats are fine.",
        "The boat trip to the island was lovely",
    }  # fmt: skip
    assert three.texts("lisbon hotel")[0] == "The hotel in Lisbon was loud"
    assert three.texts("the number of my passport") == ["My passport number is 4711"]


def test_operators(three: Place) -> None:
    assert three.texts("lisbon AND nora") == ["My sister Nora moved to Lisbon"]
    assert three.texts("lisbon -hotel") == ["My sister Nora moved to Lisbon"]
    assert three.texts("lisbon AND nora -moved") == []
    assert three.texts('"boat trip"') == ["The boat trip to the island was lovely"]
    assert three.texts('"trip boat"') == []
    assert three.texts('"hotel in lisbon"') == ["The hotel in Lisbon was loud"]
    assert three.texts('"hotel of lisbon"') == []
    assert three.texts('"moved to lisbon" boats')[0] == "My sister Nora moved to Lisbon"
    assert three.texts('"the island" AND lovely') == ["The boat trip to the island was lovely"]
    assert three.texts("-lisbon") == []
    assert three.texts("lisbon and nora")[0] == "My sister Nora moved to Lisbon"


def test_only_stop_words(three: Place) -> None:
    assert [hit.message.text for hit in three.find("to the")] == ["The boat trip to the island was lovely"]
    assert [hit.message.text for hit in three.find('"to the"')] == ["The boat trip to the island was lovely"]
    assert three.find('"the to"') == []
    assert [hit.message.text for hit in three.find("that", role="assistant")] == ["Sorry to hear that."]
    (hit,) = three.find("to the")
    assert [hit.snippet[start:end] for start, end in hit.highlights] == ["The", "to", "the"]


def test_why_and_highlights(three: Place) -> None:
    hit = three.find("lisbon hotels")[0]
    assert [why.word for why in hit.why] == ["hotels", "lisbon"]
    assert sum(why.share for why in hit.why) == pytest.approx(1)
    assert {why.where for why in hit.why} == {"text"}
    assert hit.score > 0
    assert hit.snippet == "The hotel in Lisbon was loud"
    assert [hit.snippet[start:end] for start, end in hit.highlights] == ["hotel", "Lisbon"]
    after = next(hit for hit in three.find("hotel") if hit.message.text == "Sorry to hear that.")
    assert [(why.word, why.where) for why in after.why] == [("hotel", "context")]
    assert after.highlights == ()


def test_limits(three: Place) -> None:
    assert len(three.find("boat", 1)) == 1
    assert len(three.find("boat", -5)) == 1
    assert [hit.message.id for hit in three.find("boat", 3)] == [hit.message.id for hit in three.find("boat", 100)][:3]


# --- filters ---


def test_filters(place: Place) -> None:
    for number in range(40):
        place.tell("a boat", "the boat", session=number + 1, said_ms=START_MS - DAY_MS * number)
    place.catch_up()
    place.tell("a new boat", session=77)
    everything = place.find("boat", 200)
    assert len(everything) == 81
    assert {hit.message.role for hit in place.find("boat", 200, role="user")} == {"user"}
    assert len(place.find("boat", 200, role="user")) == 41
    assert [hit.message.session for hit in place.find("boat", 200, session=session_id(3))] == [session_id(3)] * 2
    assert place.find("boat", session=session_id(99)) == []
    since, until = START_MS - DAY_MS * 5, START_MS - DAY_MS * 2
    found = [hlc.to_ms(hit.message.time) for hit in place.find("boat", 200, since=since, until=until)]
    assert sorted(found) == [since, since + 1, since + DAY_MS, since + DAY_MS + 1, since + 2 * DAY_MS,
                             since + 2 * DAY_MS + 1]  # fmt: skip
    assert place.find("boat", since=START_MS + DAY_MS * 9000) == []
    assert place.find("boat", until=-5) == []
    assert len(place.find("boat", 200, since=-5, until=2**62)) == 81


def test_what_is_to_be_forgotten_is_not_found_however_much_there_is(place: Place) -> None:
    place.tell(*["a quiet boat"] * 2, session=1)
    place.tell(*["boat boat boat"] * 300, session=2)
    place.tell("boat boat and more", session=3)
    order = place.ledger.append_sync(
        lambda tx: tx.append(records.forget_ordered(session_id(2), place.node.clock.ms + DAY_MS))
    )
    for _ in range(2):
        assert {hit.message.session for hit in place.find("boat", 5)} == {session_id(1), session_id(3)}
        assert {hit.message.session for hit in place.find('"boat"', 5)} == {session_id(1), session_id(3)}
        assert {hit.message.session for hit in place.find('"boat and"', 5)} == {session_id(3)}
        recalled = place.searcher.recall("boat?", [], limit=10)
        assert {one.content for one in recalled} <= {"a quiet boat", "boat boat and more"}
        place.catch_up()
    place.ledger.append_sync(lambda tx: tx.append(records.forget_cancelled(order.digest)))
    assert {hit.message.session for hit in place.find("boat", 5)} == {session_id(2)}


def test_erased_and_altered_messages_are_not_shown(place: Place) -> None:
    told = place.tell("the first boat", "noted", "the second boat", "noted", "the third boat")
    place.catch_up()

    def change(tx: Transaction) -> None:
        tx.execute("UPDATE entries SET sealed = NULL WHERE digest = ?", (told[0],))
        tx.execute("UPDATE entries SET sealed = CAST(sealed || x'00' AS BLOB) WHERE digest = ?", (told[2],))

    place.ledger.append_sync(change)
    assert [hit.message.digest for hit in place.find("boat") if hit.message.role == "user"] == [told[4]]


# --- recall ---


def test_recall_leaves_out_what_is_given(place: Place) -> None:
    told = place.tell("My sister Nora lives in Lisbon", "Noted.")
    for indexed in (False, True):
        if indexed:
            place.catch_up()
        found = place.searcher.recall("Where does my sister live?", [])
        assert [one.message_id for one in found][:1] == [told[0].hex()]
        assert place.searcher.recall("Where does my sister live?", [], exclude=told) == []
    assert place.searcher.recall("?!", [PromptMessage("user", "hello")]) == []


def test_recall_is_not_crowded_out_by_the_conversation_itself(place: Place) -> None:
    told = place.tell("My sister Nora lives in Lisbon", "Noted.")
    own = place.tell(*["my sister, where does my sister live", "sister"] * 150)
    place.catch_up()
    found = place.searcher.recall("Where does my sister live?", [], exclude=own)
    assert [one.message_id for one in found][:1] == [told[0].hex()]


# --- hostile and odd ---

HOSTILE = [
    "x" * 100_000,
    "boat " * 20_000,
    " ".join(f"word{number}" for number in range(10_000)),
    '"' * 1_000,
    '"boat',
    'boat"',
    '""',
    '" "',
    '-"',
    "- -- --- -boat",
    "AND",
    "AND AND AND",
    "boat AND",
    "AND boat",
    "boat AND AND sea",
    "boat AND -sea",
    "OR NOT NEAR(boat, 5)",
    "text : boat",
    "boat* ^boat {a b} : c",
    "boat\x00sea",
    "\x00",
    "\ud800 boat",
    "b",
    "the",
    "a the of",
    "\U0001f389",
    "\U0001f389 boat \U0001f389",
    "\u65e5\u672c\u8a9e\u306e\u8239",
    "\u202e boat",
    "'; DROP TABLE messages; --",
    "%s %d {0}",
    "\n\t\r",
    "",
    "e\u0301" * 3_000,
    "\ufdfa" * 2_000,  # one character that folds to eighteen
    "(" * 5_000,
    "a-b-c-d",
    "don't o'clock l'eau",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: ascii(text)[:24])
@pytest.mark.parametrize("indexed", [True, False])
def test_hostile_queries_are_answered(place: Place, text: str, *, indexed: bool) -> None:
    place.tell("a boat", "the sea", "\u65e5\u672c\u8a9e\u306e\u8239", "b")
    if indexed:
        place.catch_up()
    for hit in place.find(text):
        assert all(0 <= start < end <= len(hit.snippet) for start, end in hit.highlights)
    assert isinstance(place.searcher.recall(text, []), list)


def test_scripts_without_spaces(three: Place) -> None:
    text = "\u79c1\u306e\u8239\u306f\u9752\u3044\u3067\u3059"
    three.tell(text)
    (hit, *_) = three.find("\u9752\u3044")
    assert hit.message.text == text
    assert [hit.snippet[start:end] for start, end in hit.highlights] == ["\u9752\u3044"]
    assert three.texts("caf\u00e9") == three.texts("cafe\u0301") == []


def test_no_ledger(tmp_path: Path) -> None:
    searcher = Searcher(tmp_path / "index.sqlite", tmp_path / "ledger.sqlite")
    with pytest.raises(StoreError):
        searcher.search("boat")
    searcher.close()


@given(text=st.text(max_size=200) | st.text("ab \"-AND'", max_size=60))
@SETTINGS
def test_any_text_is_a_query(text: str) -> None:
    found = parse(text)
    assert len(found.words) <= query.WORDS_MAX
    assert found.required <= set(found.words)
    assert isinstance(found, Query)


def test_queries_are_read() -> None:
    assert parse("the red Boats") == Query(("red", "boats"), said=("the", "red", "boats"))
    assert parse("red AND boats or so").required == {"red", "boats"}
    assert parse("red AND -boats") == Query(("red",), excluded=frozenset({"boats"}), said=("red",))
    assert parse('"the Red boats" -"so so" e-mail') == Query(
        ("red", "boats", "e", "mail"),
        frozenset({"red", "boats"}),
        frozenset(),
        (("the", "red", "boats"),),
        ("the", "red", "boats", "e", "mail"),
    )


# --- snippets ---


def test_a_snippet_is_cut_where_most_is_said() -> None:
    tokenizer = Tokenizer()
    text = "boat " + "filler words " * 100 + "the old boat at the harbour " + "more filler " * 100
    found = snippet(text, {"boat": 1.0, "harbour": 2.0}, tokenizer)
    assert [found.text[start:end] for start, end in found.highlights] == ["boat", "harbour"]
    assert found.text.startswith("...")
    assert found.text.endswith("...")
    assert len(found.text) <= CHARS + 6
    assert snippet("", {"boat": 1.0}, tokenizer).text == ""
    assert snippet("no such word", {}, tokenizer).highlights == ()
    far = "filler " * 20_000 + "a boat"
    assert snippet(far, {"boat": 1.0}, tokenizer).text.endswith("a boat")
    tokenizer.close()


@given(
    text=st.lists(st.sampled_from(["boat", "Boats", " ", "\n\n", "x" * 30, "\u9752\u3044\u3067", "\u0130", "\ufb01sh",
                                   "it's", "\U0001f389", "..."]), max_size=120).map("".join)
)  # fmt: skip
@SETTINGS
def test_highlights_are_words(text: str) -> None:
    tokenizer = Tokenizer()
    found = snippet(text, dict.fromkeys(["boat", "\u9752\u3044", "\u3044\u3067", "it", "fish"], 1.0), tokenizer)
    tokenizer.close()
    end_before = 0
    for start, end in found.highlights:
        assert end_before <= start < end <= len(found.text)
        assert found.text[start:end] == found.text[start:end].strip()
        end_before = end
    assert len(found.text) <= CHARS + 6
    assert "\n" not in found.text


@given(
    text=st.lists(st.sampled_from(["boat", "Boats", "boatman", "aboat", "happy", "happily", "Happiness", "sensibility",
                                   "it's", "o'clock", "a'b'boat", "'boat'", "x-boat", "boat_s", "clock", "sky", "skies",
                                   "."]),
                  max_size=14).map(" ".join)
)  # fmt: skip
@SETTINGS
def test_plain_text_is_highlighted_as_any_other(text: str) -> None:
    """Text in ASCII alone goes a shorter way."""
    tokenizer = Tokenizer()
    weights = dict.fromkeys(tokenizer.terms(["boat", "happy", "sensible", "clock", "sky"]), 1.0)
    plain, other = snippet(text, weights, tokenizer), snippet(f"{text} \u2014", weights, tokenizer)
    tokenizer.close()
    assert plain.highlights == other.highlights


# --- many at once ---


def test_searches_while_the_index_grows(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shown, "SPARE", 0)
    index = Index(place.home.index, place.home.ledger, place.reindexed)
    for number in range(30):
        place.tell("a boat", "the sea", session=number + 1)
        if number % 3 == 0:
            index.catch_up(messages_max=5)
        assert len(place.find("boat", 200, role="user")) == number + 1
        assert len(place.find("sea", 200, role="assistant")) == number + 1
    index.close()


def test_while_the_index_catches_up_a_search_reads_little_and_in_the_end_misses_nothing(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccnode.store.corpus.TAIL_MAX", 10)
    monkeypatch.setattr("ccnode.store.corpus.TAIL_OF_MANY", 3)
    index = Index(place.home.index, place.home.ledger, place.reindexed)
    place.tell(*["boat"] * 100)
    assert len(place.find("boat", 200)) == 3
    index.catch_up(messages_max=40)
    assert len(place.find("boat", 200)) == 6  # the newest of those that are indexed, and of all
    index.catch_up(messages_max=40)
    assert 6 <= len(place.find("boat", 200)) <= 12
    index.catch_up(messages_max=12)
    assert len(place.find("boat", 200)) == 100
    place.tell("boat")
    assert len(place.find("boat", 200)) == 101
    index.close()


def test_a_long_tail_is_read_in_part_and_the_rest_when_it_is_indexed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ccnode.store.corpus.TAIL_MAX", 10)
    index = Index(place.home.index, place.home.ledger, place.reindexed)
    place.tell(*["boat"] * 100)
    assert len(place.find("boat", 200)) == 10
    while index.catch_up(messages_max=7):
        found = [hit.message.id for hit in place.find("boat", 200)]
        assert len(found) == len(set(found)) >= 10
    assert len(place.find("boat", 200)) == 100
    index.close()
    with contextlib.closing(sqlite3.connect(place.home.index)) as connection:
        assert connection.execute("SELECT count(*) FROM message_index").fetchone() == (100,)


def test_large_messages_are_indexed_a_few_at_a_time(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    # Memory is bounded by the bytes of what is indexed at once, not by how many messages there are.
    for number in range(9):
        place.tell(f"harbour {number} " + "word " * 2_000, "Noted.")
    monkeypatch.setattr("ccnode.store.index.BYTES_AT_ONCE", 25_000)
    index = Index(place.home.index, place.home.ledger, place.reindexed)
    steps = []
    while done := index.catch_up():
        steps.append(done)
    index.close()
    assert max(steps) < 9  # messages; 18 are there
    assert len(steps) > 3
    assert len(place.texts("harbour")) == 9
    with contextlib.closing(open_index(place.home.index, place.home.ledger, writable=False)) as connection:
        assert differences(connection) == []


def test_what_a_search_leaves_out_is_said(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.tell("harbour", "Noted.")
    assert place.searcher.unsearched() == 0  # read from the ledger
    monkeypatch.setattr("ccnode.store.search.TAIL_MAX", 3)
    assert place.searcher.unsearched() == 0
    place.tell("lighthouse", "Noted.")
    assert place.searcher.unsearched() == 4
    place.catch_up()
    assert place.searcher.unsearched() == 0

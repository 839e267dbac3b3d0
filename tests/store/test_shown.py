"""Does what is hidden find nothing: not itself, not what was said after it, by no word, filter or ranking?"""

from __future__ import annotations

import random
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ccnode.mind import offering
from ccnode.store import memory, sealed, shown
from ccnode_protocol import records
from ccnode_protocol.records import Mark, MessageMeta, Role
from tests.store.small_index import make_small
from tests.store.support import DAY_MS, session_id
from tests.store.test_search import Place

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from ccnode.mind.recall import Candidate
    from ccnode.store.transaction import Transaction

SECRET = "zwetschge"
SETTINGS = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@pytest.fixture(autouse=True)
def _small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of 8 and segments of 32 entry numbers, so that a few messages are in the impact index."""
    make_small(monkeypatch.setattr)
    monkeypatch.setattr(sealed, "FEW_MAX", 6)


@pytest.fixture(params=["indexed", "not indexed", "to be indexed anew"])
def kept(request: pytest.FixtureRequest, place: Place, monkeypatch: pytest.MonkeyPatch) -> Place:
    """What `tell` tells is in the index, not yet, or in it and waiting to be indexed anew."""
    tell = place.tell

    def told(*texts: str, **more: Any) -> list[bytes]:
        made = tell(*texts, **more)
        if request.param != "not indexed":
            place.catch_up()
        if request.param == "to be indexed anew":
            place.ledger.append_sync(lambda tx: tx.execute("INSERT OR IGNORE INTO reindex SELECT id FROM messages"))
        return made

    monkeypatch.setattr(place, "tell", told)
    return place


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path / "home")
    yield made
    made.close()


def forget(place: Place, message: bytes) -> None:
    place.ledger.append_sync(memory.forget(message, place.node.clock.ms))


def found(place: Place, text: str, **more: Any) -> set[str]:
    return {hit.message.text or "" for hit in place.find(text, 200, **more)}


FILLER = [f"boat {number}" for number in range(40)]


def test_what_was_said_after_a_message_to_be_forgotten_is_not_found_by_its_words(kept: Place) -> None:
    told = kept.tell(f"I hide {SECRET} jam", "Noted, I keep it.", "The cellar is dry", f"A {SECRET}?", *FILLER)
    assert found(kept, SECRET) == {
        f"I hide {SECRET} jam", "Noted, I keep it.", "The cellar is dry", f"A {SECRET}?", FILLER[0], FILLER[1],
    }  # fmt: skip
    forget(kept, told[0])
    assert found(kept, SECRET) == {f"A {SECRET}?", FILLER[0], FILLER[1]}
    assert found(kept, f"{SECRET} jam") == {f"A {SECRET}?", FILLER[0], FILLER[1]}
    assert found(kept, f"{SECRET} AND cellar") == {f"A {SECRET}?", FILLER[0]}  # who follow both
    assert found(kept, f"jam AND {SECRET}") == set()
    for hit in kept.find("noted jam", 200):
        assert [why.word for why in hit.why] == ["noted"]
    assert {hit.message.text for hit in kept.find("noted jam", 200)} == {
        "Noted, I keep it.", "The cellar is dry", f"A {SECRET}?",
    }  # fmt: skip
    kept.ledger.append_sync(memory.undo_forget(told[0], kept.node.clock.ms))
    assert len(found(kept, SECRET)) == 6


def test_a_branch_from_a_session_to_be_forgotten(kept: Place) -> None:
    told = kept.tell(f"I hide {SECRET} jam", "Noted.", *FILLER)

    def job(tx: Transaction) -> None:
        tx.append(records.session_opened(session_id(50), None, told[0]))
        meta = MessageMeta(session_id(50), Role.ASSISTANT, told[0])
        tx.append(records.message(meta, "And the cellar?"), meta)

    kept.ledger.append_sync(job)
    assert "And the cellar?" in found(kept, SECRET)
    kept.ledger.append_sync(lambda tx: tx.append(records.forget_ordered(session_id(1001), kept.node.clock.ms + DAY_MS)))
    assert found(kept, SECRET) == set()
    assert found(kept, "cellar") == {"And the cellar?"}


@pytest.mark.parametrize("hide", ["forget", "disable"])
def test_recall_is_given_nothing_that_only_followed(kept: Place, hide: str, monkeypatch: pytest.MonkeyPatch) -> None:
    told = kept.tell(
        f"My sister Nora grows {SECRET} trees",
        "How nice.",
        "She sells them in the market",
        "Good.",
        "And so on",
        *FILLER,
    )
    given: list[Candidate] = []

    def rank(_: object, candidates: Sequence[Candidate], *__: object) -> list[Any]:
        given[:] = candidates
        return []

    monkeypatch.setattr(offering, "offered", rank)
    kept.searcher.recall(f"Who grows {SECRET} trees?", [])
    assert {"She sells them in the market", f"My sister Nora grows {SECRET} trees"} <= {one.content for one in given}
    if hide == "forget":
        forget(kept, told[0])
    else:
        kept.ledger.append_sync(memory.mark(told[0], Mark.DISABLED))
        assert "How nice." in found(kept, SECRET)  # a person still finds it
    kept.searcher.recall(f"Who grows {SECRET} trees?", [])
    assert given == []


def test_however_much_is_hidden_the_rest_is_found(kept: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than are looked at first, and then again."""
    monkeypatch.setattr(shown, "SPARE", 2)
    monkeypatch.setattr(shown, "DEEPER", 2)
    texts = [text for at in range(40) for text in (f"{SECRET} {SECRET} {SECRET} {at}", "Noted.", "And so on")]
    told = kept.tell(*texts)
    kept.tell(f"The cellar, the long dark cellar below the old house, holds {SECRET} jam", "Noted.", "And so on")
    for message in told[::3]:
        forget(kept, message)
    for limit in (1, 2, 5):
        hits = kept.find(SECRET, limit)
        assert len(hits) == min(limit, 3)
        assert hits[0].message.text == f"The cellar, the long dark cellar below the old house, holds {SECRET} jam"
    assert len(found(kept, "noted")) == 2
    monkeypatch.setattr(shown, "TOUCHED_MAX", 1)
    assert len(kept.find(SECRET, 5)) <= 3


WORDS = ("lisbon", "boat", "sea", "sun", "user")


@given(seed=st.integers(0, 2**32), hidden=st.sets(st.integers(0, 59)), spare=st.integers(0, 20))
@SETTINGS
def test_what_is_found_is_what_a_look_at_each_message_tells(
    seed: int, hidden: set[int], spare: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    chance = random.Random(seed)
    place = Place(tmp_path_factory.mktemp("home") / "home")
    texts = [" ".join(chance.choices(WORDS[:4], k=chance.randrange(4))) + f" {at}" for at in range(60)]
    told = place.tell(*texts)
    if chance.random() < 0.7:
        place.catch_up()
    for at in hidden:
        if chance.random() < 0.5:
            forget(place, told[at])
        else:
            place.ledger.append_sync(memory.mark(told[at], Mark.DISABLED))
    said = [set(text.split()) | {("user", "assistant")[at % 2]} for at, text in enumerate(texts)]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shown, "SPARE", spare)
        for asked, needed in (("boat sea", False), ("boat AND sea", True), ("user", False)):
            for limit in (3, 200):
                hits = place.find(asked, limit, remembered=True)
                wanted = set(asked.split()) - {"AND"}
                expected = set()
                for at in set(range(60)) - hidden:
                    heard = set().union(*(said[one] for one in range(max(0, at - 2), at + 1) if one not in hidden))
                    if wanted <= heard if needed else wanted & heard:
                        expected.add(told[at])
                numbers = [hit.message.digest for hit in hits]
                assert len(numbers) == len(set(numbers)) == min(limit, len(expected))
                assert set(numbers) <= expected
                best = sorted((hit.score for hit in hits), reverse=True)
                assert [hit.score for hit in hits] == pytest.approx(best, rel=1e-9)
    place.close()


# --- filters by what is known of conversations ---


def brought_in(place: Place, session: int, count: int) -> None:
    def job(tx: Transaction) -> None:
        tx.append(records.session_opened(session_id(session), None, None, None, "chatgpt"))
        for _ in range(count):
            meta = MessageMeta(session_id(session), Role.USER, None, origin="chatgpt")
            tx.append(records.message(meta, "the old boat in the harbour behind the town"), meta)

    place.ledger.append_sync(job)


def test_filters_by_conversation_are_exact(place: Place) -> None:
    for session in range(1, 4):
        place.tell(*["boat boat"] * 120, session=session)
    place.ledger.append_sync(lambda tx: tx.append(records.session_ended(session_id(2))))
    brought_in(place, 60, 3)
    place.tell("the old boat in the harbour behind the town", session=70)
    place.ledger.append_sync(lambda tx: tx.append(records.session_ended(session_id(70))))
    for _ in range(2):
        sessions = {hit.message.session for hit in place.find("boat", 10, imported=True)}
        assert sessions == {session_id(60)}
        assert len(place.find("boat", 10, imported=True)) == 3
        assert len(place.find('"old boat"', 10, imported=True)) == 3
        assert session_id(60) not in {hit.message.session for hit in place.find("boat", 200, imported=False)}
        ended = place.find("harbour boat", 200, ended=True)
        assert {hit.message.session for hit in ended} == {session_id(2), session_id(70)}
        assert len(ended) == 121
        still_open = place.find("boat", 200, ended=False, role="user", imported=False)
        assert {hit.message.session for hit in still_open} == {session_id(1), session_id(3)}
        assert len(still_open) == 120
        assert place.find("boat", 10, ended=True, imported=True) == []
        place.catch_up()

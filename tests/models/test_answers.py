"""Does reading token by token tell what answers a question from what is only about it, whatever stands beside it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from ccnode.mind.likeness import Alike, answers
from ccnode.models.answers import FILE, TEXT_TOKENS_MAX, Reader
from ccnode.models.meaning import Meaning

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    return Meaning()


def odds(meaning: Meaning, question: str, *texts: str) -> list[float]:
    found = meaning.likeness(question, texts)
    assert found is not None
    return [found[text].answers for text in texts]


@pytest.mark.parametrize(
    ("question", "answer", "beside"),
    [
        ("How long is my ride to the office?", "The train to work takes forty minutes.", "I take the train to work."),
        ("Who looks after the cat while I'm away?", "Ines feeds the cat when I travel.", "The cat hates it when I go."),
        ("Where did I leave the ladder?", "The ladder is in Ben's garage.", "The ladder cost me eighty euros."),
    ],
)
def test_what_answers_is_told_from_what_is_about_it(meaning: Meaning, question: str, answer: str, beside: str) -> None:
    answering, about = odds(meaning, question, answer, beside)
    assert answering > about


def test_what_stands_beside_a_text_changes_nothing(meaning: Meaning) -> None:
    texts = ["The ladder is in Ben's garage.", "word " * 300, "", "東京"]
    together = odds(meaning, "Where is the ladder?", *texts)
    alone = [odds(meaning, "Where is the ladder?", text)[0] for text in texts]
    assert together == pytest.approx(alone, abs=1e-3)
    assert np.isfinite(together).all()


def test_little_is_kept_of_a_text() -> None:
    tokens = Reader().small(np.ones((128, 384), np.float32), list(range(128)))
    assert tokens.states.shape == (TEXT_TOKENS_MAX, 64)
    assert tokens.states.dtype == np.float16
    assert FILE.stat().st_size < 300_000


def test_nothing_to_read_is_nothing() -> None:
    reader = Reader()
    assert reader.answers(reader.small(np.ones((3, 384), np.float32), [101, 7, 102]), []) == []


def test_without_its_weights_words_alone_decide(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Reader.__init__, "__defaults__", (tmp_path / "missing.npz",))
    one = Meaning()
    assert one.likeness("What is it?", ["It is a boat."]) is None
    assert one.problem is not None
    path = tmp_path / "other.npz"
    path.write_bytes(b"no weights")
    with pytest.raises(ValueError, match="pickle"):
        Reader(path)


def test_a_bare_cosine_says_nothing_of_answering() -> None:
    assert answers(0.9) == 0.0
    assert answers(Alike(0.9, 1.5)) == 1.5
    assert Alike(0.9, 1.5) == 0.9

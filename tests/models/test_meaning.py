"""Are texts compared by what they mean, at a bounded cost, and does the node go on where that cannot be had?"""

from __future__ import annotations

import importlib.util
import threading
from typing import TYPE_CHECKING

import pytest

from ccnode.models.embedded import EmbeddedModel
from ccnode.models.meaning import IDLE_S, KEPT_MAX, Meaning

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    return Meaning()


def test_it_is_installed_with_the_project(meaning: Meaning) -> None:
    assert meaning.problem is None


def test_other_words_for_the_same_are_alike(meaning: Meaning) -> None:
    texts = ["Our physician prescribed antibiotics.", "The lorry was painted green."]
    found = meaning.likeness("What medicine did the doctor give?", texts)
    assert found is not None
    assert found[texts[0]] > found[texts[1]] + 0.3
    assert all(-1.0001 <= each <= 1.0001 for each in found.values())


def test_the_same_text_is_wholly_alike_and_asked_twice_gives_the_same(meaning: Meaning) -> None:
    first = meaning.likeness("The harbour freezes.", ["The harbour freezes.", "It thaws."])
    again = meaning.likeness("The harbour freezes.", ["It thaws.", "The harbour freezes."])
    assert first is not None
    assert again is not None
    assert first["The harbour freezes."] == pytest.approx(1.0, abs=1e-5)
    assert first == again


def test_what_stands_beside_a_text_hardly_changes_it() -> None:
    one, other = Meaning(), Meaning()
    alone = one.likeness("Where is it?", ["It is in the shed."])
    beside = other.likeness("Where is it?", ["It is in the shed.", "word " * 100])
    assert alone is not None
    assert beside is not None
    assert alone["It is in the shed."] == pytest.approx(beside["It is in the shed."], abs=1e-3)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n\t",
        "\x00\x01\x02",
        "\ud800 a lone surrogate",
        "x" * 1_000_000,
        "[CLS] [SEP] [MASK] ##ing",
        "東京 مرحبا 😀",
        "﷽" * 700,
        "́" * 10_000,
        "a﷽b" * 200,  # a letter that is no piece, inside a word
    ],
)
def test_hostile_texts_are_compared_like_any_other(meaning: Meaning, text: str) -> None:
    for found in (meaning.likeness("What is it?", [text]), meaning.likeness(text, ["It is a boat."])):
        assert found is not None
        assert all(-1.0001 <= each <= 1.0001 for each in found.values())
    assert meaning.problem is None


def test_nothing_to_compare_loads_nothing() -> None:
    one = Meaning()
    assert one.likeness("What is it?", []) == {}
    assert one._run is None


def test_what_is_kept_is_bounded(meaning: Meaning) -> None:
    meaning.likeness("What is it?", [f"number {number}" for number in range(KEPT_MAX // 8)])
    assert meaning._run is not None
    assert len(meaning._run._kept) <= KEPT_MAX


def test_nothing_of_any_text_is_kept_once_one_was_erased() -> None:
    one = Meaning()
    one.forget()
    before = one.likeness("What is it?", ["It is a boat."])
    assert one._run is not None
    assert one._run._kept
    EmbeddedModel(one).forget()
    assert not one._run._kept
    assert one.likeness("What is it?", ["It is a boat."]) == before


def test_it_is_let_go_of_when_unused_and_comes_back() -> None:
    now = [0.0]
    one = Meaning(now_s=lambda: now[0])
    assert not one.rest()
    before = one.likeness("What is it?", ["It is a boat."])
    now[0] = IDLE_S - 1
    assert not one.rest()
    now[0] = IDLE_S
    assert one.rest()
    assert one._run is None
    assert not one.rest()
    assert one.likeness("What is it?", ["It is a boat."]) == before


def test_another_model_is_not_used_and_said(tmp_path: Path) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(b"not a model")
    one = Meaning(path)
    assert one.likeness("What is it?", ["It is a boat."]) is None
    assert one.problem is not None
    assert "not the model" in one.problem
    assert Meaning(tmp_path / "missing").likeness("What is it?", ["A boat."]) is None


def test_without_the_library_words_alone_decide(monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "onnxruntime" else find(name))
    one = Meaning()
    assert one.problem is not None
    assert one.likeness("What is it?", ["It is a boat."]) is None
    assert EmbeddedModel(one).likeness("What is it?", ["It is a boat."]) is None


def test_threads_take_turns(meaning: Meaning) -> None:
    expected = meaning.likeness("What is it?", ["It is a boat."])
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(meaning.likeness("What is it?", ["It is a boat."])))
        for _ in range(6)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 6

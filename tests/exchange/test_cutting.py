"""Does the cutter find in pieces of any size what the json module finds in the whole text?"""

from __future__ import annotations

import json
import re
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.exchange import cutting
from ccnode.exchange.cutting import Big, Cutter
from ccnode.exchange.model import ExchangeError

if TYPE_CHECKING:
    from collections.abc import Callable

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**19), 10**19)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=()), max_size=30)
    | st.sampled_from(['"', "\\", '\\"', "]", "},{", "\\\\", "\ud83d", "\ude00", "\x00", "a\nb", '"' * 9, "\\" * 9])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(max_size=8), inner, max_size=6),
    max_leaves=40,
)
SPACES = st.sampled_from([(",", ":"), (", ", ": "), (" ,\n", "\t:\r\n")])


def measure(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))


def cutter(text: str, sizes: list[int], window: int = 64) -> Cutter:
    """A cutter that gets the text in pieces of these sizes, over and over."""
    at = number = 0

    def read() -> str:
        nonlocal at, number
        size = sizes[number % len(sizes)]
        number += 1
        piece = text[at : at + size]
        at += len(piece)
        return piece

    return Cutter(read, "file", measure, window=window)


def walk(place: Cutter) -> Any:
    """The value here, put together from its smallest parts."""
    first = place.peek()
    if first == "[":
        return [walk(place) for _ in place.items()]
    if first == "{":
        return {name: walk(place) for name in place.members()}
    value = place.value()
    if isinstance(value, Big):
        assert first == '"'
        return place.pruned()[0]
    return value


def whole_or_walk(place: Cutter) -> Any:
    value = place.value()
    if not isinstance(value, Big):
        return value
    first = place.peek()
    if first == "[":
        return [whole_or_walk(place) for _ in place.items()]
    if first == "{":
        return {name: whole_or_walk(place) for name in place.members()}
    return walk(place)


QUICK = settings(deadline=None, max_examples=60)
SIZES = st.lists(st.integers(1, 40), min_size=1, max_size=5)


@pytest.mark.parametrize("way", [walk, whole_or_walk, lambda place: place.pruned()[0]])
@QUICK
@given(value=VALUES, spaces=SPACES, escaped=st.booleans(), sizes=SIZES, window=st.integers(40, 200))
def test_what_is_cut_is_what_the_json_module_reads(
    way: Callable[[Cutter], Any], value: Any, spaces: tuple[str, str], escaped: bool, sizes: list[int], window: int
) -> None:
    text = json.dumps(value, ensure_ascii=escaped, separators=spaces)
    place = cutter(f" {text}\n", sizes, window)
    assert way(place) == json.loads(text)
    assert place.peek() == ""
    assert place.offset() == measure(text) + 2


@QUICK
@given(values=st.lists(VALUES, max_size=8), sizes=SIZES, window=st.integers(40, 200))
def test_the_place_after_what_is_skipped_is_found(values: list[Any], sizes: list[int], window: int) -> None:
    text = json.dumps(values)
    place = cutter(text, sizes, window)
    seen = []
    for number in place.items():
        if number % 2:
            place.skip()
        else:
            seen.append(walk(place))
    assert seen == json.loads(text)[::2]


@QUICK
@given(value=VALUES, sizes=SIZES, cut=st.integers(0, 10_000), window=st.integers(40, 200))
def test_text_that_is_cut_off_is_an_error_at_its_end(value: Any, sizes: list[int], cut: int, window: int) -> None:
    text = json.dumps([value])
    cut = cut % len(text)
    for way in (walk, whole_or_walk, lambda place: place.pruned(), lambda place: place.skip()):
        with pytest.raises(ExchangeError, match="byte") as caught:
            way(cutter(text[:cut], sizes, window))
        place = int(re.search(r"at byte (\d+): ", str(caught.value))[1])  # type: ignore[index]
        # Of a number that lacks its end ("1." or "1e+") the beginning is a number.
        assert measure(text[:cut]) - (2 if text[:cut].endswith((".", "e", "+", "-")) else 0) <= place
        assert place <= measure(text[:cut])
        assert caught.value.remedy


@QUICK
@given(
    text=st.text(st.sampled_from('[]{},:"\\ 01eEnultrfas\n\ud83dé'), max_size=60) | st.text(max_size=60),
    sizes=SIZES,
    window=st.integers(70, 90),
)
def test_any_text_is_read_or_refused_as_the_json_module_does(text: str, sizes: list[int], window: int) -> None:
    try:
        expected, valid = json.loads(text, strict=False), True
    except ValueError:
        valid = False
    place = cutter(text, sizes, window)
    try:
        value = whole_or_walk(place)
        ended = place.peek() == ""
    except ExchangeError:
        assert not valid
    else:
        assert ended == valid
        if valid:
            assert value == expected or expected != expected  # noqa: PLR0124 - NaN


@QUICK
@given(value=VALUES, sizes=SIZES)
def test_bytes_are_counted_not_characters(value: Any, sizes: list[int]) -> None:
    text = json.dumps(["é😀", [value]], ensure_ascii=False)
    place = cutter(f"{text[:-1]}!", sizes)
    with pytest.raises(ExchangeError, match=f"at byte {measure(text) - 1}: "):
        deque((place.skip() for _ in place.items()), maxlen=0)  # type: ignore[func-returns-value]


@pytest.mark.parametrize("depth", [10, 2_000, 100_000])
def test_deep_nesting_is_passed_over(depth: int) -> None:
    deep = '[{"a":' * depth + "1" + "}]" * depth
    place = cutter(f'[{deep}, "after"]', [1 << 16])
    seen = [place.pruned() for _ in place.items()]
    assert seen[1] == ("after", False)
    assert seen[0][1] == (depth > 10)


def test_a_string_larger_than_the_window_is_cut_at_a_whole_character(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "STRING_CHARS_MAX", 50)
    for length in range(30):
        text = json.dumps("x" * length + '\n\\"é😀' * 50)
        place = cutter(f"[{text}, 1]", [7], window=20)
        (kept, short), after = [place.pruned() for _ in place.items()]
        assert short
        assert json.loads(text).startswith(kept.rstrip("\ud83d"))
        assert after == (1, False)


def test_many_small_values_are_not_decoded_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cutting, "VALUES_MAX", 1_000)
    place = cutter("[" + "[]," * 100_000 + "1]", [1 << 12], window=1 << 20)
    assert place.value() is cutting.BIG
    monkeypatch.setattr(cutting, "PIECE_CHARS_MAX", 10_000)
    value, short = place.pruned()
    assert short
    assert len(value) < 10_000
    commas = json.dumps(["," * 50_000])  # text is not values
    assert cutter(commas, [1 << 12], window=1 << 20).value() == json.loads(commas)


def test_numbers_of_any_length_and_names_that_stand_twice() -> None:
    assert cutter("9" * 10_000, [100], window=100_000).value() == float("inf")
    assert cutter("12345678901234567890", [3]).value() == 12345678901234567890
    doubled = cutter('{"a": 1, "b": 2, "a": 3}', [100]).value()
    assert isinstance(doubled, cutting.Doubled)
    assert doubled == {"a": 3, "b": 2}
    assert doubled.lost == 1

"""Does every text become storable, and stay as it was where it is?"""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ccnode.exchange import words
from ccnode_protocol import records
from ccnode_protocol.records import TEXT_BYTES_MAX, MessageMeta, Role
from tests.exchange.truth import ODD

ANY_TEXT = st.text(st.characters(exclude_categories=()))


@given(ANY_TEXT)
@settings(deadline=None)
def test_every_text_becomes_storable_and_is_not_changed_twice(text: str) -> None:
    stored = words.storable(text)
    stored.encode()
    assert not re.search("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", stored)
    assert words.storable(stored) == stored
    assert len(stored) <= len(text)
    records.message(MessageMeta(bytes(16), Role.USER), stored)
    if text.isprintable():
        assert stored == text


@pytest.mark.parametrize(("raw", "stored"), ODD)
def test_odd_texts(raw: str, stored: str) -> None:
    assert words.storable(raw) == stored


@pytest.mark.parametrize("character", ["x", "é", "日", "😀"])
def test_what_is_too_long_is_cut_at_a_whole_character_and_says_so(character: str) -> None:
    fitting = character * (TEXT_BYTES_MAX // len(character.encode()))
    assert words.fits(fitting)
    assert words.cut(fitting) == fitting
    longer = fitting + character
    assert not words.fits(longer)
    cut = words.cut(longer)
    assert words.fits(cut)
    assert cut.endswith("[cut here: the original goes on]")
    assert longer.startswith(cut.partition("\n[cut here")[0])
    assert words.size(cut) > TEXT_BYTES_MAX - 300


@given(ANY_TEXT | st.text(st.sampled_from("`\n~a"), max_size=40))
@settings(deadline=None)
def test_a_fence_is_longer_than_what_it_holds(text: str) -> None:
    first, *inner, last = words.fenced(text, "python").split("\n")
    assert first == f"{last}python"
    assert set(last) == {"`"}
    assert "\n".join(inner).startswith(text.removesuffix("\n"))
    longest = max((len(run) for run in re.findall("`+", text)), default=0)
    assert len(last) >= 3
    assert len(last) > longest or longest < 3
    assert words.fenced("x", "unknown").startswith("```\n")
    assert words.fenced("x", "a b`").startswith("```\n")


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        (1_700_000_000.123456, 1_700_000_000_123),
        (1, 1000),
        (0, None),
        (-5.5, None),
        (1e300, None),
        (float("nan"), None),
        (float("inf"), None),
        (10**400, None),
        (True, None),
        ("1700000000", None),
        (None, None),
        ([], None),
    ],
)
def test_seconds(value: Any, ms: int | None) -> None:
    assert words.seconds(value) == ms


@pytest.mark.parametrize(
    ("value", "ms"),
    [
        ("2026-01-15T10:14:50.233Z", 1_768_472_090_233),
        ("2026-01-15T10:14:50.233456+00:00", 1_768_472_090_233),
        ("2026-01-15T11:14:50+01:00", 1_768_472_090_000),
        ("2026-01-15T10:14:50", 1_768_472_090_000),
        ("0001-01-01T00:00:00Z", None),
        ("9999-12-31T23:59:59Z", None),
        ("2026-13-45", None),
        ("", None),
        (7, None),
        (None, None),
    ],
)
def test_iso_times(value: Any, ms: int | None) -> None:
    assert words.iso(value) == ms


@pytest.mark.parametrize(
    ("value", "name"),
    [("a", "a"), (7, "7"), (-1, "-1"), ("", None), (None, None), (True, None), (1.5, None), ([], None), ({}, None)],
)
def test_identifiers(value: Any, name: str | None) -> None:
    assert words.identifier(value) == name


def test_names_are_bounded() -> None:
    assert words.line(" a\n\tb\x00 " + "c" * 10_000) == f"a b\ufffd {'c' * 112}..."
    assert words.title(" \n") is None
    assert words.title(7) is None
    many = words.attachments([f"file {number}" for number in range(1_000)] + ["file 1", ""])
    assert len(many) == words.ATTACHMENTS_MAX
    assert many[-1] == "and 951 more"
    assert len(words.identifier("x" * 10_000) or "") == words.ID_CHARS_MAX

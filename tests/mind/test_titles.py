"""Is a title known that says what a message says?"""

from __future__ import annotations

import pytest

from ccnode.mind.titles import repeats

TEXT = "My dog is called Bello, and he is afraid of thunder."


@pytest.mark.parametrize("title", ["Bello", "A dog called Bello", "BELLO afraid of the thunder", "dog and weather"])
def test_words_of_the_message(title: str) -> None:
    assert repeats(title, TEXT)


@pytest.mark.parametrize("title", ["", "Weather", "My and the", "the dog in the weather of spring", "...", "Bellow"])
def test_other_words(title: str) -> None:
    assert not repeats(title, TEXT)

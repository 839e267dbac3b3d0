"""Is a module loaded when it is first asked for, and not before?"""

from __future__ import annotations

import subprocess
import sys

import pytest

from ccnode.later import is_made, later, made_later

ON_USE = """
import sys
from ccnode.later import later
module = later("ccnode.mind.titles")
assert "ccnode.mind.titles" not in sys.modules
from ccnode.mind import titles
assert module.repeats is titles.repeats
"""
# What recalls, answers, measures, reads files and draws pages: no start needs it, and it would take a good part of one.
NOT_AT_START = """
import sys
import ccnode.daemon.main
for name in ("mind.recall", "mind.answering", "mind.charvec", "mind.relations", "mind.validation", "exchange.sniff",
             "store.import_source", "store.exports", "api.chatpage", "api.sessionspage", "models.anthropic_adapter",
             "daemon.federation", "daemon.turns", "store.search", "store.knowledge", "store.notes", "api.models",
             "mind.words.synonyms", "models.embedded"):
    print(name) if f"ccnode.{name}" in sys.modules else None
"""


def test_a_module_is_loaded_on_use() -> None:
    subprocess.run([sys.executable, "-c", ON_USE], check=True)


def test_an_object_is_made_on_use_and_once() -> None:
    made: list[list[int]] = []

    def make() -> list[int]:
        made.append([1, 2])
        return made[-1]

    numbers = made_later(make)
    assert not is_made(numbers)
    assert made == []
    assert numbers.count(2) == 1
    numbers.append(2)
    assert (made, is_made(numbers)) == ([[1, 2, 2]], True)
    assert is_made([])


def test_what_a_module_lacks_is_missed_in_the_usual_way() -> None:
    with pytest.raises(AttributeError, match="nothing_of_that_name"):
        _ = later("ccnode.clock").nothing_of_that_name


def test_a_daemon_that_starts_loads_only_what_it_needs() -> None:
    found = subprocess.run([sys.executable, "-c", NOT_AT_START], check=True, capture_output=True, text=True)
    assert found.stdout == ""

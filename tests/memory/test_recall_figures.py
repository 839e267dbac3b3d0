"""How much of what was told is found again, asked in other words, and how often is not knowing admitted?

Real SQLite with the full-text table the store keeps; the reply is the embedded model's own.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from ccnode.mind import answering, phrases, recall
from ccnode.mind.prompt_types import Prompt, PromptMessage
from tests.memory import facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccnode.mind.prompt_types import Recalled
    from tests.memory.facts import Script, SetName

# Shares required: facts answered, unknowns admitted.
REQUIRED = (0.7, 0.9)
# What is reached must not get worse. The weights were learned on A to F; nothing was ever made to fit G.
FLOORS: dict[SetName, tuple[float, float]] = {
    "a": (0.71, 0.9),
    "b": (0.57, 0.85),
    "c": (0.7, 0.82),
    "d": (0.6, 0.92),
    "e": (0.72, 0.94),
    "f": (0.69, 0.87),
    "g": (0.44, 0.83),
}
REACHED: tuple[SetName, ...] = ("a", "e", "f")  # with the set itself among what was learned from
_UNREACHED = pytest.mark.xfail(strict=True, reason="the word tables know too little of how people word things")
SEED = 1


@dataclass(frozen=True)
class Figures:
    """`answered` of `known` facts with the right message cited first and quoted; `admitted` of `unknown` questions."""

    known: int
    answered: int
    unknown: int
    admitted: int


def index(script: Script, path: Path) -> tuple[sqlite3.Connection, list[recall.Candidate], dict[tuple[int, int], str]]:
    database = sqlite3.connect(path)
    database.execute(
        "CREATE VIRTUAL TABLE message_index USING fts5(text, context, tokenize='porter unicode61 remove_diacritics 2')"
    )
    stored: list[recall.Candidate] = []
    ids: dict[tuple[int, int], str] = {}
    for session, turns in enumerate(script.sessions):
        for at, (role, content) in enumerate(turns):
            before = turns[max(0, at - 2) : at]
            message_id = f"{len(stored) + 1:064x}"
            ids[session, at] = message_id
            stored.append(recall.Candidate(message_id, str(session), role, content, len(stored) * 60_000))
            database.execute(
                "INSERT INTO message_index(rowid, text, context) VALUES (?, ?, ?)",
                (len(stored), recall.index_text(role, content), recall.context_text(before)),
            )
    database.commit()
    return database, stored, ids


def fetch(database: sqlite3.Connection, plan: recall.RecallPlan) -> list[int]:
    return [
        row
        for expression, limit in plan.queries
        for (row,) in database.execute(
            "SELECT rowid FROM message_index WHERE message_index MATCH ? ORDER BY bm25(message_index, 1.0, ?) LIMIT ?",
            (expression, recall.CONTEXT_WEIGHT, limit),
        )
    ]


def _recall(database: sqlite3.Connection, stored: list[recall.Candidate], asked: str) -> list[Recalled]:
    plan = recall.plan(asked)
    rows = fetch(database, plan)
    wider = recall.refine(plan, [stored[row - 1] for row in rows])
    if wider is not plan:
        rows += fetch(database, wider)
    return recall.rank(wider, [stored[row - 1] for row in dict.fromkeys(rows)])


def measure(name: SetName, path: Path) -> Figures:
    """Tell the script, ask all its questions in a new session each, count."""
    script = facts.script(name, SEED)
    database, stored, ids = index(script, path)
    known = answered = unknown = admitted = 0
    for question in script.questions:
        recalled = _recall(database, stored, question.asked)
        reply = answering.reply_to(Prompt("", (PromptMessage("user", question.asked),), tuple(recalled)))
        denied = phrases.UNKNOWN in reply.text
        if question.session is None or question.index is None:
            unknown += 1
            admitted += denied
            continue
        known += 1
        cited = reply.sources[:1] == (ids[question.session, question.index],)
        quoted = any(answer.casefold() in reply.text.casefold() for answer in question.answer)
        answered += cited and quoted and not denied
    database.close()
    return Figures(known, answered, unknown, admitted)


@pytest.fixture(scope="module")
def figures(tmp_path_factory: pytest.TempPathFactory) -> Callable[[SetName], Figures]:
    """The figures of a set, measured once."""
    return lru_cache(maxsize=None)(lambda name: measure(name, tmp_path_factory.mktemp(name) / "index.db"))


@pytest.mark.parametrize("name", facts.SETS)
def test_the_figures_get_no_worse(name: SetName, figures: Callable[[SetName], Figures]) -> None:
    found = figures(name)
    print(f"set {name}: {found}")  # noqa: T201 (the figures are what this test is run for)
    answered_min, admitted_min = FLOORS[name]
    assert found.answered >= answered_min * found.known, found
    assert found.admitted >= admitted_min * found.unknown, found


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in REACHED else _UNREACHED) for name in facts.SETS]
)
def test_the_requirement_is_reached(name: SetName, figures: Callable[[SetName], Figures]) -> None:
    found = figures(name)
    assert found.answered >= REQUIRED[0] * found.known, found
    assert found.admitted >= REQUIRED[1] * found.unknown, found

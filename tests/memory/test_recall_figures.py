"""How much of what was told is found again, asked in other words, and how often is not knowing admitted?

Real SQLite with the full-text table the store keeps; the reply is the embedded model's own.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from ccnode.mind import answering, phrases, recall
from ccnode.mind.prompt_types import Prompt, PromptMessage
from tests.memory import facts

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.mind.prompt_types import Recalled
    from tests.memory.facts import Script, SetName

ANSWERED_MIN = 0.7
UNKNOWN_MIN = 0.9
SEED = 1


@dataclass(frozen=True)
class Figures:
    """`answered` of `known` facts with the right message cited first and quoted; `admitted` of `unknown` questions."""

    known: int
    answered: int
    unknown: int
    admitted: int


def _index(script: Script, path: Path) -> tuple[sqlite3.Connection, list[recall.Candidate], dict[tuple[int, int], str]]:
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


def _fetch(database: sqlite3.Connection, plan: recall.RecallPlan) -> list[int]:
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
    rows = _fetch(database, plan)
    wider = recall.refine(plan, [stored[row - 1] for row in rows])
    if wider is not plan:
        rows += _fetch(database, wider)
    return recall.rank(wider, [stored[row - 1] for row in dict.fromkeys(rows)])


def measure(name: SetName, path: Path) -> Figures:
    """Tell the script, ask all its questions in a new session each, count."""
    script = facts.script(name, SEED)
    database, stored, ids = _index(script, path)
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


@pytest.mark.parametrize("name", facts.SETS)
def test_most_facts_are_found_and_most_unknowns_admitted(name: SetName, tmp_path: Path) -> None:
    figures = measure(name, tmp_path / "index.db")
    print(f"set {name}: {figures}")
    assert figures.answered >= ANSWERED_MIN * figures.known, figures
    assert figures.admitted >= UNKNOWN_MIN * figures.unknown, figures

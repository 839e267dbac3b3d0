"""How much of what was told is found again, asked in other words, and how often is not knowing admitted?

Real SQLite with the full-text table the store keeps; the reply is the embedded model's own, by meaning and by words.
"""

from __future__ import annotations

import operator
import sqlite3
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import pytest

from ccnode.mind import answering, indexing, offering, phrases, recall
from ccnode.mind.prompt_types import Prompt, PromptMessage
from ccnode.models.meaning import Meaning
from tests.memory import facts

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from _pytest.mark import ParameterSet

    from ccnode.mind.prompt_types import Recalled
    from tests.memory.facts import Script, SetName

pytestmark = pytest.mark.timeout(600)  # some hundred texts are compared in meaning with each of 300 questions

# Shares required: facts answered, unknowns admitted.
REQUIRED = (0.7, 0.9)
# What is reached must not get worse: with meanings compared, as shipped, and by words alone, where they cannot be.
# Weights and reader were learned on A to F and on SETS_MORE; nothing was ever made to fit G.
FLOORS: dict[SetName, tuple[float, float]] = {
    "a": (0.74, 0.95),
    "b": (0.63, 0.93),
    "c": (0.77, 0.92),
    "d": (0.74, 0.97),
    "e": (0.78, 0.95),
    "f": (0.79, 0.93),
    "g": (0.71, 0.89),
    "h": (0.38, 0.84),
}
FLOORS_OF_WORDS: dict[SetName, tuple[float, float]] = {"a": (0.71, 0.9), "g": (0.44, 0.84)}
# Of the facts of a set: those whose message is among what is put before a model that weighs for itself, and is first.
FLOORS_OFFERED: dict[SetName, tuple[float, float]] = {
    "a": (0.84, 0.8),
    "b": (0.76, 0.7),
    "c": (0.8, 0.75),
    "d": (0.84, 0.74),
    "e": (0.94, 0.89),
    "f": (0.8, 0.75),
    "g": (0.81, 0.69),
    "h": (0.61, 0.47),
}
REACHED: tuple[SetName, ...] = ("a", "c", "d", "e", "f", "g")  # all but G were among what was learned from
# B and H, made hard on purpose: a quarter and two in five of their questions share no word with what answers them.
_UNREACHED = pytest.mark.xfail(strict=True, reason="what shares no word with a question is found too seldom")
LEARNED_FROM: tuple[SetName, ...] = ("a", "b", "c", "d", "e", "f")
# Measured in every run: the one that was not learned from. The others with `--long`.
MEASURED: tuple[SetName, ...] = ("g",)
SEED = 1


def _sets(marked: Callable[[SetName], tuple[pytest.MarkDecorator, ...]] = lambda _name: ()) -> list[ParameterSet]:
    return [
        pytest.param(name, marks=(*marked(name), *(() if name in MEASURED else (pytest.mark.long,))))
        for name in facts.SETS
        if name in FLOORS  # the set kept for the last has none
    ]


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
                (len(stored), indexing.index_text(role, content), indexing.context_text(before)),
            )
    database.commit()
    return database, stored, ids


def fetch(database: sqlite3.Connection, plan: recall.RecallPlan) -> list[int]:
    return [
        row
        for expression, limit in plan.queries
        for (row,) in database.execute(
            "SELECT rowid FROM message_index WHERE message_index MATCH ? ORDER BY bm25(message_index, 1.0, ?) LIMIT ?",
            (expression, indexing.CONTEXT_WEIGHT, limit),
        )
    ]


def _recall(
    database: sqlite3.Connection, stored: list[recall.Candidate], asked: str, compare: recall.Compare | None
) -> list[Recalled]:
    plan = recall.plan(asked)
    rows = fetch(database, plan)
    wider = recall.refine(plan, [stored[row - 1] for row in rows])
    if wider is not plan:
        rows += fetch(database, wider)
    candidates = [stored[row - 1] for row in dict.fromkeys(rows)]
    comparison = recall.to_compare(wider, candidates)
    return recall.rank(
        wider, candidates, likeness=compare(comparison.question, comparison.texts) if compare is not None else None
    )


def offered(name: SetName, path: Path) -> tuple[float, float]:
    """For what share of the known questions the right message is put before a model that weighs; and is first there."""
    script = facts.script(name, SEED)
    database, stored, ids = index(script, path)
    known = among = first = 0
    for question in script.questions:
        if question.session is None or question.index is None:
            continue
        plan = recall.plan(question.asked, brief=True)
        rows = fetch(database, plan)
        wider = recall.refine(plan, [stored[row - 1] for row in rows])
        if wider is not plan:
            rows += fetch(database, wider)
        found = offering.offered(wider, [stored[row - 1] for row in dict.fromkeys(rows)])
        right = ids[question.session, question.index]
        known += 1
        among += right in [one.message_id for one in found]
        first += right in [one.message_id for one in found[:1]]
    database.close()
    return among / known, first / known


def measure(name: SetName, path: Path, compare: recall.Compare | None) -> Figures:
    """Tell the script, ask all its questions in a new session each, count."""
    script = facts.script(name, SEED)
    database, stored, ids = index(script, path)
    known = answered = unknown = admitted = 0
    for question in script.questions:
        recalled = _recall(database, stored, question.asked, compare)
        reply = answering.reply_to(Prompt((), (PromptMessage("user", question.asked),), tuple(recalled)))
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
    """The figures of a set with meanings compared, measured once."""
    meaning = Meaning()
    if meaning.problem is not None:
        pytest.fail(f"meaning cannot be compared: {meaning.problem}")
    return lru_cache(maxsize=None)(
        lambda name: measure(name, tmp_path_factory.mktemp(name) / "index.db", meaning.likeness)
    )


def _at_least(found: Figures, shares: tuple[float, float]) -> bool:
    return found.answered >= shares[0] * found.known and found.admitted >= shares[1] * found.unknown


@pytest.mark.parametrize("name", _sets())
def test_the_figures_get_no_worse(name: SetName, figures: Callable[[SetName], Figures]) -> None:
    found = figures(name)
    print(f"set {name}: {found}")  # noqa: T201 (the figures are what this test is run for)
    assert _at_least(found, FLOORS[name]), found


@pytest.mark.parametrize("name", [pytest.param("a", marks=pytest.mark.long), "g"])
def test_words_alone_still_do(name: SetName, tmp_path: Path) -> None:
    found = measure(name, tmp_path / "index.db", None)
    print(f"set {name} by words alone: {found}")  # noqa: T201 (the figures are what this test is run for)
    assert _at_least(found, FLOORS_OF_WORDS[name]), found


@pytest.mark.parametrize("name", _sets())
def test_the_right_message_is_put_before_a_model_that_weighs_for_itself(name: SetName, tmp_path: Path) -> None:
    found = offered(name, tmp_path / "index.db")
    print(f"set {name}, offered and first: {found}")  # noqa: T201 (the figures are what this test is run for)
    assert all(map(operator.ge, found, FLOORS_OFFERED[name]))


@pytest.mark.parametrize("name", _sets(lambda name: () if name in REACHED else (_UNREACHED,)))
def test_the_requirement_is_reached(name: SetName, figures: Callable[[SetName], Figures]) -> None:
    found = figures(name)
    assert _at_least(found, REQUIRED), found


@pytest.mark.long
def test_the_requirement_is_reached_over_all_sets_that_were_learned_from(
    figures: Callable[[SetName], Figures],
) -> None:
    found = [figures(name) for name in LEARNED_FROM]
    whole = Figures(
        sum(each.known for each in found),
        sum(each.answered for each in found),
        sum(each.unknown for each in found),
        sum(each.admitted for each in found),
    )
    assert _at_least(whole, REQUIRED), whole

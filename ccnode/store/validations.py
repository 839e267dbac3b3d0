"""What did the last validation of the plate find? One row, kept over restarts, without what was answered from memory.

The answer to the fourth question quotes what was told, and here no order to forget would reach it: only whether it was
right is kept. The other answers are about the plate, whose versions are kept in any case.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import View

Form = dict[str, Any]

FORM_CHARS_MAX: Final = 1_000_000
FROM_MEMORY: Final = "breakthrough"
WITHHELD: Final = "what it said is not kept: it quotes what is remembered, and that can be forgotten"


def keep(found: Mapping[str, Any], now_ms: int) -> Job[None]:
    """A ledger job: keep this validation (a form of the API), in the place of the one before."""
    form = json.dumps(without_memories(found), separators=(",", ":"))

    def job(tx: Transaction) -> None:
        if len(form) <= FORM_CHARS_MAX:
            tx.execute("INSERT OR REPLACE INTO validations VALUES (1, ?, ?)", (now_ms, form))

    return job


def last() -> View[Form | None]:
    """The validation that was kept last; None before the first, and where it cannot be read: it is no record."""
    rows = yield "SELECT form FROM validations", ()
    if not rows or not isinstance(rows[0][0], str):
        return None
    try:
        form = json.loads(rows[0][0])
    except (ValueError, RecursionError):
        return None
    return form if _is_whole(form) else None


def _is_whole(form: object) -> bool:
    """Whether it has what a page shows of one; a form that was damaged, or is an older program's, is none."""
    match form:
        case {
            "passed": bool(), "plate": {"version": int(), "digest": str()}, "model": str(), "time": str(),
            "took_ms": int(), "attempts": [*attempts], "error": dict() | None,
        }:  # fmt: skip
            return bool(attempts) and all(map(_is_attempt, attempts))
    return False


def _is_attempt(attempt: object) -> bool:
    match attempt:
        case {"passed": bool(), "right": int(), "answers": [*answers]}:
            return all(map(_is_answer, answers))
    return False


def _is_answer(answer: object) -> bool:
    match answer:
        case {
            "question": str(), "text": str(), "answer": str() | None, "passed": bool(), "reason": str(),
            "found": list(), "missing": list(),
        }:  # fmt: skip
            return True
    return False


def without_memories(found: Mapping[str, Any]) -> Form:
    """The same, with nothing in it that the model was told from memory: `answer` is null where it was."""
    attempts = [
        {**attempt, "answers": [_without(one) if one["question"] == FROM_MEMORY else one for one in attempt["answers"]]}
        for attempt in found["attempts"]
    ]
    error = found["error"]
    if error is not None:
        wrong = [one for one in attempts[-1]["answers"] if not one["passed"]]
        told = "; ".join(f"{one['question']}: {one['reason']}" for one in wrong)
        error = {**error, "message": f"{_head(error)} {told}".strip()}
    return {**found, "attempts": attempts, "error": error}


def _head(error: Mapping[str, Any]) -> str:
    """What the message says before the answers. Older forms have that in the message alone, where it ends so."""
    head, needed, _ = str(error["message"]).partition(" are needed. ")
    return str(error.get("head", f"{head}{needed}".strip() if needed else ""))


def _without(one: Mapping[str, Any]) -> Form:
    return {**one, "answer": None, "reason": one["reason"] and WITHHELD, "found": [], "missing": []}

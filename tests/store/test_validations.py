"""Is the last validation that was kept shown only where it can be?"""

from __future__ import annotations

import contextlib
import json
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock
from ccnode.store import validations, views
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode_crypto.keys import SigningKey

if TYPE_CHECKING:
    from pathlib import Path

ANSWER: dict[str, Any] = {
    "question": "identity", "text": "Who are you?", "answer": "Ada", "passed": True, "reason": "", "found": ["Ada"],
    "missing": [],
}  # fmt: skip
FORM: dict[str, Any] = {
    "passed": True, "plate": {"version": 1, "digest": "ab"}, "model": "embedded/1", "time": "2026-11-21T12:00:00.000Z",
    "took_ms": 5, "attempts": [{"passed": True, "right": 6, "answers": [ANSWER]}], "error": None,
}  # fmt: skip


def shown_after(folder: Path, form: str) -> dict[str, Any] | None:
    path = folder / "ledger.sqlite"
    ledger = Ledger(path, SigningKey(clock.chance(32)), Ports(clock.now_ms, clock.chance))
    ledger.append_sync(validations.keep(FORM, 5))
    ledger.append_sync(lambda tx: tx.execute("UPDATE validations SET form = ?", (form,)))
    ledger.close()
    with contextlib.closing(connect(path, writable=False)) as connection:
        return views.run(connection, validations.last())


def test_it_is_shown_as_it_was_kept(tmp_path: Path) -> None:
    assert shown_after(tmp_path, json.dumps(FORM)) == FORM


@pytest.mark.parametrize(
    "form",
    [
        "",
        "null",
        "[]",
        '{"a": 1}',
        "[" * 60_000,
        *(json.dumps({**FORM, name: 5}) for name in ("plate", "attempts", "error")),
        json.dumps({**FORM, "attempts": [{"passed": True, "right": 6, "answers": [{**ANSWER, "found": None}]}]}),
        json.dumps({name: value for name, value in FORM.items() if name != "model"}),
    ],
)
def test_what_is_damaged_or_of_another_program_is_none(tmp_path: Path, form: str) -> None:
    """It made the page of the plate fail, from then on."""
    assert shown_after(tmp_path, form) is None


WRONG: dict[str, Any] = {**ANSWER, "passed": False, "reason": "it does not say Ada"}
HEAD = "5 of 6 answers are right after 4 attempts, but one or more answer from an earlier plate."


@pytest.mark.parametrize(
    ("error", "message"),
    [
        ({"message": f"{HEAD} identity: Bergen", "head": HEAD}, f"{HEAD} identity: it does not say Ada"),
        # As it was kept before there was a `head`.
        ({"message": "5 are needed. identity: Bergen"}, "5 are needed. identity: it does not say Ada"),
        ({"message": f"{HEAD} identity: Bergen"}, "identity: it does not say Ada"),
    ],
)
def test_how_many_were_right_stays_without_what_was_remembered(error: dict[str, str], message: str) -> None:
    form = {**FORM, "attempts": [{"passed": False, "right": 5, "answers": [WRONG]}], "error": error}
    without = validations.without_memories(form)
    assert without["error"] == {**error, "message": message}
    assert "Bergen" not in without["error"]["message"]

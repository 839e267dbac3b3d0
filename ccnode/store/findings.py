"""What did an audit find? Problems by chain and position, bounded in number, and what was counted on the way."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from typing import Final

PROBLEMS_MAX: Final = 1_000
UNREADABLE: Final = (sqlite3.DatabaseError, UnicodeDecodeError)  # SQLite's message quotes a damaged schema as it is


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong.

    `chain`: the chain's name, "" where none is concerned. `seq`: the position in it, None where the whole is meant.
    `field`: what is damaged (header, meta, content, signature, digest, runs, page, a table's name and so on).
    """

    chain: str
    seq: int | None
    field: str
    message: str


@dataclass(slots=True)
class Findings:
    """Gathers problems while an audit goes on; beyond PROBLEMS_MAX they are only counted."""

    problems: list[Problem] = field(default_factory=list)
    left_out: int = 0
    entries: int = 0
    erased: int = 0
    withheld: int = 0

    def add(self, chain: str, seq: int | None, part: str, message: str) -> None:
        """Note one problem."""
        if len(self.problems) < PROBLEMS_MAX:
            self.problems.append(Problem(chain, seq, part, message))
        else:
            self.left_out += 1

    @property
    def count(self) -> int:
        """How many problems there are, with those left out."""
        return len(self.problems) + self.left_out


_TABLES: Final = (
    *("messages", "sessions", "session_events", "cancellations", "certified", "message_events", "marks", "activity"),
    *("projections", "index"),
)
# What can be done about damage outside the chains, by what is damaged; all else is the record itself.
_REMEDIES: Final = {
    **dict.fromkeys(
        _TABLES,
        "The chains are the record, and this is made from them. Stop the node and run: ccnode db rebuild",
    ),
    "schema": "Start the node again, which brings the database up to date, or run: ccnode db migrate",
    "certificate": "Have your owner key stand behind this node again: ccnode init --certify",
    "file": "Check the disk, then put the newest backup back that verifies: ccnode backup restore",
    "report": "Mend what is listed first, then verify again.",
}
_RESTORE: Final = "Put the newest backup back that verifies (ccnode backup restore); what is there now is kept aside."


def remedy_of(problem: Problem) -> str:
    """What the owner can do about a problem."""
    return _RESTORE if problem.chain else _REMEDIES.get(problem.field, _RESTORE)

"""Which of the messages that rank may be shown? Not what strangers said, nor what is to be forgotten; see `Filters`.

The two turns before a message are indexed with it. Where one of these may not be shown itself, the message is judged
anew without it: what is hidden finds nothing, for the day in which an order to forget can be taken back as well.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, NamedTuple

from ccnode.store import views
from ccnode.store.corpus import TAIL_MAX, Moment
from ccnode.store.ranking import Allowed, Ranked, Request, best
from ccnode_protocol import hlc, records
from ccnode_protocol.records import Mark

if TYPE_CHECKING:
    from collections.abc import Sequence

SPARE_FIRST: Final = 2  # candidates beyond those wanted: some may not be shown, though mostly none is;
SPARE: Final = 20  # so many where these did not suffice,
DEEPER: Final = 10  # and then so many times as many are looked at
IDS_AT_ONCE: Final = 500
TOUCHED_MAX: Final = 50_000  # messages after hidden ones that are known at all; of these the newest are judged anew
# The message itself, and the two turns that are its context, each with its session and its mark.
_TURNS: Final = (
    "messages m JOIN sessions s ON s.session = m.session LEFT JOIN marks k ON k.id = m.id"
    " LEFT JOIN messages p ON p.id = m.parent_id LEFT JOIN sessions ps ON ps.session = p.session"
    " LEFT JOIN marks pk ON pk.id = p.id"
    " LEFT JOIN messages g ON g.id = p.parent_id LEFT JOIN sessions gs ON gs.session = g.session"
    " LEFT JOIN marks gk ON gk.id = g.id"
)


# Whether nothing at all is hidden: no message is, nothing was ever to forget a session, and nobody else is heard here.
_ALL_SHOWN: Final = (
    "SELECT NOT EXISTS (SELECT 1 FROM marks WHERE due_ms IS NOT NULL)"
    f" AND NOT EXISTS (SELECT 1 FROM marks WHERE mark = {int(Mark.DISABLED)})"
    f" AND NOT EXISTS (SELECT 1 FROM session_events WHERE kind = {int(records.Kind.FORGET_ORDERED)})"
    " AND NOT EXISTS (SELECT 1 FROM chains WHERE node NOT IN (SELECT node FROM own_keys))"
)


@dataclass(frozen=True, slots=True)
class Filters:
    """What a hit must be. Times are milliseconds since 1970, `since` included, `until` not.

    What strangers said, and what is to be forgotten, is no hit. `remembered`: nor is what is disabled.
    `ended`, `imported`: whether its conversation was ended, or brought in.
    """

    session: bytes | None = None
    role: str | None = None
    since: int | None = None
    until: int | None = None
    remembered: bool = False
    ended: bool | None = None
    imported: bool | None = None

    def of_sessions(self) -> str:
        """A condition on `sessions s`: those whose messages are shown."""
        conditions = ["s.due_ms IS NULL", "s.voice IS NULL"]
        if self.ended is not None:
            conditions.append("s.ended IS NOT NULL" if self.ended else "s.ended IS NULL")
        if self.imported is not None:
            conditions.append(views.IMPORTED if self.imported else f"NOT {views.IMPORTED}")
        return " AND ".join(conditions)

    def of_marks(self, name: str) -> str:
        """A condition on the mark (or none) of a message: that it is hidden by it."""
        hidden = f"{name}.due_ms IS NOT NULL"
        return f"({hidden} OR {name}.mark = {int(Mark.DISABLED)})" if self.remembered else hidden

    def sql(self) -> tuple[str, tuple[object, ...]]:
        """A condition on `messages m`, `sessions s` and `marks k`, with its parameters."""
        conditions, parameters = [self.of_sessions(), f"NOT coalesce({self.of_marks('k')}, 0)"], list[object]()
        if self.session is not None:
            conditions.append("m.session = ?")
            parameters.append(self.session)
        allowed = self.allowed()
        for condition, value in (("role =", allowed.role), ("time >=", allowed.since), ("time <", allowed.until)):
            if value is not None:
                conditions.append(f"m.{condition} ?")
                parameters.append(value)
        return " AND ".join(conditions), tuple(parameters)

    def context(self) -> str:
        """SQL that tells which of the two turns before a message are hidden: 1, the last; 2, the one before it."""
        last, before = (
            f"({turn}.id IS NOT NULL AND ({turn}s.session IS NULL OR {turn}s.due_ms IS NOT NULL"
            f" OR {turn}s.voice IS NOT NULL OR coalesce({self.of_marks(f'{turn}k')}, 0)))"
            for turn in ("p", "g")
        )
        return f"{last} + 2 * {before}"

    def allowed(self) -> Allowed:
        """The same for a ranking, but for what is known of sessions."""
        since, until = (
            None if ms is None else views.hlc_limit(hlc.from_ms(max(0, ms))) for ms in (self.since, self.until)
        )
        return Allowed(None if self.role is None else int(records.ROLES[self.role]), since, until)


class _Judged(NamedTuple):
    """A list as far as it may be shown, and whether it is as long as is wanted, or all there is."""

    ranked: list[Ranked]
    enough: bool


def shown(moment: Moment, request: Request, filters: Filters) -> list[list[Ranked]]:
    """The lists of a request without what is not to be shown; what took its place is in them. Raises sqlite3.Error."""
    if filters.ended is None and filters.imported is None and moment.connection.execute(_ALL_SHOWN).fetchone()[0]:
        return moment.rank(request)
    for spare, times in ((min(SPARE_FIRST, SPARE), 1), (SPARE, 1), (SPARE, DEEPER)):
        judged = _judged(moment, request, filters, spare, times)
        if all(one.enough for one in judged):
            return [one.ranked for one in judged]
    return [one.ranked for one in _judged(moment, _without_hidden(moment, request, filters), filters, SPARE, 1)]


def _judged(moment: Moment, request: Request, filters: Filters, spare: int, times: int) -> list[_Judged]:
    counts = [(count + spare) * times for count, _ in request.lists]
    longer = tuple((count, allowed) for count, (_, allowed) in zip(counts, request.lists, strict=True))
    longer_request = replace(request, lists=longer)
    lists = moment.rank(longer_request)
    passed = [
        _passed(moment, [one.number for one in ranked], filters, wanted)
        for ranked, (wanted, _) in zip(lists, request.lists, strict=True)
    ]
    touched = {number: turns for known in passed for number, turns in known.items() if turns} if any(passed) else {}
    for number in moment.apart & touched.keys():
        del touched[number]
    anew: list[list[Ranked]] = [[] for _ in lists]
    if touched:
        moment.judge_anew(touched)
        anew = moment.rank_apart(longer_request)
    found = []
    for at, ranked in enumerate(lists):
        wanted, known = request.lists[at][0], passed[at]
        full = len(ranked) == counts[at]
        clean = [one for one in ranked if one.number in known and one.number not in touched]
        # What is not in a full list scores less than its last, and that may be more than what is judged anew does.
        floor = ranked[-1].score if full else 0.0
        again = [one for one in anew[at] if one.number in touched and one.number in known and one.score >= floor]
        taken = best([clean, again], wanted) if again else clean[:wanted]
        found.append(_Judged(taken, enough=len(taken) == wanted or not full))
    return found


def _passed(moment: Moment, numbers: Sequence[int], filters: Filters, wanted: int) -> dict[int, int]:
    """Those that the filters let pass, and which of their contexts are hidden (`Filters.context`).

    Only as many are looked at as it takes to have those that are wanted.
    """
    condition, parameters = filters.sql()
    found: dict[int, int] = {}
    at, clean = 0, 0
    while at < len(numbers) and clean < wanted:
        some = numbers[at : at + min(IDS_AT_ONCE, max(wanted - clean, SPARE // 2))]
        at += len(some)
        rows = moment.connection.execute(
            f"SELECT m.id, {filters.context()} FROM {_TURNS} WHERE m.id IN ({','.join('?' * len(some))})"
            f" AND {condition}",
            (*some, *parameters),
        ).fetchall()
        found.update(rows)
        clean += sum(not turns for _, turns in rows)
    return found


def _without_hidden(moment: Moment, request: Request, filters: Filters) -> Request:
    """The same request, which passes over everything that is hidden, however much that is."""
    hidden = {row[0] for row in moment.connection.execute(_hidden(filters))}
    touched = _touched(moment, filters) - hidden - moment.apart
    newest = sorted(touched, reverse=True)
    for at in range(0, min(TAIL_MAX, len(newest)), IDS_AT_ONCE):
        some = newest[at : at + IDS_AT_ONCE]
        known = _passed(moment, some, filters, len(some) + 1)
        moment.judge_anew({number: turns for number, turns in known.items() if turns})
    skip = hidden.union(touched - moment.apart, request.skip)
    if filters.ended is None and filters.imported is None:
        return replace(request, skip=skip)
    sql = f"SELECT m.id FROM sessions s JOIN messages m ON m.session = s.session WHERE {filters.of_sessions()}"
    numbers = frozenset(row[0] for row in moment.connection.execute(sql))
    lists = tuple((count, _only(allowed, numbers)) for count, allowed in request.lists)
    return replace(request, skip=skip, lists=lists)


def _only(allowed: Allowed, numbers: frozenset[int]) -> Allowed:
    return replace(allowed, numbers=numbers if allowed.numbers is None else allowed.numbers & numbers)


def _hidden(filters: Filters) -> str:
    return (
        "SELECT m.id FROM sessions s JOIN messages m ON m.session = s.session"
        " WHERE s.due_ms IS NOT NULL OR s.voice IS NOT NULL"
        f" UNION ALL SELECT k.id FROM marks k WHERE {filters.of_marks('k')}"
    )


def _touched(moment: Moment, filters: Filters) -> set[int]:
    """The newest of the messages whose context is hidden, in part at least."""
    sql = (
        f"WITH hidden (id) AS ({_hidden(filters)}),"
        " next (id) AS (SELECT m.id FROM hidden JOIN messages m ON m.parent_id = hidden.id)"
        " SELECT id FROM next UNION SELECT m.id FROM next JOIN messages m ON m.parent_id = next.id"
        " ORDER BY 1 DESC LIMIT ?"
    )
    return {row[0] for row in moment.connection.execute(sql, (TOUCHED_MAX,))}

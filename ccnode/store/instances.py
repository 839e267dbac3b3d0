"""Which instances of the model are there, and what became of each? An instance: one session, one plate, one model.

It is spawned with the first reply that is asked of it, beats with every turn, and is idle where it has not for a while.
It ends (`why`) as its session ends, when the plate or the model of the session becomes another ("replaced"), when the
node stops, or when it does not pass for the assistant of its plate ("failed"). What a node that was killed leaves open
is closed at the next start ("lost"). Scratch (law 3): who answered under which plate, the replies' entries prove.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar

from ccnode import clock
from ccnode.later import later
from ccnode_protocol import hlc

if TYPE_CHECKING:
    from ccnode.store import measurements, plates, views
    from ccnode.store.ledger import Job
    from ccnode.store.transaction import Transaction
    from ccnode.store.views import Row, View
else:
    measurements = later("ccnode.store.measurements")
    plates = later("ccnode.store.plates")
    views = later("ccnode.store.views")

T = TypeVar("T")
Why = Literal["ended", "stopped", "replaced", "failed", "lost"]
Status = Literal["active", "idle", "terminated", "failed"]

IDLE_MS: Final = 15 * 60 * 1000
DAY_MS: Final = 86_400_000
INSTANCE_BYTES: Final = 16
DRIFTS_MAX: Final = 200  # of so many instances the drift is looked up
MEASURED_LATER_MS: Final = 60_000  # a reply is measured beside everything else, perhaps after the node was told to stop
MODEL_CHARS_MAX: Final = 200
DIGEST_BYTES: Final = 32
TIME_MS_MAX: Final = 253_402_300_799_999  # the end of the year 9999, the last that a date can tell
_COLUMNS: Final = (
    "id, session, plate, model, spawned_ms, heartbeat_ms, replies, ended_ms, why, correct, attempts, passed"
)
_MARKS: Final = ", ".join("?" * 12)


@dataclass(frozen=True, slots=True)
class Validation:
    """How an instance answered the six questions the last time they were asked: how many rightly, in which attempt."""

    correct: int
    attempts: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Instance:
    """One instance. `plate` is the digest of its plate's text. Times are milliseconds since 1970."""

    id: bytes
    session: bytes
    plate: bytes | None
    model: str
    spawned_ms: int
    heartbeat_ms: int
    replies: int = 0
    ended_ms: int | None = None
    why: Why | None = None
    validation: Validation | None = None

    def status(self, now_ms: int) -> Status:
        """What it is now; idle after 15 minutes without a beat."""
        if self.ended_ms is not None:
            return "failed" if self.why == "failed" else "terminated"
        return "idle" if now_ms - self.heartbeat_ms >= IDLE_MS else "active"


# --- writing ---


def spawn(one: Instance) -> Job[None]:
    """A ledger job: enter an instance, in the place of the one that its session had."""

    def job(tx: Transaction) -> None:
        _end(tx, "replaced", one.spawned_ms, "session = ?", one.session)
        checked = one.validation
        judged = (None,) * 3 if checked is None else (checked.correct, checked.attempts, int(checked.passed))
        row = (one.id, one.session, one.plate, one.model[:MODEL_CHARS_MAX], one.spawned_ms, one.heartbeat_ms)
        tx.execute(
            f"INSERT INTO instances ({_COLUMNS}) VALUES ({_MARKS})", (*row, one.replies, one.ended_ms, one.why, *judged)
        )

    return job


def beat(tx: Transaction, instance: bytes, now_ms: int, *, replies: int = 0) -> None:
    """Within a job: the instance did something."""
    tx.execute(
        "UPDATE instances SET heartbeat_ms = max(heartbeat_ms, ?), replies = replies + ? WHERE id = ?",
        (now_ms, replies, instance),
    )


def with_end(work: Job[T], session: bytes, now_ms: int) -> Job[T]:
    """A ledger job: end the session, or order that it be forgotten (`work`), and with it its instance."""

    def job(tx: Transaction) -> T:
        result = work(tx)
        _end(tx, "ended", now_ms, "session = ?", session)
        return result

    return job


def end_all(why: Literal["stopped", "lost"], now_ms: int) -> Job[None]:
    """A ledger job: the node stops, or finds what an earlier start has left open."""
    return lambda tx: _end(tx, why, now_ms, "1")


def any_living() -> View[bool]:
    """Whether there is anything that `end_all` would end."""
    return bool((yield "SELECT 1 FROM instances WHERE ended_ms IS NULL LIMIT 1", ()))


def _end(tx: Transaction, why: Why, now_ms: int, which: str, *parameters: object) -> None:
    ended = "heartbeat_ms" if why == "lost" else "max(heartbeat_ms, ?2)"
    tx.execute(
        f"UPDATE instances SET ended_ms = {ended}, why = ?1 WHERE ended_ms IS NULL AND ?2 IS NOT NULL"
        f" AND {which.replace('?', '?3')}",
        (why, now_ms, *parameters),
    )


def prune(now_ms: int, days: int) -> Job[int]:
    """A ledger job: delete accounts of prompts that are older, and instances that ended before; how many rows.

    0 days keeps everything. It stands here because all that a prompt takes is not loaded for it.
    """

    def job(tx: Transaction) -> int:
        if not days:
            return 0
        before = now_ms - days * DAY_MS
        gone = tx.execute("DELETE FROM prompts WHERE time_ms < ?", (before,))
        return gone + tx.execute("DELETE FROM instances WHERE spawned_ms < ?1 AND ended_ms < ?1", (before,))

    return job


# --- reading ---


def instances(limit: int = 50, *, living: bool = False, session: bytes | None = None) -> View[list[Instance]]:
    """The instances, those that live first, then by when they were spawned, the newest first; no damaged rows."""
    conditions = ["ended_ms IS NULL"] * living + ["session = ?"] * (session is not None)
    where = f" WHERE {' AND '.join(conditions)}" if conditions else ""
    rows = yield (
        f"SELECT {_COLUMNS} FROM instances{where} ORDER BY ended_ms IS NOT NULL, spawned_ms DESC, id LIMIT ?",
        (*([session] if session is not None else []), limit),
    )
    return [_instance(row) for row in rows if _is_sound(row)]


def _is_sound(row: Row) -> bool:
    """Whether each column holds what it was made for. Rows of scratch are not signed; SQLite takes any type."""
    names, counts, ended, judged = row[:4], row[4:7], row[7:9], row[9:]
    return (
        all(type(name) is bytes and len(name) == INSTANCE_BYTES for name in names[:2])
        and (names[2] is None or (type(names[2]) is bytes and len(names[2]) == DIGEST_BYTES))
        and type(names[3]) is str
        and all(type(count) is int and 0 <= count <= TIME_MS_MAX for count in counts)
        and (ended[0] is None or (type(ended[0]) is int and 0 <= ended[0] <= TIME_MS_MAX))
        and (ended[1] is None or type(ended[1]) is str)
        and all(count is None or type(count) is int for count in judged)
        and len({count is None for count in judged}) == 1
    )


def _instance(row: Row) -> Instance:
    correct, attempts, passed = row[9:]
    judged = None if correct is None else Validation(correct, attempts, bool(passed))
    return replace(Instance(*row[:9]), validation=judged)


def forms(limit: int, now_ms: int, *, living: bool = False, running: bool = True) -> View[dict[str, Any]]:
    """What GET /api/v1/admin/instances gives. Where no node is `running`, none of them lives, whatever its row says."""
    found = yield from instances(limit, living=living)
    known = yield from plates.numbered(_use(one.plate, one) for one in found if one.plate is not None)
    drifts = {}
    for one in found[:DRIFTS_MAX]:
        drifts[one.id] = yield from _drift(one)
    listed = [_form(one, known, drifts.get(one.id), now_ms, running=running) for one in found]
    counts = dict.fromkeys(("active", "idle", "terminated", "failed"), 0)
    for form in listed:
        counts[form["status"]] += 1
    return {"instances": listed, "counts": counts, "idle_after_s": IDLE_MS // 1000}


def _drift(one: Instance) -> View[float | None]:
    """The drift of its last reply that was measured; None where there is none, or no baseline to drift from."""
    measured = (yield from measurements.last_in(one.session)) if one.replies else None
    if measured is None or views.ms_of(measured.time) < one.spawned_ms:
        return None
    if one.ended_ms is not None and views.ms_of(measured.time) > one.ended_ms + MEASURED_LATER_MS:
        return None  # it is that of an instance after it
    from ccnode.mind.measured import MILLION

    drift = measured.found.figures.get("drift")
    return drift / MILLION if isinstance(drift, int) else None


def _use(plate: bytes, one: Instance) -> tuple[bytes, int]:
    """Which text it has, and when it began with it."""
    return plate, hlc.from_ms(one.spawned_ms + 1) - 1  # the whole of that millisecond


def _plate(plate: bytes | None, one: Instance, known: dict[tuple[bytes, int], int]) -> dict[str, Any] | None:
    return None if plate is None else {"digest": plate.hex(), "version": known.get(_use(plate, one))}


def _form(
    one: Instance, known: dict[tuple[bytes, int], int], drift: float | None, now_ms: int, *, running: bool
) -> dict[str, Any]:
    lost = not running and one.ended_ms is None
    checked = one.validation
    return {
        "instance_id": str(uuid.UUID(bytes=one.id)),
        "session_id": str(uuid.UUID(bytes=one.session)),
        "status": "terminated" if lost else one.status(now_ms),
        "model": one.model,
        "plate": _plate(one.plate, one, known),
        "spawned": clock.iso(one.spawned_ms),
        "heartbeat": clock.iso(one.heartbeat_ms),
        "ended": clock.iso(one.ended_ms) if one.ended_ms is not None else None,
        "why": "lost" if lost else one.why,
        "replies": one.replies,
        "drift": drift,
        "validation": None
        if checked is None
        else {"passed": checked.passed, "right": checked.correct, "attempts": checked.attempts},
    }

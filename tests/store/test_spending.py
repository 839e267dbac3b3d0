"""Does every call's cost arrive in its day, and is it shown without inventing anything?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccnode import clock
from ccnode.store import rebuild, spending, views
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode.store.spending import Spent
from ccnode_crypto.keys import SigningKey

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOON = 1_795_262_400_000  # 2026-11-21


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.sqlite", SigningKey(clock.chance(32)), Ports(clock.now_ms, clock.chance))
    yield made
    made.close()


def read(path: Path, day: str) -> list[Spent]:
    connection = connect(path, writable=False)
    try:
        return views.run(connection, spending.since(day))
    finally:
        connection.close()


def test_calls_add_up_by_day_and_model(ledger: Ledger, tmp_path: Path) -> None:
    for spent in (
        Spent("2026-11-20", "a", 1, 10, 20, 30, 40, 50, 0, 1),
        Spent("2026-11-21", "a", 1, 1, 2, 3, 4, 5, 0, 0),
        Spent("2026-11-21", "a", 1, 1, 2, 3, 4, 0, 1, 1),
        Spent("2026-11-21", "b" * 500),
    ):
        ledger.append_sync(spending.add(spent))
    path = tmp_path / "ledger.sqlite"
    today = [Spent("2026-11-21", "a", 2, 2, 4, 6, 8, 5, 1, 1), Spent("2026-11-21", "b" * 200)]
    assert read(path, "2026-11-21") == today
    assert read(path, "2026-11-20") == [*today, Spent("2026-11-20", "a", 1, 10, 20, 30, 40, 50, 0, 1)]
    ledger.append_sync(rebuild.rebuild())  # it is no projection
    assert read(path, "2026-11-21") == today


@pytest.mark.parametrize(
    ("micro", "shown"),
    [
        (0, "$0.00"),
        (1, "$0.000001"),
        (200, "$0.0002"),
        (1_500_000, "$1.50"),
        (12_345_678, "$12.345678"),
        (10**9, "$1000.00"),
    ],
)
def test_dollars(micro: int, shown: str) -> None:
    assert spending.dollars(micro) == shown


def test_days_are_those_of_utc() -> None:
    assert spending.day_of(NOON) == "2026-11-21"
    assert spending.day_of(NOON + 12 * 3_600_000) == "2026-11-22"
    assert spending.first_day(NOON, 1) == "2026-11-21"
    assert spending.first_day(NOON, 30) == "2026-10-23"


def test_what_is_not_known_is_not_shown_as_nothing() -> None:
    rows = [
        Spent("2026-11-21", "unknown", calls=2, unpriced=2),
        Spent("2026-11-21", "partly", calls=2, unpriced=1, cost=7),
        Spent("2026-11-20", "free", calls=1),
    ]
    form = spending.cost_form(rows, 0, NOON)
    assert [day["cost_micro_dollars"] for day in form["days"]] == [None, 7, 0]
    assert (form["spent_today_micro_dollars"], form["total_micro_dollars"], form["unpriced_calls"]) == (7, 7, 3)
    assert (form["budget_micro_dollars_per_day"], form["left_today_micro_dollars"]) == (None, None)
    assert form["begins_anew"] == "2026-11-22T00:00:00.000Z"
    assert spending.cost_form(rows, 5, NOON)["left_today_micro_dollars"] == 0
    assert spending.cost_form(rows, 10, NOON)["left_today_micro_dollars"] == 3


@pytest.mark.parametrize("damage", ["cost = 1.5e300", "cost = -5", "input = 'x'", "output = 9e999", "model = x'00ff'"])
def test_a_damaged_row_is_left_out_and_stops_nothing(ledger: Ledger, tmp_path: Path, damage: str) -> None:
    for model, cost in (("a", 5), ("b", 7)):
        ledger.append_sync(spending.add(Spent("2026-11-21", model, cost=cost)))
    ledger.append_sync(lambda tx: tx.execute(f"UPDATE spending SET {damage} WHERE model = 'a'", ()))
    path = tmp_path / "ledger.sqlite"
    rows = read(path, "")
    assert [(one.model, one.cost) for one in rows] == [("b", 7)]
    assert spending.cost_form(rows, 10, NOON)["spent_today_micro_dollars"] == 7
    connection = connect(path, writable=False)
    try:
        assert views.run(connection, spending.by_day()) == {"2026-11-21": 7}
    finally:
        connection.close()

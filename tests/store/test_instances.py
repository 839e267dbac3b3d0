"""Are instances shown as they are, and is a row that was tampered with left out?"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING

import pytest

from ccnode import clock
from ccnode.store import instances, views
from ccnode.store.instances import Instance, Validation
from ccnode.store.ledger import Ledger, Ports, connect
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


@pytest.mark.parametrize(
    "damage",
    [
        "plate = 'x'", "plate = x'00'", "session = 'no session'", "session = x''", "model = x'00ff'",
        "spawned_ms = 'soon'",
        "spawned_ms = 9000000000000000000", "heartbeat_ms = -1", "replies = 1.5", "ended_ms = x''", "ended_ms = 'x'",
        "why = x'01'", "correct = NULL", "passed = 'x'",
    ],
)  # fmt: skip
def test_a_damaged_row_is_left_out_and_stops_nothing(ledger: Ledger, tmp_path: Path, damage: str) -> None:
    """Scratch is not signed, and whoever can write the file can write anything there."""
    judged = Validation(6, 1, passed=True)
    sound = Instance(b"b" * 16, b"t" * 16, b"p" * 32, "sound", NOON, NOON, validation=judged)
    for one in (Instance(b"a" * 16, b"s" * 16, None, "damaged", NOON, NOON, validation=judged), sound):
        ledger.append_sync(instances.spawn(one))
    ledger.append_sync(lambda tx: tx.execute(f"UPDATE instances SET {damage} WHERE model = 'damaged'", ()))
    with contextlib.closing(connect(tmp_path / "ledger.sqlite", writable=False)) as connection:
        assert views.run(connection, instances.instances()) == [sound]
        form = views.run(connection, instances.forms(50, NOON))
    assert [one["model"] for one in form["instances"]] == ["sound"]
    assert form["counts"] == {"active": 1, "idle": 0, "terminated": 0, "failed": 0}

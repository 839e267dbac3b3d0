"""Does what each turn asks stay quick in a large database? SQLite must come from few rows to their entries.

The other way round, from a chain through all of its entries, gives the same answers, and takes as long as there are
entries: at 100,000 messages the plate in force took 40 ms, the newest of no notes at all 50.
"""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store import baselines, bearing, chains, ground, instances, knowledge, measurements, notes, plates, recent
from tests.store.support import OWNER, Node, introduce, reader, session_id, talk

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccnode.store.views import View

THROUGH_A_CHAIN = "entries_position (chain=?)"
VIEWS: dict[str, Callable[[bytes], View[Any]]] = {
    "ground": ground.of_question,
    "preview": lambda _: ground.preview(None),
    "plate in force": lambda _: plates.plate_in_force(),
    "plates": lambda _: plates.versions(),
    "plate numbers": lambda digest: plates.numbers({digest}),
    "last plate": lambda _: plates.last_issued(),
    "recent": lambda _: recent.conversations(session_id(9)),
    "instances": lambda _: instances.forms(50, 0),
    "bearing": lambda _: bearing.current(session_id(1)),
    "baseline": lambda _: baselines.last_issued(),
    "history": lambda _: measurements.history(1),
    "measurement of a reply": measurements.of_reply,
    "measured": lambda _: measurements.count(),
    "windows": lambda _: measurements.windows(10),
    "windows compared": measurements.windows_compared,
    "last alarm": lambda _: measurements.last_with("alarm", 10),
    "latest measurement": lambda _: measurements.latest(10),
    "phi": lambda _: measurements.last_phi(),
    "notes": lambda _: notes.newest(),
    "notes of a message": lambda digest: notes.standing([digest]),
    "packets": lambda _: knowledge.newest(),
    "packets of a promotion": lambda digest: knowledge.of([digest]),
    "packets that a reply cites": lambda digest: knowledge.void([digest]),
    "packets in all": lambda _: knowledge.summary(),
}


@pytest.mark.parametrize("name", VIEWS)
def test_no_view_of_a_turn_goes_through_a_chain(tmp_path: Path, name: str) -> None:
    node = Node(tmp_path / "ledger.sqlite")
    ledger = node.open()
    introduce(node, ledger)
    text = "# Ada\n\nYou are Ada."
    ledger.append_sync(plates.keep(plates.stated(OWNER, text, None, None, 5), text))
    newest = talk(ledger, 1, 2)
    talk(ledger, 2, 2)
    ledger.close()
    with contextlib.closing(reader(node.path)) as connection:
        view, rows = VIEWS[name](newest), None
        asked = 0
        with contextlib.suppress(StopIteration):
            while True:
                sql, parameters = view.send(rows) if rows is not None else next(view)
                plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {sql}", parameters)]
                assert not [step for step in plan if THROUGH_A_CHAIN in step], f"{sql}\n{plan}"
                rows = connection.execute(sql, parameters).fetchall()
                asked += 1
    assert asked


def test_what_grew_is_found_from_the_last_run_on(tmp_path: Path) -> None:
    """It is asked after each commit. Through all 300,000 that a sandbox peer can send in a day it took 23 ms."""
    node = Node(tmp_path / "ledger.sqlite")
    node.open().close()
    with contextlib.closing(reader(node.path)) as connection:
        plan = [row[3] for row in connection.execute(f"EXPLAIN QUERY PLAN {chains._SINCE}", (1,))]
    assert not [step for step in plan if step.startswith("SCAN")]
    assert "SEARCH runs USING INTEGER PRIMARY KEY (rowid>?)" in plan

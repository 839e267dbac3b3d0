"""Do three real daemons tell each other what their characters are, as their tiers allow, and no longer than that?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.reference import charvec1
from ccnode.store import measurements
from ccnode.store.home import Home
from ccnode_protocol.records import Measurement
from tests.cli.helpers import ledger_of
from tests.daemon.test_federation import asked, join, until
from tests.daemon.test_process import Node, nodes

if TYPE_CHECKING:
    from pathlib import Path

VALUES = {"first": 500_000, "second": 530_000, "third": 600_000}


def measured(node: Node, value: int) -> None:
    """Have a node that does not run have measured a character."""
    vector = (value,) * measurements.DIMENSIONS
    found = Measurement(bytes(32), charvec1().spec, words=10, window=2_000, own=vector, vector=vector)
    with ledger_of(Home(node.data)) as ledger:
        assert ledger.append_sync(measurements.record(found)) is not None


def told(node: Node) -> dict[str, tuple[bool, float | None]]:
    """Whose characters it knows: whether apart, and how far from its own."""
    found: list[dict[str, Any]] = asked(node, "federation", "status")["reports"]
    return {one["name"]: (one["apart"], one["drift"]) for one in found}


def test_characters_are_told_as_tiers_allow(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(*(tmp_path / name for name in VALUES), runtime=runtime) as made:
        for name, node in zip(VALUES, made, strict=True):
            node.run("init", "--yes", "--name", name)
            measured(node, VALUES[name])
            node.start()
            until(lambda node=node, name=name: told(node) == {name: (False, 0.0)})  # type: ignore[misc]
        first, second, third = made
        join(first, second)
        until(lambda: told(first) == {"first": (False, 0.0), "second": (False, 0.03)})
        until(lambda: told(second) == {"first": (False, 0.03), "second": (False, 0.0)})
        join(first, third, "sandbox")
        everybody = {"first": (False, 0.0), "second": (False, 0.03), "third": (True, 0.1)}
        until(lambda: told(first) == everybody)
        assert told(second).keys() == {"first", "second"}
        assert told(third).keys() == {"third"}
        listed = first.run("character", "nodes").stdout
        assert [line.split("\t")[2] for line in listed.splitlines()] == ["this node", "ours", "apart"]

        # It is known after a start too, while the others are away.
        for node in (second, third, first):
            node.kill()
        first.start()
        until(lambda: told(first) == everybody)

        # Who is removed is forgotten at once, and nobody brings it back.
        named = {one["name"]: one["node_id"] for one in asked(first, "federation", "status")["reports"]}
        asked(first, "peer", "remove", named["second"], "--yes")
        assert told(first).keys() == {"first", "third"}
        asked(first, "peer", "trust", named["third"], "external")
        assert told(first).keys() == {"first"}
        second.start()
        until(lambda: told(second).keys() == {"first", "second"})
        assert told(first).keys() == {"first"}
        until(lambda: len(asked(first, "character", "nodes")["reports"]) == 1)

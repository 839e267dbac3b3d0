"""Two real daemons that no network joins: what one says reaches the other in files, under the rules of a link."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.daemon.test_federation import asked, join, say, sessions, texts, until
from tests.daemon.test_process import Node, nodes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[list[Node]]:
    """Two nodes of two owners, which run and listen to nobody."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(tmp_path / "first", tmp_path / "second", runtime=runtime) as made:
        for name, node in zip(("first", "second"), made, strict=True):
            node.run("init", "--yes", "--name", name)
            node.environment["CCNODE_FEDERATION__ENABLED"] = "false"
            node.environment["CCNODE_BUNDLE_PASSPHRASE"] = "a stick in an envelope"
            node.start()
            until(lambda node=node: asked(node, "federation", "status")["state"] == "off")  # type: ignore[misc]
        yield made


@pytest.fixture
def parted(tmp_path: Path) -> Iterator[list[Node]]:
    """Two nodes of one owner, whose link was cut."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(tmp_path / "first", tmp_path / "second", runtime=runtime) as made:
        for name, node in zip(("first", "second"), made, strict=True):
            node.run("init", "--yes", "--name", name)
            node.start()
            until(lambda node=node: asked(node, "federation", "status")["state"] == "on")  # type: ignore[misc]
        join(made[0], made[1])
        until(lambda: [asked(node, "peer", "list")["peers"][0]["in_force"] for node in made] == ["core", "core"])
        until(lambda: asked(made[0], "peer", "list")["peers"][0]["offered"] == "core")
        for node in made:
            node.run("federation", "stop")
        yield made


def identifier(node: Node) -> str:
    found: str = node.status()["node_id"]
    return found


def carry(sender: Node, receiver: Node, path: Path, *more: str) -> dict[str, Any]:
    """Make a bundle and apply it; what came of it."""
    path.unlink(missing_ok=True)
    asked(sender, "peer", "bundle", "create", str(path), *more)
    return asked(receiver, "peer", "bundle", "apply", str(path))


def test_a_bundle_that_was_made_before_an_erasure_is_not_given_out(parted: list[Node]) -> None:
    first, second = parted
    session = say(first, "The zwetschgenkuchen is in the oven.")
    _, made = first.request("POST", f"/api/v1/peers/{identifier(second)}/bundle", {})
    path = f"/api/v1/bundles/{made['bundle']['bundle_id']}"
    until(lambda: first.request("GET", path)[1]["bundle"]["state"] == "done")
    files = list((first.data / "bundles").iterdir())
    assert len(files) == 1
    asked(first, "session", "forget", session, "--yes", "--now")
    until(lambda: first.request("GET", path)[0] == 404)
    assert first.request("GET", f"{path}/file")[0] == 404
    assert not files[0].exists()


def code_of(node: Node, *arguments: str) -> str:
    """How a command fails."""
    done = node.run(*arguments, "--json", check=False)
    assert done.returncode != 0, done.stdout
    code: str = json.loads(done.stdout)["error"]["code"]
    return code


def test_what_is_carried_to_and_fro_makes_both_alike(parted: list[Node], tmp_path: Path) -> None:
    first, second = parted
    say(first, "The ferry of Ashcombe leaves at seven, said while nothing joined the two.")
    say(second, "The mill of Dunwater is run by Perpetua Lind.")
    stick = tmp_path / "stick"
    looked = tmp_path / "looked"
    asked(first, "peer", "bundle", "create", str(looked))
    dry = asked(second, "peer", "bundle", "apply", str(looked), "--dry-run")
    assert dry["result"]["new"] > 0
    assert not texts(second, "Ashcombe")

    there = carry(first, second, stick)
    assert there["result"]["new"] >= dry["result"]["new"]
    until(lambda: texts(second, "Ashcombe"))
    assert there["entries"] < 40, "what crossed the link before is carried again"
    back = carry(second, first, stick)
    assert back["result"]["new"] > 0
    until(lambda: texts(first, "Perpetua"))
    until(lambda: sessions(first) == sessions(second))
    assert asked(first, "peer", "list")["peers"][0]["carried"]["entries_owed"] == 0

    again = asked(first, "peer", "bundle", "apply", str(stick))
    assert again["result"]["new"] == 0
    older = asked(second, "peer", "bundle", "apply", str(looked))
    assert (older["result"]["new"], older["older"]) == (0, True)
    say(first, "The weir of Thornmouth was mended, which travels alone.")
    small = carry(first, second, stick)
    assert small["entries"] < 10
    until(lambda: texts(second, "Thornmouth"))
    for node in parted:
        assert asked(node, "audit", "verify")["ok"] is True


def test_who_never_met_begin_with_a_passphrase(apart: list[Node], tmp_path: Path) -> None:
    first, second = apart
    stick = tmp_path / "stick"
    assert code_of(first, "peer", "bundle", "create", str(stick), "--for", identifier(second)) == "not_allowed"
    first.run("peer", "add", identifier(second), "--tier", "sandbox-out", "--yes")
    assert code_of(first, "peer", "bundle", "create", str(stick)) == "conflict"
    first.run("peer", "bundle", "create", str(stick), "--passphrase")
    assert code_of(second, "peer", "bundle", "apply", str(stick)) == "not_allowed"
    second.run("peer", "add", identifier(first), "--tier", "sandbox-in", "--yes")
    second.environment["CCNODE_BUNDLE_PASSPHRASE"] = "another"
    assert code_of(second, "peer", "bundle", "apply", str(stick)) == "wrong_passphrase"
    second.environment["CCNODE_BUNDLE_PASSPHRASE"] = "a stick in an envelope"
    assert asked(second, "peer", "bundle", "apply", str(stick))["result"]["new"] == 0  # it has shared nothing yet

    back = tmp_path / "back"
    assert carry(second, first, back)["result"]["refused"] == 0
    assert back.read_bytes().startswith(b"age-encryption.org/v1")
    assert code_of(second, "peer", "bundle", "apply", str(back)) == "another_node"
    forward = tmp_path / "forward"
    asked(first, "peer", "bundle", "create", str(forward))
    second.run("peer", "trust", identifier(first), "external")
    assert code_of(second, "peer", "bundle", "apply", str(forward)) == "not_allowed"
    second.run("peer", "remove", identifier(first), "--yes")
    assert code_of(second, "peer", "bundle", "apply", str(forward)) == "not_allowed"

"""Real daemons of one owner: what was decided and forgotten since a backup was made, it brings back in no way."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from tests.daemon.test_erasing import SECRET, still_in, talk
from tests.daemon.test_federation import address, asked, join, links, pair, say, texts, until
from tests.daemon.test_let_down import name_of, trio

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemon.test_process import Node

__all__ = ["pair", "trio"]


def standing(node: Node) -> dict[str, tuple[str, str | None]]:
    """What each peer is: its standing, and the tier in force."""
    found = asked(node, "peer", "list", "--all")
    every = [one for part in found.values() if isinstance(part, list) for one in part]
    return {one["node_id"]: (one["standing"], one["in_force"]) for one in every}


def put_back(node: Node, backup: str) -> None:
    node.kill()
    node.run("backup", "restore", backup, "--replace")
    node.start()
    until(lambda: asked(node, "federation", "status")["state"] == "on")


def accept(node: Node, other: Node) -> None:
    asked(node, "peer", "add", name_of(other), "--tier", "core", "--address", address(other), "--yes")
    until(lambda: links(node).get(name_of(other)) == "core")


@pytest.mark.timeout(600)
def test_a_removal_comes_back_from_whoever_heard_of_it(trio: list[Node]) -> None:
    here, between, there = trio
    lost = name_of(there)
    backup = asked(here, "backup", "create")["path"]
    asked(here, "peer", "remove", lost, "--yes", "--keep-key")
    say(here, "The smithy of Oakhollow burned down in spring.")  # after the decision, on the same chain
    until(lambda: texts(between, "Oakhollow"))

    put_back(here, backup)
    assert {stands for stands, _ in standing(here).values()} == {"pending"}
    accept(here, between)
    until(lambda: standing(here)[lost] == ("removed", None))
    say(there, "What is said in Ferncastle stays in Ferncastle.")
    until(lambda: texts(between, "Ferncastle"))
    say(between, "A heron stands in the pond of Yarrowby.")
    until(lambda: texts(here, "Yarrowby"))
    assert texts(here, "Ferncastle") == []
    assert links(here).keys() == {name_of(between)}
    here.kill()
    here.start()
    until(lambda: links(here).keys() == {name_of(between)})
    assert standing(here)[lost] == ("removed", None)


@pytest.mark.timeout(600)
def test_where_nobody_heard_of_it_each_waits_for_the_owner(trio: list[Node]) -> None:
    here, between, there = trio
    lost = name_of(there)
    backup = asked(here, "backup", "create")["path"]
    between.kill()
    asked(here, "peer", "remove", lost, "--yes", "--keep-key")
    put_back(here, backup)
    between.start()
    until(lambda: links(between).get(lost) == "core")
    accept(here, between)
    say(between, "The smithy of Oakhollow burned down in spring.")
    until(lambda: texts(here, "Oakhollow"))
    assert standing(here)[lost] == ("pending", None), "the other has it as core, and that is not enough"
    for node in (here, between):
        node.kill()
    between.start()
    here.start()
    accept(here, between)
    assert standing(here)[lost] == ("pending", None)
    accept(here, there)  # what the owner says counts


@pytest.mark.timeout(600)
def test_who_was_let_down_since_is_let_down_in_an_old_copy_too(trio: list[Node], tmp_path: Path) -> None:
    """Nothing tells that the directory is an old one but what others know of its chain."""
    here, between, there = trio
    here.kill()
    old = tmp_path / "old"
    shutil.copytree(here.data, old)
    here.start()
    until(lambda: len(links(here)) == 2)  # the two others
    asked(here, "peer", "trust", name_of(there), "sandbox")
    say(here, "The smithy of Oakhollow burned down in spring.")
    until(lambda: texts(between, "Oakhollow"))
    here.kill()
    shutil.rmtree(here.data)
    shutil.copytree(old, here.data)
    here.start()
    until(lambda: standing(here)[name_of(there)] == ("known", "sandbox-in"))
    until(lambda: texts(here, "Oakhollow"))
    assert any("old copy" in one["message"] for one in here.status()["problems"])
    asked(here, "peer", "trust", name_of(there), "core")
    until(lambda: links(here).get(name_of(there)) == "core")


@pytest.mark.timeout(600)
def test_what_was_forgotten_since_is_gone_again_from_a_backup_that_is_put_back(pair: list[Node]) -> None:
    """The order is not in the backup: it comes with this node's own chain, before anything is given to others."""
    first, second = pair
    session = talk(first, f"The {SECRET} is in the oven.", 12)  # more than a node's own word reaches
    join(first, second)
    until(lambda: still_in(second, SECRET))
    backup = asked(first, "backup", "create")["path"]
    order = asked(first, "session", "forget", session, "--yes", "--now")["order"]
    for node in pair:
        until(lambda node=node: not still_in(node, SECRET))  # type: ignore[misc]
        until(lambda node=node: asked(node, "erasure", "show", order)["state"] == "answered")  # type: ignore[misc]
    assert backup in [one["path"] for one in asked(first, "erasure", "show", order)["copies"]]

    put_back(first, backup)
    assert still_in(first, SECRET), "nobody has told it yet"
    assert texts(second, SECRET) == []
    accept(first, second)
    until(lambda: not still_in(first, SECRET))
    until(lambda: asked(first, "erasure", "show", order)["state"] == "answered")
    assert texts(first, SECRET) == []
    assert not still_in(second, SECRET)
    after = asked(first, "backup", "create")["path"]
    put_back(first, after)
    assert not still_in(first, SECRET)
    put_back(first, backup)
    accept(first, second)
    until(lambda: not still_in(first, SECRET), "the same backup once more")
    assert asked(first, "audit", "verify")["ok"] is True

"""Three real daemons of one owner: who is let down or removed on one of them says nothing more there, by no way."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.daemon.test_erasing import SECRET, still_in
from tests.daemon.test_federation import address, asked, join, links, say, texts, until
from tests.daemon.test_process import nodes

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.daemon.test_process import Node


@pytest.fixture
def trio(tmp_path: Path) -> Iterator[list[Node]]:
    """One that decides, one in between, and one that is decided about; each has links with both others."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(*(tmp_path / name for name in ("here", "between", "there")), runtime=runtime) as made:
        for name, node in zip(("here", "between", "there"), made, strict=True):
            node.run("init", "--yes", "--name", name)
            node.start()
            until(lambda node=node: asked(node, "federation", "status")["state"] == "on")  # type: ignore[misc]
        here, between, there = made
        join(here, between)
        join(here, there)
        named = {name_of(node) for node in made}
        for node in made:
            until(lambda node=node: links(node).keys() == named - {name_of(node)})  # type: ignore[misc]
        yield made


def name_of(node: Node) -> str:
    return str(node.status()["node_id"])


@pytest.mark.timeout(600)
@pytest.mark.parametrize("decision", ["sandbox", "external", "removed"])
def test_who_is_let_down_says_nothing_more_by_way_of_others(trio: list[Node], decision: str) -> None:
    here, between, there = trio
    session = say(there, f"The {SECRET} is in the oven.")
    for node in (here, between):
        until(lambda node=node: texts(node, SECRET))  # type: ignore[misc]
    if decision == "removed":
        asked(here, "peer", "remove", name_of(there), "--yes", "--keep-key")
    else:
        asked(here, "peer", "trust", name_of(there), decision)
    say(there, "What is said in Ferncastle stays in Ferncastle.")
    asked(there, "session", "forget", session, "--yes", "--now")
    until(lambda: texts(between, "Ferncastle"))
    until(lambda: not still_in(between, SECRET))
    say(between, "The smithy of Oakhollow burned down in spring.")  # after what it holds of the other
    until(lambda: texts(here, "Oakhollow"))
    assert texts(here, "Ferncastle") == []
    assert texts(here, SECRET), "its order is not heeded either, and what was taken before stays"
    here.kill()
    here.start()
    say(between, "A heron stands in the pond of Yarrowby.")
    until(lambda: texts(here, "Yarrowby"))
    assert texts(here, "Ferncastle") == []
    assert texts(here, SECRET)

    if decision == "removed":
        asked(here, "peer", "add", name_of(there), "--tier", "core", "--address", address(there), "--yes")
    else:
        asked(here, "peer", "trust", name_of(there), "core")
    until(lambda: texts(here, "Ferncastle"))
    until(lambda: not still_in(here, SECRET))

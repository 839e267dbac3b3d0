"""Two real daemons on this machine: one joins the other by a code, and from then on each holds what the other says."""

from __future__ import annotations

import http.client
import json
import time
from typing import TYPE_CHECKING, Any

import pytest

from tests.daemon.test_process import DEADLINE_S, Node, nodes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[list[Node]]:
    """Two nodes of two owners, which run."""
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(tmp_path / "first", tmp_path / "second", runtime=runtime) as made:
        for name, node in zip(("first", "second"), made, strict=True):
            node.run("init", "--yes", "--name", name)
            node.start()
            until(lambda node=node: asked(node, "federation", "status")["state"] == "on")  # type: ignore[misc]
        yield made


def until(holds: Callable[[], object], what: str = "") -> None:
    """Wait until it holds."""
    end = time.monotonic() + DEADLINE_S
    while True:
        try:
            if holds():
                return
        except (AssertionError, OSError, ValueError, KeyError):
            if time.monotonic() > end:
                raise
        assert time.monotonic() < end, what or "it did not come about in time"
        time.sleep(0.05)


def asked(node: Node, *arguments: str) -> dict[str, Any]:
    """What a command says, as data."""
    data: dict[str, Any] = json.loads(node.run(*arguments, "--json").stdout)["data"]
    return data


def say(node: Node, text: str, title: str = "talk") -> str:
    """Tell it something in a conversation of its own; the session's id."""
    status, made = node.request("POST", "/api/v1/conversation/start", {"title": title})
    assert status == http.client.CREATED, made
    session: str = made["session_id"]
    status, answer = node.request("POST", f"/api/v1/conversation/{session}/message", {"content": text})
    assert status == http.client.OK, answer
    return session


def texts(node: Node, words: str) -> list[str]:
    """What a search finds."""
    return [one["text"] for one in node.request("GET", f"/api/v1/search?q={words}&limit=20")[1]["results"]]


def join(inviter: Node, joiner: Node, tier: str = "core") -> dict[str, Any]:
    """The second joins the first by a code; the peer, as it is told."""
    code = asked(inviter, "peer", "invite", "--tier", tier)["code"]
    peer: dict[str, Any] = asked(joiner, "peer", "join", code)["peer"]
    return peer


def sessions(node: Node) -> list[tuple[str, str, int]]:
    found = node.request("GET", "/api/v1/conversations")[1]["sessions"]
    return sorted((one["session_id"], one["title"], one["messages"]) for one in found)


def test_who_joins_by_a_code_holds_what_the_other_says(pair: list[Node]) -> None:
    first, second = pair
    say(first, "The harbour of Elmsworth has seven cranes, before anybody joined.")
    joined = join(first, second)
    assert (joined["standing"], joined["tier"], joined["in_force"]) == ("known", "core", "core")
    assert second.status()["owner_id"] == first.status()["owner_id"]

    until(lambda: texts(second, "Elmsworth"), "what was said before did not arrive")
    say(second, "The lighthouse keeper of Norridge is called Ottilie Brandt.")
    until(lambda: texts(first, "Ottilie"), "what was said after did not arrive")
    until(lambda: sessions(first) == sessions(second), "the lists of conversations differ")

    recalled = first.request("POST", "/api/v1/context/preview", {"content": "Who keeps the lighthouse of Norridge?"})
    assert "Ottilie Brandt" in json.dumps(recalled[1]), recalled
    for node in pair:
        assert asked(node, "audit", "verify")["ok"] is True
        assert [one["in_force"] for one in asked(node, "peer", "list")["peers"]] == ["core"]

    for killed, other, word in ((second, first, "Marrowby"), (first, second, "Quillfeather")):
        killed.kill()
        say(other, f"The village of {word} was founded while the other slept.")
        killed.start()
        until(lambda killed=killed, word=word: texts(killed, word), f"{word} did not arrive")  # type: ignore[misc]
        say(killed, f"Back in {word} everything goes on.")
        until(lambda other=other: len(texts(other, "everything")) >= 1)  # type: ignore[misc]
    until(lambda: sessions(first) == sessions(second))
    for node in pair:
        assert asked(node, "audit", "verify")["ok"] is True

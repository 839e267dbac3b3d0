"""Two real daemons of one owner: what one is told to forget is gone from both, by a word that suffices."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from tests.daemon.test_federation import asked, join, pair, say, sessions, until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemon.test_process import Node

SECRET = "zwetschgenkuchen"
PASSPHRASE = "four horses eat blue oats"
__all__ = ["pair"]


def still_in(node: Node, text: str) -> list[str]:
    """The files of a data directory, backups apart, in whose raw bytes a text stands."""
    files = [path for path in node.data.rglob("*") if path.is_file() and "backups" not in path.parts]
    return sorted(path.name for path in files if text.encode() in path.read_bytes())


def talk(node: Node, text: str, turns: int) -> str:
    """A conversation of so many exchanges; its id."""
    session = say(node, f"{text} 0")
    for turn in range(1, turns):
        node.request("POST", f"/api/v1/conversation/{session}/message", {"content": f"{text} {turn}"})
    return session


def failed(node: Node, *arguments: str) -> dict[str, Any]:
    """The error of a command that must fail."""
    done = node.run(*arguments, "--json", check=False)
    assert done.returncode != 0, done.stdout
    error: dict[str, Any] = json.loads(done.stdout)["error"]
    return error


def answers(node: Node, order: str) -> list[tuple[str, bool]]:
    """Which nodes have answered an order, as one of them knows it."""
    return [(one["standing"], one["answered"] is not None) for one in asked(node, "erasure", "show", order)["answers"]]


def test_what_the_owner_has_forgotten_is_gone_from_every_node(pair: list[Node]) -> None:
    first, second = pair
    session = talk(first, f"The {SECRET} is in the oven.", 12)
    say(first, "The weather stays.", "weather")
    join(first, second)
    until(lambda: sessions(first) == sessions(second))
    until(lambda: still_in(second, SECRET))

    error = failed(second, "session", "forget", session, "--yes")  # the owner key did not travel
    assert error["code"] == "owner_needed"
    assert "first" in error["remedy"], error
    status, refused = second.request("POST", f"/api/v1/conversation/{session}/forget", {})
    assert status == 409
    assert refused["error"]["code"] == "owner_needed"
    assert "first" in refused["error"]["remedy"]

    made = asked(first, "session", "forget", session, "--yes", "--now")
    order = made["order"]
    assert {one["standing"] for one in made["nodes"]} == {"this node", "core"}
    for node in pair:
        until(lambda node=node: answers(node, order) == [("this node", True), ("core", True)])  # type: ignore[misc]
        until(lambda node=node: not still_in(node, SECRET), "the words are still on the disk")  # type: ignore[misc]
        assert still_in(node, "The weather stays.")
        assert asked(node, "audit", "verify")["ok"] is True
        (one,) = [one for one in asked(node, "erasure", "list")["erasures"] if one["order"] == order]
        assert (one["state"], one["authority"], one["owing"]) == ("answered", "owner", 0)


def test_who_was_away_when_it_was_forgotten_never_brings_it_back(pair: list[Node]) -> None:
    first, second = pair
    session = say(first, f"The {SECRET} is in the oven.")
    join(first, second)
    until(lambda: still_in(second, SECRET))
    second.kill()
    order = asked(first, "session", "forget", session, "--yes", "--now")["order"]  # small, its own: by its own word
    until(lambda: not still_in(first, SECRET))
    found = asked(first, "erasure", "show", order)
    assert (found["state"], found["authority"], found["owing"]) == ("unanswered", "node", 1)
    assert any("seen" in one for one in found["answers"])
    second.start()
    until(lambda: asked(first, "erasure", "show", order)["state"] == "answered")
    for node in pair:
        until(lambda node=node: not still_in(node, SECRET))  # type: ignore[misc]


def test_a_passphrase_is_asked_for_where_it_is_needed(tmp_path: Path) -> None:
    from tests.daemon.test_process import nodes

    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(tmp_path / "one", runtime=runtime) as (node,):
        node.environment["CCNODE_OWNER_PASSPHRASE"] = PASSPHRASE
        node.run("init", "--yes", "--name", "one")
        del node.environment["CCNODE_OWNER_PASSPHRASE"]
        node.start()
        small, large = talk(node, "little", 2), talk(node, SECRET, 11)
        assert asked(node, "session", "forget", small, "--yes")["due"]
        error = failed(node, "session", "forget", large, "--yes")
        assert "CCNODE_OWNER_PASSPHRASE" in error["remedy"]
        status, refused = node.request("POST", f"/api/v1/conversation/{large}/forget", {})
        assert (status, refused["error"]["code"]) == (409, "owner_needed")
        path = f"/api/v1/conversation/{large}/forget"
        status, refused = node.request("POST", path, {"passphrase": "another one entirely"})
        assert (status, refused["error"]["code"]) == (409, "wrong_passphrase")
        node.environment["CCNODE_OWNER_PASSPHRASE"] = PASSPHRASE
        done = node.run("session", "forget", large, "--yes")
        assert "takes the owner key" in done.stderr
        assert node.run("session", "forget", large, "--undo").returncode == 0
        assert node.request("POST", path, {"passphrase": PASSPHRASE, "now": True})[0] == 200
        until(lambda: not still_in(node, SECRET))
        assert node.run("doctor").returncode == 0


def test_names_of_orders_are_checked(pair: list[Node]) -> None:
    node = pair[0]
    assert asked(node, "erasure", "list") == {"erasures": []}
    for name in ("abc", "zzzz", "0" * 64, "0" * 65):
        assert failed(node, "erasure", "show", name)["code"] == "not_found"
        assert node.request("GET", f"/api/v1/erasures/{name}")[0] == 404


def test_a_node_of_ours_that_is_removed_is_refused_by_all_and_may_keep_a_copy(tmp_path: Path) -> None:
    from tests.daemon.test_process import nodes

    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(*(tmp_path / name for name in "abc"), runtime=runtime) as made:
        for name, node in zip("abc", made, strict=True):
            node.run("init", "--yes", "--name", name)
            node.start()
            until(lambda node=node: asked(node, "federation", "status")["state"] == "on")  # type: ignore[misc]
        first, second, third = made
        join(first, second)
        join(first, third)
        session = say(first, f"The {SECRET} is in the oven.")
        for node in (second, third):
            until(lambda node=node: still_in(node, SECRET))  # type: ignore[misc]
        lost = second.status()["node_id"]
        until(lambda: len(asked(third, "peer", "list")["peers"]) == 2)
        second.kill()

        here = third.run("peer", "remove", lost, "--yes")  # no owner key there
        assert "stays certified" in here.stderr
        done = first.run("peer", "remove", lost, "--yes")
        assert "its key revoked" in done.stdout
        order = asked(first, "session", "forget", session, "--yes", "--now")["order"]
        for node in (first, third):
            until(lambda node=node: not still_in(node, SECRET))  # type: ignore[misc]
            until(lambda node=node: asked(node, "erasure", "show", order)["state"] == "answered")  # type: ignore[misc]
            found = asked(node, "erasure", "show", order)["answers"]
            assert [one["standing"] for one in found if one["node_id"] == lost] == ["revoked"]
        assert "may keep a copy" in first.run("erasure", "show", order).stdout

        second.start()
        say(second, "What is said in Ferncastle stays in Ferncastle.")
        refused = second.run("peer", "ping", first.status()["node_id"], check=False)
        assert refused.returncode != 0
        assert not still_in(first, "Ferncastle")
        assert failed(first, "peer", "add", lost, "--tier", "core", "--yes")["code"] == "conflict"

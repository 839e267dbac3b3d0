"""Two real daemons on this machine: one joins the other by a code, and from then on each holds what the other says."""

from __future__ import annotations

import http.client
import json
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from ccnode_protocol.invitation import read_code, write_code
from ccnode_protocol.tiers import Tier
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
    """The second joins the first by a code, and consents to what it says; the peer, as it is told."""
    code = asked(inviter, "peer", "invite", "--tier", tier)["code"]
    peer: dict[str, Any] = asked(joiner, "peer", "join", code, "--yes")["peer"]
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
    until(lambda: asked(second, "plate", "show")["plate"]["text"] == asked(first, "plate", "show")["plate"]["text"])

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


def pending(node: Node) -> dict[str, Any]:
    """The one peer that waits, with its link."""
    (one,) = asked(node, "peer", "pending")["pending"]
    assert one["link"] is not None
    return one  # type: ignore[no-any-return]  # JSON


def address(node: Node) -> str:
    return str(asked(node, "federation", "status")["addresses"][0])


def accept(node: Node, peer: dict[str, Any], tier: str, **more: Any) -> tuple[int, Any]:
    """Accept a peer as somebody does who has compared its words."""
    body = {"tier": tier, "words": " ".join(peer["link"]["words"]), **more}
    return node.request("POST", f"/api/v1/peers/{peer['node_id']}/accept", body)


def test_both_add_the_other_after_comparing_words(pair: list[Node]) -> None:
    first, second = pair
    added = asked(first, "peer", "add", address(second), "--tier", "core")["peer"]
    assert (added["standing"], added["wished"], added["in_force"]) == ("pending", "core", None)
    there = pending(second)
    assert there["link"]["words"] == pending(first)["link"]["words"]
    assert there["node_id"] == first.status()["node_id"]

    wrong = {**there, "link": {"words": ["these", "are", "other", "words"]}}
    assert accept(second, wrong, "sandbox")[0] == http.client.CONFLICT
    beginning = there["node_id"][:10]
    assert second.run("peer", "accept", beginning, "--yes", check=False).returncode == 2
    status, refused = second.request("POST", f"/api/v1/peers/{beginning}/accept", {"confirmed": True})
    assert (status, refused["error"]["code"]) == (http.client.CONFLICT, "unproven")

    # One alone is not enough: the other gives nothing until its owner has said so, too.
    say(first, "The mill at Wexcombe grinds buckwheat on Thursdays.")
    assert accept(first, pending(first), "sandbox-out")[0] == http.client.OK
    assert pending(second)["in_force"] is None
    assert accept(second, there, "sandbox")[0] == http.client.OK
    until(lambda: asked(first, "peer", "list")["peers"][0]["offered"] == "sandbox-in")
    assert texts(second, "Wexcombe") == []  # it is not of what is shared
    assert second.status()["owner_id"] != first.status()["owner_id"]
    assert [one["tier"] for one in asked(second, "peer", "list")["peers"]] == ["sandbox-in"]


def test_a_second_node_is_paired_by_words_and_a_removed_one_stays_out(pair: list[Node]) -> None:
    first, second = pair
    asked(second, "peer", "add", address(first))
    peer = pending(second)
    assert accept(second, peer, "core", adopt=True)[0] == http.client.OK
    named = second.status()["node_id"]
    trusted = asked(first, "peer", "accept", named, "--tier", "core", "--yes")["peer"]
    assert trusted["in_force"] == "core"
    until(lambda: asked(second, "peer", "list")["peers"][0]["in_force"] == "core")
    assert second.status()["owner_id"] == first.status()["owner_id"]
    say(first, "The ferry to Saltholm leaves at noon.")
    until(lambda: texts(second, "Saltholm"))

    # A lower tier holds on the open link, and a removed peer is not taken back.
    asked(first, "peer", "trust", named, "external")
    say(first, "What is said in Bramblecote stays in Bramblecote.")
    say(second, "What is said in Ferncastle stays in Ferncastle.")
    asked(first, "peer", "remove", named, "--yes")
    until(lambda: asked(first, "federation", "status")["links"] == [])
    refused = second.run("peer", "ping", first.status()["node_id"], check=False)
    assert refused.returncode != 0
    assert "removed" in refused.stderr
    assert texts(second, "Bramblecote") == texts(first, "Ferncastle") == []
    code = asked(first, "peer", "invite", "--tier", "core")["code"]
    assert "removed" in second.run("peer", "join", code, "--yes", check=False).stderr
    assert [one["standing"] for one in asked(first, "peer", "list", "--all")["removed"]] == ["removed"]

    asked(first, "peer", "add", named, "--tier", "core", "--address", address(second), "--yes")
    until(lambda: texts(second, "Bramblecote"))
    until(lambda: texts(first, "Ferncastle"))


@pytest.mark.timeout(600)  # four daemons, started and killed in turn
def test_who_asks_just_after_a_start_is_not_sent_away(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(tmp_path / "one", runtime=runtime) as (one,):
        one.run("init", "--yes", "--name", "one")
        one.start()
        assert one.request("GET", "/api/v1/federation")[0] == http.client.OK
        assert one.request("GET", "/api/v1/peers")[0] == http.client.OK


def test_core_nodes_introduce_each_other_and_bring_no_removed_one_back(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(*(tmp_path / name for name in ("a", "b", "c", "d")), runtime=runtime) as made:
        for name, node in zip("abcd", made, strict=True):
            node.run("init", "--yes", "--name", name)
            node.start()
            until(lambda node=node: asked(node, "federation", "status")["state"] == "on")  # type: ignore[misc]
        first, second, third, fourth = made
        join(first, second)
        join(first, third)
        named = [one.status()["node_id"] for one in made]
        for one, other in ((second, named[2]), (third, named[1])):
            until(lambda one=one, other=other: links(one).get(other) == "core")  # type: ignore[misc]
        (found,) = [one for one in asked(second, "peer", "list")["peers"] if one["node_id"] == named[2]]
        assert (found["how"], found["certified"]) == ("introduced", True)
        first.kill()
        say(second, "The smithy of Oakhollow burned down in spring.")
        until(lambda: texts(third, "Oakhollow"))

        # The third is removed on the second: it stays so, whoever has it as core.
        asked(second, "peer", "remove", named[2], "--yes")
        first.start()
        join(first, fourth)
        until(lambda: links(fourth).keys() == set(named[:3]))
        until(lambda: links(second).keys() == {named[0], named[3]})
        for node in (first, second):
            node.kill()
            node.start()
        until(lambda: links(second).keys() == {named[0], named[3]})
        assert [one["node_id"] for one in asked(second, "peer", "list", "--all")["removed"]] == [named[2]]
        say(third, "A heron stands in the pond of Yarrowby.")
        until(lambda: texts(fourth, "Yarrowby") and texts(first, "Yarrowby"))
        assert texts(second, "Yarrowby") == []


def links(node: Node) -> dict[str, str]:
    """The tiers of the peers with which there is a link."""
    return {one["node_id"]: one["in_force"] for one in asked(node, "peer", "list")["peers"] if one["link"]}


def test_a_code_is_good_once_and_says_what_the_joiner_is(pair: list[Node]) -> None:
    first, second = pair
    code = asked(first, "peer", "invite")["code"]
    assert second.run("peer", "join", code, "--tier", "core", check=False).returncode == 5  # it is not for that
    joined = asked(second, "peer", "join", code.upper())["peer"]
    assert (joined["tier"], joined["offered"]) == ("sandbox-out", "sandbox-in")
    assert asked(first, "peer", "list")["peers"][0]["how"] == "invited"
    assert asked(first, "peer", "invite", "--list")["invitations"] == []
    again = second.run("peer", "join", code, check=False)
    assert again.returncode != 0
    assert "spent" in again.stderr
    assert "ask for a new code" in again.stderr
    assert first.run("peer", "join", code, check=False).returncode == 5  # its own
    assert second.run("peer", "join", code[:-1], check=False).returncode == 5  # mistyped
    assert asked(second, "peer", "list")["peers"][0]["tier"] == "sandbox-out"


def test_nobody_becomes_anothers_without_a_word(pair: list[Node]) -> None:
    """A code for core is used by who says so, and a code of before, which does not say, is no word for it."""
    first, second = pair
    owner = second.status()["owner_id"]
    code = asked(first, "peer", "invite", "--tier", "core")["code"]
    refused = second.run("peer", "join", code, check=False)
    assert refused.returncode == 2
    assert first.status()["node_id"] in refused.stderr
    status, told = second.request("POST", "/api/v1/join", {"code": code})
    assert (status, told["error"]["code"]) == (http.client.CONFLICT, "needs_consent")
    assert second.request("POST", "/api/v1/join", {"code": code, "tier": "sandbox"})[0] == http.client.CONFLICT
    altered = write_code(replace(read_code(code), tier=Tier.SANDBOX_IN))
    assert "never made" in second.run("peer", "join", altered, check=False).stderr
    assert asked(second, "peer", "list", "--all")["peers"] == []
    assert len(asked(first, "peer", "invite", "--list")["invitations"]) == 1, "it is not spent"

    # The inviter makes it core nevertheless, by whatever program: the joiner gives what its code says.
    said = asked(first, "peer", "invite")["code"]
    joined = asked(second, "peer", "join", said)["peer"]
    assert joined["tier"] == "sandbox-out"
    asked(first, "peer", "trust", second.status()["node_id"], "core")
    until(lambda: asked(second, "peer", "list")["peers"][0]["offered"] == "core")
    assert asked(second, "peer", "list")["peers"][0]["in_force"] == "sandbox-out"
    assert second.status()["owner_id"] == owner
    say(second, "The orchard of Pennyfold is nobody else's.")

    # And to the code for core it consents when it wants to.
    assert asked(second, "peer", "join", code, "--tier", "core")["peer"]["in_force"] == "core"
    until(lambda: texts(first, "Pennyfold"))
    assert second.status()["owner_id"] == first.status()["owner_id"] != owner


def test_a_peer_is_called_by_its_name(pair: list[Node]) -> None:
    first, second = pair
    join(first, second, "external")
    named = second.status()["node_id"]
    assert asked(first, "peer", "ping", "SECOND")["peer"]["node_id"] == named
    assert first.run("peer", "trust", "second", "core", "--yes", check=False).returncode == 2
    status, told = first.request("PUT", "/api/v1/peers/second/tier", {"tier": "sandbox"})
    assert (status, told["error"]["code"]) == (http.client.CONFLICT, "unproven")
    assert asked(first, "peer", "trust", named, "sandbox")["peer"]["tier"] == "sandbox-in"
    assert asked(first, "peer", "trust", "second", "external")["peer"]["tier"] == "external"
    assert asked(first, "peer", "remove", "second", "--yes")["peer"]["standing"] == "removed"


def test_what_a_crash_left_half_done_is_finished(pair: list[Node]) -> None:
    """The owner's certificate stands on the chain, and node.json does not know of it yet."""
    first, second = pair
    before = (second.data / "node.json").read_bytes()
    assert join(first, second)["in_force"] == "core"
    assert (second.data / "former-owner.key").exists()
    second.kill()
    (second.data / "node.json").write_bytes(before)
    (second.data / "former-owner.key").rename(second.data / "owner.key")
    second.start()
    until(lambda: asked(second, "peer", "list")["peers"][0]["link"])
    assert second.status()["owner_id"] == first.status()["owner_id"]
    assert not (second.data / "owner.key").exists()
    assert asked(second, "peer", "list")["peers"][0]["in_force"] == "core"

    # It can be switched off and on while it runs.
    assert asked(second, "federation", "stop")["state"] == "off"
    until(lambda: asked(first, "federation", "status")["links"] == [])
    assert second.run("peer", "ping", first.status()["node_id"], check=False).returncode != 0
    assert asked(second, "federation", "start")["state"] == "on"
    until(lambda: asked(second, "federation", "status")["links"])


def test_a_port_that_is_taken_is_told(pair: list[Node]) -> None:
    first, second = pair
    second.kill()
    second.environment["CCNODE_FEDERATION__PORT"] = address(first).rpartition(":")[2]
    second.start()
    until(lambda: asked(second, "federation", "status")["state"] == "failed")
    assert [one["code"] for one in second.status()["problems"]] == ["federation"]
    assert second.run("status", check=False).returncode == 6
    assert second.run("federation", "start", check=False).returncode == 1
    say(second, "Alone it goes on.")
    first.kill()
    assert asked(second, "federation", "start")["state"] == "on"
    assert second.status()["problems"] == []


def test_a_code_for_core_takes_the_owner_key_as_long_as_the_node_runs(tmp_path: Path) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir(mode=0o700)
    with nodes(tmp_path / "first", tmp_path / "second", runtime=runtime) as (first, second):
        first.environment["CCNODE_OWNER_PASSPHRASE"] = "a locked owner key"
        for node in (first, second):
            node.run("init", "--yes", "--name", node.data.name)
            node.start()
            until(lambda node=node: asked(node, "federation", "status")["state"] == "on")  # type: ignore[misc]
        # A machine that is much busier than when the key was sealed has no time to open it, and says so.
        until(lambda: "too busy" not in first.run("peer", "invite", "--tier", "core", check=False).stderr)
        code = asked(first, "peer", "invite", "--tier", "core")["code"]
        first.kill()
        del first.environment["CCNODE_OWNER_PASSPHRASE"]
        first.start()
        until(lambda: asked(first, "federation", "status")["state"] == "on")
        there = address(first)
        assert first.run("peer", "invite", "--tier", "core", check=False).returncode == 2  # nobody to ask
        first.environment["CCNODE_OWNER_PASSPHRASE"] = "a wrong one"
        assert first.run("peer", "invite", "--tier", "core", check=False).returncode != 0
        first.environment["CCNODE_OWNER_PASSPHRASE"] = "a locked owner key"

        said = read_code(code)
        moved = write_code(replace(said, address=there))
        refused = second.run("peer", "join", moved, "--yes", check=False)
        assert refused.returncode != 0
        assert "locked" in refused.stderr
        assert asked(first, "peer", "invite", "--list")["invitations"]  # it is not spent

        assert join(first, second)["in_force"] == "core"
        assert [one["in_force"] for one in asked(first, "peer", "list")["peers"]] == ["core"]
        assert second.status()["owner_id"] == first.status()["owner_id"]


def test_a_peer_becomes_core_later_in_whatever_order(pair: list[Node]) -> None:
    first, second = pair
    here, there = first.status()["node_id"], second.status()["node_id"]
    asked(first, "peer", "add", address(second))
    accept(first, pending(first), "external")
    accept(second, pending(second), "external")
    until(lambda: asked(first, "peer", "list")["peers"][0]["offered"] == "external")
    assert asked(second, "peer", "pair", here, "--adopt", "--yes")["peer"]["in_force"] == "external"
    asked(first, "peers", "trust-tier", there, "core")
    until(lambda: asked(second, "peers", "list")["peers"][0]["in_force"] == "core")
    say(second, "The granary of Oxmarsh is full.")
    until(lambda: texts(first, "Oxmarsh"))


def test_an_external_node_is_asked_and_asks(pair: list[Node]) -> None:
    first, second = pair
    join(first, second, "external")
    for node, other in ((first, second), (second, first)):
        name = other.status()["node_id"]
        until(lambda node=node: asked(node, "peer", "list")["peers"][0]["link"]["state"] == "open")  # type: ignore[misc]
        said = asked(node, "peer", "ask", name, "manifest")["answer"]["manifest"]
        assert (said["node_id"], said["owner_id"]) == (name, other.status()["owner_id"])
        assert asked(node, "peer", "ask", name, "heads")["answer"] == {"what": "heads", "heads": [], "more": False}
        assert asked(node, "peer", "ask", name, "consensus")["answer"]["consensus"] is None
    say(first, "What is said here stays here.")
    assert not texts(second, "stays")
    first.run("peer", "remove", second.status()["node_id"], "--yes")
    refused = first.run("peer", "ask", second.status()["node_id"], "heads", "--json", check=False)
    assert json.loads(refused.stdout)["error"]["code"] == "conflict"

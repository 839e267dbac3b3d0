"""Does a person see what entered a prompt, what would, and which instances there are, with a daemon and without one?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccnode.store.instances import Instance, spawn
from tests.cli.helpers import call, ledger_of, pretending, running, say

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode


def test_what_is_not_kept_is_said(home: Home, ccnode: Ccnode) -> None:
    assert ccnode("context").code == 2
    _, (question, reply, waiting) = say(home, [("hello", "Hi."), ("and?", None)])
    for message in (question, reply):
        result = ccnode("context", message.hex()[:10])
        assert result.code == 5
        assert "is not kept" in result.err
    assert "has no reply yet" in ccnode("context", waiting.hex()).err
    assert ccnode("context", "00" * 32).code == 5
    assert ccnode("context", "--preview", "hello").code == 3  # that needs the daemon


def test_the_last_reply_is_named_by_a_word(home: Home, ccnode: Ccnode) -> None:
    nothing = ccnode("context", "last")
    assert nothing.code == 5
    assert "nothing is kept of any prompt yet" in nothing.err
    session, _ = say(home, [("hello", None)])
    assert "there is no reply in that conversation" in ccnode("context", "last", session[:8]).err
    answered, _ = say(home, [("hello", "Hi.")])
    assert "is not kept" in ccnode("context", "last", answered).err
    for wrong in (("00" * 32, "last"), ("--preview", "hello", "last", "last")):
        assert ccnode("context", *wrong).code == 2


def test_a_preview_is_shown_as_the_daemon_tells_it(home: Home, ccnode: Ccnode) -> None:
    context: dict[str, Any] = {
        "model": "m/1",
        "instance_id": None,
        "budget_tokens": 64_000,
        "tokens": 1_234,
        "estimate": "about",
        "parts": [
            {"kind": "recalled", "tokens": 12, "count": 1, "state": "erased", "text": None, "sources": []},
            {"kind": "question", "tokens": 9, "count": 1, "state": "present", "text": "a\x1b[2J\nb", "sources": []},
        ],
        "left_out": [
            {"kind": "conversation", "why": "too old", "tokens": None, "count": 7, "sources": []},
            {"kind": "recalled", "why": "budget", "tokens": 1_000, "count": 3, "sources": ["a" * 64, "b" * 64]},
        ],
    }

    def answer(_method: str, _path: str, _headers: Mapping[str, str], body: Any) -> tuple[int, Any]:
        return 200, {"context": context | {"asked": body}}

    with pretending(home, answer) as calls:
        shown = ccnode("context", "--preview", "a b", "last")
        whole = ccnode("context", "--preview", "a b", "--json")
    assert [(method, path) for method, path, _ in calls] == [("POST", "/api/v1/context/preview")] * 2
    assert [body for _, _, body in calls] == [{"content": "a b", "session_id": "last"}, {"content": "a b"}]
    assert whole.data["tokens"] == 1_234
    lines = shown.out.splitlines()
    assert lines[0] == "a preview, m/1: 1,234 of 64,000 tokens"
    assert "recalled, 12 tokens" in lines
    assert "  (erased)" in lines
    assert "  | b" in lines
    assert "\x1b" not in shown.out
    assert "  7 messages of the conversation: too old" in lines
    assert f"  3 messages of a branch, 1,000 tokens: budget ({'a' * 12} {'b' * 12})" in lines
    assert ccnode("context", "last", "--count").code == 2


@pytest.mark.parametrize(
    ("told", "line"),
    [
        ({"counted_tokens": 1_321, "not_counted": None}, "counted by the service: 1,321 tokens"),
        ({"counted_tokens": None, "not_counted": "it is\x1b down"}, "not counted by a service: it is"),
    ],
)
def test_a_service_counts_on_request(home: Home, ccnode: Ccnode, told: dict[str, Any], line: str) -> None:
    def answer(_method: str, _path: str, _headers: Mapping[str, str], body: Any) -> tuple[int, Any]:
        return 200, {"context": {"model": "m/1", "asked": body, **told}}

    with pretending(home, answer) as calls:
        shown = ccnode("context", "--preview", "a b", "--count")
    assert calls[0][2] == {"content": "a b", "count": True}
    assert shown.out.splitlines()[-1].startswith(line)
    assert "\x1b" not in shown.out


def test_instances_of_a_node_that_does_not_run_are_lost(home: Home, ccnode: Ccnode) -> None:
    assert "There is no instance." in ccnode("instances").err
    assert ccnode("instances", "--json").data["instances"] == []
    with ledger_of(home) as ledger:
        ledger.append_sync(spawn(Instance(b"i" * 16, b"s" * 16, None, "m/1", 5_000, 6_000)))
    (one,) = ccnode("instances", "--json").data["instances"]
    assert (one["status"], one["why"], one["model"]) == ("terminated", "lost", "m/1")
    assert "terminated (lost)" in ccnode("instances").out


def test_with_a_daemon(home: Home) -> None:
    def asked(question: str, *session: str) -> dict[str, Any]:
        return call("chat", "-m", question, *session, "--json").data

    with running(home):
        told = asked("My ferry to Naxos leaves on Thursday.")
        replied = asked("When does my ferry leave?")
        context = call("context", replied["message_id"], "--json").data
        kinds = [part["kind"] for part in context["parts"]]
        assert kinds == ["plate", "answering", "summary", "recalled", "question"]
        recalled = context["parts"][3]
        assert recalled["text"] == "My ferry to Naxos leaves on Thursday."
        assert recalled["sources"][0]["message_id"] == told["user_message_id"]
        shown = call("context", replied["user_message_id"][:12]).out
        assert "plate version 1" in shown
        assert "  | My ferry to Naxos leaves on Thursday." in shown
        preview = call("context", "--preview", "When does my ferry leave?", "--json").data
        assert [part["kind"] for part in preview["parts"]][:2] == ["plate", "answering"]
        listed = call("instances", "--json").data
        assert listed["counts"]["active"] == 2
        assert listed["instances"][0]["instance_id"] == context["instance_id"]
        assert call("session", "end", replied["session_id"]).code == 0
        assert call("instances", "--living", "--json").data["counts"]["active"] == 1
    ended = {one["session_id"]: one["why"] for one in call("instances", "--json").data["instances"]}
    assert ended == {told["session_id"]: "stopped", replied["session_id"]: "ended"}
    assert call("context", replied["message_id"], "--json").data == context
    # Without a daemon too: the newest reply of all, and the newest one of a conversation.
    assert call("context", "last", "--json").data == context
    assert call("context", "last", replied["session_id"][:8], "--json").data == context
    first = call("context", "last", told["session_id"], "--json").data
    assert first["message_id"] == told["message_id"]

"""Can memory be seen and corrected from a terminal: read without a daemon, changed with one, and then heeded?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ccnode_protocol import records
from ccnode_protocol.records import Mark
from tests.cli.helpers import Running, call, ledger_of, running, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode


@pytest.fixture
def daemon(home: Home) -> Iterator[Running]:
    with running(home) as started:
        yield started


def texts(data: dict[str, Any]) -> list[str]:
    return [one["text"] for one in data["memories"]]


def test_without_a_daemon_it_can_be_read(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("memory", "list", "--json").data == {"memories": [], "more": False, "next": None}
    assert "Nothing is remembered yet" in ccnode("memory", "list").err
    talks = [("My cat is called Mia.", "Noted."), ("What is my cat called?", "Mia."), ("I live in Bern.", "Noted.")]
    session, said = say(home, talks, "cats")
    assert texts(ccnode("memory", "list", "--json").data) == ["I live in Bern.", "My cat is called Mia."]
    first = ccnode("memory", "list", "--json", "--limit", "1").data
    assert (texts(first), first["more"]) == (["I live in Bern."], True)
    second = ccnode("memory", "list", "--json", "--before", first["next"][:8]).data
    assert (texts(second), second["more"]) == (["My cat is called Mia."], False)
    assert second["memories"][0] == {
        "message_id": said[0].hex(),
        "session_id": session,
        "title": "cats",
        "role": "user",
        "time": second["memories"][0]["time"],
        "text": "My cat is called Mia.",
        "mark": "none",
        "due": None,
        "note": None,
    }
    assert texts(ccnode("memory", "search", "cat", "--json").data) == ["My cat is called Mia."]
    assert ccnode("memory", "search", "Zanzibar", "--json").data["memories"] == []
    shown = ccnode("memory", "show", said[0].hex()[:10], "--json").data
    assert (shown["text"], shown["recalled"]) == ("My cat is called Mia.", True)
    assert "recalled where it fits" in ccnode("memory", "show", said[0].hex()[:10]).out


def test_marks_are_shown(ccnode: Ccnode, home: Home) -> None:
    _, said = say(home, [("My cat is called Mia.", "Noted."), ("I live in Bern.", "Noted.")])
    with ledger_of(home) as ledger:
        ledger.append_sync(lambda tx: tx.append(records.memory_marked(said[0], Mark.PINNED)))
        ledger.append_sync(lambda tx: tx.append(records.memory_marked(said[3], Mark.DISABLED)))
        ledger.append_sync(lambda tx: tx.append(records.message_forget_ordered(said[2], 2**52)))
    assert texts(ccnode("memory", "list", "--json").data) == ["My cat is called Mia."]
    for mark, text in (("pinned", "My cat is called Mia."), ("disabled", "Noted."), ("forgetting", "I live in Bern.")):
        assert texts(ccnode("memory", "list", "--mark", mark, "--json").data) == [text]
        assert text in ccnode("memory", "list", "--mark", mark).out
    assert texts(ccnode("memory", "search", "cat", "--mark", "pinned", "--json").data) == ["My cat is called Mia."]
    assert ccnode("memory", "search", "Bern", "--json").data["memories"] == []
    assert "not recalled" in ccnode("memory", "show", said[2].hex()).out
    shown = ccnode("session", "show", "last").out
    assert "(pinned)" in shown
    assert "(to be forgotten on " in shown
    messages = ccnode("session", "show", "last", "--json").data["messages"]
    assert [(one["mark"], one["due"] is None) for one in messages] == [
        ("pinned", True), ("none", True), ("none", False), ("disabled", True)]  # fmt: skip


def test_what_is_wrong_is_said(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("memory", "show", "last").code == 5
    assert ccnode("memory", "show", "ab" * 32).code == 5
    assert ccnode("memory", "list", "--before", "ab" * 32).code == 5
    assert ccnode("memory", "list", "--mark", "none").code == 2
    assert ccnode("memory", "list", "--limit", "0").code == 2
    _, said = say(home, [("My cat is called Mia.", "Noted.")])
    for command in ("pin", "disable", "enable", "forget"):
        assert ccnode("memory", command, "abcdef").code == 5
    assert ccnode("memory", "pin", said[0].hex()).code == 3  # no daemon
    assert ccnode("memory", "forget", said[0].hex(), "--yes").code == 3
    assert "--yes" in ccnode("memory", "forget", said[0].hex(), "--json").error["remedy"]


def asked(question: str, *session: str) -> dict[str, Any]:
    return call("chat", "-m", question, *session, "--json").data


def test_it_is_corrected(daemon: Running, home: Home) -> None:
    told = asked("My dog is called Bello.")
    message = told["user_message_id"]
    question = "What is my dog called?"
    first = asked(question)
    assert "Bello" in first["reply"]

    assert call("memory", "disable", message[:10], "--json").data["mark"] == "disabled"
    for _ in range(2):  # the first reply, which quoted it, does not bring it back either
        assert "Bello" not in asked(question)["reply"]
    again = call("chat", "-m", question, told["session_id"], "--json").data
    assert "Bello" not in again["reply"], "nor from the conversation itself"
    assert call("memory", "show", message, "--json").data["recalled"] is False
    assert call("memory", "show", first["message_id"], "--json").data["recalled"] is False

    assert call("memory", "enable", message).code == 0
    assert "Bello" in asked(question)["reply"]

    due = call("memory", "forget", message, "--yes", "--json").data
    assert due["due"]
    assert due["order"]
    assert "Bello" not in asked(question)["reply"]
    assert call("memory", "forget", message, "--undo", "--json").data["cancelled"] is True
    assert call("memory", "forget", message, "--undo").code != 0
    assert "Bello" in asked(question)["reply"]


def test_titles_that_say_what_is_forgotten_are_named(daemon: Running, home: Home) -> None:
    told = asked("My dog is called Bello.")
    for title in ("A dog called Bello", "Animals", "Weather"):
        assert call("session", "rename", told["session_id"], title).code == 0
    forgotten = call("memory", "forget", told["user_message_id"], "--yes")
    assert "A dog called Bello" in forgotten.err  # it was renamed, and stands on the chain all the same
    assert "Weather" not in forgotten.err
    assert f"ccnode session forget {told['session_id'][:6]}" in forgotten.err
    again = call("memory", "forget", told["user_message_id"], "--yes", "--json").data
    assert again["titles_that_stay"] == ["A dog called Bello"]
    other = asked("My cat is called Mia.")
    assert call("memory", "forget", other["user_message_id"], "--yes", "--json").data["titles_that_stay"] == []


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_so_are_those_of_branches_and_of_what_is_forgotten_at_once(
    daemon: Running, home: Home, form: tuple[str, ...]
) -> None:
    told = asked("My dog is called Bello.")
    assert call("session", "rename", told["session_id"], "Bello").code == 0
    forked = ("session", "fork", told["session_id"], told["user_message_id"], "--title", "A dog called Bello", "--json")
    branch = call(*forked).data["session_id"]
    asked("And is he well?", branch)
    preview = ("context", "--preview", "What is there?", "--json")
    assert "Bello" in call(*preview).out
    done = call("memory", "forget", told["user_message_id"], "--now", "--yes", *form)
    assert done.code == 0
    if form:
        assert done.data["titles_that_stay"] == ["Bello", "A dog called Bello"]
    else:
        assert done.err.count("title says the same, and stays") == 2
        for session in (told["session_id"], branch):
            assert f"ccnode session forget {session[:12]}" in done.err
    assert "And is he well?" in call(*preview).out
    assert "Bello" not in call(*preview).out


def test_what_is_pinned_is_preferred(daemon: Running, home: Home) -> None:
    old = asked("My favourite colour is green.")["user_message_id"]
    asked("My favourite colour is blue.")
    question = "What is my favourite colour?"
    assert asked(question)["sources"][0]["text"] == "My favourite colour is blue."
    assert call("memory", "pin", old).code == 0
    reply = asked(question)
    assert reply["sources"][0]["text"] == "My favourite colour is green."
    assert "pinned" in reply["reply"]


def test_a_reply_that_says_again_what_is_disabled_says_why_it_is_not_recalled(ccnode: Ccnode, home: Home) -> None:
    _, said = say(home, [("I am allergic to peanuts.", "Noted."), ("Dinner?", "Rice, no nuts, for your allergy.")])
    shown = ("memory", "show", said[3].hex())
    assert "recalled where it fits" in ccnode(*shown).out
    with ledger_of(home) as ledger:
        ledger.append_sync(lambda tx: tx.append(records.memory_marked(said[0], Mark.DISABLED)))
    assert "not recalled: it says again what is disabled or to be forgotten" in ccnode(*shown).out
    assert ccnode(*shown, "--json").data["recalled"] is False

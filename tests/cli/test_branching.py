"""Can branches be drawn, compared and brought together, and memories be edited, from a terminal?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.helpers import call, running, say

if TYPE_CHECKING:
    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

TRUNK = [("We go on a trip.", "Where to?"), ("To the sea, by train.", "By train, good.")]


def test_without_a_daemon_branches_are_drawn_and_compared(ccnode: Ccnode, home: Home) -> None:
    trunk, said = say(home, TRUNK, "trip")
    hills, other = say(home, [("To the hills, by car.", "Fine."), ("And hike.", None)], None, said[1])
    data = ccnode("session", "tree", trunk, "--json").data
    assert (data["messages"], len(data["runs"]), len(data["heads"])) == (7, 3, 2)
    root, sea, car = data["runs"]
    assert (root["messages"], root["below"], root["above"]) == (2, [1, 2], None)
    assert (sea["ends"], sea["current"], sea["unanswered"]) == ([trunk], True, False)
    assert (car["ends"], car["current"], car["unanswered"], car["messages"]) == ([hills], False, True, 3)
    assert [(one["session_id"], one["current"]) for one in data["heads"]] == [(trunk, True), (hills, False)]
    drawn = ccnode("session", "tree", trunk).out
    assert "7 messages, 2 branches" in drawn
    assert "* " in drawn
    assert "unanswered" in drawn
    assert f"branch {hills[:8]}" in drawn
    assert f"branch {trunk[:8]} 'trip' (current)" in drawn
    assert ccnode("session", "tree", "--json").data["session_id"] == hills, "without a name, the last one"

    found = ccnode("session", "compare", trunk[:6], hills[:6], "--json").data
    assert (found["common"], found["fork"], found["rms"], found["ccc"]) == (2, said[1].hex(), None, None)
    assert found["left"]["own"] == [one.hex() for one in said[2:]]
    assert found["right"]["own"] == [one.hex() for one in other]
    assert found["left"]["character"] == {"have": 3, "need": 1000, "unit": "words"}
    told = ccnode("session", "compare", trunk, hills).out
    assert "Both begin with 2 messages" in told
    assert "not enough text yet (3 of the 1,000 words that it takes)" in told

    assert ccnode("session", "merge", trunk, trunk).code == 2
    assert ccnode("session", "merge", trunk).code == 2
    assert ccnode("session", "merge", trunk, hills).code == 3  # no daemon
    assert ccnode("session", "tree", "ffff").code == 5
    assert ccnode("session", "compare", trunk, "ffff").code == 5


def test_a_message_to_branch_from_is_one_of_the_conversation(ccnode: Ccnode, home: Home) -> None:
    trunk, said = say(home, TRUNK, "trip")
    hills, other = say(home, [("To the hills, by car.", "Fine.")], None, said[1])
    empty, _ = say(home, [], None, other[0])
    apart, elsewhere = say(home, [("My dog is called Bello.", "Noted.")])
    for session in (trunk, hills, empty):
        for message in (*said, *other):
            there = ccnode("session", "fork", session, message.hex(), "--json")
            assert there.error["code"] == "unreachable", "it is found, and then there is no daemon"
    alone, _ = say(home, [])
    for session, message in ((trunk, elsewhere[0]), (hills, elsewhere[1]), (apart, said[0]), (alone, said[0])):
        refused = ccnode("session", "fork", session[:8], message.hex()[:12], "--json")
        assert (refused.code, refused.error["code"]) == (5, "not_found")
        assert refused.error["message"] == "that message is not in that conversation"
        assert f"ccnode session fork {message.hex()[:12]}" in refused.error["remedy"]
        assert f"ccnode session show {session[:8]} --tree" in refused.error["remedy"]
    assert ccnode("session", "fork", "ffff", said[0].hex()).code == 5
    assert ccnode("session", "fork", trunk, "ffffff").code == 5


def test_branches_within_branches_are_all_drawn(ccnode: Ccnode, home: Home) -> None:
    session, said = say(home, [("begin", "ok")])
    parent = said[1]
    for number in range(12):
        _, (asked, _) = say(home, [(f"one {number}", "ok")], None, parent)
        say(home, [(f"other {number}", "ok")], None, parent)
        parent = asked
        if number % 2:
            _, (parent, _) = say(home, [(f"inner {number}", "ok")], None, parent)
    drawn = ccnode("session", "tree", session).out
    for number in range(12):
        assert f"you: one {number}\n" in drawn
        assert f"you: other {number}\n" in drawn


def test_control_characters_are_not_obeyed_in_a_tree(ccnode: Ccnode, home: Home) -> None:
    say(home, [("\x1b[2J[bold red]hello[/]\nthere", "x" * 500)], "\x1b]0;title\x07")
    drawn = ccnode("session", "tree")
    assert "\x1b" not in drawn.out
    assert "[bold red]hello[/] there" in drawn.out


def test_branches_are_made_answered_and_brought_together(home: Home) -> None:
    trunk, said = say(home, TRUNK, "trip")
    with running(home):
        at_question = call("session", "fork", trunk, said[2].hex()[:12], "--json").data["session_id"]
        hills = call("session", "fork", said[1].hex()[:12], "--json").data["session_id"]
        assert call("chat", "-m", "We go to the hills by car.", hills, "--json").code == 0
        deeper = call("session", "fork", hills, "--json").data["session_id"]  # from a branch
        assert call("chat", "-m", "There we stay at a lake.", deeper, "--json").code == 0
        assert call("session", "regenerate", at_question, "--json").code == 0  # the question is answered here as well
        shape = call("session", "tree", trunk, "--json").data
        assert len(shape["heads"]) == 4
        assert not any(run["unanswered"] for run in shape["runs"])

        merged = call("session", "merge", trunk, hills, deeper, "-m", "Where do we go?", "--json").data
        assert merged["session_id"] == trunk
        assert '"We go to the hills by car."' in merged["reply"]
        assert '"There we stay at a lake."' in merged["reply"]
        heads = [call("session", "show", one, "--json").data["messages"][-1]["message_id"] for one in (hills, deeper)]
        assert set(heads) < {one["message_id"] for one in merged["sources"]}
        shown = call("session", "show", trunk, "--json").data["messages"]
        assert shown[-2]["text"].startswith("Where do we go?")
        assert shown[-1]["sources"][:3] == [said[-1].hex(), *heads]
        assert f"(rests on {said[-1].hex()[:12]}" in call("session", "show", trunk).out
        again = call("session", "merge", deeper, hills, "--into", trunk, "--json").data
        assert again["message_id"] == merged["message_id"], "the same heads, once"
        alone = call("session", "merge", hills, trunk, "--json").data
        assert alone["session_id"] == hills
        refused = call("session", "merge", trunk, call("session", "fork", trunk, "--json").data["session_id"], "--json")
        assert "nothing of its own" in refused.error["message"]
        assert call("audit", "verify").code == 0

        told = call("chat", "-m", "My dog is called Bello.", "--json").data
        message = told["user_message_id"]
        edited = call("memory", "edit", message[:12], "-m", "My dog is called Rex.", "--json").data
        note = edited["note"]["note_id"]
        assert (edited["text"], edited["note"]["text"], edited["note"]["sources"]) == (
            "My dog is called Bello.",
            "My dog is called Rex.",
            [message],
        )
        answer = call("chat", "-m", "What is my dog called?", "--json").data
        assert "Rex" in answer["reply"]
        assert "Bello" not in answer["reply"]
        assert [(one["message_id"], one["note"]) for one in answer["sources"]] == [(message, "My dog is called Rex.")]
        assert "Rex" in call("memory", "list").out
        assert call("memory", "list", "--mark", "noted", "--json").data["memories"][0]["message_id"] == message
        assert "remembered as" in call("memory", "show", note[:12]).out
        assert call("memory", "search", "Rex", "--json").data["memories"][0]["message_id"] == message
        assert call("memory", "forget", note, "--yes", "--json").data["due"]
        assert "Bello" in call("chat", "-m", "What is my dog called?", "--json").data["reply"]
        assert call("memory", "forget", note, "--undo", "--json").data["note"]["due"] is None
        assert "give the words with -m" in call("memory", "edit", message, "--json").error["remedy"]

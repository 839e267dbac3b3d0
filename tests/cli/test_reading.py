"""Do the commands that only read work without a daemon, with the shapes that programs count on?"""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING

import pytest

from ccnode.cli.text import clean
from ccnode.store import turns
from ccnode_crypto import bundle
from tests.cli.helpers import call, ledger_of, say

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

HOSTILE = "evil \x1b]0;owned\x07\x1b[2J\x9b31m \u202e backwards \r overwritten\x08"


def read(path: Path) -> bundle.Bundle:
    with path.open(encoding="utf-8", newline="\n") as file:
        return bundle.read(file)


def test_an_empty_node(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("session", "list", "--json").data == {"sessions": []}
    assert "ccnode chat" in ccnode("session", "list").err
    assert ccnode("session", "show", "last").code == 5
    assert ccnode("session", "search", "anything", "--json").data == {"results": [], "unsearched": 0}


def test_an_empty_name_is_no_session_and_begins_none(ccnode: Ccnode, home: Home) -> None:
    for command in (("chat", "", "-m", "hi"), ("session", "show", " "), ("session", "forget", "", "--yes")):
        done = ccnode(*command)
        assert done.code == 2
        assert "is empty" in done.err
    assert ccnode("session", "list", "--json").data["sessions"] == []


@pytest.mark.parametrize("number", [2**53 + 1, 2**63, 10**30])
@pytest.mark.parametrize(
    "command",
    [
        ("session", "list", "--offset"),
        ("session", "list", "--limit"),
        ("session", "search", "x", "--limit"),
        ("character", "history", "--before"),
        ("character", "history", "--limit"),
        ("character", "drift", "--limit"),
        ("audit", "log", "--before"),
        ("audit", "log", "--limit"),
        ("memory", "list", "--limit"),
        ("knowledge", "list", "--limit"),
        ("instances", "--limit"),
        ("cost", "--days"),
    ],
    ids=" ".join,
)
def test_a_number_that_is_too_large_is_refused_by_its_option(
    ccnode: Ccnode, home: Home, command: tuple[str, ...], number: int
) -> None:
    refused = ccnode(*command, str(number), "--json")
    assert (refused.code, refused.error["code"]) == (2, "usage")
    assert command[-1] in refused.error["message"]


def test_the_largest_numbers_find_nothing(ccnode: Ccnode, home: Home) -> None:
    say(home, [("one", "1")])
    assert ccnode("session", "list", "--offset", str(2**53), "--json").data == {"sessions": []}
    assert ccnode("character", "history", "--before", str(2**53), "--json").data["measurements"] == []
    assert ccnode("audit", "log", "--before", str(2**53), "--json").data["entries"]


def test_list_and_show(ccnode: Ccnode, home: Home) -> None:
    first, said = say(home, [("What is a hash?", "A digest."), ("And a chain?", None)], "hashes")
    second, _ = say(home, [("Hello", "Good day.")])
    sessions = ccnode("session", "list", "--json").data["sessions"]
    assert [one["session_id"] for one in sessions] == [second, first]
    assert [one["unanswered"] for one in sessions] == [False, True]
    assert sessions[1]["title"] == "hashes"
    assert [one["session_id"] for one in ccnode("session", "list", "--json", "--limit", "1").data["sessions"]] == [
        second
    ]
    shown = ccnode("session", "show", first[:6], "--json").data
    assert [one["message_id"] for one in shown["messages"]] == [digest.hex() for digest in said]
    assert [one["seq"] for one in shown["messages"]] == [1, 2, 3]
    assert [one["role"] for one in shown["messages"]] == ["user", "assistant", "user"]
    assert shown["messages"][1]["parent"] == said[0].hex()
    assert shown["unanswered"] is True
    assert "A digest." in ccnode("session", "show", first).out
    assert second in ccnode("session", "show", "last").out


def test_the_past(ccnode: Ccnode, home: Home) -> None:
    session, _ = say(home, [("one", "1"), ("two", "2"), ("three", "3")])
    times = [one["time"] for one in ccnode("session", "show", session, "--json").data["messages"]]
    for index in (0, 5):
        shown = ccnode("session", "show", session, "--at", times[index], "--json").data["messages"]
        assert len(shown) == sum(time <= times[index] for time in times)
    assert ccnode("session", "show", session, "--at", "2001-01-01", "--json").data["messages"] == []
    assert ccnode("session", "show", session, "--at", "yesterday").code == 2


def test_trees(ccnode: Ccnode, home: Home) -> None:
    session, said = say(home, [("one", "1"), ("two", "2")])
    say(home, [("other", "way")], parent=said[1])
    shown = ccnode("session", "show", session, "--tree", "--json").data["messages"]
    assert [one["text"] for one in shown] == ["one", "1", "two", "other", "2", "way"]
    lines = ccnode("session", "show", session, "--tree").out.splitlines()
    assert sum(line.startswith("  ") for line in lines) == 4


def test_search(ccnode: Ccnode, home: Home) -> None:
    session, said = say(home, [("My umbrella is green", "Noted."), ("My car is red", "Fine.")], "things")
    say(home, [("the umbrella again", None)])
    data = ccnode("session", "search", "green umbrella", "--json", "--session", session).data
    assert data["results"][0]["message_id"] == said[0].hex()
    assert data["results"][0]["session_id"] == session
    assert data["results"][0]["title"] == "things"
    assert {"role", "time", "text", "snippet", "score", "why"} <= set(data["results"][0])
    assert data["results"][0]["why"][0] == {"word": "green", "share": 0.5, "where": "text"}
    found = ccnode("session", "search", "umbrella", "--json").data["results"]
    said_so = [one["why"][0]["where"] == "text" for one in found]
    assert said_so == [True, True, False, False]  # the others only follow what says so
    assert "umbrella 100%" in ccnode("session", "search", "umbrella").out
    assert len(ccnode("session", "search", "umbrella", "--limit", "1", "--json").data["results"]) == 1
    assert ccnode("session", "search", "umbrella", "--since", "2100-01-01", "--json").data["results"] == []
    asked = ccnode("session", "search", "noted", "--role", "user", "--json").data["results"]
    assert [(one["role"], one["text"], one["why"][0]["where"]) for one in asked] == [
        ("user", "My car is red", "context")
    ]
    assert ccnode("session", "search", "x", "--role", "nobody").code == 2
    assert ccnode("session", "search", '") OR 1=1 --', "--json").code == 0


def test_what_was_stored_is_never_obeyed(ccnode: Ccnode, home: Home) -> None:
    session, _ = say(home, [(HOSTILE, HOSTILE)], HOSTILE.replace("\r", " "))
    for line in (["session", "list"], ["session", "show", session], ["session", "show", session, "--tree"],
                 ["session", "search", "evil"], ["session", "export", session, "--format", "md"],
                 ["audit", "log"]):  # fmt: skip
        out = ccnode(*line).out
        assert not [char for char in out if (ord(char) < 32 and char not in "\n\t") or 127 <= ord(char) < 160]
        assert "\u202e" not in out
    shown = ccnode("session", "show", session, "--json")
    assert shown.data["messages"][0]["text"] == HOSTILE
    assert "\x1b" not in shown.out


def test_cleaning_works_piece_by_piece() -> None:
    whole = "a\x1b[31mb\u2066c\ud800"
    assert "".join(map(clean, whole)) == clean(whole)
    assert clean("plain text, naïve, 日本語\n\ttabs") == "plain text, naïve, 日本語\n\ttabs"


def test_names_that_mean_nothing_or_too_much(ccnode: Ccnode, home: Home) -> None:
    with ledger_of(home) as ledger:
        for last in (1, 2):
            identifier = uuid.UUID(f"abcdef00-0000-4000-8000-00000000000{last}").bytes
            ledger.append_sync(turns.open_session(None, None, identifier))
    assert ccnode("session", "show", "abcd").code == 5
    assert ccnode("session", "show", "abcd", "--json").error["code"] == "conflict"
    assert ccnode("session", "show", "0123").code == 5
    assert ccnode("session", "show", "abc", "--json").error["code"] == "not_found"
    assert ccnode("session", "show", "ABCDEF00-0000-4000-8000-000000000001").code == 0


def test_export_of_a_session(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    session, said = say(home, [("question", "answer"), ("more", "words")], "talk")
    done = ccnode("session", "export", session)
    assert [one["text"] for one in json.loads(done.out)["messages"]] == ["question", "answer", "more", "words"]
    assert "## You" in ccnode("session", "export", session, "--format", "md").out
    target = tmp_path / "s.jsonl"
    made = ccnode("session", "export", session, "--format", "bundle", "-o", str(target), "--json")
    assert made.data["path"] == str(target)
    proven = read(target)
    assert {entry.digest for entry in proven.entries} >= set(said)
    assert proven.what == "session"
    assert not proven.uncertified
    assert target.stat().st_mode & 0o777 == 0o600
    again = ccnode("session", "export", session, "-o", str(target))
    assert again.code == 5
    assert ccnode("session", "export", session, "-o", str(tmp_path / "no" / "x")).code in {1, 5}


def test_export_of_everything(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    for number in range(20):
        say(home, [(f"question {number}", "answer")])
    for command, name in ((("export", "all"), "a"), (("audit", "export"), "b")):
        made = ccnode(*command, "-o", str(tmp_path / name), "--json")
        proven = read(tmp_path / name)
        assert proven.complete
        assert proven.bodies == made.data["entries"]
        assert len(proven.chains) == 21
        assert not proven.withheld


def test_proof_of_one_message(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    _, said = say(home, [(f"question {number}", "answer") for number in range(100)])
    say(home, [("secret elsewhere", "yes")])
    target = tmp_path / "p"
    made = ccnode("audit", "prove", said[7].hex()[:10], "-o", str(target), "--json")
    assert made.data["message_id"] == said[7].hex()
    proven = read(target)
    assert [entry.digest for entry in proven.entries] == [said[7]]
    assert len(proven.headers) < 40
    assert proven.what == "message"
    assert ccnode("audit", "prove", "ffffffffff", "-o", str(tmp_path / "q")).code == 5
    assert not (tmp_path / "q").exists()


def test_audit_log(ccnode: Ccnode, home: Home) -> None:
    say(home, [("one", "1"), ("two", "2")])
    entries = ccnode("audit", "log", "--json").data["entries"]
    assert all({"chain", "seq", "digest", "kind", "time"} <= set(one) for one in entries)
    assert [one["id"] for one in entries] == sorted((one["id"] for one in entries), reverse=True)
    page = ccnode("audit", "log", "--limit", "2", "--before", str(entries[2]["id"]), "--json").data["entries"]
    assert page == entries[3:5]
    assert {one["kind"] for one in ccnode("audit", "log", "--kind", "message", "--json").data["entries"]} == {"message"}
    assert ccnode("audit", "log", "--kind", "nonsense").code == 2


def test_audit_verify(ccnode: Ccnode, home: Home) -> None:
    say(home, [("one", "1")])
    data = ccnode("audit", "verify", "--json").data
    assert data["ok"] is True
    assert data["problems"] == []
    assert len(data["chains"]) == 2
    assert data["entries"] == sum(one["length"] for one in data["chains"])


def test_a_flipped_bit_is_named(ccnode: Ccnode, home: Home) -> None:
    say(home, [("one", "1")])
    with ledger_of(home) as ledger:
        ledger.append_sync(
            lambda tx: tx.execute(
                "UPDATE entries SET sealed = substr(sealed, 1, 40) || x'00' || substr(sealed, 42) WHERE kind = 17"
            )
        )
    done = ccnode("audit", "verify", "--json")
    assert done.code == 1
    assert done.data["ok"] is False
    assert done.data["problems"][0]["chain"]
    assert done.data["problems"][0]["seq"] is not None
    assert "PROBLEM" in ccnode("audit", "verify").out


def test_each_problem_says_what_helps(ccnode: Ccnode, home: Home) -> None:
    say(home, [("one", "1")])
    with ledger_of(home) as ledger:
        ledger.append_sync(lambda tx: tx.execute("UPDATE activity SET messages = messages + 1"))
    done = ccnode("audit", "verify")
    assert done.code == 1
    assert "db rebuild" in done.err
    assert "restore" not in done.err, "the record is whole"


def test_a_database_of_before_an_update_is_brought_up_to_date_not_restored(ccnode: Ccnode, home: Home) -> None:
    say(home, [("one", "1")])
    with ledger_of(home) as ledger:
        version = ledger.append_sync(lambda tx: tx.query("PRAGMA user_version"))[0][0]
        ledger.append_sync(lambda tx: tx.execute(f"PRAGMA user_version = {version - 1}"))
    done = ccnode("audit", "verify")
    assert done.code == 1
    assert "db migrate" in done.err
    assert "restore" not in done.err


@pytest.mark.parametrize("content", [b"", b"not a database at all" * 1000])
def test_a_ruined_database_is_a_finding(ccnode: Ccnode, home: Home, content: bytes) -> None:
    home.ledger.write_bytes(content)
    done = ccnode("audit", "verify", "--json")
    assert done.code == 1
    assert done.data["problems"]
    assert ccnode("session", "list").code == 1
    assert "Traceback" not in ccnode("session", "list").err
    assert ccnode("doctor").code == 1


def test_a_database_that_is_gone(ccnode: Ccnode, home: Home) -> None:
    home.ledger.unlink()
    for line in (["audit", "verify"], ["session", "list"], ["audit", "log"]):
        assert ccnode(*line).code == 5
    assert ccnode("status", "--json").data["problems"]


def test_stopped_status(ccnode: Ccnode, home: Home) -> None:
    session, said = say(home, [("waiting", None)])
    done = ccnode("status", "--json")
    assert done.code == 3
    assert {"node_id", "name", "state", "api_url", "chains"} <= set(done.data)
    assert done.data["api_url"] is None
    assert done.data["unanswered"] == [{"session_id": session, "message_id": said[0].hex()}]
    assert all({"chain", "length", "head"} <= set(one) for one in done.data["chains"])


def test_db_commands(ccnode: Ccnode, home: Home) -> None:
    say(home, [("one", "1")])
    status = ccnode("db", "status", "--json")
    assert status.code == 0
    assert status.data["schema"] == status.data["newest_schema"]
    assert status.data["messages"] == 2
    before = ccnode("session", "list", "--json").out
    assert ccnode("db", "rebuild").code == 0
    assert ccnode("session", "list", "--json").out == before
    assert ccnode("db", "migrate", "--json").data["steps"] == []


def test_a_newer_schema_is_refused(ccnode: Ccnode, home: Home) -> None:
    with ledger_of(home) as ledger:
        ledger.append_sync(lambda tx: tx.execute("PRAGMA user_version = 99"))
    for line in (["session", "list"], ["db", "status"], ["db", "migrate"], ["db", "rebuild"]):
        done = ccnode(*line, "--json")
        assert done.code == 1
        assert done.error["code"] == "schema_too_new"


def test_reading_from_a_disk_that_cannot_be_written(home: Home) -> None:
    """As root, permissions stop nobody; then this shows only that reading leaves no files behind."""
    say(home, [("one", "1")])
    home.root.chmod(0o500)
    try:
        assert call("session", "list", "--data-dir", str(home.root)).code == 0
    finally:
        home.root.chmod(0o700)


def test_paths(ccnode: Ccnode, tmp_path: Path) -> None:
    data = ccnode("paths", "--json", "--data-dir", str(tmp_path / "none")).data
    assert data["data_dir"] == str(tmp_path / "none")
    assert data["ledger"].endswith("ledger.sqlite")

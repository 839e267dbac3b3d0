"""`ccnode import`: counting without a daemon, bringing in with one, watching, stopping, and what is said of it."""

from __future__ import annotations

import json
import os
import signal
import time
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.exchange.model import Turn
from tests.cli.helpers import call, pretending, running, start
from tests.store.conversations import as_chatgpt, conversation, grown

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode
    from tests.cli.helpers import Answer

NOTHING = {"found": 0, "added": 0, "known": 0, "left": 0}
FORM: dict[str, Any] = {
    "import_id": "abcdef123456",
    "name": "export.zip",
    "format": "chatgpt",
    "dry_run": False,
    "state": "reading",
    "created": "2026-03-02T10:11:12.345Z",
    "finished": None,
    "bytes": 1000,
    "bytes_read": 250,
    "conversations": {"found": 3, "added": 2, "known": 1, "left": 0},
    "messages": {"found": 9, "added": 4, "known": 3, "left": 2},
    "left": [{"where": "c1/m1", "why": "says nothing", "count": 2, "unit": "message"}],
    "left_total": 2,
}


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "conversations.json"
    path.write_bytes(as_chatgpt([conversation("-a ab bc bd", "d"), conversation("-x xy", "y", name="two")]))
    return path


def test_a_dry_run_needs_neither_daemon_nor_node(ccnode: Ccnode, export: Path, tmp_path: Path) -> None:
    done = ccnode("import", "auto", str(export), "--dry-run", "--data-dir", str(tmp_path / "none"), "--json")
    assert done.code == 0
    assert done.data == {
        "format": "chatgpt",
        "dry_run": True,
        "state": "done",
        "conversations": {"found": 2, "added": 2, "known": 0, "left": 0},
        "messages": {"found": 6, "added": 6, "known": 0, "left": 0},
        "left": [],
        "left_total": 0,
    }
    assert not (tmp_path / "none").exists()
    told = ccnode("import", "chatgpt", str(export), "--dry-run", "--data-dir", str(tmp_path / "none"))
    assert told.out == "2 conversations: 2 would be added, 0 known\n6 messages: 6 would be added, 0 known\n"


@pytest.mark.usefixtures("home")
def test_without_a_daemon_nothing_is_imported(ccnode: Ccnode, export: Path) -> None:
    for arguments in (("auto", str(export)), ("status",), ("stop", "abc")):
        done = ccnode("import", *arguments)
        assert (done.code, done.out) == (3, "")
        assert "ccnode run" in done.err


@pytest.mark.usefixtures("home")
def test_what_is_typed_wrong_is_told(ccnode: Ccnode, export: Path, tmp_path: Path) -> None:
    assert ccnode("import", "auto", str(tmp_path / "nowhere")).code == 2
    assert ccnode("import", "word", str(export)).code == 2
    assert ccnode("import", "stop", "../x").code == 2
    assert ccnode("import", "stop").code == 2
    refused = ccnode("import", "claude", str(export), "--dry-run", "--json")
    assert (refused.code, refused.error["code"]) == (1, "not_importable")
    assert "ccnode import chatgpt" in refused.error["remedy"]


def test_with_a_daemon(home: Home, export: Path, tmp_path: Path) -> None:
    where = ("--data-dir", str(home.root))
    with running(home):
        done = call("import", "auto", str(export), *where)
        assert (done.code, done.err) == (0, "")
        assert done.out == "2 conversations: 2 added, 0 known\n6 messages: 6 added, 0 known\n"
        sessions = call("session", "list", *where, "--json").data["sessions"]
        assert sorted(one["messages"] for one in sessions) == [2, 3]  # and a branch, which is shown in its tree
        dry = call("import", "auto", str(export), "--dry-run", "--json", *where)
        assert dry.data["messages"] == {"found": 6, "added": 0, "known": 6, "left": 0}
        # What grew, and something that cannot be kept: ends with 0 and says so.
        more = conversation("-a ab bc bd de", "e")
        more.turns.append(Turn("f", "e", "user", " "))
        export.write_bytes(as_chatgpt([more]))
        again = call("import", "chatgpt", os.path.relpath(export), *where)
        assert again.code == 0
        assert "1 added, 4 known" in again.out
        listed = call("import", "status", *where)
        assert [row.split("\t")[2:5] for row in listed.out.splitlines()] == [
            ["done", "chatgpt", "1"],
            ["done", "chatgpt", "6"],
        ]
        name = listed.out.split("\t")[0]
        assert call("import", "status", name, *where, "--json").data["state"] == "done"
        assert call("import", "stop", name, *where).code == 0
        assert call("import", "status", "ffffffffffff", *where).code == 5
        (tmp_path / "diary.txt").write_text("dear diary")
        odd = call("import", "auto", str(tmp_path / "diary.txt"), *where, "--json")
        assert (odd.code, odd.error["code"]) == (1, "not_importable")


def test_what_the_daemon_cannot_read_is_sent(home: Home, ccnode: Ccnode, export: Path) -> None:
    bodies: list[bytes] = []

    def answer(method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        if path == "/api/v1/imports":
            assert body == {"path": str(export), "format": "auto"}
            return 503, {"error": {"code": "unreadable", "message": "cannot be read", "remedy": "mend it"}}
        if path.startswith("/api/v1/imports/upload"):
            assert path.endswith("?name=conversations.json&format=auto")
            assert headers["Content-Type"] == "application/octet-stream"
            bodies.append(json.dumps(body).encode())
            return 202, {**FORM, "state": "done"}
        return 200, FORM

    with pretending(home, answer):
        done = ccnode("import", "auto", str(export))
        assert done.code == 0
        assert "it is sent" in done.err
        folder = ccnode("import", "auto", str(export.parent))
        assert folder.code != 0  # a folder cannot be sent
    assert bodies == [export.read_bytes()]


def test_an_import_in_which_something_was_left_ends_with_0_and_says_so(
    home: Home, ccnode: Ccnode, export: Path
) -> None:
    with pretending(home, lambda *_: (202, {**FORM, "state": "done"})):
        done = ccnode("import", "auto", str(export))
    assert done.code == 0
    assert done.out == "3 conversations: 2 added, 1 known\n9 messages: 4 added, 3 known, 2 left out\n"
    assert done.err == "left out: 2 messages: says nothing (first: c1/m1)\n"


@pytest.mark.parametrize(("state", "code"), [("failed", 1), ("stopped", 1), ("done", 0)])
def test_how_it_ends(home: Home, ccnode: Ccnode, export: Path, state: str, code: int) -> None:
    error = {"code": "disk_full", "message": "the disk is full\x1b[2J", "remedy": "free some space"}
    form = {**FORM, "state": state, **({"error": error} if state == "failed" else {})}
    with pretending(home, lambda *_: (202, form)):
        done = ccnode("import", "auto", str(export))
        assert done.code == code
        assert ("the disk is full\\x1b[2J" in done.err) == (state == "failed")
        envelope = ccnode("import", "auto", str(export), "--json")
    assert envelope.code == code
    if state == "failed":
        assert envelope.error == error
    else:
        assert envelope.data == form


def test_cards_and_bundles_are_told_of(home: Home, ccnode: Ccnode, export: Path) -> None:
    card = {"card": "ab" * 16, "name": "Nora\x1b", "added": True}
    with pretending(home, lambda *_: (202, {**FORM, "state": "done", "left": [], "card": card})):
        done = ccnode("import", "card", str(export))
        assert done.out == "card Nora\\x1b (abababababab)\n"
        assert "ccnode plate import FILE" in done.err
    bundle = {"received": True, "owner": "x", "why": "", "entries": {"found": 5, "added": 4, "known": 1}}
    form = {**FORM, "state": "done", "left": [], "conversations": NOTHING, "messages": NOTHING, "bundle": bundle}
    with pretending(home, lambda *_: (202, form)):
        assert ccnode("import", "bundle", str(export)).out == "5 entries: 4 added, 1 known\n"
    form = {**FORM, "state": "done", "left": [], "bundle": {"received": False, "owner": "x", "why": "it is another's"}}
    with pretending(home, lambda *_: (202, form)):
        told = ccnode("import", "bundle", str(export)).out
    assert told.startswith("brought in as words from elsewhere: it is another's\n3 conversations: 2 added, 1 known\n")


def test_ctrl_c_stops_watching_only(home: Home, export: Path) -> None:
    export.write_bytes(as_chatgpt([grown_one(number) for number in range(5)]))
    with pretending(home, lambda *_: (202, FORM)) as calls:
        process = start("import", "auto", str(export), "--data-dir", str(home.root))
        deadline = time.monotonic() + 30
        while len(calls) < 3:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "The import goes on" in err
    assert "import status abcdef" in err
    assert "import stop abcdef" in err
    assert all(method != "DELETE" for method, _, _ in calls)


def grown_one(number: int) -> Any:
    import random

    return grown(random.Random(number), f"c{number}", 10)


def test_imports_are_completed(home: Home) -> None:
    done = {**FORM, "import_id": "abc999", "state": "done"}
    with pretending(home, lambda *_: (200, {"imports": [FORM, done]})):
        for words, found in (("stop", {"abcdef"}), ("status", {"abcdef", "abc999"})):
            completed = call(
                COMP_WORDS=f"ccnode import {words} abc", COMP_CWORD="3", _CCNODE_COMPLETE="bash_complete",
                CCNODE_DATA_DIR=str(home.root),
            )  # fmt: skip
            assert {row.partition(",")[2] for row in completed.out.splitlines()} == found
    nobody = call(
        COMP_WORDS="ccnode import stop abc",
        COMP_CWORD="3",
        _CCNODE_COMPLETE="bash_complete",
        CCNODE_DATA_DIR=str(home.root),
    )
    assert nobody.out.strip() == ""


def test_the_list_shows_how_far_it_is(home: Home, ccnode: Ccnode) -> None:
    with pretending(home, lambda *_: (200, {"imports": [FORM]})):
        row = ccnode("import", "status").out.rstrip("\n").split("\t")
    assert row[0] == "abcdef"
    assert row[2:] == ["reading, 25 % of 1000 bytes", "chatgpt", "4", "export.zip"]
    with pretending(home, lambda *_: (200, {"imports": []})):
        assert ccnode("import", "status").err == "Nothing was imported yet.\n"

"""Can somebody move in with years of conversations? Import, search, go on talking, back up, restore, verify, export.

The whole way with the real command line and a real daemon, from exports in the true formats of three programs.
`--long` does it with 5,000 conversations of each.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccnode.store.home import Home
from tests.cli import helpers
from tests.cli.helpers import Running, call, make_node, running
from tests.exchange import generate

if TYPE_CHECKING:
    from tests.cli.helpers import Result

VERIFY_EXPORT = Path(__file__).parents[2] / "scripts" / "verify_export.py"
SEED = 31
FEW, MANY = 60, 5_000
LONG_S = 1_200.0
INDEXED_WITHIN_S = 600.0
LAYOUTS = {"chatgpt": "sharded-zip", "claude": "zip", "claude-code": "folder"}


@pytest.fixture
def count(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    if not request.config.getoption("--long"):
        return FEW
    monkeypatch.setattr(helpers, "DEADLINE_S", LONG_S)  # of a single command
    return MANY


def ok(result: Result) -> Result:
    assert result.code == 0, result.out + result.err
    return result


@pytest.mark.timeout(3600)
def test_years_of_conversations_move_in_and_on(  # noqa: PLR0915  # one way, step by step
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, count: int
) -> None:
    home = make_node(tmp_path / "node")
    monkeypatch.setenv("CCNODE_DATA_DIR", str(home.root))
    exports = {form: tmp_path / form for form in LAYOUTS}
    expected = 0
    for form, path in exports.items():
        generate.write(form, path, SEED, count, LAYOUTS[form])
        expected += sum(len(truth.turns) for truth in generate.truths(form, SEED, count))

    with running(home):
        added = 0
        for form, path in exports.items():
            made = ok(call("import", "auto", str(path), "--json")).data
            assert made["format"] == form
            messages = made["messages"]
            assert messages["found"] == messages["added"] + messages["known"] + messages["left"], messages
            added += messages["added"]
            again = ok(call("import", form, str(path), "--json")).data["messages"]
            assert (again["added"], again["known"]) == (0, messages["added"] + messages["known"])
        assert added == expected
        assert ok(call("status", "--json")).data["statistics"]["messages"] == added

        # The index waits for imports, then follows; till it has come to the end, a search says what it left out.
        until = time.monotonic() + INDEXED_WITHIN_S
        while (left := ok(call("session", "search", "word", "--json")).data["unsearched"]) and time.monotonic() < until:
            time.sleep(1)
        assert not left

        # Something said years ago is found, and the conversation goes on where it ended.
        sessions = ok(call("session", "list", "--json", "--limit", "5")).data["sessions"]
        shown = ok(call("session", "show", sessions[0]["session_id"], "--json")).data["messages"]
        words = max((one["text"] for one in shown if one["role"] == "user"), key=len)
        # All say the same few words, so what nobody else said is a number of them in their order: the end, for there
        # must be some among them that tell something. (A phrase of words like "about" is looked for in 2,000 messages.)
        query = '"' + " ".join(word for word in words.split()[-30:] if word.isalpha()) + '"'
        hits = ok(call("session", "search", query, "--json", "--limit", "50")).data["results"]
        assert sessions[0]["session_id"] in {hit["session_id"] for hit in hits}
        told = ok(call("chat", "-m", "My bicycle lock opens with 4711.", sessions[0]["session_id"], "--json")).data
        assert told["session_id"] == sessions[0]["session_id"]
        asked = ok(call("chat", "-m", "What is the code of my bicycle lock?", "--json")).data
        assert "4711" in asked["reply"]
        backup = ok(call("backup", "create", "--json")).data["path"]

    there = tmp_path / "there"
    ok(call("backup", "restore", backup, "--into", str(there)))
    monkeypatch.setenv("CCNODE_DATA_DIR", str(there))
    with running(Home(there)):
        assert "4711" in ok(call("chat", "-m", "What opens my bicycle lock?", "--json")).data["reply"]
        again = ok(call("import", "chatgpt", str(exports["chatgpt"]), "--json")).data["messages"]
        assert again["added"] == 0
    assert ok(call("audit", "verify", "--json")).data["ok"] is True

    everything = tmp_path / "everything.jsonl"
    ok(call("export", "all", "-o", str(everything)))
    checked = subprocess.run(
        [sys.executable, str(VERIFY_EXPORT), str(everything)], capture_output=True, text=True, check=False
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr

    readable = tmp_path / "everything.json"
    ok(call("export", "all", "--format", "json", "-o", str(readable)))
    sessions = json.loads(readable.read_text())["sessions"]
    digests = [one["message_id"] for session in sessions for one in session["messages"]]
    assert len(digests) == len(set(digests)) > added
    ok(call("export", "all", "--format", "md", "-o", str(tmp_path / "everything.md")))
    assert (tmp_path / "everything.md").read_text().count("\n`") >= len(digests)

    # Another owner takes it in as what it is: words of somebody else's node.
    guest = make_node(tmp_path / "guest", name="guest")
    monkeypatch.setenv("CCNODE_DATA_DIR", str(guest.root))
    with running(guest):
        made = ok(call("import", "bundle", str(everything), "--json")).data
        assert made["format"] == "bundle"
        assert made["messages"]["added"] >= added
    one = ok(call("session", "list", "--json", "--limit", "1")).data["sessions"][0]["session_id"]
    written = tmp_path / "one.md"
    ok(call("session", "export", one, "--format", "md", "-o", str(written)))
    assert written.read_text().startswith("# ")


def test_an_import_that_is_killed_goes_on_by_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_node(tmp_path / "node")
    monkeypatch.setenv("CCNODE_DATA_DIR", str(home.root))
    path = generate.write("chatgpt", tmp_path / "export", SEED, 400, "sharded")
    expected = sum(len(truth.turns) for truth in generate.truths("chatgpt", SEED, 400))
    daemon = Running(home)
    watching = subprocess.Popen(
        [sys.executable, "-m", "ccnode.cli", "import", "auto", str(path)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while not ok(call("status", "--json")).data["statistics"]["messages"]:
        pass
    daemon.kill()
    watching.wait(60)
    with running(home):
        ok(call("import", "auto", str(path), "--json"))
        assert ok(call("status", "--json")).data["statistics"]["messages"] == expected
    assert ok(call("audit", "verify", "--json")).data["ok"] is True
    listed = json.loads(ok(call("db", "status", "--json")).out)
    assert listed["data"]

"""Does it hold together? A real node: made, talked to, killed, resumed, proven, backed up and put back elsewhere."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pexpect
import pytest

from ccnode.store.home import Home
from tests.cli.helpers import PROGRAM, Running, call, environment, running, say, start

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(600)  # some start twenty processes, one after another

VERIFY_EXPORT = Path(__file__).parents[2] / "scripts" / "verify_export.py"


@pytest.fixture
def daemon(home: Home) -> Iterator[Running]:
    with running(home) as started:
        yield started


def texts(session: str, *more: str) -> list[str]:
    return [one["text"] for one in call("session", "show", session, "--json", *more).data["messages"]]


def test_from_nothing_to_a_copy_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "node"
    monkeypatch.setenv("CCNODE_DATA_DIR", str(root))
    assert call("init", "--yes", "--name", "desk").code == 0
    home = Home(root)

    daemon = Running(home)
    first = call("chat", "-m", "My dog is called Bello.", "--json")
    assert first.code == 0
    session = first.data["session_id"]
    second = call("chat", "-m", "What is my dog called?", session, "--json")
    assert "Bello" in second.data["reply"]
    elsewhere = call("chat", "-m", "What is the name of my dog?", "--json")
    assert "Bello" in elsewhere.data["reply"]
    assert elsewhere.data["sources"][0]["session_id"] == session
    before = texts(session)
    daemon.kill()

    assert call("status", "--json").code == 3
    assert texts(session) == before
    assert call("audit", "verify", "--json").data["ok"] is True
    waiting, _ = say(home, [("What was my dog called, again?", None)])

    with running(home):
        status = call("status", "--json").data
        assert [one["session_id"] for one in status["unanswered"]] == [waiting]
        resumed = talked(f"chat {waiting[:8]}", "Have it answered now", "y", "Bello")
        assert resumed == 0
        assert len(texts(waiting)) == 2
        assert call("status", "--json").data["unanswered"] == []
        made = call("backup", "create", "--json").data
        assert call("backup", "verify", made["path"]).code == 0
        assert call("stop").code == 0
    assert call("status").code == 3

    there = str(tmp_path / "there")
    assert call("backup", "restore", made["path"], "--into", there).code == 0
    with running(Home(Path(there))):
        assert texts(session, "--data-dir", there) == before
        known = call("chat", "-m", "What is my dog called?", "--json", "--data-dir", there)
        assert "Bello" in known.data["reply"]
    assert call("audit", "verify", "--data-dir", there).code == 0


def test_an_export_is_checked_without_the_project(home: Home, tmp_path: Path) -> None:
    session, said = say(home, [("one", "1"), ("two", "2")])
    assert call("export", "all", "-o", str(tmp_path / "all")).code == 0
    assert call("audit", "prove", said[1].hex(), "-o", str(tmp_path / "one")).code == 0
    assert call("session", "export", session, "--format", "bundle", "-o", str(tmp_path / "some")).code == 0
    for name in ("all", "one", "some"):
        command = [sys.executable, "-I", str(VERIFY_EXPORT), str(tmp_path / name)]
        checked = subprocess.run(command, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def spawned(*arguments: str) -> pexpect.spawn:
    """The program on a terminal of its own."""
    words = [*PROGRAM[1:], *arguments]
    child = pexpect.spawn(PROGRAM[0], words, env=environment(TERM="dumb"), encoding="utf-8", timeout=120)
    child.delaybeforesend = 0.1
    return child


def talked(command: str, *turns: str) -> int:
    """Wait for each text and send the answer after it, in turn; then leave. The exit code."""
    child = spawned(*command.split())
    for index, text in enumerate(turns):
        if index % 2 == 0:
            child.expect(text)
        else:
            child.sendline(text)
    child.sendline("/quit")
    child.expect(pexpect.EOF)
    child.close()
    return int(child.exitstatus if child.exitstatus is not None else -1)


def test_talking_line_by_line(daemon: Running) -> None:
    turns = ("> ", "/help", "/sessions", "My cat is called Minka.", "> ", "/new", "begins", "What is my cat called\\",
             r"\.\.\. ", "in the end?", "Minka", "/sessions", "My cat is called", "/nonsense", "not known",
             "/open zzzz", "not a session", "/open last", "in the end", "/again", "Minka")  # fmt: skip
    assert talked("chat", *turns) == 0
    sessions = call("session", "list", "--json").data["sessions"]
    assert [one["messages"] for one in sessions] == [3, 2]


def test_ctrl_c_between_replies_leaves(daemon: Running) -> None:
    child = spawned("chat")
    child.expect("> ")
    child.sendintr()
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus == 130
    assert "Traceback" not in str(child.before)


def test_changing_sessions(daemon: Running) -> None:
    session = call("chat", "-m", "One thing", "--json").data["session_id"]
    call("chat", "-m", "Another thing", session)
    assert call("session", "rename", session, "Things").code == 0
    assert call("session", "list", "--json").data["sessions"][0]["title"] == "Things"
    assert call("session", "regenerate", session, "--json").data["reply"]
    assert len(texts(session)) == 4
    branch = call("session", "fork", session, "--json").data["session_id"]
    assert len(texts(branch)) == 4
    call("chat", "-m", "Only here", branch)
    assert len(texts(branch)) == 6
    assert len(texts(session)) == 4
    forgotten = call("session", "forget", session, "--yes", "--json")
    assert forgotten.data["due"] > "2026"
    assert call("session", "list", "--forgotten", "--json").data["sessions"][0]["session_id"] == session
    assert call("session", "forget", "last", "--undo").out.startswith(session)
    assert "--forgotten" in call("session", "forget", session, "--undo", "--json").error["remedy"]
    assert call("session", "end", session).code == 0
    assert call("chat", "-m", "Still there?", session).code == 5


def test_a_branch_leaves_its_origin_alone(daemon: Running) -> None:
    session = call("chat", "-m", "One thing", "--json").data["session_id"]
    branch = call("session", "fork", session, "--json").data["session_id"]
    assert call("session", "regenerate", branch).code in {0, 5}
    assert len(texts(session)) == 2


def test_two_daemons_on_one_directory(daemon: Running) -> None:
    second = start("run", "--port", "0")
    _, err = second.communicate(timeout=60)
    assert second.returncode == 5
    assert str(daemon.process.pid) in err
    assert call("status").code == 0


def test_a_key_that_others_can_read_is_refused(home: Home) -> None:
    home.node_key.chmod(0o644)
    done = call("run", "--port", "0")
    assert done.code == 1
    assert "chmod 600" in done.err


def test_the_daemon_ends_well(home: Home) -> None:
    for number in (signal.SIGINT, signal.SIGTERM):
        daemon = Running(home)
        daemon.process.send_signal(number)
        _, err = daemon.process.communicate(timeout=60)
        assert daemon.process.returncode == 0
        assert "Traceback" not in err
    assert call("stop").code == 3


def test_opening_the_page(daemon: Running) -> None:
    link = call("open", "--json").data["url"]
    assert link.startswith(call("status", "--json").data["api_url"])
    assert "#" in link
    assert link.partition("#")[2] not in (daemon.home.root / "daemon.lock").read_text()


def test_doctor_of_a_running_node(daemon: Running) -> None:
    done = call("doctor", "--json")
    assert done.code == 0
    assert next(one for one in done.data["checks"] if one["name"] == "daemon")["state"] == "ok"

"""Real daemons as processes of their own: starting, stopping, refusing, meeting a copy, and being killed."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.timeout(600)  # several starts, one after another

CCNODE = Path(sys.executable).parent / "ccnode"
DEADLINE_S = 90.0


def environment(data: Path, runtime: Path) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith("CCNODE_") or name.startswith("CCNODE_FEDERATION__")
    }
    return {**kept, "CCNODE_DATA_DIR": str(data), "CCNODE_API__PORT": "0", "XDG_RUNTIME_DIR": str(runtime)}


class Node:
    """A data directory with, at times, a daemon on it."""

    def __init__(self, data: Path, runtime: Path) -> None:
        self.data = data
        self.environment = environment(data, runtime)
        self.process: subprocess.Popen[str] | None = None

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [CCNODE, *arguments], env=self.environment, capture_output=True, text=True, timeout=DEADLINE_S, check=False
        )
        assert not check or done.returncode == 0, done.stderr
        return done

    def start(self) -> None:
        (self.data / "daemon.lock").unlink(missing_ok=True)
        self.process = subprocess.Popen(
            [CCNODE, "run"], env=self.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        deadline = time.monotonic() + DEADLINE_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise AssertionError(f"the daemon ended: {self.process.stdout.read() if self.process.stdout else ''}")
            try:
                if self.request("GET", "/ready")[0] == http.client.OK:
                    return
            except (OSError, ValueError, KeyError):
                pass
            time.sleep(0.02)
        raise AssertionError("the daemon was not ready in time")

    def request(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        address = json.loads((self.data / "daemon.lock").read_bytes())["api_url"].removeprefix("http://")
        connection = http.client.HTTPConnection(address, timeout=DEADLINE_S)
        token = (self.data / "api.token").read_text().strip()
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        connection.request(method, path, json.dumps(body) if body is not None else None, headers)
        response = connection.getresponse()
        answer = json.loads(response.read())
        connection.close()
        return response.status, answer

    def status(self) -> dict[str, Any]:
        code, answer = self.request("GET", "/api/v1/status")
        assert code == http.client.OK
        return answer  # type: ignore[no-any-return]  # JSON

    def kill(self, number: int = signal.SIGKILL) -> int:
        assert self.process is not None
        self.process.send_signal(number)
        code = self.process.wait(20)
        if self.process.stdout:
            self.process.stdout.close()
        self.process = None
        return code

    def positions(self) -> dict[tuple[bytes, bytes, int, int], bytes]:
        connection = sqlite3.connect(self.data / "ledger.sqlite")
        rows = connection.execute(
            "SELECT c.node, c.epoch, c.audience, e.seq, e.digest FROM entries e JOIN chains c ON c.id = e.chain"
        ).fetchall()
        connection.close()
        return {(node, epoch, audience, seq): digest for node, epoch, audience, seq, digest in rows}


@contextmanager
def nodes(*directories: Path, runtime: Path) -> Iterator[list[Node]]:
    made = [Node(each, runtime) for each in directories]
    try:
        yield made
    finally:
        for node in made:
            if node.process is not None:
                node.kill()


@pytest.fixture
def runtime(tmp_path: Path) -> Path:
    folder = tmp_path / "run"
    folder.mkdir(mode=0o700)
    return folder


@pytest.fixture
def node(tmp_path: Path, runtime: Path) -> Iterator[Node]:
    with nodes(tmp_path / "data", runtime=runtime) as (one,):
        one.run("init", "--yes", "--name", "first")
        yield one


def test_it_starts_answers_and_ends_cleanly_on_a_signal(node: Node) -> None:
    node.start()
    assert node.status()["state"] == "ready"
    assert node.status()["name"] == "first"
    assert node.kill(signal.SIGTERM) == 0
    assert not list(node.data.glob("*.sock"))


def test_a_second_daemon_on_the_directory_refuses_and_names_the_first(node: Node) -> None:
    node.start()
    assert node.process is not None
    refused = node.run("run", check=False)
    assert refused.returncode == 5
    assert str(node.process.pid) in refused.stderr
    assert node.status()["state"] == "ready"


def test_a_key_that_others_may_read_is_refused_with_the_remedy(node: Node) -> None:
    key = node.data / "node.key"
    key.chmod(0o644)
    refused = node.run("run", check=False)
    assert refused.returncode != 0
    assert f"chmod 600 {key}" in refused.stderr


def test_what_is_no_socket_is_refused_and_left_alone(node: Node, runtime: Path) -> None:
    node.start()
    place = Path(json.loads((node.data / "daemon.lock").read_bytes())["socket"])
    assert runtime in place.parents
    node.kill(signal.SIGTERM)
    assert not place.exists()
    place.write_text("somebody's")
    refused = node.run("run", check=False)
    assert "not a socket" in refused.stderr
    assert place.read_text() == "somebody's"


def test_a_token_file_without_a_token_is_refused_with_the_remedy(node: Node) -> None:
    token = node.data / "api.token"
    token.write_text("short")
    refused = node.run("run", check=False)
    assert refused.returncode == 1
    assert f"rm {token}" in refused.stderr
    token.unlink()
    node.start()
    assert len(token.read_text().strip()) == 43


def test_a_running_copy_is_told_so_and_takes_a_key_of_its_own(node: Node, tmp_path: Path, runtime: Path) -> None:
    node.start()
    node.request("POST", "/api/v1/conversation/start", {"title": "before the copy"})
    node.kill(signal.SIGTERM)
    shutil.copytree(node.data, tmp_path / "copy")
    with nodes(tmp_path / "copy", runtime=runtime) as (copy,):
        node.start()
        _pretend_started_later(node, runtime)
        copy.start()
        original, other = node.status(), copy.status()
        assert original["node_id"] != other["node_id"]
        assert [problem["code"] for problem in other["problems"]] == ["copy"]
        assert original["problems"] == []
        for each in (node, copy):
            assert each.request("POST", "/api/v1/conversation/start", {"title": "after it"})[0] == http.client.CREATED
        node.kill(signal.SIGTERM)
        copy.kill(signal.SIGTERM)
        _no_position_written_twice(node, copy)
        for each in (node, copy):
            each.run("audit", "verify")
        assert json.loads((copy.data / "node.json").read_text())["former_node_ids"] == [original["node_id"]]


def test_an_old_directory_put_back_writes_no_position_twice(node: Node, tmp_path: Path, runtime: Path) -> None:
    node.start()
    node.kill(signal.SIGTERM)
    shutil.copytree(node.data, tmp_path / "old")
    node.start()
    node.request("POST", "/api/v1/conversation/start", {"title": "lost by the old copy"})
    node.kill(signal.SIGTERM)
    with nodes(tmp_path / "old", runtime=runtime) as (old,):
        old.start()
        old.request("POST", "/api/v1/conversation/start", {"title": "written after going back"})
        old.kill(signal.SIGTERM)
        _no_position_written_twice(node, old)
        old.run("audit", "verify")


def _pretend_started_later(node: Node, runtime: Path) -> None:
    """As if the clock had been set back since the original started: it is still the original."""
    (place,) = (runtime / "ccnode" / "nodes").iterdir()
    facts = json.loads(place.read_text())
    place.write_text(json.dumps({**facts, "started_ms": facts["started_ms"] + 3_600_000}))


def _no_position_written_twice(one: Node, other: Node) -> None:
    first, second = one.positions(), other.positions()
    assert set(first) & set(second), "the copies share their beginning"
    assert [place for place in set(first) & set(second) if first[place] != second[place]] == []


def test_a_database_cut_short_is_reported_and_the_node_goes_on_in_a_new_epoch(node: Node) -> None:
    node.start()
    shutil.copy(node.data / "ledger.sqlite", node.data / "early.sqlite")
    for number in range(3):
        node.request("POST", "/api/v1/conversation/start", {"title": f"talk {number}"})
    node.kill(signal.SIGKILL)
    for suffix in ("-wal", "-shm"):
        (node.data / f"ledger.sqlite{suffix}").unlink()
    shutil.move(node.data / "early.sqlite", node.data / "ledger.sqlite")
    verified = node.run("--json", "audit", "verify", check=False)
    assert verified.returncode == 1
    assert "was committed" in verified.stdout
    node.start()
    assert [problem["code"] for problem in node.status()["problems"]] == ["lost_end"]
    assert node.status()["state"] == "degraded"
    assert node.request("POST", "/api/v1/conversation/start", {"title": "goes on"})[0] == http.client.CREATED


def test_killed_between_question_and_answer_it_shows_the_question_and_answers_once(node: Node) -> None:
    node.start()
    session = node.request("POST", "/api/v1/conversation/start", {})[1]["session_id"]
    told = {"content": "My sister Nora lives in Lisbon", "idempotency_key": "one"}
    assert node.request("POST", f"/api/v1/conversation/{session}/message", told)[0] == http.client.OK
    node.kill(signal.SIGKILL)
    _ask_without_answer(node, session)
    node.start()
    waiting = node.status()["unanswered"]
    assert [each["session_id"] for each in waiting] == [session]
    code, replied = node.request("POST", f"/api/v1/conversation/{session}/resume")
    assert code == http.client.OK
    assert "Lisbon" in replied["reply"]
    again = node.request("POST", f"/api/v1/conversation/{session}/resume")
    assert again[0] == http.client.CONFLICT
    assert node.status()["unanswered"] == []
    messages = node.request("GET", f"/api/v1/conversation/{session}")[1]["messages"]
    assert [message["role"] for message in messages] == ["user", "assistant", "user", "assistant"]
    assert node.kill(signal.SIGTERM) == 0
    node.run("audit", "verify")


def _ask_without_answer(node: Node, session: str) -> None:
    """What a daemon leaves behind that is killed after it recorded the question: the question, and nothing else."""
    import uuid

    from ccnode import clock
    from ccnode.daemon.identity import read_key
    from ccnode.store import turns as jobs
    from ccnode.store.home import Home
    from ccnode.store.ledger import Ledger, Ports

    home = Home(node.data)
    ledger = Ledger(home.ledger, read_key(home.node_key), Ports(clock.now_ms, clock.chance))
    ledger.append_sync(jobs.ask(uuid.UUID(session).bytes, "Where does my sister live?", None))
    ledger.close()


def _said(node: Node) -> str:
    """End it, and return all that it printed."""
    assert node.process is not None
    node.process.send_signal(signal.SIGTERM)
    return node.process.communicate(timeout=DEADLINE_S)[0]


def test_a_damaged_database_is_never_called_ready(node: Node) -> None:
    path = node.data / "ledger.sqlite"
    connection = sqlite3.connect(path)
    page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'messages'").fetchone()[0]
    size = connection.execute("PRAGMA page_size").fetchone()[0]
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    with path.open("r+b") as file:
        file.seek((page - 1) * size)
        file.write(b"\xff" * 200)
    node.start()
    status = node.status()
    assert status["state"] == "degraded"
    assert "database" in [problem["code"] for problem in status["problems"]]
    said = _said(node)
    assert "ccnode first is degraded at http://" in said
    assert "is ready" not in said
    assert "restore the newest backup" in said


@pytest.mark.parametrize(("level", "shown"), [("info", True), ("error", False)])
def test_no_more_is_logged_than_is_wanted(node: Node, level: str, shown: bool) -> None:
    node.environment["CCNODE_LOG__LEVEL"] = level
    node.start()
    assert ("level=info event=stopping" in _said(node)) == shown

"""What do the tests of the command line share? Ways to run it, nodes to run it on, and a daemon that only pretends."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
import time
import urllib.request
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler
from typing import TYPE_CHECKING, Any

from ccnode.cli.identity import Wishes, make_identity
from ccnode.core import turns as core
from ccnode.store import turns
from ccnode.store.home import DirectoryLock, Home
from ccnode.store.ledger import Ledger, Ports
from ccnode_crypto import keys
from ccnode_protocol import records

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

DEADLINE_S = 60.0
PROGRAM = (sys.executable, "-m", "ccnode.cli")


@dataclass(frozen=True)
class Result:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def envelope(self) -> dict[str, Any]:
        value = json.loads(self.out)
        assert isinstance(value, dict)
        return value

    @property
    def data(self) -> dict[str, Any]:
        value = self.envelope["data"]
        assert isinstance(value, dict)
        return value

    @property
    def error(self) -> dict[str, str]:
        value = self.envelope["error"]
        assert isinstance(value, dict)
        return value


def environment(**more: str) -> dict[str, str]:
    """The environment of this process without a terminal's width, and with what is given."""
    return {**{name: value for name, value in os.environ.items() if name != "COLUMNS"}, **more}


def start(*arguments: str, **more: str) -> subprocess.Popen[str]:
    """Start the program as a process of its own."""
    return subprocess.Popen(
        [*PROGRAM, *arguments],
        env=environment(**more),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def call(*arguments: str, stdin: str | bytes = "", **more: str) -> Result:
    """Run the program as a process of its own."""
    data = stdin.encode() if isinstance(stdin, str) else stdin
    command = [*PROGRAM, *arguments]
    done = subprocess.run(
        command, env=environment(**more), input=data, capture_output=True, timeout=DEADLINE_S, check=False
    )
    return Result(done.returncode, done.stdout.decode(), done.stderr.decode())


def make_node(root: Path, **wishes: Any) -> Home:
    """Make a node without asking."""
    home = Home(root)
    make_identity(home, Wishes(**{"name": "test", **wishes}))
    return home


def key_of(home: Home) -> keys.SigningKey:
    """The node's key."""
    return keys.SigningKey(keys.from_text("recovery", home.node_key.read_text()))


@contextlib.contextmanager
def ledger_of(home: Home) -> Iterator[Ledger]:
    """The node's ledger, to write to as a daemon does."""
    ledger = Ledger(home.ledger, key_of(home), Ports(lambda: time.time_ns() // 1_000_000, os.urandom))
    try:
        yield ledger
    finally:
        ledger.close()


def say(
    home: Home, said: Sequence[tuple[str, str | None]], title: str | None = None, parent: bytes | None = None
) -> tuple[str, list[bytes]]:
    """Record a conversation of questions and replies (None: no reply); return its id and the messages' digests."""
    digests: list[bytes] = []
    with ledger_of(home) as ledger:
        session = ledger.append_sync(turns.open_session(title, parent))
        for question, reply in said:
            asked = ledger.append_sync(turns.ask(session, question, None))
            digests.append(asked.question)
            if reply is not None:
                open_reply = core.Reply(session, core.Answer(asked.question), "test/1")
                open_reply.add(reply)
                digests.append(ledger.append_sync(turns.close(open_reply, (), records.State.COMPLETE)))
    return str(uuid.UUID(bytes=session)), digests


class Running:
    """A real daemon as a process of its own, on a free port."""

    def __init__(self, home: Home, **more: str) -> None:
        self.home = home
        self.process = start("run", "--port", "0", "--data-dir", str(home.root), **more)
        deadline = time.monotonic() + DEADLINE_S
        while not self._serves():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.process.kill()
                out, err = self.process.communicate()
                raise AssertionError(f"the daemon did not start: {out}{err}")
            time.sleep(0.05)

    def _serves(self) -> bool:
        """Whether it takes turns. A command that asks each time would take longer than the start does."""
        try:
            lock = json.loads((self.home.root / "daemon.lock").read_bytes())
            if lock["pid"] != self.process.pid:  # left by one that was killed
                return False
            with urllib.request.urlopen(f"{lock['api_url']}/ready", timeout=DEADLINE_S):  # noqa: S310  # http: ours
                return True
        except (OSError, ValueError, KeyError):
            return False

    def kill(self) -> None:
        """End it as a power cut would."""
        self.process.send_signal(signal.SIGKILL)
        self._end()

    def stop(self) -> int:
        """End it as Ctrl-C does; its exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self._end()

    def _end(self) -> int:
        self.process.communicate(timeout=DEADLINE_S)
        return self.process.returncode


@contextlib.contextmanager
def running(home: Home, **more: str) -> Iterator[Running]:
    """A real daemon, stopped at the end."""
    daemon = Running(home, **more)
    try:
        yield daemon
    finally:
        daemon.stop()


# --- a daemon that only pretends: it holds the lock and answers as a test says ---

Answer = tuple[int, Any]


class _Server(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False
    answer: Callable[[str, str, Mapping[str, str], Any], Answer]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that leaves early is what some tests are about."""
        if not isinstance(sys.exception(), OSError):
            super().handle_error(request, client_address)


class _Handler(BaseHTTPRequestHandler):
    server: _Server

    def handle_one_request(self) -> None:
        self.client_address = ("local", 0)
        super().handle_one_request()

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        pass

    def _any(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        status, answer = self.server.answer(self.command, self.path, dict(self.headers), body)
        if isinstance(answer, Iterator):
            self.send_response(status)
            self.end_headers()
            for form in answer:  # one by one, as they come
                self.wfile.write(json.dumps(form).encode() + b"\n")
            return
        data = b"".join(json.dumps(form).encode() + b"\n" for form in answer) if isinstance(answer, list) else answer
        if not isinstance(data, bytes):
            data = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        self.wfile.write(data)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("do_"):
            return self._any
        raise AttributeError(name)


@contextlib.contextmanager
def pretending(
    home: Home, answer: Callable[[str, str, Mapping[str, str], Any], Answer]
) -> Iterator[list[tuple[str, str, Any]]]:
    """Hold the node's lock and answer on its socket: a list or iterator for a stream, bytes as they are, else JSON."""
    calls: list[tuple[str, str, Any]] = []

    def noted(method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:
        calls.append((method, path, body))
        return answer(method, path, headers, body)

    path = home.root / "fake.sock"
    lock = DirectoryLock(home)
    server = _Server(str(path), _Handler)
    server.answer = noted
    lock.write({"pid": os.getpid(), "socket": str(path), "state": "ready"})
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield calls
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
        path.unlink()
        lock.release()

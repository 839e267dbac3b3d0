"""How does a test run a whole daemon on a machine of the LAN, and speak to it? By its commands and its local socket.

The socket is a file, so a daemon is reached from outside its network: also one that is cut off.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import sys
import time
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ccnode.cli.client import _LocalConnection
from tests.network.lan import until

if TYPE_CHECKING:
    import subprocess

    from tests.network.lan import Host

PROGRAM = (sys.executable, "-m", "ccnode.cli")
READY_S = 60.0
SOON_S = 60.0
Heads = dict[str, tuple[int, str]]


class Machine:
    """A host with a node on it. `more`: settings as environment variables."""

    def __init__(self, host: Host, folder: Path, **more: str) -> None:
        self.host = host
        self.name = f"n{host.number}"
        self.data = folder / self.name
        runtime = folder / f"r{host.number}"
        runtime.mkdir(mode=0o700)
        kept = {name: value for name, value in os.environ.items() if not name.startswith("CCNODE_")}
        self.environment = {
            **kept,
            "CCNODE_DATA_DIR": str(self.data),
            "CCNODE_API__PORT": "0",
            "CCNODE_MODELS__MEANING": "false",
            "CCNODE_BACKUP__EVERY_HOURS": "0",
            "XDG_RUNTIME_DIR": str(runtime),
            **more,
        }
        self._log = folder / f"{self.name}.log"
        self.process: subprocess.Popen[Any] | None = None
        self.cli("init", "--yes", "--name", self.name)
        profile = json.loads((self.data / "node.json").read_bytes())
        self.id: str = profile["node_id"]

    # --- running ---

    def start(self) -> Machine:
        """Start the daemon, and wait until it answers."""
        with self._log.open("ab") as log:
            self.process = self.host.start(*PROGRAM, "run", env=self.environment, stdout=log, stderr=log)
        assert until(self._is_ready, READY_S), self.log()
        return self

    def _is_ready(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, self.log()
        try:
            return self.ask("GET", "/ready")[0] == http.client.OK
        except (OSError, ValueError, KeyError):
            return False

    def end(self, number: int = signal.SIGTERM) -> None:
        """Send the daemon a signal, and wait for its end."""
        assert self.process is not None
        self.process.send_signal(number)
        self.process.wait(30)

    def log(self) -> str:
        """What the daemon wrote."""
        return self._log.read_text(errors="replace")[-4000:]

    # --- speaking ---

    def cli(self, *arguments: str) -> dict[str, Any]:
        """Run a command on the machine; what it says, as data."""
        done = self.host.run(*PROGRAM, *arguments, "--json", env=self.environment, check=False)
        assert done.returncode == 0, f"{self.name}: {arguments}: {done.stdout}{done.stderr}"
        data: dict[str, Any] = json.loads(done.stdout)["data"]
        return data

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> tuple[int, Any]:
        """Ask the daemon over its local socket."""
        place = json.loads((self.data / "daemon.lock").read_bytes())["socket"]
        connection = _LocalConnection(Path(place), 30)
        try:
            headers = {"Content-Type": "application/json"}
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def get(self, path: str) -> dict[str, Any]:
        """GET, which must succeed."""
        status, answer = self.ask("GET", path)
        assert status == http.client.OK, answer
        found: dict[str, Any] = answer
        return found

    def say(self, text: str, session: str | None = None) -> str:
        """Tell it something, in a conversation of its own where none is named; the conversation's id."""
        if session is None:
            status, made = self.ask("POST", "/api/v1/conversation/start", {"title": f"of {self.name}"})
            assert status == http.client.CREATED, made
            session = str(made["session_id"])
        status, answer = self.ask("POST", f"/api/v1/conversation/{session}/message", {"content": text})
        assert status == http.client.OK, answer
        return session

    def bring_in(self, count: int, words: str = "") -> None:
        """Have it import so many messages of another program, in conversations of 50. `words`: a part of each."""
        chats = [
            {
                "uuid": str(uuid.uuid4()),
                "name": f"Chat {start // 50} of {self.name}",
                "created_at": "2025-01-01T00:00:00Z",
                "updated_at": "2025-01-01T00:50:00Z",
                "chat_messages": [
                    {
                        "uuid": str(uuid.uuid4()),
                        "text": f"{self.name} said number {number}. {words}",
                        "sender": "assistant" if number % 2 else "human",
                        "created_at": f"2025-01-01T00:{number - start:02}:00Z",
                    }
                    for number in range(start, min(start + 50, count))
                ],
            }
            for start in range(0, count, 50)
        ]
        file = self.data.parent / "conversations.json"
        file.write_text(json.dumps(chats))
        self.cli("import", "claude", str(file))

    def messages(self) -> int:
        """How many messages it holds."""
        return int(self.get("/api/v1/status")["statistics"]["messages"])

    def heads(self) -> Heads:
        """All chains that it holds: length and head of each."""
        return {one["chain"]: (one["length"], one["head"]) for one in self.get("/api/v1/status")["chains"]}

    def finds(self, words: str) -> list[str]:
        """What a search finds."""
        return [one["text"] for one in self.get(f"/api/v1/search?q={words}&limit=20")["results"]]

    # --- other nodes ---

    def discovered(self) -> set[str]:
        """The identifiers of the nodes it has heard of on the network."""
        return {one["node_id"] for one in self.get("/api/v1/federation/discovered")["discovered"]}

    def peer(self, other: Machine) -> dict[str, Any]:
        """What it says of another node."""
        return dict(self.get(f"/api/v1/peers/{other.id}")["peer"])

    def tier(self, other: Machine) -> str | None:
        """The tier that is in force for another node, None where it does not know it."""
        status, answer = self.ask("GET", f"/api/v1/peers/{other.id}")
        return answer["peer"]["in_force"] if status == http.client.OK else None

    def standing(self, other: Machine) -> str | None:
        """known, pending or removed; None where it does not know the other node."""
        status, answer = self.ask("GET", f"/api/v1/peers/{other.id}")
        return answer["peer"]["standing"] if status == http.client.OK else None

    def linked(self, other: Machine) -> bool:
        """Whether there is a link with the other node."""
        status, answer = self.ask("GET", f"/api/v1/peers/{other.id}")
        return bool(status == http.client.OK and answer["peer"]["link"])

    def is_on(self) -> bool:
        """Whether it meets other nodes by now."""
        status, answer = self.ask("GET", "/api/v1/federation")
        return bool(status == http.client.OK and answer["state"] == "on")

    def join(self, other: Machine) -> None:
        """Become another node of the owner of that one, by a code."""
        code = other.cli("peer", "invite", "--tier", "core")["code"]
        self.cli("peer", "join", code, "--yes")
        assert until(lambda: self.tier(other) == other.tier(self) == "core", SOON_S), (self.log(), other.log())


def alike(*machines: Machine, within_s: float) -> float:
    """Wait until all hold the same chains; how many seconds that took. Raises AssertionError after `within_s`."""
    began = time.monotonic()
    assert until(lambda: _same(machines), within_s, 0.2), "\n".join(
        f"{one.name}: {sorted(one.heads().items())}" for one in machines
    )
    return time.monotonic() - began


def _same(machines: tuple[Machine, ...]) -> bool:
    first, *rest = (one.heads() for one in machines)
    return all(heads == first for heads in rest)

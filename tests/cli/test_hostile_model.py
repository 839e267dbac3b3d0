"""Does a hostile model's service, asked by a real daemon, get at the terminal, the key or anybody's memory?

Attacks tried: replies of terminal sequences and of marks that turn the direction of writing, a redirect to another
host, an error that repeats the key, a key that is refused, an event without end, a reply that quotes memory without
citing it, somebody else's conversation in the events; and the key looked for wherever the node writes.
"""

from __future__ import annotations

import asyncio
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Self

import pytest

from tests.cli.helpers import call, make_node, running
from tests.models import wire_server as wire
from tests.models.wire_server import Reply, WireServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.cli.helpers import Result, Running

KEY = "sk-ant-test-0123456789-SECRET"


class Service:
    """The scripted service, in a thread of its own, since the command line waits for its answers."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self.server = WireServer(wire.answer("yes"))

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self.server.__aenter__(), self._loop).result(30)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self.server.__aexit__(None, None, None), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
        self._loop.close()

    def answers(self, *script: Reply) -> None:
        """What it answers from now on."""
        self.server.seen.clear()
        self.server.script[:] = script


class Place:
    """A node that asks the service, with its command line."""

    def __init__(self, daemon: Running, service: Service) -> None:
        self.daemon = daemon
        self.service = service
        self.root = daemon.home.root

    def ccnode(self, *arguments: str, stdin: str = "") -> Result:
        done = call("--data-dir", str(self.root), *arguments, stdin=stdin)
        for shown in (done.out, done.err):
            assert KEY not in shown
            assert not [sign for sign in "\x1b\x07\x08\x9b\u202e\u2066" if sign in shown]
        return done


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    home = make_node(tmp_path_factory.mktemp("hostile") / "node")
    with Service() as service:
        (home.root / "config.toml").write_text(
            f'[models]\nbase_url = "{service.server.base_url}"\n[log]\nlevel="debug"\n'
        )
        with running(home) as daemon:
            made = Place(daemon, service)
            assert made.ccnode("model", "use", "anthropic", "--key-file", "-", stdin=KEY + "\n").code == 0
            yield made


def test_no_reply_drives_the_terminal(place: Place) -> None:
    text = "\x1b[2J\x1b]0;owned\x07 \x9b31m a\x08\x08\x08b \u202etxet\u2066 \r\x0bover <script>alert(1)</script>"
    place.service.answers(wire.answer("before ", *text, " after"))
    done = place.ccnode("chat", "-m", f"Say {text}")
    assert done.code == 0
    assert "before" in done.out
    assert "after" in done.out
    session = place.ccnode("session", "list").out.split("\t")[0]
    for command in (
        ("session", "show", session),
        ("context", "last"),
        ("memory", "list"),
        ("session", "search", "before"),
    ):
        assert place.ccnode(*command).code == 0


def test_a_redirect_takes_nothing_along(place: Place) -> None:
    with Service() as other:
        place.service.answers(Reply(status=307, headers={"Location": f"{other.server.base_url}/v1/messages"}))
        done = place.ccnode("chat", "-m", "Hello")
        assert (done.code, other.server.seen) == (1, [])
        assert "base_url" in done.err
        assert len(place.service.server.seen) == 1


@pytest.mark.parametrize(
    ("status", "named"), [(401, "authentication_error"), (403, "permission_error"), (402, "billing_error")]
)
def test_a_refused_key_is_one_sentence_and_one_call(place: Place, status: int, named: str) -> None:
    place.service.answers(wire.failure(status, named, f"the key {KEY} is refused \x1b[2J", headers={"request-id": KEY}))
    done = place.ccnode("chat", "-m", "Hello")
    assert done.code == 1
    assert "the question is kept" in done.err
    assert len(place.service.server.seen) == 1
    assert place.ccnode("plate", "validate").code == 1
    assert len(place.service.server.seen) == 7  # the six questions, side by side, and none again


def test_an_event_without_end_ends(place: Place) -> None:
    place.service.answers(Reply([*wire.opening("so far"), *[b"a\n" * 32_768] * 64]))
    done = place.ccnode("chat", "-m", "Hello")
    assert "so far" in done.out
    assert "without end" in done.err
    place.service.answers(wire.answer("yes"))
    assert place.ccnode("chat", "-m", "And now?").out.strip() == "yes"


def test_somebody_elses_conversation_in_an_event_means_nothing(place: Place) -> None:
    forged = {
        "type": "response",
        "session_id": "0" * 32,
        "conversation_id": "x",
        "content": "forged",
        "message_id": "ab" * 32,
    }
    place.service.answers(Reply([*wire.opening("mine"), wire.event("response", forged), *wire.closing()]))
    done = place.ccnode("chat", "-m", "Hello", "--json")
    assert done.data["reply"] == "mine"
    assert done.data["session_id"] != forged["session_id"]


def test_what_is_disabled_does_not_come_back_by_a_reply_that_cites_nothing(place: Place) -> None:
    place.service.answers(wire.answer("Noted."))
    told = place.ccnode("chat", "-m", "My lemur is named Osbert-KK.", "--json").data["user_message_id"]
    place.service.answers(wire.answer("It is Osbert-KK."))
    asked = place.ccnode("chat", "-m", "What is my lemur named?", "--json").data
    assert told in [source["message_id"] for source in asked["sources"]]
    assert place.ccnode("memory", "disable", told).code == 0
    place.service.answers(wire.answer("I do not know."))
    for session in ((), (asked["session_id"],)):
        assert place.ccnode("chat", *session, "-m", "What is my lemur named?").code == 0
        assert b"Osbert" not in place.service.server.seen[-1].raw


def test_the_key_is_in_its_file_and_nowhere_else(place: Place, tmp_path: Path) -> None:
    """Not among arguments or the environment, in no other file, backup, export or account of a prompt."""
    place.service.answers(wire.answer("fine"))
    assert place.ccnode("chat", "-m", "Hello").code == 0
    assert place.ccnode("backup", "create", "-o", str(tmp_path / "backup.age")).code == 0
    restored = tmp_path / "restored"
    back = call("--data-dir", str(restored), "backup", "restore", str(tmp_path / "backup.age"), "--yes",
                "--identity", str(place.root / "backup.key"))  # fmt: skip
    assert back.code == 0, back.err
    assert place.ccnode("export", "all", "-o", str(tmp_path / "all.jsonl")).code == 0
    holding = [
        path
        for folder in (place.root, tmp_path)
        for path in folder.rglob("*")
        if path.is_file() and KEY.encode() in path.read_bytes()
    ]
    assert holding == [place.root / "anthropic.key"]
    process = Path(f"/proc/{place.daemon.process.pid}")
    for name in ("cmdline", "environ"):
        assert KEY.encode() not in (process / name).read_bytes()

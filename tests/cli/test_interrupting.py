"""What does Ctrl-C do while a reply comes, and what do questions before a loss do? On a real terminal."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any

import pexpect
import pytest

from tests.cli.helpers import PROGRAM, call, environment, pretending, say

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ccnode.store.home import Home

pytestmark = pytest.mark.timeout(600)

SESSION = "6f9c2a0e-1111-4222-8333-444455556666"
WAIT_S = 90.0


def spawn(*arguments: str) -> pexpect.spawn:
    words = [*PROGRAM[1:], *arguments]
    child = pexpect.spawn(PROGRAM[0], words, env=environment(TERM="dumb"), encoding="utf-8", timeout=WAIT_S)
    child.delaybeforesend = 0.1
    return child


class Slow:
    """A reply that goes on until it is stopped; `deaf` takes the order and does not follow it."""

    def __init__(self, *, deaf: bool = False) -> None:
        self.deaf = deaf
        self.stopped = threading.Event()
        self.done = threading.Event()

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> tuple[int, Any]:
        if path.endswith("/start"):
            return 201, {"session_id": SESSION}
        if path.endswith("/stop"):
            self.stopped.set()
            return 200, {"stopped": True}
        if path.endswith("/status"):
            return 200, {"state": "ready", "unanswered": []}
        return 200, self.forms()

    def forms(self) -> Iterator[dict[str, Any]]:
        yield {"type": "accepted", "message_id": "aa" * 32, "seq": 1}
        yield {"type": "delta", "content": "a beginning"}
        (self.done if self.deaf else self.stopped).wait(WAIT_S)
        yield {"type": "response", "content": "a beginning", "message_id": "bb" * 32, "sources": [], "metrics": {},
               "state": "interrupted"}  # fmt: skip


def ended(child: pexpect.spawn) -> tuple[int, str]:
    child.expect(pexpect.EOF)
    child.close()
    assert child.exitstatus is not None
    return child.exitstatus, str(child.before)


def test_the_first_stops_the_reply(home: Home) -> None:
    slow = Slow()
    with pretending(home, slow):
        child = spawn("chat", "-m", "hi")
        child.expect("a beginning")
        child.sendintr()
        code, before = ended(child)
    assert slow.stopped.is_set()
    assert code == 1
    assert "interrupted" in before
    assert "Traceback" not in before


def test_the_second_leaves(home: Home) -> None:
    slow = Slow(deaf=True)
    with pretending(home, slow):
        child = spawn("chat", "-m", "hi")
        child.expect("a beginning")
        child.sendintr()
        assert slow.stopped.wait(WAIT_S)
        child.sendintr()
        code, before = ended(child)
        slow.done.set()
    assert code == 130
    assert "Traceback" not in before


def test_a_talk_goes_on_after_the_first(home: Home) -> None:
    slow = Slow()
    with pretending(home, slow):
        child = spawn("chat")
        child.expect("> ")
        child.sendline("hi")
        child.expect("a beginning")
        child.sendintr()
        child.expect("the reply was interrupted")
        child.sendline("/quit")
        code, _ = ended(child)
    assert code == 0


@pytest.mark.parametrize("answer", ["n", "y"])
def test_forgetting_asks_first(home: Home, answer: str) -> None:
    session, _ = say(home, [("one", "1")], "secrets")
    with pretending(home, lambda *_: (200, {"due": "2030-01-01T00:00:00.000Z"})) as calls:
        child = spawn("session", "forget", session)
        child.expect("secrets")
        child.expect("message")
        child.sendline(answer)
        code, before = ended(child)
    posted = [path for method, path, _ in calls if method == "POST"]
    if answer == "n":
        assert (code, posted) == (1, [])
        assert "nothing was changed" in before
    else:
        assert (code, posted) == (0, [f"/api/v1/conversation/{session}/forget"])
        assert "--undo" in before


def test_restoring_asks_first(home: Home) -> None:
    session, _ = say(home, [("one", "1")])
    made = call("backup", "create", "--json").data
    child = spawn("backup", "restore", made["path"])
    child.expect("2 messages in 1 conversation")
    child.sendline("n")
    code, _ = ended(child)
    assert code == 1
    assert call("session", "show", session).code == 0
    assert not list(home.root.glob("replaced-*"))


def test_a_model_key_is_asked_for_and_not_shown(home: Home) -> None:
    child = spawn("model", "use", "anthropic")
    child.expect("API key")
    child.sendline("sk-test-0123456789")
    code, before = ended(child)
    assert code == 0
    assert "sk-test" not in before
    assert (home.root / "anthropic.key").read_text().strip() == "sk-test-0123456789"

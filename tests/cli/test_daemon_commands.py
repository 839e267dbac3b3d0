"""Do commands that need the daemon reach it, pass its errors on, and do no harm when the connection breaks?"""

from __future__ import annotations

import json
import os
import threading
import uuid
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.cli import client, turn
from ccnode.store.home import DirectoryLock
from tests.cli.helpers import call, pretending, say

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

SESSION = "6f9c2a0e-1111-4222-8333-444455556666"
ACCEPTED = {"type": "accepted", "message_id": "aa" * 32, "seq": 1}
SOURCE = {
    "message_id": "cc" * 32,
    "session_id": SESSION,
    "time": "2026-03-02T10:11:12.345Z",
    "text": "said\x1b[2J then",
}


def response(text: str, **more: Any) -> dict[str, Any]:
    return {"type": "response", "content": text, "message_id": "bb" * 32, "sources": [], "metrics": {},
            "state": "complete", **more}  # fmt: skip


def pieces(*texts: str) -> list[dict[str, str]]:
    return [{"type": "delta", "content": text} for text in texts]


class Script:
    """Answers the start of a conversation, then each turn with the next stream."""

    def __init__(self, *streams: Any) -> None:
        self.streams = list(streams)
        self.keys: list[str] = []

    def __call__(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> tuple[int, Any]:
        if path.endswith("/start"):
            return 201, {"session_id": SESSION, "messages": 0}
        if path.endswith(("/message", "/resume", "/regenerate", "/continue")):
            assert headers["Accept"] == "application/x-ndjson"
            self.keys.append(headers.get("Idempotency-Key", ""))
            answer = self.streams.pop(0)
            return answer if isinstance(answer, tuple) else (200, answer)
        return 200, {}


def test_without_a_daemon_it_is_unreachable(ccnode: Ccnode, home: Home) -> None:
    session, _ = say(home, [("one", "1")])
    changing = [f"session {name} {session}" for name in ("fork", "regenerate", "end", "forget --yes", "forget --undo")]
    for line in ("chat -m hi", "open", "stop", f"session rename {session} x", *changing):
        done = ccnode(*line.split(), "--json")
        assert done.code == 3, line
        assert done.error["code"] == "unreachable"
    assert "ccnode run" in ccnode("chat", "-m", "hi").err


def test_chat(ccnode: Ccnode, home: Home) -> None:
    script = Script([ACCEPTED, *pieces("Hel", "lo"), response("Hello", sources=[SOURCE])])
    with pretending(home, script) as calls:
        done = ccnode("chat", "-m", "What do you say?", "--json")
    assert done.code == 0
    assert done.data["session_id"] == SESSION
    assert done.data["message_id"] == "bb" * 32
    assert done.data["user_message_id"] == "aa" * 32
    assert done.data["reply"] == "Hello"
    assert done.data["sources"] == [SOURCE]
    assert calls[-1][2]["content"] == "What do you say?"
    uuid.UUID(script.keys[0])


def test_chat_for_people(ccnode: Ccnode, home: Home) -> None:
    script = Script([ACCEPTED, *pieces("Good\x1b]0;", " day"), response("Good\x1b]0; day", sources=[SOURCE])])
    with pretending(home, script):
        done = ccnode("chat", "-m", "hi")
    assert done.out.splitlines()[0] == "Good\\x1b]0; day"
    assert "Sources:" in done.out
    assert "\x1b" not in done.out
    assert "ccnode chat 6f9c2a0e" in done.err


def test_the_question_goes_on_in_its_session(ccnode: Ccnode, home: Home) -> None:
    session, _ = say(home, [("one", "1")])
    with pretending(home, Script([ACCEPTED, response("x")])) as calls:
        assert ccnode("chat", "-m", "hi", session[:5]).code == 0
    assert [path for _, path, _ in calls] == [f"/api/v1/conversation/{session}/message"]


def test_a_broken_stream_is_asked_again_with_the_same_key(
    ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turn, "PAUSE_S", 0)
    script = Script([ACCEPTED, *pieces("Hel")], b'{"type": "del', [ACCEPTED, *pieces("Hello"), response("Hello")])
    with pretending(home, script):
        done = ccnode("chat", "-m", "hi", "--json")
    assert done.data["reply"] == "Hello"
    assert len(script.keys) == 3
    assert len(set(script.keys)) == 1


def test_it_gives_up_in_the_end(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turn, "PAUSE_S", 0)
    with pretending(home, Script([], [], [])):
        done = ccnode("chat", "-m", "hi", "--json")
    assert done.code == 3
    assert SESSION in done.error["remedy"]


@pytest.mark.parametrize(
    ("status", "code"),
    [(400, 1), (401, 4), (403, 4), (404, 5), (409, 5), (413, 1), (429, 1), (500, 1), (503, 1), (507, 1)],
)
def test_refusals_keep_their_words(ccnode: Ccnode, home: Home, status: int, code: int) -> None:
    error = {"error": {"code": "because", "message": "no\x1b[2J", "remedy": "do this"}}
    with pretending(home, lambda *_: (status, error)):
        done = ccnode("chat", "-m", "hi", "--json")
    assert done.code == code
    assert done.error == {"code": "because", "message": "no\x1b[2J", "remedy": "do this"}
    assert "\x1b" not in done.err


@pytest.mark.parametrize("body", [b"", b"<html>", b"[1]", b'{"error": 3}', b"\xff" * 100])
def test_refusals_that_are_no_json(ccnode: Ccnode, home: Home, body: bytes) -> None:
    with pretending(home, lambda *_: (500, body)):
        done = ccnode("chat", "-m", "hi", "--json")
    assert done.code == 1
    assert done.error["code"] == "http_500"


@pytest.mark.parametrize("body", [b"<html>", b"\xff\xfe"])
def test_answers_that_are_no_json(ccnode: Ccnode, home: Home, body: bytes) -> None:
    with pretending(home, lambda *_: (200, body)):
        assert ccnode("status", "--json").code == 1


@pytest.mark.parametrize(
    "remedy",
    [
        "wait",
        'wait. The question is kept. Resume it (in the page: "Answer now").',
        "wait; the question is kept: resume it",
    ],
)
def test_a_failed_turn_says_where_the_question_is(ccnode: Ccnode, home: Home, remedy: str) -> None:
    failed = {"type": "error", "code": "rate_limit", "message": "too many", "remedy": remedy}
    with pretending(home, Script([ACCEPTED, *pieces("par"), failed])):
        done = ccnode("chat", "-m", "hi", "--json")
    assert done.code == 1
    assert done.error["code"] == "rate_limit"
    assert done.error["remedy"] == f"wait; the question is kept: ccnode chat {SESSION}"


def test_an_interrupted_reply_ends_with_1(ccnode: Ccnode, home: Home) -> None:
    with pretending(home, Script([ACCEPTED, *pieces("par"), response("par", state="interrupted")])):
        done = ccnode("chat", "-m", "hi", "--json")
    assert done.code == 1
    assert done.data["state"] == "interrupted"


def test_strange_forms_are_passed_over(ccnode: Ccnode, home: Home) -> None:
    forms = [
        {"type": "later"},
        3,
        {"no": "type"},
        {"type": "delta"},
        ACCEPTED,
        response("x", sources="none", metrics=3),
    ]
    with pretending(home, Script(forms)):
        done = ccnode("chat", "-m", "hi", "--json")
    assert done.data["reply"] == "x"
    assert done.data["sources"] == []


@pytest.mark.parametrize(
    ("stdin", "code", "part"),
    [(b"caf\xe9", 1, "UTF-8 at byte 3"), (b"x" * 1_100_000, 1, "at most"), (b"", 2, "empty"), (b" \n", 2, "empty")],
)
def test_questions_that_cannot_be_sent(home: Home, stdin: bytes, code: int, part: str) -> None:
    done = call("chat", "-m", "-", stdin=stdin)
    assert done.code == code
    assert part in done.err


def test_a_question_from_standard_input(home: Home) -> None:
    with pretending(home, Script([ACCEPTED, response("x")])) as calls:
        assert call("chat", "-m", "-", stdin="two\nlines — ü\n").code == 0
    assert calls[-1][2]["content"] == "two\nlines — ü"


def test_degraded_ends_with_6(ccnode: Ccnode, home: Home) -> None:
    facts = {"state": "degraded", "name": "n", "problems": [{"code": "disk", "message": "full"}], "chains": []}
    with pretending(home, lambda *_: (200, facts)):
        done = ccnode("status")
    assert done.code == 6
    assert "full" in done.out


def test_a_daemon_that_only_starts_is_told_so(ccnode: Ccnode, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ccnode.cli.client.START_S", 0.2)
    lock = DirectoryLock(home)
    try:
        done = ccnode("status", "--json")
    finally:
        lock.release()
    assert done.code == 3
    assert done.data["state"] == "starting"


def test_over_loopback_with_the_token(ccnode: Ccnode, home: Home) -> None:
    """Where the socket is gone, the TCP door is used."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.headers["Authorization"])
            data = json.dumps({"state": "ready", "chains": []}).encode()
            self.send_response(200)
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    lock = DirectoryLock(home)
    lock.write({"pid": os.getpid(), "api_url": f"http://127.0.0.1:{server.server_port}", "socket": "/nowhere"})
    try:
        assert ccnode("status").code == 0
        home.token.chmod(0o644)
        done = ccnode("status")
    finally:
        lock.release()
        server.shutdown()
        thread.join()
        server.server_close()
    assert seen == [f"Bearer {home.token.read_text().strip()}"]
    assert done.code == 1
    assert "chmod 600" in done.err


def test_sessions_are_changed_through_the_daemon(ccnode: Ccnode, home: Home) -> None:
    session, said = say(home, [("one", "1"), ("two", "2")])

    def answer(*_: object) -> tuple[int, Any]:
        return 200, {"session_id": SESSION}

    with pretending(home, answer) as calls:
        assert ccnode("session", "rename", "last", "new title").code == 0
        assert ccnode("session", "end", "last").code == 0
        assert ccnode("session", "fork", session).out.strip() == SESSION
        assert ccnode("session", "fork", session, said[1].hex()[:8]).code == 0
        assert ccnode("session", "fork", said[0].hex()).code == 0
        assert ccnode("session", "fork", session, "ffffffffff").code == 5
        assert ccnode("session", "forget", "last", "--undo").code == 0
        assert ccnode("session", "forget", "last").code == 2  # nobody to ask
        assert "--undo" in ccnode("session", "forget", "last", "--yes").err
    path = f"/api/v1/conversation/{session}"
    start = "/api/v1/conversation/start"
    assert [(method, where) for method, where, _ in calls] == [
        ("PATCH", path), ("DELETE", path), ("POST", start), ("POST", start), ("POST", start),
        ("DELETE", f"{path}/forget"), ("POST", f"{path}/forget"),
    ]  # fmt: skip
    assert [body["parent"] for _, where, body in calls if where == start] == [
        said[3].hex(), said[1].hex(), said[0].hex()
    ]  # fmt: skip


def test_open_prints_the_link(ccnode: Ccnode, home: Home) -> None:
    link = {"url": "http://127.0.0.1:1/#signin=abc", "expires_in_s": 600}
    with pretending(home, lambda *_: (200, link)):
        assert ccnode("open", "--print").out.strip() == link["url"]
        assert ccnode("open", "--json").data["url"] == link["url"]


def test_choosing_a_model(ccnode: Ccnode, home: Home, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("sk-test-0123456789\n")
    key.chmod(0o644)
    assert "chmod 600" in ccnode("model", "use", "anthropic", "--key-file", str(key)).err
    key.chmod(0o600)
    assert ccnode("model", "use", "anthropic", "--key-file", str(key), "--model", "m-1").code == 0
    stored = home.root / "anthropic.key"
    assert stored.stat().st_mode & 0o777 == 0o600
    assert ccnode("model", "list", "--json").data["current"] == "anthropic/m-1"
    said = ccnode("config", "set", "models.model", "m-2").err
    assert "m-1 was chosen, and wins over the file" in said
    assert ccnode("model", "list", "--json").data["current"] == "anthropic/m-1"
    assert ccnode("model", "use", "anthropic", "--json").data["current"] == "anthropic/m-2"  # the key is there
    assert ccnode("model", "list", "--json").data["current"] == "anthropic/m-2"
    assert "chosen" not in ccnode("config", "set", "models.model", "m-3").err
    assert ccnode("model", "list", "--json").data["current"] == "anthropic/m-3"
    assert "anthropic was chosen" in ccnode("config", "set", "models.adapter", "embedded").err
    with pretending(home, lambda *_: (200, {"current": "embedded/1"})) as calls:
        assert ccnode("model", "use", "embedded", "--json").data["current"] == "embedded/1"
    assert calls == [("PUT", "/api/v1/model", {"adapter": "embedded"})]


def test_a_key_is_asked_for_or_read_never_taken_from_the_line(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("model", "use", "anthropic").code == 2
    assert ccnode("model", "use", "anthropic", "sk-test-0123456789").code == 2
    assert call("model", "use", "anthropic", "--key-file", "-", stdin="sk-test-0123456789\n").code == 0
    done = call("model", "use", "anthropic", "--key-file", "-", stdin="not a key\n")
    assert done.code == 1
    assert "not a key" not in done.err


WAIT = {
    "type": "waiting",
    "message": "waiting until 12:01:30 UTC because the rate limit is reached (retry 1 of 5)",
    "reason": "rate_limit",
    "until": "2026-11-21T12:01:30.000Z",
    "wait_s": 90.0,
}


def test_a_wait_is_told_and_more_patience_is_had(home: Home, monkeypatch: pytest.MonkeyPatch, ccnode: Ccnode) -> None:
    given: list[float] = []
    real = client.Stream.expect_wait

    def noted(stream: client.Stream, seconds: float) -> None:
        real(stream, seconds)
        assert stream._line is not None
        given.append(stream._line.gettimeout() or 0.0)

    monkeypatch.setattr(client.Stream, "expect_wait", noted)
    waits = [WAIT, {**WAIT, "wait_s": "long"}, {**WAIT, "wait_s": 1e99}]
    with pretending(home, Script([ACCEPTED, *waits, *pieces("Yes."), response("Yes.")])):
        result = ccnode("chat", "-m", "Hello?")
    assert (result.code, result.out) == (0, "Yes.\n")
    assert f"({WAIT['message']}; Ctrl-C stops)" in result.err
    assert given == [client.TURN_S + 90, client.TURN_S, client.TURN_S + client.WAIT_S_MAX]


@pytest.mark.parametrize(
    ("metrics", "told"),
    [
        ({"stop_reason": "max_tokens"}, "greatest length"),
        ({"stop_reason": "refusal"}, "declined to go on"),
        ({"stop_reason": "context_full"}, "all that the model can see"),
        ({"stop_reason": "interrupted", "reason": "the reply broke off: x"}, "the reply broke off: x"),
        ({}, "the reply was interrupted"),
    ],
)
def test_a_reply_that_is_not_whole_says_why_and_how_to_get_the_rest(
    home: Home, ccnode: Ccnode, metrics: dict[str, Any], told: str
) -> None:
    cut = response("Half of", state="interrupted", metrics=metrics)
    with pretending(home, Script([ACCEPTED, *pieces("Half of"), cut])):
        result = ccnode("chat", "-m", "Tell me")
    assert (result.code, result.out) == (1, "Half of\n")
    assert told in result.err
    assert f"ccnode session continue {SESSION[:8]}" in result.err


def test_the_rest_of_a_full_reply_is_not_to_be_had_by_continuing(home: Home, ccnode: Ccnode) -> None:
    """No more fits into it, so the command that was offered could only fail."""
    metrics = {"stop_reason": "too_long", "reason": "the reply is longer than can be kept"}
    said = "ab " * 349_504
    cut = response(said, state="interrupted", metrics=metrics)
    with pretending(home, Script([ACCEPTED, *pieces(said), cut])):
        result = ccnode("chat", "-m", "Tell me")
    assert result.code == 1
    assert f"longer than can be kept; to ask for the rest: ccnode chat {SESSION[:8]}" in result.err
    assert "session continue" not in result.err


def test_the_rest_of_a_reply(home: Home, ccnode: Ccnode) -> None:
    session, _ = say(home, [("Tell me", "Half of")])
    whole = [ACCEPTED, *pieces("Half of", " it."), response("Half of it.")]
    with pretending(home, Script(whole, (409, {"error": {"code": "nothing_to_continue", "message": "x"}}))) as calls:
        result = ccnode("session", "continue", session)
        assert (result.code, result.out) == (0, "Half of it.\n")
        assert calls[-1][1] == f"/api/v1/conversation/{session}/continue"
        assert ccnode("session", "continue", session).code == 5

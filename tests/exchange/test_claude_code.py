"""How do the lines of a session become a conversation? Cases of which each is a way that logs were really written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ccnode.exchange import blocks, claude_code, sniff

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.exchange.model import Conversation, Left


def line(kind: str, name: str, parent: str | None, content: Any = None, **more: Any) -> dict[str, Any]:
    message = {"role": kind, "content": content, **more.pop("message", {})}
    stamp = "2026-01-15T10:14:50.233Z"
    return (
        {"type": kind, "uuid": name, "parentUuid": parent, "sessionId": "s", "timestamp": stamp}
        | ({"message": message} if content is not None else {})
        | more
    )


def say(name: str, parent: str | None, reply: str, *content: dict[str, Any]) -> dict[str, Any]:
    return line("assistant", name, parent, list(content), message={"id": reply, "model": "m"})


def text(words: str) -> dict[str, Any]:
    return {"type": "text", "text": words}


def call(name: str) -> dict[str, Any]:
    return {"type": "tool_use", "id": name, "name": "Read", "input": {}}


def answer(name: str, words: str) -> list[dict[str, Any]]:
    return [{"type": "tool_result", "tool_use_id": name, "content": words}]


def read(path: Path, *lines: dict[str, Any]) -> tuple[Conversation, list[Left]]:
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    source = sniff.open_source(path, "claude-code")
    (conversation,) = source.conversations()
    return conversation, source.left


def shape(conversation: Conversation) -> list[tuple[str, str | None, str, str]]:
    return [(turn.id, turn.parent, turn.role, turn.text) for turn in conversation.turns]


def test_parallel_calls_are_no_branches(tmp_path: Path) -> None:
    conversation, _ = read(
        tmp_path / "x",
        line("user", "u", None, "look"),
        say("a1", "u", "m1", text("both")),
        say("a2", "a1", "m1", call("t1")),
        say("a3", "a2", "m1", call("t2")),
        line("user", "r1", "a2", answer("t1", "one")),
        line("user", "r2", "a3", answer("t2", "two")),
        say("b1", "r2", "m2", text("done")),
    )
    assert shape(conversation) == [
        ("u", None, "user", "look"),
        ("a1", "u", "assistant", "both"),
        ("a2", "a1", "tool", "to Read:"),
        ("a3", "a2", "tool", "to Read:"),
        ("r1", "a3", "tool", "answer:\n\none"),
        ("r2", "r1", "tool", "answer:\n\ntwo"),
        ("b1", "r2", "assistant", "done"),
    ]
    assert conversation.current == "b1"


def test_going_back_is_a_branch(tmp_path: Path) -> None:
    conversation, _ = read(
        tmp_path / "x",
        line("user", "u1", None, "first"),
        say("a1", "u1", "m1", text("answer")),
        line("user", "u2", "a1", "second"),
        line("user", "u3", "a1", "second, edited"),
        say("a3", "u3", "m3", text("again")),
    )
    assert [(turn.id, turn.parent) for turn in conversation.turns] == [
        ("u1", None),
        ("a1", "u1"),
        ("u2", "a1"),
        ("u3", "a1"),
        ("a3", "u3"),
    ]


def test_a_text_in_several_lines_is_one_turn_and_thoughts_are_counted(tmp_path: Path) -> None:
    conversation, _ = read(
        tmp_path / "x",
        line("user", "u", None, "hi"),
        say("a1", "u", "m1", {"type": "thinking", "thinking": "hm", "signature": "x"}),
        say("a2", "a1", "m1", text("one")),
        line("progress", "p", "a2", data={"type": "hook_progress"}),
        say("a3", "p", "m1", text("two")),
        say("a4", "a3", "m2", text("another reply")),
        line("user", "u2", "a4", "bye"),
    )
    assert shape(conversation) == [
        ("u", None, "user", "hi"),
        ("a2", "u", "assistant", "one\n\ntwo"),
        ("a4", "a2", "assistant", "another reply"),
        ("u2", "a4", "user", "bye"),
    ]
    assert {(one.why, one.count, one.unit) for one in conversation.left} == {
        (blocks.THOUGHTS, 1, "part"),
        (blocks.NOTES, 1, "part"),
    }


def test_a_compacted_session_is_one_conversation(tmp_path: Path) -> None:
    conversation, _ = read(
        tmp_path / "x",
        line("user", "u", None, "hi"),
        say("a", "u", "m1", text("hello")),
        line("system", "c", None, logicalParentUuid="a", subtype="compact_boundary")
        | {"content": "Conversation compacted"},
        line("user", "s", "c", "what was said", isCompactSummary=True),
        line("user", "u2", "s", "go on"),
    )
    assert [(turn.id, turn.parent, turn.role) for turn in conversation.turns] == [
        ("u", None, "user"),
        ("a", "u", "assistant"),
        ("c", "a", "system"),
        ("s", "c", "system"),
        ("u2", "s", "user"),
    ]


def test_commands_and_what_they_print_are_shown_as_typed(tmp_path: Path) -> None:
    conversation, _ = read(
        tmp_path / "x",
        line("user", "1", None, "<command-name>/model</command-name>\n<command-args>opus</command-args>"),
        line("user", "2", "1", "<local-command-stdout>Set model to \x1b[1mopus\x1b[22m</local-command-stdout>"),
        line("user", "3", "2", "<bash-input>ls</bash-input>"),
        line("user", "4", "3", "<bash-stdout>a\nb</bash-stdout><bash-stderr></bash-stderr>"),
        line("system", "5", "4", subtype="local_command") | {"content": "<command-name>clear</command-name>"},
        line("attachment", "6", "5", attachment={"type": "queued_command", "prompt": "and also this"}),
        line("attachment", "7", "6", attachment={"type": "edited_text_file", "filename": "x"}),
    )
    assert [(turn.role, turn.text) for turn in conversation.turns] == [
        ("user", "/model opus"),
        ("tool", "```\nSet model to opus\n```"),
        ("user", "! ls"),
        ("tool", "```\na\nb\n```"),
        ("user", "/clear"),
        ("user", "and also this"),
    ]


def test_titles(tmp_path: Path) -> None:
    said = line("user", "u", None, "hi")
    of_another = {"type": "summary", "summary": "another one's", "leafUuid": "z"}
    its_own = {"type": "summary", "summary": "its own", "leafUuid": "u"}
    by_machine = {"type": "ai-title", "aiTitle": "by machine"}
    given = {"type": "custom-title", "customTitle": "given"}
    for lines, title in (
        ((of_another, said), None),
        ((said, its_own), "its own"),
        ((said, by_machine, its_own), "by machine"),
        ((given, said, by_machine), "given"),
    ):
        assert read(tmp_path / "x", *lines)[0].title == title


def test_a_file_of_a_helper_is_no_conversation(tmp_path: Path) -> None:
    path = tmp_path / "agent-1.jsonl"
    lines = [line("user", "u", None, "hi", isSidechain=True), line("assistant", "a", "u", [], isSidechain=True)]
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    source = sniff.open_source(path)
    assert list(source.conversations()) == []
    assert [(one.where, one.why, one.count) for one in source.left] == [(path.name, claude_code.SIDECHAIN, 2)]


def test_lines_larger_than_memory_allows_keep_their_place(tmp_path: Path) -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 9_000_000}}
    long = answer("t", "word " * 1_000_000)
    conversation, left = read(
        tmp_path / "x",
        line("user", "u", None, [text("look"), picture]),
        say("a", "u", "m1", call("t")),
        line("user", "r", "a", long, toolUseResult={"stdout": "word " * 1_000_000}),
        say("b", "r", "m2", text("done")),
    )
    assert [(turn.id, turn.parent, turn.attachments) for turn in conversation.turns] == [
        ("u", None, ("image (image/png)",)),
        ("a", "u", ()),
        ("r", "a", ()),
        ("b", "r", ()),
    ]
    assert conversation.turns[2].text.endswith("[cut here: the original goes on]")
    assert not left

"""Is a file taken for what it is, by what stands in it, with the reason; and refused where that is not clear?"""

from __future__ import annotations

import json
import zipfile
from typing import TYPE_CHECKING

import pytest

from ccnode.exchange import files, sniff
from ccnode.exchange.model import ExchangeError
from tests.exchange import generate

if TYPE_CHECKING:
    from pathlib import Path

CHAT: dict[str, object] = {"title": "t", "mapping": {}, "current_node": None}
CLAUDE = {"uuid": "c", "name": "n", "chat_messages": []}
LINE = {"type": "user", "uuid": "u", "sessionId": "s", "message": {"content": "hi"}}
CARD = {"spec": "chara_card_v2", "spec_version": "2.0", "data": {"name": "N"}}


@pytest.mark.parametrize(
    ("content", "form", "why"),
    [
        ([CHAT], "chatgpt", "mapping"),
        (CHAT, "chatgpt", "mapping"),
        ([{}, 7, CHAT], "chatgpt", "mapping"),
        ({"conversations": [CHAT]}, "chatgpt", "mapping"),
        ([{**{f"field {number}": "x" * 100_000 for number in range(20)}, **CHAT}], "chatgpt", "mapping"),
        ([CLAUDE], "claude", "chat_messages"),
        (CLAUDE, "claude", "chat_messages"),
        (LINE, "claude-code", "sessionId"),
        ({"type": "summary", "summary": "s", "leafUuid": "l"}, "claude-code", "type"),
        ({"type": "file-history-snapshot", "messageId": "m"}, "claude-code", "file-history-snapshot"),
        ({"type": "ccnode-export", "version": 1}, "bundle", "ccnode-export"),
        (CARD, "card", "chara_card_v2"),
    ],
)
def test_content_says_what_it_is_and_the_name_does_not_matter(
    tmp_path: Path, content: object, form: str, why: str
) -> None:
    for name in ("conversations.json", "x.jsonl", "picture.png", "no name"):
        path = tmp_path / name
        path.write_text(json.dumps(content) + "\n")
        guess = sniff.identify(path)
        assert guess.format == form
        assert why in guess.why


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "is empty"),
        (b"[]", "is an empty list"),
        (b"{}", "is an empty list"),
        (b"   ", "is neither"),
        (b"<html><body>chat</body></html>", "it begins with '<html><body>cha"),
        (b'[{"id": 1, "mapping": null}]', "is neither"),
        (b'{"type": "message", "id": "x"}\n', "is neither"),
        (b'{"messages": [{"role": "user"}]}', "is neither"),
        (b"\x1f\x8b\x08\x00 a packed file", "is neither"),
        (b"\x89PNG\r\n\x1a\n and no card in it", "is neither"),
        (bytes(range(256)) * 100, "is neither"),
    ],
)
def test_what_is_nothing_known_is_refused_with_what_it_begins_with(tmp_path: Path, content: bytes, says: str) -> None:
    path = tmp_path / "conversations.json"
    path.write_bytes(content)
    with pytest.raises(ExchangeError) as caught:
        sniff.identify(path)
    assert says in str(caught.value)
    assert str(caught.value).isprintable()
    assert caught.value.remedy
    if says == "is neither":
        assert "ccnode import chatgpt PATH" in caught.value.remedy


def test_what_its_owner_says_is_believed_unless_it_is_plainly_something_else(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(json.dumps([CLAUDE]))
    with pytest.raises(ExchangeError, match="is not a ChatGPT data export but a Claude data export") as caught:
        sniff.open_source(path, "chatgpt")
    assert caught.value.remedy == "say: ccnode import claude PATH"
    path.write_text("[]")
    assert list(sniff.open_source(path, "chatgpt").conversations()) == []
    path.write_text('[{"mapping": 7}]')
    source = sniff.open_source(path, "chatgpt")
    assert list(source.conversations()) == []
    assert len(source.left) == 1
    path.write_text("")
    with pytest.raises(ExchangeError, match="the file is empty"):
        list(sniff.open_source(path, "claude").conversations())
    path.write_text("words")
    with pytest.raises(ExchangeError, match="a list of conversations is expected"):
        list(sniff.open_source(path, "claude").conversations())
    with pytest.raises(ExchangeError, match="is no format"):
        sniff.open_source(path, "whatsapp")
    with pytest.raises(ExchangeError, match="there is no such file"):
        sniff.open_source(tmp_path / "nowhere")


def test_cards_and_bundles_have_readers_of_their_own(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(json.dumps(CARD))
    source = sniff.open_source(path)
    assert source.format == "card"
    assert list(source.conversations()) == []
    path.write_text(json.dumps({"type": "ccnode-export"}) + "\n")
    with pytest.raises(ExchangeError, match="is an export of this program"):
        sniff.open_source(path)


def test_folders_and_archives(tmp_path: Path) -> None:
    folder = generate.write("claude", tmp_path / "folder", 1, 3, "folder")
    assert sniff.identify(folder).why == "conversations.json in it: its conversations have 'chat_messages'"
    (folder / "notes.jsonl").write_text(json.dumps(LINE))  # beside conversations, it is one of the other files
    source = sniff.open_source(folder)
    assert source.format == "claude"
    assert {one.where for one in source.left} == {"users.json", "projects.json", "notes.jsonl"}
    (folder / "conversations.json").unlink()
    assert sniff.identify(folder).format == "claude-code"
    (folder / "notes.jsonl").write_text(json.dumps({"type": "ccnode-export"}))
    (folder / "more.jsonl").write_text(json.dumps(LINE))
    with pytest.raises(ExchangeError, match=r"holds session logs of Claude Code .* and an export of this program"):
        sniff.identify(folder)
    for name in ("notes.jsonl", "more.jsonl"):
        (folder / name).unlink()
    with pytest.raises(
        ExchangeError, match=r"is no conversations\.json and no session log; it holds projects.json, users"
    ):
        sniff.identify(folder)


def test_two_exports_in_one_folder_are_not_taken_for_one(tmp_path: Path) -> None:
    for name, content in (("first", CLAUDE), ("second", CHAT)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "conversations.json").write_text(json.dumps([content]))
    with pytest.raises(ExchangeError, match=r"holds .*Claude.* and .*ChatGPT.*second/conversations") as caught:
        sniff.identify(tmp_path)
    assert "one after the other" in caught.value.remedy
    (tmp_path / "first" / "conversations.json").write_text(json.dumps([CHAT]))
    assert sniff.identify(tmp_path).format == "chatgpt"


def test_empty_shards_and_foreign_logs(tmp_path: Path) -> None:
    (tmp_path / "conversations-000.json").write_text("[]")
    (tmp_path / "conversations-001.json").write_text(json.dumps([CHAT]))
    (tmp_path / "conversations-002.json").write_text(json.dumps([CLAUDE]))
    source = sniff.open_source(tmp_path)
    assert source.format == "chatgpt"
    assert len(list(source.conversations())) == 1
    assert [one.where for one in source.left] == ["conversations-002.json: number 0"]
    logs = tmp_path / "logs"
    (logs / "a" / "b").mkdir(parents=True)
    (logs / "a" / "b" / "1.jsonl").write_text(json.dumps(LINE))
    (logs / "a" / "other.jsonl").write_text('{"some": "log"}\n')
    (logs / "a" / "empty.jsonl").write_text("")
    source = sniff.open_source(logs)
    assert [conversation.id for conversation in source.conversations()] == ["s"]
    assert {one.where for one in source.left} == {"a/other.jsonl", "a/empty.jsonl"}


def test_an_archive_of_pictures_is_listed_by_number(tmp_path: Path) -> None:
    path = tmp_path / "x.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("export/conversations.json", json.dumps([CHAT]))
        archive.writestr("__MACOSX/export/._conversations.json", "junk")
        for number in range(100):
            archive.writestr(f"export/file-{number}.png", b"x")
    source = sniff.open_source(path)
    assert len(list(source.conversations())) == 1
    source.close()
    assert sum(one.count for one in source.left) == 101
    assert len(source.left) == sniff.NAMED_MAX + 1
    assert all(one.unit == "file" for one in source.left)


MB = 1_000_000
HOSTILE = {
    "open brackets": b"[" * (20 * MB),
    "open braces": b"{" * (20 * MB),
    "both in turn": b'[{"a":' * (4 * MB),
    "objects in objects": b'{"a":' * (4 * MB),
    "an open list in a conversation": b'[{"x":' + b"[" * (20 * MB),
    "many members": b"[{" + b'"a":0,' * (3 * MB),
    "many members of a line": b"{" + b'"type":0,' * (2 * MB),
    "many lists": b'{"a":[' + b"[]," * (6 * MB),
    "many strings": b'[{"a":' + b'["a",' * (4 * MB),
    "many items": b"[" + b"[]," * (6 * MB),
    "a wrapper around brackets": b'{"conversations":' + b"[" * (20 * MB),
    "closed brackets": b"[" * (10 * MB) + b"]" * (10 * MB),
    "a string without an end": b'[{"a":"' + b"x" * (20 * MB),
    "backslashes": b'[{"a":"' + b"\\\\" * (10 * MB),
    "spaces": b"[" + b" " * (20 * MB),
    "a number": b"[" + b"1" * (20 * MB),
    "lines of nothing": b"{\n" * (10 * MB),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("suffix", ["json", "jsonl"])
def test_a_look_at_a_hostile_file_has_an_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, suffix: str
) -> None:
    """However it is made: a bounded part of it is read, and a bounded number of steps is taken."""
    path = tmp_path / f"x.{suffix}"
    path.write_bytes(HOSTILE[name])
    looks: list[sniff._Look] = []
    read = 0

    class Watched(sniff._Look):
        def __init__(self) -> None:
            super().__init__()
            looks.append(self)

    whole = files.Text._bytes

    def counted(self: files.Text) -> bytes:
        nonlocal read
        data = whole(self)
        read += len(data)
        return data

    monkeypatch.setattr(sniff, "_Look", Watched)
    monkeypatch.setattr(files.Text, "_bytes", counted)
    with pytest.raises(ExchangeError, match="is neither"):
        sniff.identify(path)
    (look,) = looks
    assert read <= sniff.LOOK_CHARS + 2 * files.CHUNK_BYTES
    assert look.steps <= 2 * sniff.LOOK_STEPS + sniff.LOOK_ELEMENTS + 2


def test_of_many_files_only_the_first_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sniff, "LOOK_ALL_CHARS", 5_000)
    looked: list[str] = []
    of_file = sniff._of_file

    def noted(part: files.Part, look: sniff._Look) -> sniff.Guess:
        looked.append(part.name)
        return of_file(part, look)

    monkeypatch.setattr(sniff, "_of_file", noted)
    for number in range(50):
        (tmp_path / f"{number:02}.jsonl").write_text((json.dumps(LINE) + "\n") * 10)
    source = sniff.open_source(tmp_path)
    assert source.format == "claude-code"
    assert len(looked) < 10
    assert len(list(source.conversations())) == 50  # what was not looked at is like the others, and read


def test_a_long_line_is_seen_by_what_stands_at_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "x"
    line = {**LINE, "message": {"content": "x" * (2 * sniff.LOOK_CHARS)}}
    path.write_text(json.dumps(line))
    assert sniff.identify(path).format == "claude-code"
    path.write_text(json.dumps(LINE)[:-1] + "!\n" + json.dumps({**LINE, "type": 7}))  # damaged, and no type
    with pytest.raises(ExchangeError, match="is neither"):
        sniff.identify(path)


def test_little_is_told_of_a_file_that_is_none_of_these(tmp_path: Path) -> None:
    """It may be a key that was named by mistake; the error goes to terminals, logs and reports."""
    path = tmp_path / "secret"
    path.write_text("AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ")
    with pytest.raises(ExchangeError) as refused:
        sniff.identify(path)
    assert "AGE-SECRET" in str(refused.value)
    assert "1Q" not in str(refused.value)

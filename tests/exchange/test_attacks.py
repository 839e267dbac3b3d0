"""What becomes of files that are damaged, hostile or not what they are said to be? A clear result, nothing is lost."""

from __future__ import annotations

import json
import os
import stat
import struct
import zipfile
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.exchange import chatgpt, claude_code, files, reading, sniff, tree
from ccnode.exchange.model import Conversation, ExchangeError, Left
from tests.exchange import generate
from tests.exchange.test_sources import check

if TYPE_CHECKING:
    from pathlib import Path

SEED = 77


def text_of(text: Any) -> dict[str, Any]:
    return {"author": {"role": "user"}, "content": {"content_type": "text", "parts": [text]}}


def chat(*nodes: tuple[str, str | None], **more: Any) -> dict[str, Any]:
    """A ChatGPT conversation of (node, parent) pairs; each says its own name."""
    return {
        "id": "one",
        "mapping": {name: {"parent": above, "message": text_of(name)} for name, above in nodes},
        **more,
    }


def read(path: Path, form: str = "auto") -> tuple[list[Conversation], list[Left]]:
    source = sniff.open_source(path, form)
    try:
        return list(source.conversations()), source.left
    finally:
        source.close()


def save(path: Path, value: Any) -> Path:
    path.write_text(json.dumps(value))
    return path


# --- damaged files ---


@pytest.mark.parametrize("form", ["chatgpt", "claude"])
def test_of_a_truncated_file_what_is_whole_is_read_and_the_place_is_named(tmp_path: Path, form: str) -> None:
    path = generate.write(form, tmp_path / "conversations.json", SEED, 40)
    whole = path.read_bytes()
    ends = []  # of the conversations
    decoder, text = json.JSONDecoder(), whole.decode()
    at = 1
    while text[at : at + 1] not in ("", "]"):
        at = decoder.raw_decode(text, at)[1]
        ends.append(len(text[:at].encode()))
        at += 2
    for cut in (ends[10] + 1, ends[10], ends[20] - 1, len(whole) - 1, ends[0] // 2, ends[30] + 7_000):
        path.write_bytes(whole[:cut])
        got: list[Conversation] = []
        with pytest.raises(ExchangeError, match=f"conversations.json: damaged at byte {cut}: .*cut off") as caught:
            got.extend(sniff.open_source(path, form).conversations())
        assert caught.value.remedy
        assert len(got) == sum(end <= cut for end in ends)
        for conversation, truth in zip(got, generate.truths(form, SEED, len(got)), strict=True):
            check(conversation, truth)


def test_damage_within_a_file_is_named_and_other_shards_are_still_read(tmp_path: Path) -> None:
    folder = generate.write("chatgpt", tmp_path / "export", SEED, 30, "sharded")
    second = folder / "conversations-001.json"
    data = second.read_bytes()
    place = data.index(b',\n{"title"') + 2
    second.write_bytes(data[:place] + b"!" + data[place:])
    source = sniff.open_source(folder)
    got: list[Conversation] = []
    with pytest.raises(ExchangeError, match=f"conversations-001.json: damaged at byte {place}: "):
        got.extend(source.conversations())
    truths = list(generate.truths("chatgpt", SEED, 30))
    assert [one.id for one in got] == [one.id for one in (*truths[:11], *truths[20:])]
    assert source.position() == source.size


def test_damaged_lines_of_a_log_are_named_and_the_others_read(tmp_path: Path) -> None:
    path = generate.write("claude-code", tmp_path / "log.jsonl", SEED, 1)
    lines = path.read_bytes().splitlines(keepends=True)
    cut = lines[-1][:-20]
    path.write_bytes(b"".join([*lines[:5], b"{broken\n", b"[1]\n", b"\n", b"7\n", *lines[5:-1], cut]))
    (conversation,), left = read(path)
    truth = next(generate.truths("claude-code", SEED, 1))
    assert {turn.id for turn in conversation.turns} == set(truth.turns)
    offset = len(b"".join(lines[:5]))
    last = path.stat().st_size - len(cut)
    assert [one.where for one in left] == [
        f"log.jsonl, byte {place}" for place in (offset, offset + 8, offset + 13, last)
    ]
    assert left[0].why.startswith("it is no JSON")
    assert left[1].why == left[2].why == claude_code.NO_LINE
    assert left[3].why == "the file ends within it"
    path.write_bytes(lines[0] + lines[1] + lines[2] + lines[3] + b"{\n" * 1_000)
    (conversation,), left = read(path)
    assert sum(one.count for one in left) == 1_000
    assert len(left) == claude_code.DAMAGED_MAX + 1


def test_bytes_that_are_no_utf_8_become_replacement_characters(tmp_path: Path) -> None:
    path = tmp_path / "conversations.json"
    path.write_bytes(
        json.dumps([chat(("a", None))]).encode().replace(b'"parts": ["a"]', b'"parts": ["\xff\xfea\xe2\x82"]')
    )
    (conversation,), _ = read(path)
    assert conversation.turns[0].text == "\ufffd\ufffda\ufffd\ufffd"


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-8"])
def test_marks_and_encodings(tmp_path: Path, encoding: str) -> None:
    told = [chat(("a", None), ("é😀", "a"), title="日本")]
    path = tmp_path / "export"
    path.write_bytes(json.dumps(told, ensure_ascii=False).encode(encoding))
    (conversation,), _ = read(path)
    assert [turn.text for turn in conversation.turns] == ["a", "é😀"]
    assert conversation.title == "日本"
    line = {"type": "user", "uuid": "u", "sessionId": "s", "message": {"content": "é😀"}}
    path.write_bytes((json.dumps(line, ensure_ascii=False) + "\r\n").encode(encoding))
    (conversation,), left = read(path)
    assert [turn.text for turn in conversation.turns] == ["é😀"]
    assert not left
    path.write_bytes(json.dumps(told, ensure_ascii=False)[:-1].encode(encoding))
    with pytest.raises(ExchangeError, match=f"at byte {path.stat().st_size}: "):
        read(path)


# --- trees that are none ---


def test_parents_in_a_circle_are_cut_once_and_nothing_is_lost(tmp_path: Path) -> None:
    told = [chat(("a", "c"), ("b", "a"), ("c", "b"), ("d", "c"), ("self", "self"), ("e", "nowhere"), current_node="d")]
    (conversation,), _ = read(save(tmp_path / "x", told))
    assert {turn.id for turn in conversation.turns} == {"a", "b", "c", "d", "self", "e"}
    met: set[str | None] = {None}
    for turn in conversation.turns:
        assert turn.parent in met
        met.add(turn.id)
    assert conversation.current == "d"
    assert sum(one.count for one in conversation.left if one.why == tree.CIRCLE and one.unit == "part") == 2


def test_names_that_stand_twice_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text(json.dumps([chat(("a", None), ("b", None))]).replace('"b":', '"a":'))
    (conversation,), _ = read(path)
    assert [turn.text for turn in conversation.turns] == ["b"]  # the last one counts
    assert [(one.why, one.count) for one in conversation.left] == [(tree.TWICE, 1)]
    message = {"uuid": "m", "sender": "human", "content": [{"type": "text", "text": "hi"}]}
    (conversation,), _ = read(save(path, [{"uuid": "c", "chat_messages": [message, message, message]}]))
    assert len(conversation.turns) == 1
    assert [(one.why, one.count) for one in conversation.left] == [(tree.TWICE, 2)]
    line = json.dumps({"type": "user", "uuid": "u", "sessionId": "s", "message": {"content": "hi"}})
    path.write_text(f"{line}\n{line}\n")
    (conversation,), _ = read(path)
    assert len(conversation.turns) == 1
    assert [(one.why, one.count) for one in conversation.left] == [(tree.TWICE, 1)]


def test_a_chain_of_100_000_messages(tmp_path: Path) -> None:
    count = 60_000
    nodes = [(f"n{number}", f"n{number - 1}" if number else None) for number in range(count)]
    told = chat(*reversed(nodes), current_node=f"n{count - 1}")
    (conversation,), _ = read(save(tmp_path / "x", [told]))
    assert [turn.id for turn in conversation.turns] == [name for name, _ in nodes]
    assert conversation.current == f"n{count - 1}"


def test_a_conversation_that_is_too_heavy_is_taken_as_far_as_it_goes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tree, "WEIGHT_MAX", 100 * (tree.MESSAGE_WEIGHT + tree.TURN_WEIGHT + 10))
    nodes = [(f"n{number}", f"n{number - 1}" if number else None) for number in range(500)]
    (conversation,), _ = read(save(tmp_path / "x", [chat(*nodes)]))
    (left,) = conversation.left
    assert left.why == tree.TOO_HEAVY
    assert len(conversation.turns) + left.count == 500
    assert len(conversation.turns) >= 100


@pytest.mark.parametrize("depth", [500, 100_000])
def test_deep_nesting_anywhere(tmp_path: Path, depth: int) -> None:
    deep = '[{"x":' * depth + "1" + "}]" * depth
    good = json.dumps(chat(("a", None)))
    bad = good.replace('"a": {', f'"bad": {{"message": {deep}}}, "worse": {deep}, "a": {{"metadata": {deep},')
    path = tmp_path / "conversations.json"
    path.write_text(f'[{good}, {deep}, {bad}, {{"mapping": {deep}}}, {good}]')
    conversations, left = read(path, "chatgpt")
    assert [[turn.text for turn in one.turns] for one in conversations] == [["a"], ["a"], [], ["a"]]
    assert sum(one.count for one in conversations[1].left if one.unit == "message") == 2
    assert [(one.why, one.unit) for one in left] == [(reading.NO_CONVERSATION, "conversation")]
    line = {
        "type": "assistant",
        "uuid": "u",
        "sessionId": "s",
        "message": {"content": [{"type": "text", "text": "hi"}]},
    }
    call = f'{{"type": "tool_use", "name": "n", "input": {deep}}}'
    path.write_text(json.dumps(line).replace('[{"type"', f'[{call}, {{"type"') + f"\n{deep}\n")
    (conversation,), left = read(path, "claude-code")
    assert [turn.role for turn in conversation.turns] == ["tool", "assistant"]
    assert [one.why for one in left] == [claude_code.NO_LINE]


# --- values that are not what they should be ---

ODD: tuple[Any, ...] = (
    None,
    True,
    0,
    -1,
    1.5,
    1e308,
    "",
    "x",
    [],
    {},
    [[]],
    [None],
    {"a": None},
    [{"type": []}],
    "\ud800",
)


@pytest.mark.parametrize("odd", ODD, ids=repr)
def test_odd_values_in_every_field(tmp_path: Path, odd: Any) -> None:
    """Whatever stands in a field: the rest is read, nothing is raised, and every message is accounted for."""
    path = tmp_path / "x"
    for form in generate.FORMATS:
        value, truth = generate.make(form, SEED, 3)
        for number, odder in enumerate(replaced(value, odd)):
            if number % 3:
                continue
            if form == "claude-code":
                path.write_bytes(b"".join(generate.text(line) + b"\n" for line in odder))
            else:
                path.write_bytes(generate.text([odder, value]))
            conversations, left = read(path, form)
            assert conversations or left
            for one in conversations:
                assert one.id
                assert (
                    len(one.turns) + sum(each.count for each in one.left) >= len(truth.turns) * 0.5
                    or one.id != truth.id
                )
                for turn in one.turns:
                    assert isinstance(turn.text, str)
                    turn.text.encode()
                    turn.id.encode()


def replaced(value: Any, odd: Any, seen: set[str] | None = None) -> Any:
    """Copies of a value, each with one kind of field replaced everywhere in it."""
    names: set[str] = set()

    def gather(inner: Any) -> None:
        if isinstance(inner, dict):
            names.update(name for name in inner if len(name) < 30)
        for each in inner.values() if isinstance(inner, dict) else inner if isinstance(inner, list) else ():
            gather(each)

    def copy(inner: Any, target: str) -> Any:
        if isinstance(inner, dict):
            return {name: odd if name == target else copy(each, target) for name, each in inner.items()}
        return [copy(each, target) for each in inner] if isinstance(inner, list) else inner

    gather(value)
    for name in sorted(names):
        yield copy(value, name)


def test_ids_that_are_no_strings_or_missing(tmp_path: Path) -> None:
    message = {"sender": "human", "content": [{"type": "text", "text": "hi"}]}
    told = [{"uuid": 7, "chat_messages": [{"uuid": 1, **message}, {"uuid": None, **message}, {"uuid": [], **message}]}]
    (conversation,), _ = read(save(tmp_path / "x", told))
    assert conversation.id == "7"
    assert [turn.id for turn in conversation.turns] == ["1", "number 1", "number 2"]
    nameless = [{"chat_messages": [{"uuid": "1", **message}]}, {"chat_messages": [{"uuid": "2", **message}]}]
    (first, second), _ = read(save(tmp_path / "x", nameless))
    assert first.id.startswith("sha256:")
    assert first.id != second.id
    assert read(tmp_path / "x")[0][0].id == first.id


# --- archives and folders ---


def packed(path: Path, **members: bytes | str) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.replace("__", "/"), data)
    return path


def test_names_in_archives_lead_nowhere(tmp_path: Path) -> None:
    inner = tmp_path / "inner"
    inner.mkdir()
    path = inner / "export.zip"
    told = json.dumps([chat(("a", None))])
    with zipfile.ZipFile(path, "w") as archive:
        for name in (
            "../conversations.json",
            "/etc/conversations-000.json",
            "a\\..\\conversations-1.json",
            "C:conv\n.txt",
        ):
            archive.writestr(name, told)
    conversations, left = read(path)
    assert len(conversations) == 2
    assert len(left) == 2
    assert sorted(tmp_path.rglob("*")) == [inner, path]
    assert "\n" not in "".join(one.where for one in left)


def test_a_zip_bomb_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open("conversations.json", "w") as opened,
    ):
        opened.write(b"[")
        for _ in range(80):
            opened.write(b" " * 1_000_000)
        opened.write(b"]")
    with pytest.raises(ExchangeError, match="as no chats do") as caught:
        read(path, "chatgpt")
    assert "unpack it yourself" in caught.value.remedy


def test_many_small_bombs_are_one_large_one(tmp_path: Path) -> None:
    """Each is below what a single file may unpack to; together, and told to share their bytes, they are not."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(4):
            with archive.open(f"conversations-{number:03}.json", "w") as opened:
                opened.write(b"[")
                for _ in range(30):
                    opened.write(b" " * 1_000_000)
                opened.write(b"]")
    for wanted in ("auto", "chatgpt"):
        with pytest.raises(ExchangeError, match=r"export.zip: .*as no chats do"):
            read(path, wanted)


def test_links_in_an_archive_are_not_followed_but_listed(tmp_path: Path) -> None:
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", json.dumps([chat(("a", None))]))
        for name, kind in (("conversations-001.json", stat.S_IFLNK), ("pipe", stat.S_IFIFO)):
            member = zipfile.ZipInfo(name)
            member.create_system = 3
            member.external_attr = (kind | 0o777) << 16
            archive.writestr(member, "/etc/passwd")
    conversations, left = read(path)
    assert len(conversations) == 1
    assert [(one.where, one.why, one.unit) for one in left] == [
        ("conversations-001.json", sniff.LINK, "file"),
        ("pipe", sniff.LINK, "file"),
    ]


@pytest.mark.parametrize("swapped", ["pipe", "link", "folder"])
def test_what_is_swapped_after_the_look_is_not_read(tmp_path: Path, swapped: str) -> None:
    """A pipe would be waited for, for ever; a link could lead to what nobody named."""
    folder = generate.write("chatgpt", tmp_path / "export", SEED, 4, "sharded")
    source = sniff.open_source(folder)
    target = folder / "conversations-001.json"
    target.unlink()
    if swapped == "pipe":
        os.mkfifo(target)
    elif swapped == "link":
        target.symlink_to(folder / "conversations-000.json")
    else:
        target.mkdir()
    got: list[Conversation] = []
    with pytest.raises(ExchangeError, match=files.NO_FILE):
        got.extend(source.conversations())
    assert len(got) == 2  # the other shards'


def test_named_files_may_be_links_but_not_pipes(tmp_path: Path) -> None:
    path = save(tmp_path / "x", [chat(("a", None))])
    (tmp_path / "link").symlink_to(path)
    with files.open_regular(tmp_path / "link") as opened:
        assert opened.read(1) == b"["
    os.mkfifo(tmp_path / "pipe")
    for wrong in (tmp_path / "pipe", tmp_path):
        with pytest.raises(ExchangeError, match=files.NO_FILE):
            files.open_regular(wrong)
    with pytest.raises(ExchangeError, match=files.NO_FILE):
        files.open_regular(tmp_path / "link", follow=False)


def test_a_zip_with_a_giant_directory_is_refused_before_it_is_loaded(tmp_path: Path) -> None:
    path = packed(tmp_path / "export.zip", **{"conversations.json": "[]"})
    data = bytearray(path.read_bytes())
    end = data.rindex(b"PK\x05\x06")
    data[end + 12 : end + 16] = struct.pack("<L", files.DIRECTORY_BYTES_MAX + 1)
    path.write_bytes(data)
    with pytest.raises(ExchangeError, match="its directory alone takes"):
        sniff.identify(path)


def test_damaged_and_locked_archives(tmp_path: Path) -> None:
    told = json.dumps([chat(("a", None))] * 2_000)
    path = packed(tmp_path / "export.zip", **{"conversations.json": told})
    data = bytearray(path.read_bytes())
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(ExchangeError, match="damaged zip archive"):
        sniff.identify(path)
    damaged = bytearray(data)
    damaged[len(data) // 2] ^= 0xFF
    path.write_bytes(damaged)
    with pytest.raises(ExchangeError, match=r"conversations.json: (cannot be read on|damaged)"):
        read(path, "chatgpt")
    local, central = data.index(b"PK\x03\x04"), data.index(b"PK\x01\x02")
    data[local + 6] |= 1
    data[central + 8] |= 1
    path.write_bytes(data)
    with pytest.raises(ExchangeError, match="locked with a password"):
        read(path, "chatgpt")


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_only_ways_of_packing_that_unpack_in_steps_are_read(tmp_path: Path, method: int) -> None:
    """The others give all they hold at once: 85 kB that say they are small took 1.2 GB of memory."""
    path = tmp_path / "export.zip"
    with zipfile.ZipFile(path, "w", method) as archive:
        archive.writestr("conversations.json", json.dumps([chat(("a", None))]))
    for wanted in ("auto", "chatgpt"):
        with pytest.raises(ExchangeError, match="is packed by method"):
            read(path, wanted)


def test_links_and_strange_files_are_not_followed(tmp_path: Path) -> None:
    outside = save(tmp_path / "conversations.json", [chat(("a", None))])
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "conversations.json").symlink_to(outside)
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "conversations-000.json")
    with pytest.raises(ExchangeError, match="it holds nothing at all"):
        sniff.identify(folder)
    assert files.find(folder).links == ["conversations-000.json", "conversations.json", "loop"]
    with pytest.raises(ExchangeError, match="neither a file nor a folder"):
        sniff.identify(folder / "conversations-000.json")
    assert sniff.identify(folder / "conversations.json").format == "chatgpt"  # a link that is named is meant


def test_elements_that_are_no_conversations_are_counted(tmp_path: Path) -> None:
    good = chat(("a", None))
    told = [good, 7, "x", None, [], {}, {"mapping": None}, {"mapping": 7}, {"chat_messages": []}, good]
    conversations, left = read(save(tmp_path / "x", told))
    assert len(conversations) == 2
    assert [one.why for one in left] == [reading.NO_CONVERSATION] * 8
    assert [one.where for one in left] == [f"x: number {number}" for number in range(1, 9)]
    told = [{"mapping": {"a": 7, "b": None, "c": [], "d": {"message": 7}, "e": {"message": text_of("e")}}}]
    (conversation,), _ = read(save(tmp_path / "x", told))
    assert [turn.id for turn in conversation.turns] == ["e"]
    assert [(one.why, one.count) for one in conversation.left] == [(chatgpt.NO_NODE, 4)]


def test_a_single_conversation_and_a_wrapped_list(tmp_path: Path) -> None:
    one = chat(("a", None), ("b", "a"), title="t")
    for told in (one, {"conversations": [one]}, {"version": {"a": [1]}, "conversations": [one], "more": 1}):
        (conversation,), left = read(save(tmp_path / "x", told))
        assert conversation.title == "t"
        assert len(conversation.turns) == 2
        assert not left

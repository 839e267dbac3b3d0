"""What do exports of other programs look like? Made up from a seed, in their true formats, beside them their truth.

Every conversation is made with its truth: the turns, their tree, and what is left out, counted by reason. Both follow
from the seed and the conversation's number alone, so files of any size are written piece by piece, and checked so too:

    python -m tests.exchange.generate chatgpt /tmp/export.zip --layout zip --conversations 5000 --seed 7
"""

from __future__ import annotations

import argparse
import contextlib
import json
import zipfile
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from tests.exchange import make_chatgpt, make_claude, make_claude_code
from tests.exchange.truth import Truth, chance

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LAYOUTS = ("file", "folder", "zip", "sharded", "sharded-zip")
FORMATS = ("chatgpt", "claude", "claude-code")
SHARDS = 3
BESIDE = {
    "chatgpt": {"user.json": b'{"id":"user-1"}', "chat.html": b"<html>", "message_feedback.json": b"[]"},
    "claude": {"users.json": b'[{"uuid":"1","full_name":"N"}]', "projects.json": b"[]"},
    "claude-code": {"-home-somebody-garden/memory/MEMORY.md": b"# notes\n"},
}
_MAKERS: dict[str, Callable[..., Any]] = {
    "chatgpt": make_chatgpt.Maker,
    "claude": make_claude.Maker,
    "claude-code": make_claude_code.Maker,
}


def make(form: str, seed: int, number: int, *, long: bool = False) -> tuple[Any, Truth]:
    """One conversation, by its number: as it stands in the export, and what is to be read from it."""
    made: tuple[Any, Truth] = _MAKERS[form](chance(seed, form, number), long=long).make()
    return made


def truths(form: str, seed: int, conversations: int, *, long: bool = False) -> Iterator[Truth]:
    """What is to be read from an export, in its order."""
    for number in range(conversations):
        yield make(form, seed, number, long=long)[1]


def text(value: Any) -> bytes:
    """A value as the programs write it: now with escapes, now without. Halves of characters need them."""
    plain = json.dumps(value, ensure_ascii=False, separators=(",", ":"))
    try:
        return plain.encode() if len(plain) % 2 else json.dumps(value).encode()
    except UnicodeEncodeError:
        return json.dumps(value).encode()


def pieces(form: str, seed: int, numbers: range, *, long: bool = False) -> Iterator[bytes]:
    """The file with these conversations, piece by piece."""
    if form == "claude-code":
        for number in numbers:
            yield b"".join(text(line) + b"\n" for line in make(form, seed, number, long=long)[0])
        return
    yield b"["
    for number in numbers:
        yield (b"" if number == numbers.start else b",\n") + text(make(form, seed, number, long=long)[0])
    yield b"]"


class _Folder:
    """Where files are written to: a folder, or a zip archive."""

    def __init__(self, path: Path, *, packed: bool) -> None:
        self._path = path
        self._archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) if packed else None

    @contextlib.contextmanager
    def file(self, name: str) -> Iterator[IO[bytes]]:
        if self._archive is not None:
            member = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            member.compress_type = zipfile.ZIP_DEFLATED
            with self._archive.open(member, "w", force_zip64=True) as opened:
                yield opened
            return
        target = self._path / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with target.open("wb") as opened:
            yield opened

    def close(self) -> None:
        if self._archive is not None:
            self._archive.close()


def write(  # the shape of a file is five choices
    form: str, path: Path, seed: int, conversations: int, layout: str = "file", *, long: bool = False
) -> Path:
    """Write an export to `path` and return it. Session logs are a file each: "file" holds one of them."""
    if layout == "file":
        numbers = range(conversations if form != "claude-code" else 1)
        with path.open("wb") as opened:
            for piece in pieces(form, seed, numbers, long=long):
                opened.write(piece)
        return path
    folder = _Folder(path, packed=layout.endswith("zip"))
    with contextlib.closing(folder):
        for name, numbers in _names(form, conversations, sharded=layout.startswith("sharded")):
            with folder.file(name) as opened:
                for piece in pieces(form, seed, numbers, long=long):
                    opened.write(piece)
        for name, content in BESIDE[form].items():
            with folder.file(name) as opened:
                opened.write(content)
    return path


def _names(form: str, conversations: int, *, sharded: bool) -> Iterator[tuple[str, range]]:
    if form == "claude-code":
        for number in range(conversations):
            yield f"-home-somebody-garden/{number:08}.jsonl", range(number, number + 1)
    elif sharded:
        size = -(-conversations // SHARDS)
        for shard in range(SHARDS):
            yield f"conversations-{shard:03}.json", range(shard * size, min(conversations, (shard + 1) * size))
    else:
        yield "conversations.json", range(conversations)


def fill(form: str, path: Path, seed: int, size: int, pool: int = 200) -> int:
    """Write a list of conversations of `size` bytes at least, over and over from a pool; return how many there are."""
    texts = [text(make(form, seed, number)[0]) for number in range(pool)]
    written = conversations = 0
    with path.open("wb") as opened:
        written += opened.write(b"[")
        while written < size:
            written += opened.write((b",\n" if conversations else b"") + texts[conversations % pool])
            conversations += 1
        opened.write(b"]")
    return conversations


def main() -> None:
    """Write what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("format", choices=FORMATS)
    parser.add_argument("path", type=Path)
    parser.add_argument("--layout", choices=LAYOUTS, default="file")
    parser.add_argument("--conversations", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--long", action="store_true", help="with messages that are too long to be taken")
    asked = parser.parse_args()
    write(asked.format, asked.path, asked.seed, asked.conversations, asked.layout, long=asked.long)
    turns = sum(len(truth.turns) for truth in truths(asked.format, asked.seed, asked.conversations, long=asked.long))
    print(f"{asked.path}: {asked.conversations} conversations, {turns} turns")  # noqa: T201 - it is a command


if __name__ == "__main__":
    main()

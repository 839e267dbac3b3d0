"""Does reading stay within 200 MB, whatever the file holds?"""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.exchange import generate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

MEMORY_MAX_KB = 200_000
MB = 1_000_000
READ = """
import sys
from pathlib import Path
from ccnode.exchange import sniff
source = sniff.open_source(Path(sys.argv[1]), sys.argv[2])
conversations = turns = 0
try:
    for conversation in source.conversations():
        conversations += 1
        turns += len(conversation.turns)
except ValueError as error:
    print(str(error)[:200], file=sys.stderr)
assert source.position() == source.size
peak = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(conversations, turns, peak.split()[1])
"""


def read(path: Path, form: str) -> tuple[int, int, int]:
    """Read an export in a process of its own: conversations, turns, and the most memory it ever held, in kB."""
    done = subprocess.run(
        [sys.executable, "-c", READ, str(path), form], check=True, capture_output=True, text=True, timeout=100
    )
    conversations, turns, peak = map(int, done.stdout.split())
    return conversations, turns, peak


@pytest.mark.parametrize("form", ["chatgpt", "claude"])
def test_a_file_of_200_mb(tmp_path: Path, form: str) -> None:
    path = tmp_path / "conversations.json"
    written = generate.fill(form, path, 11, 200 * MB)
    conversations, turns, peak = read(path, form)
    path.unlink()
    assert conversations == written
    assert turns > written
    assert peak < MEMORY_MAX_KB


def filled(pattern: bytes, size: int) -> Iterator[bytes]:
    block = pattern * (MB // len(pattern) + 1)
    for _ in range(size // len(block) + 1):
        yield block


def node(name: str, content: bytes) -> Iterator[bytes]:
    yield b'"%s":{"parent":null,"message":{"author":{"role":"user"},"content":{"content_type":"text","parts":[' % (
        name.encode()
    )
    yield content


def one(inner: Iterator[bytes], after: bytes = b'"x"]}}},') -> Iterator[bytes]:
    """A conversation whose one message holds `inner`, and then a good one."""
    yield b'[{"mapping":{'
    yield from node("bad", b"")
    yield from inner
    yield after
    yield from node("good", b'"hello"]}}}}}]')


ATTACKS: dict[str, Callable[[], Iterator[bytes]]] = {
    "empty lists": lambda: one(filled(b"[],", 60 * MB)),
    "a number list": lambda: one(filled(b"1,", 60 * MB)),
    "one string": lambda: one(iter([b'"', *filled(b"x", 100 * MB), b'",'])),
    "one string of escapes": lambda: one(iter([b'"', *filled(b"\\ud83d\\ude00", 100 * MB), b'",'])),
    "one string of backslashes": lambda: one(iter([b'"', *filled(b"\\\\", 100 * MB), b'",'])),
    "one wide string": lambda: one(iter([b'"', *filled("😀".encode(), 100 * MB), b'",'])),
    "white space": lambda: one(filled(b" ", 100 * MB)),
    "many names": lambda: one(iter([b"{", *(b'"n%d":1,' % n for n in range(4 * MB)), b'"m":1},'])),
    "many messages": lambda: one(
        (b'"x"]}}},"m%d":{"parent":"bad","message":{"author":{"role":"user"},"content":{"parts":["hi",' % n)
        for n in range(200_000)
    ),
    "long messages": lambda: one(
        (
            b'"x"]}}},"m%d":{"parent":"bad","message":{"author":{"role":"user"},"content":{"parts":["%s",'
            % (n, b"x" * MB)
        )
        for n in range(120)
    ),
    "a long number": lambda: one(iter([b"1", *filled(b"1", 10 * MB), b","])),
    "deep lists": lambda: one(iter([*filled(b"[", 8 * MB), *filled(b"]", 8 * MB), b","])),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_hostile_conversation_takes_no_more(tmp_path: Path, attack: str) -> None:
    path = tmp_path / "conversations.json"
    with path.open("wb") as opened:
        opened.writelines(ATTACKS[attack]())
    conversations, turns, peak = read(path, "chatgpt")
    path.unlink()
    assert conversations == 1
    assert turns >= 1
    assert peak < MEMORY_MAX_KB


def test_a_hostile_log_takes_no_more(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    with path.open("wb") as opened:
        opened.write(b'{"type":"user","uuid":"u","sessionId":"s","message":{"content":"hello"}}\n')
        opened.write(b'{"type":"user","uuid":"v","parentUuid":"u","message":{"content":[')
        opened.writelines(filled(b"[],", 50 * MB))
        opened.write(b'{"type":"text","text":"x"}]}}\n')
        opened.writelines(filled(b"not JSON at all ", 50 * MB))
        for number in range(200_000):
            opened.write(
                b'\n{"type":"assistant","uuid":"w%d","parentUuid":"v","message":{"id":"m%d","content":"hi"}}'
                % (number, number)
            )
    conversations, turns, peak = read(path, "claude-code")
    assert conversations == 1
    assert turns > 1
    assert peak < MEMORY_MAX_KB

"""Does the allocator take what it is told, and does the daemon stay small while it brings a history in?"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from ccnode.daemon import memory
from tests.cli.helpers import call, make_node, running
from tests.exchange import generate

if TYPE_CHECKING:
    from tests.cli.helpers import Running

IMPORT_MAX_KB = 190_000
SEED = 3
HEAPS = """
import threading
from ccnode.daemon import memory
taken = memory.bound()
held = []
def work():
    blocks = [bytearray(100_000) for _ in range(300)]
    held.append(bytearray(1000))
for _ in range(8):
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
memory.give_back()
resident = next(line for line in open("/proc/self/status") if line.startswith("VmRSS"))
print(int(taken), resident.split()[1])
"""


def test_what_threads_took_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", HEAPS], check=True, capture_output=True, text=True)
    taken, resident = map(int, done.stdout.split())
    assert taken == (memory._glibc() is not None)
    assert not taken or resident < 60_000, "30 MB came and went eight times"


def peak_kb(daemon: Running) -> int:
    """The most that the daemon ever held."""
    for line in Path(f"/proc/{daemon.process.pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1])
    raise AssertionError("no VmHWM")


@pytest.mark.timeout(300)
def test_an_import_stays_small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_node(tmp_path / "node")
    monkeypatch.setenv("CCNODE_DATA_DIR", str(home.root))
    conversations = generate.fill("chatgpt", tmp_path / "export", SEED, 60_000_000)
    with running(home) as daemon:
        made = call("import", "chatgpt", str(tmp_path / "export"), "--json")
        assert made.code == 0, made.err
        assert made.data["conversations"]["found"] == conversations
        assert peak_kb(daemon) < IMPORT_MAX_KB

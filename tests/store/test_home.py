"""Are secret files read only as they should be, and is the directory's lock what it seems?"""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from ccnode.store.errors import DirectoryInUse, StoreError, StoreReadOnly
from ccnode.store.home import DirectoryLock, Home, is_held, read_private, write_private
from ccnode.store.marker import Marker


def test_a_secret_is_read_from_a_file_of_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "node.key"
    write_private(path, b"secret")
    assert read_private(path) == b"secret"
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o640)
    with pytest.raises(StoreError, match="mode 0640") as caught:
        read_private(path)
    assert "chmod 600" in caught.value.remedy


@pytest.mark.parametrize("kind", ["fifo", "folder"])
def test_what_is_no_file_is_refused_and_waited_for_by_nobody(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "node.key"
    if kind == "fifo":
        os.mkfifo(path, 0o600)
    else:
        path.mkdir(0o700)
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(3):
        with pytest.raises(StoreError):
            read_private(path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before  # a folder's descriptor was left open each time


def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    victim, home = tmp_path / "victim", Home(tmp_path / "home")
    victim.write_text("kept")
    home.make()
    home.lock.symlink_to(victim)
    with pytest.raises(StoreReadOnly):
        DirectoryLock(home)
    assert not is_held(home)
    marker = home.root / "ledger.head"
    marker.symlink_to(victim)
    with pytest.raises(OSError, match="symbolic"):
        Marker(marker)
    assert victim.read_text() == "kept"


def test_asking_whether_it_is_held_makes_no_start_fail(tmp_path: Path) -> None:
    home = Home(tmp_path)
    DirectoryLock(home).release()
    done = threading.Event()

    def ask() -> None:
        while not done.is_set():
            is_held(home)

    asker = threading.Thread(target=ask)
    asker.start()
    try:
        for _ in range(200):
            DirectoryLock(home).release()
    finally:
        done.set()
        asker.join()


def test_a_second_holder_is_refused(tmp_path: Path) -> None:
    home = Home(tmp_path)
    lock = DirectoryLock(home)
    assert is_held(home)
    with pytest.raises(DirectoryInUse) as caught:
        DirectoryLock(home)
    assert caught.value.pid == os.getpid()
    lock.release()
    assert not is_held(home)

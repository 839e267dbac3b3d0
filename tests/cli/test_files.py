"""Does a result reach its file whole or not at all, and is a disk that does not take it named with what helps?"""

from __future__ import annotations

import errno
import os
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from ccnode.cli.errors import explained
from ccnode.cli.files import written

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def _of_a_transaction(connection: sqlite3.Connection, ended: list[bool]) -> Iterator[bytes]:
    connection.execute("BEGIN")
    try:
        yield b"first"
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # as a write says it: without the file's name
    finally:
        connection.execute("ROLLBACK")  # raises where the connection is closed already
        ended.append(True)


def test_a_full_disk_is_named_with_the_file_and_what_helps(tmp_path: Path) -> None:
    target = tmp_path / "out.bundle"
    memory = sqlite3.connect(":memory:", isolation_level=None)
    with closing(memory) as connection, pytest.raises(OSError, match="No space left") as caught:
        written(target, _of_a_transaction(connection, []))
    said = explained(caught.value)
    assert said is not None
    assert str(target) in str(said)
    assert said.remedy == "free some space, or name another place"
    assert list(tmp_path.iterdir()) == []


def test_what_is_read_is_ended_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ended: list[bool] = []

    def full(*_args: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        pieces = _of_a_transaction(connection, ended)
        next(pieces)
        monkeypatch.setattr(os, "open", full)
        with pytest.raises(OSError, match="Read-only") as caught:
            written(tmp_path / "out", pieces)
        assert ended == [True]
    assert getattr(explained(caught.value), "remedy", "").startswith("name another place")

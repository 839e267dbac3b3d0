"""Is the ledger, or a backup, whole? A process that looks and says so, so that turns need not share a thread with it.

Started by checking.py as `python -P -m ccnode.daemon.check DATA_DIR [BACKUP]`. It writes lines of JSON to standard
output: {"done", "total"} now and then, and in the end {"report"} or {"error"}. It ends when its standard input does,
so it does not outlive the node.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NoReturn

from ccnode.store.errors import StoreError
from ccnode.store.findings import remedy_of
from ccnode.store.home import Home, read_private

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ccnode.store.audit import Report

SAID_EVERY_S: Final = 0.2
NICE: Final = 10  # whoever talks comes first


def main(arguments: Sequence[str]) -> int:
    """Check the ledger of a data directory, or a backup of it. Returns the process's exit code."""
    with contextlib.suppress(OSError):
        os.nice(NICE)
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_input, daemon=True).start()
    home = Home(Path(arguments[0]))
    try:
        report = _backup(home, Path(arguments[1])) if len(arguments) > 1 else _ledger(home)
    except StoreError as error:
        _say({"error": {"code": error.code, "message": _plain(str(error)), "remedy": error.remedy}})
        return 1
    _say({"report": _form(report)})
    return 0


def _end_with_input() -> None:
    while os.read(0, 1):  # not by sys.stdin, whose lock this thread would hold at the end of the process
        pass
    os.kill(os.getpid(), signal.SIGTERM)


def _leave(_number: int, _frame: object) -> NoReturn:
    raise SystemExit(2)  # through every `finally`: the plain copy of a backup must not stay behind


def _ledger(home: Home) -> Report:
    from ccnode.store import audit
    from ccnode.store.ledger import connect

    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        return audit.verify(connection, home, progress=_Progress())


def _backup(home: Home, path: Path) -> Report:
    from ccnode.store import backup

    key = read_private(home.backup_key).decode("ascii", "replace").strip()
    return backup.verify(path, key, progress=_Progress()).report


class _Progress:
    """Tells how far it is, a few times a second."""

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, done: int, total: int) -> None:
        now = time.monotonic()
        if now >= self._next:
            self._next = now + SAID_EVERY_S
            _say({"done": done, "total": total})


def _form(report: Report) -> dict[str, Any]:
    return {
        "ok": report.ok,
        "entries": report.entries,
        "chains": report.chains,
        "problems": [
            {
                "chain": one.chain or None,
                "seq": one.seq,
                "field": _plain(one.field),
                "message": _plain(one.message),
                "remedy": remedy_of(one),
            }
            for one in report.problems
        ],
        "erased": report.erased,
        "withheld": report.withheld,
    }


def _plain(text: str) -> str:
    """Text that can be shown anywhere: a problem quotes damaged bytes as they are."""
    return text.encode("utf-8", "replace").decode()


def _say(value: object) -> None:
    sys.stdout.write(json.dumps(value) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

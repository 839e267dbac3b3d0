"""Who makes and verifies backups? A process of its own, which ends with them.

Verifying reads every entry once more: within the daemon that takes the interpreter away from whoever waits for a reply,
and leaves libraries loaded (3.7 MiB) that are used every six hours. What is asked goes to it as JSON, and so does the
answer: what was made, or the error, which is raised here as it was there.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode.store import errors
from ccnode.store.backup_list import list_backups
from ccnode.store.errors import StoreCorrupt, StoreError
from ccnode.store.home import Home, read_private
from ccnode.store.ledger import marker_path
from ccnode.store.marker import read_marker

if TYPE_CHECKING:
    from collections.abc import Mapping

NICE: Final = 5  # below whoever waits for a reply
_RAISED: Final[Mapping[str, type[StoreError]]] = {
    kind.code: kind
    for kind in (errors.StoreBusy, errors.StoreFull, errors.StoreReadOnly, StoreCorrupt, errors.Conflict,
                 errors.NotFound, errors.SchemaTooNew)
}  # fmt: skip


def back_up(home: Home, output: str | None) -> dict[str, Any]:
    """Make a backup now; blocks. Raises StoreError."""
    return _asked({"root": str(home.root), "output": output})


def back_up_if_due(home: Home, every_hours: int, keep: int) -> None:
    """Make an automatic backup where the newest is older, and let the oldest go; blocks. Raises StoreError."""
    if not every_hours or not home.backup_key.exists() or read_marker(marker_path(home.ledger)) is None:
        return
    newest = max((each.created_ms for each in list_backups(home) if each.kind == "automatic"), default=0)
    if clock.now_ms() - newest < every_hours * 3_600_000 and newest <= clock.now_ms():
        return
    _asked({"root": str(home.root), "keep": keep})


def _asked(wanted: dict[str, Any]) -> dict[str, Any]:
    command = [sys.executable, "-m", "ccnode.daemon.backing"]
    # A session of its own: Ctrl-C ends the daemon in its own order, not a backup in the middle.
    done = subprocess.run(  # noqa: S603  # this very program
        command, input=json.dumps(wanted).encode(), capture_output=True, check=False, start_new_session=True
    )
    try:
        found: dict[str, Any] = json.loads(done.stdout)
    except ValueError:
        said = done.stderr.decode("utf-8", "replace").strip().rpartition("\n")[2][:400]
        raise StoreError(
            f"the process that makes backups ended with {done.returncode}: {said or 'it said nothing'}",
            remedy="make one by hand, and see what it says: ccnode backup create",
        ) from None
    if "error" in found:
        kind = _RAISED.get(found["code"], StoreError)
        raise kind(found["error"], remedy=found["remedy"])
    return found


# --- in the other process ---


def _made(home: Home, output: str | None) -> dict[str, Any]:
    from ccnode.store import backup

    info = backup.create(home, output=Path(output).expanduser() if output else None)
    return {"path": str(info.path), "bytes": info.bytes, "entries": info.entries, "sha256": info.sha256}


def _made_by_itself(home: Home, keep: int) -> dict[str, Any]:
    from ccnode.store import backup, backup_checks

    made = backup.create(home, automatic=True)
    verified = backup.verify(made.path, read_private(home.backup_key).decode("ascii", "replace").strip())
    found = backup_checks.Checked(
        verified.ok, clock.now_ms(), verified.report.entries, len(verified.report.problems), made.bytes
    )
    backup_checks.remember(home, made.path, found)
    if not verified.ok:
        # It is no backup; and while it lay there as the newest, nobody would be told again.
        made.path.unlink(missing_ok=True)
        raise StoreCorrupt(
            f"the ledger has {len(verified.report.problems)} problems, so older backups are kept",
            remedy="run 'ccnode audit verify', then restore the newest backup that verifies",
        )
    backup.rotate(home, keep)
    return {}


def main() -> int:
    """Do what stands on stdin, and print what became of it."""
    os.umask(0o077)
    os.nice(NICE)
    wanted = json.load(sys.stdin)
    home = Home(Path(wanted["root"]))
    try:
        found = _made_by_itself(home, wanted["keep"]) if "keep" in wanted else _made(home, wanted["output"])
    except StoreError as error:
        found = {"error": str(error), "code": error.code, "remedy": error.remedy}
    sys.stdout.write(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Which backups were verified, when, and with what result? A small file beside them; it can be deleted."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from ccnode.store.errors import StoreError
from ccnode.store.home import read_private, write_private

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.home import Home

NAME: Final = "verified.json"
BYTES_MAX: Final = 4 * 1024 * 1024
REMEMBERED_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What a verification found. `checked_ms`: milliseconds since 1970; `bytes`: the size the file had then."""

    ok: bool
    checked_ms: int
    entries: int
    problems: int
    bytes: int


def remembered(home: Home) -> dict[str, Checked]:
    """What is known of backups, by file name. What cannot be read is not known."""
    try:
        value = json.loads(read_private(home.backups / NAME, size_max=BYTES_MAX))
        return {name: Checked(**facts) for name, facts in value.items()}
    except (StoreError, ValueError, TypeError, AttributeError):
        return {}


def remember(home: Home, path: Path, checked: Checked) -> None:
    """Note the result for a file that lies with the backups; files that are gone are forgotten. Raises StoreError."""
    known = {name: facts for name, facts in remembered(home).items() if (home.backups / name).exists()}
    known[path.name] = checked
    newest = sorted(known.items(), key=lambda item: item[1].checked_ms)[-REMEMBERED_MAX:]
    write_private(home.backups / NAME, json.dumps({name: asdict(facts) for name, facts in newest}).encode())

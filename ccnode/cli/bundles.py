"""How is everything written to a file?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ccnode.cli import local as database
from ccnode.cli.files import written
from ccnode.cli.text import count, size
from ccnode.store.exports import of_everything

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.cli.state import State
    from ccnode.store.exports import Form


def export_all(state: State, output: Path, form: Form) -> None:
    """Write everything to a file, and say so."""
    home = state.node()
    with database.opened(home) as connection:
        written_bytes = written(output, of_everything(connection, home, form))
        entries = connection.execute("SELECT count(*) FROM entries").fetchone()[0]
    data = {"path": str(output.absolute()), "format": form, "bytes": written_bytes, "entries": entries}
    state.emit(data, f"{output}  {size(written_bytes)}, {count(entries, 'entry', 'entries')}")
    check = f" To check it: python3 scripts/verify_export.py {output}" if form == "bundle" else " It proves nothing."
    state.note(f"It is not encrypted.{check}")

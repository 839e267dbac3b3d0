"""What does one run of the command line carry with it? Its global options, and how it says things."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from ccnode.cli import program
from ccnode.cli.errors import NOT_FOUND, CliError
from ccnode.cli.text import clean

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from ccnode.store.home import Home

SCHEMA_VERSION: Final = 1
FOLDED_FROM: Final = 60  # what is shorter fits any terminal, and needs nothing loaded
HANG: Final = 2  # columns that a long message's next lines stand in


@dataclass(slots=True)
class State:
    """Global options as they were given, at whatever level, and the command that runs."""

    data_dir: Path | None = None
    json: bool = False
    quiet: bool = False
    no_color: bool = False
    debug: bool = False
    command: str = ""
    exit_code: int = 0
    emitted: bool = False
    environment: dict[str, str] = field(default_factory=lambda: dict(os.environ))

    @property
    def home(self) -> Home:
        """The data directory: --data-dir, else CCNODE_DATA_DIR, else by XDG; with or without a node."""
        from ccnode.store.home import Home, default_root

        return Home(self.data_dir.expanduser().absolute() if self.data_dir else default_root(self.environment))

    def node(self) -> Home:
        """The data directory of a node that exists.

        Raises:
            CliError: there is none (exit 5).
        """
        home = self.home
        if not home.exists() and home.profile.exists():
            raise CliError(
                f"{home.node_key} is missing: a node is here, without its key",
                code="no_key",
                remedy="put it back from a copy, or have the node elsewhere with a new key:"
                f" ccnode backup restore BACKUP --into DIR --identity {home.backup_key}"
                f" (BACKUP: the newest in {home.backups})",
                exit_code=NOT_FOUND,
            )
        if not home.exists():
            raise CliError(
                f"there is no node in {home.root}",
                code="no_node",
                remedy="make one: ccnode init; or name another place with --data-dir",
                exit_code=NOT_FOUND,
            )
        return home

    def named(self, text: str) -> str:
        """The text with its commands as they can be typed here, for this data directory."""
        root = self.data_dir.expanduser().absolute() if self.data_dir else None
        return program.named(text, program.for_directory(program.typed(), root))

    @property
    def color(self) -> bool:
        """Whether colour may be used on standard output."""
        return not (self.no_color or self.environment.get("NO_COLOR")) and sys.stdout.isatty()

    def emit(self, data: Mapping[str, Any], text: str | None = None, *, fold: bool = False, hang: int = 0) -> None:
        """Give the command's result: the envelope in JSON mode, else `text`, which the caller has cleaned.

        With `fold` its long lines break between words on a terminal; what goes on stands `hang` columns in.
        """
        self.emitted = True
        if self.json:
            self._envelope(data)
        elif text is not None:
            if fold:
                from ccnode.cli.folding import folded, width_of_terminal

                text = folded(text, width_of_terminal(), hang)
            sys.stdout.write(text if text.endswith("\n") or not text else text + "\n")

    def table(
        self,
        data: Mapping[str, Any],
        head: Sequence[str],
        rows: Sequence[Sequence[str]],
        none: str = "",
        *,
        below: int | None = None,
    ) -> None:
        """Give a result as a table; into a pipe as lines of tab-separated fields. Cells may be anything.

        On a terminal the column `below` stands under its row.
        """
        if self.json:
            self.emit(data)
            return
        self.emitted = True
        if not rows:
            self.note(none)
            return
        if not sys.stdout.isatty():
            for row in rows:
                sys.stdout.write("\t".join(" ".join(clean(cell).split()) for cell in row) + "\n")
            return
        from ccnode.cli.pretty import print_table

        print_table(head, rows, color=self.color, below=below)

    def note(self, text: str) -> None:
        """Say something that is not the result: to standard error, unless --quiet."""
        if text and not self.quiet:
            _say(clean(self.named(text)))

    def quote(self, text: str) -> None:
        """Show somebody's words beside the result, as they stand: commands in them are theirs, not ours."""
        if not self.quiet:
            _say(clean(text))

    def announce(self, text: str) -> None:
        """Say what a command that goes on has to tell, at once."""
        if not self.quiet:
            sys.stdout.write(clean(text) + "\n")
            sys.stdout.flush()

    def warn(self, text: str) -> None:
        """Say something that must be seen even with --quiet."""
        _say(f"warning: {clean(self.named(text))}")

    def fail(self, error: CliError) -> int:
        """Say what went wrong; return the exit code."""
        if self.json and not self.emitted:
            self._envelope({}, {"code": error.code, "message": str(error), "remedy": error.remedy})
        _say(f"ccnode: {clean(self.named(str(error)))}")
        if error.remedy:
            _say(f"  {clean(self.named(error.remedy))}")
        return error.exit_code

    def _envelope(self, data: Mapping[str, Any], error: Mapping[str, str] | None = None) -> None:
        value: dict[str, Any] = {"schema_version": SCHEMA_VERSION, "command": self.command, "data": data}
        if error is not None:
            value["error"] = error
        sys.stdout.write(json.dumps(value) + "\n")


def _say(text: str) -> None:
    if len(text) > FOLDED_FROM and sys.stderr.isatty():
        from ccnode.cli.folding import folded, width_of_terminal

        text = folded(text, width_of_terminal(sys.stderr), HANG)
    sys.stderr.write(text + "\n")
    sys.stderr.flush()

"""How does everything come out? As one file that proves itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccnode.cli.params import OUTPUT, Group, pass_state

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.cli.state import State


@click.group("export", cls=Group, short_help="Take out everything, in a form that others can check.")
def command() -> None:
    """Take out everything, in a form that others can check."""


@command.command("all", short_help="Write everything, readable and with its proof.")
@click.option("-o", "--output", type=OUTPUT, required=True, metavar="FILE", help="Where to write it.")
@pass_state
def export_everything(state: State, *, output: Path) -> None:
    """Write every entry that is stored, readable and with its proof, to one file. It is not encrypted."""
    from ccnode.cli.bundles import export_all

    export_all(state, output)

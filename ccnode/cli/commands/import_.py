"""How do the years before come in? From the exports of other programs, by way of the daemon, the only writer."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.params import Command, Group, pass_state, state_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ccnode.cli.state import State

FORMATS: Final = {
    "auto": ("Find out what a file is, and bring it in.", "By what stands in it; where that is not clear, say so."),
    "chatgpt": ("Bring in a ChatGPT data export.", "Its zip archive, its folder, or conversations.json in it."),
    "claude": ("Bring in a Claude data export.", "Its zip archive, its folder, or conversations.json in it."),
    "claude-code": ("Bring in session logs of Claude Code.", "A .jsonl file, or a folder of them."),
    "card": ("Keep a character card.", "A PNG picture, JSON or CHARX file."),
    "bundle": ("Bring in an export of this program.", "Of your own nodes it comes with all its proof."),
}
MORE: Final = """

Importing a file again, or a later export of the same account, adds what is new. What is left out is listed. The import
goes on when this command is ended, and when the daemon starts again.
"""


class ImportName(click.ParamType[str]):
    """An import: its id or a unique beginning of that."""

    name = "import"

    def __init__(self, *, only_open: bool) -> None:
        self._only_open = only_open

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """Raises UsageError by way of `fail`."""
        text = str(value)
        if not text.isalnum() or not text.isascii():
            self.fail(f"{text!r} is not an import's id; see: ccnode import status", param, ctx)
        return text

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """Ids that begin so."""
        from click.shell_completion import CompletionItem

        from ccnode.cli.importing import names

        return [CompletionItem(name) for name in names(state_of(ctx), incomplete, only_open=self._only_open)]


@click.group("import", cls=Group, short_help="Bring in conversations from other programs.")
def command() -> None:
    """Bring in conversations from other programs, character cards, and exports of this one."""


def _add(name: str, short: str, more: str) -> None:
    @command.command(name, cls=Command, short_help=short, help=f"{short} {more}{MORE}")
    @click.argument("path", type=click.Path(path_type=Path, exists=True))
    @click.option("--dry-run", is_flag=True, help="Only say what would be brought in; needs no daemon.")
    @pass_state
    def bring_in(state: State, *, path: Path, dry_run: bool) -> int:
        from ccnode.cli import importing

        return (importing.only_count if dry_run else importing.bring_in)(state, name, path)


for _name, (_short, _more) in FORMATS.items():
    _add(_name, _short, _more)


@command.command("status", short_help="Show how far imports are, and what came of them.")
@click.argument("import_id", required=False, metavar="[ID]", type=ImportName(only_open=False))
@pass_state
def status(state: State, *, import_id: str | None) -> int:
    """Show all imports, or one with what it left out. ID is an import's id or a unique beginning of it."""
    from ccnode.cli import importing

    return importing.show(state, import_id)


@command.command("stop", short_help="Stop an import.")
@click.argument("import_id", metavar="ID", type=ImportName(only_open=True))
@pass_state
def stop(state: State, *, import_id: str) -> None:
    """Stop an import. What it has brought in stays."""
    from ccnode.cli import importing

    importing.stop(state, import_id)

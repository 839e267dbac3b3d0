"""How does everything come out? As one file that proves itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccnode.cli.params import OUTPUT, Group, pass_state

if TYPE_CHECKING:
    from pathlib import Path
    from typing import Literal

    from ccnode.cli.state import State
    from ccnode.exchange.cardform import Form

    Kind = Literal["json", "png"]
    Everything = Literal["bundle", "json", "md"]


@click.group("export", cls=Group, short_help="Take out everything, in a form that others can check.")
def command() -> None:
    """Take out everything, in a form that others can check."""


@command.command("all", short_help="Write everything, readable and with its proof.")
@click.option("--format", "form", type=click.Choice(["bundle", "json", "md"]), default="bundle", show_default=True,
              help="With its proof, for programs, or for people.")  # fmt: skip
@click.option("-o", "--output", type=OUTPUT, required=True, metavar="FILE", help="Where to write it.")
@pass_state
def export_everything(state: State, *, form: Everything, output: Path) -> None:
    """Write all conversations to one file; as a bundle, every entry that is stored, with its proof.

    It is not encrypted.
    """
    from ccnode.cli.bundles import export_all

    export_all(state, output, form)


@command.command("card", short_help="List the character cards, or write one.")
@click.argument("card", required=False, metavar="[NAME|ID]")
@click.option("--form", type=click.Choice(["v2", "v3"]), help="In this form; without, in its own (PNG: in both).")
@click.option("--format", "kind", type=click.Choice(["json", "png"]), default="json", show_default=True,
              help="As JSON, or as a plain picture that holds it.")  # fmt: skip
@click.option("-o", "--output", type=OUTPUT, metavar="FILE", help="Where to write it; without, to standard output.")
@pass_state
def export_card(state: State, *, card: str | None, form: Form | None, kind: Kind, output: Path | None) -> None:
    """Without a name, list the character cards that are kept; with one, write that card for other programs."""
    from ccnode.cli import cards

    if card is not None:
        cards.export_card(state, card, kind, form, output)
        return
    if output is not None:
        raise click.UsageError("Say which card is to be written; without a name or id they are listed.")
    cards.list_cards(state)

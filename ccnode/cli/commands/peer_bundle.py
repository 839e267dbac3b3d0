"""How do nodes that never meet on a network keep each other up to date? By bundles that are carried."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccnode.cli.params import INPUT, OUTPUT, Group, Moment, pass_state
from ccnode.cli.peers import PeerName

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.cli.state import State


@click.group("bundle", cls=Group, short_help="Carry what is new between nodes on a stick.")
def command() -> None:
    """Carry what is new between nodes that do not meet on a network.

    A bundle is made for one node, encrypted to it and signed by this one. What goes into it and what is taken from it
    is what a link with that node would carry. Each bundle also tells what its sender has, so one that is sent back
    makes the next one small. It is no export: to take everything out for others to check, see `ccnode export all`.

    Programs give the passphrase of a bundle that has one in the environment variable CCNODE_BUNDLE_PASSPHRASE.
    """


@command.command("create", short_help="Make a bundle for another node.")
@click.argument("file", type=OUTPUT)
@click.option("--for", "peer", type=PeerName(), metavar="PEER", help="For which node; not needed where there is one.")
@click.option("--since", type=Moment(), metavar="TIME", help="Only what was written since; the rest it must have.")
@click.option("--full", is_flag=True, help="Everything, not only what it has not by its last bundle.")
@click.option("--passphrase", is_flag=True, help="Encrypt with a passphrase (or CCNODE_BUNDLE_PASSPHRASE).")
@pass_state
def create(state: State, *, file: Path, peer: str | None, since: int | None, full: bool, passphrase: bool) -> None:
    """Make a bundle for another node and write it to FILE: what that node may have and, by its last word, has not."""
    from ccnode.cli import carrying

    if full and since is not None:
        raise click.UsageError("--full and --since exclude each other.")
    carrying.create(state, file, peer, since, full=full, secret=passphrase)


@command.command("apply", short_help="Take in a bundle that another node made for this one.")
@click.argument("file", type=INPUT)
@click.option("--dry-run", is_flag=True, help="Only say what would be taken in.")
@click.option("--passphrase", is_flag=True, help="Expect one; a bundle that has one asks for it anyway.")
@pass_state
def apply(state: State, *, file: Path, dry_run: bool, passphrase: bool) -> int:
    """Take in FILE, a bundle that another node made for this one, as far as that node's tier allows.

    It is read whole before anything of it is taken. To apply one again changes nothing; after a crash it goes on.
    """
    from ccnode.cli import carrying

    return carrying.apply(state, file, dry_run=dry_run, secret=passphrase)

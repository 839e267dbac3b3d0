"""Where are this node's files?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccnode.cli.params import Command, pass_state

if TYPE_CHECKING:
    from ccnode.cli.state import State


@click.command("paths", cls=Command, short_help="Show where this node keeps its files.")
@pass_state
def command(state: State) -> None:
    """Show where this node keeps its files, whether or not they exist."""
    home = state.home
    found = {
        "data_dir": home.root,
        "config": home.config,
        "plate": home.plate,
        "profile": home.profile,
        "ledger": home.ledger,
        "index": home.index,
        "backups": home.backups,
        "logs": home.logs,
        "node_key": home.node_key,
        "owner_key": home.owner_key_sealed if home.owner_key_sealed.exists() else home.owner_key,
        "backup_key": home.backup_key,
        "token": home.token,
        "password": home.password,
        "web_key": home.web_key,
        "lock": home.lock,
        "socket": home.socket(state.environment),
    }
    state.table(
        {name: str(path) for name, path in found.items()},
        ("what", "where"),
        [(name, str(path)) for name, path in found.items()],
    )

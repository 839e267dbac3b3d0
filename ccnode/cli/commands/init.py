"""How does a person make a node? Four questions, or none with --yes."""

from __future__ import annotations

import contextlib
import re
import socket
from pathlib import Path
from typing import TYPE_CHECKING

import click

from ccnode.cli import ask, owner_key
from ccnode.cli.errors import USAGE, CliError
from ccnode.cli.owner_key import PASSPHRASE_VARIABLE
from ccnode.cli.params import Command, pass_state

if TYPE_CHECKING:
    from ccnode.cli.identity import Identity
    from ccnode.cli.state import State
    from ccnode.store.home import Home

DAYS_OFFERED = 90
DAYS_MAX = 36_500


@click.command("init", cls=Command, short_help="Make a node: its keys, its data directory, your recovery kit.")
@click.option("--yes", is_flag=True, help=f"Ask nothing. The owner's passphrase is taken from {PASSPHRASE_VARIABLE}.")
@click.option(
    "--name", help="What to call this node, and its assistant. Default: the machine's name for the node alone."
)
@click.option("--retention-days", type=click.IntRange(1, DAYS_MAX), help="Keep conversations that long; else for ever.")
@click.option("--kit", type=click.Path(path_type=Path, dir_okay=False), metavar="PATH",
              help="Where to write the recovery kit (.html or .txt).")  # fmt: skip
@click.option("--certify", is_flag=True, help="Have your owner key stand behind a restored or copied node's new key.")
@click.option("--recover", is_flag=True, help="Make the node for an owner who exists: asks for the recovery code.")
@pass_state
def command(
    state: State,
    *,
    yes: bool,
    name: str | None,
    retention_days: int | None,
    kit: Path | None,
    certify: bool,
    recover: bool,
) -> None:
    """Make a node: its keys, its data directory, your recovery kit.

    The owner key is yours: it stands behind all your nodes, and is needed rarely. A passphrase encrypts it on this
    machine. The recovery kit holds it on paper, with the key that opens backups.

    A first plate is made, too: who the assistant is, called as you call the node, or Ada (`ccnode plate edit`). Whether
    a model answers as that assistant is asked by `ccnode plate validate`, and before each conversation once
    plate.validate_on_spawn is true.
    """
    from ccnode.cli import identity
    from ccnode.cli import kit as kits
    from ccnode.mind import plate

    home = state.home
    if certify:
        _certify(state)
        return
    identity.check_place(home)
    if not yes or recover:
        ask.need_terminal(f"use --yes, with {PASSPHRASE_VARIABLE} for the passphrase")
    if kit is not None:
        kit = kits.check_target(kit, home)
    called = _name(name, yes=yes)
    wishes = identity.Wishes(
        name=called,
        owner_seed=_recovered() if recover else None,
        passphrase=state.environment.get(PASSPHRASE_VARIABLE, "") if yes else _passphrase(state),
        retention_days=retention_days if yes or retention_days else _retention(),
        # Nobody chose the machine's name, and an assistant is not the machine that it lives on for now.
        assistant=plate.NAME if called == _machine() and name is None else None,
    )
    if kit is None and not yes:
        kit = _kit_path(home)
    made = identity.make_identity(home, wishes)
    _prepare_links(home)
    if kit is not None:
        kits.write_kit(kit, made)
        (home.root / kits.MADE).touch(mode=0o600)
    _report(state, home, made, kit, show=not yes)


def _prepare_links(home: Home) -> None:
    """Make the TLS key of links here: what makes certificates would stay in a daemon's memory (4 MiB) for good."""
    from ccnode.net import certificate
    from ccnode.net.errors import KeyFileError

    with contextlib.suppress(KeyFileError):  # the daemon tries again, and tells
        certificate.prepare(home.root / certificate.FILE)


def _name(given: str | None, *, yes: bool) -> str:
    from ccnode.cli.identity import checked_name

    if given is not None:
        try:
            return checked_name(given)
        except ValueError as error:
            raise CliError(f"--name: {error}", code="usage", exit_code=USAGE) from error
    default = _machine()
    while not yes:
        try:
            return checked_name(ask.text("What shall this node be called?", default))
        except ValueError as error:
            click.echo(f"{error}.", err=True)
    return default


def _machine() -> str:
    """The machine's name, as a node can have it."""
    return re.sub(r"[^a-z0-9]+", "-", socket.gethostname().split(".")[0].lower()).strip("-")[:32] or "node"


def _recovered() -> bytes:
    while True:
        try:
            return owner_key.seed_of(ask.secret(owner_key.FROM_KIT))
        except CliError as error:
            click.echo(f"{error}; {error.remedy}.", err=True)


def _passphrase(state: State) -> str:
    click.echo("The owner key stands behind all your nodes. A passphrase encrypts it on this machine.", err=True)
    while True:
        given = ask.secret("Owner passphrase (empty for none)", confirm="The same again", empty=True)
        if given:
            return given
        state.warn("without a passphrase, whoever can read your files can act as the owner")
        if ask.yes("Go on without one?"):
            return ""


def _retention() -> int | None:
    while True:
        answer = ask.text(f"Keep conversations: 'for ever', or a number of days, as {DAYS_OFFERED}", "for ever")
        if answer.strip().lower() in {"for ever", "forever", "ever"}:
            return None
        if answer.strip().isdecimal() and 1 <= int(answer) <= DAYS_MAX:
            return int(answer)
        click.echo(f"Answer 'for ever', or a number of days from 1 to {DAYS_MAX}.", err=True)


def _kit_path(home: Home) -> Path:
    from ccnode.cli import kit as kits

    while True:
        default = Path.cwd() / kits.DEFAULT_NAME
        try:
            kits.check_target(default, home)
        except CliError:
            default = Path.home() / kits.DEFAULT_NAME
        try:
            return kits.check_target(Path(ask.text("Where to write the recovery kit", str(default))), home)
        except CliError as error:
            click.echo(f"{error}.", err=True)


def _report(state: State, home: Home, made: Identity, kit: Path | None, *, show: bool) -> None:
    data = {
        "node_id": made.node_id,
        "owner_id": made.owner_id,
        "name": made.name,
        "data_dir": str(home.root),
        "owner_key": made.guard,
        "kit": str(kit) if kit else None,
    }
    lines = [f"The node {made.name} is made in {home.root}"]
    if show:
        lines += ["", f"Owner recovery code   {made.recovery_code}", f"Backup key            {made.backup_key}", ""]
    state.emit(data, "\n".join(lines))
    if kit:
        state.note(f"The recovery kit is in {kit}: print it, keep the paper safe, then delete the file.")
    else:
        state.note("No recovery kit was written; do it soon: ccnode backup kit")
    if made.guard == "file permissions":
        state.note("The owner key has no passphrase: file permissions alone guard it.")
    state.note("Next: ccnode run")


def _certify(state: State) -> None:
    """The owner's certificate for a node that was restored, or told apart from its copy, and has a new key."""
    from ccnode.cli.identity import certify_node, read_profile

    home = state.node()
    certify_node(home, owner_key.recovery_code(state, home))
    profile = read_profile(home)
    state.emit(
        {"node_id": profile.get("node_id"), "owner_id": profile.get("owner_id"), "certified": True},
        f"your owner key stands behind {profile.get('node_id')}",
    )

"""Which password do other devices sign in with? It is set, cleared and asked for here, on the node's own machine."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, BinaryIO, Final

import click

from ccnode.cli import ask
from ccnode.cli.errors import USAGE, CliError
from ccnode.cli.params import Group, pass_state
from ccnode.store import password

if TYPE_CHECKING:
    from ccnode.cli.state import State
    from ccnode.store.home import Home

VARIABLE: Final = "CCNODE_PASSWORD"
FILE_BYTES_MAX: Final = 4096


@click.group("password", cls=Group, short_help="Set the password of your other devices.")
def command() -> None:
    """Set the password with which your other devices sign in (api.bind). It is kept as an argon2id hash."""


@command.command("set", short_help="Set the password; every browser is signed out.")
@click.option("--yes", is_flag=True, help=f"Ask nothing: the password is taken from {VARIABLE}.")
@click.option("--file", type=click.File("rb"), help="Take the password from the first line of this file; - is stdin.")
@pass_state
def set_password(state: State, *, yes: bool, file: BinaryIO | None) -> None:
    """Set the password with which your other devices sign in. Every browser that is signed in is signed out.

    It is asked for twice, never given as an argument: what stands on a command line can be read by others.
    """
    home = state.node()
    given = _given(state, file, yes=yes)
    try:
        password.keep(home, given)
    except ValueError as error:
        raise _weak(str(error)) from error
    ended = _end_signins(state)
    state.emit({"set": True, "path": str(home.password), "signed_out": ended}, "The password is set.")
    if not _bound(home):
        state.note("To serve your other devices: ccnode config set api.bind '*'")


def _given(state: State, file: BinaryIO | None, *, yes: bool) -> str:
    """The password from where it is to be taken. Raises CliError."""
    if file is not None:
        line = file.read(FILE_BYTES_MAX).split(b"\n", 1)[0].removesuffix(b"\r")
        try:
            return line.decode()
        except UnicodeDecodeError as error:
            raise CliError("the file's first line is not UTF-8", code="usage", exit_code=USAGE) from error
    if yes:
        found = state.environment.get(VARIABLE)
        if found is None:
            raise CliError(f"{VARIABLE} is not set", code="usage", remedy="set it, or use --file", exit_code=USAGE)
        return found
    ask.need_terminal(f"use --file, or --yes with {VARIABLE}")
    while True:
        first = ask.secret("Password for your other devices")
        if (why := password.weakness(first)) is not None:
            click.echo(f"Not that one: {why}.", err=True)
        elif first == ask.secret("The same again"):
            return first
        else:
            click.echo("These two were not the same; once more.", err=True)


def _weak(why: str) -> CliError:
    return CliError(f"the password is too easy to guess: {why}", code="weak_password", remedy="choose a longer one")


@command.command("clear", short_help="Remove the password; other devices are not served.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_state
def clear(state: State, *, yes: bool) -> None:
    """Remove the password. Every browser is signed out, and other devices are served no more."""
    home = state.node()
    if not yes:
        ask.need_terminal("use --yes")
        ask.confirm("Remove the password, and serve other devices no more?")
    removed = password.clear(home)
    ended = _end_signins(state) if removed else False
    text = "The password is removed." if removed else "No password was set."
    state.emit({"set": False, "removed": removed, "signed_out": ended}, text)
    if _bound(home):
        state.warn("the next start is refused with api.bind as it is; run: ccnode config unset api.bind")


@command.command("status", short_help="Say whether a password is set.")
@pass_state
def status(state: State) -> None:
    """Say whether a password is set, and since when."""
    from ccnode import clock

    home = state.node()
    known = password.read(home) is not None
    since = clock.iso(int(home.password.stat().st_mtime * 1000)) if known else None
    data = {"set": known, "since": since, "path": str(home.password)}
    state.emit(data, f"A password is set, since {since}." if known else "No password is set: ccnode password set")


def _end_signins(state: State) -> bool:
    """Have a daemon that runs end all sign-ins at once; it notices within a second by itself, too."""
    from ccnode.cli.client import Client

    client = Client(state.home, state.environment)
    if not client.running():
        return False
    with contextlib.suppress(CliError):
        client.call("DELETE", "/api/v1/signins", {})
        return True
    return False


def _bound(home: Home) -> bool:
    """Whether the settings have other devices served."""
    from ccnode import config

    try:
        return config.load(home.config).settings.api.is_beyond
    except config.ConfigError:
        return False

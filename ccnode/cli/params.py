"""Which options does every command take? The global ones, before or after its name; and how arguments are checked."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

import click

from ccnode.cli.state import State
from ccnode.cli.text import ms_of

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


def state_of(ctx: click.Context) -> State:
    """The state of this run."""
    return cast("State", ctx.find_object(State))


pass_state = click.make_pass_decorator(State)


def _set(ctx: click.Context, parameter: click.Parameter, value: object) -> None:
    """Keep a global option; one that is not given at this level leaves what another level said."""
    state = ctx.find_object(State)
    if state is not None and value and parameter.name:
        setattr(state, parameter.name, value)


def global_options(*, hidden: bool) -> list[click.Parameter]:
    """The options that every command takes; shown on the first page of help only."""
    common: dict[str, Any] = {"expose_value": False, "callback": _set, "hidden": hidden, "is_eager": True}
    return [
        click.Option(
            ["--data-dir"],
            type=click.Path(path_type=Path, file_okay=False, readable=False),  # whether it is, each command says
            metavar="DIR",
            help="The node's data directory. Default: CCNODE_DATA_DIR, else $XDG_DATA_HOME/ccnode.",
            **common,
        ),
        click.Option(["--json"], is_flag=True, help="Print results as JSON, for programs.", **common),
        click.Option(["-q", "--quiet"], is_flag=True, help="Print results only: no progress, no hints.", **common),
        click.Option(["--no-color"], is_flag=True, help="No colours; NO_COLOR does the same.", **common),
        click.Option(["--debug"], is_flag=True, help="Show where an unexpected error happened.", **common),
    ]


def _begin(ctx: click.Context) -> None:
    state = ctx.find_object(State)
    if state is not None:
        state.command = ctx.command_path.partition(" ")[2]


class Command(click.Command):
    """A command that takes the global options too, and notes its name for the envelope."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # click's own, handed on
        super().__init__(*args, **kwargs)
        self.params.extend(global_options(hidden=True))

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Note the name first, so that a mistake in the arguments is told under it."""
        _begin(ctx)
        return super().parse_args(ctx, args)


class Group(click.Group):
    """A group whose commands take the global options."""

    command_class = Command

    def __init__(self, *args: Any, **kwargs: Any) -> None:  # noqa: ANN401  # click's own, handed on
        super().__init__(*args, **kwargs)
        self.params.extend(global_options(hidden=self.name != "cli"))


Group.group_class = Group


NUMBER_MAX: Final = 2**53  # as api/ takes them: a larger one is no id, and beyond 2**63 SQLite cannot even look for it
WHOLE: Final = click.IntRange(0, NUMBER_MAX)


class Moment(click.ParamType[int]):
    """A date or time in ISO-8601; gives milliseconds since 1970."""

    name = "time"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:  # noqa: ANN401
        """Raises UsageError by way of `fail`."""
        if isinstance(value, int):
            return value
        try:
            return ms_of(str(value))
        except (ValueError, OverflowError, OSError):
            self.fail(f"{value!r} is not a time; write it like 2026-03-02 or 2026-03-02T10:11:12Z", param, ctx)


class SessionName(click.ParamType[str]):
    """A session: its id, a unique beginning of that, or `last`. Completed from the database."""

    name = "session"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401
        """As it is: what it means is looked up by the command. Fails where it is empty, as of a variable not set."""
        if not str(value).strip():
            self.fail("is empty; name a session (see: ccnode session list), or leave it out", param, ctx)
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """Ids that begin so, newest first, with their titles."""
        from ccnode.cli.complete import sessions

        return sessions(state_of(ctx), incomplete)


class MessageName(click.ParamType[str]):
    """A message: its id or a unique beginning of that. Completed from the database."""

    name = "message"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401, ARG002
        """As it is: what it means is looked up by the command."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """Ids that begin so, newest first, with the beginning of their text."""
        from ccnode.cli.complete import messages

        return messages(state_of(ctx), incomplete)


class PacketName(click.ParamType[str]):
    """A knowledge packet: its id or a unique beginning of that. Completed from the database."""

    name = "packet"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ANN401, ARG002
        """As it is: what it means is looked up by the command."""
        return str(value)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """Ids that begin so, the last that came first, with the beginning of what they claim."""
        from ccnode.cli.complete import packets

        return packets(state_of(ctx), incomplete)


OUTPUT = click.Path(path_type=Path, dir_okay=False, writable=True)
INPUT = click.Path(path_type=Path, dir_okay=False, exists=True)

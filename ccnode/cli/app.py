"""Which commands are there, and how does any of them end? The root group, its global options and the exit codes."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from typing import TYPE_CHECKING, Any, Final, cast

import click

from ccnode.cli.errors import INTERRUPTED, USAGE, CliError, defect, explained
from ccnode.cli.params import Command, Group, state_of
from ccnode.cli.state import State

if TYPE_CHECKING:
    from collections.abc import Sequence

PROGRAM: Final = "ccnode"
COMPLETE_VARIABLE: Final = "_CCNODE_COMPLETE"
MISSING: Final = "Missing command."  # as click says it

# Name -> module under ccnode.cli.commands, attribute in it, and the line that the first page of help shows, which
# is kept here so that help imports none of them (a test compares it with the command's own).
COMMANDS: Final[dict[str, tuple[str, str, str]]] = {
    "init": ("init", "command", "Make a node: its keys, its data directory, your recovery kit."),
    "run": ("daemon", "run", "Run the daemon until Ctrl-C or `ccnode stop`."),
    "stop": ("daemon", "stop", "Stop the daemon once it has finished what it is writing."),
    "status": ("daemon", "status", "Show the node, its state, address and chains."),
    "open": ("daemon", "open_page", "Open the chat page in the browser, signed in."),
    "chat": ("chat", "command", "Talk to the assistant, or ask one question with -m."),
    "session": ("session", "command", "List, show, search, branch and forget conversations."),
    "plate": ("plate", "command", "See and change who the assistant is."),
    "character": ("character", "command", "See whether the assistant stays itself."),
    "memory": ("memory", "command", "See what is remembered; edit, pin, disable or forget it."),
    "knowledge": ("knowledge", "command", "Share what you know, and promote what others share."),
    "erasure": ("erasure", "command", "See what was ordered to be forgotten, and which nodes have done it."),
    "context": ("context", "command", "Show what entered the prompt of a reply."),
    "instances": ("context", "instances", "Show the instances of the model, and what became of each."),
    "import": ("import_", "command", "Bring in conversations from other programs."),
    "export": ("export", "command", "Take out everything, in a form that others can check."),
    "audit": ("audit", "command", "Prove that nothing was altered."),
    "backup": ("backup", "command", "Make, check and put back encrypted backups."),
    "model": ("model", "command", "Choose which model answers."),
    "cost": ("cost", "command", "Show what models cost, day by day."),
    "peer": ("peer", "command", "Find, add and remove other nodes."),
    "federation": ("federation", "command", "See how this node stands to others, and switch that on and off."),
    "peers": ("federation", "also", "The same as `ccnode peer list` and `ccnode peer trust`."),
    "db": ("db", "command", "Look after the database."),
    "password": ("password", "command", "Set the password of your other devices."),
    "config": ("config", "command", "Show, check and change settings."),
    "paths": ("paths", "command", "Show where this node keeps its files."),
    "doctor": ("doctor", "command", "Check this node and this machine, and say what to mend."),
    "completion": ("completion", "command", "Print the script that completes commands in your shell."),
}


class LazyGroup(Group):
    """The root: knows its commands' names and first lines, and imports each when it is used."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        """The names, in the order in which people need them."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        """Import the command, if there is one of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, attribute, _ = COMMANDS[cmd_name]
        found = getattr(importlib.import_module(f"ccnode.cli.commands.{module}"), attribute)
        return cast("click.Command", found)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        """The table of commands, without importing any."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, _, text) in COMMANDS.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem[str]]:
        """Names of commands with their lines, and options."""
        from click.shell_completion import CompletionItem

        names = [
            CompletionItem(name, help=text) for name, (_, _, text) in COMMANDS.items() if name.startswith(incomplete)
        ]
        return names + [item for item in click.Command.shell_complete(self, ctx, incomplete) if item not in names]


def _version(ctx: click.Context, _: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if not value or ctx.resilient_parsing:
        return
    from ccnode import __version__

    state = state_of(ctx)
    state.command = "version"
    if state.json or "--json" in sys.argv:
        state.json = True
    state.emit({"version": __version__}, f"{PROGRAM} {__version__}")
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]}, invoke_without_command=True)
@click.option(
    "--version", is_flag=True, is_eager=True, expose_value=False, callback=_version, help="Show the version and exit."
)
@click.pass_context
def cli(ctx: click.Context) -> None:
    """Keeps the memory and the character of an assistant, and can prove that neither was altered.

    Begin with `ccnode init`, then `ccnode run`, then `ccnode chat`.
    """
    if ctx.invoked_subcommand is None:
        if state_of(ctx).json:
            ctx.fail(MISSING)
        click.echo(ctx.get_help())


def run(arguments: Sequence[str]) -> int:
    """Run one command line; return the exit code. Nothing but that leaves: no traceback, no exception."""
    state = State()
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _invoke(state, list(arguments))
        sys.stdout.flush()
    except BrokenPipeError:
        return _broken_pipe()
    return code


def _invoke(state: State, arguments: list[str]) -> int:
    # Not click's main(): that one answers a broken pipe and Ctrl-C in its own way.
    try:
        if instruction := state.environment.get(COMPLETE_VARIABLE):
            from click.shell_completion import shell_complete

            return shell_complete(cli, {"obj": state}, PROGRAM, COMPLETE_VARIABLE, instruction)
        with cli.make_context(PROGRAM, arguments, obj=state) as context:
            result: Any = cli.invoke(context)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (click.Abort, KeyboardInterrupt, EOFError):
        click.echo(err=True)
        if state.json and not state.emitted:
            state.fail(CliError("interrupted", code="interrupted"))
        return INTERRUPTED
    except click.ClickException as error:
        return _misused(state, error, arguments)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001  # the last place before the person; it is said in one line
        return state.fail(explained(error) or defect(error, debug=state.debug))
    return result if isinstance(result, int) and not isinstance(result, bool) else state.exit_code


def _misused(state: State, error: click.ClickException, arguments: list[str]) -> int:
    context = getattr(error, "ctx", None)
    state.json = state.json or "--json" in arguments
    if isinstance(context, click.Context):
        state.command = state.command or context.command_path.partition(" ")[2]
        remedy = f"see: {context.command_path} --help"
    else:
        remedy = f"see: {PROGRAM} --help"
    message = error.format_message()
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        if not state.json:
            click.echo(message, err=True)
            return USAGE
        message = MISSING  # a program wants one line, not the help
    if "No such command" in message and isinstance(context, click.Context) and isinstance(context.command, click.Group):
        wanted = next((word for word in arguments if not word.startswith("-") and f"'{word}'" in message), "")
        import difflib  # late: only who looks for a mistake needs it

        near = difflib.get_close_matches(wanted, context.command.list_commands(context), 1)
        if near and "Did you mean" not in message:
            message = f"{message.rstrip('.')}. Did you mean {near[0]!r}?"
    return state.fail(
        CliError(
            message, code="usage" if error.exit_code == USAGE else "failed", remedy=remedy, exit_code=error.exit_code
        )
    )


def _broken_pipe() -> int:
    """Whoever read our output has gone: end without a word, and let nothing be flushed at exit."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


__all__ = ["COMMANDS", "Command", "cli", "run"]

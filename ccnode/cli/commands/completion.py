"""How does the shell learn to complete commands? By a script that asks this program."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Final

import click

from ccnode.cli.params import Command, pass_state

if TYPE_CHECKING:
    from ccnode.cli.state import State

HOW: Final = {
    "bash": 'add to ~/.bashrc:  eval "$(ccnode completion bash)"',
    "zsh": 'add to ~/.zshrc, after compinit:  eval "$(ccnode completion zsh)"',
    "fish": "ccnode completion fish > ~/.config/fish/completions/ccnode.fish",
}


# In its own string, because only there may \b stand, by which click leaves a paragraph's lines as they are.
HELP: Final = f"""Print the script that completes commands, options, sessions and messages in your shell.

\b
bash: {HOW["bash"]}
zsh:  {HOW["zsh"]}
fish: {HOW["fish"]}
"""


@click.command(
    "completion", cls=Command, help=HELP, short_help="Print the script that completes commands in your shell."
)
@click.argument("shell", type=click.Choice(list(HOW)))
@pass_state
def command(state: State, *, shell: str) -> None:
    """Print the script; how to use it is said to people only, not to each shell that starts."""
    from click.shell_completion import get_completion_class

    from ccnode.cli import program
    from ccnode.cli.app import COMPLETE_VARIABLE, PROGRAM, cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"{shell} is not known")
    made = kind(cli, {}, PROGRAM, COMPLETE_VARIABLE)
    # Not its source(): that one starts bash to ask for its version.
    script = made.source_template % made.source_vars()
    how, path = HOW[shell], program.path()
    if path is not None:
        script, how = _asking(script, path), how.replace("ccnode completion", f"{path} completion")
    state.emit({"shell": shell, "script": script}, script)
    if sys.stdout.isatty():
        state.note(how)


def _asking(script: str, path: str) -> str:
    """The script for a program that PATH does not hold.

    Shells complete by the last part of what is typed, whatever stands before it. The script of bash then asks what was
    typed; those of zsh and fish ask the program by its bare name, which would start nothing.
    """
    lines = [line for line in script.splitlines(keepends=True) if "$+commands[" not in line]
    return re.sub(
        r"(?<=zsh_complete )ccnode(?=\))|(?<=\(commandline -t\) )ccnode(?=\))", lambda _: path, "".join(lines)
    )

"""How is a person asked? On a terminal only, with the questions on standard error; programs use options instead."""

from __future__ import annotations

import sys

import click

from ccnode.cli.errors import USAGE, CliError


def need_terminal(remedy: str) -> None:
    """Raises CliError (exit 2) where nobody could answer."""
    if not sys.stdin.isatty():
        raise CliError(
            "this asks questions, and there is no terminal to ask them on", code="usage", remedy=remedy, exit_code=USAGE
        )


def is_terminal() -> bool:
    """Whether somebody could answer."""
    return sys.stdin.isatty()


def text(question: str, default: str | None = None) -> str:
    """Ask for a line."""
    return str(click.prompt(question, default=default, err=True, type=str))


def secret(question: str, *, confirm: str | None = None, empty: bool = False) -> str:
    """Ask for a secret that is not shown; twice where `confirm` is the second question."""
    while True:
        first = _hidden(question, empty=empty)
        if not confirm or not first:
            return first
        second = _hidden(confirm, empty=True)
        if first == second:
            return first
        click.echo("These two were not the same; once more.", err=True)


def _hidden(question: str, *, empty: bool) -> str:
    default = "" if empty else None
    return str(click.prompt(question, default=default, show_default=False, hide_input=True, err=True))


def yes(question: str, *, default: bool = False) -> bool:
    """Ask for a yes or no."""
    return click.confirm(question, default=default, err=True)


def confirm(question: str) -> None:
    """Go on after a yes only. Raises CliError after a no."""
    if not yes(question):
        raise CliError("nothing was changed", code="declined")

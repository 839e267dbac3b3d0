"""Which settings hold here, are they right, and how is one changed?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from ccnode.cli.errors import FAILED
from ccnode.cli.params import Group, pass_state
from ccnode.cli.text import clean, count

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from ccnode.cli.state import State


class SettingName(click.ParamType[str]):
    """A setting's dotted name."""

    name = "setting"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """Names that begin so, with what they mean."""
        from click.shell_completion import CompletionItem

        from ccnode import config

        known = config.described()
        return [CompletionItem(one.key, help=one.description) for one in known if one.key.startswith(incomplete)]


@click.group("config", cls=Group, short_help="Show, check and change settings.")
def command() -> None:
    """Show, check and change settings. A change takes effect when the daemon starts again."""


@command.command("show", short_help="Show every setting, its value and its origin.")
@pass_state
def show(state: State) -> None:
    """Show every setting, its value, and where that is from: default, file or environment."""
    from ccnode import config

    loaded = config.load(state.home.config)
    known = [
        {
            "key": one.key,
            "value": config.plain(loaded.value(one.key)),
            "origin": loaded.origins[one.key],
            "default": config.plain(one.default),
            "variable": one.variable,
            "description": one.description,
        }
        for one in config.described()
    ]
    rows = [(str(one["key"]), _shown(one["value"]), str(one["origin"]), str(one["description"])) for one in known]
    state.table({"settings": known}, ("setting", "value", "from", "meaning"), rows)


def _shown(value: object) -> str:
    return "-" if value is None else str(value)


@command.command("check", short_help="Check the settings, and name every mistake.")
@pass_state
def check(state: State) -> int:
    """Check the file and the environment, and name every mistake with its place. Ends with 1 where there is one."""
    from ccnode import config

    path = state.home.config
    problems: tuple[config.Problem, ...] = ()
    try:
        config.load(path)
    except config.ConfigError as error:
        problems = error.problems
    data = {
        "ok": not problems,
        "path": str(path),
        "problems": [{"where": one.where, "key": one.key, "message": one.message} for one in problems],
    }
    lines = [clean(str(one)) for one in problems]
    lines.append(f"{path}: {count(len(problems), 'mistake')}" if problems else f"{path}: fine")
    state.emit(data, "\n".join(lines))
    return FAILED if problems else 0


@command.command("path")
@pass_state
def path(state: State) -> None:
    """Show where the settings file is, or would be."""
    target = state.home.config
    state.emit({"path": str(target), "exists": target.exists()}, str(target))


@command.command("set", short_help="Change a setting in the file.")
@click.argument("setting", type=SettingName())
@click.argument("value")
@pass_state
def set_value(state: State, *, setting: str, value: str) -> None:
    """Change a setting in the file, as in `ccnode config set api.port 8001`."""
    from ccnode import config
    from ccnode.store.home import is_held, write_private

    home = state.home
    text = config.changed(config.read(home.config), setting, value)
    home.make()
    write_private(home.config, text.encode())
    state.emit({"key": setting, "path": str(home.config)}, f"{setting} is set in {home.config}")
    if is_held(home):
        state.note("It takes effect when the daemon starts again: ccnode stop, ccnode run")

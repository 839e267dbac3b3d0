"""Which settings hold here, are they right, and how is one changed?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from ccnode.cli import endpoint, outward
from ccnode.cli.errors import FAILED
from ccnode.cli.params import Group, pass_state
from ccnode.cli.text import clean, count

if TYPE_CHECKING:
    from collections.abc import Callable

    from click.shell_completion import CompletionItem

    from ccnode.cli.state import State
    from ccnode.store.home import Home

CHOSEN: Final = {"models.adapter": "adapter", "models.model": "model"}  # what `ccnode model use` keeps of them
ENDPOINT: Final = frozenset({"models.model", "models.base_url"})
OUTWARD: Final = frozenset({"api.bind", "api.names", "api.certificate", "api.key"})


class SettingName(click.ParamType[str]):
    """A setting's dotted name."""

    name = "setting"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """Names that begin so, with what they mean."""
        from click.shell_completion import CompletionItem

        from ccnode import config

        known = config.described()
        return [CompletionItem(one.key, help=one.description) for one in known if one.key.startswith(incomplete)]


class SettingValue(click.ParamType[str]):
    """A setting's value. Completed where only some words fit."""

    name = "value"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem[str]]:  # noqa: ARG002
        """The words that fit the setting named before."""
        from click.shell_completion import CompletionItem

        from ccnode import config

        found = next((one for one in config.described() if one.key == ctx.params.get("setting")), None)
        words = found.type.split(" | ") if found is not None and " | " in found.type else []
        return [CompletionItem(word) for word in words if word.startswith(incomplete)]


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
    remedy = ""
    try:
        settings = config.load(path).settings
        if (why_not := endpoint.why_not(settings.models, path.name)) is not None:
            raise why_not
        if (why_not := outward.why_not(state.home, settings.api, path.name, "ccnode config check")) is not None:
            raise why_not
    except config.ConfigError as error:
        problems = error.problems
        remedy = error.remedy
    data = {
        "ok": not problems,
        "path": str(path),
        "problems": [{"where": one.where, "key": one.key, "message": one.message} for one in problems],
    }
    lines = [clean(str(one)) for one in problems]
    lines.append(f"{path}: {count(len(problems), 'mistake')}" if problems else f"{path}: fine")
    state.emit(data, "\n".join(lines))
    if problems and "config check" not in remedy:
        state.note(remedy)
    return FAILED if problems else 0


@command.command("path")
@pass_state
def path(state: State) -> None:
    """Show where the settings file is, or would be."""
    target = state.home.config
    state.emit({"path": str(target), "exists": target.exists()}, str(target))


@command.command("set", short_help="Change a setting in the file.")
@click.argument("setting", type=SettingName())
@click.argument("value", type=SettingValue())
@pass_state
def set_value(state: State, *, setting: str, value: str) -> None:
    """Change a setting in the file, as in `ccnode config set api.port 8001`.

    The value is checked first; all else in the file stays as it is, comments too. An address in api.bind that other
    devices reach is taken only once a password is set (`ccnode password set`).
    """
    from ccnode import config

    _write(state, setting, lambda text: config.changed(text, setting, value))


@command.command("unset", short_help="Take a setting out of the file.")
@click.argument("setting", type=SettingName())
@pass_state
def unset(state: State, *, setting: str) -> None:
    """Take a setting out of the file, so that its default holds, as in `ccnode config unset api.bind`."""
    from ccnode import config

    _write(state, setting, lambda text: config.removed(text, setting))


def _write(state: State, setting: str, change: Callable[[str], str]) -> None:
    """Change the file, and say what that comes to. Raises ConfigError."""
    from ccnode import config
    from ccnode.cli.commands.model import choice
    from ccnode.store.home import is_held, write_private

    home = state.home
    before = config.read(home.config)
    text = change(before)
    _check_outward(home, setting, text)
    _check_endpoint(setting, text)
    home.make()
    write_private(home.config, text.encode())
    was, now = _value(before, setting), _value(text, setting)
    known = next(one for one in config.described() if one.key == setting)
    overridden = any(name.upper() == known.variable for name in state.environment)
    running = is_held(home)
    data = {
        "key": setting,
        "before": was,
        "value": now,
        "path": str(home.config),
        "restart": running,
        "overridden": overridden,
    }
    shown = "has its default again" if now is None else "is set"
    state.emit(data, f"{setting} {shown} in {home.config}")
    if overridden:
        state.warn(f"{known.variable} is set in this environment, and wins over the file")
    if setting in CHOSEN and (other := choice(home).get(CHOSEN[setting])):
        state.warn(f"{clean(str(other))} was chosen, and wins over the file; choose another: ccnode model use")
    if running:
        state.note("It takes effect when the daemon starts again: ccnode stop, ccnode run")


def _value(text: str, setting: str) -> object:
    """What the text of a file says of a setting, None where it says nothing."""
    import tomllib

    section, _, name = setting.partition(".")
    try:
        value: object = tomllib.loads(text).get(section, {}).get(name)
    except (tomllib.TOMLDecodeError, AttributeError):
        return None
    return value


def _check_outward(home: Home, setting: str, text: str) -> None:
    """Refuse an address that other devices reach where they may not be served. Raises ConfigError.

    Only for settings of that kind: whoever mends another one must not be held up by it.
    """
    import tomllib

    from ccnode import config

    if setting not in OUTWARD:
        return
    api = config.Api.model_validate(tomllib.loads(text).get("api", {}))
    if (why_not := outward.why_not(home, api)) is not None and setting == "api.bind":
        raise why_not


def _check_endpoint(setting: str, text: str) -> None:
    """Refuse a model's name or address that could never be asked. Raises ConfigError."""
    from ccnode import config

    if setting not in ENDPOINT:
        return
    models = config.Models.model_validate({setting.partition(".")[2]: _value(text, setting)})
    if (why_not := endpoint.why_not(models)) is not None:
        raise why_not

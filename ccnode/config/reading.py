"""What are the settings here, and where is each from? Defaults, config.toml, then the environment."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from pydantic import ValidationError
from pydantic_settings.exceptions import SettingsError

from ccnode.config.errors import ConfigError, Problem
from ccnode.config.lines import line_of
from ccnode.config.settings import PREFIX, Settings, described, sections
from ccnode.later import later

if TYPE_CHECKING:
    import tomllib
    from collections.abc import Mapping
    from pathlib import Path
else:
    tomllib = later("tomllib")  # most nodes have no such file

FILE_BYTES_MAX: Final = 1 << 20
Origin = Literal["default", "file", "environment"]


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force; `origins` says for each key where its value is from."""

    settings: Settings
    origins: Mapping[str, Origin]

    def value(self, key: str) -> object:
        """The value of a dotted key."""
        section, _, name = key.partition(".")
        return getattr(getattr(self.settings, section), name)


def load(path: Path) -> Loaded:
    """Read the settings: the file at `path` (none is an empty one), and the environment over it.

    Raises:
        ConfigError: anything in them is wrong; it lists everything that is.
    """
    text = read(path)
    return evaluate(text, path.name)


def read(path: Path) -> str:
    """The file's text, "" where there is no file. Raises ConfigError."""
    try:
        with path.open("rb") as file:
            data = file.read(FILE_BYTES_MAX + 1)
        if len(data) > FILE_BYTES_MAX:
            raise ConfigError([Problem(path.name, "", f"larger than {FILE_BYTES_MAX} bytes: not a settings file")])
        return data.decode("utf-8")
    except FileNotFoundError:
        return ""
    except UnicodeDecodeError as error:
        raise ConfigError([Problem(path.name, "", f"not UTF-8 at byte {error.start}")]) from error
    except OSError as error:
        raise ConfigError([Problem(path.name, "", f"cannot be read: {error.strerror}")]) from error


def evaluate(text: str, name: str = "config.toml") -> Loaded:
    """The settings that the text of a file and the environment give. Raises ConfigError."""
    try:
        from_file = tomllib.loads(text) if text else {}
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Problem(name, "", str(error))]) from error
    except RecursionError as error:
        raise ConfigError([Problem(name, "", "nested too deeply")]) from error
    problems = _strange_variables()
    try:
        settings = Settings(**from_file)
    except ValidationError as error:
        problems += [_problem(details, from_file, text, name) for details in error.errors()]
    except SettingsError as error:
        # Of a variable that names a whole section: its value would have to be JSON.
        problems.append(Problem("environment", "", f"{error}; set single values, as {PREFIX}API__PORT"))
    except TypeError as error:
        problems.append(Problem(name, "", str(error)))
    if problems:
        raise ConfigError(problems)
    origins: dict[str, Origin] = {}
    for setting in described():
        section, _, field = setting.key.partition(".")
        in_file = isinstance(from_file.get(section), dict) and field in from_file[section]
        origins[setting.key] = "environment" if _variable(setting.variable) else "file" if in_file else "default"
    return Loaded(settings, origins)


def _variable(name: str) -> str | None:
    """The environment variable as it is spelled there: their names are matched without regard to case."""
    return next((given for given in os.environ if given.upper() == name), None)


def _strange_variables() -> list[Problem]:
    """Variables that look like settings of a section that does not exist."""
    problems = []
    for name in sorted(os.environ):
        section = name.upper().removeprefix(PREFIX).partition("__")[0].lower()
        if name.upper().startswith(PREFIX) and "__" in name and section not in Settings.model_fields:
            problems.append(Problem(name, "", f"there is no such setting{nearest(_dotted(name))}"))
    return problems


def _dotted(variable: str) -> str:
    return variable.upper().removeprefix(PREFIX).replace("__", ".").lower()


def nearest(key: str) -> str:
    """A question whether a similar setting was meant; "" where none is similar."""
    import difflib  # late: it takes longer to load than all that is here

    keys = [setting.key for setting in described()]
    near = difflib.get_close_matches(key, keys, 1, 0.5)
    if not near:
        name = key.rpartition(".")[2]
        near = [known for known in keys if known.rpartition(".")[2] == name]
    return f"; did you mean {near[0]}?" if near else ""


def _problem(details: Any, from_file: Mapping[str, Any], text: str, name: str) -> Problem:  # noqa: ANN401
    """A validation error as a person can act on it."""
    path = [str(part) for part in details["loc"]]
    key = ".".join(path[:2])
    message = str(details["msg"]).removeprefix("Value error, ")
    if details["type"] == "extra_forbidden":
        within = ".".join(path[2:])
        message = f"{within}: there is no such field" if within else f"there is no such setting{nearest(key)}"
    elif details["type"] in {"model_type", "model_attributes_type"} or (len(path) == 1 and path[0] in sections()):
        message = f"a section is expected: [{key}]"
    if len(path) > 2 and details["type"] != "extra_forbidden":  # noqa: PLR2004  # within a table of a list
        message = f"{'.'.join(path[2:])}: {message}"
    variable = _variable(PREFIX + "__".join(path[:2]).upper())
    if variable is not None:
        return Problem(variable, key, message)
    at = line_of(text, path[:2]) if path and path[0] in from_file else None
    return Problem(f"{name}:{at}" if at else name, key, message)

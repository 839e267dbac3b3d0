"""Which settings are there, what do they mean, and what are they here? Defaults, config.toml, then the environment.

Every setting is a field below with its description; a test fails where that is missing. `CCNODE_API__PORT=0` in the
environment sets `api.port`. A name that is not known is an error: a setting that does nothing would be believed.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict
from pydantic_settings.exceptions import SettingsError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

PREFIX: Final = "CCNODE_"
FILE_BYTES_MAX: Final = 1 << 20
# Read by the command line itself, before there are settings.
NOT_SETTINGS: Final = frozenset({"CCNODE_DATA_DIR", "CCNODE_OWNER_PASSPHRASE"})
Origin = Literal["default", "file", "environment"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong. `where`: "config.toml:12" or a variable's name; `key`: dotted, "" for the whole."""

    where: str
    key: str
    message: str

    def __str__(self) -> str:
        return f"{self.where}: {self.key}: {self.message}" if self.key else f"{self.where}: {self.message}"


class ConfigError(Exception):
    """The settings cannot be used. `problems` lists everything that is wrong."""

    def __init__(self, problems: Sequence[Problem], *, remedy: str = "see: ccnode config check") -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = tuple(problems)
        self.remedy = remedy


class _Section(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_default=True)


class Api(_Section):
    """Where programs and browsers on this machine reach the node."""

    host: str = Field("127.0.0.1", description="The loopback address to listen on.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one, shown by `status`.")

    @field_validator("host")
    @classmethod
    def _loopback(cls, value: str) -> str:
        try:
            fine = value == "localhost" or ipaddress.ip_address(value).is_loopback
        except ValueError:
            fine = False
        if not fine:
            raise ValueError("only a loopback address is served, as 127.0.0.1 or ::1")
        return value


class Price(_Section):
    """What a model costs from a day on, in micro-dollars for a million tokens: 2000000 is $2."""

    model: str = Field(min_length=1, max_length=200)
    since: str = Field(pattern=r"^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$")
    input: int = Field(ge=0, le=10**12)
    output: int = Field(ge=0, le=10**12)
    cache_write_5m: int | None = Field(None, ge=0, le=10**12)
    cache_write_1h: int | None = Field(None, ge=0, le=10**12)
    cache_read: int | None = Field(None, ge=0, le=10**12)
    prompt_over: int = Field(0, ge=0, le=10**9)


class Models(_Section):
    """Which model answers."""

    adapter: Literal["embedded", "anthropic"] = Field(
        "embedded", description="`embedded` answers offline from what is remembered; `anthropic` asks Anthropic's API."
    )
    model: str | None = Field(
        None,
        min_length=1,
        max_length=100,
        description="The provider's name of the model; by default that of the adapter.",
    )
    key_file: Annotated[Path | None, Field(strict=False)] = Field(
        None, description="The file with the provider's API key; by default anthropic.key in the data directory."
    )
    base_url: str | None = Field(
        None,
        max_length=2000,
        description="Another address that speaks the provider's API: of Ollama, llama.cpp, LM Studio, LiteLLM, vLLM.",
    )
    caching: bool = Field(
        default=True,
        description="Have the plate kept by the service for an hour; false where it knows no `cache_control`.",
    )
    token_counting: bool = Field(
        default=True, description="Ask the service to count tokens; false where it has no `count_tokens`."
    )
    metadata: bool = Field(
        default=False,
        description="Send an opaque name of the owner with each call; false where `metadata` is not known.",
    )
    thinking: bool = Field(
        default=False,
        description="Ask for adaptive thinking; false leaves `thinking` out, and the model to its own way.",
    )
    meaning: bool = Field(
        default=True,
        description="Have the embedded model compare meanings, not only words: some 60 MiB while it is in use.",
    )
    output_tokens_max: int = Field(
        16_384, ge=16, le=1_000_000, description="The most tokens of one reply, with what is thought before it."
    )
    prompt_tokens_max: int = Field(
        64_000,
        ge=4_000,
        le=2_000_000,
        description="The most tokens of one prompt, by an estimate that is rather too high; see docs/CONTEXT.md.",
    )
    budget_micro_dollars_per_day: int = Field(
        0,
        ge=0,
        le=10**15,
        description="What may be spent in a day (UTC), in millionths of a dollar: 1000000 is $1; 0 sets no limit.",
    )
    prices: Annotated[tuple[Price, ...], Field(strict=False)] = Field(
        (),
        max_length=1000,
        description="Prices that are not, or no longer, as built in: see docs/MODELS.md.",
    )

    @field_validator("base_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None and not re.match(r"https?://[^\s@/]+(/\S*)?$", value):
            raise ValueError("an address such as https://host/path is expected, without user or password")
        return value


class Plate(_Section):
    """How the assistant is held to its plate."""

    validate_on_spawn: bool = Field(
        default=False,
        description="Ask the model the six questions before the first reply of each conversation, and give none where"
        " it fails; each costs six short calls, so it is off, and of no use with the embedded model.",
    )


class Backup(_Section):
    """When backups are made by themselves."""

    every_hours: int = Field(6, ge=0, le=8760, description="Hours from one backup to the next; 0 makes none.")
    keep: int = Field(28, ge=1, le=100_000, description="How many of them are kept; older ones are deleted.")


class Retention(_Section):
    """How long raw samples are kept. Conversations are kept until you forget them."""

    raw_days: int = Field(90, ge=0, le=36_500, description="Days that raw samples are kept; 0 keeps them for ever.")


class Log(_Section):
    """What the daemon writes down about its own work; never the content of messages."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least weight that is logged.")


class Limits(_Section):
    """How much one client may ask for."""

    websockets: int = Field(64, ge=1, le=10_000, description="WebSocket connections at the same time.")
    upload_bytes_max: int = Field(
        8 * 2**30, ge=2**20, le=2**43, description="Bytes of one file that is uploaded to be imported."
    )


class Settings(BaseSettings):
    """All settings. Frozen: a change takes effect at the daemon's next start."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", strict=True, extra="forbid", frozen=True, validate_default=True
    )

    api: Api = Field(default_factory=Api)
    models: Models = Field(default_factory=Models)
    plate: Plate = Field(default_factory=Plate)
    backup: Backup = Field(default_factory=Backup)
    retention: Retention = Field(default_factory=Retention)
    log: Log = Field(default_factory=Log)
    limits: Limits = Field(default_factory=Limits)

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment over what the file says (given as arguments)."""
        return env_settings, init_settings


@dataclass(frozen=True, slots=True)
class Described:
    """One setting as people see it."""

    key: str
    variable: str
    type: str
    default: object
    description: str


@dataclass(frozen=True, slots=True)
class Loaded:
    """The settings in force; `origins` says for each key where its value is from."""

    settings: Settings
    origins: Mapping[str, Origin]

    def value(self, key: str) -> object:
        """The value of a dotted key."""
        section, _, name = key.partition(".")
        return getattr(getattr(self.settings, section), name)


def sections() -> dict[str, type[BaseModel]]:
    """The sections' classes by name."""
    found: dict[str, type[BaseModel]] = {}
    for name, field in Settings.model_fields.items():
        kind = field.annotation
        if not (isinstance(kind, type) and issubclass(kind, BaseModel)):
            raise TypeError(f"{name} is not a section")
        found[name] = kind
    return found


def described() -> list[Described]:
    """Every setting, in the order in which the sections are written here."""
    return [
        Described(
            key=f"{section}.{name}",
            variable=f"{PREFIX}{section.upper()}__{name.upper()}",
            type=_type_name(field.annotation),
            default=field.default,
            description=field.description or "",
        )
        for section, kind in sections().items()
        for name, field in kind.model_fields.items()
    ]


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
        from_file = tomllib.loads(text)
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
            problems.append(Problem(name, "", f"there is no such setting{_nearest(_dotted(name))}"))
    return problems


def _dotted(variable: str) -> str:
    return variable.upper().removeprefix(PREFIX).replace("__", ".").lower()


def _nearest(key: str) -> str:
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
        message = f"{within}: there is no such field" if within else f"there is no such setting{_nearest(key)}"
    elif details["type"] in {"model_type", "model_attributes_type"} or (len(path) == 1 and path[0] in sections()):
        message = f"a section is expected: [{key}]"
    if len(path) > 2 and details["type"] != "extra_forbidden":  # noqa: PLR2004  # within a table of a list
        message = f"{'.'.join(path[2:])}: {message}"
    variable = _variable(PREFIX + "__".join(path[:2]).upper())
    if variable is not None:
        return Problem(variable, key, message)
    at = line_of(text, path[:2]) if path and path[0] in from_file else None
    return Problem(f"{name}:{at}" if at else name, key, message)


def plain(value: object) -> str | int | float | bool | list[dict[str, Any]] | None:
    """A setting's value as JSON has it."""
    if isinstance(value, tuple):
        return [one.model_dump(exclude_defaults=True) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


_HEADER: Final = re.compile(r"\s*\[\s*([A-Za-z0-9_.\-\"' ]+?)\s*\]\s*(#.*)?$")
_KEY: Final = re.compile(r"\s*([A-Za-z0-9_.\-\"' ]+?)\s*=")


def line_of(text: str, path: Sequence[str]) -> int | None:
    """The line, from 1, where a key of the file stands, or its section; None where it is not found."""
    table = ""
    section_line = None
    for number, line in enumerate(text.splitlines(), 1):
        if header := _HEADER.match(line):
            table = _plain(header[1])
            if table == path[0]:
                section_line = number
        elif key := _KEY.match(line):
            full = f"{table}.{_plain(key[1])}".lstrip(".")
            if full == ".".join(path):
                return number
            if full == path[0]:
                section_line = number
    return section_line


def _plain(key: str) -> str:
    return ".".join(part.strip().strip("\"'") for part in key.split("."))


def changed(text: str, key: str, value: str) -> str:
    """The text of a settings file in which `key` is `value` (as in TOML, or a text without quotes).

    What stands in the file's other lines stays, comments too. The environment is left out of it.

    Raises:
        ConfigError: there is no such setting, the value does not fit, or the file is written in a way that has to be
            changed by hand.
    """
    known = {setting.key: setting for setting in described()}
    if key not in known:
        problem = Problem("config", key, f"there is no such setting{_nearest(key)}")
        raise ConfigError([problem], remedy="see: ccnode config show")
    before = tomllib.loads(text) if text else {}
    literal = _literal(key, value)
    result = _put(text, key, literal)
    section, _, name = key.partition(".")
    wanted = {**before, section: {**before.get(section, {}), name: tomllib.loads(f"x = {literal}")["x"]}}
    try:
        fits = tomllib.loads(result) == wanted
    except tomllib.TOMLDecodeError:
        fits = False
    if not fits:
        raise ConfigError(
            [Problem("config.toml", key, "the file is written in a way that cannot be changed from here")],
            remedy="change it in an editor; see: ccnode config path",
        )
    try:
        sections()[section].model_validate(wanted[section])
    except ValidationError as error:
        problems = [Problem("config", key, str(one["msg"]).removeprefix("Value error, ")) for one in error.errors()]
        raise ConfigError(problems, remedy="see: ccnode config show") from error
    return result


def _literal(key: str, value: str) -> str:
    """The value as TOML: as given where that fits the setting, else as a text."""
    section, _, name = key.partition(".")
    quoted = '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    for candidate in (value, quoted):
        try:
            parsed = tomllib.loads(f"x = {candidate}")
            if list(parsed) != ["x"] or "\n" in candidate:
                continue
            sections()[section].model_validate({name: parsed["x"]})
        except (tomllib.TOMLDecodeError, ValidationError):
            continue
        return candidate
    try:
        tomllib.loads(f"x = {quoted}")
    except tomllib.TOMLDecodeError as error:
        raise ConfigError([Problem("config", key, "the value has control characters")]) from error
    return value if re.fullmatch(r"-?\d{1,18}|true|false", value) else quoted


def _put(text: str, key: str, literal: str) -> str:
    section, _, name = key.partition(".")
    lines = text.splitlines()
    at = line_of(text, [section, name])
    if at is not None and (match := _KEY.match(lines[at - 1])) and _plain(match[1]).endswith(name):
        indent = lines[at - 1][: len(lines[at - 1]) - len(lines[at - 1].lstrip())]
        lines[at - 1] = f"{indent}{match[1]} = {literal}"
    else:
        headers = {_plain(m[1]): number for number, line in enumerate(lines) if (m := _HEADER.match(line))}
        header = headers.get(section)
        if header is None:
            lines += [*([""] if lines else []), f"[{section}]", f"{name} = {literal}"]
        else:
            lines.insert(header + 1, f"{name} = {literal}")
    return "\n".join(lines) + "\n"


def _type_name(annotation: object) -> str:
    text = str(annotation) if not isinstance(annotation, type) else annotation.__name__
    if "Literal[" in text:
        return text[text.index("[") + 1 : text.index("]")].replace("'", "").replace(", ", " | ")
    if text.startswith("tuple["):
        return "list of tables"
    if text == "bool":
        return "true | false"
    for full, short in (("pathlib.Path", "path"), ("Path", "path"), ("int", "number"), ("str", "text")):
        if full in text:
            return short
    return text

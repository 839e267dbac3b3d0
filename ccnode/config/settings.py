"""Which settings are there, and what do they mean?

Every setting is a field below with its description; a test fails where that is missing.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

PREFIX: Final = "CCNODE_"
# Read by the command line itself, before there are settings.
NOT_SETTINGS: Final = frozenset({"CCNODE_DATA_DIR", "CCNODE_OWNER_PASSPHRASE", "CCNODE_PASSWORD"})
ALL: Final = "*"  # as an address to listen on: all that this machine has
_LABEL: Final = r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
HOST_NAME: Final = rf"{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?"


class _Section(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, validate_default=True)


class Api(_Section):
    """Where programs and browsers reach the node: those of this machine, and your other devices."""

    host: str = Field("127.0.0.1", description="The loopback address on which this machine itself is served.")
    port: int = Field(8000, ge=0, le=65535, description="The port to listen on; 0 takes a free one, shown by `status`.")
    bind: str = Field(
        "127.0.0.1",
        max_length=64,
        description="The address on which your other devices reach the page, by TLS and with a password: one of this"
        " machine, or `*` for all that it has (as 0.0.0.0 and ::). A loopback address serves no other device.",
    )
    bind_port: int = Field(
        8443, ge=0, le=65535, description="The port for your other devices; 0 takes a free one, shown by `status`."
    )
    names: str = Field(
        "",
        max_length=2000,
        description="Further host names under which your other devices reach the page, as `node.example, me.example`.",
    )
    certificate: Annotated[Path | None, Field(strict=False)] = Field(
        None,
        description="A certificate of your own (PEM, with those it rests on) for your other devices; by default one"
        " is made, web.pem.",
    )
    key: Annotated[Path | None, Field(strict=False)] = Field(
        None, description="The private key of that certificate (PEM); by default it stands in the same file."
    )

    @field_validator("host")
    @classmethod
    def _loopback(cls, value: str) -> str:
        try:
            fine = value == "localhost" or ipaddress.ip_address(value).is_loopback
        except ValueError:
            fine = False
        if not fine:
            raise ValueError("only a loopback address is served, as 127.0.0.1 or ::1; see api.bind for other devices")
        return value

    @field_validator("bind")
    @classmethod
    def _bindable(cls, value: str) -> str:
        if value in {ALL, "localhost"}:
            return value
        try:
            address = ipaddress.ip_address(value)
        except ValueError as error:
            raise ValueError("an IP address of this machine is expected, or * for all; no name") from error
        if address.is_multicast:
            raise ValueError("nobody can be served on a multicast address")
        return value

    @field_validator("names")
    @classmethod
    def _names(cls, value: str) -> str:
        for name in names_in(value):
            if not re.fullmatch(HOST_NAME, name):
                raise ValueError(f"{name[:80]!r} is no host name; write them as node.example, me.example:443")
        return value

    @property
    def is_beyond(self) -> bool:
        """Whether other devices are to be served too."""
        return self.bind == ALL or (self.bind != "localhost" and not ipaddress.ip_address(self.bind).is_loopback)


def names_in(value: str) -> tuple[str, ...]:
    """The host names of `api.names`, each once."""
    return tuple(dict.fromkeys(name for part in value.split(",") if (name := part.strip().lower())))


class Federation(_Section):
    """How this node meets your other nodes, and those of others."""

    enabled: bool = Field(
        default=True, description="Listen for other nodes, and call those that were added; false leaves a node alone."
    )
    host: str = Field(
        "*",
        max_length=64,
        description="The address on which other nodes reach this one; `*` is all that this machine has.",
    )
    port: int = Field(
        8101, ge=0, le=65535, description="The port for other nodes; 0 takes a free one, shown by `federation status`."
    )
    discovery: bool = Field(
        default=True,
        description="Announce this node on the local network by mDNS, and list those that do the same; never who you"
        " are: only its identifier, version and port.",
    )

    @field_validator("host")
    @classmethod
    def _address(cls, value: str) -> str:
        if value != "*":
            try:
                ipaddress.ip_address(value)
            except ValueError as error:
                raise ValueError("an IP address of this machine is expected, or * for all") from error
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
    federation: Federation = Field(default_factory=Federation)
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


def plain(value: object) -> str | int | float | bool | list[dict[str, Any]] | None:
    """A setting's value as JSON has it."""
    if isinstance(value, tuple):
        return [one.model_dump(exclude_defaults=True) for one in value]
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)

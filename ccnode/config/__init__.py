"""Which settings are there, what do they mean, and what are they here? Defaults, config.toml, then the environment.

`CCNODE_API__PORT=0` in the environment sets `api.port`. A name that is not known is an error: a setting that does
nothing would be believed.

settings.py says what can be set, reading.py what is set, writing.py changes it.
"""

from __future__ import annotations

from ccnode.config.beyond import why_not_beyond
from ccnode.config.errors import ConfigError, Problem
from ccnode.config.lines import line_of
from ccnode.config.reading import FILE_BYTES_MAX, Loaded, Origin, evaluate, load, read
from ccnode.config.settings import (
    NOT_SETTINGS,
    PREFIX,
    Api,
    Backup,
    Described,
    Federation,
    Limits,
    Log,
    Models,
    Plate,
    Price,
    Retention,
    Settings,
    described,
    names_in,
    plain,
    sections,
)
from ccnode.config.writing import changed, removed

__all__ = [
    "FILE_BYTES_MAX",
    "NOT_SETTINGS",
    "PREFIX",
    "Api",
    "Backup",
    "ConfigError",
    "Described",
    "Federation",
    "Limits",
    "Loaded",
    "Log",
    "Models",
    "Origin",
    "Plate",
    "Price",
    "Problem",
    "Retention",
    "Settings",
    "changed",
    "described",
    "evaluate",
    "line_of",
    "load",
    "names_in",
    "plain",
    "read",
    "removed",
    "sections",
    "why_not_beyond",
]

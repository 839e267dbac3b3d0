"""What can be wrong with the settings?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


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

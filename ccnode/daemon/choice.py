"""Which model answers? Makes the adapter that the settings name, and remembers a choice made while running."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from ccnode.models.base import ModelError
from ccnode.models.embedded import EmbeddedModel
from ccnode.store.errors import Conflict, StoreError
from ccnode.store.home import Home, read_private, write_private

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.models.base import ModelAdapter

ADAPTERS: Final = ("embedded", "anthropic")
KEY_FILE: Final = "anthropic.key"


def choice_path(home: Home) -> Path:
    """Where a choice made while running is kept; it wins over the settings."""
    return home.root / "model.json"


class ModelChoice:
    """The adapter in use. Replies that are being written keep the adapter they began with."""

    def __init__(
        self, home: Home, adapter: str, model: str | None, base_url: str | None, key_file: Path | None
    ) -> None:
        self._home = home
        self._base_url = base_url
        self._key_file = key_file or home.root / KEY_FILE
        self.problem: str | None = None
        self._embedded = EmbeddedModel()
        self._chosen: ModelAdapter = self._embedded
        chosen = _read(home)
        adapter, model = chosen.get("adapter", adapter), chosen.get("model", model)
        try:
            self._chosen = self._make(adapter, model)
        except (ModelError, StoreError) as error:
            self.problem = f"{adapter} cannot be used, the embedded model answers: {error}. {error.remedy}"

    def current(self) -> ModelAdapter:
        """The adapter for the next reply."""
        return self._chosen

    def describe(self) -> dict[str, Any]:
        """What GET /api/v1/model gives."""
        return {"current": self._chosen.name, "available": list(ADAPTERS), "problem": self.problem}

    async def use(self, adapter: str, model: str | None) -> dict[str, Any]:
        """Answer with another model from now on.

        Raises:
            Conflict: there is no such adapter, or it is not configured (no key).
            StoreError: the choice cannot be kept.
        """
        try:
            made = self._make(adapter, model)
        except ModelError as error:
            raise Conflict(str(error), remedy=error.remedy) from error
        write_private(choice_path(self._home), json.dumps({"adapter": adapter, "model": model}).encode())
        former, self._chosen, self.problem = self._chosen, made, None
        if former is not self._embedded:
            await former.close()
        return self.describe()

    async def close(self) -> None:
        """Release what the adapter holds."""
        await self._chosen.close()

    def _make(self, adapter: str, model: str | None) -> ModelAdapter:
        if adapter == "embedded":
            return self._embedded
        if adapter != "anthropic":
            raise ModelError(
                "not_configured", f"there is no model adapter {adapter!r}", remedy=f"use one of {ADAPTERS}"
            )
        from ccnode.models.anthropic_adapter import DEFAULT_MODEL, AnthropicAdapter
        from ccnode.models.keys import read_key_file

        return AnthropicAdapter(read_key_file(self._key_file), model or DEFAULT_MODEL, self._base_url)


def _read(home: Home) -> dict[str, Any]:
    try:
        value = json.loads(read_private(choice_path(home)))
    except (StoreError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}

"""Which model answers? Makes the adapter that the settings name, and remembers a choice made while running."""

from __future__ import annotations

import contextlib
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from ccnode import clock
from ccnode.later import is_made, later, made_later
from ccnode.store.errors import Conflict, StoreError
from ccnode.store.home import Home, read_private, write_private

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ccnode.config import Models
    from ccnode.daemon.costs import Costs
    from ccnode.models import base, embedded, retirement
    from ccnode.models.base import ModelAdapter
    from ccnode.models.embedded import EmbeddedModel
else:
    base = later("ccnode.models.base")
    embedded = later("ccnode.models.embedded")
    retirement = later("ccnode.models.retirement")

ADAPTERS: Final = ("embedded", "anthropic")
KEY_FILE: Final = "anthropic.key"
USER_ID_CHARS: Final = 32


def choice_path(home: Home) -> Path:
    """Where a choice made while running is kept; it wins over the settings, in what it names."""
    return home.root / "model.json"


class ModelChoice:
    """The adapter in use. Replies that are being written keep the adapter they began with."""

    def __init__(
        self,
        home: Home,
        settings: Models,
        costs: Costs,
        *,
        owner: str = "",
        now_ms: Callable[[], int] = clock.now_ms,
    ) -> None:
        """`owner`: the owner's id, of which services that take metadata get a digest."""
        self._home = home
        self._settings = settings
        self.costs = costs
        self._user_id = sha256(f"ccnode metadata/{owner}".encode()).hexdigest()[:USER_ID_CHARS] if owner else ""
        self._now_ms = now_ms
        self._key_file = settings.key_file or home.root / KEY_FILE
        self.problem: str | None = None
        self._embedded = made_later(self._offline)
        self._chosen: ModelAdapter = self._embedded
        chosen = _read(home)
        adapter, model = chosen.get("adapter", settings.adapter), chosen.get("model")
        try:
            self._chosen = self._make(adapter, model)
        except (base.ModelError, StoreError) as error:
            self.problem = f"{adapter} cannot be used, the embedded model answers: {error}. {error.remedy}"

    def _offline(self) -> EmbeddedModel:
        from ccnode.models.meaning import Meaning

        return embedded.EmbeddedModel(Meaning() if self._settings.meaning else None)

    async def open(self) -> None:
        """Read what was spent today. Raises StoreError."""
        await self.costs.open()

    def current(self) -> ModelAdapter:
        """The adapter for the next reply."""
        return self._chosen

    def describe(self) -> dict[str, Any]:
        """What GET /api/v1/model gives."""
        return {
            "current": self._chosen.name,
            "available": list(ADAPTERS),
            "problem": self.problem,
            "warning": self.warning,
        }

    @property
    def warning(self) -> str | None:
        """What its owner should know of the model in use: that it will soon be gone."""
        adapter, _, model = self._chosen.name.partition("/")
        if adapter != "anthropic":
            return None
        return retirement.retirement_warning(model, datetime.fromtimestamp(self._now_ms() / 1000, UTC).date())

    def rest(self) -> bool:
        """Let go of what the embedded model loaded and has not used for a while; whether there was any."""
        return is_made(self._embedded) and self._embedded.rest()

    def forget(self) -> None:
        """Have the embedded model keep nothing of what it has read: something of it has been erased."""
        if is_made(self._embedded):
            self._embedded.forget()

    async def warm(self) -> None:
        """Have the adapter load what it needs, so that the first reply does not wait for it."""
        warm = getattr(self._chosen, "warm", None) if self._chosen is not self._embedded else None
        if warm is not None:
            with contextlib.suppress(base.ModelError):  # the first reply will say it
                await warm()

    async def use(self, adapter: str, model: str | None) -> dict[str, Any]:
        """Answer with another model from now on.

        Raises:
            Conflict: there is no such adapter, or it is not configured (no key).
            StoreError: the choice cannot be kept.
        """
        try:
            made = self._make(adapter, model)
        except base.ModelError as error:
            raise Conflict(str(error), remedy=error.remedy) from error
        write_private(choice_path(self._home), json.dumps({"adapter": adapter, "model": model}).encode())
        former, self._chosen, self.problem = self._chosen, made, None
        if former is not self._embedded:
            await getattr(former, "retire", former.close)()
        return self.describe()

    async def close(self) -> None:
        """Release what the adapter holds; everything spent is written down."""
        if is_made(self._chosen):
            await self._chosen.close()
        await self.costs.close()

    def _make(self, adapter: str, model: str | None) -> ModelAdapter:
        if adapter == "embedded":
            return self._embedded
        if adapter != "anthropic":
            raise base.ModelError(
                "not_configured", f"there is no model adapter {adapter!r}", remedy=f"use one of {ADAPTERS}"
            )
        from ccnode.models.anthropic_adapter import AnthropicAdapter
        from ccnode.models.anthropic_endpoint import DEFAULT_MODEL, Capabilities
        from ccnode.models.keys import read_key_file

        known = self._settings
        return AnthropicAdapter(
            read_key_file(self._key_file),
            model or known.model or DEFAULT_MODEL,
            known.base_url,
            can=Capabilities(known.caching, known.token_counting, known.metadata, known.thinking),
            user_id=self._user_id,
            account=self.costs,
        )


def _read(home: Home) -> dict[str, Any]:
    try:
        value = json.loads(read_private(choice_path(home)))
    except (StoreError, ValueError, RecursionError):
        return {}
    if not isinstance(value, dict) or not isinstance(value.get("adapter"), str):
        return {}
    return value if isinstance(value.get("model"), str | None) else {}

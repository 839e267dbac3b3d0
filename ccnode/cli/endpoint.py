"""Can the settings name a model and an address to ask? As the adapter would judge them at its start."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccnode.config import ConfigError
    from ccnode.config.settings import Models


def why_not(models: Models, where: str = "config") -> ConfigError | None:
    """What keeps a service from being asked, None where nothing does. `where`: the file, or what else says so."""
    from ccnode.config import ConfigError, Problem
    from ccnode.models.anthropic_endpoint import checked_model, checked_url
    from ccnode.models.base import ModelError

    problems, remedy = [], ""
    try:
        checked_model(models.model) if models.model is not None else None
    except ModelError as error:
        problems.append(Problem(where, "models.model", str(error)))
        remedy = error.remedy
    try:
        checked_url(models.base_url, plain_http=False) if models.base_url is not None else None
    except ModelError as error:
        problems.append(Problem(where, "models.base_url", str(error)))
        remedy = error.remedy
    return ConfigError(problems, remedy=remedy) if problems else None

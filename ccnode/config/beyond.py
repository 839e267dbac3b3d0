"""May other devices be served as the settings say? Not without a password, nor without TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ccnode.config.errors import ConfigError, Problem

if TYPE_CHECKING:
    from ccnode.config.settings import Api

KEY: Final = "api.bind"


def why_not_beyond(
    api: Api, *, has_password: bool, without_tls: str = "", remedy: str = "", where: str = "config", then: str = ""
) -> ConfigError | None:
    """What keeps other devices from being served, None where nothing does or none are to be.

    `without_tls`: why TLS cannot be had; `remedy`: what to do about that. `where`: the file, or what else
    says so. `then`: what is to be done once there is a password; by default the setting itself.
    """
    if not api.is_beyond:
        return None
    if not has_password:
        bind = "'*'" if api.bind == "*" else api.bind
        problem = f"{api.bind} is reached by other devices, and no password is set"
        return ConfigError(
            [Problem(where, KEY, problem)],
            remedy=f"run: ccnode password set, then: {then or f'ccnode config set api.bind {bind}'}",
        )
    if without_tls:
        problem = f"{api.bind} is reached by other devices, and TLS cannot be had: {without_tls}"
        return ConfigError([Problem(where, KEY, problem)], remedy=remedy)
    return None

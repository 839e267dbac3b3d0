"""May other devices be served as the settings say? Asked before a setting is written, when checked, and at a start."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ccnode.cli.checks import Check
    from ccnode.cli.state import State
    from ccnode.config import Api, ConfigError
    from ccnode.net.webcert import Web
    from ccnode.store.home import Home


def why_not(home: Home, api: Api, where: str = "config", then: str = "") -> ConfigError | None:
    """What keeps other devices from being served, None where nothing does or none are to be.

    `where`, `then`: see config.why_not_beyond. Where they are to be, the certificate is made here: what makes it would
    stay in a daemon's memory for good.
    """
    if not api.is_beyond:
        return None
    from ccnode.config import why_not_beyond
    from ccnode.net.errors import KeyFileError
    from ccnode.store import password

    without_tls = remedy = ""
    has_password = password.read(home) is not None
    if has_password:
        try:
            certificate(home, api)
        except KeyFileError as error:
            without_tls, remedy = str(error), error.remedy
    return why_not_beyond(
        api, has_password=has_password, without_tls=without_tls, remedy=remedy, where=where, then=then
    )


def certificate(home: Home, api: Api) -> Web:
    """What other devices are served with. Raises KeyFileError."""
    from ccnode import clock
    from ccnode.config import names_in
    from ccnode.net import webcert

    own, key = (home.root / path.expanduser() if path else None for path in (api.certificate, api.key))
    now = webcert.moment(clock.now_ms())
    return webcert.serving(home.web_key, api.bind, names_in(api.names), own, key, now)


def judged(state: State, home: Home) -> Check:
    """What `doctor` says: whether the owner's other devices are served, or could be."""
    from ccnode import config
    from ccnode.cli.checks import Check
    from ccnode.cli.client import Client

    name, client = "other devices", Client(home, state.environment)
    try:
        api = config.load(home.config).settings.api
    except config.ConfigError:
        return Check(name, "warn", "not checked: the settings are wrong", "see: ccnode config check")
    if not api.is_beyond:
        return Check(name, "ok", "are not served: api.bind is a loopback address")
    if (why := why_not(home, api, then="ccnode run")) is not None:
        return Check(name, "fail", str(why.problems[0].message), why.remedy)
    facts = (client.get("/api/v1/status").get("outward") or {}) if client.running() else {}
    if facts.get("problem"):
        return Check(name, "warn", str(facts["problem"]), "see: ccnode status")
    where = ", ".join(facts.get("urls") or []) or f"at {api.bind} once the daemon starts"
    return Check(name, "ok", f"are served {where}")

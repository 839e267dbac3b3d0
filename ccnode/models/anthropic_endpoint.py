"""Where is the Messages API spoken to, how long is it waited for, and what does the server there understand?

Other servers speak it too (Ollama, llama.cpp, LM Studio, LiteLLM, vLLM), without some of its fields: what a capability
says is missing is never sent.
"""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from ccnode.models.base import ModelError

DEFAULT_MODEL: Final = "claude-sonnet-5-5"
DEFAULT_BASE_URL: Final = "https://api.anthropic.com"

_URL = re.compile(r"https?://[\x21-\x7e]{1,2000}")
_MODEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127}")


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds: to connect, between two reads (pings of the server count), and for one whole attempt."""

    connect_s: float = 10
    read_s: float = 30
    total_s: float = 600


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What the server understands; a field of the API that belongs to what is off is not sent.

    caching: `cache_control` on the system text. token_counting: the count_tokens address. metadata: `metadata.user_id`,
    an opaque name of the owner. thinking: `thinking`, adaptive and not shown.
    """

    caching: bool = True
    token_counting: bool = True
    metadata: bool = False
    thinking: bool = False


def checked_model(model: str) -> str:
    """The name, if it can be one. Raises ModelError(kind="not_configured")."""
    if not _MODEL.fullmatch(model):
        msg = "model is not a model name (letters, digits and . _ : / @ -, at most 128)"
        raise ModelError("not_configured", msg, remedy=f"set it to a name like {DEFAULT_MODEL}")
    return model


def checked_url(url: str, *, plain_http: bool) -> str:
    """The address, when the key and the conversation may be sent there. Raises ModelError(kind="not_configured").

    `plain_http` permits http:// to other hosts than this one.
    """
    problem = ""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        problem = "is not an address"
    else:
        if not _URL.fullmatch(url) or not host:
            problem = "is not an http or https address"
        elif "@" in parts.netloc:
            problem = "holds a user name or password"  # it would appear in every log of the address
        elif parts.query or parts.fragment:
            problem = "has a query or fragment"
        elif parts.scheme == "http" and not plain_http and not is_loopback(url):
            problem = "would send the key and the conversation unencrypted"
    if problem:
        remedy = "use https://HOST[/PATH], or http:// for a server on this machine"
        raise ModelError("not_configured", f"base_url {problem}", remedy=remedy)
    return url


def is_loopback(url: str) -> bool:
    """Whether the address is on this machine."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False

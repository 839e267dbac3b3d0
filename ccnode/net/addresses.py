"""Where is a node? Host and port, as people write them and as they are shown."""

from __future__ import annotations

import ipaddress
from typing import Final

from ccnode.net.errors import CallError
from ccnode_protocol.invitation import is_address

PORT: Final = 8101
PORT_MAX: Final = 65_535


def parsed(address: str) -> tuple[str, int]:
    """Host and port of "host", "host:port", "[v6]:port" or "v6"; the port is 8101 where there is none.

    Raises:
        CallError: it is none of these.
    """
    text = address.strip()
    host, port = text, str(PORT)
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        port = rest.removeprefix(":") or port
    elif text.count(":") == 1:
        host, _, port = text.partition(":")
    is_number = port.isascii() and port.isdigit() and 0 < int(port[:6]) <= PORT_MAX
    if not is_address(text) or not _is_host(host) or not is_number:
        raise CallError(f"{address[:80]!r} is no address", remedy="give host and port, as in 192.168.1.7:8101")
    return host, int(port)


def _is_host(host: str) -> bool:
    if ":" in host or "%" in host:
        try:
            ipaddress.IPv6Address(host)
        except ValueError:
            return False
        return True
    return bool(host) and not any(char in "/@?#\\\"'<>[]" for char in host)


def shown(host: str, port: int) -> str:
    """The address as it is shown; one of IPv4 that comes mapped into IPv6 as what it is."""
    host = plain(host)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def plain(host: str) -> str:
    """An address of IPv4 that is mapped into IPv6 as one of IPv4; anything else as it is."""
    try:
        found = ipaddress.ip_address(host)
    except ValueError:
        return host
    mapped = found.ipv4_mapped if isinstance(found, ipaddress.IPv6Address) else None
    return str(mapped or found)


def group(host: str) -> str:
    """What one stranger can easily have many of counts as one: an IPv6 network of 64 bits."""
    try:
        found = ipaddress.ip_address(plain(host).partition("%")[0])
    except ValueError:
        return host
    if found.version == 4:  # noqa: PLR2004
        return str(found)
    return str(ipaddress.ip_network((found, 64), strict=False).network_address)

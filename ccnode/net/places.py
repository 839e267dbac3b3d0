"""Where is this machine, and how is a place on the network written?

A place is written `host:port`, an IPv6 address in brackets: `192.0.2.7:8101`, `[2001:db8::7]:8101`.
"""

from __future__ import annotations

import ipaddress
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

ALL: Final = "*"  # as a host to listen on: all that this machine has


class Own(NamedTuple):
    """An address of this machine, and the number of the interface that has it."""

    ip: str
    interface: int


def place(ip: str, port: int) -> str:
    """How an IP address and a port are written together."""
    return f"[{ip}]:{port}" if ":" in ip else f"{ip}:{port}"


def own_addresses(host: str = ALL) -> tuple[Own, ...]:
    """The addresses at which this machine can be reached, when it listens on `host`; in a settled order.

    Loopback addresses only where there are no others. Link-local IPv6 addresses are left out: without the name of an
    interface, which differs from machine to machine, nobody can call them.
    """
    import ifaddr  # late: it asks the linker's cache for the C library, which takes a process

    found = {
        Own(str(one.ip[0] if isinstance(one.ip, tuple) else one.ip), adapter.index or 0)
        for adapter in ifaddr.get_adapters()
        for one in adapter.ips
    }
    if host != ALL:
        wanted = ipaddress.ip_address(host)
        if not wanted.is_unspecified:
            return tuple(own for own in sorted(found) if ipaddress.ip_address(own.ip) == wanted)
        found = {own for own in found if wanted.version == 6 or ":" not in own.ip}  # noqa: PLR2004  # :: takes both
    usable = [own for own in found if not _elsewhere_useless(ipaddress.ip_address(own.ip))]
    rest = [own for own in found if ipaddress.ip_address(own.ip).is_loopback]
    return tuple(sorted(usable or rest, key=_rank))


def worth_calling(ips: Iterable[str], *, loopback: bool) -> list[str]:
    """Those of the addresses that others announced which could be a node's, each once and in their order.

    `loopback`: this machine has no other addresses, so that only nodes on it can be heard of.
    """
    kept: dict[str, None] = {}
    for text in ips:
        try:
            ip = ipaddress.ip_address(text)
        except ValueError:
            continue
        if ip.is_multicast or ip.is_unspecified or ip.is_reserved or (ip.is_loopback and not loopback):
            continue
        kept[text] = None
    return list(kept)


def _elsewhere_useless(ip: IPAddress) -> bool:
    return ip.is_loopback or (ip.version == 6 and ip.is_link_local)  # noqa: PLR2004


def _rank(own: Own) -> tuple[bool, bool, Own]:
    """IPv4 first: where both work, fewer networks break it."""
    ip = ipaddress.ip_address(own.ip)
    return ip.is_link_local, ip.version == 6, own  # noqa: PLR2004

"""Which nodes were heard of on the local network? A bounded list of hints, none of them trusted.

Anybody on the network can announce anything. So nothing here says that a node is there, or is who it is said to be: the
handshake does. Once the list is full, newcomers are left out, except nodes that are known already: nobody can push
another out by announcing much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ccnode.net.places import place, worth_calling
from ccnode_crypto.errors import KeyFormatError
from ccnode_crypto.keys import from_text
from ccnode_protocol.limits import ADDRESSES_MAX
from ccnode_protocol.manifest import cleaned

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

FOUND_MAX: Final = 1024  # announcements that are kept
KNOWN_MAX: Final = 1024  # and as many more, of nodes that are known
PER_NODE_MAX: Final = 4  # announcements that name the same node
ID_CHARS_MAX: Final = 128
VERSION_CHARS_MAX: Final = 32
TTL_MAX_S: Final = 4500  # what mDNS recommends; who asks for more gets that
PORT_MAX: Final = 65_535


@dataclass(frozen=True, slots=True)
class Found:
    """What was announced of a node: hints.

    `node`: its key, 32 bytes. `name`: the announcement's, as it may be shown. `version`: of its program, "" where it
    says none. `addresses`: `host:port`, at most 8 (of several announcements: 32). `heard_s`: when it was last heard, by
    the clock that was given.
    """

    node: bytes
    name: str
    version: str
    addresses: tuple[str, ...]
    heard_s: float


@dataclass(slots=True)
class _Kept:
    told: Found
    until_s: float


def read_announcement(
    instance: str,
    properties: Mapping[bytes, bytes | None],
    ips: Sequence[str],
    port: int | None,
    *,
    now_s: float,
    loopback: bool,
) -> Found | None:
    """What an announcement says; None where it names no node, or no address to call."""
    said = properties.get(b"id") or b""
    if len(said) > ID_CHARS_MAX or not port or not 0 < port <= PORT_MAX:
        return None
    try:
        node = from_text("node", said.decode("ascii"))
    except (KeyFormatError, UnicodeDecodeError):
        return None
    addresses = tuple(place(ip, port) for ip in worth_calling(ips, loopback=loopback)[:ADDRESSES_MAX])
    if not addresses:
        return None
    version = (properties.get(b"version") or b"")[: 4 * VERSION_CHARS_MAX].decode("utf-8", "replace")
    return Found(node, cleaned(instance), cleaned(version, VERSION_CHARS_MAX), addresses, now_s)


class Finds:
    """The list. `known` says of a node key whether its owner is met already; times are seconds of one clock."""

    def __init__(self, own: bytes, known: Callable[[bytes], bool]) -> None:
        self._own = own
        self._known = known
        self._kept: dict[str, _Kept] = {}
        self.left_out = 0  # announcements for which there was no room

    def __contains__(self, instance: str) -> bool:
        return instance in self._kept

    @property
    def full(self) -> bool:
        """Whether only nodes that are known are taken."""
        return len(self._kept) >= FOUND_MAX

    def put(self, instance: str, told: Found, ttl_s: float) -> bool:
        """Keep or renew it; whether that changes what is listed."""
        before = self._kept.get(instance)
        if told.node == self._own:
            return self.drop(instance)
        if before is None and not self._has_room(told.node):
            self.left_out += 1
            return False
        self._kept[instance] = _Kept(told, told.heard_s + min(max(ttl_s, 0), TTL_MAX_S))
        return before is None or _shown(before.told) != _shown(told)

    def drop(self, instance: str) -> bool:
        """It said goodbye; whether it was listed."""
        return self._kept.pop(instance, None) is not None

    def expire(self, now_s: float) -> bool:
        """Forget what was not renewed in its time; whether there was any."""
        gone = [instance for instance, kept in self._kept.items() if kept.until_s <= now_s]
        for instance in gone:
            del self._kept[instance]
        return bool(gone)

    def clear(self) -> None:
        """Forget all."""
        self._kept.clear()

    def all(self) -> list[Found]:
        """Each node once, with the addresses of all its announcements, those heard last first."""
        merged: dict[bytes, Found] = {}
        for kept in sorted(self._kept.values(), key=lambda one: -one.told.heard_s):
            told = kept.told
            first = merged.setdefault(told.node, told)
            if first is not told:
                addresses = tuple(dict.fromkeys((*first.addresses, *told.addresses)))
                merged[told.node] = Found(told.node, first.name, first.version, addresses, first.heard_s)
        return sorted(merged.values(), key=lambda found: (found.name, found.node))

    def instances(self) -> list[tuple[str, float]]:
        """What is listed by its announcement's name, with the time until which it holds."""
        return [(instance, kept.until_s) for instance, kept in self._kept.items()]

    def _has_room(self, node: bytes) -> bool:
        if sum(kept.told.node == node for kept in self._kept.values()) >= PER_NODE_MAX:
            return False
        return len(self._kept) < FOUND_MAX or (len(self._kept) < FOUND_MAX + KNOWN_MAX and self._known(node))


def _shown(told: Found) -> tuple[object, ...]:
    return told.node, told.name, told.version, frozenset(told.addresses)

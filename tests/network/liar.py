"""What does somebody announce who means harm? Run on a machine of tests/network/test_discovery.py.

python liar.py flood     10,000 nodes, each with keys of its own, as fast as they go
python liar.py nonsense  names, texts, identifiers, addresses and ports that are none; then one that is right (7)
python liar.py known     one of a node that the finder knows (0xEE)
python liar.py squat     answers to every name that is probed for, until it is ended
"""

from __future__ import annotations

import hashlib
import socket
import struct
import sys
import time
from typing import TYPE_CHECKING

from zeroconf._dns import DNSAddress, DNSPointer, DNSService, DNSText
from zeroconf._protocol.incoming import DNSIncoming
from zeroconf._protocol.outgoing import DNSOutgoing

from ccnode_crypto.keys import node_id

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVICE = "_ccnode._tcp.local."
GROUP = ("224.0.0.251", 5353)
RESPONSE = 0x8400
LAN = b"\0\0\0\0" + struct.pack("@i", socket.if_nametoindex("eth0"))  # there is no route that would tell
A, PTR, TXT, SRV, IN, UNIQUE = 1, 12, 16, 33, 1, 0x8001


def announcement(
    name: str, text: bytes, ip: bytes = b"\n\x4d\x00\x63", port: int = 8101, ttl: int = 4500
) -> list[bytes]:
    """The packets that announce it."""
    out = DNSOutgoing(RESPONSE)
    instance, host = f"{name}.{SERVICE}", f"{name[:40]}.local."
    out.add_answer_at_time(DNSPointer(SERVICE, PTR, IN, ttl, instance), 0)
    out.add_answer_at_time(DNSService(instance, SRV, UNIQUE, ttl, 0, 0, port, host), 0)
    out.add_answer_at_time(DNSText(instance, TXT, UNIQUE, ttl, text), 0)
    out.add_answer_at_time(DNSAddress(host, A, UNIQUE, ttl, ip), 0)
    return out.packets()


def field(name: bytes, value: bytes) -> bytes:
    """A field of a TXT record."""
    whole = name + b"=" + value
    return bytes([len(whole)]) + whole


def identified(key: bytes) -> bytes:
    return field(b"id", node_id(key).encode())


def flood() -> Iterator[bytes]:
    for number in range(10_000):
        key = hashlib.sha256(number.to_bytes(4, "big")).digest()
        yield from announcement(f"ccnode-{number}", identified(key))


def nonsense() -> Iterator[bytes]:
    right = identified(bytes([9]) * 32)
    yield b""
    yield b"\xff" * 9000
    yield b"\x00\x00\x84\x00" + b"\xff\xff" * 4 + b"\xc0\x0c" * 4000
    yield from announcement("no-id", field(b"version", b"1"))
    yield from announcement("wrong-id", field(b"id", b"a" * 56))
    yield from announcement("long-id", field(b"id", b"a" * 250))
    yield from announcement("owner-id", field(b"id", b"\xff\xfe"))
    yield from announcement("big", b"".join(field(b"x%d" % n, b"y" * 240) for n in range(32)))
    yield from announcement("none", b"")
    yield from announcement("cut", b"\xff" + b"id=")
    yield from announcement("port-0", right, port=0)
    for number, ip in enumerate((b"\x7f\0\0\1", b"\xe0\0\0\xfb", b"\0\0\0\0", b"\xff\xff\xff\xff")):
        yield from announcement(f"ip-{number}", right, ip)
    yield from announcement("esc\x1b[31m", right)
    # What is right, under a name that is to be shown with care, and with a version that is long.
    odd = "a\u202eb " + "\u0301" * 20
    yield from announcement(odd, identified(bytes([7]) * 32) + field(b"version", b"\x1b[2J" + b"v" * 200))


def known() -> Iterator[bytes]:
    yield from announcement("known", identified(bytes([0xEE]) * 32))


def pretend() -> Iterator[bytes]:
    yield from announcement("pretender", field(b"id", sys.argv[2].encode()), socket.inet_aton(sys.argv[3]))


def squat(sock: socket.socket) -> None:
    """Answer each question for a service with every name that it means to take."""
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(GROUP[0]) + LAN)
    while True:
        data, _ = sock.recvfrom(9000)
        asked = DNSIncoming(data)
        if asked.valid and not asked.is_response():
            out = DNSOutgoing(RESPONSE)
            names = [one.alias for one in asked.answers() if isinstance(one, DNSPointer) and one.name == SERVICE]
            for name in names:
                out.add_answer_at_time(DNSPointer(SERVICE, PTR, IN, 4500, name), 0)
            for packet in out.packets() if names else ():
                sock.sendto(packet, GROUP)


def main(what: str) -> None:
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, struct.pack("B", 255))
    sock.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, b"\0\0\0\0" + LAN)
    sock.bind(("", 5353))
    if what == "squat":
        squat(sock)
    packets = {"flood": flood(), "nonsense": nonsense(), "known": known(), "pretend": pretend()}
    for number, packet in enumerate(packets[what]):
        sock.sendto(packet, GROUP)
        if number % 20 == 0:
            time.sleep(0.005)  # else most are lost on the way


if __name__ == "__main__":
    main(sys.argv[1])

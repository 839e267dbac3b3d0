"""What is kept of announcements, and where can this machine and others be called?"""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.net import found, places
from ccnode.net.found import Finds, Found, read_announcement
from ccnode_crypto.keys import node_id, owner_id

OWN = bytes(32)
KEY = bytes([1]) * 32
EVERYWHERE = "0.0.0.0"  # noqa: S104  # nothing is bound to it
ID = node_id(KEY).encode()


def told(number: int, *, address: str = "10.0.0.1:8101", at_s: float = 0.0) -> Found:
    return Found(number.to_bytes(32, "big"), f"ccnode-{number}", "1", (address,), at_s)


def finds(*known: int) -> Finds:
    keys = {number.to_bytes(32, "big") for number in known}
    return Finds(OWN, keys.__contains__)


def test_an_announcement_is_read() -> None:
    said = read_announcement(
        "ccnode-abc", {b"id": ID, b"version": b"1.2"}, ["10.0.0.7", "fe80::1%3", "2001:db8::1"], 8101, now_s=5.0,
        loopback=False,
    )  # fmt: skip
    assert said == Found(KEY, "ccnode-abc", "1.2", ("10.0.0.7:8101", "[fe80::1%3]:8101", "[2001:db8::1]:8101"), 5.0)


@pytest.mark.parametrize(
    ("properties", "ips", "port"),
    [
        ({}, ["10.0.0.1"], 8101),
        ({b"id": None}, ["10.0.0.1"], 8101),
        ({b"id": b"a" * 56}, ["10.0.0.1"], 8101),
        ({b"id": owner_id(KEY).encode()}, ["10.0.0.1"], 8101),
        ({b"id": ID * 20}, ["10.0.0.1"], 8101),
        ({b"id": b"\xff" * 56}, ["10.0.0.1"], 8101),
        ({b"id": ID}, ["10.0.0.1"], 0),
        ({b"id": ID}, ["10.0.0.1"], None),
        ({b"id": ID}, ["10.0.0.1"], 65_536),
        ({b"id": ID}, [], 8101),
        ({b"id": ID}, ["127.0.0.1", "::1", "224.0.0.251", EVERYWHERE, "::", "ff02::fb", "255.255.255.255", "x"], 8101),
    ],
)
def test_what_names_no_node_or_no_place_is_passed_over(
    properties: dict[bytes, bytes | None], ips: list[str], port: int | None
) -> None:
    assert read_announcement("x", properties, ips, port, now_s=0.0, loopback=False) is None


@given(
    st.text(), st.dictionaries(st.sampled_from([b"id", b"version", b"x"]), st.none() | st.binary(max_size=300)),
    st.lists(st.text() | st.ip_addresses().map(str)), st.none() | st.integers(-1, 70_000), st.booleans(),
)  # fmt: skip
def test_whatever_is_announced_is_bounded(
    instance: str, properties: dict[bytes, bytes | None], ips: list[str], port: int | None, loopback: bool
) -> None:
    properties.setdefault(b"id", ID)
    said = read_announcement(instance, properties, ips, port, now_s=0.0, loopback=loopback)
    if said is not None:
        assert len(said.name) <= 64
        assert len(said.version) <= 32
        assert said.name.isprintable()
        assert said.version.isprintable()
        assert 1 <= len(said.addresses) <= 8


def test_nodes_on_this_machine_alone_are_called_there() -> None:
    said = read_announcement("x", {b"id": ID}, ["127.0.0.1"], 8101, now_s=0.0, loopback=True)
    assert said is not None
    assert said.addresses == ("127.0.0.1:8101",)


def test_nobody_is_pushed_out_by_many_others() -> None:
    listed = finds(9000, 9001)
    assert listed.put("first", told(1), 100)
    for number in range(2, 3000):
        listed.put(f"n{number}", told(number), 100)
    assert (len(listed.all()), listed.full) == (found.FOUND_MAX, True)
    assert listed.left_out == 3000 - 2 - (found.FOUND_MAX - 1)
    assert listed.put("known", told(9000), 100)
    assert listed.put("first", told(1, address="10.0.0.2:8101"), 100)
    keys = {one.node for one in listed.all()}
    assert {told(1).node, told(9000).node} <= keys


def test_one_node_is_listed_once_with_the_addresses_of_a_few_announcements() -> None:
    listed = finds()
    for number in range(10):
        listed.put(f"a{number}", told(1, address=f"10.0.0.{number}:8101", at_s=float(number)), 100)
    (one,) = listed.all()
    assert one.addresses == tuple(f"10.0.0.{number}:8101" for number in (3, 2, 1, 0))
    assert one.heard_s == 3.0


def test_what_is_not_renewed_is_forgotten_and_goodbyes_are_heeded() -> None:
    listed = finds()
    listed.put("a", told(1), 100)
    listed.put("b", told(2), 10**9)
    listed.put("c", told(3), 100)
    assert not listed.put("a", told(1, at_s=50.0), 100)  # no news, but renewed
    assert listed.expire(120.0)
    assert [one.name for one in listed.all()] == ["ccnode-1", "ccnode-2"]
    assert not listed.expire(120.0)
    assert listed.drop("a")
    assert not listed.drop("a")
    assert listed.expire(found.TTL_MAX_S + 1.0)
    assert listed.all() == []


def test_this_node_is_not_listed_even_under_a_name_that_was() -> None:
    listed = finds()
    assert not listed.put("a", told(0), 100)
    listed.put("a", told(1), 100)
    assert listed.put("a", told(0), 100)
    assert listed.all() == []


def test_this_machine_has_addresses() -> None:
    assert [own.ip for own in places.own_addresses("127.0.0.1")] == ["127.0.0.1"]
    assert places.own_addresses("192.0.2.77") == ()
    everywhere = places.own_addresses()
    assert everywhere
    assert [own for own in places.own_addresses(EVERYWHERE) if ":" in own.ip] == []
    assert places.place("::1", 1) == "[::1]:1"

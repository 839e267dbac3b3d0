"""Do nodes on one LAN find each other, and does whoever announces lies there do no harm?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.network.lan import until

if TYPE_CHECKING:
    from tests.network.lan import Host, Lan

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", package="iproute2")]

FINDER = str(Path(__file__).with_name("finder.py"))
LIAR = str(Path(__file__).with_name("liar.py"))
ROOT = Path(__file__).parents[2]
PACKAGES = ":".join(map(str, (ROOT, ROOT / "crypto", ROOT / "protocol")))
ENVIRONMENT = {**os.environ, "PYTHONPATH": PACKAGES}
FOUND_S = 3.0  # the deadline
SOON_S = 15.0


class Finder:
    """Discovery on one of the machines. `last`: what it said last."""

    def __init__(self, host: Host, number: int, *more: str) -> None:
        self.host = host
        self.last: dict[str, Any] = {}
        self._process = host.start(
            sys.executable, FINDER, str(number), "8101", *more,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=ENVIRONMENT,
        )  # fmt: skip
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        for line in self._process.stdout or ():
            self.last = json.loads(line)

    def found(self) -> dict[str, list[str]]:
        found: dict[str, list[str]] = self.last.get("found", {})
        return found

    def ready(self) -> None:
        """Wait until it is announced."""
        assert until(lambda: self.last.get("name"), SOON_S), self.last

    def sees(self, number: int, seconds: float = SOON_S) -> list[str]:
        """Wait until it lists that node; what it says of it."""
        key = f"{number:02x}"
        return until(lambda: self.found().get(key), seconds) or []

    def misses(self, number: int, seconds: float = SOON_S) -> bool:
        """Wait until it lists that node no more."""
        return bool(until(lambda: f"{number:02x}" not in self.found(), seconds))

    def stop(self) -> None:
        """With a goodbye."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        assert self._process.wait(20) == 0
        self._reader.join(5)


def test_nodes_are_found_within_three_seconds_and_gone_when_they_say_goodbye(network: Lan) -> None:
    here, there = network.host(), network.host()
    first = Finder(here, 1)
    first.ready()
    second = Finder(there, 2)
    assert until(lambda: second.last, SOON_S)  # its program is loaded
    began = time.monotonic()
    one, other = first.sees(2, FOUND_S), second.sees(1, FOUND_S)
    assert one == [one[0], f"{there.address}:8101"]
    assert other == [other[0], f"{here.address}:8101"]
    assert one[0].startswith("ccnode-")
    assert time.monotonic() - began < FOUND_S
    second.stop()
    assert first.misses(2, FOUND_S)
    assert first.last["problem"] == ""


def test_discovery_follows_a_machine_to_another_network(network: Lan) -> None:
    here, there = network.host(), network.host()
    first, second = Finder(here, 1), Finder(there, 2)
    assert first.sees(2)
    assert second.sees(1)
    there.ip("address", "delete", f"{there.address}/24", "dev", "eth0")
    there.ip("address", "add", "10.77.0.99/24", "dev", "eth0")
    assert until(lambda: first.sees(2)[1:2] == ["10.77.0.99:8101"], SOON_S), first.found()
    # Another network card with the same address, as when one is pulled out and put in.
    there.ip("link", "delete", "eth0")
    there.connect()
    assert until(lambda: first.sees(2)[1:2] == [f"{there.address}:8101"], SOON_S), first.found()
    third = Finder(network.host(), 3)
    assert second.sees(3)
    assert third.sees(2)


def test_a_machine_without_a_network_looks_for_one(network: Lan) -> None:
    here, there = network.host(), network.host()
    there.ip("link", "set", "eth0", "down")
    first, second = Finder(here, 1), Finder(there, 2)
    first.ready()
    second.ready()
    assert not first.found()
    there.ip("link", "set", "eth0", "up")
    there.ip("address", "replace", f"{there.address}/24", "dev", "eth0")
    assert first.sees(2)[1:] == [f"{there.address}:8101"]
    assert second.sees(1)


def test_names_that_collide_are_told_apart(network: Lan) -> None:
    """Two nodes whose identifiers begin alike; and one that answers to every name that is tried."""
    here, there, third = network.host(), network.host(), network.host()
    # The same node key on two machines: a copied stick. Each has a name of its own, and neither lists itself.
    first, second, watcher = Finder(here, 1), Finder(there, 1), Finder(third, 3)
    first.ready()
    second.ready()
    assert first.last["name"] != second.last["name"]
    assert until(lambda: len(watcher.found().get("01", [])) == 3, SOON_S), watcher.found()
    assert not first.found().get("01")


def test_a_flood_of_announcements_costs_little_and_pushes_nobody_out(network: Lan) -> None:
    here, there, bad = network.host(), network.host(), network.host()
    first, second = Finder(here, 1), Finder(there, 2)
    assert first.sees(2)
    assert second.sees(1)
    before = first.last
    bad.run(sys.executable, LIAR, "flood", env=ENVIRONMENT)
    assert until(lambda: first.last["left_out"] > 0, SOON_S), first.last["left_out"]
    bad.run(sys.executable, LIAR, "known", env=ENVIRONMENT)
    assert first.sees(0xEE)
    third = Finder(network.host(), 3)
    assert third.sees(2)
    after = first.last
    assert after["count"] == 1024 + 1  # and the one that is known
    assert after["rss_kib"] - before["rss_kib"] < 32 * 1024
    assert first.found()["02"] == before["found"]["02"]


def test_announcements_of_nonsense_are_passed_over(network: Lan) -> None:
    here, bad = network.host(), network.host()
    first = Finder(here, 1)
    first.ready()
    bad.run(sys.executable, LIAR, "nonsense", env=ENVIRONMENT)
    name, *addresses = first.sees(7)
    assert addresses == ["10.77.0.99:8101"]
    assert name == "ab " + "\u0301" * 20
    assert list(first.found()) == ["07"]


def test_whoever_takes_every_name_does_not_keep_a_node_from_being_found(network: Lan) -> None:
    here, there, bad = network.host(), network.host(), network.host()
    bad.start(sys.executable, LIAR, "squat", env=ENVIRONMENT)
    time.sleep(1)
    first, second = Finder(here, 1), Finder(there, 2)
    assert first.sees(2, 2 * SOON_S)
    assert second.sees(1, 2 * SOON_S)


@pytest.mark.tool("avahi-browse", package="avahi-utils")
def test_avahi_browse_sees_a_node(network: Lan) -> None:
    here, there = network.host(), network.host()
    first = Finder(here, 1)
    first.ready()
    # Its own /run and processes: nothing of an avahi or D-Bus that this machine may have is touched.
    script = """
        mount -t tmpfs tmpfs /run && mkdir -p /run/dbus /run/avahi-daemon || exit 1
        dbus-daemon --system --nopidfile --nofork --nosyslog & sleep 0.5
        avahi-daemon --no-drop-root --no-chroot --no-rlimits & sleep 1
        timeout 10 avahi-browse --terminate --resolve --parsable _ccnode._tcp
    """
    seen = there.run("unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "sh", "-c", script).stdout
    resolved = [line.split(";") for line in seen.splitlines() if line.startswith("=;eth0;IPv4;")]
    assert [(fields[3], fields[4], fields[7], fields[8]) for fields in resolved] == [
        (first.last["name"], "_ccnode._tcp", here.address, "8101")
    ], seen
    assert '"version=1.2.3"' in seen
    assert '"id=' in seen

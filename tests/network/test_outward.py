"""Is the page reached from another device of the LAN, guarded against those that guess, and back after a cut?"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.network import phone
from tests.network.lan import until
from tests.network.machines import SOON_S, Machine

if TYPE_CHECKING:
    from tests.network.lan import Host, Lan

pytestmark = [pytest.mark.root, pytest.mark.tool("ip", package="iproute2"), pytest.mark.timeout(600)]

PASSWORD = "ziegel wolke 7 lampe"
MIB = 1 << 20
GUESSES = 1000
CPU_S_MAX = 60.0  # each guess that is looked at takes a third of a second: a thousand would be five minutes
GROWTH_MAX = 160 * MIB  # one guess that is looked at takes 64 MiB


def home(host: Host, folder: Path, bind: str = "*", **more: str) -> Machine:
    """A node that serves other devices."""
    return Machine(
        host, folder, CCNODE_PASSWORD=PASSWORD, CCNODE_API__BIND=bind, CCNODE_FEDERATION__ENABLED="false", **more
    )


def ask(host: Host, url: str, *what: str) -> dict[str, Any]:
    """What another device sees."""
    done = host.run(sys.executable, phone.__file__, url, *what)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def outward(machine: Machine) -> dict[str, Any]:
    found: dict[str, Any] = machine.get("/api/v1/status")["outward"]
    return found


def used(machine: Machine) -> tuple[float, int]:
    """Seconds of processor time, and the most bytes of memory so far."""
    assert machine.process is not None
    folder = Path("/proc") / str(machine.process.pid)
    times = (folder / "stat").read_text().rsplit(")", 1)[1].split()
    lines = dict(line.split(":", 1) for line in (folder / "status").read_text().splitlines() if ":" in line)
    cpu_s = (int(times[11]) + int(times[12])) / os.sysconf("SC_CLK_TCK")
    return cpu_s, int(lines["VmHWM"].split()[0]) * 1024


def test_a_phone_on_the_lan(network: Lan, tmp_path: Path) -> None:
    here, there = network.host(), network.host()
    node = home(here, tmp_path)
    node.cli("password", "set", "--yes")
    node.start()
    told = node.cli("open", "--phone")
    url = f"https://{here.address}:8443"
    assert (told["url"], told["urls"], told["problem"]) == (url, [url], None)
    seen = ask(there, url, "look")
    assert seen == {
        "fingerprint": told["fingerprint"],
        "version": "TLSv1.3",
        "plain": [307, f"{url}/memory"],
        "form": True,
        "status": 401,
    }
    assert ask(there, url, "sign-in", PASSWORD) == {"status": 303, "wait": None, "page": True}
    assert ask(there, url, "sign-in", "wrong")["status"] == 401
    at_home = node.get("/api/v1/status")["api_url"]
    assert at_home.startswith("http://127.0.0.1:")
    refused = there.run(
        sys.executable,
        "-c",
        f"import socket; socket.create_connection(('{here.address}', {at_home[17:]}))",
        check=False,
    )
    assert "ConnectionRefusedError" in refused.stderr
    assert outward(node)["signed_in"] == 1
    assert node.cli("password", "clear", "--yes")["signed_out"] is True
    assert outward(node)["state"] == "failed"
    gone = there.run(sys.executable, phone.__file__, url, "look", check=False)
    assert "ConnectionRefusedError" in gone.stderr
    assert node.cli("password", "set", "--yes")["signed_out"] is True
    assert outward(node)["state"] == "on"
    assert ask(there, url, "look")["fingerprint"] == told["fingerprint"]
    node.end()


def test_a_thousand_guesses_cost_little_and_the_owner_gets_in(network: Lan, tmp_path: Path) -> None:
    here, attacker, owner = network.host(), network.host(), network.host()
    node = home(here, tmp_path)
    node.cli("password", "set", "--yes")
    node.start()
    url = f"https://{here.address}:8443"
    cpu_before, most_before = used(node)
    guessing = attacker.start(sys.executable, phone.__file__, url, "guess", str(GUESSES), stdout=-1, text=True)
    assert ask(owner, url, "sign-in", PASSWORD)["status"] == 303
    said, _ = guessing.communicate(timeout=300)
    seen = json.loads(said)
    cpu_after, most_after = used(node)
    assert set(seen) <= {"401", "429", "cut"}
    assert seen["401"] <= 12
    assert seen["429"] >= GUESSES // 2
    assert cpu_after - cpu_before < CPU_S_MAX
    assert most_after - most_before < GROWTH_MAX
    assert ask(attacker, url, "sign-in-late", PASSWORD)["status"] == 429
    assert ask(owner, url, "sign-in", PASSWORD) == {"status": 303, "wait": None, "page": True}
    node.end()


def test_an_address_that_goes_and_comes_back(network: Lan, tmp_path: Path) -> None:
    here, there = network.host(), network.host()
    node = home(here, tmp_path, here.address, CCNODE_API__BIND_PORT="9443")
    node.cli("password", "set", "--yes")
    here.ip("address", "del", f"{here.address}/24", "dev", "eth0")
    node.start()
    assert node.get("/api/v1/status")["state"] == "degraded"
    assert f"does not have the address {here.address} now" in outward(node)["problem"]
    here.ip("address", "add", f"{here.address}/24", "dev", "eth0")
    assert until(lambda: outward(node)["problem"] is None, SOON_S), outward(node)
    url = f"https://{here.address}:9443"
    assert ask(there, url, "sign-in", PASSWORD)["page"]
    here.ip("address", "del", f"{here.address}/24", "dev", "eth0")
    assert until(lambda: outward(node)["problem"] is not None, SOON_S)
    here.ip("address", "add", f"{here.address}/24", "dev", "eth0")
    assert until(lambda: outward(node)["problem"] is None, SOON_S)
    assert ask(there, url, "sign-in", PASSWORD)["page"]
    here.unplug()
    here.plug()
    assert ask(there, url, "sign-in", PASSWORD)["page"]
    assert node.get("/api/v1/status")["state"] == "ready"
    node.end()

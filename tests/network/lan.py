"""How does a test get machines on a network of their own? Network namespaces of one switch, on one machine.

The switch is a bridge in a namespace of its own, so nothing reaches any network of this machine, and multicast works as
on a LAN. Namespaces are named after the process that made them; what a killed run left behind is removed by the next.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

PREFIX = "cctest"
SUBNET = "10.77.0"
COMMAND_S = 60
_count = 0


def ip(*arguments: str) -> None:
    """Run `ip`; raise AssertionError with what it says where it fails."""
    done = subprocess.run(["ip", *arguments], capture_output=True, text=True, timeout=COMMAND_S, check=False)
    assert done.returncode == 0, f"ip {' '.join(arguments)}: {done.stderr}"


class Host:
    """A machine on the LAN: a namespace with `eth0`. `address`: its own on the LAN."""

    def __init__(self, lan: Lan, number: int) -> None:
        self.lan = lan
        self.number = number
        self.space = f"{lan.name}-{number}"
        self.port = f"port{number}"
        self.address = f"{SUBNET}.{number}"
        self._processes: list[subprocess.Popen[Any]] = []
        ip("netns", "add", self.space)
        self.ip("link", "set", "lo", "up")
        self.connect()

    def connect(self) -> None:
        """Give it a network card, with a cable to the switch."""
        lan = self.lan
        ip("link", "add", "eth0", "netns", self.space, "type", "veth", "peer", "name", self.port, "netns", lan.space)
        ip("-n", lan.space, "link", "set", self.port, "master", "switch0", "up")
        # Addresses are not looked for twice: a test would wait a second or two for each.
        self.ip("link", "set", "eth0", "addrgenmode", "none")
        self.ip("address", "add", f"{self.address}/24", "dev", "eth0")
        self.ip("link", "set", "eth0", "up")

    def ip(self, *arguments: str) -> None:
        """Run `ip` in this machine."""
        ip("-n", self.space, *arguments)

    def start(self, *command: str, **more: Any) -> subprocess.Popen[Any]:
        """Start a program on this machine; it is ended with the LAN."""
        process = subprocess.Popen(["ip", "netns", "exec", self.space, *command], **more)
        self._processes.append(process)
        return process

    def run(self, *command: str, check: bool = True, **more: Any) -> subprocess.CompletedProcess[str]:
        """Run a program on this machine to its end."""
        command = ("ip", "netns", "exec", self.space, *command)
        done = subprocess.run(command, capture_output=True, text=True, timeout=COMMAND_S, check=False, **more)
        assert not check or done.returncode == 0, f"{command}: {done.stdout}{done.stderr}"
        return done

    def unplug(self) -> None:
        """Pull the cable at the switch: the machine itself does not notice."""
        ip("-n", self.lan.space, "link", "set", self.port, "nomaster")

    def plug(self, switch: int = 0) -> None:
        """Put the cable into this switch of the LAN, 0 or 1; they are not connected."""
        ip("-n", self.lan.space, "link", "set", self.port, "master", f"switch{switch}")

    def end(self) -> None:
        """End what was started here, and remove the machine."""
        for process in self._processes:
            if process.poll() is None:
                process.kill()
            process.wait(20)
            for stream in (process.stdin, process.stdout, process.stderr):
                if stream is not None:
                    stream.close()
        remove(self.space)


class Lan:
    """A switch, a second one for partitions, and machines."""

    def __init__(self) -> None:
        global _count  # noqa: PLW0603  # names are of the whole machine
        _count += 1
        self.name = f"{PREFIX}{os.getpid()}x{_count}"
        self.space = f"{self.name}-lan"
        self.hosts: list[Host] = []
        ip("netns", "add", self.space)
        for switch in ("switch0", "switch1"):
            ip("-n", self.space, "link", "add", switch, "type", "bridge", "mcast_snooping", "0")
            ip("-n", self.space, "link", "set", switch, "up")

    def host(self) -> Host:
        """Another machine."""
        host = Host(self, len(self.hosts) + 1)
        self.hosts.append(host)
        return host

    def split(self, *apart: Host) -> None:
        """Put these machines on the second switch; the rest stays on the first."""
        for host in apart:
            host.plug(1)

    def heal(self) -> None:
        """Put all on one switch."""
        for host in self.hosts:
            host.plug()

    def end(self) -> None:
        """Remove everything."""
        for host in self.hosts:
            host.end()
        remove(self.space)


@contextlib.contextmanager
def lan() -> Iterator[Lan]:
    """A LAN, gone afterwards whatever happens."""
    clean()
    made = Lan()
    try:
        yield made
    finally:
        made.end()


def remove(space: str) -> None:
    """Remove a namespace; one that is gone is no mistake here."""
    subprocess.run(["ip", "netns", "delete", space], capture_output=True, timeout=COMMAND_S, check=False)


def clean() -> None:
    """Remove what a run left that was killed."""
    for place in Path("/run/netns").glob(f"{PREFIX}*x*-*") if Path("/run/netns").is_dir() else ():
        pid = place.name.removeprefix(PREFIX).partition("x")[0]
        if not Path("/proc", pid).exists():
            remove(place.name)


def until(what: Any, seconds: float, every_s: float = 0.05) -> Any:
    """Ask `what()` until it gives something true, and return that; the last thing it gave where the time is over."""
    deadline = time.monotonic() + seconds
    while not (given := what()) and time.monotonic() < deadline:
        time.sleep(every_s)
    return given

"""Is the one missing system package named, offered where it may be installed, and never installed unasked?"""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

import checkout_installers as installers
from checkout_progress import DISK_FULL, NO_BUILD, NO_NETWORK, NO_TRUST, NOT_AS_LOCKED, diagnose

if TYPE_CHECKING:
    from pathlib import Path


class Machine:
    """A bare Debian: which programs it has, who asks, and what was run on it."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.patch = patch
        self.commands: list[list[str]] = []
        self.fails: set[str] = set()
        self.has(programs={"apt-get", "sudo"})
        patch.setattr(installers, "ask_python", lambda *_: "")
        patch.setattr(installers, "base_python", lambda: "/usr/bin/python3")
        patch.setattr(subprocess, "run", self.run)
        self.user(root=True)
        self.terminal(answer=None)

    def has(self, programs: set[str]) -> None:
        self.patch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}" if name in programs else None)

    def user(self, *, root: bool) -> None:
        self.patch.setattr(os, "geteuid", lambda: 0 if root else 1000)

    def terminal(self, *, answer: str | None) -> None:
        stdin = io.StringIO("" if answer is None else answer)
        self.patch.setattr(stdin, "isatty", lambda: answer is not None)
        self.patch.setattr(sys, "stdin", stdin)

    def run(self, command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        self.commands.append(command)
        return subprocess.CompletedProcess(command, int(bool(self.fails & set(command))))


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def installed(machine: Machine) -> bool:
    return any(command[-1] == "python3-venv" and "install" in command for command in machine.commands)


def test_the_package_is_named_where_nothing_can_install(machine: Machine, tmp_path: Path) -> None:
    with pytest.raises(installers.NoInstallerError, match="neither pip nor ensurepip") as caught:
        installers.installers(tmp_path / "python")
    assert caught.value.package == "python3-venv"


def test_another_python_has_another_package(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installers, "base_python", lambda: "/usr/bin/python3.99")
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    assert installers.NoInstallerError().package == f"python{version}-venv"


def test_a_python_of_ones_own_has_none(machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(installers, "base_python", lambda: "/opt/python/bin/python3")
    assert installers.NoInstallerError().package == ""


def test_root_with_yes_installs_unasked(machine: Machine) -> None:
    assert installers.install_system_package("python3-venv", assume_yes=True)
    assert [command[-1] for command in machine.commands] == ["update", "python3-venv"]
    assert all(command[0] == "env" for command in machine.commands)


@pytest.mark.parametrize(
    ("answer", "agreed"), [("y\n", True), ("YES\n", True), ("n\n", False), ("\n", False), ("", False)]
)
def test_on_a_terminal_it_asks(machine: Machine, answer: str, agreed: bool) -> None:
    machine.terminal(answer=answer)
    assert installers.install_system_package("python3-venv", assume_yes=False) is agreed
    assert installed(machine) is agreed


def test_without_a_terminal_nothing_is_installed_unasked(machine: Machine) -> None:
    assert not installers.install_system_package("python3-venv", assume_yes=False)
    assert machine.commands == []


def test_others_go_through_sudo_which_asks_only_on_a_terminal(machine: Machine) -> None:
    machine.user(root=False)
    assert installers.install_system_package("python3-venv", assume_yes=True)
    assert machine.commands[0][:2] == ["sudo", "-n"]
    machine.commands.clear()
    machine.terminal(answer="y\n")
    assert installers.install_system_package("python3-venv", assume_yes=False)
    assert machine.commands[0][:2] == ["sudo", "env"]


def test_others_without_sudo_may_not(machine: Machine) -> None:
    machine.user(root=False)
    machine.has(programs={"apt-get"})
    assert not installers.install_system_package("python3-venv", assume_yes=True)
    assert machine.commands == []


def test_a_failed_update_is_no_reason_to_give_up(machine: Machine) -> None:
    machine.fails = {"update"}
    assert installers.install_system_package("python3-venv", assume_yes=True)
    machine.fails = {"install"}
    assert not installers.install_system_package("python3-venv", assume_yes=True)


def test_mirrors_stay_and_the_rest_goes() -> None:
    kept = {"PIP_INDEX_URL": "m", "UV_INDEX_URL": "m", "UV_CACHE_DIR": "c", "HTTPS_PROXY": "p", "HOME": "h"}
    dropped = {"PIP_TARGET": "t", "PIP_USER": "1", "UV_SYSTEM_PYTHON": "1", "PYTHONPATH": "x", "VIRTUAL_ENV": "v"}
    result = installers.installer_environment(kept | dropped)
    assert result.items() >= kept.items()
    assert result["PIP_USER"] == "0"
    assert not (dropped.keys() - {"PIP_USER"}) & result.keys()


@pytest.mark.parametrize(
    ("printed", "meaning"),
    [
        ("OSError: [Errno 28] No space left on device", DISK_FULL),
        ("Caused by: dns error: failed to lookup address information: Name or service not known", NO_NETWORK),
        (
            "Failed to establish a new connection: [Errno 101]\nNo matching distribution",
            NO_NETWORK,
        ),
        ("cause: error sending request\ncause: invalid peer certificate: UnknownIssuer", NO_TRUST),
        ("ERROR: THESE PACKAGES DO NOT MATCH THE HASHES FROM THE REQUIREMENTS FILE.", NOT_AS_LOCKED),
        ("ERROR: No matching distribution found for pyrage==1.4.0", NO_BUILD),
        ("Segmentation fault", ""),
    ],
)
def test_what_installers_print_is_put_plainly(printed: str, meaning: str) -> None:
    assert diagnose(["Collecting thing", *printed.splitlines()]) == meaning

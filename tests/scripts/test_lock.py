"""Do the locked requirements hold what pyproject.toml asks for, each by hash, and name no place to download from?"""

from __future__ import annotations

import itertools
import re
import tomllib
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
NAMES = ("build.txt", "dev.txt", "runtime.txt")


def pins(name: str) -> dict[str, str]:
    """Return the version of each package in a lock."""
    text = (CHECKOUT / "requirements" / name).read_text()
    return dict(re.findall(r"^([a-z0-9][a-z0-9.-]*)==([^ ;\\]+)", text, re.MULTILINE))


def asked(group: str | None = None) -> set[str]:
    """Return the names in [project] dependencies, or in a dependency group with those it includes."""
    project = tomllib.loads((CHECKOUT / "pyproject.toml").read_text())
    wanted = project["dependency-groups"][group] if group else project["project"]["dependencies"]
    plain = [line for line in wanted if isinstance(line, str)]
    included = [asked(line["include-group"]) for line in wanted if isinstance(line, dict)]
    return {re.split(r"[^a-z0-9-]", line, maxsplit=1)[0] for line in plain}.union(*included)


def test_everything_asked_for_is_locked() -> None:
    assert asked() <= pins("runtime.txt").keys()
    assert asked("build") <= pins("build.txt").keys()
    assert asked("dev") <= pins("dev.txt").keys()


def test_the_locks_agree() -> None:
    dev = pins("dev.txt")
    for name in ("build.txt", "runtime.txt"):
        assert pins(name).items() <= dev.items()


@pytest.mark.parametrize("name", NAMES)
def test_every_package_is_held_by_hashes_alone(name: str) -> None:
    lines = (CHECKOUT / "requirements" / name).read_text().splitlines()
    assert "scripts/lock.py" in lines[0]
    pin = re.compile(r"[a-z0-9][a-z0-9.-]*==[^ ;\\]+( ; [^\\]+)? \\")
    digest = re.compile(r"    --hash=sha256:[0-9a-f]{64}( \\)?")
    for line in lines[1:]:
        assert pin.fullmatch(line) or digest.fullmatch(line), line
    for before, line in itertools.pairwise(lines[1:]):
        if pin.fullmatch(line):
            assert digest.fullmatch(before)

"""Does the wheel hold the three packages with all their data, and nothing else?"""

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
PACKAGES = {"ccnode": "ccnode", "ccnode_crypto": "crypto/ccnode_crypto", "ccnode_protocol": "protocol/ccnode_protocol"}
# What a build does not carry: Python makes it again.
IGNORED = shutil.ignore_patterns("__pycache__", "*.pyc")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of what a build looks at."""
    folder = tmp_path_factory.mktemp("build")
    for place in PACKAGES.values():
        shutil.copytree(CHECKOUT / place, folder / place, ignore=IGNORED)
    for name in ("pyproject.toml", "LICENSE", "README.md", ".gitignore"):
        if (CHECKOUT / name).exists():
            shutil.copy(CHECKOUT / name, folder)
    # Rooms hold more than their package, and a data file may have any name.
    (folder / "crypto" / "vectors").mkdir()
    (folder / "crypto" / "vectors" / "entry.json").write_text("{}")
    (folder / "ccnode" / "data").mkdir(exist_ok=True)
    for name in ("0001_first.sql", "page.html.jinja", "chat.mjs", "icon.svg"):
        (folder / "ccnode" / "data" / name).write_text("x")
    return folder


@pytest.fixture(scope="module")
def wheel(folder: Path) -> zipfile.ZipFile:
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", "out"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=100, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (path,) = (folder / "out").iterdir()
    return zipfile.ZipFile(path)


def test_the_wheel_holds_every_file_of_the_packages(folder: Path, wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    for package, place in PACKAGES.items():
        for path in (folder / place).rglob("*"):
            if path.is_file():
                assert f"{package}/{path.relative_to(folder / place).as_posix()}" in names
        assert f"{package}/py.typed" in names


def test_data_files_of_any_name_go_along(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    assert {f"ccnode/data/{name}" for name in ("0001_first.sql", "page.html.jinja", "chat.mjs", "icon.svg")} <= names


def test_the_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.split("/")[0] for name in wheel.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == set(PACKAGES)


def test_the_wheel_says_what_it_is(wheel: zipfile.ZipFile) -> None:
    (info,) = {name.split("/")[0] for name in wheel.namelist() if ".dist-info/" in name}
    metadata = wheel.read(f"{info}/METADATA").decode()
    assert "Requires-Python: <3.14,>=3.11" in metadata
    assert "License-Expression: MIT" in metadata
    assert "ccnode = ccnode.cli.main:main" in wheel.read(f"{info}/entry_points.txt").decode()

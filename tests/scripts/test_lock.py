"""Do the locked requirements hold what pyproject.toml asks for, each by hash, and name no place to download from?"""

from __future__ import annotations

import importlib.util
import itertools
import re
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

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


@pytest.fixture
def lock(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The script, in a checkout whose uv writes one package, and one more where it is asked to upgrade."""
    spec = importlib.util.spec_from_file_location("lock_script", CHECKOUT / "scripts" / "lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)

    def compiled(command: list[str], **_: Any) -> subprocess.CompletedProcess[str]:
        more = "two==2\n" if "--upgrade" in command else ""
        (tmp_path / command[-1]).write_text(f"one==1\n{more}")
        return subprocess.CompletedProcess(command, 7 if "fails" in command else 0)

    monkeypatch.setattr(module, "CHECKOUT", tmp_path)
    monkeypatch.setattr(subprocess, "run", compiled)
    return module


def locked(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text() for path in (folder / "requirements").glob("*")}


def test_checking_and_asking_how_write_nothing(lock: Any, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert lock.main(["--check"]) == 1
    assert locked(tmp_path) == {}
    for given, code in ((["--help"], 0), (["--upgrade-all"], 2), (["extra"], 2)):
        with pytest.raises(SystemExit) as ended:
            lock.main(given)
        assert ended.value.code == code
    assert locked(tmp_path) == {}
    capsys.readouterr()
    assert lock.main([]) == 0
    before = locked(tmp_path)
    assert set(before) == set(NAMES)
    assert lock.main(["--check"]) == 0
    assert lock.main(["--check", "--upgrade"]) == 1
    assert "would change: build.txt, runtime.txt, dev.txt" in capsys.readouterr().out
    assert locked(tmp_path) == before
    assert lock.main(["--upgrade-package", "fails"]) == 7
    assert locked(tmp_path) == before, "all of them, or none"
    assert lock.main(["--upgrade"]) == 0
    assert all("two==2" in text for text in locked(tmp_path).values())
    assert {path.name for path in tmp_path.iterdir()} == {"requirements"}


def test_help_is_help() -> None:
    done = subprocess.run(
        [sys.executable, str(CHECKOUT / "scripts" / "lock.py"), "--help"], capture_output=True, text=True, check=True
    )
    assert "--check" in done.stdout

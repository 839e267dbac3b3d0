"""Which program can install packages into .venv: uv, a pip found beside this Python, or the one Python brings along?

NoInstallerError           none can; holds the one system package that helps, where there is one
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

# Where downloads come from is the person's business, and mirrors are set up this way. All other PIP_ settings (targets,
# constraints, users, dry runs) would make another environment than the locked one.
PIP_KEPT = {
    "PIP_CACHE_DIR", "PIP_CERT", "PIP_CLIENT_CERT", "PIP_CONFIG_FILE", "PIP_DEFAULT_TIMEOUT", "PIP_EXTRA_INDEX_URL",
    "PIP_FIND_LINKS", "PIP_INDEX_URL", "PIP_KEYRING_PROVIDER", "PIP_NO_CACHE_DIR", "PIP_NO_INDEX", "PIP_PROXY",
    "PIP_RETRIES", "PIP_TIMEOUT", "PIP_TRUSTED_HOST",
}  # fmt: skip
# Said in the environment because a pip.conf may say otherwise.
PIP_SET = {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PIP_NO_INPUT": "1"}
# The same for uv, the other way round: it has many settings about transport and few that lead elsewhere.
UV_DROPPED = {
    "UV_BREAK_SYSTEM_PACKAGES", "UV_BUILD_CONSTRAINT", "UV_CONSTRAINT", "UV_EXCLUDE", "UV_EXCLUDE_NEWER",
    "UV_NO_BINARY", "UV_NO_EDITABLE", "UV_NO_VERIFY_HASHES", "UV_OVERRIDE", "UV_PRERELEASE", "UV_PROJECT",
    "UV_PROJECT_ENVIRONMENT", "UV_PYTHON", "UV_REQUIRE_HASHES", "UV_RESOLUTION", "UV_SYSTEM_PYTHON", "UV_TARGET",
    "UV_WORKING_DIR", "UV_WORKING_DIRECTORY",
}  # fmt: skip
# They name other libraries, another home, or (PYTHONOPTIMIZE) switch assertions off.
PYTHON_DROPPED = {
    "PYTHONEXECUTABLE", "PYTHONHOME", "PYTHONINSPECT", "PYTHONOPTIMIZE", "PYTHONPATH", "PYTHONPLATLIBDIR",
    "PYTHONSTARTUP", "PYTHONUSERBASE", "VIRTUAL_ENV", "__PYVENV_LAUNCHER__",
}  # fmt: skip

# Runs a pip that lies elsewhere with the interpreter of .venv, and lets nothing else from there in: with that whole
# folder on the path, packages of the system would count as installed. (pip --python does the same, from pip 22.3.)
PIP_RUNNER = """
import importlib.machinery, runpy, sys
where = sys.argv.pop(1)
class OnlyPip:
    @staticmethod
    def find_spec(name, path=None, target=None):
        return importlib.machinery.PathFinder.find_spec(name, [where], target) if name == "pip" else None
sys.meta_path.insert(0, OnlyPip)
sys.argv[0] = "pip"
runpy.run_module("pip", run_name="__main__", alter_sys=True)
"""
FIND_PIP = "import importlib.util as u; s = u.find_spec('pip'); print(s.origin if s and s.origin else '')"
FIND_ENSUREPIP = "import importlib.util as u; print(u.find_spec('ensurepip') and u.find_spec('ensurepip').origin or '')"


def clean_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment without what would mix another Python's libraries in, or switch assertions off."""
    return {name: value for name, value in environ.items() if name not in PYTHON_DROPPED}


def installer_environment(environ: Mapping[str, str] = os.environ) -> dict[str, str]:
    """Return the environment for uv and pip: mirrors, proxies and caches stay, other settings of theirs do not."""
    kept = {
        name: value
        for name, value in environ.items()
        if name not in UV_DROPPED
        and (not name.startswith("PIP_") or name in PIP_KEPT)
        and (not name.startswith("PYTHON") or name in {"PYTHONUTF8", "PYTHONIOENCODING"})
        and name not in PYTHON_DROPPED
    }
    return kept | PIP_SET | {"PYTHONNOUSERSITE": "1"}


def base_python() -> str:
    """Return the interpreter that .venv is made from: this one, or, inside a virtual environment, the one behind it."""
    return str(getattr(sys, "_base_executable", None) or sys.executable)


def ask_python(python: str, code: str) -> str:
    """Return what `code` prints, run by that interpreter away from the current directory; "" if it fails."""
    try:
        done = subprocess.run(
            [python, "-c", code],
            capture_output=True,
            text=True,
            cwd="/",
            env=clean_environment(),
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


@dataclass(frozen=True)
class Installer:
    """A way to install packages. `prepare`, where there is one, is a command to run first, once .venv exists."""

    name: str
    locked: Callable[[Path], list[str]]
    """The command that installs the packages of a requirements file, each checked against its hash."""
    editable: list[str]
    """The command that installs the checkout itself as links, without network or a build environment of its own."""
    prepare: tuple[str, ...] = ()


def _uv(uv: str, python: Path) -> Installer:
    install = [uv, "pip", "install", "--python", str(python), "--no-progress"]
    return Installer(
        name="uv",
        # Compiled at once: otherwise the first start of the node would pay for it.
        locked=lambda path: [
            *install,
            "--require-hashes",
            "--only-binary",
            ":all:",
            "--compile-bytecode",
            "-r",
            str(path),
        ],
        editable=[
            *install,
            "--offline",
            "--no-deps",
            "--no-build-isolation",
            "--reinstall-package",
            "ccnode",
            "-e",
            ".",
        ],
    )


def _pip(name: str, pip: Sequence[str], prepare: tuple[str, ...] = ()) -> Installer:
    install = [*pip, "install", "--no-warn-script-location", "--progress-bar", "off"]
    return Installer(
        name=name,
        locked=lambda path: [*install, "--require-hashes", "--only-binary", ":all:", "-r", str(path)],
        editable=[*install, "--no-index", "--no-deps", "--no-build-isolation", "-e", "."],
        prepare=prepare,
    )


def installers(venv_python: Path) -> list[Installer]:
    """Return the ways there are here, best first; raise NoInstallerError if there is none."""
    found = []
    if uv := shutil.which("uv"):
        found.append(_uv(uv, venv_python))
    pythons = dict.fromkeys((sys.executable, base_python()))
    if pip := next(filter(None, (ask_python(python, FIND_PIP) for python in pythons)), ""):
        place = str(Path(pip).parent.parent)
        found.append(_pip("pip", [str(venv_python), "-c", PIP_RUNNER, place]))
    if ask_python(base_python(), FIND_ENSUREPIP):
        own = (str(venv_python), "-m")
        found.append(_pip("Python's own pip", [*own, "pip"], prepare=(*own, "ensurepip", "--default-pip")))
    if not found:
        raise NoInstallerError
    return found


class NoInstallerError(Exception):
    """Neither uv nor pip nor ensurepip is there."""

    def __init__(self) -> None:
        python = Path(base_python()).resolve()
        self.package = ""
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        if shutil.which("apt-get") and str(python.parent) in {"/usr/bin", "/bin"}:
            # python3-venv always goes with the distribution's default Python.
            is_default = Path("/usr/bin/python3").resolve() == python
            self.package = "python3-venv" if is_default else f"python{version}-venv"
        super().__init__(f"Python {version} ({python}) has neither pip nor ensurepip, and uv is not installed")


def install_system_package(package: str, *, assume_yes: bool) -> bool:
    """Offer to install a Debian package, and do it if agreed; False if it may not be, was not agreed to, or failed.

    Asks on a terminal. Without one, or with `assume_yes`, nothing is asked: then only `assume_yes` means yes.
    """
    on_terminal = sys.stdin is not None and sys.stdin.isatty()
    sudo: list[str] = []
    if os.geteuid() != 0:
        if not shutil.which("sudo"):
            return False
        sudo = ["sudo"] if on_terminal else ["sudo", "-n"]
    if not assume_yes:
        if not on_terminal:
            return False
        try:
            answer = input(f"Install {package} now? [y/N] ")
        except EOFError:
            return False
        if answer.strip().lower() not in {"y", "yes"}:
            return False
    # A fresh system knows no packages before its first update.
    for arguments in (["update"], ["install", "-y", "--no-install-recommends", package]):
        command = [*sudo, "env", "DEBIAN_FRONTEND=noninteractive", "apt-get", "-q", *arguments]
        print("+", " ".join(command), file=sys.stderr, flush=True)
        failed = subprocess.run(command, stdout=sys.stderr, check=False).returncode != 0
        if failed and arguments != ["update"]:
            return False
    return True

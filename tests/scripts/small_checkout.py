"""What do tests of scripts/try.py work on? A checkout in small: real pip, uv and venv, packages made on the spot."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path

SCRIPTS = Path(__file__).resolve().parents[2] / "scripts"


def _python_with_pip() -> str:
    """The Python that people would start try.py with; where it has no pip (bare Debian), .venv's own, which has."""
    base = str(getattr(sys, "_base_executable", sys.executable))
    has_pip = subprocess.run([base, "-c", "import pip"], cwd="/", capture_output=True, check=False).returncode == 0
    return base if has_pip else sys.executable


PYTHON = _python_with_pip()

# A build backend inside the checkout: it does what hatchling does for an editable install, and needs nothing.
BACKEND = """
import os, zipfile

def build_editable(wheel_directory, config_settings=None, metadata_directory=None):
    name = "ccnode-0-py3-none-any.whl"
    info = "ccnode-0.dist-info/"
    files = {
        "_ccnode.pth": os.getcwd(),
        info + "METADATA": "Metadata-Version: 2.1\\nName: ccnode\\nVersion: 0\\n",
        info + "WHEEL": "Wheel-Version: 1.0\\nGenerator: test\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n",
        info + "entry_points.txt": "[console_scripts]\\nccnode = small_node:main\\n",
    }
    record = "".join(f"{path},,\\n" for path in [*files, info + "RECORD"])
    with zipfile.ZipFile(os.path.join(wheel_directory, name), "w") as wheel:
        for path, text in {**files, info + "RECORD": record}.items():
            wheel.writestr(path, text)
    return name
"""
PYPROJECT = """
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "ccnode"
version = "0"
"""
# Stands for ccnode: it keeps a file as its node, and tells what it was started with.
NODE = """
import json, os, pathlib, signal, sys

def main():
    data = pathlib.Path(os.environ["CCNODE_DATA_DIR"])
    told = {"arguments": sys.argv[1:], "environment": dict(os.environ)}
    if sys.argv[1] == "init":
        if os.environ.get("SMALL_NODE_INIT_FAILS"):
            print("the disk is read-only", file=sys.stderr)
            return 1
        if (data / "node").exists():
            print("there is a node already", file=sys.stderr)
            return 5
        data.mkdir(parents=True, exist_ok=True)
        (data / "node").write_text(json.dumps(told))
        print("made a node")
        return 0
    ends = {signal.SIGINT, signal.SIGTERM}
    signal.pthread_sigmask(signal.SIG_BLOCK, ends)
    (data / "run").write_text(json.dumps(told))
    print("node is up", flush=True)
    signal.sigwait(ends)
    print("node ended", flush=True)
    return 0
"""
PYTEST = """
import json, os, sys
print(json.dumps({"arguments": sys.argv[1:], "directory": os.getcwd(), "environment": dict(os.environ)}))
sys.exit(3)
"""


def make_wheel(folder: Path, name: str, files: dict[str, str]) -> str:
    """Make `name`-1.0 in `folder`; return its line for a requirements file."""
    info = f"{name}-1.0.dist-info/"
    metadata = {
        info + "METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n",
        info + "WHEEL": "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    record = "".join(f"{path},,\n" for path in [*files, *metadata, info + "RECORD"])
    folder.mkdir(exist_ok=True)
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for inside, text in {**files, **metadata, info + "RECORD": record}.items():
            wheel.writestr(inside, text)
    return f"{name}==1.0 \\\n    --hash=sha256:{hashlib.sha256(path.read_bytes()).hexdigest()}\n"


@dataclass
class SmallCheckout:
    """A checkout in a folder of its own, with all that a set-up needs beside it."""

    folder: Path
    environment: dict[str, str] = field(default_factory=dict)

    @classmethod
    def make(cls, folder: Path) -> SmallCheckout:
        """Make one with spaces in its path, as a person's may have."""
        self = cls(folder / "my checkout")
        scripts = self.folder / "scripts"
        scripts.mkdir(parents=True)
        for name in ("try.py", "try_command.py", *(path.name for path in SCRIPTS.glob("checkout_*.py"))):
            shutil.copy(SCRIPTS / name, scripts)
        for name, text in {"pyproject.toml": PYPROJECT, "backend.py": BACKEND, "small_node.py": NODE}.items():
            (self.folder / name).write_text(text)
        wheels = folder / "wheels"
        runtime = make_wheel(wheels, "thing", {"thing.py": "number = 1\n"})
        tests = make_wheel(wheels, "testing", {"pytest/__main__.py": PYTEST})
        requirements = self.folder / "requirements"
        requirements.mkdir()
        for name, text in {"runtime.txt": runtime, "build.txt": "# nothing\n", "dev.txt": runtime + tests}.items():
            (requirements / name).write_text(text)
        (folder / "bin").mkdir()
        self.environment = {
            "HOME": str(folder / "home"),
            "PATH": str(folder / "bin"),
            "CCNODE_DATA_DIR": str(folder / "data"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_FIND_LINKS": str(wheels),
            "PIP_NO_CACHE_DIR": "1",
            "PIP_NO_INDEX": "1",
            "UV_CACHE_DIR": str(folder / "uv-cache"),
            "UV_FIND_LINKS": str(wheels),
            "UV_NO_CONFIG": "1",
            "UV_OFFLINE": "1",
        }
        return self

    @property
    def python(self) -> Path:
        """The interpreter of its .venv."""
        return self.folder / ".venv" / "bin" / "python"

    @property
    def stamp(self) -> Path:
        """What a finished set-up leaves."""
        return self.folder / ".venv" / "setup-stamp.json"

    def put_program(self, name: str, text: str) -> Path:
        """Put a program on PATH, in the place of whatever the machine has under that name."""
        path = self.folder.parent / "bin" / name
        path.write_text(text)
        path.chmod(0o755)
        return path

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """Start `scripts/try.py` with the arguments; standard input is closed."""
        return subprocess.Popen(
            [PYTHON, "scripts/try.py", *arguments],
            cwd=self.folder,
            env=self.environment | environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *arguments: str, **environment: str) -> tuple[int, str]:
        """Run `scripts/try.py` to its end; return exit code and all it printed."""
        with self.start(*arguments, **environment) as process:
            output = process.communicate(timeout=100)[0]
        return process.returncode, output

    def can_import(self, module: str) -> bool:
        """Say whether its .venv holds the module."""
        return subprocess.run([self.python, "-c", f"import {module}"], cwd="/", check=False).returncode == 0

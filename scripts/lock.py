"""Which exact packages does the project stand on? Writes requirements/*.txt from pyproject.toml.

Usage: python3 scripts/lock.py [--upgrade] [--upgrade-package NAME]...

Needs uv (in .venv after `python3 scripts/try.py setup --dev`, or on PATH) and the network. Versions that still fit stay
as they are, unless an upgrade is asked for. One resolution serves every supported Python (3.11 to 3.13) on Linux and
macOS; every file is named by its hash, and no download host is named, so that a mirror does as well.
"""

import re
import subprocess
import sys
from pathlib import Path

CHECKOUT = Path(__file__).resolve().parent.parent
LOCKS = {
    # The build backend, for the editable install of the checkout itself.
    "build.txt": ["--group", "build"],
    "runtime.txt": ["pyproject.toml"],
    # Everything: runtime and build too, so that one file sets up a place to work.
    "dev.txt": ["pyproject.toml", "--group", "dev"],
}
HEADER = """\
# {about}. Written by `python3 scripts/lock.py` from pyproject.toml: do not edit.
"""
ABOUT = {
    "build.txt": "What installing the checkout itself needs",
    "runtime.txt": "What the node needs to run",
    "dev.txt": "What tests, checks and builds need, and all the node needs to run",
}


def uv() -> str:
    """Return the uv to use: the locked one if it is installed."""
    ours = CHECKOUT / ".venv" / "bin" / "uv"
    return str(ours) if ours.exists() else "uv"


def compile_command(name: str, selection: list[str], extra: list[str]) -> list[str]:
    """Return the command that writes requirements/`name`."""
    # dev.txt repeats runtime.txt and build.txt: constrained, the three can never disagree.
    constraints = ["-c", "requirements/runtime.txt", "-c", "requirements/build.txt"] if name == "dev.txt" else []
    return [
        uv(), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-annotate", "--no-header",
        "--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11", *constraints, *selection,
        *extra, "-o", f"requirements/{name}",
    ]  # fmt: skip


def main() -> int:
    """Write the three files; return uv's exit code if it fails."""
    (CHECKOUT / "requirements").mkdir(exist_ok=True)
    for name, selection in LOCKS.items():
        path = CHECKOUT / "requirements" / name
        try:
            done = subprocess.run(compile_command(name, selection, sys.argv[1:]), cwd=CHECKOUT, check=False)
        except FileNotFoundError:
            print("lock: uv is not installed (it resolves for all Pythons and platforms at once)", file=sys.stderr)
            return 1
        if done.returncode != 0:
            return done.returncode
        locked = path.read_text()
        path.write_text(HEADER.format(about=ABOUT[name]) + locked)
        print(f"requirements/{name}: {len(re.findall('^[a-z]', locked, re.MULTILINE))} packages")
    return 0


if __name__ == "__main__":
    sys.exit(main())

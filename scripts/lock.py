"""Which exact packages does the project stand on? Writes requirements/*.txt from pyproject.toml.

Usage: python3 scripts/lock.py [--check] [--upgrade] [--upgrade-package NAME]...

`--check` writes nothing: it says which files would change, and ends with exit code 1 where any would.

Needs uv (in .venv after `python3 scripts/try.py setup --dev`, or on PATH) and the network. Versions that still fit stay
as they are, unless an upgrade is asked for. One resolution serves every supported Python (3.11 to 3.13) on Linux and
macOS; every file is named by its hash, and no download host is named, so that a mirror does as well.
"""

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
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


def compile_command(name: str, selection: list[str], extra: list[str], folder: str = "requirements") -> list[str]:
    """Return the command that writes `name` into a folder, as seen from the checkout."""
    # dev.txt repeats runtime.txt and build.txt: constrained, the three can never disagree.
    constraints = ["-c", f"{folder}/runtime.txt", "-c", f"{folder}/build.txt"] if name == "dev.txt" else []
    return [
        uv(), "pip", "compile", "--quiet", "--universal", "--generate-hashes", "--no-annotate", "--no-header",
        "--no-emit-index-url", "--no-emit-find-links", "--python-version", "3.11", *constraints, *selection,
        *extra, "-o", f"{folder}/{name}",
    ]  # fmt: skip


def arguments(given: list[str]) -> argparse.Namespace:
    """Read the command line; an option that is not known ends the program before anything is written."""
    parser = argparse.ArgumentParser(
        prog="lock.py", description="Write requirements/*.txt, the exact packages, from pyproject.toml."
    )
    parser.add_argument("--check", action="store_true", help="write nothing; exit code 1 where a file would change")
    parser.add_argument("--upgrade", action="store_true", help="take the newest version of every package")
    parser.add_argument(
        "--upgrade-package", action="append", default=[], metavar="NAME", help="take the newest version of this one"
    )
    return parser.parse_args(given)


def made(extra: list[str], folder: Path) -> int:
    """Write the three files into a folder that holds what there is of them; return uv's exit code if it fails."""
    for name, selection in LOCKS.items():
        try:
            done = subprocess.run(compile_command(name, selection, extra, str(folder)), cwd=CHECKOUT, check=False)
        except FileNotFoundError:
            print("lock: uv is not installed (it resolves for all Pythons and platforms at once)", file=sys.stderr)
            return 1
        if done.returncode != 0:
            return done.returncode
        locked = (folder / name).read_text()
        (folder / name).write_text(HEADER.format(about=ABOUT[name]) + locked)
    return 0


def main(given: list[str] | None = None) -> int:
    """Write the three files, all or none; or compare them (--check)."""
    options = arguments(sys.argv[1:] if given is None else given)
    extra = ["--upgrade"] * options.upgrade
    for name in options.upgrade_package:
        extra += ["--upgrade-package", name]
    kept = CHECKOUT / "requirements"
    kept.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".lock-", dir=CHECKOUT) as place:
        folder = Path(place).relative_to(CHECKOUT)
        for name in LOCKS:  # versions that still fit stay as they are
            if (kept / name).exists():
                shutil.copyfile(kept / name, CHECKOUT / folder / name)
        failed = made(extra, CHECKOUT / folder)
        if failed:
            return failed
        changed = []
        for name in LOCKS:
            new = (CHECKOUT / folder / name).read_text()
            if not (kept / name).exists() or (kept / name).read_text() != new:
                changed.append(name)
            if not options.check:
                (kept / name).write_text(new)
                print(f"requirements/{name}: {len(re.findall('^[a-z]', new, re.MULTILINE))} packages")
    if options.check:
        print(f"would change: {', '.join(changed)}" if changed else "requirements/*.txt are as pyproject.toml asks")
    return 1 if options.check and changed else 0


if __name__ == "__main__":
    sys.exit(main())

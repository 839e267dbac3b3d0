"""What happens after `python3 scripts/try.py ...`, once a Python that the project supports runs it?"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
from pathlib import Path

from checkout_installers import clean_environment
from checkout_progress import CommandFailedError, InterruptedSetupError
from checkout_setup import CHECKOUT, PYTHON, VENV, SetupError, set_up
from checkout_start import STOPS

CCNODE = VENV / "bin" / "ccnode"
EXIT_USAGE = 2
EXIT_CONFLICT = 5  # of ccnode: here, "there is a node already"
INIT_S = 120.0
LINE_LENGTH_MAX = 300
WORKERS_MAX = 4


def main(arguments: list[str]) -> int:
    """Do what the arguments ask for; return the exit code. Does not return when it becomes the node or pytest."""
    command = arguments[0] if arguments and arguments[0] in {"setup", "test"} else ""
    rest = arguments[1:] if command else arguments
    cut = rest.index("--") if "--" in rest else len(rest)
    ours, theirs = rest[:cut], rest[cut + 1 :]
    assume_yes = "--yes" in ours
    ours = [argument for argument in ours if argument != "--yes"]
    dev = command == "test"
    if command == "test":
        ours, theirs = [], ours + theirs
    elif command == "setup" and "--dev" in ours:
        dev = True
        ours.remove("--dev")
    if ours or (command == "setup" and theirs):
        print(f"try: {(ours + theirs)[0]}: not understood; --help says what is", file=sys.stderr)
        return EXIT_USAGE
    status = _set_up(dev=dev, assume_yes=assume_yes)
    if status == 0 and command == "setup":
        print("try: .venv is ready")
    if status != 0 or command == "setup":
        return status
    return _test(theirs) if command == "test" else _run(theirs)


def _set_up(*, dev: bool, assume_yes: bool) -> int:
    """Set up, and say what went wrong if something did."""
    try:
        set_up("dev" if dev else "run", assume_yes=assume_yes)
    except CommandFailedError as error:
        for line in error.lines:
            print(f"    {line[:LINE_LENGTH_MAX]}", file=sys.stderr)
        print(f"try: {error}.\ntry: once that is mended, run the same command again", file=sys.stderr)
        return 1
    except SetupError as error:
        print(f"try: {error}", file=sys.stderr)
        return 1
    except InterruptedSetupError as error:
        print("\ntry: set-up was interrupted; the same command begins it again", file=sys.stderr)
        return error.exit_code
    return 0


def _test(arguments: list[str]) -> int:
    """Become pytest, in the checkout, on several cores unless the arguments say otherwise."""
    chosen = any(re.match(r"-n|--numprocesses|--pdb|--trace|-p=?no:xdist|no:xdist", argument) for argument in arguments)
    # One more than there are cores: for a quarter of their time tests wait for disks, sockets and other programs.
    workers = [] if chosen else ["-n", str(min(WORKERS_MAX, (os.cpu_count() or 1) + 1))]
    os.chdir(CHECKOUT)
    return _become([str(PYTHON), "-m", "pytest", *workers, *arguments])


def _run(arguments: list[str]) -> int:
    """Make a node if there is none yet, say how to talk to it, and become it."""
    # Whoever presses Ctrl-C from here on means the node: it is heard once checkout_start.py can end with exit code 0.
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPS)
    status, said = _init()
    if status not in {0, EXIT_CONFLICT}:
        print(said, end="", file=sys.stderr)
        print("try: the node could not be made; why stands above", file=sys.stderr)
        return status
    if status == 0:  # what it names as the next step is what is done here
        print(*(line for line in said.splitlines() if not line.startswith("Next: ")), sep="\n")
    print(how_to_talk(Path.cwd(), os.environ), flush=True)
    return _become([str(PYTHON), str(Path(__file__).with_name("checkout_start.py")), str(CCNODE), "run", *arguments])


def _init() -> tuple[int, str]:
    """Run `ccnode init`; return its exit code and what it printed. Exit code 5: there is a node already."""
    command = [str(CCNODE), "init", "--yes"]
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=clean_environment(),
            timeout=INIT_S,
            check=False,
        )
    except (OSError, subprocess.SubprocessError) as error:
        return 1, f"{error}\n"
    return abs(done.returncode), done.stdout.decode("utf-8", "replace")


def how_to_talk(current: Path, environ: os._Environ[str] | dict[str, str]) -> str:
    """Return what to type in a second terminal: from the same folder, with the same data directory."""
    program = os.path.relpath(CCNODE, current) if current.is_relative_to(CHECKOUT) else str(CCNODE)
    data_dir = environ.get("CCNODE_DATA_DIR")
    prefix = f"CCNODE_DATA_DIR={shlex.quote(str(Path(data_dir).absolute()))} " if data_dir else ""
    return (
        "Starting the node. To talk to it, type in a second terminal:\n"
        f"    {prefix}{shlex.quote(program)} chat     (here, in the terminal)\n"
        f"    {prefix}{shlex.quote(program)} open     (in the browser)\n"
        "Ctrl-C in this one ends it.\n"
    )


def _become(command: list[str]) -> int:
    """Replace this process, so that signals, terminal and exit code are the program's own."""
    sys.stdout.flush()
    sys.stderr.flush()
    try:
        os.execve(command[0], command, clean_environment())  # noqa: S606 (no shell is wanted)
    except OSError as error:
        print(f"try: {command[0]}: {error.strerror}; `python3 scripts/try.py setup` mends it", file=sys.stderr)
    return 1

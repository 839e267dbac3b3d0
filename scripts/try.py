#!/usr/bin/env python3
"""How do I try ccnode from a checkout?

    python3 scripts/try.py [--yes] [-- RUN-ARGUMENTS...]
        Set up .venv if needed, start a node with the embedded offline model and stay in front of it; Ctrl-C ends it.
        What stands after "--" goes to "ccnode run". The node's data lives where ccnode keeps it by default
        ($XDG_DATA_HOME/ccnode or ~/.local/share/ccnode), or in CCNODE_DATA_DIR if that is set.

    python3 scripts/try.py setup [--yes] [--dev]
        Only set up. With --dev also what tests and checks need.

    python3 scripts/try.py test [--yes] [PYTEST-ARGUMENTS...]
        Set up, then run the tests. Paths count from the checkout. The exit code is pytest's.

    --yes   install the one system package that is missing, if any, without asking
    --help  print this

Needs Python 3.11, 3.12 or 3.13. Setting up downloads the packages locked in requirements/, once, by uv where it is
installed, else by pip; after that no network is needed.
"""

# This file is read by whatever Python there is, even 2.7, so that it can say which one is needed; on 3.6 and later it
# looks for that one itself. The work is in try_command.py, which is written for the Pythons the project supports.
from __future__ import print_function

import os
import shutil
import subprocess
import sys

SUPPORTED = ("3.13", "3.12", "3.11")
REEXECUTED = "TRY_REEXECUTED"
PROBE = (
    "import sys, sysconfig\n"
    "fit = sys.implementation.name == 'cpython' and not sysconfig.get_config_var('Py_GIL_DISABLED')\n"
    "print('%d.%d' % sys.version_info[:2] if fit else 'unfit')"
)


def open_standard_streams():
    # type: () -> None
    """Point closed standard streams at the null device, or the next file opened would take their number."""
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:  # noqa: PERF203 (three times)
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115 (it lives as long as the process)
    if sys.stderr is None:
        sys.stderr = open(os.devnull, "w")  # noqa: SIM115 (the same)


def version_of(python):
    # type: (str) -> str
    """Return "3.12" and the like for the interpreter at that path; "" if it does not run or is not plain CPython."""
    try:
        done = subprocess.run(
            [python, "-I", "-S", "-c", PROBE],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.decode("ascii", "replace").strip() if done.returncode == 0 else ""


def other_python():
    # type: () -> str
    """Return the path of the newest supported Python on PATH; "" if there is none."""
    for version in SUPPORTED:
        found = shutil.which("python" + version)
        if found and version_of(found) == version:
            return found
    found = shutil.which("python3")
    return found if found and version_of(found) in SUPPORTED else ""


def main():
    # type: () -> int
    """Go on with this Python or another one; return the exit code."""
    open_standard_streams()
    reexecuted = os.environ.pop(REEXECUTED, None)
    arguments = sys.argv[1:]
    ours = arguments[: arguments.index("--")] if "--" in arguments else arguments
    if "--help" in ours or "-h" in ours:
        print(__doc__.strip())
        return 0
    if os.name != "posix":
        print("try: ccnode runs on Linux and macOS; on Windows, use WSL", file=sys.stderr)
        return 1
    if sys.version_info >= (3, 6) and version_of(sys.executable) in SUPPORTED:
        sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
        import try_command  # here, because older Pythons cannot read it

        try:
            return try_command.main(arguments)
        except KeyboardInterrupt:  # in the moments between the steps, which say more
            return 130
    python = "" if reexecuted or sys.version_info < (3, 6) else other_python()
    if python:
        os.environ[REEXECUTED] = "1"
        command = [python, os.path.abspath(__file__)] + arguments  # noqa: RUF005 (2.7 cannot read the other form)
        os.execv(python, command)  # noqa: S606 (no shell is wanted)
    print(
        "try: ccnode needs Python 3.11, 3.12 or 3.13. This is %s (%s), and none of those is on PATH.\n"
        "Install one, for example by:\n"
        "    sudo apt install python3.11 python3.11-venv    (Ubuntu 22.04; newer ones come with a fitting one)\n"
        "    brew install python@3.13                       (macOS)\n"
        "    uv python install 3.13                         (anywhere, with uv)\n"
        "and run the same command again." % (sys.version.split()[0], sys.executable),
        file=sys.stderr,
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())

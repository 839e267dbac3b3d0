"""How does a script come to run with what .venv holds, whichever Python it was started with?"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from checkout_setup import PYTHON, VENV

REEXECUTED = "CHECKOUT_PYTHON_REEXECUTED"


def has_ccnode(folder: Path) -> bool:
    """Say whether the program stands in that folder, beside an interpreter."""
    return (folder / "ccnode").exists()


def use_checkout_python() -> str:
    """Start this script anew with .venv's Python, unless it runs there; where there is none, stay with what has ccnode.

    Returns "" where the script can go on, else what to say: one line with the command that sets .venv up.
    """
    again = os.environ.pop(REEXECUTED, None)
    if Path(sys.prefix).resolve() != VENV.resolve() and has_ccnode(PYTHON.parent) and PYTHON.exists() and not again:
        os.environ[REEXECUTED] = "1"
        sys.stdout.flush()
        os.execv(PYTHON, [str(PYTHON), *sys.argv])  # noqa: S606 (no shell is wanted)
    if has_ccnode(Path(sys.executable).parent):
        return ""
    return f"ccnode is not set up for {sys.executable}; this sets it up: python3 scripts/try.py setup"

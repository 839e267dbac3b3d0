"""What is typed to run this program again? Its bare name is not enough where PATH does not hold it."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import sys
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NAME: Final = "ccnode"
NEAR: Final = 2  # folders below the current one, as in .venv/bin/ccnode; farther off, the whole path reads better
# The name as texts give it, before a command; not the end of a path, and not "ccnode: ...".
_IN_TEXT: Final = re.compile(
    r"(?<![\w./-])ccnode(?= (?:init|run|stop|status|open|chat|session|memory|import|export|audit"
    r"|backup|model|cost|db|config|paths|doctor|plate|character|context|instances|peers?|federation"
    r"|knowledge|erasure|password|--help)\b)"
)


def typed() -> str:
    """The program as the person can type it here: its bare name, or its path, quoted for the shell."""
    path = os.path.abspath(sys.argv[0])  # noqa: PTH100  # Path.resolve would follow links out of the environment
    if os.path.basename(path) != NAME or not os.path.isfile(path):  # noqa: PTH113, PTH119  # pathlib is imported late
        return NAME
    found = shutil.which(NAME)
    if found and os.path.realpath(found) == os.path.realpath(path):
        return NAME
    near = os.path.relpath(path)
    if near.startswith("..") or near.count(os.sep) > NEAR:
        return shlex.quote(path)
    return shlex.quote(near if os.sep in near else os.path.join(".", near))  # noqa: PTH118


def path() -> str | None:
    """The whole path of the program, quoted for the shell, where its bare name would not start it."""
    return None if typed() == NAME else shlex.quote(os.path.abspath(sys.argv[0]))  # noqa: PTH100  # see above


def for_directory(program: str, root: Path | None) -> str:
    """The program with the option that names its data directory; without it for None."""
    return f"{program} --data-dir {shlex.quote(str(root))}" if root is not None else program


def elsewhere(root: Path, environment: Mapping[str, str]) -> str:
    """What to type in another terminal, which knows nothing of this one's options and CCNODE_DATA_DIR."""
    from ccnode.store.home import default_root

    usual = default_root({name: value for name, value in environment.items() if name != "CCNODE_DATA_DIR"})
    return for_directory(typed(), None if root == usual else root)


def named(text: str, program: str) -> str:
    """The text with its commands as they can be typed: `ccnode run` becomes `.venv/bin/ccnode run`, for instance."""
    return _IN_TEXT.sub(lambda _: program, text) if program != NAME else text

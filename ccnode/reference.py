"""Where is the reference that characters are measured by? In the package; it is read once, when it is asked for."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from ccnode.mind.charvec import Reference


@cache
def charvec1() -> Reference:
    """Read charvec/1's reference; ReferenceDamaged where the installed file is not what this version measures by."""
    return Reference.parse((files("ccnode") / "data" / "charvec1.json").read_bytes())

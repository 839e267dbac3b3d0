"""Is this node well, and this machine fit for it? Each check says what it saw and what to do about it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import click

from ccnode.cli.errors import FAILED
from ccnode.cli.params import Command, pass_state
from ccnode.cli.text import clean

if TYPE_CHECKING:
    from ccnode.cli.state import State

MARKS: Final = {"ok": "ok  ", "warn": "warn", "fail": "FAIL"}
COLORS: Final = {"ok": "green", "warn": "yellow", "fail": "red"}


@click.command("doctor", cls=Command, short_help="Check this node and this machine, and say what to mend.")
@pass_state
def command(state: State) -> int:
    """Check this node and this machine, and say what to mend.

    Changes nothing, and works without the daemon. Ends with 1 where a check fails; warnings do not count.
    """
    from ccnode.cli.checks import all_checks

    found = all_checks(state)
    failed = [one for one in found if one.state == "fail"]
    data = {
        "ok": not failed,
        "checks": [
            {"name": one.name, "state": one.state, "message": one.message, "remedy": one.remedy} for one in found
        ],
    }
    lines = []
    for one in found:
        mark = click.style(MARKS[one.state], fg=COLORS[one.state]) if state.color else MARKS[one.state]
        lines.append(f"{mark}  {one.name}: {clean(state.named(one.message))}")
        if one.remedy and one.state != "ok":
            lines.append(f"        {clean(state.named(one.remedy))}")
    state.emit(data, "\n".join(lines))
    return FAILED if failed else 0

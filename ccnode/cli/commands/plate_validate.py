"""Does the model pass as the assistant of the plate? Asking it, and what it answered the last time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import click

from ccnode.cli.errors import NOT_FOUND, CliError
from ccnode.cli.params import Command, pass_state
from ccnode.cli.text import ago, clean, local, ms_of

if TYPE_CHECKING:
    from ccnode.cli.state import State
    from ccnode.store.home import Home
    from ccnode.store.plates import Version

VALIDATION_S: Final = 900.0  # four times six questions, each given two minutes
ANSWER_SHOWN: Final = 160
HANG: Final = 7  # the column in which an answer begins


@click.command("validate", cls=Command, short_help="Ask the model the six questions of the plate.")
@click.option("--last", is_flag=True, help="Show what it answered the last time; no daemon is needed.")
@pass_state
def validate(state: State, *, last: bool) -> int:
    """Ask the model the six questions of the plate: five right answers of six pass.

    Asked side by side, in a conversation that is never remembered; up to four times, until they pass. To have that done
    before the first reply of each conversation: ccnode config set plate.validate_on_spawn true
    """
    home = state.node()
    if last:
        found = kept(home)
        if found is None:
            raise CliError("the model was not asked yet", code="not_validated", remedy="ask it: ccnode plate validate",
                           exit_code=NOT_FOUND)  # fmt: skip
    else:
        from ccnode.cli.client import Client

        found = Client(home, state.environment).call("POST", "/api/v1/plate/validate", {}, timeout_s=VALIDATION_S)
    attempts = found.get("attempts") or [{}]
    lines = [_answered(one) for one in attempts[-1].get("answers", [])]
    plate = found.get("plate") or {}
    times = "" if len(attempts) == 1 else f" at attempt {len(attempts)}"
    lines.append(
        f"{found.get('model')} {'passes' if found.get('passed') else 'does not pass'} for version"
        f" {plate.get('version')}: {attempts[-1].get('right')} of 6 answers are right{times}"
    )
    if last:
        lines.append(f"asked {_when(found)}")
    state.emit(found, clean("\n".join(lines)), fold=True, hang=HANG)
    error = found.get("error")
    if not isinstance(error, dict):
        return 0
    return state.fail(CliError(str(error.get("message")), code=str(error.get("code")), remedy=str(error.get("remedy"))))


def kept(home: Home) -> dict[str, Any] | None:
    """The last validation of this node, as it is kept; None before the first."""
    from ccnode.cli import local as database
    from ccnode.store import validations

    return database.ask(home, validations.last())


def noted(found: dict[str, Any] | None, current: Version) -> str:
    """What the last validation says of a version of the plate, in one line."""
    if found is None:
        return "not validated yet: ccnode plate validate"
    plate, right = found["plate"], found["attempts"][-1]["right"]
    verdict = "passed" if found["passed"] else "DID NOT PASS"
    if plate["digest"] != current.plate.hex():
        return f"not validated yet (version {plate['version']} was, {_when(found)}): ccnode plate validate"
    return f"{clean(found['model'])} {verdict}, {right} of 6 right, {_when(found)}"


def _when(found: dict[str, Any]) -> str:
    import time

    asked_ms = ms_of(found["time"])
    return f"{local(asked_ms)}, {ago(time.time_ns() // 1_000_000 - asked_ms)}"


def _answered(one: dict[str, Any]) -> str:
    said = one.get("answer")
    answer = "(not kept)" if said is None else " ".join(str(said)[: 4 * ANSWER_SHOWN].split()) or "(no answer)"
    shown = answer if len(answer) <= ANSWER_SHOWN else answer[: ANSWER_SHOWN - 3] + "..."
    mark, reason = ("right", "") if one.get("passed") else ("WRONG", f"\n{' ' * HANG}{one.get('reason')}")
    return f"{mark}  {one.get('question')}: {shown}{reason}"

"""What can be asked about the character? What is measured, its history and drift, the baseline; no daemon is needed."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Final, Literal

import click

from ccnode.cli.params import WHOLE, Group, SessionName, pass_state

if TYPE_CHECKING:
    from ccnode.cli.state import State
    from ccnode.store.home import Home

SHORT: Final = 12
WINDOWS_SHOWN: Final = 40
HEAD_NODES: Final = ("node", "name", "counts as", "said", "words", "ccc", "drift from ours")
HEAD: Final = ("time", "reply", "words", "window", "step", "drift", "ccc", "phi")


@click.group("character", cls=Group, short_help="See whether the assistant stays itself.")
def command() -> None:
    """See whether the assistant stays itself.

    After each reply its style is measured: sixteen figures of the last 2,000 words, how far they moved, how the two of
    a conversation meet. They are statistics of wording, for English only; `--explain` says what each means.
    """


def _now(home: Home, session: str | None = None) -> dict[str, Any]:
    from ccnode.cli import local as database
    from ccnode.reference import charvec1
    from ccnode.store import measure_shapes, views

    named = database.ask(home, views.resolve_session(session)) if session is not None else None
    return database.ask(home, measure_shapes.now(charvec1().spec, named))


def _history(home: Home, limit: int, before: int | None = None, session: str | None = None) -> dict[str, Any]:
    from ccnode.cli import local as database
    from ccnode.store import measure_shapes, measurements, views

    named = database.ask(home, views.resolve_session(session)) if session is not None else None
    return measure_shapes.page(database.ask(home, measurements.history(limit + 1, before, named)), limit)


@command.command("show", short_help="Show the character as it is measured now.")
@click.option("--session", type=SessionName(), metavar="ID", help="Relations of this conversation, not the last one.")
@click.option("--explain", is_flag=True, help="Say what every figure means: unit, range, source, limits.")
@pass_state
def show(state: State, *, session: str | None, explain: bool) -> None:
    """Show the character as it is measured now: sixteen dimensions, drift, relations, phi and emergence."""
    from ccnode.cli import characters
    from ccnode.store import measure_shapes

    home = state.node()
    form = _now(home, session)
    history = _history(home, characters.HISTORY_SHOWN)["measurements"]
    lines = characters.show(form, history)
    if explain:
        form["help"] = measure_shapes.helps()
        lines += characters.explained()
    characters.told(state, form, lines)


@command.command("history")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True, help="So many measurements.")
@click.option("--before", type=WHOLE, metavar="N", help="Only those before the one with this id.")
@click.option("--session", type=SessionName(), metavar="ID", help="Only replies of this conversation.")
@pass_state
def history(state: State, *, limit: int, before: int | None, session: str | None) -> None:
    """List what was measured of each reply, newest first."""
    found = _history(state.node(), limit, before, session)
    rows = [_row(one) for one in found["measurements"]]
    state.table(found, HEAD, rows, "No reply was measured yet.")
    if found["more"]:
        state.note(f"Older ones: ccnode character history --before {found['next']}")


def _row(one: dict[str, Any]) -> tuple[str, ...]:
    from ccnode.cli.characters import moment

    figures = [_cell(one["figures"].get(name)) for name in ("step", "drift", "ccc", "phi")]
    return (moment(one["time"]), one["message_id"][:SHORT], f"{one['words']:,}", f"{one['window']:,}", *figures)


def _cell(form: dict[str, Any] | None) -> str:
    """A figure in a table: its number, how far it is from having one, or nothing."""
    if form is None:
        return "-"
    if form["value"] is not None:
        return f"{form['value']:.3f}"
    return f"{form['have']:,}/{form['need']:,}" if form["status"] == "too_little" else str(form["status"])


@command.command("drift", short_help="Show how far the character moved.")
@click.option("--limit", type=click.IntRange(1, 1000), default=60, show_default=True, help="Of so many replies.")
@pass_state
def drift(state: State, *, limit: int) -> None:
    """Show how far the character moved, reply by reply and window by window, and which dimensions moved most."""
    from ccnode.cli import characters
    from ccnode.cli import local as database
    from ccnode.store import measure_shapes, measurements

    home = state.node()
    form = _now(home)
    shown = _history(home, limit)["measurements"]
    windows = [measure_shapes.measurement(one) for one in
               database.ask(home, measurements.windows(WINDOWS_SHOWN, newest=True))]  # fmt: skip
    data = {name: form[name] for name in ("drift", "alarm", "baseline", "proposed")}
    data |= {"dimensions": form["character"]["dimensions"], "measurements": shown, "windows": windows}
    characters.told(
        state, data, [*characters.drift(form, shown), *characters.moved(form), *characters.windows(windows)]
    )


@command.command("nodes", short_help="List what each node says of its character.")
@pass_state
def nodes(state: State) -> None:
    """List what each node says of its character, when it said so, and how far that is from this node's own.

    Nodes tell each other in signed reports. What a sandbox peer says is kept apart: it counts for nothing.
    """
    from ccnode.cli import local as database
    from ccnode.cli.identity import read_profile
    from ccnode.cli.peers import node_in
    from ccnode.store import reports

    home = state.node()
    profile = read_profile(home)
    own = node_in(str(profile.get("node_id"))) or b""
    called = {**database.ask(home, reports.names()), own: str(profile.get("name") or "")}
    now_ms = time.time_ns() // 1_000_000
    found = reports.shown(database.ask(home, reports.listed()), own, called, now_ms)
    rows = [_said(one) for one in found]
    state.table({"reports": found}, HEAD_NODES, rows, "No node has said what its character is yet.")


def _said(one: dict[str, Any]) -> tuple[str, ...]:
    from ccnode.cli.characters import moment
    from ccnode.cli.text import line

    figures = ["-" if one[name] is None else f"{one[name]:.3f}" for name in ("ccc", "drift")]
    whose = "this node" if one["is_own"] else "apart" if one["apart"] else "ours"
    return (one["node_id"][:SHORT], line(one["name"], 24), whose, moment(one["time"]), f"{one['words']:,}", *figures)


@command.group("baseline", short_help="See and set the character that drift is measured from.")
def baseline() -> None:
    """See and set the character that drift is measured from.

    The first ten windows of 2,000 words propose one. It is in force once you signed it with your owner key.
    """


@baseline.command("show")
@pass_state
def show_baseline(state: State) -> None:
    """Show the baseline in force and the proposed one."""
    from ccnode.cli import characters
    from ccnode.cli import local as database
    from ccnode.reference import charvec1
    from ccnode.store import measure_shapes

    form = database.ask(state.node(), measure_shapes.baselines_now(charvec1().spec))
    characters.told(state, form, characters.baseline(form))


@baseline.command("set", short_help="Sign a vector as the baseline.")
@click.option("--from", "source", type=click.Choice(["proposed", "now"]),
              help="The mean of the first ten windows, or what is measured now. Default: proposed while there is"
              " no baseline and enough text for it, else now.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_state
def set_baseline(state: State, *, source: Literal["proposed", "now"] | None, yes: bool) -> None:
    """Make the proposed character, or what is measured now, the baseline. Your owner key signs it.

    Where it is encrypted, its passphrase is asked for, or taken from CCNODE_OWNER_PASSPHRASE.
    """
    from ccnode.cli import ask, characters
    from ccnode.cli import local as database
    from ccnode.reference import charvec1
    from ccnode.store import measure_shapes

    home = state.node()
    current = database.ask(home, measure_shapes.baselines_now(charvec1().spec))
    if source is None:
        first = current["baseline"] is None and current["proposed"]["values"] is not None
        source = "proposed" if first else "now"
    wanted = database.ask(home, measure_shapes.wanted(source))
    if wanted is None:
        raise measure_shapes.nothing_measured(source)
    if not yes:
        ask.need_terminal("use --yes")
        for line in characters.compared(measure_shapes.vector(wanted[0]) or [], current["baseline"]):
            state.note("".join(text for text, _ in line))
        ask.confirm(f"Make this, measured over {wanted[1]:,} words, the baseline?")
    made = characters.keep_baseline(state, home, wanted)
    state.emit({**made, "source": source}, f"the baseline is in force, measured over {wanted[1]:,} words")

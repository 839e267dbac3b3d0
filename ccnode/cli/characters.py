"""How does a character look on a terminal? Bars with the mark of the baseline, a line of drift, figures or why not.

A line is a list of (text, style) pieces; styles are rich's, and are shown only on a terminal.
"""

from __future__ import annotations

import sys
import time
from itertools import dropwhile, groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from ccnode.cli.folding import columns, folded, width_of_terminal
from ccnode.cli.text import clean, local, ms_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ccnode.cli.state import State
    from ccnode.store.home import Home
    from ccnode_crypto.statements import BaselineStatement

Line = list[tuple[str, str]]
Form = dict[str, Any]

BAR: Final = 32
HISTORY_SHOWN: Final = 60  # points of the line of drift
_BLOCKS: Final = "▁▂▃▄▅▆▇█"
_PLAIN_BLOCKS: Final = "_.-=+*#@"
_LABEL: Final = 25


def told(state: State, data: Mapping[str, Any], lines: Iterable[Line]) -> None:
    """Give the result: JSON, or the lines."""
    if state.json:
        state.emit(data)
        return
    width = width_of_terminal()
    named = ([(clean(state.named(text)), style) for text, style in line] for line in lines)
    shown = [part for line in named for part in _fitted(line, width)]
    if state.color:
        from ccnode.cli.pretty import print_lines

        state.emit({}, None)
        print_lines(shown)
    else:
        state.emit({}, "\n".join("".join(text for text, _ in line).rstrip() for line in shown))


def _fitted(line: Line, width: int | None) -> list[Line]:
    """The line as lines that fit: what is said of a label goes on in its own column."""
    if width is None or not line or columns("".join(text for text, _ in line)) <= width:
        return [line]
    *before, (last, style) = line
    at = columns("".join(text for text, _ in before))
    if at not in (0, _LABEL):
        return [line]
    parts = folded(last, width - at).split("\n")
    return [[*before, (parts[0], style)], *([(" " * at, ""), (part, style)] for part in parts[1:])]


def _utf8() -> bool:
    return "utf" in (sys.stdout.encoding or "").lower()


def bar(value: float | None, mark: float | None) -> Line:
    """A value from 0 to 1 as a bar, and the baseline as a mark on it."""
    full, empty, sign = ("█", "·", "│") if _utf8() else ("#", ".", "|")
    filled = round((value or 0.0) * BAR)
    drawn = [(full, "cyan")] * filled + [(empty, "dim")] * (BAR - filled)
    if mark is not None:
        drawn[min(BAR - 1, round(mark * BAR))] = (sign, "bold yellow")
    return [("".join(text for text, _ in cells), style) for style, cells in groupby(drawn, key=itemgetter(1))]


def sparkline(values: Sequence[float | None], top: float) -> str:
    """Values from 0 to `top` as a line of blocks; a space where there is none."""
    blocks = _BLOCKS if _utf8() else _PLAIN_BLOCKS
    most = max([top, *(value for value in values if value is not None)]) or 1.0
    return "".join(
        " " if value is None else blocks[min(len(blocks) - 1, int(value / most * len(blocks)))] for value in values
    )


def figure(form: Mapping[str, Any], places: int = 3) -> str:
    """A figure's number, or why there is none."""
    value = form.get("value")
    return f"{value:.{places}f}" if isinstance(value, int | float) else str(form.get("text"))


def row(label: str, text: str, style: str = "") -> Line:
    """A label and what is to be said of it."""
    return [(f"{label:<{_LABEL}}", "bold"), (text, style)]


def moment(text: str | None) -> str:
    """A time of the API as people here read it."""
    return local(ms_of(text)) if text else ""


# --- show ---


def show(form: Form, history: Sequence[Form]) -> list[Line]:
    """All that `character show` says; `history`: measurements, newest first."""
    return [*character(form), [], *drift(form, history), [], *relations(form), [], *relied_on(form), *whole(form)]


def character(form: Form) -> list[Line]:
    """The sixteen dimensions as bars."""
    vector, measured = form["character"], form["measured"]
    if vector["value"] is None:
        return [row("Character", vector["text"])]
    mark = " (the mark: baseline)" if form["baseline"] else ""
    when = moment(measured["time"])
    head = f"{form['spec']['name']} over the last {vector['words']:,} words, {when}{mark}"
    lines: list[Line] = [[(head, "dim")]]
    for one in vector["dimensions"]:
        value, base = one["value"], one["baseline"]
        lines.append([(f"{one['title']:<16}", "bold"), *bar(value, base), (f"  {value:.3f}", "")])
        if base is not None:
            lines[-1].append((f"  {one['difference']:+.3f}", "yellow" if abs(one["difference"]) > 0.1 else "dim"))  # noqa: PLR2004
    return lines


def drift(form: Form, history: Sequence[Form]) -> list[Line]:
    """Step, drift, CCC and the alarm, with the line of drift."""
    said, alarm = form["drift"], form["alarm"]
    lines = [
        row("Step drift", f"{figure(said['step'])}{_limit(said['step'], said['step_max'])}"),
        row("Drift from the baseline", f"{figure(said['drift'])}{_limit(said['drift'], said['threshold'])}"),
        row("CCC", figure(said["ccc"])),
    ]
    values = [_value(one, "drift") for one in reversed(history[:HISTORY_SHOWN])]
    width = width_of_terminal()
    room = HISTORY_SHOWN if width is None else min(HISTORY_SHOWN, max(1, width - _LABEL))
    values = list(dropwhile(lambda value: value is None, values))[-room:]
    if values:
        lines.append(row("Drift, reply by reply", sparkline(values, said["threshold"]), "cyan"))
    if form["baseline"] is None:
        suggested = form["proposed"]
        if suggested["values"] is not None:
            text = "the mean of the first ten windows is proposed: ccnode character baseline set"
            return [*lines, row("Baseline", text)]
        return [*lines, row("Proposed baseline", suggested["text"])]
    if alarm["ringing"]:
        why = "two of the last three windows are far from the baseline" if alarm["sudden"] else "it moves slowly away"
        return [*lines, row("Alarm", f"RINGING: {why}", "bold red")]
    return [*lines, row("Alarm", f"quiet ({alarm['windows']} windows compared)")]


def _limit(form: Form, most: float) -> str:
    return f" (limit {most:.3f})" if form["value"] is not None else ""


def _value(one: Form, name: str) -> float | None:
    found = one["figures"].get(name, {}).get("value")
    return found if isinstance(found, int | float) else None


def relations(form: Form) -> list[Line]:
    """The seven figures of a conversation, and its trust."""
    from ccnode.mind.metric_help import METRIC_HELP

    talk, trust = form["relations"], form["trust"]
    if talk["session_id"] is None:
        return [row("Relations", "no conversation was measured yet")]
    head: Line = [(f"{talk['session_id'][:8]}  {talk['title']}", "dim")]
    lines = [row(METRIC_HELP[name].title, figure(one)) for name, one in talk["figures"].items()]
    gate = f" (gate {figure(trust['trust_gate'])})" if trust["trust"]["value"] is not None else ""
    return [head, *lines, row("Trust", f"{figure(trust['trust'])}{gate}")]


def relied_on(form: Form) -> list[Line]:
    """Models and peers, and how far each can be relied on."""
    lines = []
    for one in form["relied_on"]:
        name = str(one["name"] or str(one["node_id"])[:12])
        told = f"trust {figure(one['trust'])} (gate {figure(one['trust_gate'])}), {name}"
        lines.append(row("Model" if one["kind"] == "model" else "Peer", told))
    return [*lines, []] if lines else []


def whole(form: Form) -> list[Line]:
    """Phi and emergence, and the goal "phi > 0.80" as a line of its own."""
    phi, emergence = form["phi"], form["emergence"]
    lines = [row("Phi", figure(phi["phi"]))]
    if phi["phi"]["value"] is not None:
        numbers = f"{figure(phi['phi'])} nats (adjusted {figure(phi['adjusted'])}, p = {figure(phi['p_value'])}"
        numbers += f", ratio {figure(phi['ratio'])}), {phi['vectors']} vectors"
        lines = [row("Phi", numbers), row("  weakest cut", f"{', '.join(phi['part'] or [])} | the rest")]
    lines.append(row("  goal", phi["goal"]["text"]))
    if emergence["psi"]["value"] is None:
        return [*lines, row("Emergence", emergence["psi"]["text"])]
    parts = ", ".join(f"{name} {figure(emergence[name])}" for name in ("psi", "delta", "gamma"))
    return [*lines, row("Emergence", f"{emergence['text']} ({parts})")]


def explained() -> list[Line]:
    """What every figure means, and what it does not."""
    from ccnode.mind.metric_help import METRIC_HELP

    lines: list[Line] = []
    for one in METRIC_HELP.values():
        lines += [
            [],
            [(one.title, "bold"), (f"  ({one.name})", "dim")],
            [(f"  {one.text}", "")],
            [(f"  unit: {one.unit}; range: {one.range}; over {one.over}", "")],
            [(f"  source: {one.source}", "dim")],
            [(f"  {one.limits}", "dim")],
        ]
    return lines


# --- drift ---


def moved(form: Form) -> list[Line]:
    """The dimensions that are furthest from the baseline."""
    rows = [one for one in form["character"]["dimensions"] if one["difference"] is not None]
    rows.sort(key=lambda one: -abs(one["difference"]))
    if not rows:
        return []
    lines: list[Line] = [[], [("Furthest from the baseline", "bold")]]
    for one in rows[:5]:
        said = f"  {one['value']:.3f}  {one['difference']:+.3f}"
        lines.append([(f"  {one['title']:<16}", ""), *bar(one["value"], one["baseline"]), (said, "")])
    return lines


def windows(found: Sequence[Form]) -> list[Line]:
    """The windows that share no reply with one another, oldest first, as far as they were compared with a baseline."""
    compared = [one for one in found if "window_drift" in one["figures"]]
    if not compared:
        return []
    lines: list[Line] = [[], [("Windows of 2,000 words", "bold")]]
    for one in compared:
        figures = one["figures"]
        rings = figures["alarm"]["value"] == 1 or figures.get("mewma_alarm", {}).get("value") == 1
        said = (
            f"  {moment(one['time'])}  {figure(figures['window_drift'])}  (alarm above {figure(figures['threshold'])})"
        )
        lines.append([(said, ""), ("  ALARM" if rings else "", "bold red")])
    return lines


# --- the baseline ---


def compared(values: Sequence[float], signed: Form | None) -> list[Line]:
    """A vector beside the baseline that it would take the place of."""
    from ccnode.mind.charvec import NAMES
    from ccnode.mind.metric_help import METRIC_HELP

    lines: list[Line] = []
    for at, (name, value) in enumerate(zip(NAMES, values, strict=True)):
        mark = signed["values"][at] if signed is not None else None
        before = f"  was {mark:.3f}" if mark is not None else ""
        lines.append([(f"{METRIC_HELP[name].title:<16}", "bold"), *bar(value, mark), (f"  {value:.3f}{before}", "")])
    return lines


def baseline(form: Form) -> list[Line]:
    """The baseline in force, and the proposed one."""
    signed, suggested = form["baseline"], form["proposed"]
    lines: list[Line] = []
    if signed is None:
        lines.append(row("Baseline", "none yet: ccnode character baseline set"))
    else:
        lines.append(row("Baseline", f"signed {moment(signed['issued'])}, over {signed['words']:,} words"))
    shown = signed["values"] if signed is not None else suggested["values"]
    if suggested["values"] is None:
        lines.append(row("Proposed", suggested["text"]))
    elif signed is None:
        lines.append(row("Proposed", f"the mean of the first ten windows, {suggested['words']:,} words"))
    return [*lines, *(compared(shown, None) if shown is not None else [])]


def keep_baseline(state: State, home: Home, wanted: tuple[tuple[int, ...], int]) -> Form:
    """Have the owner state that a vector is the baseline, and record it; through the daemon where one runs."""
    from ccnode.cli import local as database
    from ccnode.cli.client import Client
    from ccnode.cli.owner_key import signing_key
    from ccnode.reference import charvec1
    from ccnode.store import baselines

    last_ms = database.ask(home, baselines.last_issued())
    now_ms = time.time_ns() // 1_000_000
    said = baselines.stated(signing_key(state, home), charvec1().spec, *wanted, last_ms, now_ms)
    client = Client(home, state.environment)
    if client.running():
        return client.call("PUT", "/api/v1/character/baseline", {"statement": _form(said)})
    return _keep_here(home, said)


def _form(said: BaselineStatement) -> Form:
    return {
        "owner": said.owner.hex(),
        "spec": said.spec.hex(),
        "values": list(said.values),
        "words": said.words,
        "issued_ms": said.issued_ms,
        "signature": said.signature.hex(),
    }


def _keep_here(home: Home, said: BaselineStatement) -> Form:
    """The same without a daemon: this process holds the directory meanwhile."""
    from ccnode.cli.identity import open_ledger
    from ccnode.store import baselines, measure_shapes
    from ccnode.store.home import DirectoryLock

    lock = DirectoryLock(home)
    try:
        ledger = open_ledger(home)
        try:
            return {"baseline": measure_shapes.baseline(ledger.append_sync(baselines.keep(said)))}
        finally:
            ledger.close()
    finally:
        lock.release()

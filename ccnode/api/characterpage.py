"""What does the character page show? How the assistant writes now, against its baseline and over time, with its help.

Figures come as docs/API.md has them; here they become words, pictures (charts.py) and a list of what happened. Where
there is no number, the reason is shown in its place.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import Field

from ccnode.api import charts
from ccnode.api.bodies import read_query
from ccnode.api.context import node_of
from ccnode.api.models import Query, SessionName
from ccnode.api.rendering import count, page, render

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from aiohttp import web

SHOWN: Final = 150
EVENTS_SHOWN: Final = 40
FLOOR: Final = 0.1  # what is usual where nothing was learned yet
DRIFT: Final = {"drift": "drift", "ccc": "ccc", "step": "step_drift", "mewma": "mewma"}
PHI: Final = {"phi": "phi", "adjusted": "phi_adjusted", "p_value": "phi_p", "ratio": "phi_ratio"}
EMERGENCE: Final = ("psi", "delta", "gamma")
TO_BOTH_SIDES: Final = frozenset({"coordination", "affect_alignment", "ccc"})
ALARMS: Final = {
    ("alarm", True): "Two of three windows drifted further than is usual for it",
    ("alarm", False): "The windows drift no further than is usual for it",
    ("mewma_alarm", True): "Slow drift, which no single window shows",
    ("mewma_alarm", False): "No slow drift any more",
}
Form = dict[str, Any]


class CharacterPageQuery(Query):
    """GET /character: whose relations, and which page of the history."""

    session: SessionName | None = None
    before: Annotated[int, Field(ge=0, le=2**53)] | None = None


@page("character")
async def character(request: web.Request) -> web.StreamResponse:
    """GET /character."""
    query, node = read_query(request, CharacterPageQuery), node_of(request)
    now = await node.character.describe(query.session, with_help=True)
    found = await node.character.history(SHOWN, before=query.before, session_id=None)
    plates = await node.plates.history(with_diff=False)
    helps, measured = now["help"], found["measurements"][::-1]
    earlier = await node.character.before(measured[0]["id"]) if found["more"] else None
    happened = list(events(measured, plates, earlier))
    base = "baseline" if now["baseline"] else "proposed"
    return render(
        request,
        "character.html",
        now=now,
        base=base,
        helps=helps,
        scores=[{**one, "difference": difference(one["value"], one[base])} for one in now["character"]["dimensions"]],
        radar=radar(now["character"]["dimensions"], base),
        drifts=[row(now["drift"][key], helps[name], key, note(key, now["drift"])) for key, name in DRIFT.items()],
        relations=[row(form, helps[name], name) for name, form in now["relations"]["figures"].items()],
        trust=[row(form, helps[name], name) for name, form in now["trust"].items()],
        relied=[relied(one, helps["trust"], str(at)) for at, one in enumerate(now["relied_on"])],
        phi=[row(now["phi"][key], helps[name], key) for key, name in PHI.items()],
        emergence=[row(now["emergence"][key], helps[f"emergence_{key}"], key) for key in EMERGENCE],
        series=series(measured, happened, now["drift"]["step_max"], earlier),
        history=measured[::-1],
        events=happened[::-1][:EVENTS_SHOWN],
        events_left=max(0, len(happened) - EVENTS_SHOWN),
        older=found["next"],
        before=query.before,
        titled=lambda names: ", ".join(helps[name]["title"] for name in names),
        owner_key=(await node.character.baseline())["owner_key"],
    )


# --- figures in words ---


def row(form: Mapping[str, Any], help_: Mapping[str, str], name: str, more: str = "") -> Form:
    """A figure with its help: `shown` is the number, or why there is none; where it fits, a gauge."""
    value = form["value"]
    low = -1.0 if name in TO_BOTH_SIDES else 0.0
    gauge = None
    if value is not None and help_["group"] in {"relations", "trust"}:
        gauge = charts.gauge(value, low, 1.0, f"{help_['title']}: {number(value)}, from {low:g} to 1")
    return {"name": name, "form": form, "help": help_, "shown": shown(form), "gauge": gauge, "note": more}


def relied(one: Form, help_: Mapping[str, str], name: str) -> Form:
    """A model or a peer, how far it can be relied on, and by how much of a record."""
    who = str(one["name"] or one["node_id"][:12])
    more = f"Gated: {shown(one['trust_gate'])}, by what is left of its outcomes: {one['outcomes']:.1f}"
    return row(one["trust"], {**help_, "title": who}, name, more)


def note(name: str, told: Mapping[str, Any]) -> str:
    """What a drift figure is to be seen against."""
    if name == "drift":
        return f"Usual for it: up to {number(told['threshold'])}"
    return f"The rule: below {number(told['step_max'])}" if name == "step" else ""


def number(value: float) -> str:
    """A figure as people read it: three digits after the point, fewer of large ones."""
    digits = 3 if abs(value) < 10 else 1  # noqa: PLR2004
    told = f"{value:.{digits}f}"
    return f"\N{MINUS SIGN}{told[1:]}" if told.startswith("-") and float(told) else told.lstrip("-")


def difference(value: float | None, beside: float | None) -> float | None:
    """How far a score is from the one that stands beside it, be that only proposed; the API's is from the baseline."""
    return None if value is None or beside is None else value - beside


def shown(form: Mapping[str, Any] | None) -> str:
    """A figure's number, or in words why there is none."""
    if form is None:
        return "not measured"
    if form["status"] == "no_baseline":
        return "there is no baseline yet; it is set below"
    return number(form["value"]) if form["value"] is not None else str(form["text"] or form["status"])


def radar(dimensions: Sequence[Mapping[str, Any]], base: str) -> Any:  # noqa: ANN401  # Markup, which loads jinja's parts
    """The sixteen scores, over the baseline's (or that proposed as one)."""
    spokes = []
    for one in dimensions:
        told = f"{one['title']}: {'not measured' if one['value'] is None else number(one['value'])}"
        if one[base] is not None:
            told += f", {base} {number(one[base])}"
        spokes.append(charts.Spoke(one["title"], told, one["value"], one[base]))
    return charts.radar(spokes, "The sixteen scores of the character, from 0 in the middle to 1")


# --- time ---


def moment(iso: str) -> str:
    """A time for a picture's words, which no script puts into the reader's zone."""
    return f"{iso[:10]} {iso[11:16]} UTC"


def events(
    measured: Sequence[Mapping[str, Any]], plates: Sequence[Mapping[str, Any]], earlier: Form | None = None
) -> Iterator[Form]:
    """What happened while these replies (oldest first) were measured: alarms, baselines, plates. In order of time.

    `earlier`: what held before (`Character.before`), so that what happens where two pages meet is told once; None
    where nothing was measured before. `reply`: which of the measured replies it is shown at, by its place.
    """
    found: list[Form] = []
    rang = {name: earlier is not None and earlier[name] == 1 for name in ("alarm", "mewma_alarm")}
    baseline = (earlier or measured[0])["baseline"] if measured else None
    for place, one in enumerate(measured):
        if one["baseline"] != baseline:
            baseline = one["baseline"]
            text = "Measured against a new baseline from here on" if baseline else "Measured without a baseline"
            found.append({"time": one["time"], "kind": "baseline", "text": text, "reply": place})
        for name, before in rang.items():
            form = one["figures"].get(name)
            if form is None or form["value"] is None:
                continue
            rings = form["value"] == 1
            if rings != before:
                kind = "alarm" if rings else "over"
                found.append({"time": one["time"], "kind": kind, "text": ALARMS[name, rings], "reply": place})
            rang[name] = rings
    for version in plates:
        since = [place for place, one in enumerate(measured) if one["time"] >= version["issued"]]
        if since and (version["issued"] > earlier["time"] if earlier else version["issued"] >= measured[0]["time"]):
            text = f"Plate: version {version['version']}"
            found.append({"time": version["issued"], "kind": "plate", "text": text, "reply": since[0]})
    return iter(sorted(found, key=lambda one: str(one["time"])))


def series(
    measured: Sequence[Mapping[str, Any]], happened: Sequence[Form], step_max: float, earlier: Form | None = None
) -> Form:
    """The drift of the newest window and the step of each reply, as pictures over the band of what is usual.

    `earlier`: as for `events`. What is usual is known when a window is complete, and holds until the next one is.
    """
    at: dict[int, list[str]] = {}
    for event in happened:
        at.setdefault(event["reply"], []).append(event["text"])
    drifts, steps = [], []
    usual = FLOOR if earlier is None or earlier["threshold"] is None else earlier["threshold"]
    for place, one in enumerate(measured):
        figures = one["figures"]
        learned = figures.get("threshold")
        usual = learned["value"] if learned is not None and learned["value"] is not None else usual
        more = "".join(f". {text}" for text in at.get(place, ()))
        told = f"{moment(one['time'])}: drift {shown(figures.get('drift'))}, usual up to {number(usual)}{more}"
        drifts.append(charts.Point(_value(figures, "drift"), told, limit=usual, event=place in at))
        told = f"{moment(one['time'])}: step {shown(figures.get('step'))}, {count(one['words'], 'word')}{more}"
        steps.append(charts.Point(_value(figures, "step"), told, limit=step_max, event=place in at))
    most = max([usual, *(one.limit or 0.0 for one in drifts)])
    tops = [charts.top_of([top, *(one.value or 0.0 for one in points)]) for points, top in
            ((drifts, 1.2 * most), (steps, 1.2 * step_max))]  # fmt: skip
    ends = [moment(measured[place]["time"]) if measured else "" for place in (0, -1)]
    if ends[0][:10] != ends[1][:10]:
        ends = [end[:10] for end in ends]
    return {
        "drift": charts.line(drifts, "Drift from the baseline, over time", 0.0, tops[0]),
        "drift_top": f"{tops[0]:g}",
        "step": charts.line(steps, "Step drift of each reply", 0.0, tops[1]),
        "step_top": f"{tops[1]:g}",
        "drifted": any(one.value is not None for one in drifts),
        "stepped": any(one.value is not None for one in steps),
        "first": ends[0],
        "last": ends[1],
    }


def _value(figures: Mapping[str, Any], name: str) -> float | None:
    form = figures.get(name)
    return None if form is None else form["value"]

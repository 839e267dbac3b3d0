"""How does a series of figures become a picture? As SVG made here: no script draws it, no inline style dresses it.

Pure functions of values to markup. Every value is a `.hit` with what is said of it as its title, which
charts.js also shows beneath the picture on hover and by arrow keys. Bars and lines are
stretched to the width there is (so they hold no text: the axes' ends stand beside them in HTML); the radar keeps its
shape. What the picture shows stands in a table too, which is the page's part.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import cos, floor, isfinite, log10, pi, sin
from typing import TYPE_CHECKING, Final

from markupsafe import Markup

if TYPE_CHECKING:
    from collections.abc import Sequence

HEIGHT: Final = 100.0
STEP: Final = 10.0  # a value's width, before the picture is stretched
GAP: Final = 2.0
CROWD: Final = 80  # of more values only those over their limit have a dot: the line says the rest
STUB: Final = 7.0  # how high a bar is whose value is not known
RADIUS: Final = 105.0
LABELS_AT: Final = 119.0
RINGS: Final = (0.25, 0.5, 0.75, 1.0)
UPRIGHT: Final = 0.2  # nearer to the middle line than this share of the radius, a label is centered


@dataclass(frozen=True, slots=True)
class Point:
    """A value and what is said of it; None where there is none. `limit`: up to where it is as usual.

    `part`: the value is not all there is (some of it is not known). `event`: something happened here.
    """

    value: float | None
    told: str
    limit: float | None = None
    part: bool = False
    event: bool = False


@dataclass(frozen=True, slots=True)
class Spoke:
    """One axis of a radar, from 0 in the middle to 1: where it is, and where it is compared with."""

    title: str
    told: str
    value: float | None
    baseline: float | None = None


def top_of(values: Sequence[float]) -> float:
    """Where an axis that begins at 0 ends: the least of 1, 2 and 5 times a power of ten that no value exceeds."""
    highest = max((value for value in values if isfinite(value)), default=0.0)
    if highest <= 0:
        return 1.0
    power = 10.0 ** floor(log10(highest))
    return next((power * step for step in (1, 2, 5) if highest <= power * step), power * 10)


def bars(points: Sequence[Point], label: str, top: float | None = None) -> Markup:
    """A column for each value, from 0 to `top`; a dashed stub where it is not known, on top where it is in part."""
    end = top or top_of([point.value for point in points if point.value is not None])
    drawn = Markup("")
    for index, point in enumerate(points):
        height = HEIGHT * _within((point.value or 0.0) / end)
        if point.value:
            drawn += _rect("bar", index, HEIGHT - max(height, 1.0), max(height, 1.0))
        if point.value is None or point.part:
            drawn += _rect("bar unknown", index, max(0.0, HEIGHT - height - STUB), STUB)
        drawn += _hit(index, point.told)
    return _stretched(len(points), label, drawn)


def line(points: Sequence[Point], label: str, low: float = 0.0, high: float = 1.0) -> Markup:
    """A line through the values, broken where there is none; beneath it the band of what is usual, and events."""
    span = (high - low) or 1.0

    def y(value: float) -> float:
        return HEIGHT * (1.0 - _within((value - low) / span))

    drawn = _band(points, y(low), [None if one.limit is None else y(one.limit) for one in points])
    for index, point in enumerate(points):
        if point.event:
            drawn += _path("event", [(_middle(index), 0.0), (_middle(index), HEIGHT)])
    run: list[tuple[float, float]] = []
    for index, point in enumerate([*points, Point(None, "")]):
        if point.value is not None:
            run.append((_middle(index), y(point.value)))
        elif run:
            drawn += _path("line", run) if len(run) > 1 else Markup("")
            run = []
    for index, point in enumerate(points):
        if point.value is not None:
            over = point.limit is not None and point.value > point.limit
            at = (_middle(index), y(point.value))
            alone = [one for one in points[max(0, index - 1) : index + 2] if one.value is not None] == [point]
            if over or alone or len(points) <= CROWD:
                drawn += _path("dot over" if over else "dot", [at, at])
        drawn += _hit(index, point.told)
    return _stretched(len(points), label, drawn)


def radar(spokes: Sequence[Spoke], label: str) -> Markup:
    """A figure with a corner on each axis, over that of the baseline."""
    drawn = Markup("")
    for ring in RINGS:
        drawn += Markup('<circle class="grid" r="{}"/>').format(_number(ring * RADIUS))
    angles = [2 * pi * index / len(spokes) for index in range(len(spokes))]
    for angle in angles:
        x, y = _at(angle, RADIUS)
        drawn += Markup('<path class="grid" d="M0 0L{} {}"/>').format(_number(x), _number(y))
    drawn += _figure("baseline", angles, [spoke.baseline for spoke in spokes])
    drawn += _figure("shape", angles, [spoke.value for spoke in spokes])
    for angle, spoke in zip(angles, spokes, strict=True):
        x, y = _at(angle, LABELS_AT)
        anchor = "middle" if abs(x) < UPRIGHT * RADIUS else "start" if x > 0 else "end"
        drawn += Markup('<text x="{}" y="{}" text-anchor="{}">{}</text>').format(
            _number(x), _number(y + 4), anchor, spoke.title
        )
        drawn += _wedge(angle, pi / len(spokes), spoke.told)
    return Markup('<svg class="radar" viewBox="-205 -138 410 276" role="img" aria-label="{}">{}</svg>').format(
        label, drawn
    )


def gauge(value: float, low: float, high: float, label: str) -> Markup:
    """A bar from 0 (or the low end) to the value, on a scale from `low` to `high`."""
    span = (high - low) or 1.0
    zero, at = (100.0 * _within((one - low) / span) for one in (0.0, value))
    return Markup(
        '<svg class="gauge" viewBox="0 0 100 8" preserveAspectRatio="none" role="img" aria-label="{}">'
        '<rect class="track" width="100" height="8"/><rect class="bar" x="{}" width="{}" height="8"/>'
        '<path class="zero" d="M{} 0V8"/></svg>'
    ).format(label, _number(min(zero, at)), _number(max(abs(at - zero), 0.5)), _number(zero))


def _within(share: float) -> float:
    return min(1.0, max(0.0, share)) if isfinite(share) else 0.0


def _number(value: float) -> str:
    shown = f"{value:.1f}".removesuffix(".0")
    return "0" if shown == "-0" else shown


def _middle(index: int) -> float:
    return (index + 0.5) * STEP


def _rect(kind: str, index: int, y: float, height: float) -> Markup:
    return Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>').format(
        kind, _number(index * STEP + GAP / 2), _number(y), _number(STEP - GAP), _number(height)
    )


def _hit(index: int, told: str) -> Markup:
    return Markup('<rect class="hit" x="{}" width="{}" height="{}"><title>{}</title></rect>').format(
        _number(index * STEP), _number(STEP), _number(HEIGHT), told
    )


def _path(kind: str, places: Sequence[tuple[float, float]], end: str = "") -> Markup:
    way = "L".join(f"{_number(x)} {_number(y)}" for x, y in places)
    return Markup('<path class="{}" d="M{}{}"/>').format(kind, way, end)


def _band(points: Sequence[Point], bottom: float, tops: Sequence[float | None]) -> Markup:
    """The areas beneath the limits, a step for each value."""
    drawn = Markup("")
    run: list[tuple[float, float]] = []
    for index, height in enumerate([*tops, None]):
        if height is not None:
            run += [(index * STEP, height), ((index + 1) * STEP, height)]
        elif run:
            drawn += _path("band", [(run[0][0], bottom), *run, (run[-1][0], bottom)], "Z")
            run = []
    return drawn if points else Markup("")


def _stretched(count: int, label: str, drawn: Markup) -> Markup:
    grid = Markup("").join(
        _path("grid", [(0.0, HEIGHT * share), (max(count, 1) * STEP, HEIGHT * share)]) for share in (0.0, 0.5, 1.0)
    )
    return Markup(
        '<svg class="chart" viewBox="0 0 {} 100" preserveAspectRatio="none" role="img" aria-label="{}">{}{}</svg>'
    ).format(_number(max(count, 1) * STEP), label, grid, drawn)


def _at(angle: float, distance: float) -> tuple[float, float]:
    """A place by its direction, clockwise from the top."""
    return distance * sin(angle), -distance * cos(angle)


def _figure(kind: str, angles: Sequence[float], values: Sequence[float | None]) -> Markup:
    """A closed line through the values; nothing where one of them is not known."""
    known = [value for value in values if value is not None]
    if not known or len(known) < len(values):
        return Markup("")
    places = [_at(angle, RADIUS * _within(value)) for angle, value in zip(angles, known, strict=True)]
    return _path(kind, places, "Z")


def _wedge(angle: float, half: float, told: str) -> Markup:
    """What is pointed at on an axis: its share of the circle, with its label."""
    left, right = _at(angle - half, LABELS_AT + 12), _at(angle + half, LABELS_AT + 12)
    way = "L".join(f"{_number(x)} {_number(y)}" for x, y in ((0.0, 0.0), left, right))
    return Markup('<path class="hit" d="M{}Z"><title>{}</title></path>').format(way, told)

"""Do pictures of figures show what they are given, and nothing else?"""

from __future__ import annotations

import re
from math import inf, nan
from xml.etree import ElementTree as ET

import pytest

from ccnode.api import charts
from ccnode.api.charts import Point, Spoke

EVIL = '"><script>alert(1)</script>&'


def read(drawn: str) -> ET.Element:
    """A picture as XML; it is well formed, and holds no style, script or handler of its own."""
    assert not re.search(r"<(script|style|a|image|use|foreignObject)\b|\s(style|on\w+|href)=", drawn)
    return ET.fromstring(drawn)  # noqa: S314  # made here


def of_class(picture: ET.Element, kind: str) -> list[ET.Element]:
    return [one for one in picture.iter() if one.get("class") == kind]


@pytest.mark.parametrize(
    ("values", "top"),
    [([], 1.0), ([0.0], 1.0), ([0.3, 0.04], 0.5), ([0.5], 0.5), ([1.1], 2.0), ([7.0], 10.0), ([nan, inf, 3.0], 5.0)],
)
def test_an_axis_ends_at_a_round_number(values: list[float], top: float) -> None:
    assert charts.top_of(values) == pytest.approx(top)


def test_bars_are_as_high_as_their_values() -> None:
    picture = read(charts.bars([Point(1.0, "a"), Point(0.5, "b"), Point(0.0, "c"), Point(None, "d")], "cost"))
    assert picture.get("aria-label") == "cost"
    assert [(one.get("y"), one.get("height")) for one in of_class(picture, "bar")] == [("0", "100"), ("50", "50")]
    assert [one.findtext("title") for one in of_class(picture, "hit")] == ["a", "b", "c", "d"]


def test_what_is_not_known_is_not_drawn_as_nothing() -> None:
    picture = read(
        charts.bars([Point(None, "not known"), Point(1.0, "in part", part=True), Point(0.0, "none")], "cost")
    )
    unknown = of_class(picture, "bar unknown")
    assert [one.get("x") for one in unknown] == ["1", "11"]
    assert all(float(one.get("height") or 0) > 0 for one in unknown)


def test_a_line_breaks_where_there_is_no_value() -> None:
    points = [Point(0.0, "a", limit=0.1), Point(0.2, "b", limit=0.1, event=True), Point(None, "c"), Point(1.0, "d")]
    picture = read(charts.line(points, "drift"))
    assert [one.get("d") for one in of_class(picture, "line")] == ["M5 100L15 80"]
    assert len(of_class(picture, "dot")) == 2
    assert [one.get("d") for one in of_class(picture, "dot over")] == ["M15 80L15 80"]
    assert [one.get("d") for one in of_class(picture, "event")] == ["M15 0L15 100"]
    assert [one.get("d") for one in of_class(picture, "band")] == ["M0 100L0 90L10 90L10 90L20 90L20 100Z"]


def test_of_many_values_only_those_that_stand_out_have_a_dot() -> None:
    many = [Point(0.05, "a", limit=0.1)] * charts.CROWD
    picture = read(charts.line([*many, Point(0.2, "b", limit=0.1), Point(None, "c"), Point(0.01, "alone")], "drift"))
    assert (len(of_class(picture, "dot")), len(of_class(picture, "dot over"))) == (1, 1)


def test_a_radar_has_a_corner_on_each_axis() -> None:
    spokes = [Spoke(f"s{index}", f"s{index}: 0.5", 0.5, 1.0 if index else 0.0) for index in range(4)]
    picture = read(charts.radar(spokes, "character"))
    assert [one.get("d") for one in of_class(picture, "shape")] == ["M0 -52.5L52.5 0L0 52.5L-52.5 0Z"]
    assert [one.get("d") for one in of_class(picture, "baseline")] == ["M0 0L105 0L0 105L-105 0Z"]
    assert [one.text for one in picture.iter("text")] == ["s0", "s1", "s2", "s3"]
    assert [one.get("text-anchor") for one in picture.iter("text")] == ["middle", "start", "middle", "end"]
    assert of_class(read(charts.radar([Spoke("a", "a", None), *spokes], "x")), "shape") == []


def test_a_gauge_grows_from_zero_to_both_sides() -> None:
    bar = of_class(read(charts.gauge(-0.5, -1, 1, "x")), "bar")[0]
    assert (bar.get("x"), bar.get("width")) == ("25", "25")
    bar = of_class(read(charts.gauge(7, 0, 1, "x")), "bar")[0]
    assert (bar.get("x"), bar.get("width")) == ("0", "100")


def test_no_value_leaves_the_picture() -> None:
    wild = [Point(value, "x", limit=value) for value in (-5.0, 99.0, inf, -inf, nan)]
    numbers = re.findall(r"(?<=[ML ])-?[\d.]+", charts.line(wild, "x"))
    assert all(0 <= float(number) <= 100 for number in numbers)
    for drawn in (charts.bars(wild, "x", 1.0), charts.bars([], "x"), charts.line([], "x"), charts.radar([], "x")):
        read(drawn)


def test_what_is_said_is_text() -> None:
    for drawn in (
        charts.bars([Point(1.0, EVIL)], EVIL),
        charts.line([Point(1.0, EVIL)], EVIL),
        charts.radar([Spoke(EVIL, EVIL, 1.0, 1.0)], EVIL),
        charts.gauge(1.0, 0.0, 1.0, EVIL),
    ):
        assert read(drawn).get("aria-label") == EVIL

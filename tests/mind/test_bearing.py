"""Is a model told the figures as they were measured, in numbers alone?"""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from ccnode.mind.bearing import HEAD, told
from ccnode.mind.charvec import NAMES
from ccnode.mind.relations import NAMES as RELATIONS

VECTOR = tuple(range(0, 16 * 60_000, 60_000))


def test_figures_under_their_names() -> None:
    text = told(VECTOR, {"lsm": 705_000, "coordination": -14_999, "unheard_of": 1})
    head, character, here = text.splitlines()
    assert head == HEAD
    assert character.startswith("Character (0 to 1, usual is 0.5): analytic 0.00, complexity 0.06, diversity 0.12,")
    assert character.endswith("self focus 0.84, user focus 0.90.")
    assert here == "In this conversation: lsm 0.71, coordination -0.01."


def test_what_is_not_measured_is_not_told() -> None:
    assert told(None, {}) == told((1, 2), {}) == told(None, {"unheard_of": 5}) == ""
    assert told(None, {"lsm": 1_000_000}).splitlines()[1:] == ["In this conversation: lsm 1.00."]


millionths = st.integers(-1_000_000, 1_000_000)


@given(st.tuples(*[millionths] * 16), st.dictionaries(st.sampled_from(RELATIONS) | st.text(), millionths))
def test_there_is_nothing_but_names_and_numbers(vector: tuple[int, ...], relations: dict[str, int]) -> None:
    text = told(vector, relations)
    body = text.removeprefix(HEAD)
    for name in sorted((*NAMES, *RELATIONS), key=len, reverse=True):
        body = body.replace(name.replace("_", " "), "")
    assert re.fullmatch(
        r"[-0-9., :\n]*", body.replace("Character (0 to 1, usual is 0.5)", "").replace("In this conversation", "")
    )
    shown = [float(number) for number in re.findall(r"-?\d\.\d\d", text.splitlines()[1].partition(":")[2])]
    assert all(abs(number - value / 1e6) <= 0.005 + 1e-9 for number, value in zip(shown, vector, strict=True))

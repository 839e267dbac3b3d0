"""Has every figure its help, and does the help say what it must?"""

from __future__ import annotations

import pytest

from ccnode.mind import charvec, relations
from ccnode.mind.metric_help import METRIC_HELP, MetricHelp

OTHERS = (
    "drift step_drift ccc drift_alarm mewma trust trust_gate phi phi_adjusted phi_p phi_ratio phi_goal"
    " emergence_psi emergence_delta emergence_gamma"
).split()


def test_every_figure_has_help() -> None:
    assert list(METRIC_HELP) == [
        *charvec.NAMES,
        *OTHERS[:5],
        *relations.NAMES,
        *OTHERS[5:],
    ]


@pytest.mark.parametrize("row", METRIC_HELP.values(), ids=METRIC_HELP.keys())
def test_help_names_unit_range_source_and_limits(row: MetricHelp) -> None:
    for text in (row.title, row.text, row.unit, row.range, row.source, row.limits, row.over):
        assert text == text.strip()
        assert text
        assert "  " not in text
    assert row.text.endswith(".")
    assert row.limits.endswith(".")
    assert row.group in {"character", "drift", "relations", "trust", "phi", "emergence"}


@pytest.mark.parametrize("name", [name for name in METRIC_HELP if name.startswith(("phi", "emergence"))])
def test_what_sounds_like_more_than_it_is_says_so(name: str) -> None:
    assert "no measure of consciousness" in METRIC_HELP[name].limits

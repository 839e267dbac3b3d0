"""Is the owner told in time that a model will be gone?"""

from __future__ import annotations

from datetime import date

import pytest

from ccnode.models.anthropic_endpoint import DEFAULT_MODEL
from ccnode.models.retirement import RETIREMENTS, retirement_warning

OLD = "claude-sonnet-4-5-20250929"


@pytest.mark.parametrize(
    ("today", "told"),
    [
        (date(2026, 8, 31), None),
        (date(2026, 9, 1), "in 90 days"),
        (date(2026, 11, 21), "retires on 30 November 2026, in 9 days"),
        (date(2026, 11, 29), "tomorrow"),
        (date(2026, 11, 30), "today"),
        (date(2026, 12, 1), "was retired on 30 November 2026"),
        (date(2030, 1, 1), "was retired"),
    ],
)
def test_the_old_model(today: date, told: str | None) -> None:
    warning = retirement_warning(OLD, today)
    if told is None:
        assert warning is None
    else:
        assert warning is not None
        assert told in warning
        assert warning.startswith(OLD)
        assert "ccnode model use" in warning


def test_the_default_model_and_strangers_are_not_warned_about() -> None:
    assert DEFAULT_MODEL == "claude-sonnet-5-5"
    for model in (DEFAULT_MODEL, "qwen3:8b", ""):
        assert retirement_warning(model, date(2026, 11, 29)) is None


def test_the_sdk_knows_the_same_days() -> None:
    from anthropic.resources.messages.messages import DEPRECATED_MODELS

    months = "January February March April May June July August September October November December".split()
    known = {}
    for model, text in DEPRECATED_MODELS.items():
        month, day, year = text.replace(",", "").split()
        known[model] = date(int(year), months.index(month) + 1, int(day.rstrip("stndrh")))
    assert {model: day for model, day in RETIREMENTS.items() if model in known} == {
        model: known[model] for model in RETIREMENTS if model in known
    }
    assert known[OLD] == date(2026, 11, 30)

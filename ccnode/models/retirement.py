"""Will the configured model soon be gone? A dated table of what its provider has announced.

After its day a model is not answered by at all, so its owner is told in time: in the status, by `doctor`, in the chat.
"""

from __future__ import annotations

from datetime import date
from typing import Final

NEAR_DAYS: Final = 90

# Announced by Anthropic; also known to the SDK as its deprecated models.
RETIREMENTS: Final[dict[str, date]] = {
    "claude-sonnet-4-5": date(2026, 11, 30),
    "claude-sonnet-4-5-20250929": date(2026, 11, 30),
    "claude-mythos-preview": date(2026, 6, 30),
    "claude-opus-4-0": date(2026, 6, 15),
    "claude-opus-4-20250514": date(2026, 6, 15),
    "claude-sonnet-4-0": date(2026, 6, 15),
    "claude-sonnet-4-20250514": date(2026, 6, 15),
    "claude-3-7-sonnet-latest": date(2026, 2, 19),
    "claude-3-7-sonnet-20250219": date(2026, 2, 19),
    "claude-3-5-haiku-latest": date(2026, 2, 19),
    "claude-3-5-haiku-20241022": date(2026, 2, 19),
    "claude-3-opus-20240229": date(2026, 1, 5),
}


def retirement_warning(model: str, today: date) -> str | None:
    """One sentence where the model is gone or goes within NEAR_DAYS, None for all others."""
    day = RETIREMENTS.get(model)
    if day is None:
        return None
    left = (day - today).days
    when = f"{day.day} {day:%B %Y}"
    if left < 0:
        return f"{model} was retired on {when}: choose another with 'ccnode model use anthropic --model NAME'"
    if left > NEAR_DAYS:
        return None
    days = "today" if left == 0 else "tomorrow" if left == 1 else f"in {left} days"
    return f"{model} retires on {when}, {days}: choose another with 'ccnode model use anthropic --model NAME'"

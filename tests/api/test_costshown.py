"""Does the node page say what models cost, and what of it is not known?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccnode.api.nodepage import cost_shown, dollars
from ccnode.store.spending import Spent, cost_form
from tests.api.fake_node import START_MS
from tests.api.rig import BEARER

if TYPE_CHECKING:
    from tests.api.rig import Rig

TODAY = "2026-03-02"


@pytest.mark.parametrize(
    ("micro", "shown"),
    [(0, "$0.00"), (21, "$0.000021"), (4_200, "$0.0042"), (120_000, "$0.12"), (1_234_567_890, "$1,234.57")],
)
def test_amounts(micro: int, shown: str) -> None:
    assert dollars(micro) == shown


def test_what_is_not_known_is_never_nothing() -> None:
    spent = [Spent(TODAY, "priced", calls=2, input=100, cache_read=300, output=5, cost=500_000),
             Spent(TODAY, "unpriced", calls=3, input=50, unpriced=3),
             Spent("2026-03-01", "unpriced", calls=1, unpriced=1)]  # fmt: skip
    shown = cost_shown(cost_form(spent, 1_000_000, START_MS))
    assert (shown["spent"], shown["left"], shown["of_budget"]) == ("$0.50", "$0.50", 50)
    assert shown["now"]["cost"] == "at least $0.50 (what 3 calls cost is not known)"
    assert [row["cost"] for row in shown["rows"]] == ["$0.50", "not known", "not known"]
    assert [(name, one["cost"]) for name, one in shown["models"]] == [("priced", "$0.50"), ("unpriced", "not known")]
    assert shown["sums"]["hits"] == 66
    assert str(shown["chart"]).count('class="bar unknown"') == 2
    assert "2026-03-01: not known, 1 call" in shown["chart"]
    assert shown["first"] == "2026-02-01"


async def test_the_page_warns_before_a_model_retires_and_does_without_being_told(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def page() -> str:
        async with rig.client.get(f"{rig.url}/node", headers=BEARER) as response:
            assert response.status == 200
            return await response.text()

    rig.node.warning = "claude-x will be retired on 2026-05-01"
    assert "Claude-x will be retired on 2026-05-01." in await page()
    monkeypatch.setattr(rig.node, "models", lambda: {"current": "x", "available": []})
    assert "retired" not in await page()


def test_without_a_budget_or_calls() -> None:
    shown = cost_shown(cost_form([], 0, START_MS))
    assert (shown["budget"], shown["of_budget"], shown["sums"]["hits"]) == (None, None, None)
    assert shown["sums"]["cost"] == "$0.00"

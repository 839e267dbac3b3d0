"""Is the cost of a call right to the micro-dollar, on its day, and unknown where it is not known?"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ccnode.models.anthropic_endpoint import DEFAULT_MODEL
from ccnode.models.base import Usage
from ccnode.models.prices import DEFAULT_PRICES, Price, PriceTable, price_table

M = 1_000_000
MODEL = (DEFAULT_MODEL,)
MODELS_PAGE = Path(__file__).parents[2] / "docs" / "MODELS.md"


@pytest.mark.parametrize(
    ("day", "usage", "cost"),
    [
        ("2026-11-21", Usage(M, 0), 2_000_000),
        ("2026-11-21", Usage(0, M), 10_000_000),
        ("2026-11-21", Usage(0, 0, cache_write_5m_tokens=M), 2_500_000),
        ("2026-11-21", Usage(0, 0, cache_write_1h_tokens=M), 4_000_000),
        ("2026-11-21", Usage(0, 0, cache_read_tokens=M), 100_000),
        # The price is that of the day.
        ("2026-10-07", Usage(0, 0, cache_read_tokens=M), 100_000),
        ("2026-10-06", Usage(0, 0, cache_read_tokens=M), 200_000),
        ("2026-09-01", Usage(M, M), None),
        # Rounded up: a tenth of a micro-dollar is one, nothing is nothing.
        ("2026-11-21", Usage(0, 0, cache_read_tokens=1), 1),
        ("2026-11-21", Usage(1, 1, cache_read_tokens=11), 14),
        ("2026-11-21", Usage(0, 0), 0),
        # Unknown tokens have an unknown cost.
        ("2026-11-21", Usage(None, 10), None),
        ("2026-11-21", Usage(10, None), None),
    ],
)
def test_the_default_model(day: str, usage: Usage, cost: int | None) -> None:
    assert price_table().cost(MODEL, day, usage) == cost


def test_a_long_prompt_can_cost_more() -> None:
    table, model = price_table(), ("claude-haiku-5-5",)
    assert table.cost(model, "2026-11-21", Usage(100_000, 0)) == 10_000
    assert table.cost(model, "2026-11-21", Usage(100_001, 0)) == 50_001
    # What is read from the cache is a part of the prompt.
    assert table.cost(model, "2026-11-21", Usage(1, 0, cache_read_tokens=100_000)) == 5_001


def test_an_unknown_model_has_no_cost_rather_than_none_to_pay() -> None:
    table = price_table()
    assert table.cost(("claude-of-tomorrow",), "2026-11-21", Usage(1, 1)) is None
    assert not table.knows(("claude-of-tomorrow",), "2026-11-21")
    assert table.knows(MODEL, "2026-11-21")
    assert not table.knows(MODEL, "2020-01-01")


def test_a_name_stands_for_its_snapshots_and_the_first_known_name_counts() -> None:
    table, usage = price_table(), Usage(M, 0)
    assert table.cost(("claude-haiku-4-5-20251001",), "2026-11-21", usage) == 1_000_000
    assert table.cost(("claude-haiku-4-5-2025",), "2026-11-21", usage) is None
    assert table.cost(("gateway/x", "claude-haiku-4-5"), "2026-11-21", usage) == 1_000_000


def test_configured_rows_take_the_place_of_all_of_their_model() -> None:
    mine = [Price(DEFAULT_MODEL, "2027-01-01", 7, 7), Price("qwen3:8b", "2026-01-01", 0, 0)]
    table = price_table(mine)
    assert table.cost(MODEL, "2026-11-21", Usage(M, 0)) is None
    assert table.cost(MODEL, "2027-01-01", Usage(M, 0)) == 7
    assert table.cost(MODEL, "2027-01-01", Usage(M, 0, cache_read_tokens=1)) is None  # no price for that
    assert table.cost(("claude-haiku-4-5",), "2027-01-01", Usage(M, 0)) == 1_000_000
    # What is free is free, also where the server counts nothing.
    assert table.cost(("qwen3:8b",), "2026-11-21", Usage(None, None)) == 0


def test_a_new_day_ends_all_rows_of_the_days_before() -> None:
    rows = [
        Price("m", "2026-01-01", M, 0),
        Price("m", "2026-01-01", 2 * M, 0, prompt_over=5),
        Price("m", "2026-02-01", 3 * M, 0),
    ]
    table = PriceTable(rows)
    assert [table.cost(("m",), "2026-01-31", Usage(n, 0)) for n in (5, 6)] == [5, 12]
    assert [table.cost(("m",), "2026-02-01", Usage(n, 0)) for n in (5, 6)] == [15, 18]


tokens = st.integers(0, 10**9)


@given(tokens, tokens, tokens, tokens, tokens)
def test_costs_are_whole_never_less_than_exact_and_by_less_than_one_more(
    a: int, b: int, c: int, d: int, e: int
) -> None:
    price = Price("m", "2026-01-01", 2_000_000, 10_000_000, 2_500_000, 4_000_000, 100_000)
    cost = price.cost(Usage(a, b, c, d, e))
    exact = a * 2_000_000 + b * 10_000_000 + c * 2_500_000 + d * 4_000_000 + e * 100_000
    assert type(cost) is int
    assert 0 <= cost * M - exact < M


def test_the_page_lists_every_price() -> None:
    """A table that is changed here is changed on paper, too."""
    page = MODELS_PAGE.read_text(encoding="utf-8")
    written = set()
    for line in page.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if len(cells) != 7 or not cells[0].startswith("claude-"):
            continue
        over = int(found[1].replace(",", "")) if (found := re.search(r"over ([\d,]+) tokens", cells[0])) else 0
        first, *others = cells[0].partition(", prompts")[0].split(", ")
        names = [first, *(re.sub(r"\d+-\d+$", other, first) for other in others)]
        given, out, short, long, read = (round(float(cell) * M) for cell in cells[2:])
        written |= {Price(name, cells[1], given, out, short, long, read, over) for name in names}
    assert written == set(DEFAULT_PRICES)

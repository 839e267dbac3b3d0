"""Are costs, budgets and a model near its end shown as they are?"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from ccnode.store import spending
from ccnode.store.spending import Spent
from tests.cli.helpers import ledger_of, pretending, running

if TYPE_CHECKING:
    import pytest

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

OLD = "claude-sonnet-4-5-20250929"


def today(days_ago: int = 0) -> str:
    return spending.day_of(time.time_ns() // 1_000_000 - days_ago * spending.DAY_MS)


def spend(home: Home, *rows: Spent) -> None:
    with ledger_of(home) as ledger:
        for row in rows:
            ledger.append_sync(spending.add(row))


def test_nothing_was_spent(home: Home, ccnode: Ccnode) -> None:
    result = ccnode("cost")
    assert (result.code, result.out) == (0, "")
    assert "Nothing was asked of a model that costs." in result.err
    assert ccnode("cost", "--json").data["days"] == []


def test_costs_by_day_and_model(home: Home, ccnode: Ccnode) -> None:
    spend(
        home,
        Spent(today(), "claude-sonnet-5-5", 2, 1000, 500, 200, 3000, 7_500_000),
        Spent(today(), "claude-of-tomorrow", 3, 10, 10, unpriced=3),
        Spent(today(), "partly", 2, 10, 10, cost=5, unpriced=1),
        Spent(today(), "broken-off", 1, 10, 10, cost=5, estimated=1),
        Spent(today(40), "long-ago", 1, cost=10**9),
    )
    result = ccnode("cost")
    rows = [line.split("\t") for line in result.out.splitlines()]
    assert [row[1:] for row in rows] == [
        ["broken-off", "1", "10", "0", "10", "about $0.000005"],
        ["claude-of-tomorrow", "3", "10", "0", "10", "unknown"],
        ["claude-sonnet-5-5", "2", "1,200", "3,000", "500", "$7.50"],
        ["partly", "2", "10", "0", "10", "at least $0.000005"],
    ]
    assert "Together $7.50001, and 4 calls without a known price; today $7.50001." in result.err
    assert len(ccnode("cost", "--days", "41", "--json").data["days"]) == 5
    assert len(ccnode("cost", "--days", "40", "--json").data["days"]) == 4
    assert ccnode("cost", "--days", "0").code == 2


def test_what_is_left_of_a_budget(home: Home, ccnode: Ccnode) -> None:
    spend(home, Spent(today(), "m", 1, cost=400_000))
    assert ccnode("config", "set", "models.budget_micro_dollars_per_day", "1000000").code == 0
    assert "$0.60 of $1.00 are left today; it begins anew at 00:00 UTC." in ccnode("cost").err
    facts = ccnode("cost", "--json").data
    assert (facts["budget_micro_dollars_per_day"], facts["left_today_micro_dollars"]) == (1_000_000, 600_000)


def test_a_price_can_be_set_and_a_wrong_one_is_named(home: Home, ccnode: Ccnode) -> None:
    row = '[{model = "qwen3:8b", since = "2026-01-01", input = 0, output = 0}]'
    assert ccnode("config", "set", "models.prices", row).code == 0
    shown = {one["key"]: one["value"] for one in ccnode("config", "show", "--json").data["settings"]}
    assert shown["models.prices"] == [{"model": "qwen3:8b", "since": "2026-01-01", "input": 0, "output": 0}]
    home.config.write_text('[models]\nprices = [{model = "x", since = "soon", input = -1, output = 0, price = 1}]\n')
    [since, less, strange] = [one["message"] for one in ccnode("config", "check", "--json").data["problems"]]
    assert since.startswith("0.since: ")
    assert less.startswith("0.input: ")
    assert strange == "0.price: there is no such field"


def test_doctor_names_a_model_near_its_end(home: Home, ccnode: Ccnode) -> None:
    home.config.write_text(f'[models]\nadapter = "anthropic"\nmodel = "{OLD}"\n')
    model = next(one for one in ccnode("doctor", "--json").data["checks"] if one["name"] == "model")
    assert model["state"] == "warn"
    assert "30 November 2026" in model["message"]


def test_a_running_node_names_it_too(home: Home, ccnode: Ccnode) -> None:
    key = home.root / "anthropic.key"
    key.write_text("sk-ant-test-0123456789\n")
    key.chmod(0o600)
    home.config.write_text(f'[models]\nadapter = "anthropic"\nmodel = "{OLD}"\n')
    with running(home):
        status = ccnode("status", "--json").data
        assert status["model"] == f"anthropic/{OLD}"
        assert status["state"] == "ready"
        [problem] = status["problems"]
        assert problem["code"] == "model_retires"
        assert problem["message"].startswith(OLD)
        listed = ccnode("model", "list", "--json")
        assert listed.data["warning"] == problem["message"]
        assert problem["message"] in listed.err
        assert ccnode("cost", "--json").data["days"] == []


def test_the_chat_says_it_before_the_first_question(
    home: Home, ccnode: Ccnode, monkeypatch: pytest.MonkeyPatch
) -> None:
    problem = {"code": "model_retires", "message": f"{OLD} retires on 30 November 2026"}
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    monkeypatch.setattr("builtins.input", lambda _prompt: (_ for _ in ()).throw(EOFError))
    with pretending(home, lambda *_: (200, {"problems": [problem], "unanswered": []})):
        result = ccnode("chat")
    assert result.code == 0
    assert f"warning: {problem['message']}" in result.err

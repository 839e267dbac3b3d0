"""Is what was measured shown as it is, with the reason where there is no number? Does only the owner set a baseline?"""

from __future__ import annotations

import random
import time
from typing import TYPE_CHECKING, Any

import pytest

from ccnode.cli import characters
from ccnode.cli import local as database
from ccnode.daemon.measurer import Measurer
from ccnode.reference import charvec1
from ccnode.store import baselines, measurements, reports
from ccnode.store.reports import Kept
from ccnode_crypto.keys import SigningKey
from ccnode_crypto.statements import state_baseline
from tests.cli.helpers import DEADLINE_S, call, ledger_of, make_node, pretending, running, say
from tests.protocol.gossiping import key_of, report_of

if TYPE_CHECKING:
    from pathlib import Path

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

WORDS = (
    "the a of in to that it is was we you could think because however good bad very really please river mountain garden"
    " paper stone window reading plan result answer number time so but and or not never"
).split()


def english(words: int, seed: int) -> str:
    chance, text = random.Random(seed), ""
    for at in range(words):
        text += chance.choice(WORDS) + (". " if at % 11 == 10 else " ")
    return text


def talk(home: Home, replies: int, words: int) -> str:
    """A conversation, every reply of it measured as a daemon does; return its id."""
    session, _ = say(home, [(english(12, -seed - 1), english(words, seed)) for seed in range(replies)], "river talk")
    measurer = Measurer(home.ledger)
    with ledger_of(home) as ledger:
        for reply in database.ask(home, measurements.pending(0))[0]:
            found = measurer.measure(reply)
            assert found is not None
            ledger.append_sync(measurements.record(found))
    return session


def test_nothing_was_measured_yet(home: Home, ccnode: Ccnode) -> None:
    shown = ccnode("character", "show")
    assert shown.code == 0
    assert "not enough text yet (have 0, need 1,000 words)" in shown.out
    assert "phi > 0.80: not known" in shown.out
    assert "no conversation was measured yet" in shown.out
    assert ccnode("character", "history").err.strip() == "No reply was measured yet."
    assert ccnode("character", "drift").code == 0
    assert "none yet: ccnode character baseline set" in ccnode("character", "baseline", "show").out
    refused = ccnode("character", "baseline", "set", "--yes", "--json")
    assert (refused.code, refused.error["code"]) == (5, "nothing_measured")


def test_too_little_text_says_how_much_there_is(home: Home, ccnode: Ccnode) -> None:
    talk(home, 1, 312)
    shown = ccnode("character", "show")
    assert "not enough text yet (have 312, need 1,000 words)" in shown.out
    assert "not enough yet (have 1, need 256 vectors)" in shown.out
    assert "not enough yet (have 1, need 5 turn pairs)" in shown.out
    assert "not enough yet (have 0, need 10 windows)" in shown.out
    (row,) = (line.split("\t") for line in ccnode("character", "history").out.splitlines())
    assert row[2:] == ["312", "312", "0/1,000", "-", "-", "1/256"]


def test_the_character_is_drawn(home: Home, ccnode: Ccnode) -> None:
    session = talk(home, 6, 500)
    shown = ccnode("character", "show")
    assert shown.code == 0
    assert "charvec/1 over the last 2,000 words" in shown.out
    bars = [line for line in shown.out.splitlines() if line.startswith(("Analytic ", "User focus "))]
    assert len(bars) == 2
    assert all(len(line.split()[-2]) == characters.BAR for line in bars), bars
    assert f"{session[:8]}  river talk" in shown.out
    data = ccnode("character", "show", "--json").data
    assert data["character"]["value"] == 2000
    assert len(data["character"]["dimensions"]) == 16
    assert data["relations"]["session_id"] == session
    assert data["relations"]["figures"]["repair_free"]["value"] == 1.0
    assert "help" not in data
    explained = ccnode("character", "show", "--explain")
    assert "Ireland, Slatcher" in explained.out
    assert "Phi above 0.80" in explained.out
    assert set(ccnode("character", "show", "--explain", "--json").data["help"]) > {"ccc", "phi", "lsm", "analytic"}
    assert ccnode("character", "show", "--session", session[:8]).code == 0
    assert ccnode("character", "show", "--session", "ffffffff").code == 5


def test_history_is_paged(home: Home, ccnode: Ccnode) -> None:
    session = talk(home, 3, 50)
    first = ccnode("character", "history", "--limit", "2", "--json").data
    assert (len(first["measurements"]), first["more"]) == (2, True)
    rest = ccnode("character", "history", "--before", str(first["next"]), "--session", session, "--json").data
    assert (len(rest["measurements"]), rest["more"], rest["next"]) == (1, False, None)
    assert "--before" in ccnode("character", "history", "--limit", "2").err


def test_the_owner_sets_what_is_measured_now(home: Home, ccnode: Ccnode) -> None:
    talk(home, 5, 500)
    asks = ccnode("character", "baseline", "set")
    assert (asks.code, "--yes" in asks.err) == (2, True)
    proposed = ccnode("character", "baseline", "set", "--from", "proposed", "--yes", "--json")
    assert proposed.error["code"] == "nothing_measured"
    made = ccnode("character", "baseline", "set", "--yes", "--json").data
    assert made["source"] == "now"
    now = ccnode("character", "show", "--json").data
    assert now["baseline"] == made["baseline"]
    assert made["baseline"]["values"] == [one["value"] for one in now["character"]["dimensions"]]
    assert now["drift"]["drift"]["status"] == "pending"  # nothing was measured since
    assert "signed" in ccnode("character", "baseline", "show").out
    talk(home, 5, 500)
    drifted = ccnode("character", "drift")
    assert "Furthest from the baseline" in drifted.out
    assert "Windows of 2,000 words" in drifted.out
    data = ccnode("character", "drift", "--json").data
    assert data["drift"]["ccc"]["value"] is not None
    assert any(one["closes"] for one in data["windows"])
    assert "(the mark: baseline)" in ccnode("character", "show").out


def test_ten_windows_propose_a_baseline(home: Home, ccnode: Ccnode) -> None:
    talk(home, 20, 1000)
    shown = ccnode("character", "baseline", "show", "--json").data
    assert (shown["proposed"]["value"], shown["proposed"]["words"]) == (10, 20_000)
    assert "is proposed: ccnode character baseline set" in ccnode("character", "show").out
    made = ccnode("character", "baseline", "set", "--yes", "--json").data
    assert (made["source"], made["baseline"]["values"]) == ("proposed", shown["proposed"]["values"])
    assert ccnode("character", "baseline", "set", "--yes", "--json").data["source"] == "now"


def test_a_passphrase_is_asked_for(tmp_path: Path, ccnode: Ccnode, monkeypatch: pytest.MonkeyPatch) -> None:
    home = make_node(tmp_path / "n", passphrase="correct horse")
    monkeypatch.setenv("CCNODE_DATA_DIR", str(home.root))
    talk(home, 3, 500)
    asks = ccnode("character", "baseline", "set", "--yes", "--json")
    assert (asks.code, "CCNODE_OWNER_PASSPHRASE" in asks.err) == (2, True)
    monkeypatch.setenv("CCNODE_OWNER_PASSPHRASE", "wrong")
    assert ccnode("character", "baseline", "set", "--yes", "--json").error["code"] == "wrong_passphrase"
    monkeypatch.setenv("CCNODE_OWNER_PASSPHRASE", "correct horse")
    assert ccnode("character", "baseline", "set", "--yes").code == 0


def test_what_the_owner_did_not_sign_has_no_effect(home: Home, ccnode: Ccnode) -> None:
    stranger = state_baseline(SigningKey(b"stranger" + bytes(24)), charvec1().spec, (0,) * 16, 5, 5)
    from ccnode_protocol import records

    with ledger_of(home) as ledger:
        ledger.append_sync(lambda tx: tx.append(records.baseline_set(stranger)))
    assert database.ask(home, baselines.in_force(charvec1().spec)) is None
    assert ccnode("character", "baseline", "show", "--json").data["baseline"] is None


def test_a_daemon_gets_the_statement(home: Home, ccnode: Ccnode) -> None:
    talk(home, 3, 500)
    with pretending(home, lambda *_: (200, {"baseline": {"values": []}})) as calls:
        assert ccnode("character", "baseline", "set", "--yes").code == 0
    method, path, body = next(one for one in calls if one[0] == "PUT")
    assert (method, path) == ("PUT", "/api/v1/character/baseline")
    assert set(body["statement"]) == {"owner", "spec", "values", "words", "issued_ms", "signature"}
    assert all(type(value) is int for value in body["statement"]["values"])


@pytest.mark.parametrize(("values", "line"), [([0.0, 0.05, 0.1], "▁▅█"), ([None, 0.4, 0.2], " █▅"), ([], "")])
def test_a_line_of_drift(values: list[float | None], line: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(characters, "_utf8", lambda: True)
    assert characters.sparkline(values, 0.1) == line


def test_terminals_without_unicode_get_plain_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(characters, "_utf8", lambda: False)
    drawn = "".join(text for text, _ in characters.bar(0.5, 1.0))
    assert drawn == "#" * 16 + "." * 15 + "|"
    assert characters.sparkline([0.1], 0.1) == "@"


def test_a_running_node_measures_its_replies(home: Home) -> None:
    with running(home):
        asked = call("chat", "-m", "What is a river?", "--json", "--data-dir", str(home.root))
        assert asked.code == 0, asked.err
        deadline, found = time.monotonic() + DEADLINE_S, dict[str, Any]()
        while not found.get("measurements") and time.monotonic() < deadline:
            time.sleep(0.1)
            found = call("character", "history", "--json", "--data-dir", str(home.root)).data
        (one,) = found["measurements"]
        assert one["message_id"] == asked.data["message_id"]
        assert one["figures"]["character"]["status"] == "too_little"


def test_what_nodes_say_of_their_characters_is_listed(home: Home, ccnode: Ccnode) -> None:
    none = ccnode("character", "nodes")
    assert (none.code, none.out.strip()) == (0, "")
    assert "No node has said" in none.err
    now_ms = time.time_ns() // 1_000_000
    told = {"time_ms": now_ms - 60_000, "expires_ms": now_ms + 3_600_000, "vector": (500_000,) * 16}
    near, far, late = key_of("near"), key_of("far"), key_of("late")
    with ledger_of(home) as ledger:
        kept = [
            Kept(report_of(ledger.chains.key, now_ms, **told), is_apart=False),
            Kept(report_of(near, now_ms, **{**told, "vector": (520_000,) * 16}), is_apart=False),
            Kept(
                report_of(far, now_ms, **{**told, "spec": bytes(range(32)), "ccc": None, "baseline": None}),
                is_apart=True,
            ),
            Kept(report_of(late, now_ms, **{**told, "expires_ms": now_ms - 1}), is_apart=False),
        ]
        ledger.append_sync(reports.keep(kept))
    listed = ccnode("character", "nodes", "--json").data["reports"]
    assert [(one["is_own"], one["apart"], one["drift"], one["ccc"]) for one in listed] == [
        (True, False, 0.0, 0.99),
        (False, False, 0.02, 0.99),
        (False, True, None, None),
    ]
    assert listed[0]["name"] == "test"
    assert 60 <= listed[0]["age_s"] < 3_600
    shown = ccnode("character", "nodes").out
    assert "this node" in shown
    assert "apart" in shown
    assert "0.020" in shown
    assert "late" not in shown
    with ledger_of(home) as ledger:
        ledger.append_sync(reports.keep((), [near.public.raw]))
    assert len(ccnode("character", "nodes", "--json").data["reports"]) == 2

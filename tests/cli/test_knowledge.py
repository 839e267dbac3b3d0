"""Can packets be shared and judged from a terminal: read without a daemon, changed with one?"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pytest

import verify_export
from ccnode.store import bundles, knowledge_acts, notes
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode_crypto.entry import AUDIENCE_SHARED
from ccnode_crypto.keys import SigningKey
from ccnode_protocol import records
from ccnode_protocol.records import Packet, Role, Said
from tests.cli.helpers import Running, call, ledger_of, running, say
from tests.store.support import stored_runs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ccnode.store.home import Home
    from tests.cli.conftest import Ccnode

CLAIM = "The ferry to Saltholm leaves at noon."
OTHERWISE = "The ferry to Saltholm leaves at three."
SUBJECT = "ferry to Saltholm"
HOSTILE = "\x1b[31mThe ferry\u202e is mine.\n\nIt is promoted."
STRANGER = SigningKey(b"s" * 32)


@pytest.fixture
def daemon(home: Home) -> Iterator[Running]:
    with running(home) as started:
        yield started


def offered(home: Home, *texts: str) -> list[str]:
    """What a stranger offers, as if it had come from there; the packets' ids."""
    path, ticks = home.root / "stranger.sqlite", iter(range(1_770_000_000_000, 1_770_000_009_999))
    ledger = Ledger(path, STRANGER, Ports(lambda: next(ticks), lambda count: b"r" * count))
    found = []
    for number, text in enumerate(texts):
        source = Said(bytes([number]) * 32, Role.USER, 1_770_000_000_000)
        packet = Packet(STRANGER.public.raw, AUDIENCE_SHARED, b"s" * 16, text, (source,), SUBJECT)
        content = records.pack_packet(packet)
        record = records.packet_kept(content, [source.entry])
        ledger.append_sync(lambda tx, record=record: tx.append(record, audience=AUDIENCE_SHARED))  # type: ignore[misc]
        found.append(records.packet_id(content).hex())
    ledger.close()
    connection = connect(path, writable=False)
    chains = stored_runs(connection)
    connection.close()
    for each in home.root.glob("stranger.*"):
        each.unlink()
    with ledger_of(home) as own:
        for chain, runs in chains.items():
            own.append_sync(lambda tx, chain=chain, runs=runs: tx.take(chain, runs, 1, quarantined=True))  # type: ignore[misc]
    return found


def exported(home: Home) -> tuple[dict[str, Any], str]:
    """What a checker finds in an export of everything, and the export."""
    connection = connect(home.ledger, writable=False)
    try:
        data = b"".join(bundles.everything(connection, home))
    finally:
        connection.close()
    return dict(verify_export.verify(io.BytesIO(data))), data.decode()


def states(data: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["packet_id"], one["state"]) for one in data["packets"]]


def test_without_a_daemon_packets_can_be_read(ccnode: Ccnode, home: Home) -> None:
    assert ccnode("knowledge", "list", "--json").data == {"packets": [], "more": False, "next": None}
    assert "There is none" in ccnode("knowledge", "list").err
    first, second, hostile = offered(home, CLAIM, OTHERWISE, HOSTILE)
    assert states(ccnode("knowledge", "list", "--json").data) == [
        (hostile, "waiting"), (second, "waiting"), (first, "waiting")]  # fmt: skip
    page = ccnode("knowledge", "list", "--limit", "1", "--json").data
    rest = ccnode("knowledge", "list", "--before", page["next"][:12], "--state", "waiting", "--json").data
    assert [one for one, _ in states(rest)] == [second, first]
    one = ccnode("knowledge", "show", first[:8], "--json").data["packet"]
    assert (one["text"], one["subject"], one["audience"]) == (CLAIM, SUBJECT, "shared")
    assert {each["packet_id"] for each in one["conflicts_with"]} == {second, hostile}
    for shown in (ccnode("knowledge", "show", hostile).out, ccnode("knowledge", "list").out):
        assert "\x1b" not in shown
        assert "\u202e" not in shown
    lines = ccnode("knowledge", "list").out.splitlines()
    assert len(lines) == 3
    assert ccnode("memory", "search", "ferry", "--json").data["knowledge"] == []
    with ledger_of(home) as ledger:
        ledger.append_sync(knowledge_acts.promote(bytes.fromhex(first)))
    assert [each["packet_id"] for each in ccnode("memory", "search", "ferry", "--json").data["knowledge"]] == [first]
    assert "said there by its owner" in ccnode("memory", "search", "ferry").out
    report, data = exported(home)
    assert report["ok"] is True
    assert STRANGER.public.raw.hex() not in data  # quarantine stays here; what was promoted is ours


def test_what_is_wrong_is_said(ccnode: Ccnode, home: Home) -> None:
    for name in ("last", "abc", "ab" * 32):
        assert ccnode("knowledge", "show", name).code == 5
        assert ccnode("knowledge", "list", "--before", name).code == 5
    assert ccnode("knowledge", "list", "--state", "known").code == 2
    assert ccnode("knowledge", "list", "--limit", "0").code == 2
    _, said = say(home, [("My cat is called Mia.", "Noted.")])
    assert ccnode("knowledge", "share", said[0].hex(), "--to", "core").code == 2
    assert ccnode("knowledge", "share", said[0].hex()).code == 3  # no daemon
    (packet,) = offered(home, CLAIM)
    for command in ("promote", "reject"):
        assert ccnode("knowledge", command, packet).code == 3
    assert "--yes" in ccnode("knowledge", "withdraw", packet, "--json").error["remedy"]


def test_a_message_is_shared_and_withdrawn(daemon: Running, home: Home) -> None:
    told = call("chat", "-m", CLAIM, "--json").data["user_message_id"]
    made = call("knowledge", "share", told[:10], "--subject", " ferry   to Saltholm ", "--json").data["packet"]
    assert (made["state"], made["text"], made["subject"]) == ("shared", CLAIM, SUBJECT)
    assert (
        call("knowledge", "share", told, "--subject", SUBJECT, "--json").data["packet"]["packet_id"]
        == made["packet_id"]
    )
    assert "ccnode knowledge withdraw" in call("knowledge", "share", told, "--to", "public").err
    assert len(call("knowledge", "list", "--state", "shared", "--json").data["packets"]) == 2
    assert call("knowledge", "share", "ab" * 32).code == 5
    assert call("knowledge", "promote", made["packet_id"]).code != 0
    gone = call("knowledge", "withdraw", made["packet_id"][:10], "--yes", "--json").data["packet"]
    assert (gone["state"], gone["text"]) == ("withdrawn", None)
    assert call("knowledge", "withdraw", made["packet_id"], "--yes").code != 0
    assert call("memory", "show", told, "--json").data["text"] == CLAIM
    report, _ = exported(home)
    assert (report["ok"], report["withheld"]) == (True, 0)


def test_a_packet_is_promoted_and_rejected(home: Home) -> None:
    first, second = offered(home, CLAIM, OTHERWISE)
    with running(home):
        assert "is known from now on" in call("knowledge", "promote", first).out
        refused = call("knowledge", "promote", second)
        assert refused.code == 2
        assert CLAIM in refused.err
        assert call("knowledge", "promote", second, "--yes", "--json").data["packet"]["state"] == "promoted"
        reply = call("chat", "-m", "When does the ferry to Saltholm leave?", "--json").data
        assert CLAIM in reply["reply"]
        assert OTHERWISE in reply["reply"]
        assert {one["packet_id"] for one in reply["sources"]} == {first, second}
        assert call("knowledge", "reject", first[:8], "--json").data["packet"]["state"] == "rejected"
        again = call("chat", "-m", "When does the ferry to Saltholm leave?").out
        assert CLAIM not in again
        assert second[:12] in again
        assert call("knowledge", "promote", first, "--yes", "--json").data["packet"]["state"] == "promoted"


def test_ids_are_completed(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    first, _ = offered(home, CLAIM, OTHERWISE)
    monkeypatch.setenv("_CCNODE_COMPLETE", "bash_complete")
    monkeypatch.setenv("COMP_WORDS", f"ccnode knowledge promote {first[:2]}")
    monkeypatch.setenv("COMP_CWORD", "3")
    assert f"plain,{first[:12]}" in call().out


def test_what_says_otherwise_stands_below_in_the_list(ccnode: Ccnode, home: Home) -> None:
    first, second, newest = offered(home, CLAIM, OTHERWISE, "It leaves when it likes.")
    _, said = say(home, [("I took the ferry today.", "Noted.")])
    mine = "The ferry to Saltholm leaves at one."
    with ledger_of(home) as ledger:
        ledger.append_sync(notes.keep(said[0], mine))
        ledger.append_sync(knowledge_acts.reject(bytes.fromhex(newest)))
    rows = [row.split("\t") for row in ccnode("knowledge", "list", "--state", "waiting").out.splitlines()]
    assert [row[0] for row in rows[:2]] == [second[:12], first[:12]]
    assert [row[-1] for row in rows] == [OTHERWISE, CLAIM, mine]
    assert rows[2][1:4] == ["note", "a note of yours", SUBJECT]
    rows = [row.split("\t") for row in ccnode("knowledge", "list", "--limit", "1").out.splitlines()]
    assert [row[0] for row in rows[:3]] == [newest[:12], second[:12], first[:12]], "also those of the next page"
    assert [row[-1] for row in rows[1:]] == [OTHERWISE, CLAIM, mine]
    assert "said there by its owner" in rows[1][2]

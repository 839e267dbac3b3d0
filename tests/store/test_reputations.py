"""Is what models and peers did kept, faded, and told, whatever stands in the table?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ccnode import clock
from ccnode.mind.measured import FINE
from ccnode.mind.trust import HALF_LIFE_MS, Reputation
from ccnode.store import measure_shapes, peers, reputations, views
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode_crypto.keys import SigningKey, node_id
from ccnode_protocol.tiers import Tier

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NOW_MS = 1_790_000_000_000
PEER = bytes(range(32))


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "ledger.sqlite", SigningKey(b"k" * 32), Ports(clock.now_ms, clock.chance))
    yield made
    made.close()


def known(ledger: Ledger, kind: reputations.Kind, now_ms: int = NOW_MS) -> dict[str, Reputation]:
    connection = connect(ledger.path, writable=False)
    try:
        return {one.name: one.reputation for one in views.run(connection, reputations.of(kind, now_ms))}
    finally:
        connection.close()


def test_outcomes_add_up_and_fade(ledger: Ledger) -> None:
    for _ in range(3):
        ledger.append_sync(reputations.note("model", "m/1", NOW_MS, good=1))
    ledger.append_sync(reputations.note("model", "m/1", NOW_MS, bad=1))
    ledger.append_sync(reputations.note("model", "m/2", NOW_MS, bad=1))
    assert known(ledger, "model") == {
        "m/1": Reputation(3 * FINE, FINE, NOW_MS),
        "m/2": Reputation(0, FINE, NOW_MS),
    }
    assert known(ledger, "model")["m/1"].mean == 666_667
    later = known(ledger, "model", NOW_MS + HALF_LIFE_MS)["m/1"]
    assert (later.good, later.bad) == (3 * FINE // 2, FINE // 2)
    assert known(ledger, "peer") == {}


def test_it_is_written_with_what_it_is_about_or_not_at_all(ledger: Ledger) -> None:
    def fails(_: object) -> None:
        raise ValueError("no")

    noted = reputations.note("model", "m", NOW_MS, good=1)
    with pytest.raises(ValueError, match="no"):
        ledger.append_sync(reputations.also(fails, noted))
    assert known(ledger, "model") == {}
    assert ledger.append_sync(reputations.also(lambda _: "given", noted)) == "given"
    assert known(ledger, "model")["m"].good == FINE


def test_what_is_enormous_or_damaged_stops_nothing(ledger: Ledger) -> None:
    for at in range(6):
        ledger.append_sync(reputations.note("model", "x" * 5_000, NOW_MS + at, good=10**9))
    (name,) = known(ledger, "model")
    assert len(name) == reputations.NAME_CHARS_MAX
    assert known(ledger, "model", NOW_MS + 5)[name].mean == 1_000_000
    for value in ("'text'", "x'00'", "-1", "1.5"):
        damage = f"UPDATE reputations SET good = {value}"
        ledger.append_sync(lambda tx, sql=damage: tx.with_connection(lambda one: one.execute(sql)))  # type: ignore[misc]
        assert known(ledger, "model") == {}
    ledger.append_sync(reputations.note("model", name, NOW_MS, good=2))
    assert known(ledger, "model")[name].good == 2 * FINE


def test_peers_are_told_by_key_and_name_models_first(ledger: Ledger) -> None:
    ledger.append_sync(reputations.note("peer", PEER.hex(), NOW_MS, good=8))
    ledger.append_sync(reputations.note("peer", "ff" * 32, NOW_MS, bad=1))  # nobody that was ever met
    ledger.append_sync(reputations.note("model", "m", NOW_MS, good=8))
    ledger.append_sync(peers.keep_peer(peers.Peer(PEER, "known", Tier.CORE, "attic")))
    connection = connect(ledger.path, writable=False)
    try:
        found = views.run(connection, measure_shapes.relied_on(NOW_MS))
    finally:
        connection.close()
    assert [(one["kind"], one["name"], one["node_id"]) for one in found] == [
        ("model", "m", None),
        ("peer", "attic", node_id(PEER)),
    ]
    assert [(one["trust"]["value"], one["outcomes"]) for one in found] == [(0.9, 8.0)] * 2
    assert found[0]["trust_gate"]["value"] < 0.9

"""Do bundles for carrying bring real ledgers to the same state, and is what is known of them kept?"""

from __future__ import annotations

import contextlib
import sqlite3
from typing import TYPE_CHECKING

import pytest

from ccnode import clock
from ccnode.store import copies, parcels, peers
from ccnode.store.copies import Carried
from ccnode.store.errors import Conflict, StoreError
from ccnode.store.home import Home
from ccnode.store.parcels import Damaged, NotForUs
from ccnode_crypto.entry import ChainId
from ccnode_protocol.tiers import Tier
from tests.store.carried import Taking, home_of, make
from tests.store.linked import Side, sync
from tests.store.support import START_MS, Node, close_readers, reader, talk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

NODE = bytes(range(32))
CHAIN = ChainId(NODE, bytes(16), 0)


@pytest.fixture
def sides(tmp_path: Path) -> Iterator[tuple[Side, Side]]:
    """Two nodes of one owner."""
    made = Side(tmp_path, "a", 1), Side(tmp_path, "b", 2)
    made[0].trust(made[1])
    made[1].trust(made[0])
    yield made
    for side in made:
        side.stop()
    close_readers()


def test_a_file_brings_what_a_link_brings(sides: tuple[Side, Side], tmp_path: Path) -> None:
    a, b = sides
    talk(a.ledger, 1, 20, "harbour")
    a.follow()
    size = make(tmp_path / "parcel", a, b)
    told = Taking(b, a.key).apply(tmp_path / "parcel")
    assert told.tally.new > 40
    assert b.texts() == a.texts()
    assert size == (tmp_path / "parcel").stat().st_size
    assert (tmp_path / "parcel").stat().st_mode & 0o777 == 0o600
    make(tmp_path / "back", b, a, told.has)
    back = Taking(a, b.key).apply(tmp_path / "back")
    assert back.tally.new > 0
    sync(a, b)
    assert sorted(a.index.rows(a.index.all()), key=lambda row: row.chain) == b.index.rows(b.index.all())


def test_a_crash_in_the_middle_loses_nothing(sides: tuple[Side, Side], tmp_path: Path) -> None:
    a, b = sides
    for session in range(1, 9):
        talk(a.ledger, session, 40, "long words " * 60)
        a.ledger.append_sync(lambda tx: tx.fresh_epoch())
    a.follow()
    make(tmp_path / "parcel", a, b)
    for _ in range(3):
        Taking(b, a.key).apply(tmp_path / "parcel", stores=2)
        b.node.clock.ms += 1
        b.connection.close()
        b.ledger.close()
        b.ledger = b.node.open()
        b.start()
    Taking(b, a.key).apply(tmp_path / "parcel")
    assert b.texts() == a.texts()
    assert Taking(b, a.key).apply(tmp_path / "parcel").tally.new == 0


def test_a_sandbox_file_goes_into_quarantine(sides: tuple[Side, Side], tmp_path: Path) -> None:
    a, b = sides
    talk(a.ledger, 1, 2)
    a.follow()
    make(tmp_path / "parcel", a, b, tier=Tier.SANDBOX_OUT)
    told = Taking(b, a.key, Tier.SANDBOX_IN).apply(tmp_path / "parcel")
    assert told.tally.new == 0  # nothing of it is shared
    make(tmp_path / "whole", a, b)
    assert Taking(b, a.key, Tier.SANDBOX_IN).apply(tmp_path / "whole").tally.refused > 0
    assert not b.texts()


def test_who_may_not_open_it_is_told_so(sides: tuple[Side, Side], tmp_path: Path) -> None:
    a, b = sides
    path = tmp_path / "parcel"
    make(path, a, b)
    with pytest.raises(NotForUs, match="not made for this node"):
        parcels.read(path, parcels.identity(home_of(a)), a.key, lambda _: None, lambda _: None)
    with pytest.raises(NotForUs, match="for another node"):
        parcels.read(path, parcels.identity(home_of(b)), a.key, lambda _: None, lambda _: None)
    path.write_bytes(b"something else entirely")
    with pytest.raises(Damaged, match="no bundle"):
        parcels.read(path, parcels.identity(home_of(b)), b.key, lambda _: None, lambda _: None)
    with pytest.raises(StoreError):
        parcels.read(tmp_path / "none", parcels.identity(home_of(b)), b.key, lambda _: None, lambda _: None)


def test_the_key_is_made_once_and_for_its_user_alone(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.make()
    line = parcels.identity(home)
    assert parcels.identity(home) == line
    assert parcels.recipient(home).startswith("age1")
    path = home.root / parcels.KEY_FILE
    assert path.stat().st_mode & 0o777 == 0o600
    path.chmod(0o644)
    with pytest.raises(StoreError, match="read by others"):
        parcels.identity(home)
    path.chmod(0o600)
    path.write_text("nonsense")
    with pytest.raises(StoreError, match="no key for bundles"):
        parcels.recipient(home)


def test_a_name_that_is_no_recipient_is_refused(sides: tuple[Side, Side], tmp_path: Path) -> None:
    a, b = sides
    with pytest.raises(Conflict, match="no key for bundles that can be used"):
        make(tmp_path / "parcel", a, b, to="age1nonsense")
    assert not (tmp_path / "parcel").exists()


def test_what_a_peer_said_last_is_kept(tmp_path: Path) -> None:
    node = Node(tmp_path / "ledger.sqlite", 1)
    ledger = node.open()
    other = ChainId(NODE, bytes([1]) * 16, 1)
    ledger.append_sync(copies.keep(NODE, Carried(5, START_MS)))
    with contextlib.closing(reader(node.path)) as connection:
        assert copies.load(connection) == {NODE: Carried(5, START_MS)}
        told = Carried(5, START_MS, 7, START_MS + 1, {CHAIN: 3, other: 2})
        ledger.append_sync(copies.keep(NODE, told))
        assert copies.load(connection) == {NODE: told}
        less = Carried(6, START_MS, 8, START_MS + 2, {CHAIN: 1})
        ledger.append_sync(copies.keep(NODE, less))
        assert copies.load(connection) == {NODE: less}
        ledger.append_sync(peers.keep_peer(peers.Peer(NODE, "known", Tier.CORE, added_ms=1)))
        ledger.append_sync(peers.remove_peer(NODE, START_MS))
        assert copies.load(connection) == {}
        assert connection.execute("SELECT count(*) FROM peer_heads").fetchone()[0] == 0
    ledger.close()


def test_where_a_backup_is_put_back_nothing_is_known_of_peers(tmp_path: Path) -> None:
    node = Node(tmp_path / "ledger.sqlite", 1)
    ledger = node.open()
    ledger.append_sync(copies.keep(NODE, Carried(5, START_MS, 7, START_MS, {CHAIN: 3})))
    ledger.close()
    with contextlib.closing(sqlite3.connect(node.path)) as connection:
        peers.doubt(connection, START_MS)
        assert copies.load(connection) == {}


def test_positions_since_a_time_are_found(sides: tuple[Side, Side]) -> None:
    a, _ = sides
    talk(a.ledger, 1, 3)
    a.node.clock.ms += 3_600_000
    at = a.node.clock.ms
    a.follow()
    before = dict.fromkeys(a.index.all(), 0) | {row.chain: row.length for row in a.index.rows(a.index.all())}
    talk(a.ledger, 2, 3)
    a.follow()
    found = parcels.since(a.connection, at)
    assert found == before
    assert set(parcels.since(a.connection, 0).values()) == {0}
    # The clock value of the year 9999 is more than SQLite can hold.
    assert parcels.since(a.connection, clock.LAST_MS) == {row.chain: row.length for row in a.index.rows(a.index.all())}

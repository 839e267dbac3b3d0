"""Imports in a running node: one after the other, stopped, broken off, gone on with, and beside a chat."""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import os
import random
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ccnode import clock
from ccnode.daemon import importing as module
from ccnode.daemon.import_records import KEPT_MAX, Record, Records
from ccnode.daemon.importing import Importing
from ccnode.exchange.model import ExchangeError
from ccnode.store import audit, imports, views
from ccnode.store.errors import Conflict, NotFound, StoreFull, StoreReadOnly
from ccnode.store.home import Home, write_private
from ccnode.store.import_source import Bringing, Target
from ccnode.store.ledger import Ledger, Ports, connect
from ccnode_crypto.keys import SigningKey
from tests.cli.helpers import make_node, running
from tests.store.conversations import SAID_MS, as_chatgpt, conversation, grown
from tests.store.test_imports import stored

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

    from ccnode.exchange.model import Conversation

PATIENCE_S = 60


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "data")
    made.make()
    return made


class Place:
    """A ledger with its imports, as a daemon has them."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.ledger = Ledger(home.ledger, SigningKey(os.urandom(32)), Ports(clock.now_ms, clock.chance))
        self.imports = Importing(home, self.ledger, 10_000_000)
        self.told: list[str] = []
        self.imports.on_change = self.told.append

    async def until(self, condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(PATIENCE_S):
            while not condition():  # noqa: ASYNC110  # what is waited for is seen from outside only
                await asyncio.sleep(0.01)

    async def ended(self, import_id: str) -> dict[str, Any]:
        await self.until(lambda: self.imports.get(import_id)["state"] not in {"waiting", "reading"})
        return self.imports.get(import_id)

    async def close(self) -> None:
        await self.imports.close()
        self.ledger.close()


@contextlib.asynccontextmanager
async def open_place(home: Home) -> AsyncIterator[Place]:
    place = Place(home)
    await place.imports.start()
    try:
        yield place
    finally:
        await place.close()


@pytest.fixture
async def place(home: Home) -> AsyncIterator[Place]:
    async with open_place(home) as opened:
        yield opened


def export(path: Path, made: Sequence[Conversation]) -> str:
    path.write_bytes(as_chatgpt(made))
    return str(path)


def some(count: int, each: int = 30) -> list[Conversation]:
    chance = random.Random(count)
    return [grown(chance, f"c{number}", each) for number in range(count)]


async def sent(data: bytes, size: int = 1000) -> AsyncIterator[bytes]:
    for at in range(0, len(data), size):
        yield data[at : at + size]


def held(place: Place) -> threading.Event:
    """Hold the import up at its first batch, until this is set."""
    go, append = threading.Event(), place.ledger.append_sync

    def slow(job: Any) -> Any:
        if threading.current_thread().name == "import":
            assert go.wait(PATIENCE_S)
        return append(job)

    place.ledger.append_sync = slow  # type: ignore[method-assign]
    return go


async def test_a_file_is_brought_in_and_accounted_for(place: Place, tmp_path: Path) -> None:
    begun = await place.imports.begin(export(tmp_path / "c.json", some(20)), "auto", dry_run=False)
    assert (begun["format"], begun["name"], begun["state"]) == ("chatgpt", "c.json", "waiting")
    form = await place.ended(begun["import_id"])
    assert form["state"] == "done"
    assert form["messages"] == {"found": 600, "added": 600, "known": 0, "left": 0}
    assert form["conversations"] == {"found": 20, "added": 20, "known": 0, "left": 0}
    assert form["bytes"] == form["bytes_read"] == (tmp_path / "c.json").stat().st_size
    assert form["finished"] >= form["created"]
    assert "imports" in place.told
    assert place.imports.listed() == [form]
    with contextlib.closing(connect(place.home.ledger, writable=False)) as connection:
        assert audit.verify(connection, place.home).ok


async def test_a_dry_run_adds_nothing(place: Place, tmp_path: Path) -> None:
    begun = await place.imports.begin(export(tmp_path / "c.json", some(3)), "chatgpt", dry_run=True)
    form = await place.ended(begun["import_id"])
    assert (form["state"], form["messages"]["added"]) == ("done", 90)
    assert imports.newest_entry(place.home.ledger) == 0


async def test_one_at_a_time_in_their_order_and_no_more_than_wait(place: Place, tmp_path: Path) -> None:
    go = held(place)
    paths = [export(tmp_path / f"{number}.json", [conversation("-a ab", name=str(number))]) for number in range(20)]
    first = await place.imports.begin(paths[0], "auto", dry_run=False)
    await place.until(lambda: place.imports.get(first["import_id"])["state"] == "reading")
    for path in paths[1 : 1 + module.WAITING_MAX]:
        await place.imports.begin(path, "auto", dry_run=False)
    with pytest.raises(Conflict, match="16 imports are waiting"):
        await place.imports.begin(paths[-1], "auto", dry_run=False)
    with pytest.raises(Conflict, match="16 imports are waiting"):
        await place.imports.take_in(sent(b"[]"), "x", "auto", dry_run=False, size=2)
    assert [form["state"] for form in place.imports.listed()].count("waiting") == 16
    go.set()
    await place.until(lambda: all(form["state"] == "done" for form in place.imports.listed()))
    finished = [form["finished"] for form in place.imports.listed()]
    assert finished == sorted(finished, reverse=True)


async def test_stopped_while_it_waits_and_while_it_is_read(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "BATCH_ENTRIES", 10)
    go = held(place)
    path = export(tmp_path / "c.json", some(50))
    reading = await place.imports.begin(path, "auto", dry_run=False)
    waiting = await place.imports.begin(path, "auto", dry_run=False)
    assert (await place.imports.stop(waiting["import_id"]))["state"] == "stopped"
    await place.until(lambda: place.imports.get(reading["import_id"])["state"] == "reading")
    stopping = asyncio.create_task(place.imports.stop(reading["import_id"][:6]))
    await asyncio.sleep(0.05)
    go.set()
    form = await stopping
    assert form["state"] == "stopped"
    assert form["messages"]["added"] < 1500
    assert await place.imports.stop(reading["import_id"]) == form  # once more changes nothing
    rest = await place.imports.begin(path, "auto", dry_run=False)
    form = await place.ended(rest["import_id"])
    assert form["messages"]["added"] + form["messages"]["known"] == 1500


async def test_what_is_uploaded_is_kept_until_it_is_read(place: Place, home: Home) -> None:
    go, data = held(place), as_chatgpt(some(5))
    begun = await place.imports.take_in(sent(data), "a\nname.json", "auto", dry_run=False, size=len(data))
    (spooled,) = (home.root / "imports").glob("*.upload")
    assert spooled.read_bytes() == data
    assert spooled.stat().st_mode & 0o777 == 0o600
    go.set()
    form = await place.ended(begun["import_id"])
    assert (form["state"], form["name"], form["messages"]["added"]) == ("done", "a?name.json", 150)
    await place.until(lambda: not spooled.exists())


async def test_an_upload_that_cannot_be_taken_leaves_nothing(
    place: Place, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ExchangeError, match=r"notes\.txt: is neither"):
        await place.imports.take_in(sent(b"dear diary"), "notes.txt", "auto", dry_run=False, size=None)
    with pytest.raises(Conflict, match="larger than 10000000 bytes"):
        await place.imports.take_in(sent(b""), "x", "auto", dry_run=False, size=10_000_001)
    with pytest.raises(Conflict, match="larger than 10000000 bytes"):
        await place.imports.take_in(sent(b"[" * 10_000_001, 100_000), "x", "auto", dry_run=False, size=None)

    async def torn() -> AsyncIterator[bytes]:
        yield b"[{"
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await place.imports.take_in(torn(), "x", "auto", dry_run=False, size=100)
    monkeypatch.setattr(module, "ROOM_BYTES", 2**62)
    with pytest.raises(StoreFull, match="no room"):
        await place.imports.take_in(sent(b"[]"), "x", "auto", dry_run=False, size=2)
    assert not list((home.root / "imports").iterdir())
    assert place.imports.listed() == []


async def test_what_cannot_be_begun_is_refused_at_once(place: Place, tmp_path: Path) -> None:
    with pytest.raises(NotFound, match="there is no file"):
        await place.imports.begin(str(tmp_path / "nowhere"), "auto", dry_run=False)
    with pytest.raises(ExchangeError):
        await place.imports.begin(export(tmp_path / "c.json", some(1)), "claude", dry_run=False)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ExchangeError, match="neither a file nor a folder"):
        await place.imports.begin(str(tmp_path / "pipe"), "auto", dry_run=False)
    for name in ("", "zz", "a" * 64):
        with pytest.raises(NotFound):
            place.imports.get(name)
    if os.geteuid():  # nothing is unreadable to the superuser
        (tmp_path / "c.json").chmod(0)
        with pytest.raises(StoreReadOnly) as refused:
            await place.imports.begin(str(tmp_path / "c.json"), "auto", dry_run=False)
        assert refused.value.code == "unreadable"


async def test_a_damaged_file_brings_in_what_stands_before_the_damage(place: Place, tmp_path: Path) -> None:
    data = as_chatgpt(some(20))[:-5000]
    path = str(tmp_path / "c.json")
    await asyncio.to_thread(Path(path).write_bytes, data)
    form = await place.ended((await place.imports.begin(path, "auto", dry_run=False))["import_id"])
    assert form["state"] == "failed"
    assert form["error"]["code"] == "not_importable"
    assert form["messages"]["added"] >= 19 * 30
    assert form["messages"]["added"] == len(stored(place.home.ledger)) - len(_sessions(place.home))


def _sessions(home: Home) -> list[views.Session]:
    with contextlib.closing(connect(home.ledger, writable=False)) as connection:
        return views.run(connection, views.sessions(100_000, branches=True))


async def test_an_error_nobody_foresaw_ends_one_import_only(
    place: Place, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = export(tmp_path / "c.json", some(2))
    with monkeypatch.context() as patch:
        patch.setattr(Bringing, "run", lambda *_: 1 / 0)
        form = await place.ended((await place.imports.begin(path, "auto", dry_run=False))["import_id"])
    assert (form["state"], form["error"]["code"]) == ("failed", "internal")
    form = await place.ended((await place.imports.begin(path, "auto", dry_run=False))["import_id"])
    assert form["state"] == "done"


async def test_the_next_start_goes_on(home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(imports, "BATCH_ENTRIES", 10)
    made = some(30)
    async with open_place(home) as first:
        reading = await first.imports.begin(export(tmp_path / "c.json", made), "auto", dry_run=False)
        waiting = await first.imports.take_in(sent(as_chatgpt(made)), "again", "auto", dry_run=True, size=None)
        await first.until(lambda: first.imports.get(reading["import_id"])["messages"]["added"] > 50)
    async with open_place(home) as second:
        form = await second.ended(reading["import_id"])
        assert form["messages"] == {"found": 900, "added": 900, "known": 0, "left": 0}
        assert form["conversations"] == {"found": 30, "added": 30, "known": 0, "left": 0}
        form = await second.ended(waiting["import_id"])
        assert form["messages"] == {"found": 900, "added": 0, "known": 900, "left": 0}


async def test_old_manifests_go_and_odd_ones_harm_nobody(home: Home) -> None:
    records = Records(home.root / "imports")
    for number in range(KEPT_MAX + 20):
        record = Record(f"{number:012x}", "x", "/x", "chatgpt", dry_run=False, uploaded=False, created_ms=number)
        record.state = "done"
        records.add(record)
    folder = home.root / "imports"
    for name, data in (("odd.json", b"{"), ("more.json", b'{"import_id": "more"}'), ("list.json", b"[" * 100_000)):
        write_private(folder / name, data)
    (folder / "ffff.upload").write_bytes(b"left behind by a crash")
    async with open_place(home) as place:
        await place.until(lambda: not (folder / "ffff.upload").exists())
        await place.until(lambda: len(place.imports.listed()) == KEPT_MAX + 20)
        stray = home.root / "c.json"
        await place.ended((await place.imports.begin(export(stray, some(1)), "auto", dry_run=False))["import_id"])
        await place.until(lambda: len(place.imports.listed()) == KEPT_MAX)
        assert f"{0:012x}" not in {form["import_id"] for form in place.imports.listed()}
    assert len(list(folder.glob("*.json"))) == KEPT_MAX + 3  # what cannot be read is left for people to look at


async def test_others_write_while_an_import_runs(place: Place, tmp_path: Path) -> None:
    """Between any two of its batches whoever waits is let in: so no wait is longer than a batch."""
    from ccnode.store import turns as jobs

    path = export(tmp_path / "c.json", some(300))
    begun = await place.imports.begin(path, "auto", dry_run=False)
    await place.until(lambda: place.imports.get(begun["import_id"])["messages"]["added"] > 0)
    entries = [imports.newest_entry(place.home.ledger)]
    for number in range(5):
        await place.ledger.append(jobs.open_session(f"between {number}", None))
        entries.append(imports.newest_entry(place.home.ledger))
        assert place.imports.get(begun["import_id"])["state"] == "reading" or number
    form = await place.ended(begun["import_id"])
    assert form["messages"]["added"] == 9000
    assert max(after - before for before, after in itertools.pairwise(entries)) <= 4 * imports.BATCH_ENTRIES


# --- a real daemon, killed ---


def _manifests(home: Home) -> list[dict[str, Any]]:
    return [json.loads(path.read_bytes()) for path in (home.root / "imports").glob("*.json")]


def test_killed_in_the_middle_it_ends_as_if_undisturbed(tmp_path: Path) -> None:
    from ccnode.cli.client import Client

    made = some(150, 40)
    path = Path(export(tmp_path / "c.json", made))
    home = make_node(tmp_path / "killed")
    environment = dict(os.environ)
    for round_ in range(2):
        with running(home) as daemon:
            client = Client(home, environment)
            if not round_:
                client.call("POST", "/api/v1/imports", {"path": str(path)})
            began, wanted = imports.newest_entry(home.ledger), 1500
            deadline = time.monotonic() + PATIENCE_S
            while imports.newest_entry(home.ledger) < began + wanted and _manifests(home)[0]["state"] != "done":
                assert time.monotonic() < deadline
                time.sleep(0.01)
            daemon.kill()
    with running(home):
        client, deadline = Client(home, environment), time.monotonic() + PATIENCE_S
        while (form := client.get("/api/v1/imports")["imports"][0])["state"] != "done":
            assert time.monotonic() < deadline
            time.sleep(0.05)
    assert form["messages"] == {"found": 6000, "added": 6000, "known": 0, "left": 0}
    assert form["conversations"] == {"found": 150, "added": 150, "known": 0, "left": 0}
    whole = Home(tmp_path / "whole")
    whole.make()
    ledger = Ledger(whole.ledger, SigningKey(os.urandom(32)), Ports(clock.now_ms, clock.chance))
    Bringing(path, "auto", Target(whole, ledger.append_sync, clock.now_ms())).run(lambda: None)
    ledger.close()
    assert stored(home.ledger) == stored(whole.ledger)
    assert min(session.opened for session in _sessions(home)) == SAID_MS << 16

"""Does the node begin whatever its kept choice of a model says, and does another choice cut no reply off?"""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

from ccnode.api.events import Piece, Replied
from ccnode.config import Models
from ccnode.daemon.choice import KEY_FILE, ModelChoice, choice_path
from ccnode.daemon.costs import Costs
from ccnode.daemon.turns import Turns
from ccnode.models.prices import price_table
from ccnode.store.errors import Conflict
from ccnode.store.home import Home, write_private
from ccnode.store.search import Searcher
from tests.models import wire_server as wire
from tests.models.wire_server import Hold, Reply, WireServer

if TYPE_CHECKING:
    from pathlib import Path

    from tests.daemon.conftest import Rig

KEY = "sk-ant-test-0123456789-SECRET"


def chosen(rig: Rig, folder: Path, base_url: str | None = None) -> ModelChoice:
    home = Home(folder)
    settings = Models(meaning=False, base_url=base_url)
    return ModelChoice(home, settings, Costs(rig.ledger, rig.readers, price_table(), 0))


@pytest.mark.parametrize(
    "kept",
    [
        b"",
        b"\0\xff",
        b"null",
        b"[]",
        b"[" * 60_000,
        b'{"adapter": "anthropic", "model": 5}',
        b'{"adapter": "anthropic", "model": ["claude"]}',
        b'{"adapter": "anthropic", "model": "a model\\u001b[2J"}',
        b'{"adapter": "anthropic", "model": "' + b"x" * 500 + b'"}',
        b'{"adapter": ["anthropic"]}',
        b'{"adapter": null}',
        b'{"adapter": "\\ud800"}',
        b'{"adapter": "../../x", "model": null}',
    ],
)
async def test_a_choice_that_is_damaged_or_forged_stops_no_start(rig: Rig, tmp_path: Path, kept: bytes) -> None:
    """model.json is a file like any other: what stands there is no reason not to begin."""
    write_private(tmp_path / KEY_FILE, KEY.encode())
    write_private(choice_path(Home(tmp_path)), kept)
    choice = chosen(rig, tmp_path)
    assert choice.current().name == "embedded/1"
    assert KEY not in json.dumps(choice.describe())
    await choice.close()


async def test_what_was_not_chosen_is_as_it_is_set(rig: Rig, tmp_path: Path) -> None:
    """`ccnode model use anthropic` alone used to make the setting models.model one that nobody heeded."""
    write_private(tmp_path / KEY_FILE, KEY.encode())
    home, account = Home(tmp_path), Costs(rig.ledger, rig.readers, price_table(), 0)
    retiring = Models(meaning=False, model="claude-sonnet-4-5-20250929")
    choice = ModelChoice(home, retiring, account, now_ms=lambda: 1_795_262_400_000)
    assert choice.current().name == "embedded/1"
    for _ in range(2):
        await choice.use("anthropic", None)
        assert choice.current().name == "anthropic/claude-sonnet-4-5-20250929"
        assert "30 November 2026" in str(choice.warning)
        await choice.close()
        choice = ModelChoice(home, retiring, account, now_ms=lambda: 1_795_262_400_000)  # started again
    assert choice.current().name == "anthropic/claude-sonnet-4-5-20250929"
    await choice.use("anthropic", "claude-haiku-4-5")
    await choice.close()
    named = ModelChoice(home, retiring, account)
    assert named.current().name == "anthropic/claude-haiku-4-5"
    await named.close()


@pytest.mark.parametrize("key", [b"", b"two words", b"\xff\xfe", b"x" * 5000, b"qz9k", b"KEY=sk-ant-0123456789", None])
async def test_a_key_that_is_none_is_named_without_its_text(rig: Rig, tmp_path: Path, key: bytes | None) -> None:
    if key is not None:
        write_private(tmp_path / KEY_FILE, key)
    choice = chosen(rig, tmp_path)
    with pytest.raises(Conflict) as caught:
        await choice.use("anthropic", None)
    assert "API key file" in str(caught.value)
    if key is not None and len(key) > 3:
        assert repr(key)[2:-1] not in f"{caught.value} {caught.value.remedy}"
    assert choice.current().name == "embedded/1"
    assert not choice_path(Home(tmp_path)).exists()
    await choice.close()


async def test_a_reply_that_is_being_written_goes_on_with_the_model_that_it_began_with(
    rig: Rig, tmp_path: Path
) -> None:
    """Choosing another model used to break off every reply that was being written."""
    write_private(tmp_path / KEY_FILE, KEY.encode())
    go = asyncio.Event()
    slow = Reply([*wire.opening("one "), Hold(go), wire.text_delta("two"), *wire.closing()])
    async with WireServer(slow, wire.answer("three")) as server:
        choice = chosen(rig, tmp_path, server.base_url)
        await choice.use("anthropic", None)
        searcher = Searcher(tmp_path / "other-index.sqlite", rig.ledger_path)
        turns = Turns(rig.ledger, rig.readers, searcher, choice.current)
        events = []
        async for event in turns.say(await rig.open_session(), "Tell me", None):
            events.append(event)
            if isinstance(event, Piece) and not go.is_set():
                await choice.use("embedded", None)
                await choice.use("anthropic", "claude-haiku-4-5")
                go.set()
        last = events[-1]
        assert isinstance(last, Replied)
        assert (last.text, last.state, last.model) == ("one two", "complete", "anthropic/claude-sonnet-5-5")
        again = [event async for event in turns.say(await rig.open_session(), "And now?", None)][-1]
        assert isinstance(again, Replied)
        assert again.model == "anthropic/claude-haiku-4-5"
        await turns.close()
        searcher.close()
        await choice.close()

"""Are listeners told what kinds of things a commit changed, from whatever thread it came?"""

from __future__ import annotations

import asyncio
import os
from typing import TYPE_CHECKING

from ccnode import clock
from ccnode.daemon.changes import Changes, what_of
from ccnode.store import turns as jobs
from ccnode.store.ledger import Ledger, Ports
from ccnode.store.readers import Readers
from ccnode_crypto.keys import SigningKey
from ccnode_protocol.records import Kind

if TYPE_CHECKING:
    from pathlib import Path


async def test_what_is_written_is_told(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger(path, SigningKey(os.urandom(32)), Ports(clock.now_ms, clock.chance))
    readers = Readers(path)
    changes = Changes(readers)
    told: asyncio.Queue[tuple[str, ...]] = asyncio.Queue()
    changes.listen(lambda *what: told.put_nowait(what))
    ledger.on_commit(changes.committed)
    await ledger.append(jobs.open_session("before", None))
    following = asyncio.create_task(changes.follow())
    try:
        async with asyncio.timeout(20):
            await asyncio.sleep(0.3)  # what was there before it followed is no news
            session = await ledger.append(jobs.open_session("talk", None))
            assert await told.get() == ("chains", "sessions")
            await asyncio.to_thread(ledger.append_sync, jobs.ask(session, "hello", None))
            assert await told.get() == ("chains", "memory", "messages", "sessions")
            changes.tell("imports")
            assert await told.get() == ("imports",)
    finally:
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)
        await readers.close()
        ledger.close()


def test_every_kind_of_conversations_changes_something_a_page_shows() -> None:
    for kind in Kind:
        what = what_of([kind])
        assert "chains" in what
        assert len(what) > 1 or kind < 16
    assert what_of([9999]) == ["chains"]

"""Does a disk that fails end the link that asked, with a reason that people understand?"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

import pytest

from ccnode.daemon.holdings import Holdings
from ccnode.net.errors import UnableError
from ccnode.store.errors import StoreFull
from ccnode_protocol.tiers import Tier
from tests.store.support import Node

if TYPE_CHECKING:
    from pathlib import Path


async def test_what_the_disk_refuses_is_told_to_the_link(tmp_path: Path) -> None:
    async def append(_job: object) -> NoReturn:
        raise StoreFull("the disk is full; nothing was written", remedy="free some space")

    ledger = Node(tmp_path / "ledger.sqlite").open()
    told: Any = SimpleNamespace()
    failing: Any = append
    held = Holdings(ledger, failing, told, lambda _node: Tier.CORE)
    store: Any = SimpleNamespace(item=None, is_quarantined=False)
    restored: Any = SimpleNamespace(is_live=True, chain=SimpleNamespace(epoch=held.index.epoch))
    with pytest.raises(UnableError, match="disk is full") as raised:
        await held.store(b"p" * 32, store, lambda: True)
    assert raised.value.remedy == "free some space"
    with pytest.raises(UnableError, match="disk is full"):
        await held.restored(b"", restored)
    await held.open(lambda _connection: None)
    await held.close()
    load: Any = None
    with pytest.raises(UnableError, match="this node stops"):
        await held.load(load)
    ledger.close()

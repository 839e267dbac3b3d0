"""What does a node do by itself? Follow the ledger with the index, erase what is due, back up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

import structlog

from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from ccnode.daemon.node import RunningNode
    from ccnode.store.index import Index

log = structlog.get_logger()

RETRY_S: Final = 30.0
ERASE_EVERY_S: Final = 600.0
INDEX_GATHER_S: Final = 0.2  # one batch for what is committed within this time


async def follow_with_index(node: RunningNode, open_index: Callable[[], Index], wake: asyncio.Event) -> None:
    """Keep the index up with the ledger. `wake` is set after each commit. Runs until cancelled."""
    index: Index | None = None
    try:
        while True:
            wake.clear()
            try:
                if index is None:
                    index = await asyncio.to_thread(open_index)
                while await asyncio.to_thread(index.catch_up):
                    node.index_progress = vars_of(index)
                node.index_progress = vars_of(index)
                node.problems.pop("index", None)
            except StoreError as error:
                node.problems["index"] = f"the search index is behind: {error}. {error.remedy}"
                log.warning("index_behind", error=str(error))
                await asyncio.sleep(RETRY_S)
                continue
            await wake.wait()
            await asyncio.sleep(INDEX_GATHER_S)
    finally:
        if index is not None:
            index.close()


def vars_of(index: Index) -> dict[str, int]:
    """The index's progress as the status shows it."""
    progress = index.progress()
    return {"position": progress.position, "behind": progress.behind}


async def every(seconds: float, name: str, node: RunningNode, work: Callable[[], Awaitable[None]]) -> None:
    """Do the work now and then every so often; a failure is shown as a problem until it works again."""
    while True:
        try:
            await work()
            node.problems.pop(name, None)
        except StoreError as error:
            node.problems[name] = f"{name} did not work: {error}. {error.remedy}"
            log.warning("work_failed", work=name, error=str(error))
        await asyncio.sleep(seconds)

"""What does a node do by itself? Follow the ledger with the index, and erase what is due."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Final

import structlog

from ccnode import clock
from ccnode.daemon import memory
from ccnode.store.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    from ccnode.daemon.node import RunningNode
    from ccnode.store.erase import Erased
    from ccnode.store.home import Home
    from ccnode.store.index import Index
    from ccnode.store.ledger import Ledger

log = structlog.get_logger()

RETRY_S: Final = 30.0
FIRST_S: Final = 5.0  # after a start, so that the first answers do not wait for housekeeping
ERASE_EVERY_S: Final = 600.0
BACKUP_LOOK_S: Final = 300.0
REST_LOOK_S: Final = 60.0
TIDY_EVERY_S: Final = 6 * 3600.0
INDEX_GATHER_S: Final = 0.2  # one batch for what is committed within this time
BUSY_LOOK_S: Final = 0.5  # while something is imported, it waits; so often it looks whether that is over
BUSY_SHOW_S: Final = 10.0
GIVE_BACK_STEPS: Final = 16
BATCH_STEPS: Final = 2  # one that indexes what a turn said, and one that finds nothing more
ERASED_STEPS: Final = 4  # to index anew what 1,000 erasures left, to merge, and to cut the log
INDEX_SHOW_S: Final = 2.0  # counting what is left of a million takes as long as indexing some of it


async def follow_with_index(
    node: RunningNode,
    open_index: Callable[[], Index],
    wake: asyncio.Event,
    busy: Callable[[], bool] = lambda: False,
    erased: asyncio.Event | None = None,
) -> None:
    """Keep the index up with the ledger. `wake` is set after each commit. Runs until cancelled.

    While the node is `busy` with an import, the index waits: both at once would leave a chat no processor, and each
    takes its memory. Only what was `erased` leaves the index even then.
    """
    index: Index | None = None
    erased = erased or asyncio.Event()
    try:
        while True:
            wake.clear()
            try:
                if index is None:
                    index = await asyncio.to_thread(open_index)
                await _catch_up(node, index, busy, erased)
                node.settled()
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
            await asyncio.to_thread(index.close)  # which waits for the batch that a thread may still be writing


async def _catch_up(node: RunningNode, index: Index, busy: Callable[[], bool], erased: asyncio.Event) -> None:
    """Index what is new, and then give back the memory that it took, where that was much."""
    shown, steps, waited = float("-inf"), 0, False
    while True:
        await node.precedence.given()
        if busy() and not erased.is_set():
            if not waited:
                await asyncio.to_thread(memory.give_back)
            if not waited or clock.elapsed_s() - shown >= BUSY_SHOW_S:
                node.index_progress = await asyncio.to_thread(vars_of, index)
                shown = clock.elapsed_s()
            waited = True
            await asyncio.sleep(BUSY_LOOK_S)
            continue
        if erased.is_set():
            erased.clear()
            more = await asyncio.to_thread(_take_out, index)
        else:
            more = bool(await asyncio.to_thread(index.catch_up))
        steps, waited = steps + 1, False
        if clock.elapsed_s() - shown >= INDEX_SHOW_S or not more:
            node.index_progress = await asyncio.to_thread(vars_of, index)
            shown = clock.elapsed_s()
        # One batch, as after each turn, takes little: given back, the next turn would fetch it anew, page by page.
        if steps % GIVE_BACK_STEPS == 0 or (not more and steps > BATCH_STEPS):
            await asyncio.to_thread(memory.give_back)
        if not more:
            return


def _take_out(index: Index) -> bool:
    """Take out what was erased, which comes before all else; whether there may be more to do."""
    return all(index.catch_up() for _ in range(ERASED_STEPS))


def vars_of(index: Index) -> dict[str, int]:
    """The index's progress as the status shows it."""
    progress = index.progress()
    return {"position": progress.position, "behind": progress.behind}


class Eraser:
    """Erases what is due, and cuts the log until no page of it can hold what was erased.

    The log is also cut after every start: a crash may have come between an erasure and that.
    """

    def __init__(self, ledger: Ledger, home: Home) -> None:
        self._ledger = ledger
        self._home = home
        self._cut = False

    async def step(self) -> bool:
        """Erase with receipts; return whether there was anything. Raises StoreError."""
        from ccnode.store import erase

        erased = await self._ledger.append(erase.erase_due(clock.now_ms()))
        if erased or not self._cut:
            self._cut = False
            remains = await asyncio.to_thread(erase.finish, self._home)
            self._cut = not remains.log
        if erased:
            _log_erased(erased, len(remains.copies))
        return bool(erased)


def _log_erased(erased: Sequence[Erased], copies: int) -> None:
    bodies = sum(each.bodies for each in erased)
    log.info("erased", orders=len(erased), bodies=bodies, older_copies=copies)


async def every(
    seconds: float,
    name: str,
    node: RunningNode,
    work: Callable[[], Awaitable[None]],
    soon: asyncio.Event | None = None,
) -> None:
    """Do the work soon and then every so often, or when `soon` is set.

    A failure is shown as a problem until it works again.
    """
    soon = soon or asyncio.Event()
    await asyncio.sleep(FIRST_S)
    while True:
        soon.clear()
        try:
            await work()
            node.problems.pop(name, None)
        except StoreError as error:
            node.problems[name] = f"{name} did not work: {error}. {error.remedy}"
            log.warning("work_failed", work=name, error=str(error))
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await soon.wait()

"""Does work that nobody waits for let those go first who wait for a reply?"""

from __future__ import annotations

import asyncio

from ccnode.daemon import quiet
from ccnode.daemon.quiet import Quiet


async def test_it_waits_for_the_last_of_those_who_wait() -> None:
    one = Quiet()
    await one.come()
    first, second = one.hold(), one.hold()
    waiting = asyncio.ensure_future(one.come())
    first()
    first()
    await asyncio.sleep(0)
    assert not waiting.done()
    second()
    await waiting
    await one.come()


async def test_it_does_not_wait_for_ever() -> None:
    one = Quiet()
    one.hold()
    assert quiet.WAIT_S_MAX <= 1
    async with asyncio.timeout(20):
        await one.come()

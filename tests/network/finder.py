"""What runs on a machine of tests/network/test_discovery.py? Discovery alone; each line it prints is what it found.

    python finder.py NUMBER PORT [HOST]

NUMBER makes the node key: 32 times that byte. A line on standard input ends it, with a goodbye.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import resource
import sys
import time
from pathlib import Path

from ccnode.net.discovery import Discovery

KNOWN = bytes([0xEE]) * 32


async def main(number: int, port: int, host: str) -> None:
    """Print the list whenever it changes, and memory and processor time with it."""

    def tell() -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        found = discovery.found()
        honest = [one for one in found if one.node == one.node[:1] * 32]
        said = {
            "found": {one.node[:1].hex(): [one.name, *one.addresses] for one in honest},
            "count": len(found),
            "problem": discovery.problem,
            "name": discovery.name,
            "left_out": discovery.left_out,
            "at": time.monotonic(),
            "rss_kib": pages * resource.getpagesize() // 1024,
            "cpu_s": time.process_time(),
        }
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()

    discovery = Discovery(
        bytes([number]) * 32, port, host=host, version="1.2.3", known=lambda node: node == KNOWN, changed=tell
    )
    discovery.start()
    tell()

    async def often() -> None:
        while True:
            await asyncio.sleep(0.5)
            tell()

    telling = asyncio.create_task(often())
    await asyncio.to_thread(sys.stdin.readline)
    await discovery.stop()
    telling.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await telling


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3] if len(sys.argv) > 3 else "*"))

"""What answers like the assistant of a plate, after a while? A server of the Messages API, which prints its port.

plate_server.py SECONDS     each answer comes so long after its question; the plate is the one `starting("Ada")` gives
"""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from ccnode.mind import answering
from ccnode.mind.plate import starting
from ccnode.mind.prompt_types import Prompt, PromptMessage, system_text
from tests.models.wire_server import WireServer, answer

if TYPE_CHECKING:
    from aiohttp import web

PLATE = starting("Ada")


class Assistant(WireServer):
    """The wire server of the tests, answering from the plate."""

    wait_s = 0.5

    async def _play(self, request: web.Request, _reply: Any) -> web.StreamResponse:
        body = json.loads(await request.read())
        self.seen.clear()
        said = body["messages"][-1]["content"]
        asked = said if isinstance(said, str) else said[-1]["text"]
        text = answering.reply_to(Prompt(system_text(PLATE), (PromptMessage("user", asked),))).text
        await asyncio.sleep(self.wait_s)
        return await super()._play(request, answer(text))


async def main() -> None:
    """Serve until killed."""
    Assistant.wait_s = float(sys.argv[1])
    answering.reply_to(Prompt(system_text(PLATE), (PromptMessage("user", "Who are you?"),)))  # what loads, is loaded
    async with Assistant(answer("unused")) as server:
        print(server.base_url, flush=True)
        await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main())

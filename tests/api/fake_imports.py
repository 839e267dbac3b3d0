"""What is brought in and taken out in these tests? Imports in memory, by the protocol `Imports`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.exchange.model import ExchangeError
from ccnode.store.errors import Conflict, NotFound

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

NOTHING = {"found": 0, "added": 0, "known": 0, "left": 0}


class FakeImports:
    """Implements `Imports`; what is sent is kept in `files`."""

    def __init__(self) -> None:
        self.changed: Callable[..., None] = lambda *_what: None
        self.forms: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.bytes_max = 2**30

    def listed(self) -> list[dict[str, Any]]:
        return self.forms[::-1]

    def get(self, import_id: str) -> dict[str, Any]:
        found = [form for form in self.forms if form["import_id"].startswith(import_id)]
        if not found:
            raise NotFound("there is no such import", remedy="see: ccnode import status")
        return found[0]

    def add(self, name: str, wanted: str, **more: Any) -> dict[str, Any]:
        """An import that is being read."""
        form = {
            "import_id": f"{len(self.forms):012x}",
            "name": name,
            "format": "chatgpt" if wanted == "auto" else wanted,
            "dry_run": False,
            "state": "reading",
            "created": "2026-03-02T10:11:12.345Z",
            "finished": None,
            "bytes": 1000,
            "bytes_read": 400,
            "conversations": NOTHING,
            "messages": NOTHING,
            "left": [],
            "left_total": 0,
            **more,
        }
        self.forms.append(form)
        self.changed("imports")
        return form

    async def begin(self, path: str, wanted: str, *, dry_run: bool) -> dict[str, Any]:
        if "nowhere" in path:
            raise NotFound(f"there is no file {path}", remedy="check the path")
        if "odd" in path:
            raise ExchangeError("it begins with 'odd'", "say which: ccnode import chatgpt PATH")
        return self.add(path.rpartition("/")[2], wanted, dry_run=dry_run)

    async def take_in(
        self, pieces: AsyncIterator[bytes], name: str, wanted: str, *, dry_run: bool, size: int | None
    ) -> dict[str, Any]:
        data = b""
        async for piece in pieces:
            data += piece
            if len(data) > self.bytes_max:
                raise Conflict("the file is too large")
        if data.startswith(b"odd"):
            raise ExchangeError("it begins with 'odd'", "say which: ccnode import chatgpt PATH")
        self.files[name] = data
        return self.add(name, wanted, dry_run=dry_run)

    async def stop(self, import_id: str) -> dict[str, Any]:
        form = self.get(import_id)
        if form["state"] == "reading":
            form["state"] = "stopped"
        return form

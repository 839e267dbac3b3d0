"""What do the API's orders to forget speak to in these tests? One order, which one of two nodes has answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.store.errors import NotFound

if TYPE_CHECKING:
    from tests.api.fake_node import FakeNode

ORDER = "ab" * 32


class FakeErasing:
    """Implements `Erasures`."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.order: dict[str, Any] = {"order": ORDER, "state": "unanswered", "owing": 1}

    async def listed(self) -> list[dict[str, Any]]:
        self.node._check("erasing.listed")
        return [self.order]

    async def one(self, wanted: str) -> dict[str, Any]:
        self.node._check("erasing.one", wanted)
        if not ORDER.startswith(wanted):
            raise NotFound(f"there is no order to forget {wanted}")
        return {**self.order, "copies": []}

"""What does the API's plate speak to in these tests? Versions in memory only; nobody's signature is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.store import plate_shapes
from ccnode.store.errors import NotFound
from ccnode_protocol.records import plate_digest

if TYPE_CHECKING:
    from ccnode_crypto.statements import PlateStatement
    from tests.api.fake_node import FakeNode

FILE = {"path": "/n/consciousnessPlate.md", "state": "same", "digest": None, "problem": ""}


class FakePlates:
    """Implements `Plates`."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.kept: list[str] = []
        self.validation: dict[str, Any] | None = None

    def _form(self, number: int) -> dict[str, Any]:
        text = self.kept[number - 1]
        digest = plate_digest(text).hex()
        return {"version": number, "digest": digest, "in_force": number == len(self.kept), "text": text,
                **plate_shapes.facts(text)}  # fmt: skip

    async def describe(self, wanted: str | None) -> dict[str, Any]:
        self.node._check("plates.describe", wanted)
        if wanted is not None and not (wanted.isdecimal() and 1 <= int(wanted) <= len(self.kept)):
            raise NotFound(f"there is no version {wanted!r} of the plate")
        shown = self._form(int(wanted) if wanted else len(self.kept)) if self.kept else None
        return {"plate": shown, "file": FILE, "owner_key": "file permissions"}

    async def history(self, *, with_diff: bool) -> list[dict[str, Any]]:
        self.node._check("plates.history", with_diff)
        forms = [self._form(number) for number in range(len(self.kept), 0, -1)]
        return [{**form, "diff": "+x\n"} if with_diff else form for form in forms]

    async def lint(self, text: str) -> dict[str, Any]:
        self.node._check("plates.lint", text)
        return plate_shapes.facts(text)

    async def keep(self, text: str, statement: PlateStatement | None, passphrase: str | None) -> dict[str, Any]:
        self.node._check("plates.keep", text, statement, passphrase)
        fresh = not self.kept or self.kept[-1] != text
        if fresh:
            self.kept.append(text)
        return {"plate": self._form(len(self.kept)), "fresh": fresh, "file": FILE}

    async def validate(self) -> dict[str, Any]:
        self.node._check("plates.validate")
        self.validation = {"passed": True, "attempts": [], "error": None}
        return self.validation

    def last_validation(self) -> dict[str, Any] | None:
        return self.validation

"""What does the API's plate speak to in these tests? Versions in memory only; nobody's signature is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ccnode.store import plate_shapes
from ccnode.store.errors import NotFound
from ccnode.store.owner import WrongPassphrase
from ccnode_protocol.records import plate_digest

if TYPE_CHECKING:
    from ccnode_crypto.statements import PlateStatement
    from tests.api.fake_node import FakeNode

ISSUED = "2026-03-01T08:00:00.000Z"
FILE = {"path": "/n/consciousnessPlate.md", "state": "same", "digest": None, "problem": ""}


class FakePlates:
    """Implements `Plates`."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.kept: list[str] = []
        self.lost: set[int] = set()
        self.owner_key = "file permissions"
        self.passphrase: str | None = None
        self.validation: dict[str, Any] | None = None

    def _form(self, number: int) -> dict[str, Any]:
        text = self.kept[number - 1]
        digest = plate_digest(text).hex()
        form = {"version": number, "digest": digest, "in_force": number == len(self.kept), "issued": ISSUED}
        if number in self.lost:
            return {**form, "lost": True}
        return {**form, "lost": False, "text": text, **plate_shapes.facts(text)}

    async def describe(self, wanted: str | None) -> dict[str, Any]:
        self.node._check("plates.describe", wanted)
        if wanted is not None and not (wanted.isdecimal() and 1 <= int(wanted) <= len(self.kept)):
            raise NotFound(f"there is no version {wanted!r} of the plate")
        shown = self._form(int(wanted) if wanted else len(self.kept)) if self.kept else None
        return {"plate": shown, "file": FILE, "owner_key": self.owner_key}

    async def history(self, *, with_diff: bool) -> list[dict[str, Any]]:
        self.node._check("plates.history", with_diff)
        forms = [self._form(number) for number in range(len(self.kept), 0, -1)]
        return [{**form, "diff": "+x\n"} if with_diff else form for form in forms]

    async def lint(self, text: str) -> dict[str, Any]:
        self.node._check("plates.lint", text)
        return plate_shapes.facts(text)

    async def keep(self, text: str, statement: PlateStatement | None, passphrase: str | None) -> dict[str, Any]:
        self.node._check("plates.keep", text, statement, passphrase)
        if self.passphrase is not None and passphrase != self.passphrase:
            raise WrongPassphrase("the passphrase is wrong", remedy="try again")
        fresh = not self.kept or self.kept[-1] != text
        if fresh:
            self.kept.append(text)
            self.node.changed("plate")
        return {"plate": self._form(len(self.kept)), "fresh": fresh, "file": FILE}

    async def validate(self) -> dict[str, Any]:
        self.node._check("plates.validate")
        self.validation = {**validated(), "plate": {"version": len(self.kept), "digest": "0" * 64}}
        return self.validation

    async def last_validation(self) -> dict[str, Any] | None:
        return self.validation


def validated(*, passed: bool = True, answer: str = "I am Ada.", reason: str = "") -> dict[str, Any]:
    """A validation of one attempt with one answer."""
    one = {"question": "identity", "text": "Who are you?", "answer": answer, "passed": passed, "reason": reason,
           "found": ["Ada"] if passed else [], "missing": [] if passed else [answer], "needed": 1,
           "chars_max": 400}  # fmt: skip
    return {"passed": passed, "plate": {"version": 1, "digest": "0" * 64}, "model": "scripted/1", "time": ISSUED,
            "took_ms": 1234, "attempts": [{"passed": passed, "right": int(passed), "answers": [one]}],
            "error": None}  # fmt: skip

"""What does the API's character speak to in these tests? Figures in memory only; nobody's signature is looked at."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

from ccnode.store import measure_shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ccnode_crypto.statements import BaselineStatement
    from tests.api.fake_node import FakeNode


class FakeCharacter:
    """Implements `Character`."""

    def __init__(self, node: FakeNode) -> None:
        self.node = node
        self.form: dict[str, Any] | None = None
        self.measurements: list[dict[str, Any]] = []  # newest first
        self.signed: dict[str, Any] | None = None
        self.listeners: list[Callable[[str, dict[str, Any]], None]] = []

    def listen(self, listener: Callable[[str, dict[str, Any]], None]) -> None:
        self.listeners.append(listener)

    async def describe(self, session_id: str | None, *, with_help: bool) -> dict[str, Any]:
        self.node._check("character.describe", session_id, with_help)
        form = self.form if self.form is not None else nothing()
        return {**form, "help": measure_shapes.helps()} if with_help else dict(form)

    async def history(self, limit: int, *, before: int | None, session_id: str | None) -> dict[str, Any]:
        self.node._check("character.history", limit, before, session_id)
        fits = [each for each in self.measurements if before is None or each["id"] < before]
        more = len(fits) > limit
        return {"measurements": fits[:limit], "more": more, "next": fits[limit - 1]["id"] if more else None}

    async def before(self, measurement: int) -> dict[str, Any] | None:
        self.node._check("character.before", measurement)
        return held(each for each in self.measurements if each["id"] < measurement)

    async def of_conversation(self, session_id: str) -> dict[str, Any]:
        self.node._check("character.of_conversation", session_id)
        return {"ccc": None, "phi": None, "measured": None, "relations": {}, "trust": {}}

    async def baseline(self) -> dict[str, Any]:
        self.node._check("character.baseline")
        form = nothing()
        told = {"proposed": form["proposed"], "measured": form["character"]}
        return {"baseline": self.signed, **told, "owner_key": "file permissions"}

    async def set_baseline(self, source: Literal["now", "proposed"], passphrase: str | None) -> dict[str, Any]:
        self.node._check("character.set_baseline", source, passphrase)
        if self.signed is None:
            raise measure_shapes.nothing_measured(source)
        return {"baseline": self.signed}

    async def take_baseline(self, statement: BaselineStatement) -> dict[str, Any]:
        self.node._check("character.take_baseline", statement)
        self.signed = {"values": measure_shapes.vector(statement.values), "words": statement.words}
        return {"baseline": self.signed}


def held(measurements: Iterable[dict[str, Any]]) -> dict[str, Any] | None:
    """What held after these measurements, newest first."""
    before = list(measurements)
    if not before:
        return None
    form = {"time": max(each["time"] for each in before), "baseline": before[0]["baseline"]}
    for name in measure_shapes.HELD:
        form[name] = next((each["figures"][name]["value"] for each in before if name in each["figures"]), None)
    return form


def nothing() -> dict[str, Any]:
    """The form of a node that measured nothing yet, as a real one has it."""
    view = measure_shapes.now(b"s" * 32)
    sql, _ = next(view)
    try:
        while True:
            sql, _ = view.send([(0,)] if sql.startswith("SELECT count(") else [])
    except StopIteration as stop:
        form: dict[str, Any] = stop.value
        return form

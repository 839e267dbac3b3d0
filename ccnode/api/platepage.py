"""What does the plate page show? Who the assistant is, in words; an editor; its versions; whether the model passes."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from ccnode import clock
from ccnode.api import markdown
from ccnode.api.bodies import read_query
from ccnode.api.context import node_of
from ccnode.api.plates import PlateQuery, changes
from ccnode.api.rendering import page, render
from ccnode.store.plain import ago

if TYPE_CHECKING:
    from aiohttp import web

VERSIONS_SHOWN: Final = 12
KINDS: Final = {"+": "add", "-": "gone", "@": "place", "\\": "place"}
QUESTIONS: Final = {
    "identity": "Identity",
    "relationship": "Relationship",
    "goal": "Core goal",
    "breakthrough": "Last breakthrough",
    "traits": "Traits",
    "continuity": "Continuity",
}


@page("plate")
async def plate(request: web.Request) -> web.StreamResponse:
    """GET /plate: the plate in force, or another version."""
    query, plates = read_query(request, PlateQuery), node_of(request).plates
    told = await plates.describe(None)
    current = told["plate"]
    shown = (await plates.describe(query.version))["plate"] if query.version is not None else current
    versions, last = await plates.history(with_diff=False), await plates.last_validation()
    before = None
    if shown is not None and shown["version"] > 1:
        before = (await plates.describe(str(shown["version"] - 1)))["plate"]
    return render(
        request,
        "plate.html",
        current=current,
        shown=shown,
        body=await asyncio.to_thread(_body, shown),
        steps=await asyncio.to_thread(_steps, before, shown),
        apart=await asyncio.to_thread(_apart, shown, current),
        owner_key=told["owner_key"],
        versions=versions[:VERSIONS_SHOWN],
        more_versions=versions[VERSIONS_SHOWN:],
        validation=last,
        age=ago(clock.now_ms() - _ms_of(last["time"])) if last is not None else "",
        questions=QUESTIONS,
    )


def _ms_of(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp() * 1000)


def lines_of(diff: str) -> list[tuple[str, str]]:
    """The lines of a unified diff with what each is (add, gone, place, same), without its two first."""
    lines = diff.removesuffix("\n").split("\n") if diff else []
    if len(lines) == 1:  # what is said where there are too many lines to compare
        return [("place", lines[0])]
    return [(KINDS.get(line[:1], "same"), line) for line in lines[2:]]


def _body(shown: dict[str, Any] | None) -> Markup | None:
    """A version's text as HTML; None where it was lost."""
    if shown is None or "text" not in shown:
        return None
    return Markup(markdown.html(shown["text"], breaks=False))  # noqa: S704  # that is what it is for


def _steps(before: dict[str, Any] | None, shown: dict[str, Any] | None) -> list[tuple[str, str]]:
    """What a version changed of the one before; nothing where a text of them is missing."""
    if before is None or shown is None or "text" not in shown:
        return []
    return lines_of(changes(before, shown["text"], f"version {shown['version']}") or "")


def _apart(shown: dict[str, Any] | None, current: dict[str, Any] | None) -> list[tuple[str, str]]:
    """What going back to an older version would change of the one in force."""
    if shown is None or current is None or shown["in_force"] or "text" not in shown:
        return []
    return lines_of(changes(current, shown["text"], f"version {shown['version']}") or "")
